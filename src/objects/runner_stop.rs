//! The end of sessions, in good order.

use std::time::{Duration, Instant};

use bstr::BString;
use tmuxwire_operations::read::{Listing, pane, session};
use tmuxwire_operations::{Key, KillSession, PaneId, SessionId};

use super::input::is_synchronized;
use super::runner::Runner;
use super::{Pane, Server, Session, bisync};
use crate::error::{Error, ErrorKind, NotTyped, Result};
use crate::leaving::{self, Leaving, LeftBehind};
use crate::runner::{RunnerError, Stopped};
use crate::server_id::ServerId;

/// How long a server takes at most to start a program.
const BEGUN: Duration = Duration::from_secs(2);

/// How long a process may take to end with its terminal.
const GONE: Duration = Duration::from_millis(500);

/// A pane with what runs in it.
struct Runs {
    pane: PaneId,
    process: Option<u32>,
    command: Option<BString>,
}

#[bisync]
impl Runner {
    /// Stops a session: presses C-c in each of its panes, waits until what runs there has ended, at
    /// most as long as `limit`, and then ends the session with what still runs. A shell at its
    /// prompt isn't waited for.
    ///
    /// While it waits the kernel tells when a process has ended (Linux; elsewhere somebody looks).
    /// Three round trips, and one for each further pane.
    ///
    /// # Errors
    /// [`RunnerError::NotFound`], [`RunnerError::Invalid`], [`RunnerError::Stop`]; with
    /// [`ErrorKind::Guarded`] if we run in it, and nothing is pressed.
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting: the program was told to end, and may.
    pub async fn stop(&self, name: &str, limit: Duration) -> Result<Stopped, RunnerError> {
        let deadline = leaving::deadline(limit);
        let (session, panes) = self.panes_of(name).await?;
        let failed = |source| RunnerError::Stop { name: name.to_owned(), source };
        let kill = KillSession::new().target(session.id()).into();
        let _guarded = session.server().command(&kill).await.map_err(failed)?;
        begun(session.server(), &panes).await;
        let leaving = Leaving::of(panes.iter().filter_map(to_wait_for));
        for runs in &panes {
            interrupt(&Pane::new(session.server().clone(), runs.pane)).await.map_err(failed)?;
        }
        let ended = session.server().wait_for(leaving, deadline).await;
        end(&session).await.map_err(failed)?;
        let left = left_behind(session.server(), &panes).await;
        Ok(match ended {
            _ if !left.is_empty() => Stopped::LeftBehind(left),
            true => Stopped::Ended,
            false => Stopped::Killed,
        })
    }

    /// Ends a session at once, with what runs in it. Two round trips.
    ///
    /// # Errors
    /// As for [`stop`](Self::stop).
    pub async fn kill(&self, name: &str) -> Result<(), RunnerError> {
        let (session, _) = self.panes_of(name).await?;
        let ended = end(&session).await;
        ended.map_err(|source| RunnerError::Stop { name: name.to_owned(), source })
    }

    async fn panes_of(&self, name: &str) -> Result<(Session, Vec<Runs>), RunnerError> {
        let listing = Listing::panes_of_session(Self::exact(name)?);
        let listing =
            listing.fields((session::ID, pane::ID, pane::PID, pane::START_COMMAND, pane::DEAD));
        let listed = self.server().list_and_bind(&listing).await;
        let (rows, server) = listed.map_err(|error| RunnerError::about(name, error))?;
        let not_found = || RunnerError::NotFound { name: name.to_owned() };
        let id: SessionId = rows.first().ok_or_else(not_found)?.0;
        let alive = rows.into_iter().filter(|row| !row.4);
        let runs = |(_, pane, process, command, _)| Runs { pane, process, command };
        Ok((Session::new(server, id), alive.map(runs).collect()))
    }
}

/// What a C-c is meant for: the command, or what a shell for a user has in the foreground.
fn to_wait_for(runs: &Runs) -> Option<u32> {
    let process = runs.process?;
    if runs.command.is_some() {
        return Some(process);
    }
    match leaving::foreground_of(process) {
        Some(foreground) => Some(foreground).filter(|foreground| *foreground != process),
        None => Some(process),
    }
}

/// Returns when everything that was just started gets keys, or does not for long.
#[bisync]
async fn begun(server: &Server, panes: &[Runs]) {
    let process = server.id().map_or(0, ServerId::pid);
    let deadline = Instant::now() + BEGUN;
    let mut pause = Duration::from_millis(1);
    let gets_keys = |pid| leaving::gets_keys(pid, process);
    while !panes.iter().filter_map(|runs| runs.process).all(gets_keys) && Instant::now() < deadline
    {
        server.pause(pause).await;
        pause *= 2;
    }
}

/// What was started in the panes and lives on: what is just ending is given time.
#[bisync]
async fn left_behind(server: &Server, panes: &[Runs]) -> Vec<LeftBehind> {
    let panes: Vec<PaneId> = panes.iter().map(|runs| runs.pane).collect();
    let process = server.id().map_or(0, ServerId::pid);
    let deadline = leaving::deadline(GONE);
    let mut left = Vec::new();
    for one in leaving::in_panes(&panes, process) {
        if !server.wait_for(Leaving::of([one.pid]), deadline).await {
            left.push(one);
        }
    }
    left
}

#[bisync]
async fn interrupt(pane: &Pane) -> Result<()> {
    match pressed(pane).await {
        Err(error) if error.kind() == &ErrorKind::NotTyped(NotTyped::InMode) => {
            pane.leave_modes().await?;
            pressed(pane).await
        }
        other => other,
    }
}

/// A pane that is gone, or takes nothing, is none to press keys in.
#[bisync]
async fn pressed(pane: &Pane) -> Result<()> {
    let pressed = match pane.send_keys([Key::character('c').ctrl()]).await {
        Err(error) if is_synchronized(&error) => pane.send_text(b"\x03").await,
        other => other,
    };
    match pressed {
        Err(error) if is_none_to_press_in(&error) => Ok(()),
        other => other,
    }
}

fn is_none_to_press_in(error: &Error) -> bool {
    let not_typed = [NotTyped::Dead, NotTyped::InputOff].map(ErrorKind::NotTyped);
    error.is_gone() || not_typed.contains(error.kind())
}

/// Ends it, if it hasn't ended meanwhile.
#[bisync]
async fn end(session: &Session) -> Result<()> {
    match session.kill().await {
        // The server ends with its last session.
        Err(error) if error.is_gone() || error.kind() == &ErrorKind::LostServer => Ok(()),
        other => other,
    }
}
