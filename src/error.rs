//! What can go wrong, and whether the command may have run.

use std::fmt;
use std::path::{Path, PathBuf};

use tmuxwire_operations::{Failure, FailureKind, OperationError, PaneId, Thing, Unreadable};
use tmuxwire_protocol::harmless;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A command that did not come to its end, or could not be sent at all.
///
/// A command that tmux itself refuses is not an error here: it has an [`Output`](crate::Output)
/// with its status and its text.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nobody listens on the socket, and the command is not one that starts a server.
    NoServer {
        /// The socket.
        path: PathBuf,
        /// The `connect` error: ECONNREFUSED or ENOENT.
        errno: i32,
    },
    /// The socket can't be connected to for another reason.
    Connect {
        /// The socket.
        path: PathBuf,
        /// The `connect` error.
        errno: i32,
    },
    /// The directory for sockets is missing or unsafe. The text says which and why.
    SocketDirectory(String),
    /// The server doesn't serve this user (`server-access`, tmux 3.3 and later).
    AccessRefused {
        /// The status that the server gave with it: 0 up to 3.7c, 1 from 3.8.
        status: i32,
    },
    /// The server closed the connection, or died, before the command ended.
    LostServer,
    /// The server is shutting down and gave up the command. tmux's own client exits with 0 here.
    ServerShutdown,
    /// The server speaks another protocol version.
    VersionMismatch {
        /// The server's version; ours is 8.
        server: u8,
    },
    /// The arguments don't fit one message.
    CommandTooLong {
        /// Bytes of all arguments with one more for each; the limit is 16364.
        size: usize,
    },
    /// An argument contains a NUL byte.
    NulInArgument,
    /// The server sent what no tmux sends.
    MalformedPeer,
    /// The deadline passed.
    TimedOut,
    /// The caller cancelled the command.
    Cancelled,
    /// The command printed more than the caller allowed.
    TooMuchOutput {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A server has to be started, but there is no tmux program.
    NoTmuxBinary,
    /// The tmux program could not be run, or leads back to ourselves.
    Spawn(String),
    /// The server refused a command that this crate made up itself; the source is its text.
    Refused,
    /// The channel ended, for this reason, before the command was answered.
    ChannelEnded(End),
    /// The channel is attached to no session, so that it hears nothing of panes and formats; open
    /// it with [`ChannelOptions::attach`](crate::ChannelOptions::attach).
    NotAttached,
    /// The server did not let the client attach; the source is the server's text.
    NotAllowedToAttach(Refusal),
    /// The terminal's type is unknown here, or its entry can't be used; the source says which file
    /// and why.
    UnknownTerminal(String),
    /// What was given as a terminal is none.
    NotATerminal,
    /// What was named belongs to another server process than the one that is asked, in which its
    /// ids mean nothing, or something else: to one that has ended while another has its socket now,
    /// or to one of two servers that can't work together.
    AnotherServer,
    /// The command failed; what that comes down to. The source is the [`Failure`] with tmux's text.
    Failed(FailureKind),
    /// The answer can't be read as what it should be; the source says what is missing in it.
    Unreadable,
    /// This program runs in no pane of the server.
    NotInPane,
    /// The operation can't be said to this server; the source says why.
    Operation,
    /// It would end what this program runs in, or the server that everybody uses; `unguarded` of the
    /// server gives a handle that does it.
    Guarded(Guarded),
    /// The pane would not take what was to be typed, and nothing was.
    NotTyped(NotTyped),
    /// Reading or writing on our side failed.
    Io,
}

/// Says of a directory for sockets that others could get at it.
pub(crate) fn open_to_others(directory: &Path) -> String {
    format!("directory {}{OPEN_TO_OTHERS}", directory.display())
}

/// The directory of which that is said.
pub(crate) fn said_open_to_others(text: &str) -> Option<&Path> {
    text.strip_prefix("directory ")?.strip_suffix(OPEN_TO_OTHERS).map(Path::new)
}

const OPEN_TO_OTHERS: &str = " has unsafe permissions";

/// What must be asked for explicitly to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Guarded {
    /// The server that `tmux` talks to without `-L`, `-S` and `$TMUX`.
    DefaultServer,
    /// The server that this program runs in.
    OwnServer,
    /// The pane that this program runs in, maybe with its window or session.
    OwnPane,
}

