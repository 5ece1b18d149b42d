//! From an operation to its answer.

use tmuxwire_operations::{AnyOperation, Release, Unknown};

use super::{Server, bisync};
use crate::command::Command;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;

#[bisync]
impl Server {
    /// Performs an operation. Any exit status is an answer.
    ///
    /// It is rendered for the server's release; only if it looks different on different releases
    /// is the server asked for its release, once for each process.
    ///
    /// # Errors
    /// As for [`run`](Self::run); [`ErrorKind::Operation`] if the operation can't be rendered.
    pub async fn perform(&self, operation: impl Into<AnyOperation>) -> Result<Output> {
        let command = self.command(&operation.into()).await?;
        self.run(command).await
    }

    async fn command(&self, operation: &AnyOperation) -> Result<Command> {
        let release = match operation.depends_on_release() {
            true => self.release().await?,
            false => None,
        };
        match operation.render(release, Unknown::Refuse) {
            Ok(arguments) => Ok(Command::new(arguments)),
            Err(error) => Err(Error::not_sent(ErrorKind::Operation).with_source(error)),
        }
    }

    pub(super) async fn release(&self) -> Result<Option<Release>> {
        let info = self.info().await?;
        Ok(info.version.and_then(|version| Release::parse(&version.to_string())))
    }
}
