//! Which block answers which line.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use super::command_line::CommandLine;
use super::lines::{ControlError, Guard, Line};
use super::notification::Notification;

/// Most bytes of one block that are kept unless told otherwise.
const MAX_REPLY: usize = 1 << 30;
/// The same of a block that answers nobody: enough for an error text.
const MAX_STRAY: usize = 1 << 16;
/// Longer lines stay in the memory that they arrived in; what is kept of others holds no more than
/// itself.
const LONG: usize = 1 << 14;

/// A line that was sent, by the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct LineId(pub u64);

/// What one command printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The line that it stood in; `None` for a block that the server made for other reasons: a
    /// client's first COMMAND, a hook.
    pub line: Option<LineId>,
    /// Which of the line's commands, from 0.
    pub index: usize,
    /// Its output or error text, each line with its LF; or nothing, if it is more than was allowed.
    pub output: Bytes,
    /// How many bytes that is, or would have been.
    pub size: usize,
    /// Whether it failed. Then no later command of the line has run.
    pub failed: bool,
    /// Whether nothing more answers the line.
    pub last: bool,
    /// The block's fields.
    pub guard: Guard,
}

/// Something that a control stream told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlEvent {
    /// A block has ended.
    Reply(Reply),
    /// Something happened.
    Notification(Notification),
    /// Nothing more answers a line that was sent with [`Replies::sent_nesting`].
    Finished(LineId),
    /// A line without a guard: what a `run-shell` printed, or an error with a file. It belongs to
    /// no reply.
    Text(Bytes),
}

#[derive(Debug)]
struct Expected {
    id: LineId,
    until: Until,
    answered: usize,
    /// Whether notifications may stand in its blocks.
    waits: bool,
    /// Most bytes of a block that are kept.
    limit: usize,
}

/// How far the blocks of a line go.
#[derive(Debug)]
enum Until {
    Commands(usize),
    /// To the block that says this and nothing else.
    Mark(Bytes),
}

/// Pairs blocks with the lines that were sent: a server answers them in order, each command of a
/// line with a block of its own, up to the first that fails.
#[derive(Debug)]
pub struct Replies {
    next: u64,
    expected: VecDeque<Expected>,
    open: BytesMut,
    /// The bytes of the open block, kept or not.
    size: usize,
    is_ours: bool,
    limit: usize,
}

impl Default for Replies {
    fn default() -> Self {
        Self::with_limit(MAX_REPLY)
    }
}

impl Replies {
    /// Keeps at most `limit` bytes of a block; 1 GiB for the default one. A longer one has no
    /// output, but its size.
    pub fn with_limit(limit: usize) -> Self {
        let (expected, open) = (VecDeque::new(), BytesMut::new());
        Self { next: 0, expected, open, size: 0, is_ours: false, limit }
    }

    /// Sets another limit for the blocks of the line that was sent last.
    pub fn limit_last(&mut self, limit: usize) {
        if let Some(last) = self.expected.back_mut() {
            last.limit = limit;
        }
    }

    /// Notes that a line has been sent, whose commands answer at once. Lines in their replies are
    /// text, whatever they look like.
    pub fn sent(&mut self, line: &CommandLine) -> LineId {
        self.expect(Until::Commands(line.commands()), false)
    }

    /// Notes that a line has been sent whose commands may wait, or pause panes. Up to 3.7c
    /// notifications come in the middle of such replies; what looks like one is taken for one.
    pub fn sent_waiting(&mut self, line: &CommandLine) -> LineId {
        self.expect(Until::Commands(line.commands()), true)
    }

    /// Notes that a line has been sent whose commands run others (`if-shell`, `source-file`,
    /// `run-shell -C`): each of those has a block, too, and nobody can tell how many there will be.
    /// It must be followed by a line that does nothing but print `mark`, which no other command of
    /// it prints; that one is not noted for itself.
    pub fn sent_nesting(&mut self, mark: impl Into<Bytes>) -> LineId {
        self.expect(Until::Mark(mark.into()), true)
    }

    fn expect(&mut self, until: Until, waits: bool) -> LineId {
        let id = LineId(self.next);
        self.next = self.next.saturating_add(1);
        self.expected.push_back(Expected { id, until, answered: 0, waits, limit: self.limit });
        id
    }

    /// How many bytes the open block has so far.
    pub fn open_size(&self) -> usize {
        self.size
    }

    /// Lines that have not been answered in full, oldest first.
    pub fn unanswered(&self) -> impl Iterator<Item = LineId> {
        self.expected.iter().map(|expected| expected.id)
    }

    /// Takes a line.
    ///
    /// # Errors
    /// [`ControlError::Unasked`].
    pub fn handle(&mut self, line: Line) -> Result<Option<ControlEvent>, ControlError> {
        match line {
            Line::Begin(guard) => {
                self.is_ours = guard.is_ours();
                self.open.clear();
                self.size = 0;
                Ok(None)
            }
            Line::Inside(line) => Ok(self.inside(line)),
            Line::End { guard, failed } => self.end(guard, failed).map(Some),
            Line::Outside(line) => {
                let line = if line.len() < LONG { Bytes::copy_from_slice(&line) } else { line };
                Ok(Some(match line.starts_with(b"%") {
                    true => ControlEvent::Notification(Notification::parse(line)),
                    false => ControlEvent::Text(line),
                }))
            }
        }
    }

    fn inside(&mut self, line: Bytes) -> Option<ControlEvent> {
        let front = self.expected.front().filter(|_| self.is_ours);
        if front.is_some_and(|front| front.waits) && line.starts_with(b"%") {
            let notification = Notification::parse(line.clone());
            if !matches!(notification, Notification::Unknown(_)) {
                return Some(ControlEvent::Notification(notification));
            }
        }
        self.size = self.size.saturating_add(line.len()).saturating_add(1);
        if self.size > front.map_or(MAX_STRAY, |front| front.limit) {
            self.open = BytesMut::new();
        } else {
            self.open.put_slice(&line);
            self.open.put_u8(b'\n');
        }
        None
    }

    fn end(&mut self, guard: Guard, failed: bool) -> Result<ControlEvent, ControlError> {
        let output = self.open.split().freeze();
        let size = std::mem::take(&mut self.size);
        if !guard.is_ours() {
            let reply = Reply { line: None, index: 0, output, size, failed, last: true, guard };
            return Ok(ControlEvent::Reply(reply));
        }
        let unasked = ControlError::Unasked { number: guard.number };
        let front = self.expected.front_mut().ok_or(unasked)?;
        let (id, index) = (front.id, front.answered);
        front.answered = front.answered.saturating_add(1);
        let (last, finished) = match &front.until {
            Until::Commands(commands) => (failed || front.answered >= *commands, false),
            Until::Mark(mark) => (false, output.strip_suffix(b"\n") == Some(&mark[..])),
        };
        if last || finished {
            self.expected.pop_front();
        }
        if finished {
            return Ok(ControlEvent::Finished(id));
        }
        let line = Some(id);
        Ok(ControlEvent::Reply(Reply { line, index, output, size, failed, last, guard }))
    }
}
