//! Finds out when a line waits for something else than the server: a person, say, whom a hook's
//! prompt asks.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::server::Server;
use crate::upkeep;

/// What the oldest line was when we looked last.
pub(super) struct HeldUp {
    after: Duration,
    look: Pin<Box<Sleep>>,
    oldest: Option<(u64, usize)>,
    /// Whether the server answers others, in time. It isn't asked again before it has answered, so that
    /// nothing piles up before one that is stopped.
    question: Option<Pin<Box<dyn Future<Output = bool> + Send>>>,
}

impl HeldUp {
    pub(super) fn new(after: Duration) -> Self {
        Self { after, look: Box::pin(tokio::time::sleep(after)), oldest: None, question: None }
    }

    /// Ready when the oldest line has waited for so long, and the server has answered somebody else
    /// meanwhile.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        oldest: Option<(u64, usize)>,
        server: &Server,
    ) -> Poll<()> {
        while self.look.as_mut().poll(cx).is_ready() {
            self.look.as_mut().reset(Instant::now() + self.after);
            let waits = oldest.is_some() && oldest == self.oldest;
            self.oldest = oldest;
            match (waits, &self.question) {
                (false, _) => self.question = None,
                (true, None) => self.question = Some(Box::pin(answers(server.clone(), self.after))),
                (true, Some(_)) => {}
            }
        }
        let Some(question) = &mut self.question else { return Poll::Pending };
        let Poll::Ready(answers) = question.as_mut().poll(cx) else { return Poll::Pending };
        self.question = None;
        match answers && oldest == self.oldest {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

async fn answers(server: Server, within: Duration) -> bool {
    let asked = Instant::now();
    server.run(upkeep::is_alive()).await.is_ok() && asked.elapsed() <= within
}
