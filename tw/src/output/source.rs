//! Where a pane's output comes from.

use std::time::Duration;

use tmuxwire::{
    Channel, ErrorKind, OutputOptions, PaneEvent, PaneId, PaneOutput, RawEnd, RawOutput, Screen,
    Version,
};

use crate::ending::{Failure, Status};

/// How much time the server may be behind for a reader that must lose nothing.
const BEHIND: Duration = Duration::from_secs(30);

/// How many bytes may wait for a reader that may lose some.
const ROOM: usize = 64 << 20;

/// What a source says next.
#[derive(Debug)]
pub(super) enum Said {
    Event(PaneEvent),
    /// Somebody has taken the pane's pipe away.
    PipeClosed,
    /// The connection has ended; what that means, its channel's end says.
    Lost,
}

/// One way to hear what a pane prints.
#[derive(Debug)]
pub(super) enum Source {
    Control(PaneOutput),
    /// Through the pane's pipe (`pipe-pane`).
    Raw {
        screen: Option<Screen>,
        output: Box<RawOutput>,
        channel: Channel,
    },
}

impl Source {
    pub(super) async fn open(
        channel: &Channel,
        pane: PaneId,
        lossless: bool,
        joined: bool,
    ) -> Result<Self, Failure> {
        let options = match lossless {
            true => {
                check_version(channel)?;
                OutputOptions::default().lossless(BEHIND)
            }
            false => OutputOptions::default().room(ROOM),
        };
        let options = if joined { options.joined_lines() } else { options };
        Ok(Self::Control(Box::pin(channel.pane_output_with(pane, options)).await?))
    }

    pub(super) async fn open_raw(channel: &Channel, pane: PaneId) -> Result<Self, Failure> {
        let output = match Box::pin(channel.server().raw_output(pane)).await {
            Ok(output) => output,
            Err(error) if error.kind() == &ErrorKind::Refused && has_pipe(channel, pane).await => {
                return Err(Failure::new(
                    Status::USAGE,
                    format!(
                        "pane {pane} has a pipe already, and --raw needs it: leave --raw out, or end \
                         that pipe with `pipe-pane -t {pane}`"
                    ),
                ));
            }
            Err(error) => return Err(error.into()),
        };
        let screen = Some(output.screen().clone());
        Ok(Self::Raw { screen, output: Box::new(output), channel: channel.clone() })
    }

    /// What comes next.
    ///
    /// # Errors
    /// The pipe can't be read, or the server can't be asked how it has ended.
    pub(super) async fn next(&mut self) -> Result<Said, Failure> {
        match self {
            Self::Control(output) => Ok(output.next().await.map_or(Said::Lost, Said::Event)),
            Self::Raw { screen, output, channel } => {
                if let Some(screen) = screen.take() {
                    return Ok(Said::Event(PaneEvent::Screen(screen)));
                }
                if let Some(bytes) = output.next().await? {
                    return Ok(Said::Event(PaneEvent::Output(bytes)));
                }
                Ok(match output.end() {
                    Some(RawEnd::Program(end)) => Said::Event(PaneEvent::Ended(end)),
                    Some(RawEnd::PipeClosed) => Said::PipeClosed,
                    _ => {
                        channel.ended().await;
                        Said::Lost
                    }
                })
            }
        }
    }

    /// The connection that it comes on.
    pub(super) fn channel(&self) -> &Channel {
        match self {
            Self::Control(output) => output.channel(),
            Self::Raw { channel, .. } => channel,
        }
    }
}

/// Whether somebody has a pane's output piped.
async fn has_pipe(channel: &Channel, pane: PaneId) -> bool {
    let words = ["display-message", "-p", "-t", &pane.to_string(), "#{pane_pipe}"];
    channel.run(words).await.is_ok_and(|answer| answer.stdout.trim_ascii_end() == b"1")
}

fn check_version(channel: &Channel) -> Result<(), Failure> {
    let version = channel.info().and_then(|info| info.version);
    match version {
        Some(version) if version < Version::release(3, 2) => Err(Failure::new(
            Status::USAGE,
            format!("--lossless needs tmux 3.2 or later, and the server is {version}"),
        )),
        _ => Ok(()),
    }
}
