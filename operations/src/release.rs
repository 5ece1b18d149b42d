//! Releases of tmux, as far as commands and flags depend on them.

use std::fmt;

use crate::version::Version;

/// A release of tmux without its patch letter: commands and flags don't change in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "two numbers and nothing else")]
pub struct Release {
    /// The 3 of 3.5.
    pub major: u16,
    /// The 5 of 3.5.
    pub minor: u16,
}

impl Release {
    /// The release `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads what `#{version}` or `tmux -V` print: `3.5a`, `tmux 3.4`. What comes before a release
    /// counts as the one before it: `next-3.6` and `3.6-rc` as 3.5. Anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Version::parse(text).as_ref().map(Self::from)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

pub(crate) const V3_1: Release = Release::new(3, 1);
pub(crate) const V3_2: Release = Release::new(3, 2);
pub(crate) const V3_3: Release = Release::new(3, 3);
pub(crate) const V3_4: Release = Release::new(3, 4);
pub(crate) const V3_5: Release = Release::new(3, 5);
pub(crate) const V3_6: Release = Release::new(3, 6);
pub(crate) const V3_7: Release = Release::new(3, 7);
pub(crate) const V3_8: Release = Release::new(3, 8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_read_and_compare() {
        let read = |text| Release::parse(text).map(|release| release.to_string());
        for (text, release) in [("3.3a", "3.3"), ("tmux 3.10\n", "3.10"), ("next-3.6", "3.5")] {
            assert_eq!(read(text).as_deref(), Some(release));
        }
        assert_eq!(read("3.4-rc2").as_deref(), Some("3.3"));
        for text in ["", "master", "openbsd-7.7", "3", "3.x", "3.5abc"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(V3_8 < Release::new(3, 10));
    }
}
