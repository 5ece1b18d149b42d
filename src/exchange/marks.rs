//! Marks: lines of ours that no server knows, behind each few lines of others. The server refuses a
//! mark by its name, which nobody can guess and no alias can bear. So its answer tells for sure that
//! all answers before it are those to the lines before it, and no more: not one more because a name
//! stood for two commands, not one that a pane's text made up.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use bytes::Bytes;
use tmuxwire_protocol::control::{CommandLine, Reply};

/// Behind so many lines there is a mark at the latest.
pub(super) const APART: usize = 64;

/// The marks of one channel, and what else nobody can guess on it.
#[derive(Debug)]
pub(super) struct Marks {
    secret: String,
    line: CommandLine,
}

impl Default for Marks {
    fn default() -> Self {
        let half = || RandomState::new().build_hasher().finish();
        let secret = format!("tmuxwire-{:016x}{:016x}", half(), half());
        #[expect(clippy::expect_used, reason = "a word of letters and digits")]
        let line = CommandLine::new([[&secret]]).expect("no NUL");
        Self { secret, line }
    }
}

impl Marks {
    /// A mark's line.
    pub(super) fn line(&self) -> CommandLine {
        self.line.clone()
    }

    /// Whether this answers a mark: servers say that the name is unknown.
    pub(super) fn are_answered_by(&self, reply: &Reply) -> bool {
        reply.failed && reply.output.trim_ascii_end().ends_with(self.secret.as_bytes())
    }

    /// How the names of our subscriptions begin.
    pub(super) fn subscriptions(&self) -> Bytes {
        format!("{}-watch-", self.secret).into()
    }

    /// What stands behind every value that a subscription of ours tells.
    pub(super) fn end_of_value(&self) -> Bytes {
        format!(" {}-end", self.secret).into()
    }
}
