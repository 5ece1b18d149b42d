//! How it ends: the exit status, and what is said on standard error.

use std::io::{self, Write};

use tmuxwire::{Channel, End, Error, ErrorKind, PaneEnd, harmless, remedy};

/// The exit statuses; the help texts and the README list them.
#[derive(Debug)]
pub(crate) struct Status;

impl Status {
    pub(crate) const DONE: u8 = 0;
    pub(crate) const GAVE_UP: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    /// There is no server, or none for us.
    pub(crate) const LOST: u8 = 3;
    /// There is no such session or pane.
    pub(crate) const MISSING: u8 = 4;
    /// Standard output can't be written.
    pub(crate) const NO_OUTPUT: u8 = 5;
    /// Where statuses are those of a program: as `timeout` and `env` have it.
    pub(crate) const PROGRAM_GAVE_UP: u8 = 124;
    pub(crate) const PROGRAM_UNKNOWN: u8 = 125;
    /// Add the signal's number.
    pub(crate) const SIGNAL: u8 = 128;
}

/// The reason of a wait that gave up.
pub(crate) const GAVE_UP: &str = "gave-up";

/// An end that is not what was wanted.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: u8,
    pub(crate) text: String,
    /// Why, for programs: what the status says where it is our own.
    pub(crate) reason: &'static str,
    /// How the pane's program ended, where that is why.
    pub(crate) end: Option<PaneEnd>,
    /// No server runs, and nothing is known of one that did.
    may_start: bool,
}

impl Failure {
    pub(crate) fn new(status: u8, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), reason: reason(status), end: None, may_start: false }
    }

    pub(crate) fn missing(text: &str) -> Self {
        let hint = "`tmux list-panes -a` lists all panes";
        Self::new(Status::MISSING, format!("{text}; {hint}"))
    }

    /// For a pane whose program has ended, in words.
    pub(crate) fn ended(text: String, end: PaneEnd) -> Self {
        Self { reason: "ended", end: Some(end), ..Self::new(Status::MISSING, text) }
    }

    /// For a server that is there, and not for us.
    pub(crate) fn refused(text: String) -> Self {
        Self { reason: "refused", ..Self::new(Status::LOST, text) }
    }

    /// For a server that hangs.
    pub(crate) fn no_answer() -> Self {
        Self::new(Status::LOST, "the server doesn't answer")
    }

    /// For the end of a channel that had found its session: what it doesn't find any more when it
    /// looks again has ended.
    pub(crate) fn of_session_that_was(end: &End) -> Self {
        match end {
            End::Refused(_) => (&End::SessionGone).into(),
            end => end.into(),
        }
    }

    /// For an error on such a channel.
    pub(crate) fn on(channel: &Channel, error: Error) -> Self {
        match channel.end() {
            Some(end) => Self::of_session_that_was(&end),
            None => error.into(),
        }
    }

    /// Says it, whosever words are in it, so that it does nothing to a terminal; answers the status.
    pub(crate) fn tell(&self, colours: bool) -> u8 {
        let (on, off) = if colours { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        if !self.text.is_empty() {
            // Where nobody listens there is nothing to be done.
            let text = harmless::text(self.text.as_bytes());
            let _ = writeln!(io::stderr(), "{on}tw:{off} {text}");
        }
        self.status
    }

    /// The same with a hint how to start the server, if that helps.
    pub(crate) fn hinted(mut self, hint: impl FnOnce() -> String) -> Self {
        if std::mem::take(&mut self.may_start) {
            self.text.push_str(&format!("; {}", hint()));
        }
        self
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: u8) -> Self {
        Self { status, ..self }
    }
}

fn reason(status: u8) -> &'static str {
    match status {
        Status::GAVE_UP | Status::PROGRAM_GAVE_UP => GAVE_UP,
        Status::USAGE => "usage",
        Status::LOST => "no-server",
        Status::MISSING => "no-pane",
        _ => "output",
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = match error.kind() {
            // What several lines would be for is a path.
            ErrorKind::NoServer { .. }
            | ErrorKind::Connect { .. }
            | ErrorKind::SocketDirectory(_)
            | ErrorKind::Spawn(_) => harmless::line(said(&error).as_bytes()),
            _ => said(&error),
        };
        if let Some(remedy) = remedy(&error) {
            return Self::new(Status::LOST, format!("{text}\n{remedy}"));
        }
        match error.kind() {
            ErrorKind::NoServer { .. } => Self { may_start: true, ..Self::new(Status::LOST, text) },
            ErrorKind::TimedOut => Self::no_answer(),
            ErrorKind::ChannelEnded(end) => end.into(),
            ErrorKind::Refused => Self::missing(text.trim_start_matches("the server refused: ")),
            ErrorKind::NulInArgument | ErrorKind::CommandTooLong { .. } => {
                Self::new(Status::USAGE, text)
            }
            _ => Self::new(Status::LOST, text),
        }
    }
}

/// An error with its sources, none of which says what is said already.
fn said(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

impl From<&End> for Failure {
    fn from(end: &End) -> Self {
        let text = end.to_string();
        match end {
            End::SessionGone => Self::new(Status::MISSING, text),
            End::Refused(_) => Self::missing(&text),
            _ => Self::new(Status::LOST, text),
        }
    }
}

/// A reader that has gone has had enough, which is no failure of ours.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Status::DONE, ""),
            _ => Self::new(Status::NO_OUTPUT, format!("standard output: {error}")),
        }
    }
}
