//! Waiting for what happens in a pane: no polling where the server tells, and no sleeps.
//!
//! What tells: the pane's output (`%output`), any notification, and formats that the server
//! watches. Two things are told by nobody, and have a fallback:
//! - That a pane is dead while it stays (`remain-on-exit`): no notification says so, and formats of
//!   dead panes aren't watched. On Linux the kernel tells that the pane's process has ended, and the
//!   server is asked then, at growing intervals until it knows, too; elsewhere it is asked at
//!   intervals that grow to a second.
//! - That a program has begun to read its terminal changes nothing that a server could tell; it is
//!   looked at after each quiet spell of the pane, then at growing intervals of up to a second.

mod exit;
mod limit;
mod news;
mod outcome;
mod sight;

use std::future::Future;
use std::time::Duration;

use tmuxwire_protocol::control::PaneId;
use tokio::time::Instant;

pub(in crate::server) use self::exit::{FORMAT as END_FORMAT, nudge, program_end, read_end};
use self::limit::{answered, deadline, or_look};
use self::news::News;
pub(in crate::server) use self::news::first;
pub use self::outcome::{
    Evidence, Found, OutputEnd, PaneEnd, Place, Ready, Seen, Start, Tail, Waited,
};
use self::sight::Sight;
use super::Server;
use super::channel::Channel;
use super::subscription::Watch;
use crate::command::Command;
use crate::error::{Error, Result};
use crate::tty;

/// Between two looks where nobody tells.
const FALLBACK: Duration = Duration::from_secs(1);
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// A dead pane without a status gets none any more when pauses have become this long.
const STATUS_COMES: Duration = Duration::from_millis(100);
/// Most that a server may print for us.
const MOST_OUTPUT: usize = 64 << 10;
/// What is seen of a server that hangs.
const NO_ANSWER: &str = "the server doesn't answer";
/// Asks for nothing but an answer.
const ANSWERS: [&str; 3] = ["display-message", "-p", ""];

impl Server {
    /// Waits until somebody wakes a channel of tmux's (`wait-for -S name`). On a connection of its
    /// own, so that it holds up nobody.
    ///
    /// A wake-up that came before is kept, but of two the second takes the first back (all releases):
    /// whoever may wake twice should set an option, for [`Channel::wait_for_format`].
    ///
    /// Up to 3.7c a server doesn't notice that a waiting client has gone (tmux's own neither): after
    /// a wait that gave up, the next wake-up is lost if nobody else waits at that moment.
    ///
    /// # Errors
    /// [`Refused`](crate::ErrorKind::Refused) if the server lets this user only read; otherwise as for
    /// [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future closes its connection; as after giving up, the next wake-up may be lost.
    pub async fn wait_until_woken(&self, name: &str, limit: Duration) -> Result<Waited<()>> {
        let bounded = |command: Command| command.max_output(MOST_OUTPUT);
        let woken = async {
            let output = self.run(bounded(Command::new(["wait-for", "--", name]))).await?;
            match output.is_success() {
                true => Ok(()),
                false => Err(Error::refused(&output.stderr_text())),
            }
        };
        let answers = async || drop(self.run(bounded(Command::new(ANSWERS))).await);
        Ok(match or_look(deadline(limit), woken, answers).await? {
            Ok(()) => Waited::Met(()),
            Err(Some(())) => Waited::GaveUp(Seen { last: "not woken".into(), ..Seen::default() }),
            Err(None) => no_answer(),
        })
    }
}

impl Channel {
    /// Waits until a line of a pane's output is wanted. Each line is looked at as it comes, its
    /// escape sequences left out, and as it stands on the screen, where wrapped lines are one. A
    /// command that was typed is such a line, too: want a text that it doesn't contain, or whole
    /// lines.
    ///
    /// # Errors
    /// As for [`pane_output`](Self::pane_output); meanwhile
    /// [`ChannelEnded`](crate::ErrorKind::ChannelEnded) if the channel ends,
    /// [`Refused`](crate::ErrorKind::Refused) if the pane goes.
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; what was seen meanwhile is lost.
    pub async fn wait_for_text(
        &self,
        pane: PaneId,
        wanted: impl Fn(&str) -> bool,
        start: Start,
        limit: Duration,
    ) -> Result<Waited<Found>> {
        let until = deadline(limit);
        let Some(mut sight) = answered(until, Sight::open(self, pane)).await? else {
            return Ok(no_answer());
        };
        let search = sight.search(wanted, start);
        self.limited(pane, until, search).await.map(|outcome| sight.judge(outcome))
    }

    /// Waits until a pane has printed nothing for as long as `settle`. The server is asked at the
    /// end: the silence of one that doesn't answer is not the pane's.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; what was seen meanwhile is lost.
    pub async fn wait_until_idle(
        &self,
        pane: PaneId,
        settle: Duration,
        limit: Duration,
    ) -> Result<Waited<()>> {
        let until = deadline(limit);
        let Some(mut sight) = answered(until, Sight::open(self, pane)).await? else {
            return Ok(no_answer());
        };
        let quiet = sight.settle(settle);
        self.limited(pane, until, quiet).await.map(|outcome| sight.judge(outcome))
    }

