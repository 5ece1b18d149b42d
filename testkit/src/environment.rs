//! The environment that test programs run in: nothing inherited that tmux looks at.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// What test programs see: a path, a home, a UTF-8 locale, no terminal type that matters.
pub fn clean_environment(home: &Path) -> Vec<(String, String)> {
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
    [
        ("PATH", path.as_str()),
        ("HOME", home.to_str().expect("a printable path")),
        ("LANG", "C.UTF-8"),
        ("TERM", "screen"),
        ("SHELL", "/bin/sh"),
        ("TMUX_TMPDIR", home.to_str().expect("a printable path")),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// A program in the clean environment, with its home in `home`.
pub fn command(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(clean_environment(home)).current_dir(home);
    command
}

/// A program that starts with the usual answers to signals, also where whoever runs the tests
/// ignores some: `nohup`, or a shell that runs them in the background.
pub fn command_with_default_signals(program: impl AsRef<OsStr>, home: &Path) -> Command {
    let mut command = command("env", home);
    command.arg("--default-signal=HUP,INT,QUIT,TERM").arg(program);
    command
}
