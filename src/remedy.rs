//! What to do about an error, where more can be said than the error itself does.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use tmuxwire_protocol::harmless;

use crate::error::{self, End, Error, ErrorKind};
use crate::processes::ServerProcess;
use crate::socket::MAX_PATH;

/// What explains an error and what helps, in one line; `None` for most. Tells of a server whose
/// socket was deleted while it runs (Linux), of one of another protocol version or that doesn't serve
/// this user, of a directory for sockets that can't be used, and of a path that is too long.
///
/// For an error that says that no server runs, this reads the kernel's table of sockets, and the
/// processes of this user only if the path is in it.
pub fn remedy(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::NoServer { path, .. } => {
            let server = ServerProcess::listening_on(path)?;
            let command = server.recreation().map(|command| format!("`{command}`, or "));
            Some(format!(
                "its server still runs as process {}, but the socket was deleted; make it again \
                 with {}`tw doctor --fix`",
                server.pid,
                command.unwrap_or_default()
            ))
        }
        ErrorKind::VersionMismatch { .. } => Some(
            "the server was started by another tmux: use that one as the client, or end the server \
             and start it again"
                .to_owned(),
        ),
        ErrorKind::AccessRefused { .. } | ErrorKind::ChannelEnded(End::AccessRefused) => {
            Some("the server's owner can let you in: `tmux server-access -a USER`".to_owned())
        }
        ErrorKind::SocketDirectory(text) => Some(of_directory(text)),
        ErrorKind::Connect { errno, .. } if *errno == Errno::ENAMETOOLONG as i32 => Some(format!(
            "a socket's path has {MAX_PATH} bytes at most: choose a shorter one, by `-S` or TMUX_TMPDIR"
        )),
        _ => None,
    }
}

/// What helps where the directory for sockets can't be used.
fn of_directory(text: &str) -> String {
    let is_ours = |directory: &&Path| {
        let status = std::fs::symlink_metadata(directory);
        status.is_ok_and(|status| status.uid() == nix::unistd::getuid().as_raw())
    };
    let other = "set TMUX_TMPDIR to a directory of your own";
    match error::said_open_to_others(text).filter(is_ours).and_then(harmless::path) {
        Some(directory) => format!("shut others out with `chmod 700 {directory}`, or {other}"),
        None => other.to_owned(),
    }
}

impl ServerProcess {
    /// The shell command that makes its socket again, if it was deleted: SIGUSR1, and before that the
    /// directory, if that has gone, too. `None` if that can't be shown in a command, or is a link that
    /// leads nowhere.
    pub fn recreation(&self) -> Option<String> {
        let signal = format!("kill -USR1 {}", self.pid);
        match self.socket.parent() {
            Some(directory) if directory.is_symlink() && !directory.exists() => None,
            Some(directory) if !directory.exists() => {
                let directory = harmless::path(directory)?;
                Some(format!("mkdir -p -m 700 {directory} && {signal}"))
            }
            _ => Some(signal),
        }
    }
}
