//! A terminal that a test sits at: a pty, somebody who reads it, and the screen that they see.

mod emulator;
mod reader;
mod snapshot;

use std::fmt::Debug;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::sys::termios::{Termios, tcgetattr};
use nix::unistd::{Pid, tcgetpgrp};
use rustix::termios::{Winsize, tcsetwinsize};

pub use reader::Seen;
pub use snapshot::{Modes, Snapshot};

use crate::environment::command_with_default_signals;
use crate::server::TestServer;
use crate::wait::{is_running, wait_until};
use reader::{Reader, Shared};

/// A shell's prompt, where [`Terminal::shell`] started it.
pub const PROMPT: &str = "shell> ";

const DEADLINE: Duration = Duration::from_secs(60);

/// A pty with somebody who reads what is printed on it, and a program that has it as its
/// controlling terminal.
///
/// What fails shows the screen. All processes of the terminal's session end when it is dropped.
#[derive(Debug)]
pub struct Terminal {
    /// Gone when the terminal was closed.
    master: Option<Arc<OwnedFd>>,
    slave: OwnedFd,
    name: String,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    program: Option<Child>,
}

impl Terminal {
    /// A terminal of so many columns and rows that says nothing by itself.
    pub fn open(columns: u16, rows: u16) -> Self {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let master = posix_openpt(flags).expect("a terminal");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let name = ptsname_r(&master).expect("its name");
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let slave = open(name.as_str(), flags, Mode::empty()).expect("its other end");
        let master = Arc::new(OwnedFd::from(master));
        let (shared, reader) = Reader::start(Arc::clone(&master), columns, rows);
        let terminal =
            Self { master: Some(master), slave, name, shared, reader: Some(reader), program: None };
        terminal.resize(columns, rows);
        terminal
    }

    /// As [`Terminal::open`]; it tells who it is when a program asks.
    pub fn open_talkative(columns: u16, rows: u16) -> Self {
        let terminal = Self::open(columns, rows);
        terminal.shared.lock().answers();
        terminal
    }

    /// The slave's path, by which tmux calls the client on it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The end that programs have, for one that is started otherwise.
    pub fn slave(&self) -> OwnedFd {
        self.slave.try_clone().expect("a descriptor")
    }

