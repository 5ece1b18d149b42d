//! What to do about an error, where more can be said than the error itself does.

use std::path::Path;

use tmuxwire_protocol::harmless;

use crate::error::{Error, ErrorKind};
use crate::processes::ServerProcess;

/// What explains an error and what helps, in one line; `None` for most. Tells of a server whose
/// socket was deleted while it runs (Linux), and of one of another protocol version.
///
/// For an error that says that no server runs, this reads the kernel's table of sockets, and the
/// processes of this user only if the path is in it.
pub fn remedy(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::NoServer { path, .. } => {
            let server = ServerProcess::listening_on(path)?;
            Some(format!(
                "its server still runs as process {}, but the socket was deleted; make it again \
                 with `{}`, or `tw doctor --fix`",
                server.pid,
                harmless::line(server.recreation().as_bytes())
            ))
        }
        ErrorKind::VersionMismatch { .. } => Some(
            "the server was started by another tmux: use that one as the client, or end the server \
             and start it again"
                .to_owned(),
        ),
        _ => None,
    }
}

impl ServerProcess {
    /// The shell command that makes its socket again, if it was deleted: SIGUSR1, and before that the
    /// directory, if that has gone, too.
    pub fn recreation(&self) -> String {
        let signal = format!("kill -USR1 {}", self.pid);
        match self.socket.parent() {
            Some(directory) if !directory.exists() => {
                format!("mkdir -p -m 700 {} && {signal}", quoted(directory))
            }
            _ => signal,
        }
    }
}

/// A path as a word for the shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    match path.chars().all(plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}
