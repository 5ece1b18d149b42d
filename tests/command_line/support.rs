//! Running both clients in the same place.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

pub(crate) const TMUXWIRE: &str = env!("CARGO_BIN_EXE_tmuxwire");

/// Everything that a caller sees of a client.
#[derive(PartialEq, Eq)]
pub(crate) struct Seen {
    /// The exit status, or 1000 and the signal that ended it.
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} stdout {:?} stderr {:?}",
            self.status, self.stdout, self.stderr
        )
    }
}

impl From<Output> for Seen {
    fn from(output: Output) -> Self {
        let signal = || 1000 + output.status.signal().unwrap_or(0);
        Self {
            status: output.status.code().unwrap_or_else(signal),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A client in the clean environment of `home`: the real tmux or ours, both called `tmux`.
pub(crate) fn client(program: &Path, home: &Path) -> Command {
    let mut command = tmuxwire_testkit::command(program, home);
    command.arg0("tmux").stdin(Stdio::null());
    command
}

/// Runs a client to its end.
pub(crate) fn seen(command: &mut Command) -> Seen {
    command.output().expect("runs").into()
}
