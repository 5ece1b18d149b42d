//! Drives one request over a socket on tokio.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use nix::errno::Errno;
use tmuxwire_protocol::{Errno as WireErrno, Event, ReadSource, Request, Stream, WriteTarget};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::file::{InputFile, OutputFile};
use super::registered::Registered;
use crate::fault::{Conversation, Fault, Progress, judge_end};
use crate::files;
use crate::outputs::{Outputs, Target};
use crate::socket::errno;

/// First read; answers are mostly small.
const SMALL_READ: usize = 4096;
/// Reads once a small one was filled, and reads of input.
const LARGE_READ: usize = 1 << 16;
/// Input is read only while less than this waits to be sent.
const MAX_OUTGOING: usize = 1 << 16;

/// The caller's streams.
pub(super) struct Io<'a> {
    pub(super) stdin: &'a mut (dyn AsyncRead + Unpin + Send),
    pub(super) stdout: &'a mut (dyn AsyncWrite + Unpin + Send),
    pub(super) stderr: &'a mut (dyn AsyncWrite + Unpin + Send),
    /// Most bytes of output and error text.
    pub(super) limit: Option<usize>,
}

pub(super) struct Drive<'a, 'io> {
    socket: &'a mut Registered,
    request: &'a mut Request,
    io: &'a mut Io<'io>,
    progress: &'a mut Progress,
    outputs: Outputs<OutputFile>,
    inputs: Vec<(Stream, Input)>,
    answered: bool,
    buffer: Vec<u8>,
}

/// A stream that the server reads.
enum Input {
    Stdin,
    File(InputFile),
}

impl<'a, 'io> Drive<'a, 'io> {
    pub(super) fn new(
        socket: &'a mut Registered,
        request: &'a mut Request,
        io: &'a mut Io<'io>,
        progress: &'a mut Progress,
    ) -> Self {
        Self {
            socket,
            request,
            outputs: Outputs::new(io.limit),
            io,
            progress,
            inputs: Vec::new(),
            answered: false,
            buffer: vec![0; SMALL_READ],
        }
    }

    /// Runs the conversation to its end.
    pub(super) async fn run(mut self) -> Conversation {
        let event = self.converse().await?;
        self.finish(event)
    }

    /// What the conversation's last event means for a client that isn't attached.
    pub(super) fn finish(mut self, event: Event) -> Conversation {
        judge_end(event, self.answered, self.outputs.take_lost_file())
    }

    pub(super) fn request(&mut self) -> &mut Request {
        self.request
    }

    /// Runs the conversation to the event that ends it, or to the next one of an attached client.
    /// While it waits for the server, dropping it loses nothing.
    pub(super) async fn converse(&mut self) -> Result<Event, Fault> {
        loop {
            while let Some(event) = self.request.poll_event()? {
                if let Some(end) = self.handle(event).await? {
                    return Ok(end);
                }
            }
            self.send();
            poll_fn(|cx| self.poll_wait(cx)).await?;
            self.receive()?;
        }
    }

    /// Sends what there is. A failure is no reason to stop: an answer may already be waiting.
    fn send(&mut self) {
        while let Some(transmit) = self.request.poll_transmit() {
            if self.progress.unsent {
                return;
            }
            let urgent = transmit.urgent;
            match self.socket.send_some(transmit) {
                Ok(count) => self.request.handle_sent(count),
                Err(Errno::EAGAIN) => return,
                Err(_) if urgent => self.request.handle_no_urgent(),
                Err(_) => self.progress.unsent = true,
            }
        }
    }

    /// Waits for the socket, and for input if the server is reading any.
    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let mut ready = self.socket.poll_readable(cx).map_err(Fault::Io)?.is_ready();
        if self.request.outgoing() > 0 && !self.progress.unsent {
            ready |= self.socket.poll_writable(cx).map_err(Fault::Io)?.is_ready();
        }
        if self.request.outgoing() <= MAX_OUTGOING {
            ready |= self.poll_inputs(cx);
        }
        match ready {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }

