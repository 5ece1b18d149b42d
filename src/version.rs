//! tmux versions, and what they mean for the wire.

use std::fmt;

use tmuxwire_protocol::HeaderLayout;

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
    pub(crate) fn is_release(&self) -> bool {
        self.stage == Stage::Release
    }

    /// The header layout of this version (PROTOCOL section 3.5).
    pub fn layout(&self) -> HeaderLayout {
        match self.is_at_least(3, 6) {
            true => HeaderLayout::New,
            false => HeaderLayout::Old,
        }
    }

    /// Whether a server of this version survives that the client of a `run-shell` goes away
    /// before its job ends. Tried: 3.3a and 3.8 do, 3.1c, 3.5a and 3.7c don't.
    pub(crate) fn survives_abandoned_jobs(&self) -> bool {
        (self.major, self.minor) == (3, 3) || self.is_at_least(3, 8)
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

/// What is known of a server process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerInfo {
    /// The server's process, 0 if the system doesn't tell.
    pub pid: i32,
    /// Its version, if it names one that can be read. Servers 3.0 and 3.1 without a session
    /// don't tell.
    pub version: Option<Version>,
    /// Its header layout.
    pub layout: HeaderLayout,
    /// Whether the server lets this user only read (`server-access -r`); then it is 3.3 or later,
    /// and doesn't tell its version.
    pub read_only: bool,
    /// The buffer size of a 3.0 server's stdio messages.
    pub(crate) old_stdio_size: Option<usize>,
}

impl ServerInfo {
    /// Whether a control client's lines travel on descriptors of their own (3.2 and later).
    pub(crate) fn takes_descriptors(&self) -> bool {
        let told = self.version.as_ref().is_some_and(|version| version.is_at_least(3, 2));
        let later = told || self.read_only || self.layout == HeaderLayout::New;
        later && self.old_stdio_size.is_none()
    }

    pub(crate) fn survives_abandoned_jobs(&self) -> bool {
        self.version.as_ref().is_some_and(Version::survives_abandoned_jobs)
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
