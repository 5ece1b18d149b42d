//! The limit of a wait, and the looks at the server before it.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::FIRST_LOOK;
use super::news::first;
use crate::error::Result;

/// The server is asked so long before the end of a limit, and again in half of what is left.
pub(super) const LAST_LOOKS: Duration = Duration::from_secs(1);
/// The least time for an answer, however short the limit, and after having been held up.
const PATIENCE: Duration = Duration::from_millis(250);
/// A timer that is so late was held up, and all that it runs beside.
const LATE: Duration = Duration::from_millis(100);

/// The moment at which to give up. One that is longer than there is time is never.
pub(super) fn deadline(limit: Duration) -> Instant {
    crate::leaving::deadline(limit).into()
}

/// What a server answers by then, or `None` if it doesn't.
pub(super) async fn answered<T>(
    until: Instant,
    question: impl Future<Output = Result<T>>,
) -> Result<Option<T>> {
    by(until.max(Instant::now() + PATIENCE), question).await.transpose()
}

/// What comes within the limit, else what the last look saw, if the server has answered one. The looks
/// begin before the end, so that a server that hangs is known at the end, and the limit holds.
pub(super) async fn or_look<T, L>(
    until: Instant,
    wait: impl Future<Output = Result<T>>,
    look: impl AsyncFn() -> L,
) -> Result<std::result::Result<T, Option<L>>> {
    let wait = async { wait.await.map(Ok) };
    first(wait, async { Ok(Err(looks(until, look).await)) }).await
}

/// Looks until the end, which is later if we were held up; answers what the last look saw, or `None` if
/// the server has left a look unanswered for as long as it may.
async fn looks<L>(until: Instant, look: impl AsyncFn() -> L) -> Option<L> {
    let next = || until - (until.saturating_duration_since(Instant::now()) / 2).min(LAST_LOOKS);
    let (mut seen, mut end) = (None, until);
    let mut at = next();
    while seen.is_none() || at + FIRST_LOOK < until {
        sleep_until(at).await;
        let asked = Instant::now();
        let patient = asked + PATIENCE;
        if at.elapsed() > LATE {
            end = end.max(patient);
        }
        let last = if seen.is_none() { end.max(patient) } else { end };
        match by(last, look()).await {
            Some(answer) => seen = Some(answer),
            None => return seen.filter(|_| asked.elapsed() < PATIENCE),
        }
        at = next();
    }
    // What was late already is so because of a short limit.
    if Instant::now() < end {
        on_time(end).await;
    }
    seen
}

/// What comes by then, or `None`.
async fn by<T>(until: Instant, wait: impl Future<Output = T>) -> Option<T> {
    let late = async {
        on_time(until).await;
        None
    };
    first(async { Some(wait.await) }, late).await
}

/// Returns at a moment; if we were held up, once all else has had its time.
async fn on_time(mut at: Instant) {
    loop {
        sleep_until(at).await;
        if at.elapsed() <= LATE {
            return;
        }
        at = Instant::now() + PATIENCE;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_answers_once_and_hangs_then_does_not_answer() {
        for (answers, seen) in [(0, None), (1, None), (3, Some(3))] {
            let asked = Cell::new(0);
            let look = async || {
                asked.set(asked.get() + 1);
                match asked.get() <= answers {
                    true => asked.get(),
                    false => std::future::pending().await,
                }
            };
            let until = Instant::now() + LAST_LOOKS * 3;
            assert_eq!(looks(until, look).await, seen, "{answers}");
            assert!(until.elapsed() < LATE, "{answers}");
        }
    }
}
