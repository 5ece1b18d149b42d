//! Sessions by their names, each for one program.

use std::time::{Duration, Instant};

use bstr::BString;
use tmuxwire_operations::read::{Capture, Listing};
use tmuxwire_operations::{
    AnyOperation, CapturePane, Commands, IfShell, Key, NewSession, Operation, Outcome, PaneId,
    PaneTarget, Script, SessionId, SessionTarget, SetOption, Thing, Unreadable,
};

use super::{Pane, Server, bisync};
use crate::command::Command;
use crate::error::{Error, Result};
use crate::leaving::{Leaving, deadline};
use crate::runner::{
    LogOptions, RunnerError, SessionConfig, SessionState, SessionStatus, check_name,
    check_socket_name, check_text, fields, statuses,
};

/// How long a server takes at most to see that a process has ended which has.
const SEEN: Duration = Duration::from_millis(500);
/// How long it takes at most to learn with which status, if it does.
const STATUS: Duration = Duration::from_millis(100);
/// From which pause on it doesn't wait for what comes by itself.
const NUDGE: Duration = Duration::from_millis(16);
/// Lines of what ended at once.
const LAST_LINES: usize = 20;

/// Starts, watches and stops sessions by their names, each for one program.
///
/// Names are exact, and of letters, digits, `_` and `-`. It is a value; nothing is asked or looked up
/// until it has something to do.
///
/// # Cancellation
/// Dropping a future gives up the answer: what was sent may run.
#[derive(Clone, Debug)]
pub struct Runner {
    server: Server,
    strict: bool,
}

impl Runner {
    /// Of a server. It needs not run.
    pub fn new(server: Server) -> Self {
        Self { server, strict: false }
    }

    /// Of the server of `tmux -L name`.
    ///
    /// # Errors
    /// [`RunnerError::Invalid`] if no socket can have this name; [`RunnerError::Server`] if the
    /// directory for sockets can't be used.
    pub fn named(name: &str) -> Result<Self, RunnerError> {
        check_socket_name(name)?;
        Ok(Self::new(Server::named(name).map_err(RunnerError::Server)?))
    }

    /// Applies [`check_command`](crate::runner::check_command) and
    /// [`check_text`](crate::runner::check_text) to what is started and typed. They find accidents;
    /// they protect from nobody.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Its server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn exact(name: &str) -> Result<SessionTarget, RunnerError> {
        check_name(name)?;
        Ok(SessionTarget::exact(name))
    }

    fn check_typed(&self, text: &[u8]) -> Result<(), RunnerError> {
        if self.strict {
            check_text(text)?;
        }
        Ok(())
    }
}

#[bisync]
impl Runner {
    /// Starts a session, and its server if none runs. The command is watched for a moment
    /// ([`SessionConfig::watch`]): if it ends meanwhile, the state says how, and what it printed. Then
    /// there is no such session any more, unless it [stays](SessionConfig::stays).
    ///
    /// Two round trips; a few more if the command has ended.
    ///
    /// # Errors
    /// [`RunnerError::Invalid`], [`RunnerError::Exists`], [`RunnerError::TmuxNotFound`],
    /// [`RunnerError::Start`].
    ///
    /// # Cancellation
    /// Dropping the future may leave the session, started.
    pub async fn start(&self, config: &SessionConfig) -> Result<SessionStatus, RunnerError> {
        config.check(self.strict)?;
        let started = self.start_watched(config).await;
        started.map_err(|error| RunnerError::start(&config.name, error))
    }

    async fn start_watched(&self, config: &SessionConfig) -> Result<SessionStatus> {
        let target = SessionTarget::exact(&config.name);
        // In the same step, so that what ends at once leaves something to look at.
        let new = self.server.command(&config.operation().into()).await?;
        let stay = SetOption::new("remain-on-exit").window().value("on");
        let stay = self.server.command(&stay.target(target).into()).await?;
        let (output, server) = self.server.run_and_bind(joined(new, &stay)).await?;
        let made = Outcome::new(NewSession::SPEC, output.status, output.stdout, output.stderr);
        let made = made_and_process(&server.succeeded(made)?.stdout)?;
        let ended = server.wait_for(Leaving::of(made.process), deadline(config.watch)).await;
        let status = self.settle(&server, config, &made, ended).await?;
        if status.is_running() || config.stays {
            return Ok(status);
        }
        let pane = Pane::new(server.clone(), made.pane);
        let printed = pane.capture(CapturePane::new().start("-")).await?;
        super::Session::new(server, made.session).kill().await?;
        Ok(with_output(status, &printed))
    }

