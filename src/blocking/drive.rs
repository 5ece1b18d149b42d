//! Drives one request over a socket without a runtime.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tmuxwire_protocol::{Errno as WireErrno, Event, ReadSource, Request, Stream, WriteTarget};

use super::streams::{Source, Streams};
use crate::fault::{Conversation, Fault, Progress, judge_end};
use crate::files;
use crate::outputs::{Outputs, Target};
use crate::socket::{errno, receive_some, send_some};

/// First read; answers are mostly small.
const SMALL_READ: usize = 4096;
/// Reads once a small one was filled, and reads of input.
const LARGE_READ: usize = 1 << 16;
/// Input is read only while less than this waits to be sent.
const MAX_OUTGOING: usize = 1 << 16;

/// When to give up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits<'a> {
    pub(crate) deadline: Option<Instant>,
    /// Readable when the caller wants out.
    pub(crate) cancel: Option<BorrowedFd<'a>>,
    /// Most bytes of output and error text.
    pub(crate) output: Option<usize>,
}

impl<'a> Limits<'a> {
    /// Waits for one of the descriptors.
    pub(crate) fn wait<'f>(&self, fds: &mut Vec<PollFd<'f>>) -> Result<(), Fault>
    where
        'a: 'f,
    {
        if let Some(cancel) = self.cancel {
            fds.push(PollFd::new(cancel, PollFlags::POLLIN));
        }
        loop {
            match poll(fds, self.timeout()?) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) => break,
                Err(error) => return Err(Fault::Io(error.into())),
            }
        }
        match self.cancel.and_then(|_| fds.pop()?.any()) {
            Some(true) => Err(Fault::Cancelled),
            _ => Ok(()),
        }
    }

    fn timeout(&self) -> Result<PollTimeout, Fault> {
        let Some(deadline) = self.deadline else {
            return Ok(PollTimeout::NONE);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Fault::TimedOut);
        }
        // Rounded up, or the last millisecond would be spent spinning.
        Ok(PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX))
    }
}

/// What its owner looks after beside a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aside<'a> {
    /// Readable when there is something to look at.
    pub(super) fd: Option<BorrowedFd<'a>>,
    /// When to look in any case.
    pub(super) until: Option<Instant>,
}

pub(crate) struct Drive<'a> {
    socket: BorrowedFd<'a>,
    request: &'a mut Request,
    streams: &'a mut dyn Streams,
    limits: Limits<'a>,
    progress: Progress,
    outputs: Outputs<File>,
    inputs: Vec<(Stream, Source)>,
    answered: bool,
    buffer: Vec<u8>,
}

impl<'a> Drive<'a> {
    pub(crate) fn new(
        socket: &'a UnixStream,
        request: &'a mut Request,
        streams: &'a mut dyn Streams,
        limits: Limits<'a>,
    ) -> Self {
        Self {
            socket: socket.as_fd(),
            request,
            streams,
            limits,
            progress: Progress::default(),
            outputs: Outputs::new(limits.output),
            inputs: Vec::new(),
            answered: false,
            buffer: vec![0; SMALL_READ],
        }
    }

    /// Runs the conversation to its end.
    pub(crate) fn run(mut self) -> (Conversation, Progress) {
        let outcome = self.converse();
        self.finish(outcome)
    }

    /// Runs the conversation to the event that ends it.
    pub(super) fn run_to_event(mut self) -> Result<Event, Fault> {
        let outcome = self.converse();
        let _ = self.streams.flush();
        outcome
    }

    /// What the conversation's last event means for a client that isn't attached.
    pub(super) fn finish(mut self, outcome: Result<Event, Fault>) -> (Conversation, Progress) {
        let _ = self.streams.flush();
        let (answered, lost_file) = (self.answered, self.outputs.take_lost_file());
        (outcome.and_then(|event| judge_end(event, answered, lost_file)), self.progress)
    }

    fn converse(&mut self) -> Result<Event, Fault> {
        loop {
            if let Some(end) = self.handle_events()? {
                return Ok(end);
            }
            self.turn(Aside::default())?;
        }
    }

