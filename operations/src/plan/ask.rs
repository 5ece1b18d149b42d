//! What goes to a server, and what comes back.

use std::fmt;

/// What to ask a server.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ask {
    /// Commands in their order, each as the arguments that the `tmux` program takes, with an answer
    /// of its own. There is more than one only with [`Planner::Pipelined`](super::Planner::Pipelined); they may all be written
    /// before the first is answered.
    pub commands: Vec<Vec<Vec<u8>>>,
}

/// Arguments may be secrets, so only their numbers show.
impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self.commands.iter().map(Vec::len);
        f.debug_struct("Ask").field("arguments", &sizes.collect::<Vec<_>>()).finish()
    }
}

/// What a server answered to one command of an [`Ask`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The exit status; 0 means success.
    pub status: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// The error text.
    pub stderr: Vec<u8>,
}

impl Answer {
    /// An answer.
    pub fn new(status: i32, stdout: impl Into<Vec<u8>>, stderr: impl Into<Vec<u8>>) -> Self {
        Self { status, stdout: stdout.into(), stderr: stderr.into() }
    }
}

/// Shows the size of what was printed, not what: it may be a secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("stdout_len", &self.stdout.len())
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}