    /// Passes one piece of each ready input on to the server.
    fn poll_inputs(&mut self, cx: &mut Context<'_>) -> bool {
        if self.inputs.is_empty() {
            return false;
        }
        self.buffer.resize(self.buffer.len().max(LARGE_READ), 0);
        let (request, io, buffer) = (&mut *self.request, &mut *self.io, &mut self.buffer);
        let mut any = false;
        self.inputs.retain_mut(|(stream, input)| {
            let mut piece = ReadBuf::new(buffer);
            let read = match input {
                Input::Stdin => Pin::new(&mut *io.stdin).poll_read(cx, &mut piece),
                Input::File(file) => file.poll_read(cx, &mut piece),
            };
            let Poll::Ready(read) = read else { return true };
            any = true;
            match read {
                Ok(()) if piece.filled().is_empty() => request.read_done(*stream, Ok(())),
                Ok(()) => {
                    request.read_data(*stream, piece.filled());
                    return true;
                }
                Err(error) => {
                    let error = files::read_error(errno(&error));
                    request.read_done(*stream, Err(WireErrno(error as i32)));
                }
            }
            false
        });
        any
    }

    fn receive(&mut self) -> Result<(), Fault> {
        match self.socket.receive_some(&mut self.buffer) {
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

    async fn handle(&mut self, event: Event) -> Result<Option<Event>, Fault> {
        match event {
            Event::OpenWrite { stream, target } => self.open_write(stream, target).await,
            Event::Write { stream, data } => self.write(stream, &data).await?,
            Event::CloseWrite { stream } => self.close_write(stream).await,
            Event::OpenRead { stream, source } => self.open_read(stream, source).await,
            Event::CancelRead { stream } => {
                self.inputs.retain(|(open, _)| *open != stream);
                self.request.read_done(stream, Ok(()));
            }
            other => return Ok(Some(other)),
        }
        self.answered = true;
        Ok(None)
    }

    async fn open_write(&mut self, stream: Stream, target: WriteTarget) {
        let opened = match target {
            WriteTarget::Stdout => Ok(Target::Stdout),
            WriteTarget::Stderr => Ok(Target::Stderr),
            WriteTarget::Path { path, flags } => {
                let name = path.as_bytes().to_vec();
                OutputFile::open(move || files::open_for_write(&path, flags))
                    .await
                    .map(|file| Target::File { file, path: name })
            }
        };
        let outcome = opened.map(|target| self.outputs.open(stream, target));
        self.request.write_opened(stream, wire(outcome));
    }

    async fn write(&mut self, stream: Stream, data: &[u8]) -> Result<(), Fault> {
        let Some(output) = self.outputs.writable(stream, data.len())? else {
            return Ok(());
        };
        let written = match &mut output.target {
            Target::Stdout => self.io.stdout.write_all(data).await,
            Target::Stderr => self.io.stderr.write_all(data).await,
            Target::File { file, .. } => file.write_all(data).await,
        };
        output.error = written.err().map(|error| errno(&error));
        Ok(())
    }

    async fn close_write(&mut self, stream: Stream) {
        let Some(mut output) = self.outputs.close(stream) else {
            return self.request.write_closed(stream, Ok(()));
        };
        let flushed = match &mut output.target {
            Target::Stdout => self.io.stdout.flush().await,
            Target::Stderr => self.io.stderr.flush().await,
            Target::File { file, .. } => file.flush().await,
        };
        let outcome = self.outputs.closed(output, flushed.map_err(|error| errno(&error)));
        self.request.write_closed(stream, outcome);
    }

    async fn open_read(&mut self, stream: Stream, source: ReadSource) {
        let opened = match source {
            ReadSource::Stdin => Ok(Input::Stdin),
            ReadSource::Path(path) => {
                InputFile::open(move || files::open_for_read(&path)).await.map(Input::File)
            }
        };
        match opened {
            Ok(input) => self.inputs.push((stream, input)),
            Err(error) => self.request.read_done(stream, wire(Err(error))),
        }
    }
}

fn wire(outcome: Result<(), Errno>) -> Result<(), WireErrno> {
    outcome.map_err(|errno| WireErrno(errno as i32))
}
