//! How callers wait for their answers: one of them reads for all. Nobody holds the lock meanwhile,
//! and nobody but a caller who waits is ever woken.

use std::cell::LazyCell;
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

use super::link::{Link, Patience};
use super::state::{Guard, Shared, State};
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Ticket;
use crate::output::Output;

thread_local! {
    static WAKER: LazyCell<Waker> =
        LazyCell::new(|| Waker::from(Arc::new(Parked(std::thread::current()))));
}

/// A thread that waits for its answer while another one reads.
struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

impl Shared {
    /// Waits for the answer to a line.
    pub(super) fn wait<'s>(
        &'s self,
        state: Guard<'s>,
        ticket: Ticket,
        deadline: Option<Instant>,
    ) -> Result<Output> {
        let (state, answer) = self.answer(state, ticket, deadline);
        pass_on(state);
        answer
    }

    /// Waits for the answers to many lines.
    pub(super) fn wait_for_all<'s>(
        &'s self,
        mut state: Guard<'s>,
        tickets: impl IntoIterator<Item = Ticket>,
        answers: &mut Vec<Result<Output>>,
    ) {
        for ticket in tickets {
            let answer;
            (state, answer) = self.answer(state, ticket, None);
            answers.push(answer);
        }
        pass_on(state);
    }

    /// An answer; whoever has it must go on reading, or pass that on.
    fn answer<'s>(
        &'s self,
        mut state: Guard<'s>,
        ticket: Ticket,
        deadline: Option<Instant>,
    ) -> (Guard<'s>, Result<Output>) {
        loop {
            if let Poll::Ready(answer) = state.exchange.take_reply(ticket) {
                return (state, answer);
            }
            if has_passed(deadline) {
                let delivery = state.exchange.abandon(ticket);
                return (state, Err(Error::new(ErrorKind::TimedOut, delivery)));
            }
            state = match state.readable() {
                Some(link) => self.lead(state, &link, ticket, deadline),
                None => self.follow(state, ticket, deadline),
            };
        }
    }

    /// Reads, for everybody, until the answer to the line is there.
    fn lead<'s>(
        &'s self,
        mut state: Guard<'s>,
        link: &Link,
        ticket: Ticket,
        deadline: Option<Instant>,
    ) -> Guard<'s> {
        state.reading = true;
        let mut buffer = std::mem::take(&mut state.buffer);
        let mut spin = state.spin.limit();
        let mut found = None;
        while !state.stopping && !state.exchange.is_answered(ticket) && !has_passed(deadline) {
            let for_room = link.wants_room(&state.exchange);
            drop(state);
            let mut received = Ok(0);
            if let Some(limit) = spin.take() {
                received = link.look(&mut buffer, limit);
                found = Some(received != Ok(0));
            }
            if received == Ok(0) {
                received = link.receive(&mut buffer, Patience { deadline, for_room });
            }
            state = self.lock();
            state.take_in(received.map(|count| &buffer[..count]));
            link.write(&mut state.exchange);
        }
        if let Some(found) = found {
            state.spin.found(found);
        }
        state.buffer = buffer;
        state.reading = false;
        if state.stopping {
            self.changed.notify_all();
        }
        state
    }

    /// Sleeps until somebody has the answer, or wants to be relieved of the reading.
    fn follow<'s>(
        &'s self,
        mut state: Guard<'s>,
        ticket: Ticket,
        deadline: Option<Instant>,
    ) -> Guard<'s> {
        WAKER.with(|waker| state.exchange.wake_for(ticket, waker));
        drop(state);
        match deadline {
            None => std::thread::park(),
            Some(deadline) => {
                std::thread::park_timeout(deadline.saturating_duration_since(Instant::now()));
            }
        }
        self.lock()
    }

    /// Waits for another phase of the channel's life; `false` if it doesn't come in time.
    pub(super) fn wait_for_change<'s>(
        &'s self,
        state: Guard<'s>,
        deadline: Instant,
    ) -> (Guard<'s>, bool) {
        let left = deadline.saturating_duration_since(Instant::now());
        let (state, waited) =
            self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        (state, !waited.timed_out())
    }

    /// Rests until then; closing the channel cuts it short.
    pub(super) fn rest(&self, until: Instant) {
        let (mut state, mut in_time) = (self.lock(), true);
        while in_time && !state.closed {
            (state, in_time) = self.wait_for_change(state, until);
        }
    }
}

impl State {
    /// The pipe to read from, if nobody reads it.
    fn readable(&self) -> Option<Arc<Link>> {
        let link = self.link.as_ref().filter(|_| !self.reading && !self.stopping);
        link.filter(|link| link.reader().is_some()).cloned()
    }
}

/// Leaves the reading to somebody who still waits.
fn pass_on(state: Guard<'_>) {
    let next = state.exchange.a_waiting_caller().filter(|_| state.readable().is_some());
    drop(state);
    next.into_iter().for_each(Waker::wake);
}

fn has_passed(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}
