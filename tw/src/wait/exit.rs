//! `tw wait exit`: until a pane's program has ended.

use tmuxwire::{ChannelOptions, PaneEnd, Reconnect, Waited};

use super::Deadline;
use super::report::{Report, met};
use crate::duration::FOR_EVER;
use crate::ending::{Failure, Status};
use crate::pane_end;
use crate::stage::Stage;
use crate::target::{self, After};

/// The status is that of the program.
pub(super) async fn wait(
    stage: &Stage,
    pane: Option<&str>,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let mut target = deadline.answer(target::find(&stage.server, pane, FOR_EVER)).await?;
    loop {
        let options = ChannelOptions::default().attach_to(target.session.to_string());
        // What ended it matters: with the last pane go its session and its server.
        let channel = deadline.answer(stage.open(options, Reconnect::Never)).await?;
        match Box::pin(channel.wait_for_exit(target.pane, deadline.left())).await {
            Ok(Waited::Met(end)) => return Ok(report(end)),
            Ok(Waited::GaveUp(seen)) => {
                let wanted = format!("the program of pane {} has not ended", target.pane);
                return Report::gave_up(wanted, seen, Status::PROGRAM_GAVE_UP);
            }
            Err(error) if channel.end().is_none() => return Err(error.into()),
            Err(_) => match deadline.answer(target::after_end(&channel, target.pane)).await? {
                After::PaneGone => return Ok(report(PaneEnd::Gone)),
                After::Again => {}
            },
        }
        let pane = target.pane.to_string();
        let again = deadline.answer(target::find(&stage.server, Some(&pane), FOR_EVER)).await;
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
