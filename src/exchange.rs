//! The lines of one control stream, shared by many callers and listeners: who asked what, who
//! waits for which answer, who wants to hear of what. No IO; both drivers use it.

mod calls;
mod listeners;
mod marks;

use std::collections::VecDeque;
#[cfg(feature = "tokio")]
use std::task::Context;
use std::task::{Poll, Waker};

#[cfg(feature = "tokio")]
use bytes::Bytes;
use bytes::{Buf, BytesMut};
use tmuxwire_protocol::control::{
    CommandLine, ControlEvent, LineDecoder, Notification, Replies, Reply,
};

use self::calls::{Answers, Call, Reader};
use self::listeners::Listeners;
#[cfg(feature = "tokio")]
pub(crate) use self::listeners::Topic;
use self::marks::{APART, Marks};
use crate::error::{Delivery, End, Error, ErrorKind, Result};
#[cfg(feature = "tokio")]
use crate::mailbox::Mailbox;
use crate::output::Output;

/// Commands that can end a session, by name and alias.
const ENDING: [&[u8]; 15] = [
    b"break-pane",
    b"breakp",
    b"join-pane",
    b"joinp",
    b"kill-pane",
    b"kill-session",
    b"kill-window",
    b"killp",
    b"killw",
    b"move-pane",
    b"move-window",
    b"movep",
    b"movew",
    b"unlink-window",
    b"unlinkw",
];

/// How many lines the server may have before we have read its answers. It runs them as fast as it
/// reads them, and holds what it can't write; from 3.8 it gives up who lets it hold too much.
const DEEPEST: usize = 256;
/// How many bytes of answers it may hold, as far as the last ones tell.
const AHEAD: usize = 1 << 20;
/// What an answer is taken for before there was one.
const USUAL: usize = 1 << 16;

/// A line that was submitted; it must be taken or abandoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket {
    stream: u64,
    line: u64,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// Which stream of the channel this is.
    stream: u64,
    outgoing: BytesMut,
    /// Bytes of ours that the kernel has taken.
    written: u64,
    decoder: LineDecoder,
    replies: Replies,
    marks: Marks,
    /// Lines since the last mark.
    unmarked: usize,
    /// Lines whose answers no mark has confirmed. The oldest has the number `first`.
    calls: VecDeque<Call>,
    first: u64,
    /// Answers that nobody has taken, also those of earlier streams.
    answers: Answers,
    waiting: usize,
    /// Lines that can end sessions, in order.
    fences: VecDeque<u64>,
    /// How many calls have somebody to be woken.
    asleep: usize,
    /// The size of the last answers, on the average.
    usual: Option<usize>,
    listeners: Listeners,
    /// Sessions or clients have come or gone since [`take_news`](Self::take_news).
    news: bool,
    /// What the server said outside of all blocks when nobody could be meant but us.
    text: Vec<u8>,
    end: Option<End>,
}

impl Default for Exchange {
    fn default() -> Self {
        Self::new(Marks::default())
    }
}

/// Whether a command of a line can end a session. A `;` within an argument makes it look harder,
/// never past a command.
fn can_end_a_session(line: &[u8]) -> bool {
    line.split(|byte| *byte == b';').any(|command| {
        let name = command.trim_ascii_start().split(|byte| byte.is_ascii_whitespace()).next();
        name.is_some_and(|name| ENDING.contains(&name))
    })
}

impl Exchange {
    fn new(marks: Marks) -> Self {
        let head = [b"%subscription-changed ".as_slice(), &marks.subscriptions()].concat();
        let decoder = LineDecoder::default().with_long_lines(head, marks.end_of_value());
        Self {
            stream: 0,
            outgoing: BytesMut::new(),
            written: 0,
            decoder,
            replies: Replies::default(),
            marks,
            unmarked: 0,
            calls: VecDeque::new(),
            first: 0,
            answers: Answers::default(),
            waiting: 0,
            fences: VecDeque::new(),
            asleep: 0,
            usual: None,
            listeners: Listeners::default(),
            news: false,
            text: Vec::new(),
            end: None,
        }
    }

