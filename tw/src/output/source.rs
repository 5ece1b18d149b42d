//! Where a pane's output comes from.

use std::time::Duration;

use tmuxwire::{Channel, OutputOptions, PaneEvent, PaneId, PaneOutput, Version};

use crate::ending::{Failure, Status};

/// How much time the server may be behind for a reader that must lose nothing.
const BEHIND: Duration = Duration::from_secs(30);

/// How many bytes may wait for a reader that may lose some.
const ROOM: usize = 64 << 20;

/// One way to hear what a pane prints. The pipe of the pane (`pipe-pane`) will be another.
#[derive(Debug)]
pub(super) enum Source {
    Control(PaneOutput),
}

impl Source {
    pub(super) async fn open(
        channel: &Channel,
        pane: PaneId,
        lossless: bool,
    ) -> Result<Self, Failure> {
        let options = match lossless {
            true => {
                check_version(channel)?;
                OutputOptions::default().lossless(BEHIND)
            }
            false => OutputOptions::default().room(ROOM),
        };
        Ok(Self::Control(channel.pane_output_with(pane, options).await?))
    }

    /// The next event; `None` when the connection has ended.
    pub(super) async fn next(&mut self) -> Option<PaneEvent> {
        match self {
            Self::Control(output) => output.next().await,
        }
    }

    /// The connection that it comes on.
    pub(super) fn channel(&self) -> &Channel {
        match self {
            Self::Control(output) => output.channel(),
        }
    }
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
