//! Frames: the 16-byte header and its payload, in both header layouts, and the decoder that pairs
//! frames with descriptors (PROTOCOL sections 3.1 to 3.3).

use std::collections::VecDeque;
use std::fmt;
use std::os::fd::OwnedFd;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::error::{DecodeError, EncodeError};
use crate::message::MessageType;

/// Bytes in a frame header, in both layouts.
pub const HEADER_LEN: usize = 16;
/// Longest frame that either side accepts, header included.
pub const MAX_FRAME: usize = 16384;
/// Longest payload of a frame.
pub const MAX_PAYLOAD: usize = MAX_FRAME - HEADER_LEN;
/// The protocol number that every tmux since 1.9a sends in the low byte of the peer id.
pub const PROTOCOL_VERSION: u32 = 8;

/// What every official client and server puts in the pid field; nobody reads it.
const ANY_PID: u32 = u32::MAX;
const OLD_FD_FLAG: u16 = 1;
const NEW_FD_MARK: u32 = 0x8000_0000;
/// Descriptors that may wait for their frame. Real peers send at most two; more are closed.
const MAX_WAITING_FDS: usize = 16;

/// How bytes 4 to 7 of the header are laid out.
///
/// Frames without a descriptor are the same bytes in both layouts on little-endian machines, so
/// only attach and control clients need to know which one a server uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderLayout {
    /// tmux up to 3.5a: `u16` length, then `u16` flags whose bit 0 says "a descriptor follows".
    Old,
    /// tmux from 3.6: `u32` length whose top bit says "a descriptor follows".
    New,
}

/// The descriptor that belongs to a frame, if any.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "asked for and there, asked for and not, or not asked for"
)]
pub enum Descriptor {
    /// The header does not ask for a descriptor.
    None,
    /// The header is marked, but no descriptor came with it. A server then goes on with -1.
    Missing,
    /// The descriptor that came with the frame; closed when dropped.
    Owned(OwnedFd),
}

impl Descriptor {
    /// Whether the frame's header is marked as carrying a descriptor.
    pub fn is_marked(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// One message as it travels: header fields, payload, descriptor.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a header's fields and what follows it")]
pub struct Frame {
    /// What the payload means.
    pub message_type: MessageType,
    /// The peer id; its low byte is the protocol version.
    pub peer_id: u32,
    /// The sender's pid field, `0xffffffff` from every known peer.
    pub pid: u32,
    /// The bytes after the header, at most [`MAX_PAYLOAD`].
    pub payload: Bytes,
    /// The descriptor that belongs to the frame.
    pub descriptor: Descriptor,
}

impl Frame {
    /// The protocol version that the sender speaks: the low byte of the peer id.
    pub fn version(&self) -> u8 {
        self.peer_id.to_le_bytes()[0]
    }

    /// Appends the frame's bytes, exactly as they were received.
    ///
    /// # Errors
    /// [`EncodeError::FrameTooLong`] if the payload is longer than [`MAX_PAYLOAD`]; then nothing
    /// is written.
    pub fn encode(&self, layout: HeaderLayout, out: &mut BytesMut) -> Result<(), EncodeError> {
        let header = Header {
            message_type: self.message_type,
            length: frame_length(self.payload.len())?,
            marked: self.descriptor.is_marked(),
            peer_id: self.peer_id,
            pid: self.pid,
        };
        header.put(layout, out);
        out.put_slice(&self.payload);
        Ok(())
    }
}

/// Appends one frame whose payload is `parts` joined, with the header that tmux itself sends.
pub(crate) fn put_frame(
    out: &mut BytesMut,
    layout: HeaderLayout,
    message_type: MessageType,
    marked: bool,
    parts: &[&[u8]],
) -> Result<(), EncodeError> {
    let payload = parts.iter().fold(0usize, |sum, part| sum.saturating_add(part.len()));
    let length = frame_length(payload)?;
    let header = Header { message_type, length, marked, peer_id: PROTOCOL_VERSION, pid: ANY_PID };
    header.put(layout, out);
    for part in parts {
        out.put_slice(part);
    }
    Ok(())
}

fn frame_length(payload: usize) -> Result<u32, EncodeError> {
    let too_long = EncodeError::FrameTooLong { payload };
    if payload > MAX_PAYLOAD {
        return Err(too_long);
    }
    u32::try_from(payload.saturating_add(HEADER_LEN)).map_err(|_| too_long)
}

#[derive(Clone, Copy, Debug)]
struct Header {
    message_type: MessageType,
    length: u32,
    marked: bool,
    peer_id: u32,
    pid: u32,
}

impl Header {
    fn put(self, layout: HeaderLayout, out: &mut BytesMut) {
        out.put_u32_ne(self.message_type.0);
        match layout {
            HeaderLayout::Old => {
                // frame_length() keeps every length within MAX_FRAME, so it fits.
                out.put_u16_ne(u16::try_from(self.length).unwrap_or(u16::MAX));
                out.put_u16_ne(if self.marked { OLD_FD_FLAG } else { 0 });
            }
            HeaderLayout::New => {
                out.put_u32_ne(self.length | if self.marked { NEW_FD_MARK } else { 0 });
            }
        }
        out.put_u32_ne(self.peer_id);
        out.put_u32_ne(self.pid);
    }

    /// Reads a header; `None` means that fewer than [`HEADER_LEN`] bytes are there.
    fn peek(layout: HeaderLayout, bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes.get(..HEADER_LEN)?;
        let message_type = MessageType(bytes.get_u32_ne());
        let (length, marked) = match layout {
            HeaderLayout::Old => {
                let length = bytes.get_u16_ne();
                (u32::from(length), bytes.get_u16_ne() & OLD_FD_FLAG != 0)
            }
            HeaderLayout::New => {
                let word = bytes.get_u32_ne();
                (word & !NEW_FD_MARK, word & NEW_FD_MARK != 0)
            }
        };
        let (peer_id, pid) = (bytes.get_u32_ne(), bytes.get_u32_ne());
        Some(Self { message_type, length, marked, peer_id, pid })
    }

    /// The frame's whole length, checked against the limits that tmux itself enforces.
    fn checked_length(self) -> Result<usize, DecodeError> {
        match usize::try_from(self.length) {
            Ok(length) if length < HEADER_LEN => {
                Err(DecodeError::FrameTooShort { length: self.length })
            }
            Ok(length) if length <= MAX_FRAME => Ok(length),
            _ => Err(DecodeError::FrameTooLong { length: self.length }),
        }
    }
}

/// Turns a byte stream, and the descriptors that arrive beside it, into frames.
///
/// Feed it with [`receive`](Self::receive), then take frames until it answers `Ok(None)`, which
/// means "more bytes are needed" and nothing else. A malformed header is an error, and stays one:
/// the stream can't be resynchronised. It never holds more than what it was fed since the last
/// `Ok(None)` plus one incomplete frame.
pub struct FrameDecoder {
    layout: HeaderLayout,
    buffer: BytesMut,
    /// Stream position of the first byte in `buffer`.
    position: u64,
    waiting: VecDeque<WaitingFd>,
    broken: Option<DecodeError>,
}

/// A descriptor and the part of the stream that arrived in the same read.
#[derive(Debug)]
struct WaitingFd {
    start: u64,
    end: u64,
    fd: OwnedFd,
}

/// Messages may hold secrets, so only sizes show.
impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("layout", &self.layout)
            .field("buffered", &self.buffer.len())
            .field("position", &self.position)
            .field("waiting", &self.waiting)
            .field("broken", &self.broken)
            .finish()
    }
}

