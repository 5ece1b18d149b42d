//! How an attached client ends, and why a client is not attached at all.

use std::ffi::OsString;
use std::fmt;
use std::os::unix::ffi::OsStringExt;

use tmuxwire_protocol::{Event, WireString, harmless};

#[cfg(feature = "tokio")]
use crate::error::{Delivery, Error, ErrorKind, Refusal};

/// How a client that was attached came to its end.
///
/// As text it is what tmux prints between brackets on its last line: `exited`,
/// `detached (from session work)`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachEnd {
    /// `detach-client`, by a key or by anybody else.
    Detached {
        /// The session.
        session: String,
        /// Whether the client's parent process is to get SIGHUP (`detach-client -P`). A program
        /// that isn't its user's shell rather closes what belongs to the terminal.
        hang_up: bool,
    },
    /// The session has ended, or the server gives the client up.
    Exited {
        /// The status to exit with.
        status: i32,
        /// Why, if the server says so (3.2 and later).
        message: Option<String>,
    },
    /// The server is going away.
    ServerExited,
    /// `detach-client -E`: a program is to take the terminal over.
    Exec {
        /// What to run, by `shell -c`.
        command: OsString,
        /// The shell, which is to be set as `SHELL`, too.
        shell: OsString,
    },
    /// We left, as we were asked to.
    Left,
    /// The tmux program was run on the terminal instead, and has ended.
    ProgramEnded {
        /// Its exit status, or 128 and the signal that ended it.
        status: i32,
    },
    /// The server has gone without a word, or doesn't answer. The terminal was brought back by us.
    LostServer,
}

impl AttachEnd {
    /// The status that tmux's client exits with. One that leaves because of a signal exits with 1.
    pub fn status(&self) -> i32 {
        match self {
            Self::Detached { .. } | Self::Exec { .. } => 0,
            Self::Exited { status, .. } | Self::ProgramEnded { status } => *status,
            Self::ServerExited | Self::LostServer | Self::Left => 1,
        }
    }
}

impl fmt::Display for AttachEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Detached { session, hang_up: false } => {
                write!(f, "detached (from session {})", harmless::line(session.as_bytes()))
            }
            Self::Detached { session, hang_up: true } => {
                let session = harmless::line(session.as_bytes());
                write!(f, "detached and SIGHUP (from session {session})")
            }
            Self::Exited { message: Some(message), .. } => {
                f.write_str(&harmless::text(message.as_bytes()))
            }
            Self::Exited { message: None, .. } => f.write_str("exited"),
            Self::ServerExited => f.write_str("server exited"),
            Self::Exec { command, .. } => {
                write!(f, "replaced by {}", harmless::line(command.as_encoded_bytes()))
            }
            Self::Left => f.write_str("left"),
            Self::ProgramEnded { status } => write!(f, "tmux ended with status {status}"),
            Self::LostServer => f.write_str("server exited unexpectedly"),
        }
    }
}

/// The end that an attached client's last event means.
pub(crate) fn end_of(event: &Event) -> AttachEnd {
    let text = |text: &WireString| String::from_utf8_lossy(text.as_bytes()).into_owned();
    let os = |text: &WireString| OsString::from_vec(text.as_bytes().to_vec());
    match event {
        Event::Detached { session, kill } => {
            AttachEnd::Detached { session: text(session), hang_up: *kill }
        }
        Event::Exit(exit) => AttachEnd::Exited {
            status: exit.status.unwrap_or(0),
            message: exit.message.as_ref().map(text),
        },
        Event::Shutdown => AttachEnd::ServerExited,
        Event::Exec { command, shell } => {
            AttachEnd::Exec { command: os(command), shell: os(shell) }
        }
        Event::Left => AttachEnd::Left,
        // Nothing else ends an attached client.
        _ => AttachEnd::LostServer,
    }
}

/// What it means that a client's command ended with this status and text, and attached nothing.
#[cfg(feature = "tokio")]
pub(crate) fn not_attached(status: i32, text: &[u8]) -> Error {
    let text = String::from_utf8_lossy(text).trim_end().to_owned();
    let refusal = match (status, Refusal::of(&text)) {
        (0, Refusal::Other) => Refusal::NothingToAttach,
        (_, refusal) => refusal,
    };
    Error::new(ErrorKind::NotAllowedToAttach(refusal), Delivery::Answered).with_text(&text)
}