    /// Queues a line. Its answer is polled for with the ticket.
    ///
    /// # Errors
    /// If the stream has ended.
    pub(crate) fn submit(&mut self, line: &CommandLine, limit: usize) -> Result<Ticket> {
        if let Some(end) = &self.end {
            return Err(Error::not_sent(ErrorKind::ChannelEnded(end.clone())));
        }
        if self.unmarked >= self.depth().min(APART) {
            self.mark();
        }
        self.unmarked += 1;
        self.waiting += 1;
        let line = self.queue(line, limit, Reader::Waiting(None));
        Ok(Ticket { stream: self.stream, line })
    }

    /// Puts a mark behind what is queued, if there is none. Lines are written with one, or their
    /// answers stay unknown.
    pub(crate) fn mark(&mut self) {
        if std::mem::take(&mut self.unmarked) > 0 {
            let line = self.marks.line();
            self.queue(&line, 1 << 10, Reader::Mark);
        }
    }

    fn queue(&mut self, line: &CommandLine, limit: usize, reader: Reader) -> u64 {
        // The server tells of pauses in the midst of what such a line answers, up to 3.7c.
        let id = match line.as_bytes().starts_with(b"refresh-client ") {
            true => self.replies.sent_waiting(line),
            false => self.replies.sent(line),
        };
        debug_assert_eq!(id.0, self.first + self.calls.len() as u64);
        self.replies.limit_last(limit);
        if can_end_a_session(line.as_bytes()) {
            self.fences.push_back(id.0);
        }
        self.outgoing.extend_from_slice(line.as_bytes());
        let end = self.written + self.outgoing.len() as u64;
        self.calls.push_back(Call::new(end, limit, reader));
        id.0
    }

    /// How many lines may be without an answer.
    fn depth(&self) -> usize {
        (AHEAD / self.usual.unwrap_or(USUAL).max(1)).clamp(1, DEEPEST)
    }

    /// What to write now. More may follow when answers have been taken.
    pub(crate) fn outgoing(&self) -> &[u8] {
        let last =
            self.replies.unanswered().next().map(|oldest| oldest.0 + self.depth() as u64 - 1);
        let last = last.into_iter().chain(self.before_fence()).min();
        let room = last.map_or(u64::MAX, |last| self.end_of(last).saturating_sub(self.written));
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        self.outgoing.get(..room).unwrap_or(&self.outgoing)
    }

    /// How far the bytes go with a line, and with a mark behind it.
    fn end_of(&self, line: u64) -> u64 {
        let call = |line: u64| {
            let at = usize::try_from(line.checked_sub(self.first)?).ok()?;
            self.calls.get(at)
        };
        let mark = call(line + 1).filter(|call| matches!(call.reader, Reader::Mark));
        mark.or_else(|| call(line)).map_or(u64::MAX, |call| call.end)
    }

    /// The last line that may be written as long as what can end a session is not answered: a server
    /// up to 3.7c ends if a session goes before it has told us that its current window changed.
    fn before_fence(&self) -> Option<u64> {
        let oldest = self.replies.unanswered().next()?.0;
        let fence = *self.fences.iter().find(|fence| **fence >= oldest)?;
        Some(if fence == oldest { fence } else { fence - 1 })
    }

    /// Takes out what was written.
    pub(crate) fn handle_sent(&mut self, count: usize) {
        self.outgoing.advance(count);
        self.written += count as u64;
    }

    /// The oldest line that waits for its answer, and how much of that has come.
    pub(crate) fn oldest(&self) -> Option<(u64, usize)> {
        let oldest = self.replies.unanswered().next()?.0;
        let is_written = self.end_of(oldest) <= self.written;
        is_written.then(|| (oldest, self.replies.open_size()))
    }

    /// Lines that are not answered.
    #[cfg(feature = "tokio")]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether anyone listens.
    #[cfg(feature = "tokio")]
    pub(crate) fn has_listeners(&self) -> bool {
        !self.listeners.is_empty()
    }

