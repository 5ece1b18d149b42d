//! The waits that are one call of the library.

use std::future::Future;
use std::time::Duration;

use tmuxwire::{
    Channel, ChannelOptions, ErrorKind, Evidence, PaneEnd, PaneId, Place, Ready, Reconnect, Start,
    Waited, harmless,
};

use super::report::{Report, met};
use super::{Deadline, Text};
use crate::duration::FOR_EVER;
use crate::ending::{Failure, Status};
use crate::object::Object;
use crate::pane_end;
use crate::stage::Stage;
use crate::target::{self, Target};

/// How long a wait may go on looking at what a pane printed before its end.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// Finds a pane, and attaches for its sake.
async fn attach(
    stage: &Stage,
    name: Option<&str>,
    deadline: Deadline,
) -> Result<(Channel, PaneId), Failure> {
    let found = deadline.answer(target::find(&stage.server, name, FOR_EVER)).await?;
    let Target { session, pane } = found;
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
    fn ended(pane: PaneId, end: PaneEnd) -> Self {
        let text = format!("the program of pane {pane} has ended ({})", pane_end::words(end));
        Self::Ended(Failure::ended(text, end))
    }

    fn waited(self) -> Result<Waited<T>, Failure> {
        match self {
            Self::Waited(waited) => Ok(waited),
            Self::Ended(failure) => Err(failure),
        }
    }

    /// The same, unless the pane's program has ended: a dead pane is as quiet as can be.
    async fn if_alive(
        self,
        channel: &Channel,
        pane: PaneId,
        deadline: Deadline,
    ) -> Result<Self, Failure> {
        if !matches!(self, Self::Waited(Waited::Met(_)))
            || !deadline.answer(is_dead(channel, pane)).await?
        {
            return Ok(self);
        }
        Ok(match Box::pin(channel.wait_for_exit(pane, deadline.left())).await {
            Ok(Waited::Met(end)) => Self::ended(pane, end),
            Ok(Waited::GaveUp(_)) => Self::ended(pane, PaneEnd::Dead),
            Err(error) => return Err(Failure::on(channel, error)),
        })
    }
}

/// Waits as long as the pane's program is there: one that has ended says nothing more, and would look
/// quiet. The wait may look for so long at what was printed before the end.
async fn while_alive<T>(
    channel: &Channel,
    pane: PaneId,
    last_look: Duration,
    wait: impl Future<Output = tmuxwire::Result<Waited<T>>>,
) -> Result<Outcome<T>, Failure> {
    let ended = async {
        match Box::pin(channel.wait_for_exit(pane, FOR_EVER)).await {
            Ok(Waited::Met(end)) => end,
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
    Ok(match tokio::time::timeout(last_look, wait).await {
        Ok(Ok(met @ Waited::Met(_))) => Outcome::Waited(met),
        _ => Outcome::ended(pane, end),
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
    let mut outcome = while_alive(&channel, pane, LAST_LOOK, look(start, deadline.left())).await?;
    if matches!(outcome, Outcome::Ended(_)) && !text.new {
        // A server may keep the last words from us (3.7c); a pane that stays shows them.
        if let Ok(met @ Waited::Met(_)) = look(start, LAST_LOOK.min(deadline.left())).await {
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
            let wanted = format!("no line {verb} {:?}", text.pattern);
            Report::gave_up(wanted, seen, Status::GAVE_UP)?
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
    let outcome = while_alive(&channel, pane, Duration::ZERO, wait).await?;
    match outcome.if_alive(&channel, pane, deadline).await?.waited()? {
        Waited::Met(()) => Ok(Report::met("", met())),
        Waited::GaveUp(seen) => Report::gave_up("the pane goes on printing", seen, Status::GAVE_UP),
    }
}

pub(super) async fn ready(
    stage: &Stage,
    pane: Option<&str>,
    settle: Duration,
    deadline: Deadline,
) -> Result<Report, Failure> {
    let (channel, pane) = attach(stage, pane, deadline).await?;
    let wait = Box::pin(channel.wait_until_ready(pane, settle, deadline.left()));
    let outcome = while_alive(&channel, pane, Duration::ZERO, wait).await?;
    match outcome.if_alive(&channel, pane, deadline).await?.waited()? {
        Waited::Met(ready) => Ok(report_ready(ready)),
        Waited::GaveUp(seen) => {
            Report::gave_up("the pane is not ready for input", seen, Status::GAVE_UP)
        }
    }
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
    match wait.await.map_err(|error| Failure::on(&channel, error))? {
        Waited::Met(value) => {
            let object = met().with("value", value.as_str());
            Ok(Report::met(value, object))
        }
        Waited::GaveUp(seen) => {
            Report::gave_up(format!("{format} is not true"), seen, Status::GAVE_UP)
        }
    }
}

pub(super) async fn channel(
    stage: &Stage,
    name: &str,
    deadline: Deadline,
) -> Result<Report, Failure> {
    match Box::pin(stage.server.wait_until_woken(name, deadline.left())).await {
        Ok(Waited::Met(())) => Ok(Report::met("", met())),
        Ok(Waited::GaveUp(mut seen)) => {
            // It would say the same.
            seen.last.clear();
            Report::gave_up(format!("nobody has woken {name:?}"), seen, Status::GAVE_UP)
        }
        Err(error) if error.kind() == &ErrorKind::Refused => {
            Err(Failure::refused(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}