    /// What became of a session that was just started. If its command runs, it goes with it from now
    /// on.
    async fn settle(
        &self,
        server: &Server,
        config: &SessionConfig,
        made: &Started,
        ended: bool,
    ) -> Result<SessionStatus> {
        let mut deadline = Instant::now() + SEEN;
        let (mut pause, mut nudged) = (Duration::from_millis(1), false);
        loop {
            // The server may learn of the end a little later than we do.
            let is_last = !ended || Instant::now() > deadline;
            let status = self.look(server, made, is_last && !config.stays).await?;
            match &status.state {
                _ if is_last => return Ok(status),
                SessionState::Exited { status: None, signal: None, .. } => {
                    deadline = deadline.min(Instant::now() + STATUS);
                }
                SessionState::Exited { .. } => return Ok(status),
                SessionState::Running => {}
            }
            // Servers sometimes miss that a process has ended, until another does.
            if !nudged && pause >= NUDGE {
                nudged = true;
                server.run(["run-shell", "-b", "true"]).await?;
                deadline = deadline.max(Instant::now() + STATUS);
            }
            server.pause(pause).await;
            pause *= 2;
        }
    }

    async fn look(&self, server: &Server, made: &Started, let_go: bool) -> Result<SessionStatus> {
        let listing = Listing::panes_of_session(made.session).fields(fields());
        let mut command = server.command(&listing.question(None)).await?;
        if let_go {
            let option = SetOption::new("remain-on-exit").window().unset();
            let alive = IfShell::new(
                Script::format("#{pane_dead}"),
                Commands::from_iter([] as [AnyOperation; 0]),
            )
            .format()
            .target(made.pane)
            .otherwise(option.target(made.pane));
            command = joined(server.command(&alive.into()).await?, &command);
        }
        let output = server.run(command).await?;
        let outcome = Outcome::new(NewSession::SPEC, output.status, output.stdout, output.stderr);
        let rows = listing.read(&server.succeeded(outcome)?.stdout)?;
        let mut all = statuses(rows, server.id().map_or(0, |id| id.pid())).into_iter();
        all.find(|status| status.id == made.session)
            .ok_or_else(|| super::find::gone(Thing::Session, made.session))
    }