    /// Whether a listener that must lose nothing holds us up; then `filler` is woken later. Who
    /// waits for an answer gets it all the same.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_held(&self, filler: &Waker) -> bool {
        self.waiting == 0 && self.listeners.any_is_full(filler)
    }

    /// Whether [`take_news`](Self::take_news) has anything to tell.
    #[cfg(feature = "tokio")]
    pub(crate) fn has_news(&self) -> bool {
        self.news
    }

    /// Behaves as if sessions had come or gone.
    pub(crate) fn check_soon(&mut self) {
        self.news = true;
    }

    /// Whether sessions or clients may have come or gone since the last call.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// Lets a listener hear of a topic; with a ticket, of output from that line's answer on. What it
    /// has of the output before goes with the answer.
    #[cfg(feature = "tokio")]
    pub(crate) fn listen(
        &mut self,
        topic: Topic,
        mailbox: Mailbox<Notification>,
        since: Option<Ticket>,
    ) {
        match self.end {
            Some(_) => mailbox.end(),
            None => self.listeners.add(topic, mailbox, since.map(|ticket| ticket.line)),
        }
    }

    /// A listener has gone.
    #[cfg(feature = "tokio")]
    pub(crate) fn forget(&mut self, mailbox: &Mailbox<Notification>) {
        self.listeners.forget(mailbox);
    }

    /// The connection serves: listeners of the one before are told of the gap.
    #[cfg(feature = "tokio")]
    pub(crate) fn tell_gap(&mut self) {
        self.listeners.tell_gap();
    }

    /// How the names of subscriptions begin, and what their formats must end with.
    #[cfg(feature = "tokio")]
    pub(crate) fn watching(&self) -> (Bytes, Bytes) {
        (self.marks.subscriptions(), self.marks.end_of_value())
    }

    /// Takes bytes that the server wrote; answers how many lines were answered.
    ///
    /// # Errors
    /// What is wrong with the stream, which is of no use any more.
    pub(crate) fn handle_data(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.decoder.receive(bytes);
        let before = self.waiting;
        while let Some(line) = self.decoder.next_line().map_err(|error| error.to_string())? {
            match self.replies.handle(line).map_err(|error| error.to_string())? {
                Some(ControlEvent::Reply(reply)) => self.handle_reply(reply)?,
                Some(ControlEvent::Notification(notification)) => self.publish(&notification),
                Some(ControlEvent::Text(text)) => self.keep_text(&text),
                _ => {}
            }
        }
        Ok(before - self.waiting)
    }

    fn handle_reply(&mut self, reply: Reply) -> Result<(), String> {
        let Some(id) = reply.line.map(|line| line.0) else {
            // Our first COMMAND, if it failed: the reason why there is no channel.
            if reply.failed {
                self.keep_text(reply.output.trim_ascii_end());
            }
            return Ok(());
        };
        let at = id.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        let Some(call) = at.and_then(|at| self.calls.get_mut(at)) else { return Ok(()) };
        if call.end > self.written {
            return Err("an answer to what was not asked yet".to_owned());
        }
        let is_mark = matches!(call.reader, Reader::Mark);
        if is_mark != self.marks.are_answered_by(&reply) {
            return Err("more or fewer answers than were asked for".to_owned());
        }
        if is_mark {
            self.confirm(id);
            return Ok(());
        }
        let usual = self.usual.unwrap_or(USUAL);
        self.usual = Some((usual / 8 * 7).saturating_add(reply.size / 8));
        if reply.last {
            self.fences.retain(|fence| *fence > id);
            self.listeners.answered(id, reply.failed);
        }
        call.take(reply);
        Ok(())
    }

    /// The answers up to a mark are those to the lines before it.
    fn confirm(&mut self, mark: u64) {
        while self.first <= mark {
            let Some(call) = self.calls.pop_front() else { break };
            let ticket = Ticket { stream: self.stream, line: self.first };
            self.first += 1;
            self.waiting -= usize::from(!matches!(call.reader, Reader::Mark));
            if let (Reader::Waiting(waker), Some(answer)) = (call.reader, call.answer) {
                self.answers.push(ticket, answer);
                self.asleep -= usize::from(waker.is_some());
                waker.into_iter().for_each(Waker::wake);
            }
        }
    }

    fn publish(&mut self, notification: &Notification) {
        use Notification as N;
        self.news |= matches!(
            notification,
            N::SessionsChanged | N::ClientDetached { .. } | N::ClientSessionChanged { .. }
        );
        self.listeners.publish(notification);
    }

    /// The first few bytes of what was said, for an error.
    fn keep_text(&mut self, text: &[u8]) {
        const MOST: usize = 4096;
        if self.text.len() + text.len() < MOST {
            self.text.extend_from_slice(text);
            self.text.push(b'\n');
        }
    }

    /// What the server said that answers no line of ours.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.text.trim_ascii_end()).into_owned()
    }

    /// The answer to a line. Once it is there the ticket is used up; until then the task is woken
    /// when it comes.
    #[cfg(feature = "tokio")]
    pub(crate) fn poll_reply(
        &mut self,
        ticket: Ticket,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Output>> {
        let reply = self.take_reply(ticket);
        if reply.is_pending() {
            self.wake_for(ticket, cx.waker());
        }
        reply
    }

    /// Whom to wake when the answer to a line is there.
    pub(crate) fn wake_for(&mut self, ticket: Ticket, waker: &Waker) {
        match self.call(ticket).map(|call| &mut call.reader) {
            Some(Reader::Waiting(Some(known))) => known.clone_from(waker),
            Some(Reader::Waiting(unknown)) => {
                *unknown = Some(waker.clone());
                self.asleep += 1;
            }
            _ => waker.wake_by_ref(),
        }
    }

    /// Whether the answer to a line is there.
    pub(crate) fn is_answered(&mut self, ticket: Ticket) -> bool {
        !matches!(self.call(ticket), Some(Call { reader: Reader::Waiting(_), .. }))
    }

    /// Somebody who waits for an answer, to be woken.
    pub(crate) fn a_waiting_caller(&self) -> Option<Waker> {
        if self.asleep == 0 {
            return None;
        }
        self.calls.iter().find_map(|call| match &call.reader {
            Reader::Waiting(waker) => waker.clone(),
            _ => None,
        })
    }

    /// The answer to a line if it is there; whoever asks looks again by himself.
    pub(crate) fn take_reply(&mut self, ticket: Ticket) -> Poll<Result<Output>> {
        if !self.is_answered(ticket) {
            return Poll::Pending;
        }
        // Somebody may ask again for an answer that he has had.
        let taken = || Error::new(ErrorKind::ChannelEnded(End::Closed), Delivery::MayHaveRun);
        Poll::Ready(self.answers.take(ticket).unwrap_or_else(|| Err(taken())))
    }

    /// Nobody wants the answer any more. Tells what becomes of the line: one that still waits to be
    /// written goes out with the others, so that it may run, too.
    pub(crate) fn abandon(&mut self, ticket: Ticket) -> Delivery {
        let Some(call) = self.call(ticket) else {
            return match self.answers.take(ticket) {
                Some(Err(error)) => error.delivery(),
                _ => Delivery::Answered,
            };
        };
        let waker = call.abandon();
        let delivery = match call.answer.take() {
            Some(_) => Delivery::Answered,
            None => Delivery::MayHaveRun,
        };
        self.asleep -= usize::from(waker.is_some());
        delivery
    }

    fn call(&mut self, ticket: Ticket) -> Option<&mut Call> {
        if ticket.stream != self.stream {
            return None;
        }
        let at = usize::try_from(ticket.line.checked_sub(self.first)?).ok()?;
        self.calls.get_mut(at)
    }

    /// Begins another stream for the same listeners, which are told of the gap once it serves. The
    /// calls of the one before have ended, and still learn how.
    pub(crate) fn begin_again(&mut self, end: &End) {
        let mut listeners = std::mem::take(&mut self.listeners);
        listeners.begin_again();
        self.end(end);
        let (answers, stream) = (std::mem::take(&mut self.answers), self.stream + 1);
        // Formats that are watched bear what can't be guessed.
        let marks = std::mem::take(&mut self.marks);
        *self = Self { listeners, answers, stream, ..Self::new(marks) };
    }

    /// Ends the stream: every call learns whether its line was sent, every listener that nothing
    /// more comes. What was answered before an end that is none of the stream's own is an answer.
    pub(crate) fn end(&mut self, end: &End) {
        if self.end.is_some() {
            return;
        }
        let is_broken = matches!(end, End::Broken(_));
        for call in std::mem::take(&mut self.calls) {
            let ticket = Ticket { stream: self.stream, line: self.first };
            self.first += 1;
            let Reader::Waiting(waker) = call.reader else { continue };
            let delivery = match call.end > self.written {
                true => Delivery::NotSent,
                false => Delivery::MayHaveRun,
            };
            let error = Error::new(ErrorKind::ChannelEnded(end.clone()), delivery);
            let answer = call.answer.filter(|_| !is_broken);
            self.answers.push(ticket, answer.unwrap_or(Err(error)));
            waker.into_iter().for_each(Waker::wake);
        }
        (self.waiting, self.asleep) = (0, 0);
        self.outgoing.clear();
        self.end = Some(end.clone());
        self.listeners.end();
    }
}
