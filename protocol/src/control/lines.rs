//! A control stream, cut into lines that stand inside a block or outside of all.

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

use super::notification::number;

/// What a server with one side of `-CC` says before everything else.
const PREFIX: &[u8] = b"\x1bP1000p";

/// Longest line unless told otherwise. Pane output has less than 11 kB in a line, but a format
/// may expand to anything.
const MAX_LINE: usize = 16 << 20;

/// How the lines begin that open a block, and close it.
const BEGIN: &[u8] = b"%begin ";
const END: &[u8] = b"%end ";
const ERROR: &[u8] = b"%error ";

/// The server's counter of blocks begins again here.
const COUNTER: u64 = 1 << 32;
/// So many a second is more than any server can number.
const FASTEST: u64 = 1 << 22;
/// As far as the numbers of two blocks are apart at most, whatever the time.
const FURTHEST: u64 = COUNTER / 4;
/// A clock is set back by less, in seconds.
const SET_BACK: i64 = 1 << 17;

/// The three fields that open a block, and close it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a guard has three fields")]
pub struct Guard {
    /// Seconds since the epoch.
    pub time: i64,
    /// A counter of the whole server: it rises, with gaps, and begins again after 2³² - 1.
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

    /// Whether a server can say this next. What others write to look like a guard can't know the
    /// next number, but it can be lucky.
    fn can_follow(&self, last: Option<&Self>) -> bool {
        let Some(last) = last else { return self.number < COUNTER };
        let seconds = self.time.saturating_sub(last.time);
        let apart = self.number.wrapping_sub(last.number) % COUNTER;
        let fast = u64::try_from(seconds).unwrap_or(0).saturating_add(1).saturating_mul(FASTEST);
        self.number < COUNTER && seconds > -SET_BACK && (1..=fast.min(FURTHEST)).contains(&apart)
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
    /// Outside of all blocks, what begins like a guard and isn't the begin of the next block:
    /// something that others can write stands where the server speaks.
    #[error("a guard that doesn't fit")]
    Misfit,
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
    /// The last block.
    last: Option<Guard>,
    /// How a line begins that goes on to this end, over any LF.
    long: Option<(Bytes, Bytes)>,
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
        Self { buffer, searched: 0, started: false, open: None, last: None, long: None, limit }
    }

    /// Outside of all blocks, a line that begins with `head` goes on to the first `tail` that a LF
    /// follows, over all LFs before; the tail is no part of it. So text that anybody can write, in
    /// which LFs are not quoted, can't look like lines of the server, if nobody can guess the tail.
    #[must_use]
    pub fn with_long_lines(mut self, head: impl Into<Bytes>, tail: impl Into<Bytes>) -> Self {
        self.long = Some((head.into(), tail.into()));
        self
    }

    /// Takes bytes of the stream.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next line, or `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// [`ControlError::LineTooLong`] and [`ControlError::Misfit`], now and on every later call.
    pub fn next_line(&mut self) -> Result<Option<Line>, ControlError> {
        if !self.started && !self.skip_prefix() {
            return Ok(None);
        }
        let Some((end, tail)) = self.find_end() else {
            return match self.buffer.len() > self.limit {
                true => Err(ControlError::LineTooLong { limit: self.limit }),
                false => Ok(None),
            };
        };
        if end > self.limit {
            return Err(ControlError::LineTooLong { limit: self.limit });
        }
        let guard = match self.buffer.get(..end) {
            Some(line) => self.guard(line)?,
            None => None,
        };
        self.searched = 0;
        if let Some(guard) = guard {
            self.note(&guard);
            self.buffer.advance(end.saturating_add(1));
            return Ok(Some(guard));
        }
        let mut line = self.buffer.split_to(end).freeze();
        self.buffer.advance(1);
        line.truncate(end.saturating_sub(tail));
        Ok(Some(match self.open {
            Some(_) => Line::Inside(line),
            None => Line::Outside(line),
        }))
    }

    /// Where the LF of the next line is, and how much in front of it is no part of the line.
    fn find_end(&mut self) -> Option<(usize, usize)> {
        loop {
            let fresh = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(distance) = memchr::memchr(b'\n', fresh) else {
                self.searched = self.buffer.len();
                return None;
            };
            let end = self.searched.saturating_add(distance);
            let line = self.buffer.get(..end).unwrap_or_default();
            let long = self.long.as_ref().filter(|_| self.open.is_none());
            match long.filter(|(head, _)| line.starts_with(head)) {
                Some((_, tail)) if !line.ends_with(tail) => self.searched = end.saturating_add(1),
                Some((_, tail)) => return Some((end, tail.len())),
                None => {
                    self.searched = end;
                    return Some((end, 0));
                }
            }
        }
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
    fn guard(&self, line: &[u8]) -> Result<Option<Line>, ControlError> {
        let guard = |keyword: &[u8]| Guard::parse(line.strip_prefix(keyword)?);
        match self.open {
            Some(open) => {
                let ended = |keyword| guard(keyword) == Some(open);
                let failed = ended(ERROR);
                Ok((failed || ended(END)).then_some(Line::End { guard: open, failed }))
            }
            None => match guard(BEGIN) {
                Some(guard) if guard.can_follow(self.last.as_ref()) => Ok(Some(Line::Begin(guard))),
                _ if [BEGIN, END, ERROR].iter().any(|keyword| line.starts_with(keyword)) => {
                    Err(ControlError::Misfit)
                }
                _ => Ok(None),
            },
        }
    }

    fn note(&mut self, line: &Line) {
        match line {
            Line::Begin(guard) => {
                self.open = Some(*guard);
                self.last = Some(*guard);
            }
            Line::End { .. } => self.open = None,
            Line::Inside(_) | Line::Outside(_) => {}
        }
    }
}
