//! What a client says about itself before its command (PROTOCOL sections 5 and 6).

use std::fmt;
use std::ops::BitOr;

use bytes::{Bytes, BytesMut};

use crate::error::EncodeError;
use crate::frame::{HeaderLayout, put_frame};
use crate::message::{MessageType, WireString};

/// Client flags that may be sent. The server takes whatever it gets into its own state, so no other
/// bits can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientFlags(u64);

impl ClientFlags {
    /// No flag: the server replaces TAB, LF and everything that is not ASCII by `_` in its text.
    pub const NONE: Self = Self(0);
    /// The client takes UTF-8.
    pub const UTF8: Self = Self(0x10000);
    /// The client answers WRITE_CLOSE with WRITE_DONE (3.8; without effect before).
    pub const WRITE_ACK: Self = Self(0x40_0000_0000);
    /// The client's size doesn't count (control clients, 3.2 and later).
    pub const IGNORE_SIZE: Self = Self(0x2_0000);
    /// No output of panes (control clients).
    pub const NO_OUTPUT: Self = Self(0x400_0000);
    /// One descriptor for both directions, and escape sequences around the lines (`tmux -CC`;
    /// control clients).
    pub const CONTROL_CONTROL: Self = Self(0x4000);
    /// The terminal has 256 colours (`tmux -2`). For 3.0 and 3.1 only: to later servers the same
    /// bit is [`IGNORE_SIZE`](Self::IGNORE_SIZE), and [`Terminal::features`](crate::Terminal)
    /// says it.
    pub const COLOURS_256: Self = Self(0x2_0000);
    pub(crate) const CONTROL: Self = Self(0x2000);
    /// The server's own mark of a client that is attached.
    pub(crate) const ATTACHED: Self = Self(0x80);

    /// The bits as they travel.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Whether all of `other`'s flags are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Appends the messages that say the flags. Flags that are said again are added.
    pub(crate) fn put(self, out: &mut BytesMut) -> Result<(), EncodeError> {
        let bytes = self.bits().to_le_bytes();
        let low = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let mut put = |message_type, payload: &[u8]| {
            put_frame(out, HeaderLayout::New, message_type, false, &[payload])
        };
        // 3.0 and 3.1 know only the 32-bit form.
        put(MessageType::IDENTIFY_FLAGS, &low.to_ne_bytes())?;
        put(MessageType::IDENTIFY_LONGFLAGS, &self.bits().to_ne_bytes())
    }
}

impl BitOr for ClientFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A command client's identity, packed as the messages that go in front of its command.
///
/// It always names a terminal and a type, empty or not: without them servers end. Cloning shares
/// the bytes.
#[derive(Clone)]
pub struct Identity {
    flags: ClientFlags,
    packed: Bytes,
}

impl Identity {
    /// Starts with nothing said: no terminal, no environment, UTF-8 and write acknowledgement on.
    pub fn builder() -> IdentityBuilder {
        IdentityBuilder {
            flags: ClientFlags::UTF8 | ClientFlags::WRITE_ACK,
            term: WireString::default(),
            tty_name: WireString::default(),
            cwd: None,
            pid: 0,
            environment: BytesMut::new(),
        }
    }

    pub(crate) fn flags(&self) -> ClientFlags {
        self.flags
    }

    pub(crate) fn packed(&self) -> &[u8] {
        &self.packed
    }
}

/// The environment may hold secrets, so only sizes show.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("flags", &self.flags)
            .field("packed_len", &self.packed.len())
            .finish()
    }
}

/// Collects an [`Identity`].
#[derive(Clone)]
pub struct IdentityBuilder {
    flags: ClientFlags,
    term: WireString,
    tty_name: WireString,
    cwd: Option<WireString>,
    pid: i32,
    /// Frames, one for each variable.
    environment: BytesMut,
}

/// The environment may hold secrets, so only sizes show.
impl fmt::Debug for IdentityBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityBuilder")
            .field("flags", &self.flags)
            .field("cwd", &self.cwd)
            .field("environment_len", &self.environment.len())
            .finish_non_exhaustive()
    }
}

impl IdentityBuilder {
    /// Replaces the flags.
    #[must_use]
    pub fn flags(mut self, flags: ClientFlags) -> Self {
        self.flags = flags;
        self
    }

    /// The terminal's type, `$TERM`.
    #[must_use]
    pub fn term(mut self, term: WireString) -> Self {
        self.term = term;
        self
    }

    /// The path of the terminal on standard input. A pane with this terminal is the default target.
    #[must_use]
    pub fn tty_name(mut self, tty_name: WireString) -> Self {
        self.tty_name = tty_name;
        self
    }

    /// The working directory; the server makes relative paths absolute with it.
    #[must_use]
    pub fn cwd(mut self, cwd: WireString) -> Self {
        self.cwd = Some(cwd);
        self
    }

    /// The client's process id.
    #[must_use]
    pub fn pid(mut self, pid: i32) -> Self {
        self.pid = pid;
        self
    }

    /// Adds environment variables, each a name and its value. Those that can't be sent (a NUL
    /// byte, or more than 16367 bytes with the `=`) are left out, as tmux's own client does.
    #[must_use]
    pub fn environment<N, V>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        for (name, value) in variables {
            let (name, value) = (name.as_ref(), value.as_ref());
            if name.contains(&0) || value.contains(&0) {
                continue;
            }
            let (message, parts) = (MessageType::IDENTIFY_ENVIRON, [name, b"=", value, b"\0"]);
            // One that is too long is not put.
            let _ = put_frame(&mut self.environment, HeaderLayout::New, message, false, &parts);
        }
        self
    }

    /// Packs the identity.
    pub fn build(self) -> Identity {
        let mut out = BytesMut::with_capacity(self.environment.len().saturating_add(1024));
        // Every part is fixed in size or a WireString, so each fits its frame.
        let packed = self.put(&mut out);
        debug_assert!(packed.is_ok(), "an identity message over the frame limit");
        Identity { flags: self.flags, packed: out.freeze() }
    }

    fn put(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        self.flags.put(out)?;
        let mut put = |message_type, parts: &[&[u8]]| {
            put_frame(out, HeaderLayout::New, message_type, false, parts)
        };
        put(MessageType::IDENTIFY_TERM, &[self.term.as_bytes(), b"\0"])?;
        put(MessageType::IDENTIFY_TTYNAME, &[self.tty_name.as_bytes(), b"\0"])?;
        if let Some(cwd) = &self.cwd {
            put(MessageType::IDENTIFY_CWD, &[cwd.as_bytes(), b"\0"])?;
        }
        put(MessageType::IDENTIFY_CLIENTPID, &[&self.pid.to_ne_bytes()])?;
        out.extend_from_slice(&self.environment);
        put_frame(out, HeaderLayout::New, MessageType::IDENTIFY_DONE, false, &[])
    }
}
