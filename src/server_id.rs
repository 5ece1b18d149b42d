//! Which process of a server: an id such as `%1` means something to that one only.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::socket;

/// One process of a server. Clones share it.
///
/// It is told by the process id that the system gives for the socket, and by a descriptor of that
/// process (Linux 6.5 and later), so that a process id that is used again is not mistaken for it.
/// Where the system doesn't tell who is behind a socket, every server counts as the same.
#[derive(Clone, Debug)]
pub struct ServerId(Arc<Process>);

#[derive(Debug)]
struct Process {
    pid: i32,
    /// Becomes readable when the process has ended.
    end: Option<OwnedFd>,
}

impl ServerId {
    /// The process behind a connection.
    pub(crate) fn behind(socket: BorrowedFd<'_>) -> Self {
        let pid = socket::peer_pid(socket);
        Self(Arc::new(Process { pid, end: socket::peer_process(socket) }))
    }

    /// Whether this very process is behind a connection.
    pub(crate) fn is_behind(&self, socket: BorrowedFd<'_>) -> bool {
        self.0.pid == socket::peer_pid(socket) && !self.has_ended()
    }

    /// The server's process id; 0 if the system doesn't tell.
    pub fn pid(&self) -> i32 {
        self.0.pid
    }

    /// Whether the process is known to have ended.
    pub fn has_ended(&self) -> bool {
        let Some(end) = &self.0.end else { return false };
        let mut fds = [PollFd::new(end.as_fd(), PollFlags::POLLIN)];
        poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
    }
}

/// The same process: one that has ended equals nothing but its own clones.
impl PartialEq for ServerId {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.0.pid == other.0.pid && !self.has_ended() && !other.has_ended()
    }
}

impl Eq for ServerId {}
