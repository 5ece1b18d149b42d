//! What waits for one listener: a bounded queue that never holds up who fills it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What a listener gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Letter<T> {
    Item(T),
    /// So much was dropped here because the listener was slow.
    Lagged(u64),
    /// Nobody knows what was missed here: the connection was another one before.
    Gap,
}

/// What happens to a full mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhenFull {
    /// The oldest items go, and the listener is told how much.
    DropOldest,
    /// It tells that it is full, and takes items all the same, up to 16 MiB: who fills it must stop.
    /// Beyond that the oldest go here, too.
    Hold,
}

/// How much more than its room a mailbox takes that holds up who fills it: so much may come while
/// somebody must be answered meanwhile.
const IN_BETWEEN: usize = 16 << 20;

#[derive(Debug)]
struct Entry<T> {
    /// `None` is a gap.
    item: Option<T>,
    weight: usize,
    count: u64,
}

#[derive(Debug)]
struct Queue<T> {
    items: VecDeque<Entry<T>>,
    size: usize,
    capacity: usize,
    when_full: WhenFull,
    /// As how much counts what was dropped in front of all items; whether a gap was there, too.
    lagged: u64,
    gap: bool,
    ended: bool,
    reader: Option<Waker>,
    filler: Option<Waker>,
}

/// The two ends of a queue; each item has a weight, and the weights are bounded.
#[derive(Debug)]
pub(crate) struct Mailbox<T>(Arc<Mutex<Queue<T>>>);

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Mailbox<T> {
    /// What an item takes beside what it points to.
    pub(crate) const PLACE: usize = size_of::<Entry<T>>();

    pub(crate) fn new(capacity: usize, when_full: WhenFull) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            items: VecDeque::new(),
            size: 0,
            capacity,
            when_full,
            lagged: 0,
            gap: false,
            ended: false,
            reader: None,
            filler: None,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether both are ends of the same queue.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Adds an item of a weight, which counts for so much if it is dropped.
    pub(crate) fn push(&self, item: T, weight: usize, count: u64) {
        self.put(Entry { item: Some(item), weight, count });
    }

    /// Marks a place where something may be missing.
    pub(crate) fn push_gap(&self) {
        self.put(Entry { item: None, weight: 0, count: 0 });
    }

    fn put(&self, entry: Entry<T>) {
        let mut queue = self.lock();
        let is_gap = |entry: &Entry<T>| entry.item.is_none();
        if is_gap(&entry) && queue.items.back().is_some_and(is_gap) {
            return;
        }
        queue.size += entry.weight;
        queue.items.push_back(entry);
        let most = match queue.when_full {
            WhenFull::DropOldest => queue.capacity,
            WhenFull::Hold => queue.capacity.saturating_add(IN_BETWEEN),
        };
        // The newest stays, however heavy it is.
        while queue.size > most && queue.items.len() > 1 {
            let Some(oldest) = queue.items.pop_front() else { break };
            queue.size -= oldest.weight;
            queue.lagged += oldest.count;
            queue.gap |= oldest.item.is_none();
        }
        let reader = queue.reader.take();
        drop(queue);
        reader.into_iter().for_each(Waker::wake);
    }

    /// Takes out the items that nobody needs any more.
    pub(crate) fn retain(&self, wanted: impl Fn(&T) -> bool) {
        let mut queue = self.lock();
        queue.items.retain(|entry| entry.item.as_ref().is_none_or(&wanted));
        queue.size = queue.items.iter().map(|entry| entry.weight).sum();
        queue.lagged = 0;
    }

    /// Whether it holds more than it should; then `filler` is woken when it doesn't any more.
    pub(crate) fn is_full(&self, filler: &Waker) -> bool {
        let mut queue = self.lock();
        let full = queue.when_full == WhenFull::Hold && queue.size > queue.capacity;
        queue.filler = full.then(|| filler.clone());
        full
    }

    /// Nothing more will come.
    pub(crate) fn end(&self) {
        let mut queue = self.lock();
        queue.ended = true;
        let reader = queue.reader.take();
        drop(queue);
        reader.into_iter().for_each(Waker::wake);
    }

    /// The next letter, `None` after the end.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Letter<T>>> {
        let mut queue = self.lock();
        if queue.lagged > 0 {
            return Poll::Ready(Some(Letter::Lagged(std::mem::take(&mut queue.lagged))));
        }
        if std::mem::take(&mut queue.gap) {
            return Poll::Ready(Some(Letter::Gap));
        }
        let Some(Entry { item, weight, .. }) = queue.items.pop_front() else {
            if queue.ended {
                return Poll::Ready(None);
            }
            queue.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        queue.size -= weight;
        let filler = match queue.size <= queue.capacity / 2 {
            true => queue.filler.take(),
            false => None,
        };
        drop(queue);
        filler.into_iter().for_each(Waker::wake);
        Poll::Ready(Some(item.map_or(Letter::Gap, Letter::Item)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next<T>(mailbox: &Mailbox<T>) -> Poll<Option<Letter<T>>> {
        mailbox.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_slow_listener_is_told_how_much_it_missed() {
        let mailbox = Mailbox::new(3, WhenFull::DropOldest);
        (0..5).for_each(|item| mailbox.push(item, 1, 1));
        assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Lagged(2))));
        for item in 2..5 {
            assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Item(item))));
        }
        assert_eq!(next(&mailbox), Poll::Pending);
        mailbox.end();
        assert_eq!(next(&mailbox), Poll::Ready(None));
    }

    #[test]
    fn one_that_holds_loses_nothing_and_says_when_it_is_full() {
        let mailbox = Mailbox::new(3, WhenFull::Hold);
        (0..5).for_each(|item| mailbox.push(item, 1, 1));
        assert!(mailbox.is_full(Waker::noop()));
        for item in 0..5 {
            assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Item(item))));
        }
        assert!(!mailbox.is_full(Waker::noop()));
    }

    #[test]
    fn an_item_heavier_than_all_room_arrives() {
        let mailbox = Mailbox::new(3, WhenFull::DropOldest);
        mailbox.push("heavy", 100, 100);
        assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Item("heavy"))));
        mailbox.push("one", 1, 1);
        mailbox.push("heavy", 100, 100);
        assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Lagged(1))));
        assert_eq!(next(&mailbox), Poll::Ready(Some(Letter::Item("heavy"))));
    }
}