    /// Does what the server wants; answers the conversation's end if this is it.
    pub(super) fn handle_events(&mut self) -> Result<Option<Event>, Fault> {
        while let Some(event) = self.request.poll_event()? {
            if let Some(end) = self.handle(event)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Passes on what was printed so far.
    pub(super) fn flush(&mut self) {
        let _ = self.streams.flush();
    }

    pub(super) fn request(&mut self) -> &mut Request {
        self.request
    }

    /// Sends what there is, waits, and receives; comes back without anything for `aside`.
    pub(super) fn turn(&mut self, aside: Aside<'_>) -> Result<(), Fault> {
        self.send();
        // What can't be written shows when its stream is closed.
        let _ = self.streams.flush();
        self.wait(aside)?;
        self.receive()
    }

    /// Sends what there is. A failure is no reason to stop: an answer may already be waiting.
    fn send(&mut self) {
        while let Some(transmit) = self.request.poll_transmit() {
            if self.progress.unsent {
                return;
            }
            let urgent = transmit.urgent;
            match send_some(self.socket, transmit) {
                Ok(count) => self.request.handle_sent(count),
                Err(Errno::EAGAIN) => return,
                Err(_) if urgent => self.request.handle_no_urgent(),
                Err(_) => self.progress.unsent = true,
            }
        }
    }

    fn wants_to_send(&self) -> bool {
        self.request.outgoing() > 0 && !self.progress.unsent
    }

    /// Waits for the socket, for what is aside, and for input if the server is reading any.
    fn wait(&mut self, aside: Aside<'_>) -> Result<(), Fault> {
        let interest = match self.wants_to_send() {
            true => PollFlags::POLLIN | PollFlags::POLLOUT,
            false => PollFlags::POLLIN,
        };
        let mut fds = vec![PollFd::new(self.socket, interest)];
        fds.extend(aside.fd.map(|fd| PollFd::new(fd, PollFlags::POLLIN)));
        if self.inputs.is_empty() || self.request.outgoing() > MAX_OUTGOING {
            return self.wait_for(fds, aside).map(drop);
        }
        let mut ready = Vec::with_capacity(self.inputs.len());
        if self.inputs.iter().any(|(_, source)| source.waits_for().is_none()) {
            ready.extend(self.inputs.iter().map(|(_, source)| source.waits_for().is_none()));
        } else {
            let others = fds.len();
            fds.extend(
                self.inputs
                    .iter()
                    .filter_map(|(_, source)| source.waits_for())
                    .map(|fd| PollFd::new(fd, PollFlags::POLLIN)),
            );
            let fds = self.wait_for(fds, aside)?;
            ready.extend(fds.iter().skip(others).map(|fd| fd.any() == Some(true)));
        }
        self.feed(&ready);
        Ok(())
    }

    /// Waits within the limits, and no longer than what is aside may be left alone.
    fn wait_for<'f>(
        &self,
        mut fds: Vec<PollFd<'f>>,
        aside: Aside<'_>,
    ) -> Result<Vec<PollFd<'f>>, Fault>
    where
        'a: 'f,
    {
        let limits = Limits { deadline: aside.until.or(self.limits.deadline), ..self.limits };
        match limits.wait(&mut fds) {
            Err(Fault::TimedOut) if aside.until.is_some() => {}
            outcome => outcome?,
        }
        Ok(fds)
    }

    /// Passes one piece of each ready input on to the server.
    fn feed(&mut self, ready: &[bool]) {
        if self.buffer.len() < LARGE_READ {
            self.buffer.resize(LARGE_READ, 0);
        }
        let mut ready = ready.iter();
        let (request, buffer) = (&mut *self.request, &mut self.buffer);
        self.inputs.retain_mut(|(stream, source)| {
            if ready.next() != Some(&true) {
                return true;
            }
            match source.read(buffer) {
                Ok(0) => request.read_done(*stream, Ok(())),
                Ok(count) => {
                    request.read_data(*stream, &buffer[..count]);
                    return true;
                }
                Err(error) if would_block(&error) => return true,
                Err(error) => {
                    let error = files::read_error(errno(&error));
                    request.read_done(*stream, Err(wire(error)));
                }
            }
            false
        });
    }

    /// Receives what there is, without waiting.
    pub(super) fn receive(&mut self) -> Result<(), Fault> {
        match receive_some(self.socket, &mut self.buffer) {
            Ok(0) => self.request.handle_eof(),
            Ok(count) => {
                self.request.handle_data(&self.buffer[..count]);
                if count == self.buffer.len() && count < LARGE_READ {
                    self.buffer.resize(LARGE_READ, 0);
                }
            }
            Err(Errno::EAGAIN) => {}
            Err(Errno::ECONNRESET) => {
                self.progress.reset = true;
                self.request.handle_eof();
            }
            Err(_) => return Err(Fault::Socket),
        }
        Ok(())
    }

    fn handle(&mut self, event: Event) -> Result<Option<Event>, Fault> {
        match event {
            Event::OpenWrite { stream, target } => self.open_write(stream, target),
            Event::Write { stream, data } => self.write(stream, &data)?,
            Event::CloseWrite { stream } => self.close_write(stream),
            Event::OpenRead { stream, source } => self.open_read(stream, source),
            Event::CancelRead { stream } => {
                self.inputs.retain(|(open, _)| *open != stream);
                self.request.read_done(stream, Ok(()));
            }
            other => return Ok(Some(other)),
        }
        self.answered = true;
        Ok(None)
    }

    fn open_write(&mut self, stream: Stream, target: WriteTarget) {
        let opened = match target {
            WriteTarget::Stdout => self.streams.open_stdout().map(|()| Target::Stdout),
            WriteTarget::Stderr => self.streams.open_stderr().map(|()| Target::Stderr),
            WriteTarget::Path { path, flags } => files::open_for_write(&path, flags)
                .map(|file| Target::File { file, path: path.as_bytes().to_vec() })
                .map_err(io::Error::from),
        };
        let outcome = opened.map(|target| self.outputs.open(stream, target));
        self.request.write_opened(stream, outcome.map_err(|error| wire(errno(&error))));
    }

    fn write(&mut self, stream: Stream, data: &[u8]) -> Result<(), Fault> {
        let Some(output) = self.outputs.writable(stream, data.len())? else {
            return Ok(());
        };
        let written = match &mut output.target {
            Target::Stdout => self.streams.write_stdout(data),
            Target::Stderr => self.streams.write_stderr(data),
            Target::File { file, .. } => write_file(file, data, &self.limits)?,
        };
        output.error = written.err().map(|error| errno(&error));
        Ok(())
    }

    fn close_write(&mut self, stream: Stream) {
        let Some(output) = self.outputs.close(stream) else {
            return self.request.write_closed(stream, Ok(()));
        };
        let flushed = match output.target {
            Target::File { .. } => Ok(()),
            Target::Stdout | Target::Stderr => self.streams.flush(),
        };
        let outcome = self.outputs.closed(output, flushed.map_err(|error| errno(&error)));
        self.request.write_closed(stream, outcome);
    }

    fn open_read(&mut self, stream: Stream, source: ReadSource) {
        let opened = match source {
            ReadSource::Stdin => self.streams.open_stdin(),
            ReadSource::Path(path) => {
                files::open_for_read(&path).map(Source::from).map_err(io::Error::from)
            }
        };
        match opened {
            Ok(source) => self.inputs.push((stream, source)),
            Err(error) => {
                self.request.read_done(stream, Err(wire(errno(&error))));
            }
        }
    }
}

/// Writes all of it; a FIFO that is full is waited for, within the limits.
fn write_file(
    file: &mut File,
    mut data: &[u8],
    limits: &Limits<'_>,
) -> Result<io::Result<()>, Fault> {
    while !data.is_empty() {
        match file.write(data) {
            Ok(count) => data = &data[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                limits.wait(&mut vec![PollFd::new(file.as_fd(), PollFlags::POLLOUT)])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

fn wire(errno: Errno) -> WireErrno {
    WireErrno(errno as i32)
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
