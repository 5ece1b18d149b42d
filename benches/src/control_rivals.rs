//! What a user would pick instead of a channel: a `tmux -C` of their own.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command as Process, Stdio};
use std::time::{Duration, Instant};

use memchr::memchr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tmuxwire_testkit::{TestServer, Tmux, system};

use crate::place::pin;
use crate::rivals::client_at;

/// A server, for those that connect to it themselves.
#[derive(Clone)]
pub struct Endpoint {
    pub tmux: Tmux,
    pub socket: PathBuf,
}

impl Endpoint {
    pub fn of(server: &TestServer) -> Self {
        Self { tmux: server.release().clone(), socket: server.socket() }
    }

    /// Whether the crate tmux-lib can be used: it knows the `tmux` in `PATH` only.
    pub fn has_tmux_lib(&self) -> bool {
        self.tmux == system()
    }
}

/// A command as a line for control mode. No word has a quote.
pub fn line(words: &[&str]) -> Vec<u8> {
    let quoted = words.iter().map(|word| match word.contains('#') {
        true => format!("'{word}'"),
        false => (*word).to_owned(),
    });
    (quoted.collect::<Vec<_>>().join(" ") + "\n").into_bytes()
}

/// `tmux -C` by hand: two pipes and a child.
pub struct Hand {
    client: Child,
    lines: Lines,
    guard: Vec<u8>,
}

impl Hand {
    /// Attached as who only wants answers.
    pub fn quiet(endpoint: &Endpoint) -> Self {
        let quiet: &[_] = match endpoint.tmux.is_at_least(3, 2) {
            true => &["-f", "no-output,ignore-size"],
            false => &[],
        };
        Self::attach(endpoint, quiet)
    }

    /// Attached, or about to be.
    pub fn attach(endpoint: &Endpoint, flags: &[&str]) -> Self {
        let program = client_at(&endpoint.tmux, endpoint.socket.clone());
        let mut client = Process::new(&program[0])
            .args(&program[1..])
            .args(["-C", "attach-session", "-t", "main"])
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tmux runs");
        let lines = Lines::of(client.stdout.take().expect("a pipe"));
        Self { client, lines, guard: Vec::new() }
    }

    pub fn send(&mut self, lines: &[u8]) {
        self.client.stdin.as_mut().expect("a pipe").write_all(lines).expect("sent");
    }

    /// The answer to the next command.
    pub fn answer(&mut self) -> Vec<u8> {
        let (answer, failed) = self.block();
        assert!(!failed, "{answer:?}");
        answer
    }

    /// The answer to the next command, which must be a mark: refused by its name.
    pub fn mark(&mut self, name: &[u8]) {
        let (answer, failed) = self.block();
        assert!(failed && answer.trim_ascii_end().ends_with(name), "{answer:?}");
    }

    /// What stands between the next two guards, and whether that is an error.
    fn block(&mut self) -> (Vec<u8>, bool) {
        loop {
            // The last number is 0 if it answers somebody else, such as the attaching itself.
            if let Some(guard) = self.lines.next().strip_prefix(b"%begin ")
                && guard.ends_with(b" 1")
            {
                self.guard.clear();
                self.guard.extend(guard);
                break;
            }
        }
        let mut answer = Vec::new();
        loop {
            let line = self.lines.next();
            if line.strip_prefix(b"%end ") == Some(&self.guard) {
                return (answer, false);
            }
            if line.strip_prefix(b"%error ") == Some(&self.guard) {
                return (answer, true);
            }
            answer.extend(line);
            answer.push(b'\n');
        }
    }

    /// Waits until so many commands are done and looks at nothing else: what the server can do.
    pub fn count(&mut self, commands: usize) {
        let mut ends = 0;
        while ends < commands {
            let line = self.lines.next();
            ends += usize::from(line.starts_with(b"%end ") && line.ends_with(b" 1"));
        }
    }

    /// The next piece of a pane's output, decoded.
    pub fn output(&mut self, pane: &str) -> Vec<u8> {
        loop {
            if let Some(output) = self.lines.next().strip_prefix(b"%output ")
                && let Some(text) = output.strip_prefix(pane.as_bytes())
            {
                return decoded(&text[1..]);
            }
        }
    }
}

impl Drop for Hand {
    /// The end of its input ends it.
    fn drop(&mut self) {
        self.client.wait().expect("ended");
    }
}

/// Bytes below a space and backslashes come as three octal digits.
fn decoded(mut text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    while let Some(at) = memchr(b'\\', text) {
        bytes.extend(&text[..at]);
        bytes.push(text[at + 1..at + 4].iter().fold(0, |byte, digit| byte << 3 | (digit - b'0')));
        text = &text[at + 4..];
    }
    bytes.extend(text);
    bytes
}

/// Reads as much as there is, gives line by line.
struct Lines {
    from: ChildStdout,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Lines {
    fn of(from: ChildStdout) -> Self {
        Self { from, buffer: vec![0; 1 << 17], start: 0, end: 0 }
    }

    /// The next line without its end.
    fn next(&mut self) -> &[u8] {
        let mut searched = self.start;
        let end = loop {
            if let Some(at) = memchr(b'\n', &self.buffer[searched..self.end]) {
                break searched + at;
            }
            self.read();
            // What was there is at the front now, and has no end of a line.
            searched = 0;
        };
        let line = self.start..end;
        self.start = end + 1;
        &self.buffer[line]
    }

    fn read(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        let count = self.from.read(&mut self.buffer[self.end..]).expect("read");
        assert!(count > 0, "tmux -C has ended");
        self.end += count;
    }
}

/// The crate tmux-lib: a blocking `tmux -C`, one command at a time, no pane output.
pub fn tmux_lib(endpoint: &Endpoint) -> tmux_lib::Tmux {
    let socket = endpoint.socket.to_str().expect("a printable path");
    tmux_lib::Tmux::control_on(tmux_lib::Server::socket_path(socket)).expect("attached")
}

/// The floor for those that spin: a byte there and back, each end looks so long before it sleeps.
pub fn spinning_echo(core: usize, spin: Duration, their_spin: Duration) -> impl FnMut() {
    let (mut ours, mut theirs) = UnixStream::pair().expect("a pair");
    for end in [&ours, &theirs] {
        end.set_nonblocking(true).expect("a socket option");
    }
    std::thread::spawn(move || {
        pin(0, &[core]);
        while spin_for_byte(&mut theirs, their_spin) && theirs.write_all(&[1]).is_ok() {}
    });
    move || {
        ours.write_all(&[1]).expect("sent");
        assert!(spin_for_byte(&mut ours, spin), "answered");
    }
}

/// Reads a byte, and sleeps only when it doesn't come in time; false at the end.
fn spin_for_byte(from: &mut UnixStream, spin: Duration) -> bool {
    let started = Instant::now();
    loop {
        match from.read(&mut [0]) {
            Ok(count) => return count == 1,
            Err(_) if started.elapsed() < spin => std::hint::spin_loop(),
            Err(_) => {
                let mut sleeper = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
                poll(&mut sleeper, PollTimeout::NONE).expect("woken");
            }
        }
    }
}
