//! One line that was submitted, and the answers that wait for whoever asked.

use std::collections::VecDeque;
use std::task::Waker;

use bytes::Bytes;
use tmuxwire_protocol::control::Reply;

use super::Ticket;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::output::Output;

/// What a server says in front of an error that parsing a line has met; a COMMAND's has it not.
const PARSE_ERROR: &[u8] = b"parse error: ";

/// A line whose answer is not known for sure.
#[derive(Debug)]
pub(super) struct Call {
    /// How far the stream of our bytes goes with this line's last one.
    pub(super) end: u64,
    limit: usize,
    /// What the line's first commands printed, and how much that is.
    output: Vec<Bytes>,
    size: usize,
    /// The whole answer, until the mark behind it says that it is this line's.
    pub(super) answer: Option<Result<Output>>,
    pub(super) reader: Reader,
}

/// Who wants to know.
#[derive(Debug)]
pub(super) enum Reader {
    Waiting(Option<Waker>),
    /// Nobody wants the answer any more.
    Gone,
    /// We do: the line is a mark.
    Mark,
}

impl Call {
    pub(super) fn new(end: u64, limit: usize, reader: Reader) -> Self {
        Self { end, limit, output: Vec::new(), size: 0, answer: None, reader }
    }

    /// Nobody wants the answer any more; who was to be woken.
    pub(super) fn abandon(&mut self) -> Option<Waker> {
        self.output = Vec::new();
        match std::mem::replace(&mut self.reader, Reader::Gone) {
            Reader::Waiting(waker) => waker,
            Reader::Gone | Reader::Mark => None,
        }
    }

    /// Adds what one of the line's commands answered.
    pub(super) fn take(&mut self, reply: Reply) {
        if !matches!(self.reader, Reader::Waiting(_)) {
            return;
        }
        let Reply { mut output, size, failed, last, index, .. } = reply;
        self.size = self.size.saturating_add(size);
        let mut stderr = Bytes::new();
        if failed {
            if index == 0 && output.starts_with(PARSE_ERROR) {
                output = output.slice(PARSE_ERROR.len()..);
            }
            stderr = std::mem::take(&mut output);
        }
        if self.size > self.limit {
            self.output.clear();
        } else if !output.is_empty() && (!last || !self.output.is_empty()) {
            self.output.push(std::mem::take(&mut output));
        }
        if !last {
            return;
        }
        let stdout = match self.output.is_empty() {
            true => output,
            false => std::mem::take(&mut self.output).concat().into(),
        };
        let limit = self.limit;
        self.answer = Some(match self.size > limit {
            true => Err(Error::new(ErrorKind::TooMuchOutput { limit }, Delivery::Answered)),
            false => Ok(Output { status: i32::from(failed), stdout, stderr }),
        });
    }
}

/// Answers that nobody has taken, in the order of their lines.
#[derive(Debug, Default)]
pub(super) struct Answers(VecDeque<(Ticket, Result<Output>)>);

impl Answers {
    pub(super) fn push(&mut self, ticket: Ticket, answer: Result<Output>) {
        debug_assert!(self.0.back().is_none_or(|(last, _)| *last < ticket));
        self.0.push_back((ticket, answer));
    }

    pub(super) fn take(&mut self, ticket: Ticket) -> Option<Result<Output>> {
        let at = self.0.binary_search_by(|(other, _)| other.cmp(&ticket)).ok()?;
        self.0.remove(at).map(|(_, answer)| answer)
    }
}
