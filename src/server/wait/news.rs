//! What may mean that something has changed.

use std::future::Future;
use std::time::Duration;

use super::{FALLBACK, FIRST_LOOK};
use crate::error::{Delivery, End, Error, ErrorKind, Result};
use crate::foreground;
use crate::server::channel::Channel;
use crate::server::events::Events;
use crate::server::subscription::{Subscription, Watch};

/// Anything that may have changed something: notifications and a watched format, else time.
pub(super) struct News {
    events: Events,
    watched: Option<Subscription>,
    /// The pane's process, and how long to wait for the server once it has ended.
    pub(super) process: Option<foreground::Process>,
    pub(super) look: Duration,
}

impl News {
    pub(super) async fn open(channel: &Channel, watch: Watch, format: &str) -> Result<Self> {
        let events = channel.events();
        let watched = match channel.subscribe(watch, format).await {
            Ok(watched) => Some(watched),
            Err(error) if error.kind() == &ErrorKind::Refused => None,
            Err(error) => return Err(error),
        };
        Ok(Self { events, watched, process: None, look: FIRST_LOOK / 10 })
    }

    /// Returns when something may have changed.
    pub(super) async fn wait(&mut self) -> Result<()> {
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
    pub(super) async fn rest(&mut self) {
        tokio::time::sleep(self.look).await;
        self.look = (self.look * 2).min(FALLBACK);
    }
}

pub(super) fn channel_ended(channel: &Channel) -> Error {
    let end = channel.end().unwrap_or(End::ServerGone);
    Error::new(ErrorKind::ChannelEnded(end), Delivery::Answered)
}

/// The outcome of whichever future is done first.
pub(super) async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|cx| match one.as_mut().poll(cx) {
        std::task::Poll::Pending => other.as_mut().poll(cx),
        ready => ready,
    })
    .await
}
