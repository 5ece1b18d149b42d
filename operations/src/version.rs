//! tmux versions as they name themselves, and what they mean for the wire.

use std::fmt;

use tmuxwire_protocol::HeaderLayout;

use crate::release::Release;

/// A tmux release as it names itself, comparable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u16,
    minor: u16,
    /// `next-3.6` comes before 3.6.
    stage: Stage,
    patch: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    Next,
    Candidate,
    Release,
}

impl Version {
    /// The release `major.minor`, without a patch letter.
    pub const fn release(major: u16, minor: u16) -> Self {
        Self { major, minor, stage: Stage::Release, patch: None }
    }

    /// Reads what `#{version}` or `tmux -V` print: `3.5a`, `next-3.6`, `3.4-rc2`. Anything else,
    /// such as `openbsd-7.7`, is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("tmux ").unwrap_or(text);
        let (text, next) = match text.strip_prefix("next-") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (major, rest) = text.split_once('.')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (minor, rest) = rest.split_at(digits);
        let (stage, patch) = match rest.as_bytes() {
            _ if rest.starts_with("-rc") => (Stage::Candidate, None),
            [] => (Stage::Release, None),
            [letter @ b'a'..=b'z'] => (Stage::Release, Some(*letter)),
            _ => return None,
        };
        let stage = if next { Stage::Next } else { stage };
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()?, stage, patch })
    }

    /// Whether this is the release `major.minor` or one of its patches, or anything later.
    pub fn is_at_least(&self, major: u16, minor: u16) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// Whether this is a release, rather than what came before one.
    pub fn is_release(&self) -> bool {
        self.stage == Stage::Release
    }

    /// The header layout of this version (PROTOCOL section 3.5).
    pub fn layout(&self) -> HeaderLayout {
        match self.is_at_least(3, 6) {
            true => HeaderLayout::New,
            false => HeaderLayout::Old,
        }
    }
}

/// The commands and flags that a server has: what comes before a release counts as the one before
/// it, `next-3.6` and `3.6-rc` as 3.5.
impl From<&Version> for Release {
    fn from(version: &Version) -> Self {
        let minor = version.minor.saturating_sub(u16::from(!version.is_release()));
        Self { major: version.major, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (next, candidate) = match self.stage {
            Stage::Next => ("next-", ""),
            Stage::Candidate => ("", "-rc"),
            Stage::Release => ("", ""),
        };
        let patch = self.patch.map(char::from).map(String::from).unwrap_or_default();
        write!(f, "{next}{}.{}{patch}{candidate}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_and_compare() {
        let parse = |text| Version::parse(text).unwrap();
        for text in ["3.0a", "3.5a", "3.8", "next-3.6", "2.9"] {
            assert_eq!(parse(text).to_string(), text);
        }
        assert_eq!(parse("tmux 3.3a\n"), parse("3.3a"));
        let order = ["2.9a", "3.0", "3.0a", "next-3.6", "3.6-rc2", "3.6", "3.6a", "3.10"];
        assert!(order.windows(2).all(|pair| parse(pair[0]) < parse(pair[1])));
        for text in ["", "master", "openbsd-7.7", "3", "3.x", "3.5abc", "3.5-dirty"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert_eq!(parse("3.5a").layout(), HeaderLayout::Old);
        assert_eq!(parse("next-3.6").layout(), HeaderLayout::New);
    }
}
