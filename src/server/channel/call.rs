//! Lines that were sent for somebody, and their answers.

use std::future::Future;
use std::iter::Peekable;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tmuxwire_protocol::control::{CommandLine, Notification};

use super::{Channel, Phase, Shared};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::exchange::{Ticket, Topic};
use crate::mailbox::Mailbox;
use crate::output::Output;
use crate::route;

/// As many bytes are written by whoever brings them, a few lines, so that server and callers work at
/// the same time.
const AT_ONCE: usize = 128;

/// With so many lines to answer the server has enough to do.
const ENOUGH: usize = 64;

/// One line and its answer.
#[derive(Debug)]
pub(super) struct Call {
    shared: Arc<Shared>,
    limit: usize,
    state: CallState,
    /// Who hears what comes after the answer.
    listener: Option<(Topic, Mailbox<Notification>)>,
    /// Where this waits for a connection.
    place: Option<u64>,
}

#[derive(Debug)]
enum CallState {
    New(CommandLine),
    Submitted(Ticket),
    Done,
}

impl Call {
    pub(super) fn new(shared: Arc<Shared>, line: CommandLine, limit: usize) -> Self {
        Self { shared, limit, state: CallState::New(line), listener: None, place: None }
    }

    /// Lets somebody hear what comes after the answer, and nothing before.
    pub(super) fn listen(mut self, topic: Topic, mailbox: Mailbox<Notification>) -> Self {
        self.listener = Some((topic, mailbox));
        self
    }

    /// Gives the answer up; tells what became of the line.
    pub(super) fn abandon(&mut self) -> Delivery {
        let CallState::Submitted(ticket) = std::mem::replace(&mut self.state, CallState::Done)
        else {
            return Delivery::NotSent;
        };
        let delivery = self.shared.lock().exchange.abandon(ticket);
        // We may have been told of something that we shall not read any more. If another is the
        // reader by now, he looks once too often.
        self.shared.router.release_caller();
        self.shared.router.wake_driver();
        delivery
    }

    fn poll_submit(&mut self, cx: &mut Context<'_>) -> Poll<Result<Ticket>> {
        let line = match &self.state {
            CallState::New(line) => line,
            CallState::Submitted(ticket) => return Poll::Ready(Ok(*ticket)),
            CallState::Done => {
                return Poll::Ready(Err(Error::not_sent(ErrorKind::Cancelled)));
            }
        };
        let mut guard = self.shared.lock();
        let state = &mut *guard;
        match &state.phase {
            Phase::Open => {}
            Phase::Opening => {
                state.waiters.set(&mut self.place, cx.waker());
                return Poll::Pending;
            }
            Phase::Ended(end) => {
                let error = Error::not_sent(ErrorKind::ChannelEnded(end.clone()));
                return Poll::Ready(Err(error));
            }
        }
        let ticket = state.exchange.submit(line, self.limit)?;
        if let Some((topic, mailbox)) = self.listener.take() {
            state.exchange.listen(topic, mailbox, Some(ticket));
        }
        match (state.is_lone(), &mut state.link) {
            (true, Some(link)) => {
                let written = link.write(&mut state.exchange);
                if let Some(limit) = state.spin.limit() {
                    match link.spin(limit, &mut state.exchange) {
                        Ok(answered) => state.spin.found(answered > 0),
                        Err(text) => state.broken = Some(text),
                    }
                }
                if !written || state.broken.is_some() {
                    self.shared.router.wake_driver();
                }
            }
            (_, link) => {
                let idle = state.exchange.waiting() <= ENOUGH;
                let worth_it = idle && state.exchange.outgoing().len() >= AT_ONCE;
                if let Some(link) = link.as_mut().filter(|_| worth_it) {
                    link.write(&mut state.exchange);
                }
                self.shared.router.release_caller();
                self.shared.router.wake_driver();
            }
        }
        drop(guard);
        self.state = CallState::Submitted(ticket);
        Poll::Ready(Ok(ticket))
    }
}

impl Future for Call {
    type Output = Result<Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let ticket = match self.poll_submit(cx) {
            Poll::Ready(Ok(ticket)) => ticket,
            Poll::Ready(Err(error)) => {
                self.state = CallState::Done;
                return Poll::Ready(Err(error));
            }
            Poll::Pending => return Poll::Pending,
        };
        let mut guard = self.shared.lock();
        // One who has his answer is not the one who waits alone, whoever is.
        let mut reply = guard.exchange.take_reply(ticket);
        if reply.is_pending() && guard.is_lone() {
            // The router knows where to find him; he needn't wake himself.
            self.shared.router.set_caller(cx.waker());
            self.shared.read_as_caller(&mut guard);
            reply = guard.exchange.take_reply(ticket);
            // Before anyone else can become the reader.
            if reply.is_ready() {
                self.shared.router.forget_caller();
            }
        } else {
            // He may have been told of something as long as he was alone.
            self.shared.router.pass_on();
            if reply.is_pending() {
                reply = guard.exchange.poll_reply(ticket, cx);
            }
        }
        drop(guard);
        if reply.is_ready() {
            self.state = CallState::Done;
        }
        reply
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.shared.lock().waiters.forget(place);
        }
        if matches!(self.state, CallState::Submitted(_)) {
            self.abandon();
        }
    }
}

/// Lines that one caller has sent together.
pub(super) struct Batch<'a> {
    channel: &'a Channel,
    /// Those that are not answered; the last one comes first.
    tickets: Vec<Ticket>,
    pub(super) answers: Vec<Result<Output>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(channel: &'a Channel) -> Self {
        Self { channel, tickets: Vec::new(), answers: Vec::new() }
    }

    /// Queues commands up to the first that a channel can't carry.
    pub(super) fn submit(&mut self, commands: &mut Peekable<impl Iterator<Item = Command>>) {
        let shared = self.channel.shared();
        let mut state = shared.lock();
        while let (Phase::Open, Some(command)) = (&state.phase, commands.peek()) {
            let line = route::line(command, &state.names).filter(route::Line::is_final);
            let Some(line) = line.filter(|_| command.time_limit().is_none()) else { break };
            let limit = command.output_limit();
            let Ok(ticket) = state.exchange.submit(&line.line, limit) else { break };
            self.tickets.push(ticket);
            commands.next();
        }
        drop(state);
        self.tickets.reverse();
        shared.router.release_caller();
        shared.router.wake_driver();
    }

    pub(super) fn poll_answers(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.channel.shared().lock();
        while let Some(ticket) = self.tickets.last() {
            match state.exchange.take_reply(*ticket) {
                Poll::Ready(answer) => self.answers.push(answer),
                Poll::Pending => {
                    // Woken once, when all are there.
                    let _ = state.exchange.poll_reply(self.tickets[0], cx);
                    return Poll::Pending;
                }
            }
            self.tickets.pop();
        }
        Poll::Ready(())
    }
}

/// Dropped with the future of a caller who wants no answers any more.
impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut state = self.channel.shared().lock();
        for ticket in self.tickets.drain(..) {
            state.exchange.abandon(ticket);
        }
    }
}
