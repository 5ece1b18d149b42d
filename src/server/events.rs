//! What a server tells a channel unasked, for any number of listeners.

use std::future::poll_fn;
use std::task::{Context, Poll};

use tmuxwire_protocol::control::Notification;

use super::channel::Channel;
use crate::exchange::Topic;
use crate::mailbox::{Letter, Mailbox, WhenFull};

/// Events that wait for a listener before the oldest are dropped, unless told otherwise.
const EVENTS: usize = 4096;

/// Something that happened on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What the server said. Output of panes comes by [`Channel::pane_output`] only.
    Notification(Notification),
    /// So many events were dropped here because this listener was slow.
    Lagged(u64),
    /// The connection was lost and made again: what happened meanwhile, nobody knows.
    Gap,
}

/// A listener's stream of events. Being slow, or dropping it, hurts nobody else. A server that hangs
/// tells nothing, as one where nothing happens: a call with a [`deadline`](crate::Command::deadline) tells
/// the one from the other.
#[derive(Debug)]
#[must_use = "it hears nothing unless it is read"]
pub struct Events {
    mailbox: Mailbox<Notification>,
    /// Kept open by us.
    channel: Channel,
}

impl Channel {
    /// Listens from now on. A channel that is attached to a session hears of its windows and panes
    /// and, as far as the server tells, of others; one without a session hears only that sessions
    /// came, went or got another name. Up to 4096 events wait for the listener.
    pub fn events(&self) -> Events {
        self.events_with_room(EVENTS)
    }

    /// [`events`](Self::events), with room for so many.
    pub fn events_with_room(&self, events: usize) -> Events {
        let mailbox = Mailbox::new(events, WhenFull::DropOldest);
        self.listen(Topic::Notifications, &mailbox);
        Events { mailbox, channel: self.clone() }
    }
}

impl Events {
    pub(super) fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The next event; `None` when the channel has ended.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Self::next) as a poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.mailbox.poll(cx).map(|letter| {
            Some(match letter? {
                Letter::Item(notification) => Event::Notification(notification),
                Letter::Lagged(events) => Event::Lagged(events),
                Letter::Gap => Event::Gap,
            })
        })
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.channel.forget(&self.mailbox);
    }
}
