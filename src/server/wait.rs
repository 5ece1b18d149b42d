//! Waiting for what happens in a pane: no polling where the server tells, and no sleeps.
//!
//! What tells: the pane's output (`%output`), any notification, and formats that the server
//! watches. Two things are told by nobody, and have a fallback:
//! - That a pane is dead while it stays (`remain-on-exit`) shows in a watched format only
//!   (`refresh-client -B`), which servers look at once a second; before 3.2 there is none, and it is
//!   asked for once a second. On Linux the kernel tells that the pane's process has ended, and the
//!   server is asked then, at growing intervals until it knows, too.
//! - That a program has begun to read its terminal changes nothing that a server could tell; it is
//!   looked at after each quiet spell of the pane, then at growing intervals of up to a second.

mod news;
mod outcome;
mod sight;

use std::future::Future;
use std::time::Duration;

use tmuxwire_protocol::control::PaneId;
use tokio::time::timeout;

use self::news::News;
pub use self::outcome::{Evidence, Found, PaneEnd, Place, Ready, Seen, Start, Waited};
use self::sight::Sight;
use super::channel::Channel;
use super::subscription::Watch;
use crate::command::Command;
use crate::error::{Error, ErrorKind, Result};
use crate::foreground;

/// Between two looks where nobody tells.
const FALLBACK: Duration = Duration::from_secs(1);
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// A dead pane without a status gets none any more when pauses have become this long.
const STATUS_COMES: Duration = Duration::from_millis(100);

impl Channel {
    /// Waits until a line of a pane's output is wanted. Each line is looked at as it comes, its
    /// escape sequences left out, and as it stands on the screen, where wrapped lines are one.
    ///
    /// # Errors
    /// As for [`pane_output`](Self::pane_output); meanwhile [`ErrorKind::ChannelEnded`] if the
    /// channel ends, [`ErrorKind::Refused`] if the pane goes.
    pub async fn wait_for_text(
        &self,
        pane: PaneId,
        wanted: impl Fn(&str) -> bool,
        start: Start,
        limit: Duration,
    ) -> Result<Waited<Found>> {
        let mut sight = Sight::open(self, pane).await?;
        let search = sight.search(wanted, start);
        self.limited(pane, limit, search).await.map(|outcome| sight.judge(outcome))
    }

