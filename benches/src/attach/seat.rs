//! A terminal, and the client on it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

use crate::measure::cpu_of;
use crate::rivals::Program;

/// Nothing comes any more.
const QUIET: Duration = Duration::from_millis(100);
const SIZE: Winsize = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };

/// Both ends of a terminal.
pub struct Pty {
    pub master: File,
    pub slave: OwnedFd,
}

impl Pty {
    pub fn open() -> Self {
        let pty = openpty(Some(&SIZE), None).expect("a terminal");
        for end in [&pty.master, &pty.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("a descriptor");
        }
        Self { master: File::from(pty.master), slave: pty.slave }
    }
}

/// Waits until something can be read; whether it can in time.
pub fn is_readable(master: &File, limit: impl Into<PollTimeout>) -> bool {
    let mut ready = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
    poll(&mut ready, limit).expect("a terminal") == 1
}

/// Somebody who is attached.
pub struct Seat {
    pub master: File,
    pid: Pid,
}

impl Seat {
    /// Starts a client on a terminal of its own.
    pub fn start(program: &Program) -> Self {
        let Pty { master, slave } = Pty::open();
        let pid = program.start(&slave);
        Self { master, pid }
    }

    /// Starts a client; answers also how long it took until something was drawn.
    pub fn take(program: &Program) -> (Self, Duration) {
        let Pty { master, slave } = Pty::open();
        let started = Instant::now();
        let pid = program.start(&slave);
        assert!(is_readable(&master, PollTimeout::NONE), "nothing is drawn");
        let took = started.elapsed();
        (Self { master, pid }, took)
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw().unsigned_abs()
    }

    /// Reads what is drawn until nothing more comes and the client rests.
    pub fn settle(&mut self) {
        let quiet = PollTimeout::try_from(QUIET).expect("a short time");
        let mut before = Duration::MAX;
        loop {
            while is_readable(&self.master, quiet) {
                self.read(&mut [0; 1 << 16]);
            }
            let now = cpu_of(self.pid());
            if std::mem::replace(&mut before, now) == now {
                return;
            }
        }
    }

    /// Reads what is there; how much, nothing when nobody has the terminal any more.
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        match self.master.read(bytes) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => self.read(bytes),
            Err(_) => 0,
        }
    }

    /// Ends the client; returns when it has gone and the server has let the terminal go.
    pub fn leave(mut self) {
        kill(self.pid, Signal::SIGTERM).expect("the client");
        while self.read(&mut [0; 1 << 16]) > 0 {}
        waitpid(self.pid, None).expect("ended");
    }

    /// How often it went to sleep.
    pub fn sleeps(&self) -> u64 {
        let path = format!("/proc/{}/status", self.pid);
        let status = std::fs::read_to_string(path).expect("the process");
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.expect("a line").trim().parse().expect("a number")
    }
}
