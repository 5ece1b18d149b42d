//! What a pane prints, from a known start on.

mod ending;
mod modes;

use std::borrow::Cow;
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tmuxwire_protocol::control::{self, Notification, PaneId};

use self::ending::Ending;
pub use self::modes::Modes;
use super::channel::{Channel, line};
use super::wait::OutputEnd;
use crate::channel::ChannelOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::exchange::Topic;
use crate::mailbox::{Letter, Mailbox, WhenFull};

/// Bytes of output that wait for a listener, unless told otherwise.
const ROOM: usize = 1 << 20;
/// Stands between a screen and what is pending, which can't look like it.
const MARK: &str = "tmuxwire:pending";

/// How a pane's output is listened to.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct OutputOptions {
    room: usize,
    pause_after: Option<Duration>,
    /// How `capture-pane` shows the screen.
    view: &'static str,
}

impl Default for OutputOptions {
    fn default() -> Self {
        Self { room: ROOM, pause_after: None, view: "-e" }
    }
}

impl OutputOptions {
    /// How many bytes may wait for the listener, small pieces with what they take beside their text; 1 MiB
    /// unless told otherwise.
    pub fn room(mut self, bytes: usize) -> Self {
        self.room = bytes;
        self
    }

    /// Screens have a line that wraps at the edge as one line, with the spaces at its end (tmux 3.1c adds
    /// some, within the pane's width). A terminal as wide as the pane wraps it at the same places, and
    /// knows that it did.
    pub fn joined_lines(mut self) -> Self {
        self.view = "-eJ";
        self
    }

    /// Shows screens as plain text, with wrapped lines as one.
    pub(super) fn joined_text(mut self) -> Self {
        self.view = "-J";
        self
    }

    /// Loses nothing because the listener is slow: it gets a connection of its own, from
    /// which no more is read than it takes. The server keeps what is behind, and pauses the pane's
    /// output once it is older than `limit` (whole seconds, at least one; tmux 3.2 and later).
    /// The stream then goes on with a new [`PaneEvent::Screen`].
    ///
    /// Questions on the stream's own channel are answered all the same: what the pane printed before
    /// an answer then waits beside the room, up to 16 MiB. Of more the oldest goes, which
    /// [`PaneEvent::Lagged`] tells, and the screen follows.
    ///
    /// What the server loses at the end of the pane's program is lost here, too: see
    /// [`PaneEvent::Ended`].
    pub fn lossless(mut self, limit: Duration) -> Self {
        self.pause_after = Some(limit);
        self
    }
}

/// A pane at one moment.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Screen {
    /// Its visible lines with their colours and attributes (`capture-pane -p -e`), each with a LF;
    /// lines that wrap are one line with [`OutputOptions::joined_lines`] (`-J`).
    pub text: Bytes,
    /// The beginning of an escape sequence whose end will follow.
    pub pending: Bytes,
    /// The cursor's column and line, from 0.
    pub cursor: (u32, u32),
    /// What its program has switched on.
    pub modes: Modes,
}

/// A screen may show secrets, so only sizes show.
impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen")
            .field("text_len", &self.text.len())
            .field("pending_len", &self.pending.len())
            .field("cursor", &self.cursor)
            .field("modes", &self.modes)
            .finish()
    }
}

/// What a pane's stream tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaneEvent {
    /// The pane looks like this; what follows comes exactly after it. The first event, and again
    /// where output was left out.
    Screen(Screen),
    /// The pane printed this. A character or escape sequence may be split over two of these.
    Output(Bytes),
    /// So many bytes, as they travel, were dropped here because the listener was slow.
    Lagged(u64),
    /// The connection was lost and made again: what was printed meanwhile, nobody knows. The
    /// screen follows.
    Gap,
    /// The pane's program has ended, and all that the server told of its output stands before. That
    /// may not be all that it printed: see [`Tail`](crate::Tail).
    ///
    /// In a pane that remains, another program may follow (`respawn-pane`), and its output.
    Ended(OutputEnd),
}

/// What a stream learns next.
enum Told {
    Letter(Letter<Notification>),
    Ended(OutputEnd),
}

