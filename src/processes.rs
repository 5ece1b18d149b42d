//! What the kernel tells of tmux servers on this machine. On Linux that is who listens on which
//! socket, also on one that was unlinked; elsewhere nothing is known.

mod proc;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A running process of a tmux server that listens on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerProcess {
    /// The process.
    pub pid: i32,
    /// The user whose it is.
    pub uid: u32,
    /// The socket that it listens on, by the path that it was bound to. It may not be there any
    /// more, or be another's by now.
    pub socket: PathBuf,
    /// The program that it runs, if the kernel tells us.
    pub executable: Option<Executable>,
    /// When it began, to about a hundredth of a second.
    pub started: Option<SystemTime>,
    /// Whether it is stopped (SIGSTOP), so that it answers nobody.
    pub is_stopped: bool,
    /// Tells a process from a later one of the same number.
    start_ticks: u64,
}

/// The program of a running process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Executable {
    /// Where it was when the process began.
    pub path: PathBuf,
    /// What is there now.
    pub now: ExecutableNow,
}

/// What became of the file that a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExecutableNow {
    /// It is still there.
    Same,
    /// Another file has its name: an upgrade.
    Replaced,
    /// Nothing has its name any more.
    Gone,
}

/// The tmux servers that run on this machine and listen on a socket, in order of their numbers:
/// those of this user, or of all users for root. A process in a file system or network of its own
/// (a container) is not among them. Empty where the system doesn't tell (elsewhere than Linux).
///
/// Reads `/proc`, which takes about 10 µs for each process of this user.
pub fn server_processes() -> Vec<ServerProcess> {
    proc::servers()
}

impl ServerProcess {
    /// The process that listens on a socket of this path, which doesn't mean that it can be reached
    /// by it: the file may have been unlinked.
    pub fn listening_on(path: &Path) -> Option<Self> {
        // Most often there is none, and the table of sockets says so at once.
        if !proc::is_name_listened_on(path.file_name()?) {
            return None;
        }
        server_processes().into_iter().find(|process| is_same_place(&process.socket, path))
    }

    /// The process of this number, whatever it is called, if it listens on a socket.
    #[cfg(feature = "tokio")]
    pub(crate) fn of_pid(pid: i32) -> Option<Self> {
        proc::server_of_pid(pid)
    }

    /// Whether the process of this number is called what tmux calls its servers.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_named_so(pid: i32) -> bool {
        proc::is_named_so(pid)
    }

    /// Whether it is this user's. Another user's program is nothing to run.
    pub fn is_ours(&self) -> bool {
        self.uid == nix::unistd::geteuid().as_raw()
    }

    /// Whether this very process is still there.
    pub fn is_alive(&self) -> bool {
        proc::start_ticks(self.pid) == Some(self.start_ticks)
    }

    /// Whether a process of this number is stopped.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_stopped(pid: i32) -> bool {
        proc::is_stopped(pid)
    }

    /// Whether SIGUSR1 has a meaning to it. Any process to which it has none would end by it.
    #[cfg(feature = "tokio")]
    pub(crate) fn catches_sigusr1(&self) -> bool {
        proc::catches_sigusr1(self.pid)
    }
}

/// When the process of this number began, in a unit of the kernel's own.
pub(crate) fn started(pid: i32) -> Option<u64> {
    proc::start_ticks(pid)
}

/// Whether the system tells anything at all.
#[cfg(feature = "tokio")]
pub(crate) fn are_known() -> bool {
    proc::is_readable()
}

/// Whether any socket, listening or not yet, is bound to this path. A relative name is one of its
/// process's directory, which is known of those that listen.
#[cfg(feature = "tokio")]
pub(crate) fn is_bound(path: &Path) -> bool {
    proc::is_any_bound(|bound| bound.is_absolute() && is_same_place(bound, path))
        || ServerProcess::listening_on(path).is_some()
}

/// Whether two paths name the same file of the same directory, whether or not it is there.
pub(crate) fn is_same_place(left: &Path, right: &Path) -> bool {
    left == right || (left.file_name() == right.file_name() && directory(left) == directory(right))
}

fn directory(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let directory = path.parent()?;
    Some(std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned()))
}
