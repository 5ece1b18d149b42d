//! The lines of one control stream, shared by many callers and listeners: who asked what, who
//! waits for which answer, who wants to hear of what. No IO; both drivers use it.

use std::collections::VecDeque;
#[cfg(feature = "tokio")]
use std::task::Context;
use std::task::{Poll, Waker};

use bytes::{Buf, Bytes, BytesMut};
use tmuxwire_protocol::control::{
    CommandLine, ControlError, ControlEvent, LineDecoder, Notification, PaneId, Replies, Reply,
};

use crate::error::{Delivery, End, Error, ErrorKind, Result};
use crate::mailbox::Mailbox;
use crate::output::Output;

/// What a server says in front of an error that parsing a line has met; a COMMAND's has it not.
const PARSE_ERROR: &[u8] = b"parse error: ";

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    stream: u64,
    line: u64,
}

#[derive(Debug)]
struct Call {
    /// How far the stream of our bytes goes with this line's last one.
    end: u64,
    limit: usize,
    /// What the line's first commands printed, and how much that is.
    output: Vec<Bytes>,
    size: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting(Option<Waker>),
    Done(Result<Output>),
    /// Nobody wants the answer, or it has been taken.
    Gone,
}

/// What a listener wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "nobody listens"))]
pub(crate) enum Topic {
    /// Everything but the output of panes.
    Notifications,
    Output(PaneId),
    /// The values of a format that the server watches for us.
    Subscription(Bytes),
}

#[derive(Debug)]
struct Listener {
    topic: Topic,
    mailbox: Mailbox<Notification>,
    /// Whether it hears already: one that begins with the answer to a line hears nothing before.
    since: Option<u64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// Which stream of the channel this is.
    stream: u64,
    /// What became of lines of earlier streams, until somebody asks.
    past: Vec<(Ticket, Result<Output>)>,
    outgoing: BytesMut,
    /// Bytes of ours that the kernel has taken.
    written: u64,
    decoder: LineDecoder,
    replies: Replies,
    /// The oldest has the number `first`.
    calls: VecDeque<Call>,
    first: u64,
    waiting: usize,
    /// Lines that can end sessions, in order.
    fences: VecDeque<u64>,
    /// How many calls have somebody to be woken.
    asleep: usize,
    /// The size of the last answers, on the average.
    usual: Option<usize>,
    listeners: Vec<Listener>,
    /// Sessions or clients have come or gone since [`take_news`](Self::take_news).
    news: bool,
    /// What the server said outside of all blocks when nobody could be meant but us.
    text: Vec<u8>,
    end: Option<End>,
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
    /// Queues a line. Its answer is polled for with the ticket.
    ///
    /// # Errors
    /// If the stream has ended.
    pub(crate) fn submit(&mut self, line: &CommandLine, limit: usize) -> Result<Ticket> {
        if let Some(end) = &self.end {
            return Err(Error::not_sent(ErrorKind::ChannelEnded(end.clone())));
        }
        // The server tells of pauses in the midst of what such a line answers, up to 3.7c.
        let id = match line.as_bytes().starts_with(b"refresh-client ") {
            true => self.replies.sent_waiting(line),
            false => self.replies.sent(line),
        };
        debug_assert_eq!(id.0, self.first + self.calls.len() as u64);
        if can_end_a_session(line.as_bytes()) {
            self.fences.push_back(id.0);
        }
        self.outgoing.extend_from_slice(line.as_bytes());
        self.calls.push_back(Call {
            end: self.written + self.outgoing.len() as u64,
            limit,
            output: Vec::new(),
            size: 0,
            state: State::Waiting(None),
        });
        self.waiting += 1;
        Ok(Ticket { stream: self.stream, line: id.0 })
    }

    /// What to write now. More may follow when answers have been taken.
    pub(crate) fn outgoing(&self) -> &[u8] {
        let depth = (AHEAD / self.usual.unwrap_or(USUAL).max(1)).clamp(1, DEEPEST);
        let last = self.replies.unanswered().next().and_then(|oldest| {
            let at = (oldest.0 + depth as u64 - 1).checked_sub(self.first)?;
            self.calls.get(usize::try_from(at).ok()?)
        });
        let last = [last, self.before_fence()].into_iter().flatten().map(|call| call.end).min();
        let room = last.map_or(u64::MAX, |end| end.saturating_sub(self.written));
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        self.outgoing.get(..room).unwrap_or(&self.outgoing)
    }

    /// The last line that may be written as long as what can end a session is not answered: a server
    /// up to 3.7c ends if a session goes before it has told us that its current window changed.
    fn before_fence(&self) -> Option<&Call> {
        let oldest = self.replies.unanswered().next()?.0;
        let fence = *self.fences.iter().find(|fence| **fence >= oldest)?;
        let last = if fence == oldest { fence } else { fence - 1 };
        self.calls.get(usize::try_from(last.checked_sub(self.first)?).ok()?)
    }