/// A stream of a pane's output: its screen, then what it prints, in order, and its end.
///
/// While the pane's program runs this is all that the server reads from the pane; what is left out
/// because the listener is slow stands there as [`PaneEvent::Lagged`] or a new
/// [`PaneEvent::Screen`]. At the program's end see [`PaneEvent::Ended`].
#[derive(Debug)]
#[must_use = "it hears nothing unless it is read"]
pub struct PaneOutput {
    pane: PaneId,
    first: Option<Screen>,
    mailbox: Mailbox<Notification>,
    view: &'static str,
    /// Output was left out; the screen has to be asked for again.
    stale: bool,
    /// It must lose nothing silently.
    lossless: bool,
    ending: Ending,
    channel: Channel,
}

impl Channel {
    /// Listens to a pane of the channel's session.
    ///
    /// # Errors
    /// [`NotAttached`](crate::ErrorKind::NotAttached) on a channel without a session; [`Refused`](crate::ErrorKind::Refused) if there
    /// is no such pane; otherwise as for [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future ends the listening.
    pub async fn pane_output(&self, pane: PaneId) -> Result<PaneOutput> {
        self.pane_output_with(pane, OutputOptions::default()).await
    }

    /// [`pane_output`](Self::pane_output), in another way.
    ///
    /// # Errors
    /// As there, and those of [`Server::channel`](crate::Server::channel) for a lossless one.
    ///
    /// # Cancellation
    /// Dropping the future ends the listening.
    pub async fn pane_output_with(
        &self,
        pane: PaneId,
        options: OutputOptions,
    ) -> Result<PaneOutput> {
        self.check_attached()?;
        let (channel, when_full) = match options.pause_after {
            None => (self.clone(), WhenFull::DropOldest),
            Some(_) => {
                let attached = ChannelOptions::default().attach_to(pane.to_string());
                (self.server().channel(attached).await?, WhenFull::Hold)
            }
        };
        let mailbox = Mailbox::new(options.room, when_full);
        channel.output_wanted();
        let ending = Ending::new(&channel, pane);
        let mut output = PaneOutput {
            pane,
            first: None,
            mailbox,
            view: options.view,
            stale: false,
            lossless: options.pause_after.is_some(),
            ending,
            channel,
        };
        if let Some(limit) = options.pause_after {
            let flag = format!("pause-after={}", limit.as_secs().max(1));
            output.channel.run_line(line([&["refresh-client", "-f", &flag]])?).await?;
        }
        output.first = Some(output.screen().await?);
        Ok(output)
    }
}

impl PaneOutput {
    /// The pane.
    pub fn pane(&self) -> PaneId {
        self.pane
    }

