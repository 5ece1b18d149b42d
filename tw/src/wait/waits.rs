//! The waits that are one call of the library.

use std::future::Future;
use std::time::Duration;

use tmuxwire::{
    Channel, ChannelOptions, Command, ErrorKind, Evidence, PaneEnd, PaneId, Place, Ready,
    Reconnect, Seen, Start, Waited, harmless,
};

use super::report::{Report, met};
use super::{Deadline, Text};
use crate::duration::FOR_EVER;
use crate::ending::{Failure, Status};
use crate::object::Object;
use crate::pane_end;
use crate::stage::Stage;
use crate::target::{self, MOST, Target};

/// How long a wait may go on looking at what a pane printed before its end.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// Finds a pane, and attaches for its sake.
async fn attach(
    stage: &Stage,
    name: Option<&str>,
    deadline: Deadline,
) -> Result<(Channel, PaneId), Failure> {
    let Target { session, pane } = target::find(&stage.server, name, deadline.left()).await?;
    let options = ChannelOptions::default().attach_to(session.to_string());
    Ok((deadline.answer(stage.open(options, Reconnect::SameServer)).await?, pane))
}

/// How a wait ended that needs the pane.
enum Outcome<T> {
    Waited(Waited<T>),
    /// The pane's program ended first.
    Ended(Failure),
}

impl<T> Outcome<T> {
    fn ended(pane: PaneId, how: &str) -> Self {
        let text = format!("the program of pane {pane} has ended ({how})");
        Self::Ended(Failure::new(Status::MISSING, text))
    }

    fn waited(self) -> Result<Waited<T>, Failure> {
        match self {
            Self::Waited(waited) => Ok(waited),
            Self::Ended(failure) => Err(failure),
        }
    }
}

/// Waits as long as the pane is there: one that is gone says nothing more, and would look quiet.
async fn while_alive<T>(
    channel: &Channel,
    pane: PaneId,
    ends: impl Fn(PaneEnd) -> bool,
    wait: impl Future<Output = tmuxwire::Result<Waited<T>>>,
) -> Result<Outcome<T>, Failure> {
    let ended = async {
        match Box::pin(channel.wait_for_exit(pane, FOR_EVER)).await {
            Ok(Waited::Met(end)) if ends(end) => end,
            _ => std::future::pending().await,
        }
    };
    let mut wait = std::pin::pin!(wait);
    let end = tokio::select! {
        biased;
        outcome = &mut wait => {
            return outcome.map(Outcome::Waited).map_err(|error| Failure::on(channel, error));
        }
        end = ended => end,
    };
    Ok(match tokio::time::timeout(LAST_LOOK, wait).await {
        Ok(Ok(met @ Waited::Met(_))) => Outcome::Waited(met),
        _ => Outcome::ended(pane, &pane_end::words(end)),
    })
}

pub(super) async fn text(
    stage: &Stage,
    text: &Text,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let wanted = text.wanted().map_err(|error| Failure::new(Status::USAGE, error))?;
    let (channel, pane) = attach(stage, text.pane.name(), deadline).await?;
    let look =
        |start, limit| Box::pin(channel.wait_for_text(pane, |line| wanted.is(line), start, limit));
    let start = if text.new { Start::Now } else { Start::Screen };
    let mut outcome = while_alive(&channel, pane, |_| true, look(start, deadline.left())).await?;
    if matches!(outcome, Outcome::Ended(_)) && !text.new {
        // A server may keep the last words from us (3.7c); a pane that stays shows them.
        if let Ok(met @ Waited::Met(_)) = look(start, LAST_LOOK).await {
            outcome = Outcome::Waited(met);
        }
    }
    Ok(match outcome.waited()? {
        Waited::Met(found) => {
            let place = if found.place == Place::Screen { "screen" } else { "output" };
            let object = met().with("line", found.line.as_str()).with("place", place);
            Report::met(found.line, object)
        }
        Waited::GaveUp(seen) => {
            let verb = if text.regex { "matches" } else { "contains" };
            Report::gave_up(format!("no line {verb} {:?}", text.pattern), seen)
        }
    })
}

