//! A control stream, cut into lines that stand inside a block or outside of all.

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

use super::notification::number;

/// What a server with one side of `-CC` says before everything else.
const PREFIX: &[u8] = b"\x1bP1000p";

/// Longest line unless told otherwise. Pane output has less than 11 kB in a line, but a format
/// may expand to anything.
const MAX_LINE: usize = 16 << 20;

/// The three fields that open a block, and close it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a guard has three fields")]
pub struct Guard {
    /// Seconds since the epoch.
    pub time: i64,
    /// A counter of the whole server: it rises, with gaps.
    pub number: u64,
    /// 1 if the command came from this control stream, 0 if the server ran it for other reasons.
    pub flags: u32,
}

impl Guard {
    /// Reads `TIME NUMBER FLAGS`.
    fn parse(text: &[u8]) -> Option<Self> {
        let mut fields = text.split(|byte| *byte == b' ');
        let guard = Self {
            time: number(fields.next()?)?,
            number: number(fields.next()?)?,
            flags: number(fields.next()?)?,
        };
        fields.next().is_none().then_some(guard)
    }

    /// Whether the command came from this control stream.
    pub fn is_ours(self) -> bool {
        self.flags & 1 == 1
    }
}

/// One line of a control stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "every line is one of these, and none may be passed over"
)]
pub enum Line {
    /// `%begin`: a block opens.
    Begin(Guard),
    /// `%end` or `%error` with the fields of the open block: it closes.
    End {
        /// The block's fields.
        guard: Guard,
        /// Whether it was `%error`.
        failed: bool,
    },
    /// A line in a block, without its LF. It may look like anything.
    Inside(Bytes),
    /// A line outside of all blocks, without its LF: a notification, or text without a guard.
    Outside(Bytes),
}

/// What can't come from a server. The stream is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum ControlError {
    /// A line is longer than the limit.
    #[error("a line of more than {limit} bytes")]
    LineTooLong {
        /// The limit.
        limit: usize,
    },
    /// A block is longer than the limit.
    #[error("a block of more than {limit} bytes")]
    BlockTooLong {
        /// The limit.
        limit: usize,
    },
    /// A block of ours that no line of ours asked for.
    #[error("an answer to nothing that was asked: block {number}")]
    Unasked {
        /// The block's number.
        number: u64,
    },
}

/// Cuts a byte stream into lines and knows which of them stand in a block.
///
/// Feed it with [`receive`](Self::receive), then take lines until it answers `Ok(None)`. Lines share
/// the memory that they arrived in; nothing is copied.
#[derive(Debug)]
pub struct LineDecoder {
    buffer: BytesMut,
    /// No LF up to here.
    searched: usize,
    started: bool,
    open: Option<Guard>,
    /// The number of the last block.
    last: Option<u64>,
    limit: usize,
}

impl Default for LineDecoder {
    fn default() -> Self {
        Self::with_limit(MAX_LINE)
    }
}

impl LineDecoder {
    /// A decoder that takes lines of at most `limit` bytes; 16 MiB for the default one.
    pub fn with_limit(limit: usize) -> Self {
        let buffer = BytesMut::new();
        Self { buffer, searched: 0, started: false, open: None, last: None, limit }
    }

    /// Takes bytes of the stream.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next line, or `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// [`ControlError::LineTooLong`], now and on every later call.
    pub fn next_line(&mut self) -> Result<Option<Line>, ControlError> {
        if !self.started && !self.skip_prefix() {
            return Ok(None);
        }
        let fresh = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(distance) = memchr::memchr(b'\n', fresh) else {
            self.searched = self.buffer.len();
            return match self.searched > self.limit {
                true => Err(ControlError::LineTooLong { limit: self.limit }),
                false => Ok(None),
            };
        };
        let end = self.searched.saturating_add(distance);
        if end > self.limit {
            return Err(ControlError::LineTooLong { limit: self.limit });
        }
        self.searched = 0;
        let guard = self.buffer.get(..end).and_then(|line| self.guard(line));
        if let Some(guard) = guard {
            self.note(&guard);
            self.buffer.advance(end.saturating_add(1));
            return Ok(Some(guard));
        }
        let line = self.buffer.split_to(end).freeze();
        self.buffer.advance(1);
        Ok(Some(match self.open {
            Some(_) => Line::Inside(line),
            None => Line::Outside(line),
        }))
    }

    /// `false` if more bytes are needed to know whether the prefix is there.
    fn skip_prefix(&mut self) -> bool {
        if self.buffer.len() < PREFIX.len() && PREFIX.starts_with(&self.buffer) {
            return false;
        }
        self.started = true;
        if self.buffer.starts_with(PREFIX) {
            self.buffer.advance(PREFIX.len());
        }
        true
    }

    /// Whether a line opens a block, or closes the open one.
    fn guard(&self, line: &[u8]) -> Option<Line> {
        let guard = |keyword: &[u8]| Guard::parse(line.strip_prefix(keyword)?);
        match self.open {
            Some(open) => {
                let ended = |keyword| guard(keyword) == Some(open);
                let failed = ended(b"%error ");
                (failed || ended(b"%end ")).then_some(Line::End { guard: open, failed })
            }
            // Text of a job could look like a block, but not know the next number.
            None => {
                guard(b"%begin ").filter(|guard| Some(guard.number) > self.last).map(Line::Begin)
            }
        }
    }

    fn note(&mut self, line: &Line) {
        match line {
            Line::Begin(guard) => {
                self.open = Some(*guard);
                self.last = Some(guard.number);
            }
            Line::End { .. } => self.open = None,
            Line::Inside(_) | Line::Outside(_) => {}
        }
    }
}
