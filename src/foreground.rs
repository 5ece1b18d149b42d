//! What runs in a pane, as the kernel tells it (Linux).

use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A process whose end is told.
#[derive(Debug)]
pub(crate) struct Process(AsyncFd<OwnedFd>);

impl Process {
    /// A child of a server. `None` where the system can't tell, or if there is no such process; a
    /// number that another system gave it means another process here, whose parent is another.
    #[cfg(target_os = "linux")]
    pub(crate) fn open(pid: i32, server: i32) -> Option<Self> {
        use rustix::process::{Pid, PidfdFlags, pidfd_open};
        // A server may tell any number.
        let told = u32::try_from(pid).ok()?;
        let process = pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()?;
        let parent = Stat::read(told)?.parent;
        (i64::from(parent) == i64::from(server)).then(|| register(process).ok().map(Self))?
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn open(_: i32, _: i32) -> Option<Self> {
        None
    }

    /// Returns when the process has ended.
    pub(crate) async fn ended(&self) {
        let _ = self.0.readable().await;
    }
}

#[allow(deprecated, reason = "its successor is unsafe for the sake of other types than this one")]
fn register(process: OwnedFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(process, Interest::READABLE)
}

/// The process that a terminal's keys go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreground {
    pub(crate) pid: u32,
    pub(crate) name: String,
    /// Whether it sleeps, whatever it waits for.
    pub(crate) sleeps: bool,
    /// Whether it sleeps in a read of a terminal.
    pub(crate) reads_terminal: bool,
}

/// Kernel functions in which a process sleeps that reads from a terminal.
const READS: [&str; 4] = ["n_tty_read", "wait_woken", "tty_read", "read_chan"];

/// The leader of the foreground process group of the terminal that `pane` (the pane's first
/// process) runs on. `None` where that can't be known: another system, another user's process.
pub(crate) fn of_pane(pane: u32) -> Option<Foreground> {
    let leader = Stat::read(pane)?.foreground?;
    let stat = Stat::read(leader)?;
    let waits_in = fs::read_to_string(file(leader, "wchan")).unwrap_or_default();
    let sleeps = matches!(stat.state, 'S' | 'I');
    Some(Foreground {
        pid: leader,
        name: stat.name,
        sleeps,
        reads_terminal: sleeps && READS.contains(&waits_in.as_str()),
    })
}

/// The fields of `/proc/PID/stat` that matter here.
struct Stat {
    name: String,
    state: char,
    parent: u32,
    /// `None` without a terminal.
    foreground: Option<u32>,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&String::from_utf8_lossy(&fs::read(file(pid, "stat")).ok()?))
    }

    /// The name stands in brackets and may have brackets and spaces of its own.
    fn parse(text: &str) -> Option<Self> {
        let (before, after) = text.rsplit_once(") ")?;
        let (_, name) = before.split_once(" (")?;
        let mut fields = after.split(' ');
        let state = fields.next()?.chars().next()?;
        let parent = fields.next()?.parse().ok()?;
        // Group, session and terminal stand in between.
        let foreground = fields.nth(3)?.parse().ok();
        Some(Self { name: name.to_owned(), state, parent, foreground })
    }
}

fn file(pid: u32, name: &str) -> PathBuf {
    ["/proc", &pid.to_string(), name].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_process_is_none() {
        for told in [i32::MIN, -5, 0] {
            assert!(Process::open(told, 1).is_none());
        }
    }

    /// A process's name is bytes of its own choice.
    #[test]
    #[cfg(target_os = "linux")]
    fn names_of_any_bytes_are_read() {
        use std::os::unix::ffi::OsStrExt;
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join(std::ffi::OsStr::from_bytes(b"x\xff) y"));
        std::os::unix::fs::symlink("/bin/cat", &program).unwrap();
        let mut child = std::process::Command::new(program)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let read = Stat::read(child.id()).map(|stat| stat.parent);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(read, Some(std::process::id()));
    }

    #[test]
    fn names_with_brackets_are_read() {
        let stat = Stat::parse("12 (a) (b c) S 1 12 12 34817 99 4194560 0").unwrap();
        assert_eq!((stat.name.as_str(), stat.state, stat.parent), ("a) (b c", 'S', 1));
        assert_eq!(stat.foreground, Some(99));
        let stat = Stat::parse("12 (x) S 7 12 12 0 -1 0").unwrap();
        assert_eq!((stat.parent, stat.foreground), (7, None), "no terminal");
        assert!(Stat::parse("").is_none());
    }
}
