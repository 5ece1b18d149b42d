//! What an attached client is to be, how it can end, and what it leaves behind on its terminal.
//! The same for both drivers.

mod end;
mod lent;
mod restore;

use std::ffi::OsString;
use std::time::Duration;

pub use self::end::AttachEnd;
pub(crate) use self::end::end_of;
#[cfg(feature = "tokio")]
pub(crate) use self::end::not_attached;
pub(crate) use self::lent::Lent;
use crate::command::Command;

/// How long a server is given to answer that we leave. One that is stopped or hung never does, and
/// must not keep the terminal.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// How a client attaches.
///
/// Unless told otherwise it runs `attach-session`, on a terminal of the type that `TERM` names.
#[derive(Clone, Debug)]
#[must_use]
pub struct AttachOptions {
    pub(crate) command: Command,
    pub(crate) term: Option<OsString>,
    pub(crate) features: Vec<String>,
    pub(crate) colours_256: bool,
    pub(crate) by_program: bool,
}

impl Default for AttachOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl AttachOptions {
    /// Attaches to the session that tmux thinks best.
    pub fn new() -> Self {
        let command = Command::new(["attach-session"]);
        Self { command, term: None, features: Vec::new(), colours_256: false, by_program: false }
    }

    /// The command that attaches, with all its flags: `attach-session -t work -r`,
    /// `new-session -A -s work`. No argument at all is tmux's default command. Deadline, input and
    /// output limit of the command play no part.
    pub fn command(mut self, command: impl Into<Command>) -> Self {
        self.command = command.into();
        self
    }

    /// The terminal's type, if it isn't `$TERM`.
    pub fn term(mut self, term: impl Into<OsString>) -> Self {
        self.term = Some(term.into());
        self
    }

    /// Features that the terminal has beyond what its type says, as for `tmux -T`: names such as
    /// `RGB` or `clipboard`, with commas between them. Names that the server's version doesn't know
    /// say nothing. May be given several times.
    pub fn features(mut self, features: impl Into<String>) -> Self {
        self.features.push(features.into());
        self
    }

    /// The terminal has 256 colours, whatever its type says (`tmux -2`).
    pub fn colours_256(mut self) -> Self {
        self.colours_256 = true;
        self
    }

    /// Runs the tmux program on the terminal instead of attaching natively. Without this it is run
    /// only where no server is running yet, to start one. An event says so (feature `tracing`). The
    /// blocking `attach` has no use for it.
    pub fn by_program(mut self) -> Self {
        self.by_program = true;
        self
    }
}