    /// The channel that it comes on: the one that it was made from, or one of its own if it is
    /// lossless. An answer on this channel comes after all that the pane had printed by then.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The next event; `None` when the pane is gone, which [`PaneEvent::Ended`] tells before, or
    /// when the channel has ended.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<PaneEvent> {
        if let Some(screen) = self.first.take() {
            return Some(PaneEvent::Screen(screen));
        }
        loop {
            if self.stale {
                match self.resume().await {
                    Ok(screen) => {
                        self.stale = false;
                        return Some(PaneEvent::Screen(screen));
                    }
                    Err(_) if self.channel.end().is_some() => return None,
                    // The next connection is asked.
                    Err(error) if matches!(error.kind(), ErrorKind::ChannelEnded(_)) => continue,
                    // The pane is gone; what came before is still to be told.
                    Err(_) => self.stale = false,
                }
            }
            return Some(match poll_fn(|cx| self.poll_letter(cx)).await? {
                Told::Letter(Letter::Item(
                    Notification::Output { output, .. }
                    | Notification::ExtendedOutput { output, .. },
                )) => {
                    self.ending.printed(&self.channel);
                    PaneEvent::Output(plain(&output))
                }
                Told::Letter(Letter::Item(Notification::Pause(_))) => {
                    self.stale = true;
                    continue;
                }
                Told::Letter(Letter::Item(_)) => continue,
                Told::Letter(Letter::Lagged(bytes)) => {
                    self.stale |= self.lossless;
                    PaneEvent::Lagged(bytes)
                }
                Told::Letter(Letter::Gap) => {
                    self.stale = true;
                    PaneEvent::Gap
                }
                Told::Ended(end) => PaneEvent::Ended(end),
            });
        }
    }

    /// What the server has told; the end of the program comes after all of its output.
    fn poll_letter(&mut self, cx: &mut Context<'_>) -> Poll<Option<Told>> {
        loop {
            if let Poll::Ready(letter) = self.mailbox.poll(cx) {
                return Poll::Ready(letter.map(Told::Letter));
            }
            match self.ending.poll(cx, &self.channel) {
                // What came before the end was put into the mailbox before it was known.
                Poll::Ready(ending::Turn::Known) => {}
                Poll::Ready(ending::Turn::Told(end)) => {
                    return Poll::Ready(Some(Told::Ended(OutputEnd::of(end))));
                }
                Poll::Ready(ending::Turn::Over) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Lets the server go on with a pane that it has paused. What it left out shows on the screen.
    async fn resume(&mut self) -> Result<Screen> {
        let go = format!("{}:continue", self.pane);
        self.channel.send(&line([&["refresh-client", "-A", &go]])?);
        self.screen().await
    }

    /// Asks for the screen; what is heard from then on follows exactly after it.
    async fn screen(&self) -> Result<Screen> {
        let pane = self.pane.to_string();
        let commands = screen_commands(&pane, self.view);
        let line = line(commands.each_ref().map(Vec::as_slice))?;
        let topic = Topic::Output(self.pane);
        let answer = self.channel.call_and_listen(line, topic, &self.mailbox).await?;
        if !answer.is_success() {
            return Err(Error::refused(&answer.stderr_text()));
        }
        Ok(read_screen(&answer.stdout))
    }
}

impl Drop for PaneOutput {
    fn drop(&mut self) {
        self.channel.forget(&self.mailbox);
        self.channel.output_unwanted();
    }
}

/// The output as the pane printed it; shares its memory where nothing is escaped.
fn plain(output: &control::PaneOutput) -> Bytes {
    match output.bytes() {
        Cow::Borrowed(_) => output.escaped().clone(),
        Cow::Owned(bytes) => bytes.into(),
    }
}

/// What prints a pane for [`read_screen`]; `view` is the flag that says how its lines look.
pub(super) fn screen_commands<'a>(pane: &'a str, view: &'a str) -> [Vec<&'a str>; 4] {
    [
        vec!["display-message", "-p", "-t", pane, modes::FORMAT],
        vec!["capture-pane", "-p", view, "-t", pane],
        vec!["display-message", "-p", MARK],
        vec!["capture-pane", "-p", "-P", "-C", "-t", pane],
    ]
}

/// Reads the cursor and the modes, the screen, the mark, and what is pending, which is no line at all on some
/// versions if it is nothing.
pub(super) fn read_screen(answer: &Bytes) -> Screen {
    let end_of_cursor = answer.iter().position(|byte| *byte == b'\n').unwrap_or(answer.len());
    let cursor = String::from_utf8_lossy(&answer[..end_of_cursor]);
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut fields = cursor.split(' ');
    let rest = answer.slice((end_of_cursor + 1).min(answer.len())..);
    let mark = format!("{MARK}\n");
    let at = rest.windows(mark.len()).rposition(|part| part == mark.as_bytes());
    let at = at.unwrap_or(rest.len());
    let pending = rest.slice((at + mark.len()).min(rest.len())..);
    let pending = pending.slice(..pending.trim_ascii_end().len());
    Screen {
        cursor: (number(fields.next()), number(fields.next())),
        modes: Modes::read(fields),
        pending: plain(&control::PaneOutput::from_escaped(pending)),
        text: rest.slice(..at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever names places from 1 has to mind the largest number.
    #[test]
    fn a_cursor_may_be_anywhere() {
        let cursor = |x: &str, y: &str| {
            let answer = format!("{x} {y} 1\ntext\n{MARK}\n");
            let screen = read_screen(&answer.into());
            assert_eq!(
                (&screen.text[..], screen.modes.alternate_screen),
                (&b"text\n"[..], Some(true))
            );
            screen.cursor
        };
        let most = u32::MAX.to_string();
        assert_eq!(cursor(&most, "0"), (u32::MAX, 0));
        assert_eq!(cursor("7", &most), (7, u32::MAX));
        // What no screen can have is nowhere.
        assert_eq!(cursor("4294967296", "-1"), (0, 0));
    }
}
