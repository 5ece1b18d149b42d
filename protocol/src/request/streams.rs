//! The files and standard streams that a server has open with us (PROTOCOL section 9).

use bytes::Bytes;

use super::event::{Errno, Event, ReadSource, RequestError, WriteTarget};
use super::files::Access;
use super::{Request, STDERR, STDOUT};
use crate::frame::MAX_PAYLOAD;
use crate::identity::ClientFlags;
use crate::message::{MessageType, OldData, Stream, WireString};

/// Most data bytes in one READ or WRITE message.
pub const MAX_DATA: usize = MAX_PAYLOAD - 4;
/// File streams that a server may have open with us at a time. tmux uses two or three.
pub const MAX_STREAMS: usize = 256;
/// The number for the standard input of a 3.0a server, which numbers no streams.
const OLD_STDIN: Stream = Stream(0);

/// EBADF and EACCES, the same on every system that tmux runs on.
const BAD_DESCRIPTOR: Errno = Errno(9);
const NOT_ALLOWED: Errno = Errno(13);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamState {
    /// WRITE_READY is owed.
    Opening,
    /// Open, and WRITE_READY is owed unless data has already arrived.
    Unready,
    Writing,
    /// WRITE_DONE is owed, if the server wants it.
    Closing,
    /// READ_DONE is owed.
    Reading,
    OldWriting,
    OldReading,
}

impl Request {
    /// Says that standard output and error are open, where no data has told it.
    pub(super) fn say_ready(&mut self) {
        for stream in [STDOUT, STDERR] {
            if self.streams.get(&stream) == Some(&StreamState::Unready) {
                self.streams.insert(stream, StreamState::Writing);
                self.say_two(MessageType::WRITE_READY, stream, Ok(()));
            }
        }
    }

    pub(super) fn write_open(
        &mut self,
        stream: Stream,
        fd: i32,
        flags: i32,
        path: Option<WireString>,
    ) -> Result<Option<Event>, RequestError> {
        let target = match (fd, path) {
            (1, _) => WriteTarget::Stdout,
            (2, _) => WriteTarget::Stderr,
            (-1, Some(path)) if self.files.allow(path.as_bytes(), Access::Write) => {
                WriteTarget::Path { path, flags }
            }
            (-1, Some(_)) => {
                self.check_unused(stream)?;
                self.say_two(MessageType::WRITE_READY, stream, Err(NOT_ALLOWED));
                return Ok(None);
            }
            _ => {
                self.say_two(MessageType::WRITE_READY, stream, Err(BAD_DESCRIPTOR));
                return Ok(None);
            }
        };
        self.open(stream, StreamState::Opening)?;
        Ok(Some(Event::OpenWrite { stream, target }))
    }

    pub(super) fn write(&mut self, stream: Stream, data: Bytes) -> Option<Event> {
        match self.streams.get_mut(&stream)? {
            state @ StreamState::Unready => {
                // Data comes once the server waits for nothing any more (PROTOCOL section 9.1).
                *state = StreamState::Writing;
                Some(Event::Write { stream, data })
            }
            StreamState::Opening | StreamState::Writing => Some(Event::Write { stream, data }),
            _ => None,
        }
    }

    pub(super) fn write_close(&mut self, stream: Stream) -> Option<Event> {
        let state = self.streams.get_mut(&stream)?;
        match state {
            StreamState::Opening | StreamState::Unready | StreamState::Writing => {
                *state = StreamState::Closing;
                Some(Event::CloseWrite { stream })
            }
            _ => None,
        }
    }

    pub(super) fn read_open(
        &mut self,
        stream: Stream,
        fd: i32,
        path: WireString,
    ) -> Result<Option<Event>, RequestError> {
        let source = match fd {
            0 => ReadSource::Stdin,
            -1 if self.files.allow(path.as_bytes(), Access::Read) => ReadSource::Path(path),
            _ => {
                self.check_unused(stream)?;
                let errno = if fd == -1 { NOT_ALLOWED } else { BAD_DESCRIPTOR };
                self.say_two(MessageType::READ_DONE, stream, Err(errno));
                return Ok(None);
            }
        };
        self.open(stream, StreamState::Reading)?;
        Ok(Some(Event::OpenRead { stream, source }))
    }