impl fmt::Display for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DefaultServer => "the default server",
            Self::OwnServer => "the server that this program runs in",
            Self::OwnPane => "the pane that this program runs in",
        })
    }
}

/// Why nothing was typed into a pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotTyped {
    /// The pane is still there, but its program has ended, or it has none.
    Dead,
    /// The pane is in copy mode or another mode, which would take what is typed. `leave_modes` of
    /// the pane ends it.
    InMode,
    /// The pane's input is switched off (`select-pane -d`).
    InputOff,
    /// Other panes of its window would get the keys as well (`synchronize-panes`).
    Synchronized,
    /// The text has the sequence that ends a bracketed paste, and what follows it would be taken
    /// for typed.
    EndsPaste,
}

impl fmt::Display for NotTyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dead => "the pane's program has ended",
            Self::InMode => "the pane is in a mode, which would take it",
            Self::InputOff => "the pane's input is switched off",
            Self::Synchronized => "keys would go to other panes as well (synchronize-panes)",
            Self::EndsPaste => "the text has the sequence that ends a bracketed paste",
        })
    }
}

/// What became of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// It did not run: repeating it is safe.
    NotSent,
    /// It may have run, wholly or in part.
    MayHaveRun,
    /// The server answered it to the end; only our side of it failed.
    Answered,
}

/// How a channel, or one connection of it, came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// We closed it.
    Closed,
    /// Somebody detached it from its session (`detach-client`); the protocol doesn't tell who.
    Detached {
        /// The session.
        session: String,
    },
    /// Its session ended.
    SessionGone,
    /// The server is going away, or has gone, or would go if we were not there.
    ServerGone,
    /// It didn't read for five minutes, and the server gave it up.
    TooFarBehind,
    /// A command on it waited for something else than the server, so that all others had to wait,
    /// too: a hook's program, or a person whom a hook's prompt asks. See
    /// [`ChannelOptions::held_up_after`](crate::ChannelOptions::held_up_after).
    HeldUp,
    /// The server doesn't serve this user.
    AccessRefused,
    /// The server did not let it attach, or had no session that is safe to use; why.
    Refused(String),
    /// The server sent what no tmux sends; what.
    Broken(String),
    /// Nobody knows why; what is known.
    Unknown(String),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the channel was closed"),
            Self::Detached { session } => {
                write!(f, "detached from session {}", harmless::line(session.as_bytes()))
            }
            Self::SessionGone => f.write_str("the session has ended"),
            Self::ServerGone => f.write_str("the server has gone"),
            Self::TooFarBehind => f.write_str("too far behind"),
            Self::HeldUp => f.write_str("held up: a command on it waits for somebody"),
            Self::AccessRefused => f.write_str("access not allowed"),
            Self::Refused(text) | Self::Broken(text) | Self::Unknown(text) => {
                f.write_str(&harmless::text(text.as_bytes()))
            }
        }
    }
}

/// Why a server doesn't let a client attach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The terminal is a pane of the same server, and the environment has `TMUX`. Attach from
    /// outside, use `switch-client`, or leave `TMUX` out of the environment.
    Nested,
    /// The server has no session.
    NoSessions,
    /// There is no session, window or pane of that name.
    NotFound,
    /// What was passed is not a terminal, or can't be used as one.
    NotATerminal,
    /// The terminal's type can't do what tmux needs: `clear` and `cup`.
    Unsuitable,
    /// The user may only read (`server-access -r`), and the command does more.
    ReadOnly,
    /// The command ended well and attached nothing, such as `new-session -d`.
    NothingToAttach,
    /// Another reason, which the error's reason has in the server's words.
    Other,
}

