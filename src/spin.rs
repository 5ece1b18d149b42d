//! When looking for an answer without sleeping is worth it.

use std::time::Duration;

/// Turns in a row that found nothing before it is left out.
const MISSES: u32 = 3;
/// After so many calls it is tried again.
const AGAIN: u32 = 64;

/// A limit for each turn, and how the last turns went.
#[derive(Debug, Default)]
pub(crate) struct Spin {
    limit: Option<Duration>,
    misses: u32,
    left_out: u32,
}

impl Spin {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// How long to look this time.
    pub(crate) fn limit(&mut self) -> Option<Duration> {
        let limit = self.limit?;
        if self.misses < MISSES {
            return Some(limit);
        }
        self.left_out += 1;
        if self.left_out < AGAIN {
            return None;
        }
        self.left_out = 0;
        Some(limit)
    }

    /// How it went.
    pub(crate) fn found(&mut self, found: bool) {
        self.misses = if found { 0 } else { self.misses.saturating_add(1) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_after_three_misses_and_tries_again_later() {
        let mut spin = Spin::new(Some(Duration::from_micros(60)));
        for _ in 0..3 {
            assert!(spin.limit().is_some());
            spin.found(false);
        }
        let tried = (0..1000).filter(|_| spin.limit().is_some()).count();
        assert_eq!(tried, 1000 / 64);
        spin.found(true);
        assert!(spin.limit().is_some());
        assert!(Spin::default().limit().is_none());
    }
}
