//! Which pane is meant.

use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use tmuxwire::{Channel, Command, End, Environment, ErrorKind, PaneId, Server, SessionId};

use crate::ending::Failure;

/// How long a server may take to tell, where nobody says.
pub(crate) const LIMIT: Duration = Duration::from_secs(5);

/// Most that a server may print for it.
const MOST: usize = 64 << 10;

/// A pane and a session that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) session: SessionId,
    pub(crate) pane: PaneId,
}

/// Finds what tmux calls so; without a name, the pane that we run in, else the active one.
///
/// # Errors
/// If there is none, or the server doesn't answer within the limit.
pub(crate) async fn find(
    server: &Server,
    name: Option<&str>,
    limit: Duration,
) -> Result<Target, Failure> {
    let own = own_pane(server);
    let name = name.or(own.as_deref());
    let target = name.map(|name| ["-t", name]).into_iter().flatten();
    // The first command is there for its errors: the second is content with a pane that is near.
    let first = ["capture-pane", "-p", "-S", "0", "-E", "0"].into_iter().chain(target.clone());
    let second = [";", "display-message", "-p"].into_iter().chain(target);
    let words = first.chain(second).chain(["#{session_id} #{pane_id}"]);
    let command = Command::new(words).environment(Environment::PaneOnly);
    let command = command.deadline(limit).max_output(MOST);
    let output = Box::pin(server.run(command)).await?;
    if !output.is_success() {
        return Err(Failure::missing(output.stderr_text().trim_end()));
    }
    let text = output.stdout_text();
    let mut fields = text.lines().last().unwrap_or_default().split(' ');
    let session = fields.next().and_then(|field| SessionId::parse(field.as_bytes()));
    let pane = fields.next().and_then(|field| PaneId::parse(field.as_bytes()));
    match (session, pane) {
        (Some(session), Some(pane)) => Ok(Target { session, pane }),
        _ => {
            Err(Failure::missing(&format!("can't find pane: {}", name.unwrap_or("no pane at all"))))
        }
    }
}

/// The pane that we run in, if it is one of this server: tmux itself would take the active pane of
/// its window.
fn own_pane(server: &Server) -> Option<String> {
    let tmux = std::env::var_os("TMUX")?;
    let path = tmux.as_bytes().split(|byte| *byte == b',').next()?;
    let pane = std::env::var("TMUX_PANE").ok()?;
    (path == server.socket_path().as_os_str().as_bytes() && !pane.is_empty()).then_some(pane)
}

/// Whether a pane is there, wherever it is now. Where no server is, no pane is.
pub(crate) async fn is_there(server: &Server, pane: PaneId) -> Result<bool, Failure> {
    let pane = pane.to_string();
    let command = Command::new(["display-message", "-p", "-t", &pane, "#{pane_id}"])
        .environment(Environment::PaneOnly)
        .deadline(LIMIT)
        .max_output(MOST);
    match server.run(command).await {
        Ok(output) => Ok(output.stdout_text().trim_end() == pane),
        Err(error) => match error.kind() {
            ErrorKind::NoServer { .. } | ErrorKind::LostServer | ErrorKind::ServerShutdown => {
                Ok(false)
            }
            _ => Err(error.into()),
        },
    }
}

/// How to go on after the end of a channel that was attached for a pane's sake and doesn't connect
/// again.
///
/// # Errors
/// If it can't go on.
pub(crate) async fn after_end(channel: &Channel, pane: PaneId) -> Result<After, Failure> {
    let end = channel.end().unwrap_or(End::ServerGone);
    match end {
        // As `attach-session -d` of a person does with all others.
        End::Detached { .. } => Ok(After::Again),
        // It may be in another session, too.
        End::SessionGone => match is_there(channel.server(), pane).await? {
            true => Ok(After::Again),
            false => Ok(After::PaneGone),
        },
        end => Err((&end).into()),
    }
}

/// See [`after_end`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Again,
    PaneGone,
}

/// The target for a session's name, as `attach-session -t` takes it.
pub(crate) fn of_session(name: &str) -> String {
    match name.contains(':') || name.starts_with(['%', '@']) {
        true => name.to_owned(),
        false => format!("{name}:"),
    }
}
