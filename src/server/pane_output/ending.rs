//! The end of a pane's program, as its stream tells it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tmuxwire_protocol::control::PaneId;

use crate::error::{ErrorKind, Result};
use crate::server::channel::Channel;
use crate::server::wait::{PaneEnd, program_end};

type Watch = Pin<Box<dyn Future<Output = Result<PaneEnd>> + Send>>;

/// How far the end of the program is known and told.
pub(super) struct Ending {
    pane: PaneId,
    state: State,
}

enum State {
    /// A lock for the sake of those who share the stream; who polls it has it alone.
    Watching(Mutex<Watch>),
    Known(PaneEnd),
    /// The pane is there, without a program; another one may be started in it.
    Told,
    /// The pane is gone.
    Over,
    /// The server can't be asked.
    Unknown,
}

/// What [`Ending::poll`] has found.
pub(super) enum Turn {
    /// The program has ended; what it has printed comes first.
    Known,
    Told(PaneEnd),
    /// All has been told.
    Over,
}

impl Ending {
    /// Asks nothing before it is polled.
    pub(super) fn new(channel: &Channel, pane: PaneId) -> Self {
        Self { pane, state: State::watch(channel, pane) }
    }

    /// The pane has printed: it has a program.
    pub(super) fn printed(&mut self, channel: &Channel) {
        if matches!(self.state, State::Told) {
            self.state = State::watch(channel, self.pane);
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>, channel: &Channel) -> Poll<Turn> {
        loop {
            match &mut self.state {
                State::Watching(watch) => {
                    let watch = watch.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let end = std::task::ready!(watch.as_mut().poll(cx));
                    self.state = match end {
                        Ok(end) => State::Known(end),
                        // With the next connection, if there is one.
                        Err(error) if matches!(error.kind(), ErrorKind::ChannelEnded(_)) => {
                            match channel.end() {
                                None => State::watch(channel, self.pane),
                                Some(_) => State::Unknown,
                            }
                        }
                        Err(_) => State::Unknown,
                    };
                    if matches!(self.state, State::Known(_)) {
                        return Poll::Ready(Turn::Known);
                    }
                }
                State::Known(end) => {
                    let end = *end;
                    self.state = if end == PaneEnd::Gone { State::Over } else { State::Told };
                    return Poll::Ready(Turn::Told(end));
                }
                State::Over => return Poll::Ready(Turn::Over),
                State::Told | State::Unknown => return Poll::Pending,
            }
        }
    }
}

impl State {
    fn watch(channel: &Channel, pane: PaneId) -> Self {
        Self::Watching(Mutex::new(Box::pin(program_end(channel.clone(), pane))))
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("pane", &self.pane).finish_non_exhaustive()
    }
}