    /// Takes out what was written.
    pub(crate) fn handle_sent(&mut self, count: usize) {
        self.outgoing.advance(count);
        self.written += count as u64;
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

    /// Whether a listener that must lose nothing holds us up; then `filler` is woken later.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_held(&self, filler: &Waker) -> bool {
        self.listeners.iter().any(|listener| listener.mailbox.is_full(filler))
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

    /// Lets a listener hear of a topic; with a ticket, from that line's answer on. One that listens
    /// already hears nothing before that answer.
    #[cfg(feature = "tokio")]
    pub(crate) fn listen(
        &mut self,
        topic: Topic,
        mailbox: Mailbox<Notification>,
        since: Option<Ticket>,
    ) {
        if self.end.is_some() {
            return mailbox.end();
        }
        let since = since.map(|ticket| ticket.line);
        match self.listeners.iter_mut().find(|listener| listener.mailbox.is_same(&mailbox)) {
            Some(listener) => listener.since = since,
            None => self.listeners.push(Listener { topic, mailbox, since }),
        }
    }

    /// A listener has gone.
    #[cfg(feature = "tokio")]
    pub(crate) fn forget(&mut self, mailbox: &Mailbox<Notification>) {
        self.listeners.retain(|listener| !listener.mailbox.is_same(mailbox));
    }

    /// Takes bytes that the server wrote; answers how many lines were answered.
    ///
    /// # Errors
    /// [`ControlError`]: the stream is of no use any more.
    pub(crate) fn handle_data(&mut self, bytes: &[u8]) -> Result<usize, ControlError> {
        self.decoder.receive(bytes);
        let before = self.waiting;
        while let Some(line) = self.decoder.next_line()? {
            match self.replies.handle(line)? {
                Some(ControlEvent::Reply(reply)) => self.handle_reply(reply),
                Some(ControlEvent::Notification(notification)) => self.publish(&notification),
                Some(ControlEvent::Text(text)) => self.keep_text(&text),
                _ => {}
            }
        }
        Ok(before - self.waiting)
    }

    fn handle_reply(&mut self, reply: Reply) {
        let Some(id) = reply.line else {
            // Our first COMMAND, if it failed: the reason why there is no channel.
            if reply.failed {
                self.keep_text(reply.output.trim_ascii_end());
            }
            return;
        };
        let Some(call) =
            id.0.checked_sub(self.first)
                .and_then(|at| self.calls.get_mut(usize::try_from(at).ok()?))
        else {
            return;
        };
        let usual = self.usual.unwrap_or(USUAL);
        self.usual = Some((usual / 8 * 7).saturating_add(reply.output.len() / 8));
        if reply.last {
            self.waiting -= 1;
            self.fences.retain(|fence| *fence > id.0);
            for listener in &mut self.listeners {
                listener.since = listener.since.filter(|since| *since != id.0);
            }
        }
        if let State::Waiting(waker) = &mut call.state {
            let waker = if reply.last { waker.take() } else { None };
            call.take(reply);
            if let Some(waker) = waker {
                self.asleep -= 1;
                waker.wake();
            }
        }
        self.forget_taken();
    }

    fn publish(&mut self, notification: &Notification) {
        use Notification as N;
        self.news |= matches!(
            notification,
            N::SessionsChanged | N::ClientDetached { .. } | N::ClientSessionChanged { .. }
        );
        let weight = match notification {
            N::Output { output, .. } | N::ExtendedOutput { output, .. } => output.escaped().len(),
            _ => 1,
        };
        for listener in &self.listeners {
            if listener.since.is_none() && listener.topic.includes(notification) {
                listener.mailbox.push(notification.clone(), weight);
            }
        }
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
        match self.call(ticket).map(|call| &mut call.state) {
            Some(State::Waiting(Some(known))) => known.clone_from(waker),
            Some(State::Waiting(unknown)) => {
                *unknown = Some(waker.clone());
                self.asleep += 1;
            }
            _ => waker.wake_by_ref(),
        }
    }

    /// Whether the answer to a line is there.
    pub(crate) fn is_answered(&mut self, ticket: Ticket) -> bool {
        !matches!(self.call(ticket), Some(Call { state: State::Waiting(_), .. }))
    }

    /// Somebody who waits for an answer, to be woken.
    pub(crate) fn a_waiting_caller(&self) -> Option<Waker> {
        if self.asleep == 0 {
            return None;
        }
        self.calls.iter().find_map(|call| match &call.state {
            State::Waiting(waker) => waker.clone(),
            _ => None,
        })
    }

    /// The answer to a line if it is there; whoever asks looks again by himself.
    pub(crate) fn take_reply(&mut self, ticket: Ticket) -> Poll<Result<Output>> {
        let Some(call) = self.call(ticket) else {
            let past = self.past.iter().position(|(past, _)| *past == ticket);
            return Poll::Ready(match past {
                Some(at) => self.past.swap_remove(at).1,
                None => Err(Self::taken()),
            });
        };
        if matches!(call.state, State::Waiting(_)) {
            return Poll::Pending;
        }
        let state = std::mem::replace(&mut call.state, State::Gone);
        self.forget_taken();
        Poll::Ready(match state {
            State::Done(reply) => reply,
            _ => Err(Self::taken()),
        })
    }

    /// What somebody gets who asks again for an answer that he has had.
    fn taken() -> Error {
        Error::new(ErrorKind::ChannelEnded(End::Closed), Delivery::MayHaveRun)
    }

    /// Nobody wants the answer any more. Tells what becomes of the line: one that still waits to be
    /// written goes out with the others, so that it may run, too.
    pub(crate) fn abandon(&mut self, ticket: Ticket) -> Delivery {
        let Some(call) = self.call(ticket) else {
            return match self.take_reply(ticket) {
                Poll::Ready(Err(error)) => error.delivery(),
                _ => Delivery::Answered,
            };
        };
        call.output = Vec::new();
        let state = std::mem::replace(&mut call.state, State::Gone);
        self.asleep -= usize::from(matches!(state, State::Waiting(Some(_))));
        let delivery = match state {
            State::Waiting(_) => Delivery::MayHaveRun,
            State::Done(_) | State::Gone => Delivery::Answered,
        };
        self.forget_taken();
        delivery
    }

    fn call(&mut self, ticket: Ticket) -> Option<&mut Call> {
        if ticket.stream != self.stream {
            return None;
        }
        let at = usize::try_from(ticket.line.checked_sub(self.first)?).ok()?;
        self.calls.get_mut(at)
    }

    /// Forgets the oldest calls that are answered and taken.
    fn forget_taken(&mut self) {
        let unanswered = self.replies.unanswered().next().map(|id| id.0);
        while matches!(self.calls.front(), Some(Call { state: State::Gone, .. }))
            && unanswered != Some(self.first)
        {
            self.calls.pop_front();
            self.first += 1;
        }
    }

    /// Begins another stream for the same listeners, which are told of the gap. The calls of the
    /// one before have ended, and still learn how.
    pub(crate) fn begin_again(&mut self, end: &End) {
        let mut listeners = std::mem::take(&mut self.listeners);
        self.end(end);
        for listener in &mut listeners {
            listener.since = None;
            listener.mailbox.push_gap();
        }
        let (stream, first) = (self.stream, self.first);
        let mut past = std::mem::take(&mut self.past);
        past.extend((first..).zip(self.calls.drain(..)).filter_map(
            |(line, call)| match call.state {
                State::Done(reply) => Some((Ticket { stream, line }, reply)),
                State::Waiting(_) | State::Gone => None,
            },
        ));
        *self = Self { listeners, past, stream: stream + 1, ..Self::default() };
    }

    /// Ends the stream: every call learns whether its line was sent, every listener that nothing
    /// more comes.
    pub(crate) fn end(&mut self, end: &End) {
        if self.end.is_some() {
            return;
        }
        let written = self.written;
        for call in &mut self.calls {
            let State::Waiting(waker) = &mut call.state else { continue };
            let waker = waker.take();
            let delivery = match call.end > written {
                true => Delivery::NotSent,
                false => Delivery::MayHaveRun,
            };
            let error = Error::new(ErrorKind::ChannelEnded(end.clone()), delivery);
            call.state = State::Done(Err(error));
            waker.into_iter().for_each(Waker::wake);
        }
        (self.waiting, self.asleep) = (0, 0);
        self.outgoing.clear();
        self.end = Some(end.clone());
        for listener in self.listeners.drain(..) {
            listener.mailbox.end();
        }
    }
}

impl Call {
    /// Adds what one of the line's commands answered.
    fn take(&mut self, reply: Reply) {
        let Reply { mut output, failed, last, index, .. } = reply;
        self.size = self.size.saturating_add(output.len());
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
        self.state = State::Done(match self.size > limit {
            true => Err(Error::new(ErrorKind::TooMuchOutput { limit }, Delivery::Answered)),
            false => Ok(Output { status: i32::from(failed), stdout, stderr }),
        });
    }
}

impl Topic {
    fn includes(&self, notification: &Notification) -> bool {
        use Notification as N;
        match self {
            Self::Notifications => {
                !matches!(notification, N::Output { .. } | N::ExtendedOutput { .. })
            }
            Self::Output(wanted) => matches!(
                notification,
                N::Output { pane, .. } | N::ExtendedOutput { pane, .. } | N::Pause(pane)
                    | N::Continue(pane) if pane == wanted
            ),
            Self::Subscription(wanted) => {
                matches!(notification, N::SubscriptionChanged { name, .. } if name == wanted)
            }
        }
    }
}
