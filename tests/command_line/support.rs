//! Running both clients in the same place.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tmuxwire_testkit::Tmux;

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
        write!(f, "{} stdout {:?} stderr {:?}", self.status, self.stdout, self.stderr)
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

/// A real program, not one behind a shell script: the loader line of an unpacked release.
pub(crate) fn program(release: &Tmux) -> Vec<String> {
    let text = fs::read(&release.path).expect("readable");
    if !text.starts_with(b"#!") {
        return vec![release.path.display().to_string()];
    }
    let text = String::from_utf8(text).expect("a script");
    let line = text.lines().rfind(|line| line.starts_with("exec ")).expect("the loader's line");
    let directory = release.path.parent().and_then(Path::parent).expect("a directory");
    line.split(' ')
        .skip(1)
        .map(|word| word.trim_matches('"').replace("$here", directory.to_str().expect("printable")))
        .filter(|word| word != "$@")
        .collect()
}
