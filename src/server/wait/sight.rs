//! A pane that is being looked at.

use std::collections::HashMap;
use std::time::Duration;

use tmuxwire_protocol::control::PaneId;
use tokio::time::{Instant, timeout};

use super::limit::LAST_LOOKS;
use super::news::channel_ended;
use super::outcome::{Evidence, Found, OutputEnd, PaneEnd, Place, Ready, Seen, Start, Waited};
use super::{FALLBACK, FIRST_LOOK, lines_of, no_answer};
use crate::error::{Error, ErrorKind, Result};
use crate::foreground;
use crate::plain_text::PlainText;
use crate::server::channel::Channel;
use crate::server::pane_output::{OutputOptions, PaneEvent, PaneOutput};

/// A pane that is being looked at.
pub(super) struct Sight {
    channel: Channel,
    output: PaneOutput,
    /// The lines of the screen that the output goes on from.
    first: Vec<String>,
    printed: Option<Instant>,
    last: String,
}

impl Sight {
    pub(super) async fn open(channel: &Channel, pane: PaneId) -> Result<Self> {
        let options = OutputOptions::default().joined_text();
        let mut output = channel.pane_output_with(pane, options).await?;
        let first = match output.next().await {
            Some(PaneEvent::Screen(screen)) => lines_of(&String::from_utf8_lossy(&screen.text)),
            _ => Vec::new(),
        };
        let channel = channel.clone();
        Ok(Self { channel, output, first, printed: None, last: String::new() })
    }

    /// Adds what only we know to what was seen.
    pub(super) fn judge<T>(&self, outcome: Waited<T>) -> Waited<T> {
        let quiet = self.printed.map(|printed| printed.elapsed());
        // Behind a flood of output answers come late.
        let is_heard = quiet.is_some_and(|quiet| quiet < LAST_LOOKS / 2);
        match outcome {
            Waited::GaveUp(Seen { no_answer: true, .. }) if !is_heard => no_answer(),
            Waited::GaveUp(seen) => {
                Waited::GaveUp(Seen { quiet, last: self.last.clone(), no_answer: false, ..seen })
            }
            met => met,
        }
    }

    /// The next piece of output, empty where some is missing or the program has ended.
    ///
    /// # Errors
    /// The pane is gone, or the channel has ended, and all output has been taken.
    async fn printed(&mut self) -> Result<Vec<u8>> {
        match self.output.next().await {
            Some(PaneEvent::Output(bytes)) => {
                self.printed = Some(Instant::now());
                Ok(bytes.into())
            }
            Some(PaneEvent::Ended(OutputEnd { program: PaneEnd::Gone, .. })) => {
                Err(Error::pane_gone(self.output.pane()))
            }
            Some(_) => Ok(Vec::new()),
            None => Err(channel_ended(&self.channel)),
        }
    }

    async fn check_there(&self) -> Result<()> {
        let pane = self.output.pane();
        let target = pane.to_string();
        let there = self.channel.ask(&["display-message", "-p", "-t", &target, "#{pane_id}"]).await;
        match there {
            // A target that is gone is not an error everywhere, but it has no id then.
            Ok(id) if id.trim_end().is_empty() => Err(Error::pane_gone(pane)),
            Err(error) if error.kind() == &ErrorKind::Refused => Err(Error::pane_gone(pane)),
            other => other.map(drop),
        }
    }

    pub(super) async fn search(
        &mut self,
        wanted: impl Fn(&str) -> bool,
        start: Start,
    ) -> Result<Found> {
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
        let lines = match self.channel.lines(self.output.pane()).await {
            Ok(lines) => lines,
            // The pane is gone, or the channel; what it has printed is still to be looked at.
            Err(error) if may_have_printed(error.kind()) => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut seen = HashMap::new();
        Ok(lines.into_iter().find(|line| {
            let times = seen.entry(line.clone()).or_insert(0);
            *times += 1;
            *times > old.get(line).copied().unwrap_or(0) && wanted(line)
        }))
    }

    pub(super) async fn settle(&mut self, settle: Duration) -> Result<()> {
        loop {
            match timeout(settle, self.printed()).await {
                Err(_) if self.stays_quiet().await? => return Ok(()),
                Err(_) => {}
                Ok(printed) => drop(printed?),
            }
        }
    }

    /// Asks the server; nothing that the pane had printed by then is still on its way.
    async fn stays_quiet(&mut self) -> Result<bool> {
        self.check_there().await?;
        match timeout(Duration::ZERO, self.printed()).await {
            Err(_) => Ok(true),
            Ok(printed) => printed.map(|_| false),
        }
    }

    pub(super) async fn ready(&mut self, process: Option<u32>, settle: Duration) -> Result<Ready> {
        let mut look = FIRST_LOOK;
        let mut quiet_since = Instant::now();
        loop {
            let quiet = quiet_since.elapsed() >= settle;
            if self.look(process, quiet).is_some() {
                // The server would pass on what is typed, and it is still so.
                let calm = self.stays_quiet().await?;
                if !calm {
                    (quiet_since, look) = (Instant::now(), FIRST_LOOK);
                }
                if let Some(ready) = self.look(process, quiet && calm) {
                    return Ok(ready);
                }
            }
            match timeout(look.min(settle), self.printed()).await {
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
            return quiet.then_some(Ready {
                evidence: Evidence::Quiet,
                process: None,
                echo_off: None,
            });
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
        let process = Some((foreground.pid, foreground.name));
        evidence.map(|evidence| Ready { evidence, process, echo_off: None })
    }
}

/// Whether a screen can't be had any more because of this, though its pane may have printed before.
fn may_have_printed(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Refused | ErrorKind::ChannelEnded(_))
}
