//! Tasks that wait for another phase of a channel's life.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{Phase, Shared};
use crate::error::{End, Error, ErrorKind, Result};

/// Who is to be woken. A task that goes takes its place along.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    next: u64,
    wakers: Vec<(u64, Waker)>,
}

impl Waiters {
    /// Leaves word where a task is to be found; `place` is its own for as long as it waits.
    pub(super) fn set(&mut self, place: &mut Option<u64>, waker: &Waker) {
        let number = *place.get_or_insert_with(|| {
            self.next += 1;
            self.next
        });
        match self.wakers.iter_mut().find(|(other, _)| *other == number) {
            Some((_, known)) => known.clone_from(waker),
            None => self.wakers.push((number, waker.clone())),
        }
    }

    pub(super) fn forget(&mut self, place: u64) {
        self.wakers.retain(|(other, _)| *other != place);
    }

    pub(super) fn wake_all(&mut self) {
        self.wakers.drain(..).for_each(|(_, waker)| waker.wake());
    }
}

/// One task that waits.
#[derive(Debug)]
pub(super) struct Waiter {
    shared: Arc<Shared>,
    place: Option<u64>,
}

impl Waiter {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), place: None }
    }

    /// Waits until the channel serves.
    pub(super) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.shared.lock();
        match &state.phase {
            Phase::Open => Poll::Ready(Ok(())),
            Phase::Ended(end) => {
                Poll::Ready(Err(Error::not_sent(ErrorKind::ChannelEnded(end.clone()))))
            }
            Phase::Opening => {
                state.waiters.set(&mut self.place, cx.waker());
                Poll::Pending
            }
        }
    }

    /// Waits until the channel has ended.
    pub(super) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let mut state = self.shared.lock();
        if let Phase::Ended(end) = &state.phase {
            return Poll::Ready(end.clone());
        }
        state.waiters.set(&mut self.place, cx.waker());
        Poll::Pending
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.shared.lock().waiters.forget(place);
        }
    }
}