#[cfg(feature = "tokio")]
impl Refusal {
    /// Reads the server's text; the texts are the same since 3.0.
    pub(crate) fn of(text: &str) -> Self {
        let known = [
            ("sessions should be nested with care", Self::Nested),
            ("no sessions", Self::NoSessions),
            ("can't find ", Self::NotFound),
            ("client is read-only", Self::ReadOnly),
            ("open terminal failed: terminal does not support", Self::Unsuitable),
            ("open terminal failed: missing or unsuitable terminal", Self::Unsuitable),
            ("open terminal failed", Self::NotATerminal),
        ];
        let found = known.iter().find(|(start, _)| text.starts_with(start));
        found.map_or(Self::Other, |(_, refusal)| *refusal)
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Inner { kind, delivery, source: None }))
    }

    pub(crate) fn not_sent(kind: ErrorKind) -> Self {
        Self::new(kind, Delivery::NotSent)
    }

    /// The server's answer to a command that this crate made up itself: its error text.
    pub(crate) fn refused(text: &str) -> Self {
        Self::new(ErrorKind::Refused, Delivery::Answered).with_text(text.trim_end())
    }

    /// What isn't there, where tmux doesn't say so itself.
    pub(crate) fn not_found(what: Thing, name: &dyn fmt::Display) -> Self {
        let kind = ErrorKind::Failed(FailureKind::NotFound { what });
        let what = format!("{what:?}").to_lowercase();
        Self::new(kind, Delivery::Answered).with_text(&format!("can't find {what}: {name}"))
    }

    /// A pane that was there when it was asked for.
    #[cfg(feature = "tokio")]
    pub(crate) fn pane_gone(pane: PaneId) -> Self {
        Self::new(ErrorKind::Refused, Delivery::Answered).with_source(PaneGone(pane))
    }

    /// Whether it says that something isn't there: what a handle stands for is gone, or nothing has
    /// that name.
    pub fn is_not_found(&self) -> bool {
        matches!(self.failure(), Some(FailureKind::NotFound { .. }))
    }

    /// What it comes down to, if a server refused something: our own command, or to attach, as well.
    fn failure(&self) -> Option<FailureKind> {
        let read = |text: &str| FailureKind::read(text.as_bytes());
        match self.kind() {
            ErrorKind::Failed(kind) => Some(*kind),
            ErrorKind::ChannelEnded(End::Refused(text)) => Some(read(text)),
            ErrorKind::Refused | ErrorKind::NotAllowedToAttach(_) => {
                let reason = self.reason()?;
                let what = Thing::Pane;
                let gone = reason.is::<PaneGone>().then_some(FailureKind::NotFound { what });
                gone.or_else(|| Some(read(&reason.to_string())))
            }
            _ => None,
        }
    }

    /// Whether it says that what was asked about isn't there: nothing has that name or id, or had it
    /// ([`is_not_found`](Self::is_not_found)), or there is no server, or not the one that it was of.
    pub fn is_gone(&self) -> bool {
        let no_target = Some(FailureKind::NoTarget);
        self.is_not_found() || self.is_server_gone() || self.failure() == no_target
    }

    pub(crate) fn is_server_gone(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::NoServer { .. }
                | ErrorKind::AnotherServer
                | ErrorKind::ChannelEnded(End::ServerGone)
        )
    }

    /// The session whose name was taken, as the server says it.
    pub(crate) fn taken_session(&self) -> Option<String> {
        let failure = self.reason()?.downcast_ref::<Failure>()?;
        let name = failure.text.strip_prefix("duplicate session: ")?;
        Some(name.to_owned())
    }

    /// What it comes from, as a value: a [`Failure`], a
    /// [`PlanFailure`](tmuxwire_operations::PlanFailure), an [`OperationError`], an
    /// [`io::Error`](std::io::Error) and others. Its words may be in this error's own; if they are,
    /// it is no [`source`](std::error::Error::source).
    pub fn reason(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Whether its own words end with those of the reason.
    fn says_reason(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Failed(_)
                | ErrorKind::MalformedPeer
                | ErrorKind::Io
                | ErrorKind::Spawn(_)
                | ErrorKind::Refused
                | ErrorKind::Operation
                | ErrorKind::Unreadable
                | ErrorKind::NotAllowedToAttach(_)
                | ErrorKind::UnknownTerminal(_)
        )
    }

    /// A source that is a text, of a peer or about one.
    pub(crate) fn with_text(self, text: &str) -> Self {
        self.with_source(harmless::text(text.as_bytes()))
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Whether the command may have run.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }
}

/// A pane has gone.
#[derive(Debug)]
struct PaneGone(PaneId);

impl fmt::Display for PaneGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pane {} is gone", self.0)
    }
}

impl std::error::Error for PaneGone {}

/// A failed command as an error: it was answered.
impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(ErrorKind::Failed(failure.kind), Delivery::Answered).with_source(failure)
    }
}

/// An answer that is none: the command has run.
impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(ErrorKind::Unreadable, Delivery::Answered).with_source(unreadable)
    }
}

