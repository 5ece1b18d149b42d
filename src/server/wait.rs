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

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use tmuxwire_protocol::control::PaneId;
use tokio::time::{Instant, timeout_at};

use super::channel::Channel;
use super::events::Events;
use super::pane_output::{OutputOptions, PaneEvent, PaneOutput};
use super::subscription::{Subscription, Watch};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::foreground;
use crate::plain_text::PlainText;

/// Between two looks where nobody tells.
const FALLBACK: Duration = Duration::from_secs(1);
const FIRST_LOOK: Duration = Duration::from_millis(10);
/// A dead pane without a status gets none any more when pauses have become this long.
const STATUS_COMES: Duration = Duration::from_millis(100);

/// How a wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waited<T> {
    /// What was waited for has come.
    Met(T),
    /// The time is over; this is what was there to see.
    GaveUp(Seen),
}

impl<T> Waited<T> {
    /// What was waited for, if it has come.
    pub fn met(self) -> Option<T> {
        match self {
            Self::Met(met) => Some(met),
            Self::GaveUp(_) => None,
        }
    }
}

/// What was there to see when a wait gave up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The pane's visible lines, without what follows the last one; empty if it is gone.
    pub screen: String,
    /// How long the pane had printed nothing; `None` if it never did while we looked.
    pub quiet: Option<Duration>,
    /// The last value of the format, or what else was looked at, in words.
    pub last: String,
}

/// Where a wait for text begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Start {
    /// With what the pane shows.
    #[default]
    Screen,
    /// With what comes from now on: from the moment when the future is first polled, as far as
    /// commands of the same channel go.
    Now,
}

/// A line that was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The whole line, as far as it was there. Wrapped lines are one, colours are left out.
    pub line: String,
    /// Whether it stood on the screen, or was seen passing in the output.
    pub place: Place,
}

/// Where a line was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// On the screen.
    Screen,
    /// In the output; it may be gone from the screen already.
    Output,
}

/// How a pane's program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaneEnd {
    /// It exited with this status (the pane is there still, by `remain-on-exit`).
    Exited(i32),
    /// It was ended by this signal (tmux 3.3 and later tell it).
    Signalled(i32),
    /// It ended, and this server doesn't tell how.
    Dead,
    /// The pane is gone; with it its status.
    Gone,
}

/// A pane that is ready for input, and why we think so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ready {
    /// What shows it.
    pub evidence: Evidence,
    /// The process in the foreground of the pane's terminal, where the system tells.
    pub process: Option<(u32, String)>,
}

/// What shows that a pane is ready for input, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The foreground process sleeps in a read of its terminal.
    ReadsTerminal,
    /// The pane's own program is in the foreground, sleeps, has printed something, and the pane is
    /// quiet: a shell at its prompt that waits with `poll` or `select`.
    ShellWaits,
    /// Another program is in the foreground and sleeps, and the pane is quiet.
    ProgramWaits,
    /// The pane is quiet; nothing else can be known here.
    Quiet,
}

impl Channel {
    /// Waits until a line of a pane's output is wanted. Each line is looked at as it comes, its
    /// escape sequences left out, and as it stands on the screen, where wrapped lines are one.
    ///
    /// # Errors
    /// As for [`pane_output`](Self::pane_output); [`ErrorKind::ChannelEnded`] if the channel ends
    /// meanwhile.
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
                    // Up to 3.3a it sometimes misses that a process has ended, until another does.
                    Some(PaneEnd::Dead) if !nudged => {
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
        let pane = self.ask(&["display-message", "-p", "-t", target, "#{pane_id}"]).await?;
        let missing = || refused(&format!("can't find pane: {target}"));
        let pane = PaneId::parse(pane.trim_end().as_bytes()).ok_or_else(missing)?;
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
            Ok(output) => Err(refused(&output.stderr_text())),
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
        match timeout_at(Instant::now() + limit, wait).await {
            Ok(met) => met.map(Waited::Met),
            Err(_) => {
                // A server that hangs shows nothing.
                let lines = tokio::time::timeout(FALLBACK, self.lines(pane)).await;
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
            false => Err(refused(&output.stderr_text())),
        }
    }
}

impl<T> Waited<T> {
    fn or_seen(mut self, last: &str) -> Self {
        if let Self::GaveUp(seen) = &mut self {
            last.clone_into(&mut seen.last);
        }
        self
    }
}

fn lines_of(screen: &str) -> Vec<String> {
    screen.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn refused(text: &str) -> Error {
    Error::new(ErrorKind::Refused, Delivery::Answered).with_source(text.trim_end().to_owned())
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

/// Anything that may have changed something: notifications and a watched format, else time.
struct News {
    events: Events,
    watched: Option<Subscription>,
    /// The pane's process, and how long to wait for the server once it has ended.
    process: Option<foreground::Process>,
    look: Duration,
}

impl News {
    async fn open(channel: &Channel, watch: Watch, format: &str) -> Result<Self> {
        let events = channel.events();
        let watched = match channel.subscribe(watch, format).await {
            Ok(watched) => Some(watched),
            Err(error) if error.kind() == &ErrorKind::Refused => None,
            Err(error) => return Err(error),
        };
        Ok(Self { events, watched, process: None, look: FIRST_LOOK / 10 })
    }

    async fn wait(&mut self) -> Result<()> {
        let watched = async {
            match &mut self.watched {
                Some(watched) => watched.next().await.is_some(),
                None => {
                    tokio::time::sleep(FALLBACK).await;
                    true
                }
            }
        };
        let process = async {
            match &self.process {
                Some(process) => process.ended().await,
                None => std::future::pending().await,
            }
            true
        };
        let heard = async { self.events.next().await.is_some() };
        let told = async { (first(heard, watched).await, false) };
        let (more, ended) = first(told, async { (process.await, true) }).await;
        if ended {
            self.rest().await;
        }
        match more {
            true => Ok(()),
            false => Err(channel_ended(self.events.channel())),
        }
    }

    /// A pause before the server is asked again, each twice as long as the one before.
    async fn rest(&mut self) {
        tokio::time::sleep(self.look).await;
        self.look = (self.look * 2).min(FALLBACK);
    }
}

fn channel_ended(channel: &Channel) -> Error {
    let end = channel.end().unwrap_or(crate::error::End::ServerGone);
    Error::new(ErrorKind::ChannelEnded(end), Delivery::Answered)
}

/// The outcome of whichever future is done first.
async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|cx| match one.as_mut().poll(cx) {
        std::task::Poll::Pending => other.as_mut().poll(cx),
        ready => ready,
    })
    .await
}

/// A pane that is being looked at.
struct Sight {
    channel: Channel,
    output: PaneOutput,
    /// The lines of the screen that the output goes on from.
    first: Vec<String>,
    printed: Option<Instant>,
    last: String,
}

impl Sight {
    async fn open(channel: &Channel, pane: PaneId) -> Result<Self> {
        let options = OutputOptions::default().joined_lines();
        let mut output = channel.pane_output_with(pane, options).await?;
        let first = match output.next().await {
            Some(PaneEvent::Screen(screen)) => lines_of(&String::from_utf8_lossy(&screen.text)),
            _ => Vec::new(),
        };
        let channel = channel.clone();
        Ok(Self { channel, output, first, printed: None, last: String::new() })
    }

