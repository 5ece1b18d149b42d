//! What has become of a pane, while its pipe says nothing.

use tmuxwire_protocol::control::PaneId;

use crate::command::Command;
use crate::error::{ErrorKind, Result};
use crate::server::Server;
use crate::server::wait::{END_FORMAT, PaneEnd, read_end};

/// A pane, as its server tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PaneNow {
    Runs { pid: String, has_pipe: bool },
    Ended(PaneEnd),
    ServerGone,
}

impl PaneNow {
    pub(super) async fn ask(server: &Server, pane: PaneId) -> Result<Self> {
        let format = format!("#{{pane_pipe}} {END_FORMAT}");
        let command = ["display-message", "-p", "-t", &pane.to_string(), &format];
        let output = match server.run(Command::new(command)).await {
            Ok(output) => output,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NoServer { .. }
                    | ErrorKind::LostServer
                    | ErrorKind::ServerShutdown => Ok(Self::ServerGone),
                    _ => Err(error),
                };
            }
        };
        let text = output.stdout_text();
        let (pipe, rest) = text.split_once(' ').unwrap_or_default();
        Ok(match read_end(output.is_success(), rest) {
            Some(end) => Self::Ended(end),
            None => {
                let pid = rest.split(' ').next().unwrap_or_default().to_owned();
                Self::Runs { pid, has_pipe: pipe == "1" }
            }
        })
    }
}
