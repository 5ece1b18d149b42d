//! `tw wait exit`: until a pane's program has ended.

use std::time::Duration;

use tmuxwire::{ChannelOptions, PaneEnd, Reconnect, Waited};

use super::deadline;
use super::report::{Report, met};
use crate::ending::{Failure, Status};
use crate::pane_end;
use crate::stage::Stage;
use crate::target::{self, After};

/// The status is that of the program.
pub(super) async fn wait(
    stage: &Stage,
    pane: Option<&str>,
    limit: Duration,
) -> Result<Report, Failure> {
    let deadline = deadline(limit);
    let mut target = target::find(&stage.server, pane).await?;
    loop {
        let options = ChannelOptions::default().attach_to(target.session.to_string());
        // What ended it matters: with the last pane go its session and its server.
        let channel = stage.open(options, Reconnect::Never).await?;
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        match channel.wait_for_exit(target.pane, left).await {
            Ok(Waited::Met(end)) => return Ok(report(end)),
            Ok(Waited::GaveUp(seen)) => {
                let wanted = format!("the program of pane {} has not ended", target.pane);
                return Ok(Report::GaveUp { wanted, seen, status: Status::PROGRAM_GAVE_UP });
            }
            Err(error) if channel.end().is_none() => return Err(error.into()),
            Err(_) => match target::after_end(&channel, target.pane).await? {
                After::PaneGone => return Ok(report(PaneEnd::Gone)),
                After::Again => {}
            },
        }
        let again = target::find(&stage.server, Some(&target.pane.to_string())).await;
        match again {
            Ok(found) => target = found,
            Err(failure) if failure.status == Status::MISSING => return Ok(report(PaneEnd::Gone)),
            Err(failure) => return Err(failure),
        }
    }
}

fn report(end: PaneEnd) -> Report {
    let status = match end {
        PaneEnd::Exited(status) => u8::try_from(status).unwrap_or(Status::PROGRAM_UNKNOWN),
        PaneEnd::Signalled(signal) => {
            u8::try_from(signal).map_or(Status::PROGRAM_UNKNOWN, |n| n.saturating_add(128))
        }
        _ => Status::PROGRAM_UNKNOWN,
    };
    Report::Met { text: pane_end::words(end), object: pane_end::fields(met(), end), status }
}
