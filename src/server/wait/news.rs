//! What may mean that something has changed.

use std::future::Future;
use std::time::Duration;

use tmuxwire_protocol::control::Notification;

use super::{FALLBACK, FIRST_LOOK};
use crate::error::{Delivery, End, Error, ErrorKind, Result};
use crate::foreground;
use crate::server::channel::Channel;
use crate::server::events::{Event, Events};
use crate::server::subscription::{Subscription, Watch};

/// Anything that may have changed something: notifications, a watched format, a process.
pub(super) struct News {
    events: Events,
    watched: Watched,
    /// The pane's process, and how long to wait for the server once it has ended.
    process: Option<foreground::Process>,
    pub(super) look: Duration,
    pub(super) process_ended: bool,
}

/// What tells of what no notification tells of.
enum Watched {
    /// Nothing is needed.
    Nothing,
    Format(Subscription),
    /// Nobody; the server is asked at growing intervals.
    Time,
}

impl News {
    /// Hears of events from now on.
    pub(super) fn of_events(channel: &Channel) -> Self {
        let events = channel.events();
        Self {
            events,
            watched: Watched::Nothing,
            process: None,
            look: FIRST_LOOK / 10,
            process_ended: false,
        }
    }

    /// Has a format watched, too, if it isn't.
    pub(super) async fn watch(&mut self, watch: Watch, format: &str) -> Result<()> {
        if matches!(self.watched, Watched::Nothing) {
            self.watched = match self.events.channel().subscribe(watch, format).await {
                Ok(watched) => Watched::Format(watched),
                Err(error) if error.kind() == &ErrorKind::Refused => Watched::Time,
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    /// Watches a process of the server, and no other any more; the clock where that can't be.
    pub(super) fn watch_process(&mut self, pid: &str) {
        let server = self.events.channel().info().map_or(0, |info| info.pid);
        (self.look, self.process_ended) = (FIRST_LOOK / 10, false);
        self.process = pid.parse().ok().and_then(|pid| foreground::Process::open(pid, server));
        self.watched = match self.process {
            Some(_) => Watched::Nothing,
            None => Watched::Time,
        };
    }

    /// Returns when something may have changed. Events that don't matter are passed over.
    pub(super) async fn wait(&mut self, matters: fn(&Event) -> bool) -> Result<()> {
        let watched = async {
            match &mut self.watched {
                Watched::Format(watched) => watched.next().await.is_some(),
                Watched::Time => {
                    tokio::time::sleep(self.look).await;
                    self.look = (self.look * 2).min(FALLBACK);
                    true
                }
                Watched::Nothing => std::future::pending().await,
            }
        };
        let process = async {
            match &self.process {
                Some(process) => process.ended().await,
                None => std::future::pending().await,
            }
            true
        };
        let heard = async {
            loop {
                match self.events.next().await {
                    Some(event) if !matters(&event) => {}
                    event => return event.is_some(),
                }
            }
        };
        let told = async { (first(heard, watched).await, false) };
        let (more, ended) = first(told, async { (process.await, true) }).await;
        if ended {
            self.process_ended = true;
            self.rest().await;
        }
        match more {
            true => Ok(()),
            false => Err(channel_ended(self.events.channel())),
        }
    }

    /// A pause before the server is asked again, each twice as long as the one before.
    pub(super) async fn rest(&mut self) {
        tokio::time::sleep(self.look).await;
        self.look = (self.look * 2).min(FALLBACK);
    }
}

/// Whether an event may mean that a pane is gone.
pub(super) fn may_end_a_pane(event: &Event) -> bool {
    use Notification as N;
    let Event::Notification(notification) = event else { return true };
    matches!(
        notification,
        N::WindowClose(_)
            | N::UnlinkedWindowClose(_)
            | N::LayoutChange { .. }
            | N::WindowPaneChanged { .. }
            | N::SessionChanged { .. }
            | N::SessionsChanged
            | N::SessionWindowChanged { .. }
    )
}

pub(super) fn channel_ended(channel: &Channel) -> Error {
    let end = channel.end().unwrap_or(End::ServerGone);
    Error::new(ErrorKind::ChannelEnded(end), Delivery::Answered)
}

/// The outcome of whichever future is done first.
pub(in crate::server) async fn first<T>(
    one: impl Future<Output = T>,
    other: impl Future<Output = T>,
) -> T {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|cx| match one.as_mut().poll(cx) {
        std::task::Poll::Pending => other.as_mut().poll(cx),
        ready => ready,
    })
    .await
}
