//! `tw output`: what a pane prints, from now on.

mod source;
mod writer;

use std::time::Duration;

use clap::Args;
use tmuxwire::{ChannelOptions, PaneEnd, Reconnect};

use self::source::Source;
use self::writer::Writer;
use crate::duration::{self, FOR_EVER};
use crate::ending::{Failure, Status};
use crate::printer::reader_gone;
use crate::stage::Stage;
use crate::target::{self, After, LIMIT, Target};

pub(crate) const HELP: &str = "\
PANE is named as for tmux: %3, main:1.0, main: (the active pane of main). Without it: the pane that
tw runs in, else the active one.

It ends well with the pane's program; before N bytes of --bytes that is status 4. What gets lost
because nobody reads it in time is told on standard error, with --json as an object. tmux 3.7c
itself may keep to itself what a program prints in the very moment of its end.

Examples:
  tw output %3 | tee log                 every byte, as the program printed it
  tw output --text build: | grep error   lines, without escape sequences
  tw output --screen --timeout 5s        what stands there, then what comes within 5 s";

#[derive(Args, Debug)]
pub(crate) struct Output {
    /// Which pane
    pane: Option<String>,
    /// Begins with what the pane shows, as bytes that paint it on a terminal of the same size
    #[arg(long)]
    screen: bool,
    /// Begins with what comes from now on; the default
    #[arg(long, overrides_with = "screen")]
    no_screen: bool,
    /// Prints lines as they are finished, without escape sequences and empty lines; characters that
    /// control a terminal are shown as \u{7f}. Without it, every byte is kept as it is
    #[arg(long)]
    text: bool,
    /// Loses nothing however slow the reader is: the server keeps what is behind, up to 30 s; then
    /// it skips, and says so (tmux 3.2 and later)
    #[arg(long)]
    lossless: bool,
    /// Through the pane's pipe (pipe-pane): faster for a busy pane, above all up to tmux 3.5. Refused
    /// if the pane has a pipe already
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
    tokio::select! {
        ended = follow(stage, task) => ended,
        () = reader_gone() => Ok(Status::DONE),
        () = tokio::time::sleep_until(limit), if task.timeout < FOR_EVER => match task.bytes {
            None => Ok(Status::DONE),
            Some(bytes) => {
                let time = duration::show(task.timeout);
                Err(Failure::new(Status::GAVE_UP, format!("no {bytes} bytes within {time}")))
            }
        },
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

async fn follow(stage: &Stage, task: &Output) -> Result<u8, Failure> {
    let mut target = target::find(&stage.server, task.pane.as_deref(), LIMIT).await?;
    let mut writer = Writer::new(stage, task, target.pane);
    loop {
        let source = open(stage, task, target).await?;
        match pump(source, target, &mut writer).await? {
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
        false => Source::open(&channel, target.pane, task.lossless).await?,
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
    // The answer to its last question comes after all output.
    let ended = channel.wait_for_exit(target.pane, FOR_EVER);
    let mut ended = std::pin::pin!(async move {
        match ended.await.ok().and_then(tmuxwire::Waited::met) {
            Some(end) => end,
            // The source ends, too.
            None => std::future::pending().await,
        }
    });
    loop {
        let event = tokio::select! {
            biased;
            event = source.next() => event,
            end = &mut ended => {
                while let Ok(Some(event)) = tokio::time::timeout(source.delay(), source.next()).await {
                    if writer.event(event).await? {
                        return Ok(Followed::Enough);
                    }
                }
                return Ok(Followed::Ended(end));
            }
        };
        match event {
            Some(event) => {
                if writer.event(event).await? {
                    return Ok(Followed::Enough);
                }
            }
            None => {
                return Ok(match target::after_end(&channel, target.pane).await? {
                    After::Again => Followed::Lost,
                    After::PaneGone => Followed::Ended(PaneEnd::Gone),
                });
            }
        }
    }
}