impl FrameDecoder {
    /// A decoder at the start of a stream.
    pub fn new(layout: HeaderLayout) -> Self {
        Self {
            layout,
            buffer: BytesMut::new(),
            position: 0,
            waiting: VecDeque::new(),
            broken: None,
        }
    }

    /// Takes what one read brought, without a descriptor.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes what one read brought, with the descriptor that came in its control message.
    ///
    /// Which frame gets the descriptor is what real servers do (PROTOCOL section 3.3): in the old
    /// layout marked frames take descriptors first in, first out; in the new one only the first
    /// marked header that is completed by this very read gets it, otherwise it is closed.
    pub fn receive_with_fd(&mut self, bytes: &[u8], fd: OwnedFd) {
        let start = self.position.saturating_add(self.buffer.len() as u64);
        let end = start.saturating_add(bytes.len() as u64);
        if self.waiting.len() < MAX_WAITING_FDS {
            self.waiting.push_back(WaitingFd { start, end, fd });
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes received that no frame has claimed yet.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// The next whole frame, or `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// [`DecodeError::FrameTooShort`] or [`DecodeError::FrameTooLong`], now and on every later call.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let Some(header) = Header::peek(self.layout, &self.buffer) else {
            return Ok(None);
        };
        let length = header.checked_length().inspect_err(|error| {
            self.broken = Some(*error);
            self.waiting.clear();
        })?;
        if self.buffer.len() < length {
            return Ok(None);
        }
        let header_end = self.position.saturating_add(HEADER_LEN as u64);
        let descriptor = self.claim_descriptor(header.marked, header_end);
        let mut payload = self.buffer.split_to(length).freeze();
        payload.advance(HEADER_LEN);
        self.position = self.position.saturating_add(length as u64);
        Ok(Some(Frame {
            message_type: header.message_type,
            peer_id: header.peer_id,
            pid: header.pid,
            payload,
            descriptor,
        }))
    }

    fn claim_descriptor(&mut self, marked: bool, header_end: u64) -> Descriptor {
        if self.layout == HeaderLayout::New {
            self.waiting.retain(|waiting| waiting.end >= header_end);
        }
        if !marked {
            return Descriptor::None;
        }
        let claimed = match self.layout {
            HeaderLayout::Old => self.waiting.pop_front(),
            HeaderLayout::New => match self.waiting.front() {
                Some(waiting) if waiting.start < header_end => self.waiting.pop_front(),
                _ => None,
            },
        };
        claimed.map_or(Descriptor::Missing, |waiting| Descriptor::Owned(waiting.fd))
    }
}
