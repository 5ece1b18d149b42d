//! A real server of our own: private socket, known configuration, gone when dropped.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::environment::command;
use crate::releases::Tmux;
use crate::wait::{is_running, wait_for_exit, wait_until};
use crate::watchdog::directory;

/// Nothing that depends on time, on the user's shell or on what runs in a pane.
const CONFIGURATION: &str = "\
set -g default-shell /bin/sh
set -g default-command cat
set -g automatic-rename off
set -g allow-rename off
set -g status-interval 0
set -g remain-on-exit off
set -g display-panes-time 3600000
";

/// A running tmux server with one session `main` of 80x24, one window `work`, one pane that shows
/// five lines and stays.
#[derive(Debug)]
pub struct TestServer {
    directory: TempDir,
    tmux: Tmux,
    pid: u32,
}

impl TestServer {
    /// Starts one.
    pub fn start(tmux: &Tmux) -> Self {
        let directory = directory();
        std::fs::write(directory.path().join("conf"), CONFIGURATION).expect("a configuration");
        let mut server = Self { directory, tmux: tmux.clone(), pid: 0 };
        server.start_process();
        server
    }

    fn start_process(&mut self) {
        let pane = "printf 'one\\ntwo\\nthree\\nfour\\nfive\\n'; exec cat";
        let started = self
            .command()
            .args(["new-session", "-d", "-x", "80", "-y", "24", "-s", "main", "-n", "work", pane])
            .output()
            .expect("tmux runs");
        assert!(started.status.success(), "{}: {started:?}", self.tmux.version);
        let pid = self.tmux(["display-message", "-p", "-t", "main", "#{pid}"]);
        self.pid = String::from_utf8_lossy(&pid.stdout).trim().parse().expect("a pid");
        wait_until("the pane has printed", || {
            let screen = self.tmux(["capture-pane", "-p", "-t", "main"]).stdout;
            screen.starts_with(b"one\ntwo\nthree\nfour\nfive\n")
        });
    }

    /// Starts it again on the same socket, after it was killed.
    pub fn restart(&mut self) {
        self.start_process();
    }

    /// The program that it runs.
    pub fn release(&self) -> &Tmux {
        &self.tmux
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// A directory of its own, which is also the home and working directory of its programs.
    pub fn home(&self) -> &Path {
        self.directory.path()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Whether its process is there.
    pub fn is_alive(&self) -> bool {
        is_running(self.pid)
    }

    /// Connections that it has accepted and not closed, as the kernel counts them.
    pub fn connections(&self) -> usize {
        self.sockets_in_state("03")
    }

    /// Connections that it has not accepted yet.
    pub fn backlog(&self) -> usize {
        self.sockets_in_state("02")
    }

    fn sockets_in_state(&self, state: &str) -> usize {
        let socket = self.socket();
        let socket = socket.to_str().expect("a printable path");
        let table = std::fs::read_to_string("/proc/net/unix").expect("the kernel's table");
        // The server's ends bear the listener's path; 02 is "connecting", 03 "connected".
        table
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .filter(|fields| fields.get(5) == Some(&state) && fields.get(7) == Some(&socket))
            .count()
    }

    /// The real tmux client for this server, ready for arguments.
    pub fn command(&self) -> Command {
        let mut command = self.program(&self.tmux.path);
        command.arg("-f").arg(self.directory.path().join("conf"));
        command
    }

    /// Another program in the same environment, with `-S` and the socket as its first arguments.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = command(program, self.home());
        command.arg("-S").arg(self.socket()).stdin(Stdio::null());
        command
    }

    /// Runs the real tmux client.
    pub fn tmux<I>(&self, arguments: I) -> Output
    where
        I: IntoIterator,
        I::Item: AsRef<std::ffi::OsStr>,
    {
        self.command().args(arguments).output().expect("tmux runs")
    }

    /// Sends its process a signal.
    pub fn signal(&self, signal: Signal) {
        kill(pid_of(self.pid), signal).expect("the server's process");
    }

    /// Ends its process without a chance to say goodbye, and waits until it is gone.
    pub fn kill(&self) {
        self.signal(Signal::SIGKILL);
        wait_for_exit(self.pid);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if self.pid != 0 && is_running(self.pid) {
            // A stopped or hung server must not hold the test up, so nothing is asked of it.
            let _ = kill(pid_of(self.pid), Signal::SIGKILL);
            if !std::thread::panicking() {
                wait_for_exit(self.pid);
            }
        }
    }
}

fn pid_of(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed())
}
