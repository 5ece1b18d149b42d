//! From an operation to its answer.

use tmuxwire_operations::{
    AnyOperation, CommandSpec, Creates, Effect, FailureKind, ListCommands, Made, Operation,
    Outcome, Release, Thing,
};

use super::{Server, bisync};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::identity::Environment;
use crate::output::Output;
use crate::reach;

#[bisync]
impl Server {
    /// Performs an operation. A command that fails is an answer as well: see [`Outcome::ok`].
    ///
    /// It is rendered for the server's release. Only if it looks different on different releases
    /// is the server asked for that, once for each process. What a flag comes to that the server
    /// is too old for, [`on_unknown`](Self::on_unknown) says.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`run`](Self::run); [`ErrorKind::Operation`] if the operation can't be rendered;
    /// [`ErrorKind::Guarded`] for what only [`unguarded`](Self::unguarded) may end.
    pub async fn perform(&self, operation: impl Into<AnyOperation>) -> Result<Outcome> {
        let operation = operation.into();
        let command = self.command(&operation).await?;
        Ok(outcome(operation.spec(), self.run(command).await?))
    }

    /// [`perform`](Self::perform), where a command that fails is an error.
    pub(crate) async fn ask(&self, operation: impl Into<AnyOperation>) -> Result<Outcome> {
        let operation = operation.into();
        let command = self.command(&operation).await?;
        self.ask_as(&operation, command).await
    }

    /// [`ask`](Self::ask), and the handle that belongs to the process which answered.
    pub(crate) async fn ask_and_bind(
        &self,
        operation: impl Into<AnyOperation>,
    ) -> Result<(Outcome, Self)> {
        let operation = operation.into();
        let command = self.command(&operation).await?;
        let (output, bound) = self.run_and_bind(command).await?;
        Ok((self.answered(&operation, output)?, bound))
    }

    /// Asks for what makes something, and says what that is and of which process.
    pub(crate) async fn make(&self, operation: impl Creates) -> Result<(Made, Self)> {
        let operation: AnyOperation = operation.reporting().into();
        let (outcome, bound) = self.ask_and_bind(operation).await?;
        Ok((outcome.made()?, bound))
    }

    /// Asks for an operation that has been made a command, with input.
    pub(crate) async fn ask_as(
        &self,
        operation: &AnyOperation,
        command: Command,
    ) -> Result<Outcome> {
        self.answered(operation, self.run(command).await?)
    }

    /// Asks for all of it at once, in one command list: what was printed, and whether all succeeded.
    pub(crate) async fn ask_together(
        &self,
        operations: &[AnyOperation],
    ) -> Result<(bytes::Bytes, Result<()>)> {
        let mut words: Vec<Vec<u8>> = Vec::new();
        for operation in operations {
            if !words.is_empty() {
                words.push(b";".to_vec());
            }
            words.extend_from_slice(self.command(operation).await?.arguments());
        }
        let output = self.run(Command::new(words).environment(Environment::PaneOnly)).await?;
        let printed = output.stdout.clone();
        let told = operations.last().map(|last| self.succeeded(outcome(last.spec(), output)));
        Ok((printed, told.transpose().map(drop)))
    }

    /// An operation as a command for this server.
    pub(crate) async fn command(&self, operation: &AnyOperation) -> Result<Command> {
        let release = match operation.depends_on_release() {
            true => self.release([operation.spec()]).await?,
            false => None,
        };
        let command = operation.render(release, self.unknown()).map(Command::new);
        self.guard(operation, command.as_ref().ok()).await?;
        let command = command?;
        Ok(match only_lists(operation) {
            true => command.environment(Environment::PaneOnly),
            false => command,
        })
    }

    /// The release of the server, or of the one that a command starts.
    pub(crate) async fn release(
        &self,
        commands: impl IntoIterator<Item = &'static CommandSpec>,
    ) -> Result<Option<Release>> {
        let starts = commands.into_iter().any(|command| reach::may_start_server(&[command.name]));
        match self.release_of_process().await {
            // The program that will serve it says.
            Err(error)
                if starts
                    && self.id().is_none()
                    && matches!(error.kind(), ErrorKind::NoServer { .. }) =>
            {
                Ok(self.program_version().await?.as_ref().map(Release::from))
            }
            release => release,
        }
    }

    /// The release of the running server, if it tells one.
    pub(crate) async fn release_of_process(&self) -> Result<Option<Release>> {
        let info = match self.known_info() {
            Some(known) => known,
            None => self.info().await?,
        };
        Ok(info.version.as_ref().map(Release::from))
    }

    /// What an operation answered, if it succeeded.
    pub(crate) fn answered(&self, operation: &AnyOperation, output: Output) -> Result<Outcome> {
        let outcome = self.succeeded(outcome(operation.spec(), output));
        outcome.map_err(|error| of_target(operation, error))
    }

    /// The answer, unless it is how the tmux program says that the server has gone.
    pub(crate) fn not_lost(&self, output: Output) -> Result<Output> {
        let is_lost = self.is_program()
            && output.status != 0
            && FailureKind::read(&output.stderr) == FailureKind::NoServer;
        if is_lost {
            self.succeeded(outcome(ListCommands::SPEC, output.clone()))?;
        }
        Ok(output)
    }

    /// The outcome, if the command succeeded.
    pub(crate) fn succeeded(&self, outcome: Outcome) -> Result<Outcome> {
        let Some(failure) = outcome.failure() else { return Ok(outcome) };
        // The tmux program says so in a text; every other route knows.
        Err(match failure.kind {
            FailureKind::NoServer
                if ["server exited", "lost server"]
                    .iter()
                    .any(|it| failure.text.starts_with(it)) =>
            {
                Error::new(ErrorKind::LostServer, Delivery::MayHaveRun)
            }
            FailureKind::NoServer => {
                let path = self.socket_path().to_owned();
                let errno = nix::libc::ECONNREFUSED;
                Error::not_sent(ErrorKind::NoServer { path, errno })
            }
            _ => failure.into(),
        })
    }
}

/// A server without sessions says of every target that there is none that goes without saying.
fn of_target(operation: &AnyOperation, error: Error) -> Error {
    if error.kind() != &ErrorKind::Failed(FailureKind::NoTarget) {
        return error;
    }
    let mut targets = ["target", "source"].into_iter().filter_map(|part| operation.target_in(part));
    let Some(target) = targets.next() else { return error };
    let what = match target {
        [b'%', ..] => Thing::Pane,
        [b'@', ..] => Thing::Window,
        _ => Thing::Session,
    };
    // As the server itself says it.
    let name = target.strip_prefix(b"=").unwrap_or(target);
    let name = name.strip_suffix(b":").unwrap_or(name);
    Error::not_found(what, &String::from_utf8_lossy(name))
}

fn outcome(command: &'static CommandSpec, output: Output) -> Outcome {
    Outcome::new(command, output.status, output.stdout, output.stderr)
}

/// Whether the server looks at nothing but `TMUX_PANE` for it.
fn only_lists(operation: &AnyOperation) -> bool {
    let lists = [
        "has-session",
        "list-buffers",
        "list-clients",
        "list-panes",
        "list-sessions",
        "list-windows",
    ];
    operation.effect() == Effect::Reads && lists.contains(&operation.spec().name)
}
