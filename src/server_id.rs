//! Which process of a server: an id such as `%1` means something to that one only.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::{processes, socket};

/// One process of a server. Clones share it.
///
/// It is told by the process id that the system gives for the socket, by when that process began
/// (Linux), and by a descriptor of it (Linux 6.5 and later), so that a process id that is used again
/// is not mistaken for it.
/// Where the system doesn't tell who is behind a socket, every server counts as the same.
#[derive(Clone, Debug)]
pub struct ServerId(Arc<Process>);

#[derive(Debug)]
struct Process {
    pid: i32,
    /// When it began, as the kernel counts: no other process of its number began then.
    started: Option<u64>,
    /// Becomes readable when the process has ended.
    end: Option<OwnedFd>,
}

impl ServerId {
    /// The process behind a connection.
    pub(crate) fn behind(socket: BorrowedFd<'_>) -> Self {
        let pid = socket::peer_pid(socket);
        let end = socket::peer_process(socket);
        let id = Self(Arc::new(Process { pid, started: processes::started(pid), end }));
        // Its number may have become another's before that was read.
        match id.has_ended() {
            true => {
                Self(Arc::new(Process { pid, started: None, end: socket::peer_process(socket) }))
            }
            false => id,
        }
    }

    /// Whether this very process is behind a connection.
    pub(crate) fn is_behind(&self, socket: BorrowedFd<'_>) -> bool {
        self.0.pid == socket::peer_pid(socket) && !self.has_ended() && self.is_no_later_one()
    }

    /// Where no descriptor tells that the process has ended: whether its number isn't another's now.
    fn is_no_later_one(&self) -> bool {
        self.0.end.is_some()
            || self.0.started.is_none_or(|started| processes::started(self.0.pid) == Some(started))
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

/// The same process. Where the system doesn't tell when processes began, one that has ended equals
/// nothing but its own clones.
impl PartialEq for ServerId {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (&self.0, &other.0);
        let same = || match (one.started, two.started) {
            (Some(one), Some(two)) => one == two,
            _ => !self.has_ended() && !other.has_ended(),
        };
        Arc::ptr_eq(one, two) || one.pid == two.pid && same()
    }
}

impl Eq for ServerId {}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: i32, started: Option<u64>) -> ServerId {
        ServerId(Arc::new(Process { pid, started, end: None }))
    }

    #[test]
    fn a_process_of_the_same_number_is_another_one() {
        assert_eq!(process(7, Some(1)), process(7, Some(1)));
        assert_ne!(process(7, Some(1)), process(7, Some(2)));
        assert_ne!(process(7, Some(1)), process(8, Some(1)));
        assert_eq!(process(7, None), process(7, None));
    }

    #[test]
    fn without_a_descriptor_the_time_tells_a_number_that_is_used_again() {
        let own = std::process::id().cast_signed();
        let started = processes::started(own);
        assert!(process(own, started).is_no_later_one());
        assert!(!process(own, started.map(|started| started + 1)).is_no_later_one());
    }
}
