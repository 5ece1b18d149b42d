//! Processes whose end somebody waits for.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::kill;
use nix::unistd::Pid;

mod left_behind;

pub use left_behind::LeftBehind;
pub(crate) use left_behind::in_panes;

const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// When a time is up that may be longer than there is time.
pub(crate) fn deadline(limit: Duration) -> Instant {
    const YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
    Instant::now() + limit.min(YEARS)
}

/// Processes that are to end.
#[derive(Debug)]
pub(crate) struct Leaving(Vec<Process>);

#[derive(Debug)]
enum Process {
    /// Becomes readable when it has ended.
    Descriptor(OwnedFd),
    /// Where there is no such thing, somebody has to look.
    Number(Pid),
}

impl Leaving {
    /// Those of them that are there.
    pub(crate) fn of(pids: impl IntoIterator<Item = u32>) -> Self {
        Self(pids.into_iter().filter_map(open).collect())
    }

    /// Blocks until all have ended, or the time is up. Answers whether they have.
    pub(crate) fn wait(&self, deadline: Instant) -> bool {
        self.0.iter().all(|process| process.wait(deadline))
    }
}

#[cfg(target_os = "linux")]
fn open(pid: u32) -> Option<Process> {
    use rustix::process::{PidfdFlags, pidfd_open};
    let pid = pid.try_into().ok().filter(|pid| *pid > 0)?;
    match pidfd_open(rustix::process::Pid::from_raw(pid)?, PidfdFlags::empty()) {
        Ok(process) => Some(Process::Descriptor(process)),
        Err(rustix::io::Errno::SRCH) => None,
        Err(_) => Some(Process::Number(Pid::from_raw(pid))),
    }
}

#[cfg(not(target_os = "linux"))]
fn open(pid: u32) -> Option<Process> {
    let pid = pid.try_into().ok().filter(|pid| *pid > 0)?;
    Some(Process::Number(Pid::from_raw(pid)))
}

impl Process {
    fn wait(&self, deadline: Instant) -> bool {
        match self {
            Self::Descriptor(process) => wait_readable(process, deadline),
            Self::Number(pid) => look_until_gone(*pid, deadline),
        }
    }
}

fn wait_readable(process: &OwnedFd, deadline: Instant) -> bool {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // Rounded up, so that it isn't asked again and again at the end.
        let left = left.saturating_add(Duration::from_micros(999));
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(process.as_fd(), PollFlags::POLLIN)], timeout) {
            Ok(0) if Instant::now() >= deadline => return false,
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}

fn look_until_gone(pid: Pid, deadline: Instant) -> bool {
    let mut pause = FIRST_PAUSE;
    while kill(pid, None) != Err(Errno::ESRCH) {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    true
}

/// The leader of what has the terminal of a process in the foreground. `None` where that can't be
/// known: another system, no terminal.
pub(crate) fn foreground_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The name stands in brackets and may have brackets, spaces and any bytes of its own. Behind it:
    // state, parent, group, session, terminal.
    let (_, after) = stat.rsplit_once(") ")?;
    after.split(' ').nth(5)?.parse().ok()
}

/// Whether a process that a server has just started gets keys by now: before, a C-c is lost. Where
/// that can't be known, it does.
pub(crate) fn gets_keys(pid: u32, server: i32) -> bool {
    let program = |pid: &dyn std::fmt::Display| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    match (program(&pid), program(&server)) {
        (Some(own), Some(servers)) => own != servers && foreground_of(pid).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_noticed_and_a_stay_too() {
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        for process in [open(child.id()).unwrap(), Process::Number(pid(&child))] {
            assert!(!process.wait(Instant::now() + Duration::from_millis(20)));
        }
        let leaving = Leaving::of([child.id()]);
        child.kill().unwrap();
        assert!(leaving.wait(Instant::now() + Duration::from_secs(20)));
        child.wait().unwrap();
        assert!(Process::Number(pid(&child)).wait(Instant::now()));
        assert!(Leaving::of([child.id(), 0, u32::MAX]).wait(Instant::now()));
    }

    fn pid(child: &std::process::Child) -> Pid {
        Pid::from_raw(child.id().cast_signed())
    }
}