    /// Waits until a pane has printed nothing for as long as `settle`.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    pub async fn wait_until_idle(
        &self,
        pane: PaneId,
        settle: Duration,
        limit: Duration,
    ) -> Result<Waited<()>> {
        let mut sight = Sight::open(self, pane).await?;
        let quiet = sight.settle(settle);
        self.limited(pane, limit, quiet).await.map(|outcome| sight.judge(outcome))
    }

    /// Waits until a pane's program has ended.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    pub async fn wait_for_exit(&self, pane: PaneId, limit: Duration) -> Result<Waited<PaneEnd>> {
        const FORMAT: &str = "#{pane_dead} #{pane_dead_status} #{pane_dead_signal}";
        self.check_attached()?;
        let mut news = News::open(self, Watch::Pane(pane), FORMAT).await?;
        let target = pane.to_string();
        if let Ok(process) =
            self.ask(&["display-message", "-p", "-t", &target, "#{pane_pid}"]).await
        {
            news.process = process.trim_end().parse().ok().and_then(foreground::Process::open);
        }
        let mut nudged = false;
        let watch = async {
            loop {
                let output = self.run(["display-message", "-p", "-t", &target, FORMAT]).await?;
                match ended(output.is_success(), &output.stdout_text()) {
                    // The server closes the pane first, and collects the process then.
                    Some(PaneEnd::Dead) if news.look < STATUS_COMES => news.rest().await,
                    // Servers sometimes miss that a process has ended, until another does.
                    Some(PaneEnd::Dead) | None if !nudged && news.look >= STATUS_COMES => {
                        nudged = true;
                        self.server().run(["run-shell", "-b", "true"]).await?;
                        news.look = FIRST_LOOK;
                    }
                    Some(ended) => return Ok(ended),
                    None => news.wait().await?,
                }
            }
        };
        self.limited(pane, limit, watch).await.map(|outcome| outcome.or_seen("running"))
    }

    /// Waits until a format is true (neither empty nor `0`) for a target, which is named as for
    /// `display-message -t`; answers its value.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text); [`ErrorKind::Refused`] if there is no such
    /// target, or when it goes.
    pub async fn wait_for_format(
        &self,
        target: &str,
        format: &str,
        limit: Duration,
    ) -> Result<Waited<String>> {
        self.check_attached()?;
        let missing = || Error::refused(&format!("can't find pane: {target}"));
        // display-message takes another window for one that isn't there; capture-pane doesn't.
        let check = ["capture-pane", "-p", "-S", "0", "-E", "0", "-t", target];
        let show = ["display-message", "-p", "-t", target, "#{pane_id}"];
        let words = [&check[..], &[";"], &show].concat();
        let pane = self.ask(&words).await?;
        let pane = pane.lines().last().and_then(|line| PaneId::parse(line.as_bytes()));
        let pane = pane.ok_or_else(missing)?;
        let mut news = News::open(self, Watch::Pane(pane), format).await?;
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
                news.wait().await?;
            }
        };
        let outcome = self.limited(pane, limit, watch).await?;
        Ok(outcome.or_seen(&last))
    }

    /// Waits until somebody wakes a channel of tmux's (`wait-for -S name`). On a connection of its
    /// own, so that it holds up nobody.
    ///
    /// Up to 3.7c a server doesn't notice that a waiting client has gone (tmux's own neither): after
    /// a wait that gave up, the next wake-up is lost if nobody else waits at that moment.
    ///
    /// # Errors
    /// As for [`Server::run`](crate::Server::run).
    pub async fn wait_for(&self, name: &str, limit: Duration) -> Result<Waited<()>> {
        let command = Command::new(["wait-for", "--", name]).deadline(limit);
        match self.server().run(command).await {
            Ok(output) if output.is_success() => Ok(Waited::Met(())),
            Ok(output) => Err(Error::refused(&output.stderr_text())),
            Err(error) if error.kind() == &ErrorKind::TimedOut => {
                Ok(Waited::GaveUp(Seen { last: "not woken".into(), ..Seen::default() }))
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until a pane is ready for input: a shell at its prompt, a program that reads. See
    /// [`Evidence`] for what counts; where the kernel tells nothing (other systems, other users'
    /// programs), a pane that has been quiet for `settle` does.
    ///
    /// # Errors
    /// As for [`wait_for_text`](Self::wait_for_text).
    pub async fn wait_until_ready(
        &self,
        pane: PaneId,
        settle: Duration,
        limit: Duration,
    ) -> Result<Waited<Ready>> {
        let mut sight = Sight::open(self, pane).await?;
        let process =
            self.ask(&["display-message", "-p", "-t", &pane.to_string(), "#{pane_pid}"]).await?;
        let process = process.trim_end().parse().ok();
        let ready = sight.ready(process, settle);
        self.limited(pane, limit, ready).await.map(|outcome| sight.judge(outcome))
    }

    /// What comes within the limit, or what there is to see instead.
    async fn limited<T>(
        &self,
        pane: PaneId,
        limit: Duration,
        wait: impl Future<Output = Result<T>>,
    ) -> Result<Waited<T>> {
        match timeout(limit, wait).await {
            Ok(met) => met.map(Waited::Met),
            Err(_) => {
                // A server that hangs shows nothing.
                let lines = timeout(FALLBACK, self.lines(pane)).await;
                let lines = lines.ok().and_then(Result::ok).unwrap_or_default();
                let screen = lines.join("\n").trim_end().to_owned();
                Ok(Waited::GaveUp(Seen { screen, ..Seen::default() }))
            }
        }
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

fn lines_of(screen: &str) -> Vec<String> {
    screen.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Reads `DEAD STATUS SIGNAL`.
fn ended(found: bool, text: &str) -> Option<PaneEnd> {
    if !found {
        return Some(PaneEnd::Gone);
    }
    let mut fields = text.trim_end_matches('\n').split(' ');
    let dead = fields.next();
    let mut number = || fields.next().and_then(|field| field.parse().ok());
    match (dead, number(), number()) {
        (Some("1"), _, Some(signal)) if signal != 0 => Some(PaneEnd::Signalled(signal)),
        (Some("1"), Some(status), _) => Some(PaneEnd::Exited(status)),
        (Some("1"), ..) => Some(PaneEnd::Dead),
        // A pane that is gone gives nothing at all on some versions.
        (Some(""), ..) => Some(PaneEnd::Gone),
        _ => None,
    }
}