    /// Adds what only we know to what was seen.
    fn judge<T>(&self, outcome: Waited<T>) -> Waited<T> {
        match outcome {
            Waited::GaveUp(seen) => Waited::GaveUp(Seen {
                quiet: self.printed.map(|printed| printed.elapsed()),
                last: self.last.clone(),
                ..seen
            }),
            met => met,
        }
    }

    /// The next piece of output, empty where some is missing.
    async fn printed(&mut self) -> Result<Vec<u8>> {
        let event = self.output.next().await.ok_or_else(|| channel_ended(&self.channel))?;
        self.printed = Some(Instant::now());
        Ok(match event {
            PaneEvent::Output(bytes) => bytes.into(),
            _ => Vec::new(),
        })
    }

    async fn search(&mut self, wanted: impl Fn(&str) -> bool, start: Start) -> Result<Found> {
        // What stood there at the start doesn't count.
        let mut old = HashMap::new();
        if start == Start::Now {
            for line in std::mem::take(&mut self.first) {
                *old.entry(line).or_insert(0) += 1;
            }
        }
        let mut text = PlainText::default();
        loop {
            if let Some(line) = self.on_screen(&wanted, &old).await? {
                return Ok(Found { line, place: Place::Screen });
            }
            let output = self.printed().await?;
            if let Some(line) = text.find(&output, &wanted) {
                return Ok(Found { line, place: Place::Output });
            }
        }
    }

    async fn on_screen(
        &self,
        wanted: impl Fn(&str) -> bool,
        old: &HashMap<String, usize>,
    ) -> Result<Option<String>> {
        let lines = self.channel.lines(self.output.pane()).await?;
        let mut seen = HashMap::new();
        Ok(lines.into_iter().find(|line| {
            let times = seen.entry(line.clone()).or_insert(0);
            *times += 1;
            *times > old.get(line).copied().unwrap_or(0) && wanted(line)
        }))
    }

    async fn settle(&mut self, settle: Duration) -> Result<()> {
        loop {
            match tokio::time::timeout(settle, self.printed()).await {
                Err(_) => return Ok(()),
                Ok(printed) => drop(printed?),
            }
        }
    }

    async fn ready(&mut self, process: Option<u32>, settle: Duration) -> Result<Ready> {
        let mut look = FIRST_LOOK;
        let mut quiet_since = Instant::now();
        loop {
            let quiet = quiet_since.elapsed() >= settle;
            if let Some(ready) = self.look(process, quiet) {
                return Ok(ready);
            }
            match tokio::time::timeout(look.min(settle), self.printed()).await {
                Ok(printed) => {
                    printed?;
                    (quiet_since, look) = (Instant::now(), FIRST_LOOK);
                }
                Err(_) => look = (look * 2).min(FALLBACK),
            }
        }
    }

    /// What can be known of the foreground now.
    fn look(&mut self, process: Option<u32>, quiet: bool) -> Option<Ready> {
        let Some(foreground) = process.and_then(foreground::of_pane) else {
            "nothing is known of the foreground process".clone_into(&mut self.last);
            return quiet.then_some(Ready { evidence: Evidence::Quiet, process: None });
        };
        let evidence = match (foreground.reads_terminal, foreground.sleeps && quiet) {
            (true, _) => Some(Evidence::ReadsTerminal),
            (false, true) if process == Some(foreground.pid) => Some(Evidence::ShellWaits),
            (false, true) => Some(Evidence::ProgramWaits),
            (false, false) => None,
        };
        self.last = format!(
            "{} ({}) {}",
            foreground.name,
            foreground.pid,
            if foreground.sleeps { "waits" } else { "is busy" }
        );
        evidence
            .map(|evidence| Ready { evidence, process: Some((foreground.pid, foreground.name)) })
    }
}