    /// What a session is. One round trip.
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], also if no server runs; [`RunnerError::Invalid`],
    /// [`RunnerError::Server`].
    pub async fn status(&self, name: &str) -> Result<SessionStatus, RunnerError> {
        check_name(name)?;
        let mut all = self.list().await?.into_iter();
        let found = all.find(|status| status.name == name);
        found.ok_or_else(|| RunnerError::NotFound { name: name.to_owned() })
    }

    /// Whether there is a session with exactly this name. One round trip.
    ///
    /// # Errors
    /// [`RunnerError::Invalid`], [`RunnerError::Server`].
    pub async fn exists(&self, name: &str) -> Result<bool, RunnerError> {
        check_name(name)?;
        self.server.has_session(name).await.map_err(RunnerError::Server)
    }

    /// All sessions of the server, whoever has made them; none if it doesn't run. One round trip.
    ///
    /// # Errors
    /// [`RunnerError::Server`].
    pub async fn list(&self) -> Result<Vec<SessionStatus>, RunnerError> {
        let listing = Listing::panes().fields(fields());
        match self.server.list_and_bind(&listing).await {
            Ok((rows, server)) => Ok(statuses(rows, server.id().map_or(0, |id| id.pid()))),
            Err(error) if error.is_gone() => Ok(Vec::new()),
            Err(error) => Err(RunnerError::Server(error)),
        }
    }

    /// The last lines that the active pane of a session has printed, without the empty ones below. One
    /// round trip.
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], [`RunnerError::Invalid`], [`RunnerError::Server`].
    pub async fn logs(&self, name: &str, options: LogOptions) -> Result<Vec<BString>, RunnerError> {
        let capture = Capture::history(PaneTarget::from(Self::exact(name)?), options.lines);
        let capture = if options.colours { capture.escape_sequences() } else { capture };
        let capture = if options.joined { capture.join() } else { capture };
        let outcome = self.server.ask(capture).await;
        let outcome = outcome.map_err(|error| RunnerError::about(name, error))?;
        let lines = usize::try_from(options.lines).unwrap_or(usize::MAX);
        Ok(Capture::read(&outcome.stdout).last_lines(lines).to_vec())
    }

    /// Types a text into the active pane of a session, exactly these bytes: see
    /// [`Pane::send_text`]. Two round trips.
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], [`RunnerError::Invalid`], [`RunnerError::Server`].
    pub async fn send_text(&self, name: &str, text: impl AsRef<[u8]>) -> Result<(), RunnerError> {
        self.check_typed(text.as_ref())?;
        let typed = self.active_pane(name).await?.send_text(text.as_ref()).await;
        typed.map_err(|error| RunnerError::about(name, error))
    }

    /// Types a text and presses Enter: see [`Pane::send_line`]. Two round trips.
    ///
    /// # Errors
    /// As for [`send_text`](Self::send_text).
    pub async fn send_line(&self, name: &str, text: impl AsRef<[u8]>) -> Result<(), RunnerError> {
        self.check_typed(text.as_ref())?;
        let typed = self.active_pane(name).await?.send_line(text.as_ref()).await;
        typed.map_err(|error| RunnerError::about(name, error))
    }

    /// Presses keys: see [`Pane::send_keys`]. Two round trips.
    ///
    /// # Errors
    /// As for [`send_text`](Self::send_text).
    pub async fn send_keys(
        &self,
        name: &str,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<(), RunnerError> {
        let keys: Vec<Key> = keys.into_iter().collect();
        let pressed = self.active_pane(name).await?.send_keys(keys).await;
        pressed.map_err(|error| RunnerError::about(name, error))
    }

    async fn active_pane(&self, name: &str) -> Result<Pane, RunnerError> {
        let target = Self::exact(name)?;
        let pane = self.server.active_pane_of(target.into()).await;
        pane.map_err(|error| RunnerError::about(name, error))
    }
}

/// Both, the one after the other, in one message.
fn joined(first: Command, then: &Command) -> Command {
    then.arguments().iter().fold(first.argument(";"), Command::argument)
}

/// A session that was started: by its id, for meanwhile another one may have its name.
struct Started {
    session: SessionId,
    pane: PaneId,
    process: Option<u32>,
}

/// What a new session says of itself and its pane.
fn made_and_process(stdout: &[u8]) -> Result<Started> {
    let text = String::from_utf8_lossy(stdout);
    let mut words = text.split_whitespace();
    let session = words.next().and_then(|id| SessionId::parse(id.as_bytes()));
    let pane = words.next().and_then(|id| PaneId::parse(id.as_bytes()));
    let process = words.next().and_then(|pid| pid.parse().ok());
    let unreadable = |what| Error::from(Unreadable::new(what, 1));
    Ok(Started {
        session: session.ok_or_else(|| unreadable("session_id"))?,
        pane: pane.ok_or_else(|| unreadable("pane_id"))?,
        process,
    })
}

/// tmux writes into the pane that it is dead.
fn with_output(mut status: SessionStatus, printed: &Capture) -> SessionStatus {
    if let SessionState::Exited { output, .. } = &mut status.state {
        let lines = printed.text_lines();
        let is_of_tmux = lines.last().is_some_and(|line| line.starts_with(b"Pane is dead"));
        let lines = &lines[..lines.len() - usize::from(is_of_tmux)];
        let text = lines.iter().rposition(|line| !line.trim_ascii().is_empty());
        let lines = &lines[..text.map_or(0, |last| last + 1)];
        *output = lines[lines.len().saturating_sub(LAST_LINES)..].to_vec();
    }
    status
}
