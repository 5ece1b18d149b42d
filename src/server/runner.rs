//! What the runner needs of this driver.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::{AttachedClient, Runner, Server};
use crate::attach::AttachOptions;
use crate::leaving::Leaving;
use crate::runner::RunnerError;

impl Server {
    /// Waits until processes have ended, or the time is up. Answers whether they have. A thread of
    /// the pool waits, no longer than the deadline, also if we are dropped.
    pub(crate) async fn wait_for(&self, leaving: Leaving, deadline: Instant) -> bool {
        let waited = tokio::task::spawn_blocking(move || leaving.wait(deadline)).await;
        waited.unwrap_or(false)
    }

    pub(crate) async fn pause(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}

impl Runner {
    /// Attaches a client to a session, on a terminal: see [`Server::attach`].
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], [`RunnerError::Invalid`], [`RunnerError::Attach`].
    ///
    /// # Cancellation
    /// As for [`Server::attach`].
    pub async fn attach(
        &self,
        name: &str,
        terminal: OwnedFd,
    ) -> Result<AttachedClient, RunnerError> {
        let id = self.status(name).await?.id.to_string();
        let options = AttachOptions::new().command(["attach-session", "-t", &id]);
        let attached = self.server().attach(terminal, options).await;
        attached.map_err(|source| RunnerError::Attach { name: name.to_owned(), source })
    }
}
