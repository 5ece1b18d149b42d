//! What the runner needs of this driver.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use super::{Attached, Host, Runner, Server, Streams};
use crate::attach::AttachOptions;
use crate::leaving::Leaving;
use crate::runner::RunnerError;

impl Server {
    /// Waits until processes have ended, or the time is up. Answers whether they have.
    #[expect(clippy::needless_pass_by_value, reason = "as in the other driver")]
    pub(crate) fn wait_for(&self, leaving: Leaving, deadline: Instant) -> bool {
        leaving.wait(deadline)
    }

    pub(crate) fn pause(&self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

impl Runner {
    /// Attaches a client to a session, on a terminal, until it has ended: see [`Server::attach`].
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], [`RunnerError::Invalid`], [`RunnerError::Attach`].
    pub fn attach(
        &self,
        name: &str,
        terminal: OwnedFd,
        streams: &mut dyn Streams,
        host: &mut dyn Host,
    ) -> Result<Attached, RunnerError> {
        let id = self.status(name)?.id.to_string();
        let options = AttachOptions::new().command(["attach-session", "-t", &id]);
        let attached = self.server().attach(terminal, &options, streams, host);
        attached.map_err(|source| RunnerError::Attach { name: name.to_owned(), source })
    }
}
