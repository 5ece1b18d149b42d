//! What a command answered.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// Status, output and error text of a command that ran to its end, as the `tmux` program would
/// have given them.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "what every program leaves; tests make it")]
pub struct Output {
    /// The exit status; 0 means success.
    pub status: i32,
    /// What the command printed.
    pub stdout: Bytes,
    /// The error text.
    pub stderr: Bytes,
}

impl Output {
    /// Whether the status is 0.
    pub fn is_success(&self) -> bool {
        self.status == 0
    }

    /// The output as text, with invalid UTF-8 replaced.
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// The error text, with invalid UTF-8 replaced.
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}

/// Shows sizes, not contents: buffers may hold secrets.
impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("status", &self.status)
            .field("stdout_len", &self.stdout.len())
            .field("stderr", &self.stderr_text())
            .finish()
    }
}
