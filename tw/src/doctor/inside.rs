//! Does `$TMUX` name a server that runs?

use tmuxwire::ServerState;

use super::facts::{Facts, Inside};
use super::finding::Finding;
use crate::printer::shown;

const CHECK: &str = "inside";
const COMMAND: &str = "unset TMUX TMUX_PANE";

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    facts.inside.as_ref().and_then(judge).into_iter().collect()
}

/// A server whose socket was deleted is another check's matter.
fn judge(inside: &Inside) -> Option<Finding> {
    let socket = shown(&inside.socket);
    let state = inside.server.as_ref().map(|server| server.state);
    let now = inside.server.as_ref().and_then(|server| server.pid);
    match state {
        None | Some(ServerState::Stale | ServerState::NotTmux) => Some(
            Finding::problem(
                CHECK,
                format!("$TMUX names a server that is gone: {socket}"),
                "this shell outlived it, or took the variable from elsewhere; forget it:",
            )
            .with_command(COMMAND),
        ),
        Some(ServerState::SocketGone | ServerState::SocketReplaced) => None,
        Some(_) => match (inside.pid, now) {
            (Some(was), Some(now)) if was != now => Some(
                Finding::problem(
                    CHECK,
                    format!(
                        "$TMUX names process {was} on {socket}, but process {now} is there now"
                    ),
                    "this shell is not in one of its panes; forget the variable:",
                )
                .with_command(COMMAND),
            ),
            _ => Some(Finding::fine(CHECK, format!("$TMUX names a server that runs: {socket}"))),
        },
    }
}