    /// Starts a program in the clean environment of `home`, with some variables more, as the
    /// leader of a session that has this terminal, with the usual answers to signals. The last element of the path is its name.
    pub fn start(&mut self, home: &Path, program: &Path, words: &[&str], more: &[(&str, &str)]) {
        let end = || Stdio::from(self.slave.try_clone().expect("a descriptor"));
        let child = command_with_default_signals("setsid", home)
            .arg("--ctty")
            .arg(program)
            .args(words)
            .envs(more.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid, which comes with util-linux");
        self.program = Some(child);
    }

    /// Starts an interactive shell with job control, and waits for its prompt.
    pub fn shell(&mut self, home: &Path, more: &[(&str, &str)]) {
        let more = [&[("PS1", PROMPT)], more].concat();
        self.start(home, Path::new("/bin/sh"), &["-i"], &more);
        self.wait("the shell is there", |seen| seen.text().contains(PROMPT.trim()));
    }

    /// The process that was started: the leader of the terminal's session.
    pub fn leader(&self) -> u32 {
        self.program.as_ref().expect("a program").id()
    }

    /// Waits for the end of the program that was started.
    pub fn wait_for_program(&mut self) -> ExitStatus {
        let mut program = self.program.take().expect("a program");
        let mut status = None;
        wait_until("the program on the terminal has ended", || {
            status = program.try_wait().expect("a child");
            status.is_some()
        });
        status.expect("it has ended")
    }

    /// All processes of the terminal's session.
    pub fn processes(&self) -> Vec<u32> {
        self.program.as_ref().map_or_else(Vec::new, |leader| session(leader.id()))
    }

    /// The process group that the terminal's keys send signals to.
    pub fn foreground(&self) -> Pid {
        tcgetpgrp(self.master.as_ref().expect("an open terminal")).expect("a foreground group")
    }

    /// Types.
    ///
    /// # Panics
    /// If nobody takes the keys for long.
    pub fn write(&self, keys: impl AsRef<[u8]>) {
        let mut keys = keys.as_ref();
        let master = self.master.as_ref().expect("an open terminal");
        let deadline = Instant::now() + DEADLINE;
        while !keys.is_empty() {
            match nix::unistd::write(master, keys) {
                Ok(count) => keys = &keys[count..],
                Err(Errno::EAGAIN) => {
                    assert!(Instant::now() < deadline, "nobody takes the keys");
                    let pause = PollTimeout::from(100u8);
                    let _ = poll(&mut [PollFd::new(master.as_fd(), PollFlags::POLLOUT)], pause);
                }
                Err(errno) => panic!("typing: {errno}"),
            }
        }
    }

    /// Changes its size, which its foreground processes are told by SIGWINCH.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.shared.lock().resize(columns, rows);
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&self.slave, size).expect("a terminal");
    }

    /// Returns as soon as what has been printed satisfies the condition.
    ///
    /// # Panics
    /// If it does not within 60 s.
    pub fn wait(&self, what: &str, mut condition: impl FnMut(&Seen<'_>) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        let mut state = self.shared.lock();
        loop {
            let seen = state.seen();
            if condition(&seen) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let screen = seen.snapshot();
                let printed = seen.since(seen.len().saturating_sub(600)).escape_ascii().to_string();
                drop(state);
                let programs: Vec<String> = self.processes().into_iter().map(describe).collect();
                let programs = programs.join("\n");
                panic!(
                    "waited in vain until {what}:\n{screen:?}\nlast printed: {printed}\n{programs}"
                );
            }
            state = self.shared.wait(state, left);
        }
    }

    /// Returns as soon as the screen shows a text.
    ///
    /// # Panics
    /// If it does not within 60 s.
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("{text:?} is shown"), |seen| seen.text().contains(text));
    }

    /// Returns when everything has been read and shown that was printed up to now.
    pub fn catch_up(&self) {
        let Some(master) = &self.master else { return };
        self.wait("everything is read", |_| {
            // The reader can't be in the middle of it: we have the lock.
            let mut ready = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
            let count = poll(&mut ready, PollTimeout::ZERO).expect("a terminal");
            count == 0 || !ready[0].revents().is_some_and(|e| e.contains(PollFlags::POLLIN))
        });
    }

    /// Returns when the server of these clients has nothing more to draw, and everything that it has drawn
    /// is on the screen.
    pub fn rest(&self, server: &TestServer, clients: &[u32]) {
        let mut before = usize::MAX;
        wait_until("the screen is at rest", || {
            server.rest(clients);
            self.catch_up();
            let now = self.printed();
            std::mem::replace(&mut before, now) == now
        });
    }

    /// What is seen now.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.lock().seen().snapshot()
    }

    /// How many bytes have been printed: a mark for [`Terminal::since`].
    pub fn printed(&self) -> usize {
        self.shared.lock().seen().len()
    }

    /// What has been printed since a mark.
    pub fn since(&self, mark: usize) -> Vec<u8> {
        self.shared.lock().seen().since(mark).to_vec()
    }

    /// The terminal's settings, as `stty` would show them.
    pub fn settings(&self) -> Termios {
        tcgetattr(&self.slave).expect("a terminal")
    }

    /// Whether reading and writing block, as they should, for all who share the descriptor that
    /// the program got.
    pub fn is_blocking(&self) -> bool {
        let flags = fcntl(&self.slave, FcntlArg::F_GETFL).expect("a descriptor");
        !OFlag::from_bits_retain(flags).contains(OFlag::O_NONBLOCK)
    }

    /// Reads no more, so that the terminal fills up.
    pub fn stop_reading(&self) {
        self.shared.set_reading(false);
    }

    /// Goes on after [`Terminal::stop_reading`].
    pub fn go_on_reading(&self) {
        self.shared.set_reading(true);
    }

    /// Closes the terminal under its programs, as closing a window does: they get SIGHUP.
    pub fn close(&mut self) {
        self.shared.stop();
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader");
        }
        self.master = None;
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for process in self.processes() {
            let _ = kill(Pid::from_raw(process.cast_signed()), Signal::SIGKILL);
        }
        if let Some(mut program) = self.program.take() {
            let _ = program.wait();
        }
        self.shared.stop();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// A process's number, state and words.
fn describe(process: u32) -> String {
    let read = |name: &str| std::fs::read(format!("/proc/{process}/{name}")).unwrap_or_default();
    let (stat, words) = (read("stat"), read("cmdline"));
    let stat = String::from_utf8_lossy(&stat).into_owned();
    let state = stat.rsplit_once(") ").and_then(|(_, fields)| fields.chars().next());
    let words = String::from_utf8_lossy(&words).replace('\0', " ");
    format!("{process} {} {words}", state.unwrap_or('?'))
}

/// The running processes of a session.
fn session(leader: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("the kernel's table");
    let processes = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes
        .filter(|process: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
            let number = fields.split(' ').nth(3).and_then(|field| field.parse().ok());
            number == Some(leader) && is_running(*process)
        })
        .collect()
}
