//! What streams, as [`Stream`]s.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tmuxwire_operations::read::Fields;

use super::changes::{Change, Changes};
use super::events::{Event, Events};
use super::pane_output::{PaneEvent, PaneOutput};
use super::raw_output::RawOutput;
use super::subscription::{Subscription, Watched};
use crate::error::Result;

/// One future for each item, which gives back what it was asked of; kept until it is done, so that
/// nothing is lost between two polls.
struct Asked<T, I> {
    ask: fn(T) -> Asking<T, I>,
    asking: Option<Asking<T, I>>,
}

type Asking<T, I> = Pin<Box<dyn Future<Output = (T, Option<I>)> + Send>>;

impl<T, I> Asked<T, I> {
    fn new(first: T, ask: fn(T) -> Asking<T, I>) -> Self {
        Self { ask, asking: Some(ask(first)) }
    }
}

impl<T, I> Stream for Asked<T, I> {
    type Item = I;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I>> {
        let Some(asking) = &mut self.asking else { return Poll::Ready(None) };
        let (again, item) = ready!(asking.as_mut().poll(cx));
        self.asking = item.is_some().then(|| (self.ask)(again));
        Poll::Ready(item)
    }
}

impl PaneOutput {
    /// What [`next`](Self::next) gives, as a stream.
    pub fn into_stream(self) -> impl Stream<Item = PaneEvent> + Send + Unpin {
        Asked::new(self, |mut output| {
            Box::pin(async move {
                let event = output.next().await;
                (output, event)
            })
        })
    }
}

impl RawOutput {
    /// What [`next`](Self::next) gives, as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes>> + Send + Unpin {
        Asked::new(self, |mut output| {
            Box::pin(async move {
                let piece = output.next().await.transpose();
                (output, piece)
            })
        })
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.get_mut().poll_next(cx)
    }
}

impl Stream for Subscription {
    type Item = Watched;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Watched>> {
        self.get_mut().poll_next(cx)
    }
}

/// It has no end.
impl<F> Stream for Changes<F>
where
    F: Fields + Send + Sync + 'static,
    F::Row: Clone + PartialEq + Send + Sync + 'static,
{
    type Item = Result<Change<F::Row>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_next(cx).map(Some)
    }
}
