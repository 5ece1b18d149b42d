//! Formats that a server watches for us (`refresh-client -B`).

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use tmuxwire_protocol::control::{Notification, PaneId, SessionId, WindowId};

use super::channel::{Channel, line};
use crate::error::{Error, Result};
use crate::exchange::Topic;
use crate::mailbox::{Letter, Mailbox, WhenFull};

/// Values that wait for a listener before the oldest are dropped.
const VALUES: usize = 1024;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// What a format is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Watch {
    /// The channel's session.
    Session,
    /// One pane, in whatever window it is.
    Pane(PaneId),
    /// Every pane of the session.
    AllPanes,
    /// One window.
    Window(WindowId),
    /// Every window of the session.
    AllWindows,
}

/// A value of a format that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Watched {
    /// It is this now.
    Value {
        /// Whose value it is.
        session: Option<SessionId>,
        /// Whose value it is, for windows and panes.
        window: Option<WindowId>,
        /// Whose value it is, for panes.
        pane: Option<PaneId>,
        /// What the format expands to.
        value: Bytes,
    },
    /// So many values were dropped here because this listener was slow.
    Lagged(u64),
    /// The connection was lost and made again. The values of now follow.
    Gap,
}

/// The values of a format: those of now, then each that differs from the one before. The server
/// looks once a second. Dropping it ends the subscription.
#[derive(Debug)]
#[must_use = "it hears nothing unless it is read"]
pub struct Subscription {
    name: Bytes,
    mailbox: Mailbox<Notification>,
    channel: Channel,
}

impl Channel {
    /// Watches a format (`refresh-client -B`, tmux 3.2 and later). A value may be any text, of
    /// several lines, too: it can't look like something else that the server says.
    ///
    /// # Errors
    /// [`NotAttached`](crate::ErrorKind::NotAttached) on a channel without a session;
    /// [`Refused`](crate::ErrorKind::Refused) before tmux 3.2, and for a format with a `#{` or `#(`
    /// that has no end; otherwise as for [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future ends the subscription.
    pub async fn subscribe(&self, watch: Watch, format: impl AsRef<[u8]>) -> Result<Subscription> {
        self.check_attached()?;
        let (names, end) = self.watching();
        let format = [format.as_ref(), &end].concat();
        self.check_end(&format, &end).await?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = Bytes::from([&names, number.to_string().as_bytes()].concat());
        let what = match watch {
            Watch::Session => String::new(),
            Watch::Pane(pane) => pane.to_string(),
            Watch::AllPanes => "%*".to_owned(),
            Watch::Window(window) => window.to_string(),
            Watch::AllWindows => "@*".to_owned(),
        };
        let spec = [&name, b":".as_slice(), what.as_bytes(), b":", &format].concat();
        let mailbox = Mailbox::new(VALUES, WhenFull::DropOldest);
        self.listen(Topic::Subscription(name.clone()), &mailbox);
        // Whatever happens, dropping it undoes this.
        let subscription = Subscription { name, mailbox, channel: self.clone() };
        self.keep_subscription(&subscription.name, &spec).await?;
        Ok(subscription)
    }

    /// A format that swallows what stands behind it would hide where its values end.
    async fn check_end(&self, format: &[u8], end: &[u8]) -> Result<()> {
        let words = [b"display-message".as_slice(), b"-p", format];
        let value = self.answer_to(line([words])?).await?.stdout;
        match value.trim_ascii_end().ends_with(end) {
            true => Ok(()),
            false => Err(Error::refused("the format has no end")),
        }
    }
}

impl Subscription {
    /// The next value; `None` when the channel has ended.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Watched> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Self::next) as a poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Watched>> {
        loop {
            return Poll::Ready(Some(match std::task::ready!(self.mailbox.poll(cx)) {
                None => return Poll::Ready(None),
                Some(Letter::Item(Notification::SubscriptionChanged {
                    session,
                    window,
                    pane,
                    value,
                    ..
                })) => Watched::Value { session, window, pane, value },
                Some(Letter::Item(_)) => continue,
                Some(Letter::Lagged(values)) => Watched::Lagged(values),
                Some(Letter::Gap) => Watched::Gap,
            }));
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.channel.forget(&self.mailbox);
        self.channel.forget_subscription(&self.name);
    }
}
