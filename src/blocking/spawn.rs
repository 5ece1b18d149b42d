//! Runs the tmux program where the wire can't serve: no server is running yet.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags};

use super::drive::Limits;
use super::streams::{Source, Streams};
use crate::binary::Binary;
use crate::command::Command;
use crate::endpoint::Endpoint;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::telling::tell;

const READ: usize = 1 << 16;
/// Between looks at a tmux program that has closed its output and not ended yet.
const PAUSE: Duration = Duration::from_millis(1);

/// Runs the tmux program with a command, passing its streams on as they come.
///
/// std starts programs with posix_spawn as long as the path is absolute.
pub(super) fn run(
    endpoint: &Endpoint,
    binary: &Binary,
    command: &Command,
    streams: &mut dyn Streams,
    limits: &Limits<'_>,
) -> Result<i32> {
    tell!(debug, program = %binary.path().display(), "running the tmux program");
    let mut child =
        endpoint.program(binary, command).spawn().map_err(|error| spawn_error(binary, error))?;
    let outcome = Pump::new(&mut child, streams).and_then(|pump| pump.run(limits));
    let outcome = outcome.and_then(|()| wait(&mut child, limits));
    outcome.map_err(|fault| {
        // It may have ended by itself meanwhile; either way it must not stay a zombie.
        let _ = child.kill();
        let _ = child.wait();
        fault.into_error(Delivery::MayHaveRun)
    })
}

pub(crate) fn spawn_error(binary: &Binary, error: io::Error) -> Error {
    let text = format!("can't run {}", binary.path().display());
    Error::not_sent(ErrorKind::Spawn(text)).with_source(error)
}

/// A signal that ended the program counts as in a shell.
pub(crate) fn exit_status(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

fn wait(child: &mut Child, limits: &Limits<'_>) -> Result<i32, Fault> {
    loop {
        match child.try_wait().map_err(Fault::Io)? {
            Some(status) => return Ok(exit_status(status)),
            None if limits.deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
                return Err(Fault::TimedOut);
            }
            None => std::thread::sleep(PAUSE),
        }
    }
}

/// Moves bytes between the program and the caller's streams.
struct Pump<'a> {
    streams: &'a mut dyn Streams,
    /// The program's standard input, what is read for it, and what it has not taken yet.
    input: Option<(File, Source, Vec<u8>)>,
    stdout: Option<File>,
    stderr: Option<File>,
    printed: usize,
}

impl<'a> Pump<'a> {
    fn new(child: &mut Child, streams: &'a mut dyn Streams) -> Result<Self, Fault> {
        let stdin = child.stdin.take().map(|pipe| File::from(OwnedFd::from(pipe)));
        // Where there is no input to give, the program finds the end of it.
        let input = match (stdin, streams.open_stdin()) {
            (Some(stdin), Ok(source)) => {
                fcntl(&stdin, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))
                    .map_err(|error| Fault::Io(error.into()))?;
                Some((stdin, source, Vec::new()))
            }
            _ => None,
        };
        let stdout = child.stdout.take().map(|pipe| File::from(OwnedFd::from(pipe)));
        let stderr = child.stderr.take().map(|pipe| File::from(OwnedFd::from(pipe)));
        Ok(Self { streams, input, stdout, stderr, printed: 0 })
    }

    fn run(mut self, limits: &Limits<'_>) -> Result<(), Fault> {
        while self.stdout.is_some() || self.stderr.is_some() {
            self.wait(limits)?;
            self.feed();
            self.print(limits)?;
        }
        Ok(())
    }

    fn wait(&self, limits: &Limits<'_>) -> Result<(), Fault> {
        let outputs = [&self.stdout, &self.stderr];
        let mut fds: Vec<PollFd<'_>> = outputs
            .iter()
            .filter_map(|file| file.as_ref())
            .map(|file| PollFd::new(file.as_fd(), PollFlags::POLLIN))
            .collect();
        match &self.input {
            None => {}
            Some((_, source, rest)) if rest.is_empty() => match source.waits_for() {
                Some(fd) => fds.push(PollFd::new(fd, PollFlags::POLLIN)),
                None => return Ok(()),
            },
            Some((stdin, _, _)) => fds.push(PollFd::new(stdin.as_fd(), PollFlags::POLLOUT)),
        }
        limits.wait(&mut fds)
    }

    /// Gives the program a piece of input, and closes it at the end or when it takes no more.
    fn feed(&mut self) {
        let Some((stdin, source, rest)) = &mut self.input else {
            return;
        };
        if rest.is_empty() && source.waits_for().is_none_or(is_readable) {
            rest.resize(READ, 0);
            let count = source.read(rest).unwrap_or(0);
            rest.truncate(count);
            if count == 0 {
                self.input = None;
                return;
            }
        }
        match stdin.write(rest) {
            Ok(count) => drop(rest.drain(..count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.input = None,
        }
    }

    fn print(&mut self, limits: &Limits<'_>) -> Result<(), Fault> {
        let mut buffer = vec![0; READ];
        for (file, is_stdout) in [(&mut self.stdout, true), (&mut self.stderr, false)] {
            let Some(open) = file.as_mut().filter(|file| is_readable(file.as_fd())) else {
                continue;
            };
            let count = open.read(&mut buffer).unwrap_or(0);
            self.printed = self.printed.saturating_add(count);
            if let Some(limit) = limits.output.filter(|limit| self.printed > *limit) {
                return Err(Fault::TooMuchOutput(limit));
            }
            if count == 0 {
                *file = None;
            }
            // As with the wire, output that nobody takes is dropped.
            let _ = match is_stdout {
                true => self.streams.write_stdout(&buffer[..count]),
                false => self.streams.write_stderr(&buffer[..count]),
            };
        }
        Ok(())
    }
}

fn is_readable(fd: std::os::fd::BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(fd, PollFlags::POLLIN)];
    nix::poll::poll(&mut fds, nix::poll::PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}