impl From<OperationError> for Error {
    fn from(error: OperationError) -> Self {
        Self::not_sent(ErrorKind::Operation).with_source(error)
    }
}

/// Nothing in it does anything to a terminal, whatever a peer said or a path is called.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = String::new();
        self.say(&mut words)?;
        f.write_str(&harmless::text(words.as_bytes()))
    }
}

impl Error {
    fn say(&self, f: &mut impl fmt::Write) -> fmt::Result {
        match &self.0.kind {
            ErrorKind::NoServer { path, errno } | ErrorKind::Connect { path, errno } => {
                connect_text(f, path, *errno)
            }
            ErrorKind::SocketDirectory(text) | ErrorKind::Spawn(text) => f.write_str(text),
            ErrorKind::AccessRefused { .. } => f.write_str("access not allowed"),
            ErrorKind::LostServer => f.write_str("server exited unexpectedly"),
            ErrorKind::ServerShutdown => {
                f.write_str("the server shut down before the command ended")
            }
            ErrorKind::VersionMismatch { server } => {
                write!(f, "protocol version mismatch (client 8, server {server})")
            }
            // The middle range is what tmux's packing accepts and its sending refuses.
            ErrorKind::CommandTooLong { size: 0..=16380 } => f.write_str("failed to send command"),
            ErrorKind::CommandTooLong { .. } => f.write_str("command too long"),
            ErrorKind::NulInArgument => f.write_str("an argument contains a NUL byte"),
            ErrorKind::MalformedPeer => f.write_str("the server's answer is not tmux's protocol"),
            ErrorKind::TimedOut => f.write_str("timed out"),
            ErrorKind::Cancelled => f.write_str("cancelled"),
            ErrorKind::TooMuchOutput { limit } => {
                write!(f, "the command printed more than {limit} bytes; stream it instead")
            }
            ErrorKind::NoTmuxBinary => f.write_str(
                "no tmux program found; install tmux, or name it in TMUXWIRE_TMUX \
                 (it is needed to start a server)",
            ),
            ErrorKind::Refused => f.write_str("the server refused"),
            ErrorKind::ChannelEnded(end @ (End::Refused(_) | End::AccessRefused)) => {
                write!(f, "{end}")
            }
            ErrorKind::ChannelEnded(end) => write!(f, "no answer: {end}"),
            ErrorKind::NotAttached => f.write_str("the channel is attached to no session"),
            ErrorKind::NotAllowedToAttach(_) => f.write_str("not attached"),
            ErrorKind::UnknownTerminal(term) => {
                write!(f, "missing or unsuitable terminal: {term}")
            }
            ErrorKind::NotATerminal => f.write_str("not a terminal"),
            ErrorKind::Operation => f.write_str("can't be asked"),
            ErrorKind::Guarded(what) => {
                write!(f, "refused: it would end {what}; `Server::unguarded` allows that")
            }
            ErrorKind::NotTyped(why) => write!(f, "nothing was typed: {why}"),
            ErrorKind::AnotherServer => f.write_str("belongs to another server process"),
            ErrorKind::Failed(_) if self.0.source.is_some() => Ok(()),
            ErrorKind::Failed(_) => f.write_str("the command failed"),
            ErrorKind::Unreadable => f.write_str("the answer can't be read"),
            ErrorKind::NotInPane => f.write_str("not in a pane of this server"),
            ErrorKind::Io => f.write_str("input or output failed"),
        }?;
        match (&self.0.kind, &self.0.source) {
            (ErrorKind::Failed(_), Some(reason)) => write!(f, "{reason}"),
            (_, Some(reason)) if self.says_reason() => write!(f, ": {reason}"),
            _ => Ok(()),
        }
    }
}

fn connect_text(f: &mut impl fmt::Write, path: &Path, errno: i32) -> fmt::Result {
    let path = path.display();
    match nix::errno::Errno::from_raw(errno) {
        nix::errno::Errno::ECONNREFUSED => write!(f, "no server running on {path}"),
        errno => write!(f, "error connecting to {path} ({})", crate::system_text(errno as i32)),
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("delivery", &self.0.delivery)
            .field("source", &self.0.source)
            .finish()
    }
}

/// What its own words don't say already: who prints an error and all its sources says nothing twice.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let reason = self.0.source.as_deref()?;
        if self.says_reason() { reason.source() } else { Some(reason) }
    }
}

#[cfg(test)]
mod tests;