    fn check_unused(&self, stream: Stream) -> Result<(), RequestError> {
        match self.streams.contains_key(&stream) {
            true => Err(RequestError::StreamInUse(stream)),
            false => Ok(()),
        }
    }

    fn open(&mut self, stream: Stream, state: StreamState) -> Result<(), RequestError> {
        self.check_unused(stream)?;
        if self.streams.len() >= MAX_STREAMS {
            return Err(RequestError::TooManyStreams);
        }
        self.streams.insert(stream, state);
        Ok(())
    }

    /// A 3.0 server writes without opening; the driver sees an open all the same.
    pub(super) fn old_output(
        &mut self,
        stream: Stream,
        target: WriteTarget,
        data: OldData,
    ) -> Result<Option<Event>, RequestError> {
        self.old_stdio_size = Some(data.capacity);
        let write = Event::Write { stream, data: data.data.unwrap_or_default() };
        match self.streams.get(&stream) {
            None => {
                self.open(stream, StreamState::OldWriting)?;
                self.pending.push_back(write);
                Ok(Some(Event::OpenWrite { stream, target }))
            }
            Some(StreamState::OldWriting) => Ok(Some(write)),
            Some(_) => Err(RequestError::StreamInUse(stream)),
        }
    }

    pub(super) fn old_input(&mut self) -> Result<Option<Event>, RequestError> {
        if self.old_stdio_size.is_none() {
            return Err(RequestError::OldStdioSize);
        }
        self.open(OLD_STDIN, StreamState::OldReading)?;
        Ok(Some(Event::OpenRead { stream: OLD_STDIN, source: ReadSource::Stdin }))
    }

    /// Answers [`Event::OpenWrite`]. After an error, data for the stream is dropped.
    pub fn write_opened(&mut self, stream: Stream, outcome: Result<(), Errno>) {
        if self.streams.get(&stream) != Some(&StreamState::Opening) {
            return;
        }
        let standard = stream == STDOUT || stream == STDERR;
        match outcome {
            // More may have arrived, and data makes it unnecessary to say so.
            Ok(()) if standard && !self.drained => {
                self.streams.insert(stream, StreamState::Unready);
                return;
            }
            Ok(()) => self.streams.insert(stream, StreamState::Writing),
            Err(_) => self.streams.remove(&stream),
        };
        self.say_two(MessageType::WRITE_READY, stream, outcome);
    }

    /// Answers [`Event::CloseWrite`]: was everything written? From 3.8 the command fails with the
    /// error; older servers can't be told.
    pub fn write_closed(&mut self, stream: Stream, outcome: Result<(), Errno>) {
        if self.streams.get(&stream) != Some(&StreamState::Closing) {
            return;
        }
        self.streams.remove(&stream);
        if self.flags.contains(ClientFlags::WRITE_ACK) {
            self.say_two(MessageType::WRITE_DONE, stream, outcome);
        }
    }

    /// Sends data of a stream that [`Event::OpenRead`] opened, in as many messages as it takes.
    pub fn read_data(&mut self, stream: Stream, data: &[u8]) {
        match self.streams.get(&stream) {
            Some(StreamState::Reading) => {
                for chunk in data.chunks(MAX_DATA) {
                    self.say(MessageType::READ, &[&stream.0.to_ne_bytes(), chunk]);
                }
            }
            Some(StreamState::OldReading) => {
                for chunk in data.chunks(self.old_stdio_size.unwrap_or(1).max(1)) {
                    self.say_old_stdin(Some(Bytes::copy_from_slice(chunk)));
                }
            }
            _ => {}
        }
    }

    /// Ends a stream that [`Event::OpenRead`] opened, also when it could not be opened at all or
    /// was cancelled.
    pub fn read_done(&mut self, stream: Stream, outcome: Result<(), Errno>) {
        match self.streams.get(&stream) {
            Some(StreamState::Reading) => {
                self.streams.remove(&stream);
                self.say_two(MessageType::READ_DONE, stream, outcome);
            }
            Some(StreamState::OldReading) => {
                self.streams.remove(&stream);
                self.say_old_stdin(outcome.is_ok().then(Bytes::new));
            }
            _ => {}
        }
    }

    fn say_old_stdin(&mut self, data: Option<Bytes>) {
        let capacity = self.old_stdio_size.unwrap_or(0);
        self.say(MessageType::OLDSTDIN, &[&OldData { data, capacity }.to_payload()]);
    }
}
