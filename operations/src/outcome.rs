//! What a command answered.

use std::borrow::Cow;
use std::fmt;

use crate::create::Made;
use crate::failure::Failure;
use crate::spec::CommandSpec;
use crate::unreadable::Unreadable;

/// What a command answered, well or not: a command that failed is data as well.
///
/// ```
/// use tmuxwire_operations::{FailureKind, HasSession, Operation, Outcome, Thing};
///
/// let answer = Outcome::new(HasSession::SPEC, 1, "", "can't find session: work\n");
/// assert!(!answer.is_ok());
/// let failure = answer.ok().unwrap_err();
/// assert_eq!(failure.kind, FailureKind::NotFound { what: Thing::Session });
/// assert_eq!(failure.to_string(), "has-session: can't find session: work");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The command.
    pub command: &'static CommandSpec,
    /// The exit status; 0 means success.
    pub status: i32,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// The error text.
    pub stderr: Vec<u8>,
}

impl Outcome {
    /// An answer.
    pub fn new(
        command: &'static CommandSpec,
        status: i32,
        stdout: impl Into<Vec<u8>>,
        stderr: impl Into<Vec<u8>>,
    ) -> Self {
        Self { command, status, stdout: stdout.into(), stderr: stderr.into() }
    }

    /// Whether the status is 0.
    pub fn is_ok(&self) -> bool {
        self.status == 0
    }

    /// The answer, if the command succeeded.
    ///
    /// # Errors
    /// [`Failure`] if it failed.
    pub fn ok(&self) -> Result<&Self, Failure> {
        self.failure().map_or(Ok(self), Err)
    }

    /// Why it failed, if it did.
    pub fn failure(&self) -> Option<Failure> {
        if self.is_ok() {
            return None;
        }
        // What is wrong in a file is told there, on every release.
        let by_file = self.stderr.is_empty() && self.command.name == "source-file";
        let text = if by_file { &self.stdout } else { &self.stderr };
        Some(Failure::new(self.command.name, self.status, text))
    }

    /// What a command that was [reporting](crate::Creates::reporting) has made.
    ///
    /// # Errors
    /// [`Unreadable`]: it says nothing of it, for instance because it failed.
    pub fn made(&self) -> Result<Made, Unreadable> {
        Made::read(&self.stdout)
    }

    /// What it printed, as text with invalid UTF-8 replaced, without the newline at its end.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.stdout.strip_suffix(b"\n").unwrap_or(&self.stdout))
    }

    /// The lines that it printed, without their newlines.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let text = self.stdout.strip_suffix(b"\n").unwrap_or(&self.stdout);
        let lines = (!self.stdout.is_empty()).then(|| text.split(|byte| *byte == b'\n'));
        lines.into_iter().flatten()
    }
}

/// Shows the size of what was printed, not what: it may be a secret.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("command", &self.command.name)
            .field("status", &self.status)
            .field("stdout_len", &self.stdout.len())
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{ListSessions, SourceFile};
    use crate::failure::FailureKind;
    use crate::operation::Operation;

    #[test]
    fn what_was_printed_is_lines() {
        let lines = |stdout: &str| {
            let outcome = Outcome::new(ListSessions::SPEC, 0, stdout, "");
            outcome.lines().map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        assert!(lines("").is_empty());
        assert_eq!(lines("a\n\nb\n"), [&b"a"[..], b"", b"b"]);
        assert_eq!(lines("\n\n"), [b"", b""]);
    }

    #[test]
    fn what_is_wrong_in_a_file_is_told_there() {
        let outcome = Outcome::new(SourceFile::SPEC, 1, "/f:1: unknown command: frob\n", "");
        assert_eq!(outcome.failure().unwrap().text, "/f:1: unknown command: frob");
        let outcome = Outcome::new(ListSessions::SPEC, 3, "secret", "");
        let failure = outcome.failure().unwrap();
        assert_eq!(failure.to_string(), "list-sessions failed with status 3");
        assert_eq!(failure.kind, FailureKind::Other);
        let shown = r#"Outcome { command: "list-sessions", status: 3, stdout_len: 6, stderr: "" }"#;
        assert_eq!(format!("{outcome:?}"), shown);
    }
}
