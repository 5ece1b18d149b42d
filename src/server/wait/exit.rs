//! The end of a pane's program.

use tmuxwire_protocol::control::PaneId;

use super::news::{News, may_end_a_pane};
use super::{FALLBACK, FIRST_LOOK, PaneEnd, STATUS_COMES};
use crate::command::Command;
use crate::error::Result;
use crate::server::Server;
use crate::server::channel::Channel;

/// What [`read_end`] reads.
pub(in crate::server) const FORMAT: &str =
    "#{pane_pid} #{pane_dead} #{pane_dead_status} #{pane_dead_signal}";

/// Returns when a pane's program has ended. The server's answer to the last question says so: what
/// it has told of the pane's output came before.
pub(in crate::server) async fn program_end(channel: Channel, pane: PaneId) -> Result<PaneEnd> {
    channel.check_attached()?;
    let target = pane.to_string();
    let mut news = News::of_events(&channel);
    let mut watched: Option<String> = None;
    let mut nudged = false;
    loop {
        let output = channel.run(["display-message", "-p", "-t", &target, FORMAT]).await?;
        let text = output.stdout_text();
        match read_end(output.is_success(), &text) {
            // The server closes the pane first, and collects the process then.
            Some(PaneEnd::Dead) if news.look < STATUS_COMES => news.rest().await,
            // Servers sometimes miss that a process has ended, until another does.
            end @ (Some(PaneEnd::Dead) | None)
                if news.look >= STATUS_COMES
                    && if end.is_some() { !nudged } else { news.process_ended } =>
            {
                nudged = end.is_some();
                nudge(channel.server()).await;
                news.look = FIRST_LOOK;
            }
            Some(ended) => return Ok(ended),
            None => {
                let pid = text.split(' ').next().unwrap_or_default();
                // Without a process: the server has collected it, and is about to end the pane.
                if watched.as_deref() != Some(pid) {
                    watched = Some(pid.to_owned());
                    news.watch_process(pid);
                }
                news.wait(may_end_a_pane).await?;
            }
        }
    }
}

/// Has a server look for processes that have ended. It matters to nobody whether that succeeds.
pub(in crate::server) async fn nudge(server: &Server) {
    let _ = server.run(Command::new(["run-shell", "-b", "true"]).deadline(FALLBACK)).await;
}

/// Reads what a server answers to [`FORMAT`]; `None` of a program that runs.
pub(in crate::server) fn read_end(found: bool, text: &str) -> Option<PaneEnd> {
    if !found {
        return Some(PaneEnd::Gone);
    }
    let mut fields = text.trim_end_matches('\n').split(' ').skip(1);
    let dead = fields.next();
    let mut number = || fields.next().and_then(|field| field.parse().ok());
    match (dead, number(), number()) {
        (Some("1"), _, Some(signal)) if signal != 0 => Some(PaneEnd::Signalled(signal)),
        (Some("1"), Some(status), _) => Some(PaneEnd::Exited(status)),
        (Some("1"), ..) => Some(PaneEnd::Dead),
        // A pane that is gone gives nothing at all on some versions.
        (Some("") | None, ..) => Some(PaneEnd::Gone),
        _ => None,
    }
}
