//! What is told through `tracing`, if that is compiled in and somebody listens: names of tmux's
//! commands, and why things ended. Never arguments, input, output or environment.

#[cfg(feature = "tracing")]
use std::fmt::Debug;
#[cfg(feature = "tokio")]
use std::future::Future;
#[cfg(feature = "tokio")]
use std::pin::Pin;

use crate::error::Result;

/// Tells an event, at a level.
#[cfg(feature = "tracing")]
macro_rules! tell {
    ($level:ident, $($told:tt)*) => { tracing::$level!(target: "tmuxwire", $($told)*) };
}
#[cfg(not(feature = "tracing"))]
macro_rules! tell {
    ($($told:tt)*) => {};
}
pub(crate) use tell;

/// From a request to its answer.
pub(crate) struct Request {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Request {
    #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is told"))]
    pub(crate) fn new(route: &'static str, arguments: &[Vec<u8>]) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::debug_span!(
                target: "tmuxwire",
                "request",
                route,
                command = command(arguments)
            ),
        }
    }

    /// Does the work of the request, and tells how it ended.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        #[cfg(feature = "tracing")]
        return self.span.in_scope(|| told(work()));
        #[cfg(not(feature = "tracing"))]
        work()
    }

    /// [`within`](Self::within), for work that waits. It stays where it is: by value each layer would
    /// hold it several times over, until no stack has room.
    #[cfg(feature = "tokio")]
    pub(crate) async fn around<T>(
        self,
        work: Pin<&mut impl Future<Output = Result<T>>>,
    ) -> Result<T> {
        #[cfg(feature = "tracing")]
        return tracing::Instrument::instrument(async { told(work.await) }, self.span).await;
        #[cfg(not(feature = "tracing"))]
        work.await
    }
}

/// From many requests on a channel, written together, to their answers.
pub(crate) struct Requests {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Requests {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::debug_span!(
                target: "tmuxwire",
                "requests",
                route = "channel",
                count = tracing::field::Empty,
                failed = tracing::field::Empty
            ),
        }
    }

    /// Does the work, and tells how it ended.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> Vec<Result<T>>) -> Vec<Result<T>> {
        #[cfg(feature = "tracing")]
        return self.told(self.span.in_scope(work));
        #[cfg(not(feature = "tracing"))]
        work()
    }

    /// [`within`](Self::within), for work that waits.
    #[cfg(feature = "tokio")]
    pub(crate) async fn around<T>(
        self,
        work: Pin<&mut impl Future<Output = Vec<Result<T>>>>,
    ) -> Vec<Result<T>> {
        #[cfg(feature = "tracing")]
        return self.told(tracing::Instrument::instrument(work, self.span.clone()).await);
        #[cfg(not(feature = "tracing"))]
        work.await
    }

    #[cfg(feature = "tracing")]
    fn told<T>(&self, answers: Vec<Result<T>>) -> Vec<Result<T>> {
        let failed = answers.iter().filter(|answer| answer.is_err()).count();
        self.span.record("count", answers.len()).record("failed", failed);
        answers
    }
}

#[cfg(feature = "tracing")]
fn told<T>(outcome: Result<T>) -> Result<T> {
    match &outcome {
        Ok(_) => tell!(trace, "answered"),
        Err(error) => {
            tell!(debug, why = word(error.kind()), delivery = ?error.delivery(), "failed");
        }
    }
    outcome
}

/// What tmux calls the command; what it doesn't know may be anything.
#[cfg(feature = "tracing")]
fn command(arguments: &[Vec<u8>]) -> &'static str {
    let name = arguments.first().and_then(|name| std::str::from_utf8(name).ok());
    name.and_then(tmuxwire_operations::find).map_or("another", |command| command.name)
}

/// The name of a kind, without what is in it.
#[cfg(feature = "tracing")]
pub(crate) fn word(kind: &impl Debug) -> String {
    let text = format!("{kind:?}");
    text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
}
