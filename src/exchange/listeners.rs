//! Who wants to hear of what.

use bytes::Bytes;
use tmuxwire_protocol::control::{Notification, PaneId};

use crate::mailbox::Mailbox;

/// An event of more bytes counts as several.
const USUAL_EVENT: usize = 256;

/// What a listener wants to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "nobody listens"))]
pub(crate) enum Topic {
    /// Everything but the output of panes.
    Notifications,
    Output(PaneId),
    /// The values of a format that the server watches for us.
    Subscription(Bytes),
}

#[derive(Debug)]
struct Listener {
    topic: Topic,
    mailbox: Mailbox<Notification>,
    /// Whether it hears output already: one that begins with the answer to a line hears none
    /// before.
    since: Option<u64>,
    /// It must be told that the connection is another one.
    gap: bool,
}

/// The listeners of a channel.
#[derive(Debug, Default)]
pub(super) struct Listeners(Vec<Listener>);

impl Listeners {
    #[cfg(feature = "tokio")]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(feature = "tokio")]
    pub(super) fn any_is_full(&self, filler: &std::task::Waker) -> bool {
        self.0.iter().any(|listener| listener.mailbox.is_full(filler))
    }

    #[cfg(feature = "tokio")]
    pub(super) fn add(&mut self, topic: Topic, mailbox: Mailbox<Notification>, since: Option<u64>) {
        match self.0.iter_mut().find(|listener| listener.mailbox.is_same(&mailbox)) {
            Some(listener) => listener.since = since,
            None => self.0.push(Listener { topic, mailbox, since, gap: false }),
        }
    }

    #[cfg(feature = "tokio")]
    pub(super) fn forget(&mut self, mailbox: &Mailbox<Notification>) {
        self.0.retain(|listener| !listener.mailbox.is_same(mailbox));
    }

    /// A line has been answered. Who begins with it needs none of the output before: the answer
    /// shows it.
    pub(super) fn answered(&mut self, line: u64, failed: bool) {
        for listener in &mut self.0 {
            if listener.since.take_if(|since| *since == line).is_some() && !failed {
                listener.mailbox.retain(|notification| !is_output(notification));
            }
        }
    }

    pub(super) fn publish(&mut self, notification: &Notification) {
        let is_output = is_output(notification);
        let (weight, count) = weight(notification);
        self.tell_gap();
        for listener in &self.0 {
            let hears = listener.since.is_none() || !is_output;
            if hears && listener.topic.includes(notification) {
                listener.mailbox.push(notification.clone(), weight, count);
            }
        }
    }

    /// The connection has gone; what comes next comes on another one.
    pub(super) fn begin_again(&mut self) {
        for listener in &mut self.0 {
            (listener.since, listener.gap) = (None, true);
        }
    }

    /// The connection is another one, and serves.
    pub(super) fn tell_gap(&mut self) {
        for listener in &mut self.0 {
            if std::mem::take(&mut listener.gap) {
                listener.mailbox.push_gap();
            }
        }
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) {
        for listener in self.0.drain(..) {
            listener.mailbox.end();
        }
    }
}

impl Topic {
    fn includes(&self, notification: &Notification) -> bool {
        use Notification as N;
        match self {
            Self::Notifications => !is_output(notification),
            Self::Output(wanted) => matches!(
                notification,
                N::Output { pane, .. } | N::ExtendedOutput { pane, .. } | N::Pause(pane)
                    | N::Continue(pane) if pane == wanted
            ),
            Self::Subscription(wanted) => {
                matches!(notification, N::SubscriptionChanged { name, .. } if name == wanted)
            }
        }
    }
}

fn is_output(notification: &Notification) -> bool {
    matches!(notification, Notification::Output { .. } | Notification::ExtendedOutput { .. })
}

/// How much room a notification takes, and as how much it counts if it is dropped.
fn weight(notification: &Notification) -> (usize, u64) {
    use Notification as N;
    let size = match notification {
        N::Output { output, .. } | N::ExtendedOutput { output, .. } => {
            let size = output.escaped().len();
            return (Mailbox::<Notification>::PLACE + size, size as u64);
        }
        N::SubscriptionChanged { value: text, .. }
        | N::SessionChanged { name: text, .. }
        | N::SessionRenamed { name: text, .. }
        | N::WindowRenamed { name: text, .. }
        | N::UnlinkedWindowRenamed { name: text, .. }
        | N::PasteBufferChanged { name: text }
        | N::PasteBufferDeleted { name: text }
        | N::ClientDetached { client: text }
        | N::Message { text }
        | N::ConfigError { text }
        | N::Exit { reason: Some(text) }
        | N::Unknown(text) => text.len(),
        N::ClientSessionChanged { client, name, .. } => client.len() + name.len(),
        N::LayoutChange { layout, visible, flags, .. } => {
            layout.len() + visible.len() + flags.len()
        }
        _ => 0,
    };
    (1 + size / USUAL_EVENT, 1)
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use tmuxwire_protocol::control::PaneOutput;

    use super::*;
    use crate::mailbox::WhenFull;

    /// A piece of output of one byte takes a hundred times as much.
    #[test]
    fn a_million_small_outputs_keep_to_their_room() {
        const ROOM: usize = 1 << 20;
        let mailbox = Mailbox::new(ROOM, WhenFull::DropOldest);
        let mut listeners = Listeners::default();
        listeners.add(Topic::Output(PaneId(0)), mailbox, None);
        let output = PaneOutput::from_escaped(Bytes::from_static(b"x"));
        let output = Notification::Output { pane: PaneId(0), output };
        let held = allocation_counter::measure(|| {
            (0..1_000_000).for_each(|_| listeners.publish(&output));
        });
        // A queue that grows is there twice, the second time with room for as much again.
        assert!(held.bytes_max < 4 * ROOM as u64, "{held:?}");
    }
}