pub(super) async fn idle(
    stage: &Stage,
    pane: Option<&str>,
    settle: Duration,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let (channel, pane) = attach(stage, pane, deadline).await?;
    let wait = Box::pin(channel.wait_until_idle(pane, settle, deadline.left()));
    // A dead pane that stays is as quiet as can be.
    let gone = |end| end == PaneEnd::Gone;
    Ok(match while_alive(&channel, pane, gone, wait).await?.waited()? {
        Waited::Met(()) => Report::met("", met()),
        Waited::GaveUp(seen) => Report::gave_up("the pane goes on printing", seen),
    })
}

pub(super) async fn ready(
    stage: &Stage,
    pane: Option<&str>,
    settle: Duration,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let (channel, pane) = attach(stage, pane, deadline).await?;
    let wait = Box::pin(channel.wait_until_ready(pane, settle, deadline.left()));
    let mut outcome = while_alive(&channel, pane, |_| true, wait).await?;
    if matches!(&outcome, Outcome::Waited(Waited::Met(ready)) if ready.process.is_none())
        && deadline.answer(is_dead(&channel, pane)).await?
    {
        outcome = Outcome::ended(pane, "ended");
    }
    Ok(match outcome.waited()? {
        Waited::Met(ready) => report_ready(ready),
        Waited::GaveUp(seen) => Report::gave_up("the pane is not ready for input", seen),
    })
}

/// Whether a pane has no program any more, or isn't there.
async fn is_dead(channel: &Channel, pane: PaneId) -> Result<bool, Failure> {
    let words = ["display-message", "-p", "-t", &pane.to_string(), "#{pane_dead}"];
    let answer = channel.run(words).await.map_err(|error| Failure::on(channel, error))?;
    Ok(answer.stdout_text().trim_end() != "0")
}

fn report_ready(ready: Ready) -> Report {
    let evidence = match ready.evidence {
        Evidence::ReadsTerminal => "reads-terminal",
        Evidence::ShellWaits => "shell-waits",
        Evidence::ProgramWaits => "program-waits",
        _ => "quiet",
    };
    let object = met().with("evidence", evidence).with("echo_off", ready.echo_off);
    let echo = if ready.echo_off == Some(true) { " (echo off)" } else { "" };
    match ready.process {
        Some((pid, name)) => {
            let process = Object::default().with("pid", pid).with("name", name.as_str());
            let name = harmless::line(name.as_bytes());
            let text = format!("{evidence} {pid} {name}{echo}");
            Report::met(text, object.with_object("process", process))
        }
        None => Report::met(format!("{evidence}{echo}"), object),
    }
}

pub(super) async fn format(
    stage: &Stage,
    format: &str,
    target: Option<&str>,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let (channel, pane) = attach(stage, target, deadline).await?;
    let pane = pane.to_string();
    let wait = Box::pin(channel.wait_for_format(target.unwrap_or(&pane), format, deadline.left()));
    Ok(match wait.await.map_err(|error| Failure::on(&channel, error))? {
        Waited::Met(value) => {
            let object = met().with("value", value.as_str());
            Report::met(value, object)
        }
        Waited::GaveUp(seen) => Report::gave_up(format!("{format} is not true"), seen),
    })
}

/// As `Channel::wait_for`, but nobody needs a channel for it.
pub(super) async fn channel(stage: &Stage, name: &str, limit: Duration) -> Result<Report, Failure> {
    let command = Command::new(["wait-for", "--", name]).deadline(limit).max_output(MOST);
    match Box::pin(stage.server.run(command)).await {
        Ok(output) if output.is_success() => Ok(Report::met("", met())),
        Ok(output) => Err(Failure::new(Status::USAGE, output.stderr_text().trim_end())),
        Err(error) if error.kind() == &ErrorKind::TimedOut => {
            Ok(Report::gave_up(format!("nobody has woken {name:?}"), Seen::default()))
        }
        Err(error) => Err(error.into()),
    }
}
