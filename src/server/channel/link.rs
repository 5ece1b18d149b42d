//! Our ends of the two streams, as tokio sees them.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use tmuxwire_protocol::Transmit;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::unix::pipe::Receiver;

use crate::exchange::Exchange;
use crate::server::registered::Registered;
use crate::upkeep;

/// First reads; answers are mostly small, and many channels are idle.
const SMALL_READ: usize = 4096;
/// Reads once a small one was filled: as much as a pipe holds.
const LARGE_READ: usize = 1 << 16;
/// Reads of one turn, so that other tasks get theirs.
const READS: usize = 16;

/// The streams of one connection.
#[derive(Debug)]
pub(super) struct Link {
    /// A socket: writing to it gives no SIGPIPE.
    writer: Registered,
    reader: Receiver,
    buffer: Vec<u8>,
    /// The server has closed its end.
    pub(super) ended: bool,
}

/// What a turn of reading found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// All there was; a waker is registered for more.
    Drained,
    /// There may be more.
    More,
    /// The end.
    Ended,
}

impl Link {
    pub(super) fn new(write: UnixStream, read: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            writer: Registered::new(write)?,
            reader: Receiver::from_owned_fd(read)?,
            buffer: vec![0; SMALL_READ],
            ended: false,
        })
    }

    /// Writes what there is room for, a mark behind it; `true` if that was all. A failure shows when
    /// reading.
    pub(super) fn write(&mut self, exchange: &mut Exchange) -> bool {
        exchange.mark();
        while !exchange.outgoing().is_empty() {
            let transmit = Transmit::plain(exchange.outgoing());
            match self.writer.send_some(transmit) {
                Ok(count) => exchange.handle_sent(count),
                Err(Errno::EAGAIN) => return false,
                Err(_) => return true,
            }
        }
        true
    }

    /// The same; the task is woken when there is room for what is left.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, exchange: &mut Exchange) {
        while !self.write(exchange) {
            match self.writer.poll_writable(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) | Poll::Pending => break,
            }
        }
    }

    /// Takes what has arrived; answers also how many lines were answered.
    pub(super) fn read(
        &mut self,
        cx: &mut Context<'_>,
        exchange: &mut Exchange,
    ) -> Result<(Read, usize), String> {
        let mut answered = 0;
        for _ in 0..READS {
            if self.ended {
                return Ok((Read::Ended, answered));
            }
            let mut piece = ReadBuf::new(&mut self.buffer);
            match Pin::new(&mut self.reader).poll_read(cx, &mut piece) {
                Poll::Pending => return Ok((Read::Drained, answered)),
                Poll::Ready(Ok(())) if !piece.filled().is_empty() => {
                    let full = piece.remaining() == 0;
                    answered += exchange.handle_data(piece.filled())?;
                    if full && self.buffer.len() < LARGE_READ {
                        self.buffer.resize(LARGE_READ, 0);
                    }
                }
                Poll::Ready(_) => self.ended = true,
            }
        }
        Ok((Read::More, answered))
    }

    /// Takes what the pipe still holds at the end. Not through tokio, which believes in nothing
    /// to read until it was told.
    pub(super) fn drain(&mut self, exchange: &mut Exchange) {
        for _ in 0..upkeep::LAST_READS {
            match nix::unistd::read(&self.reader, &mut self.buffer) {
                Ok(count @ 1..) => {
                    if exchange.handle_data(&self.buffer[..count]).is_err() {
                        return;
                    }
                }
                Err(Errno::EINTR) => {}
                Ok(0) | Err(_) => return,
            }
        }
    }

    /// Looks again and again, for as long as that, whether something arrives.
    pub(super) fn spin(
        &mut self,
        limit: Duration,
        exchange: &mut Exchange,
    ) -> Result<usize, String> {
        let until = Instant::now() + limit;
        loop {
            match nix::unistd::read(&self.reader, &mut self.buffer) {
                Ok(0) => return Ok(0),
                Ok(count) => {
                    let answered = exchange.handle_data(&self.buffer[..count])?;
                    if answered > 0 {
                        return Ok(answered);
                    }
                }
                Err(Errno::EAGAIN) if Instant::now() < until => std::hint::spin_loop(),
                Err(_) => return Ok(0),
            }
        }
    }
}
