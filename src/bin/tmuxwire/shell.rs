//! `tmux -c`: a command in the shell that the server's panes run in.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use tmuxwire::Error;
use tmuxwire::blocking::Server;

use crate::descriptors::complain;
use crate::handover::become_program;

pub(crate) fn run(server: &Server, command: &OsStr, login: bool) -> Result<i32, Error> {
    let shell = server.shell()?;
    Ok(become_shell(&shell, command, login))
}

/// Becomes `shell -c command`; answers the status to exit with if that fails.
pub(crate) fn become_shell(shell: &Path, command: &OsStr, login: bool) -> i32 {
    let name = shell.file_name().unwrap_or(shell.as_os_str());
    let mut argv0 = OsString::from(if login { "-" } else { "" });
    argv0.push(name);
    crate::restore_signals();
    let arguments = [argv0, "-c".into(), command.to_owned()];
    complain(become_program(shell, &arguments, Some(("SHELL", shell.as_os_str().to_owned()))));
    1
}