    /// Waits until a pane's program has ended.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; what was seen meanwhile is lost.
    pub async fn wait_for_exit(&self, pane: PaneId, limit: Duration) -> Result<Waited<PaneEnd>> {
        self.check_attached()?;
        let until = deadline(limit);
        let answers = self.run(ANSWERS);
        if answered(until, answers).await?.is_none() {
            return Ok(no_answer());
        }
        let end = program_end(self.clone(), pane);
        self.limited(pane, until, end).await.map(|outcome| outcome.or_seen("running"))
    }

    /// Waits until a format is true (neither empty nor `0`) for a target, which is named as for
    /// `display-message -t`; answers its value.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text); [`Refused`](crate::ErrorKind::Refused)
    /// if there is no such target, or when it goes.
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; what was seen meanwhile is lost.
    pub async fn wait_for_format(
        &self,
        target: &str,
        format: &str,
        limit: Duration,
    ) -> Result<Waited<String>> {
        self.check_attached()?;
        let until = deadline(limit);
        let missing = || Error::refused(&format!("can't find pane: {target}"));
        // display-message takes another window for one that isn't there; capture-pane doesn't.
        let check = ["capture-pane", "-p", "-S", "0", "-E", "0", "-t", target];
        let show = ["display-message", "-p", "-t", target, "#{pane_id}"];
        let words = [&check[..], &[";"], &show].concat();
        let open = async {
            let pane = self.ask(&words).await?;
            let pane = pane.lines().last().and_then(|line| PaneId::parse(line.as_bytes()));
            let pane = pane.ok_or_else(missing)?;
            let mut news = News::of_events(self);
            news.watch(Watch::Pane(pane), format).await?;
            Ok((pane, news))
        };
        let Some((pane, mut news)) = answered(until, open).await? else { return Ok(no_answer()) };
        let format = format!("#{{pane_id}} {format}");
        let mut last = String::new();
        let watch = async {
            loop {
                let value = self.ask(&["display-message", "-p", "-t", target, &format]).await?;
                // A target that is gone is not an error, but its id is empty.
                let (pane, value) = value.split_once(' ').unwrap_or_default();
                if pane.is_empty() {
                    return Err(missing());
                }
                value.trim_end_matches('\n').clone_into(&mut last);
                if !matches!(last.as_str(), "" | "0") {
                    return Ok(last.clone());
                }
                news.wait(|_| true).await?;
            }
        };
        let outcome = self.limited(pane, until, watch).await?;
        Ok(outcome.or_seen(&last))
    }

    /// The same as [`Server::wait_until_woken`], which needs no channel.
    ///
    /// # Errors
    /// As for [`Server::wait_until_woken`].
    ///
    /// # Cancellation
    /// As for [`Server::wait_until_woken`].
    pub async fn wait_for(&self, name: &str, limit: Duration) -> Result<Waited<()>> {
        self.server().wait_until_woken(name, limit).await
    }

    /// Waits until a pane is ready for input: a shell at its prompt, a program that reads. See
    /// [`Evidence`] for what counts; where the kernel tells nothing (other systems, other users'
    /// programs), a pane that has been quiet for `settle` does.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; what was seen meanwhile is lost.
    pub async fn wait_until_ready(
        &self,
        pane: PaneId,
        settle: Duration,
        limit: Duration,
    ) -> Result<Waited<Ready>> {
        let until = deadline(limit);
        let target = pane.to_string();
        let open = async {
            let sight = Sight::open(self, pane).await?;
            let words = ["display-message", "-p", "-t", &target, "#{pane_pid} #{pane_tty}"];
            Ok((sight, self.ask(&words).await?))
        };
        let Some((mut sight, told)) = answered(until, open).await? else {
            return Ok(no_answer());
        };
        let (process, terminal) = told.trim_end().split_once(' ').unwrap_or_default();
        let ready = async {
            let mut ready = sight.ready(process.parse().ok(), settle).await?;
            ready.echo_off = tty::hides_lines(terminal);
            Ok(ready)
        };
        self.limited(pane, until, ready).await.map(|outcome| sight.judge(outcome))
    }

    /// What comes within the limit, or what there is to see instead.
    async fn limited<T>(
        &self,
        pane: PaneId,
        until: Instant,
        wait: impl Future<Output = Result<T>>,
    ) -> Result<Waited<T>> {
        Ok(match or_look(until, wait, || self.lines(pane)).await? {
            Ok(met) => Waited::Met(met),
            Err(Some(lines)) => {
                let lines = lines.unwrap_or_default();
                let screen = lines.join("\n").trim_end().to_owned();
                Waited::GaveUp(Seen { screen, ..Seen::default() })
            }
            Err(None) => no_answer(),
        })
    }

    /// The lines that a pane shows, wrapped ones as one.
    async fn lines(&self, pane: PaneId) -> Result<Vec<String>> {
        let text = self.ask(&["capture-pane", "-p", "-J", "-t", &pane.to_string()]).await?;
        Ok(lines_of(&text))
    }

    async fn ask(&self, command: &[&str]) -> Result<String> {
        let output = self.run(command).await?;
        match output.is_success() {
            true => Ok(output.stdout_text().into_owned()),
            false => Err(Error::refused(&output.stderr_text())),
        }
    }
}

/// For a server that doesn't answer.
fn no_answer<T>() -> Waited<T> {
    Waited::GaveUp(Seen { last: NO_ANSWER.into(), no_answer: true, ..Seen::default() })
}

fn lines_of(screen: &str) -> Vec<String> {
    screen.lines().map(|line| line.trim_end().to_owned()).collect()
}
