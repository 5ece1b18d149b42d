//! What a server tells a control client unasked (PROTOCOL section 13.3).

use std::fmt;

use bytes::Bytes;

use super::pane_output::PaneOutput;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $sigil:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(clippy::exhaustive_structs, reason = "a number with a name")]
        pub struct $name(pub u32);

        impl $name {
            /// Reads an id with its sigil.
            pub fn parse(text: &[u8]) -> Option<Self> {
                number(text.strip_prefix(&[$sigil])?).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", char::from($sigil), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}

ids! {
    /// A session, `$1`.
    SessionId = b'$',
    /// A window, `@1`.
    WindowId = b'@',
    /// A pane, `%1`.
    PaneId = b'%',
}

/// A line that begins with `%`, outside of blocks. Names and texts are bytes: whatever a user or a
/// program gave.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the ids and names that the variants name")]
pub enum Notification {
    /// A pane printed something.
    Output { pane: PaneId, output: PaneOutput },
    /// The same for a client with `pause-after`, and how many milliseconds it waited in the server.
    ExtendedOutput { pane: PaneId, age: u64, output: PaneOutput },
    /// Output of a pane is held back from now on.
    Pause(PaneId),
    /// Output of a pane flows again.
    Continue(PaneId),
    /// A subscribed format has another value. What doesn't apply to the subscription is `None`.
    SubscriptionChanged {
        name: Bytes,
        session: Option<SessionId>,
        window: Option<WindowId>,
        index: Option<u32>,
        pane: Option<PaneId>,
        value: Bytes,
    },
    /// This client is attached to another session.
    SessionChanged { session: SessionId, name: Bytes },
    /// Another client is.
    ClientSessionChanged { client: Bytes, session: SessionId, name: Bytes },
    /// Another client has gone.
    ClientDetached { client: Bytes },
    /// A session has another name.
    SessionRenamed { session: SessionId, name: Bytes },
    /// A session was made or has ended.
    SessionsChanged,
    /// A session has another current window.
    SessionWindowChanged { session: SessionId, window: WindowId },
    /// A window was made in, or linked to, this client's session.
    WindowAdd(WindowId),
    /// A window has gone.
    WindowClose(WindowId),
    /// A window has another name.
    WindowRenamed { window: WindowId, name: Bytes },
    /// The same of a window that isn't in this client's session.
    UnlinkedWindowAdd(WindowId),
    /// The same of a window that isn't in this client's session; up to 3.7c also of one that was.
    UnlinkedWindowClose(WindowId),
    /// The same of a window that isn't in this client's session.
    UnlinkedWindowRenamed { window: WindowId, name: Bytes },
    /// A window has another active pane.
    WindowPaneChanged { window: WindowId, pane: PaneId },
    /// A pane has entered or left a mode.
    PaneModeChanged(PaneId),
    /// A window has another layout.
    LayoutChange { window: WindowId, layout: Bytes, visible: Bytes, flags: Bytes },
    /// A buffer was made or changed.
    PasteBufferChanged { name: Bytes },
    /// A buffer has gone.
    PasteBufferDeleted { name: Bytes },
    /// A message for this client.
    Message { text: Bytes },
    /// An error in a configuration file.
    ConfigError { text: Bytes },
    /// The client ends (said by tmux's own client, not by a server).
    Exit { reason: Option<Bytes> },
    /// Something else, the whole line.
    Unknown(Bytes),
}

impl Notification {
    /// Reads a line, without its LF. What has not the form that servers give it is
    /// [`Unknown`](Self::Unknown).
    pub fn parse(line: Bytes) -> Self {
        Fields(line.clone()).notification().unwrap_or(Self::Unknown(line))
    }
}

/// What is left of a line.
struct Fields(Bytes);

impl Fields {
    fn notification(mut self) -> Option<Notification> {
        use Notification as N;
        let keyword = self.word()?;
        let notification = match &keyword[..] {
            b"%output" => N::Output { pane: self.pane()?, output: self.output()? },
            b"%extended-output" => self.extended_output()?,
            b"%pause" => N::Pause(self.pane()?),
            b"%continue" => N::Continue(self.pane()?),
            b"%subscription-changed" => self.subscription()?,
            b"%session-changed" => {
                N::SessionChanged { session: self.session()?, name: self.rest() }
            }
            b"%client-session-changed" => self.client_session()?,
            b"%client-detached" => N::ClientDetached { client: self.rest() },
            b"%session-renamed" => {
                N::SessionRenamed { session: self.session()?, name: self.rest() }
            }
            b"%sessions-changed" => N::SessionsChanged,
            b"%session-window-changed" => {
                N::SessionWindowChanged { session: self.session()?, window: self.window()? }
            }
            b"%window-add" => N::WindowAdd(self.window()?),
            b"%window-close" => N::WindowClose(self.window()?),
            b"%window-renamed" => N::WindowRenamed { window: self.window()?, name: self.rest() },
            b"%unlinked-window-add" => N::UnlinkedWindowAdd(self.window()?),
            b"%unlinked-window-close" => N::UnlinkedWindowClose(self.window()?),
            b"%unlinked-window-renamed" => {
                N::UnlinkedWindowRenamed { window: self.window()?, name: self.rest() }
            }
            b"%window-pane-changed" => {
                N::WindowPaneChanged { window: self.window()?, pane: self.pane()? }
            }
            b"%pane-mode-changed" => N::PaneModeChanged(self.pane()?),
            b"%layout-change" => N::LayoutChange {
                window: self.window()?,
                layout: self.word()?,
                visible: self.word().unwrap_or_default(),
                flags: self.rest(),
            },
            b"%paste-buffer-changed" => N::PasteBufferChanged { name: self.rest() },
            b"%paste-buffer-deleted" => N::PasteBufferDeleted { name: self.rest() },
            b"%message" => N::Message { text: self.rest() },
            b"%config-error" => N::ConfigError { text: self.rest() },
            b"%exit" => {
                let reason = self.rest();
                N::Exit { reason: (!reason.is_empty()).then_some(reason) }
            }
            _ => return None,
        };
        Some(notification)
    }

    /// Everything up to the next space, which is taken, too.
    fn word(&mut self) -> Option<Bytes> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr::memchr(b' ', &self.0).unwrap_or(self.0.len());
        let word = self.0.split_to(end);
        let _ = self.0.split_to(usize::from(!self.0.is_empty()));
        Some(word)
    }

    fn rest(&mut self) -> Bytes {
        std::mem::take(&mut self.0)
    }

    fn session(&mut self) -> Option<SessionId> {
        SessionId::parse(&self.word()?)
    }

    fn window(&mut self) -> Option<WindowId> {
        WindowId::parse(&self.word()?)
    }

    fn pane(&mut self) -> Option<PaneId> {
        PaneId::parse(&self.word()?)
    }

    fn output(&mut self) -> Option<PaneOutput> {
        Some(PaneOutput::from_escaped(self.rest()))
    }

    /// `%P AGE ... : DATA`
    fn extended_output(&mut self) -> Option<Notification> {
        let (pane, age) = (self.pane()?, number(&self.word()?)?);
        // Fields that later versions may add.
        while &self.word()?[..] != b":" {}
        Some(Notification::ExtendedOutput { pane, age, output: self.output()? })
    }

    /// `CLIENT $S NAME`: a client's name may have spaces.
    fn client_session(&mut self) -> Option<Notification> {
        self.split_where(|client, rest| {
            let session = rest.session()?;
            Some(Notification::ClientSessionChanged { client, session, name: rest.rest() })
        })
    }

    /// `NAME $S @W INDEX %P : VALUE`: both names may have spaces.
    fn subscription(&mut self) -> Option<Notification> {
        self.split_where(|name, rest| {
            let session = optional(&rest.word()?, SessionId::parse)?;
            let window = optional(&rest.word()?, WindowId::parse)?;
            let index = optional(&rest.word()?, number)?;
            let pane = optional(&rest.word()?, PaneId::parse)?;
            let colon = rest.word()?;
            (&colon[..] == b":").then(|| Notification::SubscriptionChanged {
                name,
                session,
                window,
                index,
                pane,
                value: rest.rest(),
            })
        })
    }

    /// Splits at the first space behind which everything has the right form.
    fn split_where<T>(&self, parse: impl Fn(Bytes, &mut Self) -> Option<T>) -> Option<T> {
        memchr::memchr_iter(b' ', &self.0).find_map(|at| {
            let mut rest = self.0.clone();
            let name = rest.split_to(at);
            let _ = rest.split_to(1);
            parse(name, &mut Self(rest))
        })
    }
}

/// A field that is `-` where it doesn't apply.
fn optional<T>(field: &[u8], parse: impl Fn(&[u8]) -> Option<T>) -> Option<Option<T>> {
    match field {
        b"-" => Some(None),
        field => parse(field).map(Some),
    }
}

/// A decimal number, digits only.
pub(super) fn number<N: TryFrom<u64>>(text: &[u8]) -> Option<N> {
    let mut number = 0u64;
    for byte in text {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    if text.is_empty() {
        return None;
    }
    N::try_from(number).ok()
}
