//! The way out: bytes to send, and the descriptors that must leave with them.

use std::collections::VecDeque;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bytes::{Buf, BufMut, BytesMut};

use crate::error::EncodeError;
use crate::frame::HeaderLayout;
use crate::message::ClientMessage;

/// Bytes waiting to be sent, with descriptors queued beside them.
///
/// [`transmit`](Self::transmit) says what the next `sendmsg` must carry, [`sent`](Self::sent) what
/// the kernel took. Each descriptor leaves in a `sendmsg` of its own, on the first byte of its
/// frame: a server keeps one descriptor per read (PROTOCOL section 3.3). The queue owns its
/// descriptors and closes each as soon as the kernel has taken it, or when it is dropped.
#[derive(Default)]
pub struct Outbox {
    bytes: BytesMut,
    /// Bytes that were sent before the first one in `bytes`.
    position: u64,
    fds: VecDeque<(u64, OwnedFd)>,
    /// Where the byte ends that travels beside the stream.
    urgent: Option<u64>,
}

/// Arguments and environment may hold secrets, so only sizes show.
impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("bytes", &self.bytes.len())
            .field("position", &self.position)
            .field("fds", &self.fds)
            .finish()
    }
}

/// What one `sendmsg` must carry.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Transmit<'a> {
    /// The bytes; never empty.
    pub bytes: &'a [u8],
    /// The descriptor to pass along with the first of them.
    pub fd: Option<BorrowedFd<'a>>,
    /// Send with `MSG_OOB`: the last byte then travels beside the stream and ends the server's
    /// read, so that what follows is read on its own. Where the system refuses, tell
    /// [`Request::handle_no_urgent`](crate::Request::handle_no_urgent).
    pub urgent: bool,
}

impl<'a> Transmit<'a> {
    /// Bytes and nothing else.
    pub fn plain(bytes: &'a [u8]) -> Self {
        Self { bytes, fd: None, urgent: false }
    }
}

impl Outbox {
    /// Where to append frames.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }

    /// Queues a message that some client sent, with its descriptor.
    ///
    /// # Errors
    /// [`EncodeError::FrameTooLong`]; then nothing is queued and the descriptor is closed.
    pub fn push(
        &mut self,
        message: ClientMessage,
        layout: HeaderLayout,
    ) -> Result<(), EncodeError> {
        let offset = self.end();
        message.encode(layout, &mut self.bytes)?;
        self.fds.extend(message.into_descriptor().map(|fd| (offset, fd)));
        Ok(())
    }

    /// Where what is queued next begins.
    pub(crate) fn end(&self) -> u64 {
        self.position.saturating_add(self.bytes.len() as u64)
    }

    /// Whether nothing has been sent of what begins there.
    pub(crate) fn is_unsent(&self, offset: u64) -> bool {
        self.position <= offset && offset < self.end()
    }

    /// Bytes that wait to be sent.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing waits to be sent.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What to send next, or `None` if there is nothing.
    pub fn transmit(&self) -> Option<Transmit<'_>> {
        let mut fds = self.fds.iter();
        let (fd, next) = match fds.next() {
            Some((offset, fd)) if *offset == self.position => {
                (Some(fd.as_fd()), fds.next().map(|(offset, _)| *offset))
            }
            Some((offset, _)) => (None, Some(*offset)),
            None => (None, None),
        };
        let next = next.into_iter().chain(self.urgent).min();
        let distance = next.map_or(u64::MAX, |offset| offset.saturating_sub(self.position));
        let end = usize::try_from(distance).unwrap_or(usize::MAX).min(self.bytes.len());
        let urgent = next.is_some() && next == self.urgent;
        match self.bytes.get(..end) {
            Some(bytes) if !bytes.is_empty() => Some(Transmit { bytes, fd, urgent }),
            _ => None,
        }
    }

    /// Lets what is queued from now on be read by the server in another read than what is queued.
    pub(crate) fn end_read(&mut self) {
        self.bytes.put_u8(0);
        self.urgent = Some(self.end());
    }

    /// Forgets the end of a read, and everything behind it; `false` if it has been sent.
    pub(crate) fn cut_at_end_of_read(&mut self) -> bool {
        let Some(end) = self.urgent.take() else { return false };
        let left = end.saturating_sub(self.position).saturating_sub(1);
        self.bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        true
    }

    /// Takes out what the kernel took: `count` bytes of the last [`transmit`](Self::transmit).
    ///
    /// With one byte its descriptor has left, too.
    pub fn sent(&mut self, count: usize) {
        let count = count.min(self.bytes.len());
        if count == 0 {
            return;
        }
        self.bytes.advance(count);
        let start = self.position;
        self.position = self.position.saturating_add(count as u64);
        self.urgent = self.urgent.filter(|end| *end > self.position);
        while self.fds.front().is_some_and(|(offset, _)| *offset <= start) {
            self.fds.pop_front();
        }
    }

    /// Forgets everything that has not been sent, and closes its descriptors.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.fds.clear();
        self.urgent = None;
    }
}
