//! `tw output`: what a pane prints, from now on.

mod source;
mod writer;

use std::cell::Cell;
use std::time::Duration;

use clap::Args;
use tmuxwire::{ChannelOptions, PaneEnd, PaneEvent, Reconnect};

use self::source::{Said, Source};
use self::writer::Writer;
use crate::duration::{self, FOR_EVER};
use crate::ending::{Failure, Status};
use crate::filled;
use crate::printer::{counted, reader_gone};
use crate::stage::Stage;
use crate::target::{self, After, LIMIT, Target};

/// How long the end of a character may take to follow its beginning.
const CHARACTER: Duration = Duration::from_millis(100);

pub(crate) const HELP: &str = "\
PANE is named as for tmux: %3, main:1.0, main: (the active pane of main). Without it: the pane that
tw runs in, else the active one.

It ends well with the pane's program; before N bytes of --bytes that is status 4. What gets lost
because nobody reads it in time is told on standard error, with --json as an object.

tmux itself may lose what a program prints just before it ends, and tells nobody: on every release,
for tmux -C and pipe-pane, too. Of programs that print 10 kB and end at once, a third to a half
lost their last line on a busy machine, one in ten with --raw. If it matters, let the program
wait: 'make; echo done; sleep 1'.

Examples:
  tw output %3 | tee log                 the bytes, as the program prints them
  tw output --text build: | grep error   lines, without escape sequences
  tw output --screen --timeout 5s        what stands there, then what comes within 5 s";

#[derive(Args, Debug)]
pub(crate) struct Output {
    /// Which pane
    #[arg(value_parser = filled::text)]
    pane: Option<String>,
    /// Begins with what the pane shows, as bytes that paint it on a terminal of the same size; with
    /// --json also its cursor, and the modes that its program has switched on
    #[arg(long)]
    screen: bool,
    /// Begins with what comes from now on; the default
    #[arg(long, overrides_with = "screen")]
    no_screen: bool,
    /// Prints lines as they are finished, without escape sequences and empty lines; characters that
    /// control a terminal are shown as \u{7f}. Without it, every byte is kept as it is
    #[arg(long)]
    text: bool,
    /// Loses nothing because the reader is slow: the server keeps what is behind, up to 30 s; then
    /// it skips, and says so (tmux 3.2 and later)
    #[arg(long)]
    lossless: bool,
    /// Through the pane's pipe (pipe-pane): faster for a busy pane, above all up to tmux 3.5. Refused
    /// (status 2) if the pane has a pipe already
    #[arg(long, conflicts_with = "lossless")]
    raw: bool,
    /// Ends after so many bytes of output, not counting the screen
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    bytes: Option<u64>,
    /// Ends after this time (500ms, 2s, 1m); with --bytes that is giving up
    #[arg(long, value_name = "TIME", value_parser = duration::parse_limit, default_value = "0", hide_default_value = true)]
    timeout: Duration,
}

/// Prints output until one of the ends.
pub(crate) async fn run(stage: &Stage, task: &Output) -> Result<u8, Failure> {
    let limit = tokio::time::Instant::now() + task.timeout;
    let mut writer = Writer::new(stage, task);
    let is_open = Cell::new(false);
    tokio::select! {
        ended = follow(stage, task, &mut writer, &is_open) => return ended,
        () = reader_gone() => return Ok(Status::DONE),
        () = tokio::time::sleep_until(limit), if task.timeout < FOR_EVER => {}
    }
    if !is_open.get() {
        return Err(Failure::no_answer());
    }
    writer.flush().await?;
    match task.bytes {
        None => Ok(Status::DONE),
        Some(bytes) => {
            let time = duration::show(task.timeout);
            let text = format!("fewer than {} within {time}", counted(bytes, "byte"));
            Err(Failure::new(Status::GAVE_UP, text))
        }
    }
}

/// How one stream of a pane's output came to its end.
enum Followed {
    /// It has printed as much as was wanted.
    Enough,
    Ended(PaneEnd),
    /// The connection was lost, and the pane is there.
    Lost,
}

/// Prints until an end; tells when it is at it.
async fn follow(
    stage: &Stage,
    task: &Output,
    writer: &mut Writer,
    is_open: &Cell<bool>,
) -> Result<u8, Failure> {
    let mut target = target::find(&stage.server, task.pane.as_deref(), LIMIT).await?;
    writer.watch(target.pane);
    loop {
        let source = open(stage, task, target).await?;
        is_open.set(true);
        match pump(source, target, writer).await? {
            Followed::Enough => return Ok(Status::DONE),
            Followed::Ended(end) => return writer.end(end).await,
            Followed::Lost => writer.gap().await?,
        }
        target = target::find(&stage.server, Some(&target.pane.to_string()), LIMIT).await?;
    }
}

async fn open(stage: &Stage, task: &Output, target: Target) -> Result<Source, Failure> {
    let options = ChannelOptions::default().attach_to(target.session.to_string());
    let channel = stage.open(options, Reconnect::Never).await?;
    let source = match task.raw {
        true => Source::open_raw(&channel, target.pane).await?,
        false => {
            // A terminal wraps what is painted as the pane did; lines of text are those of the pane, and
            // the cursor of an object counts them.
            let joined = !stage.json && !task.text;
            Source::open(&channel, target.pane, task.lossless, joined).await?
        }
    };
    stage.keep(source.channel());
    if task.lossless {
        // The source has one of its own.
        channel.close();
    }
    Ok(source)
}

async fn pump(
    mut source: Source,
    target: Target,
    writer: &mut Writer,
) -> Result<Followed, Failure> {
    let channel = source.channel().clone();
    loop {
        let patience = if writer.waits() { CHARACTER } else { FOR_EVER };
        let Ok(said) = tokio::time::timeout(patience, source.next()).await else {
            writer.flush().await?;
            continue;
        };
        let said = said?;
        match said {
            Said::Event(PaneEvent::Ended(end)) => return Ok(Followed::Ended(end.program)),
            Said::Event(event) => {
                if writer.event(event).await? {
                    return Ok(Followed::Enough);
                }
            }
            Said::PipeClosed => {
                let text = "somebody has closed the pane's pipe or set another (pipe-pane)";
                return Err(Failure::new(Status::MISSING, text));
            }
            Said::Lost => {
                return Ok(match target::after_end(&channel, target.pane).await? {
                    After::Again => Followed::Lost,
                    After::PaneGone => Followed::Ended(PaneEnd::Gone),
                });
            }
        }
    }
}
