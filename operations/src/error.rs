//! Why an operation can't be rendered.

use crate::release::Release;

/// Why an operation can't be rendered. Nothing of a value is in it, for values may be secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// The server is older than the command, or the command is gone.
    #[error("tmux {release} has no command {command}")]
    UnknownCommand {
        /// Its name.
        command: &'static str,
        /// The server's release.
        release: Release,
    },
    /// The server doesn't know the flag, and it must not or could not be dropped.
    #[error("{command} of tmux {release} has no flag -{letter}")]
    UnknownFlag {
        /// The command's name.
        command: &'static str,
        /// The flag.
        letter: char,
        /// The server's release.
        release: Release,
    },
    /// A part that the command needs has no value, or one before a given one has none.
    #[error("{command} needs {part}")]
    Missing {
        /// The command's name.
        command: &'static str,
        /// The part: the name of its method.
        part: &'static str,
    },
    /// A value can't be what it should be.
    #[error("{part} of {command} {refusal}")]
    Refused {
        /// The command's name.
        command: &'static str,
        /// The part: the name of its method.
        part: &'static str,
        /// What is wrong with it.
        refusal: Refusal,
    },
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A NUL byte can't be in an argument.
    #[error("has a NUL byte")]
    Nul,
    /// The exact name is empty.
    #[error("is an empty name")]
    EmptyName,
    /// `:` and `.` separate the parts of a target, so a name with one would be mistaken.
    #[error("is a name with a separator of targets")]
    Separator,
    /// tmux would take the name for an id or a number.
    #[error("is a name that tmux takes for an id or a number")]
    Ambiguous,
    /// A variable's name is empty or has a `=`.
    #[error("is no name of a variable")]
    Variable,
    /// Digits only.
    #[error("is no number")]
    Number,
    /// Digits, maybe with a `%`, or `-`.
    #[error("is no size")]
    Size,
    /// The release has no such layout.
    #[error("is no layout")]
    Layout,
    /// There is no such key.
    #[error("is no key")]
    Key,
    /// A command without a name, or no command at all.
    #[error("is empty")]
    Empty,
    /// Key names and literal text can't go along in one command.
    #[error("mixes keys and text")]
    Mixed,
    /// Servers change such names, or can't be asked for them.
    #[error("is a name that can't be asked for")]
    Unsure,
    /// A slot that nothing has filled yet: only a plan can render it.
    #[error("is a slot that nothing fills yet")]
    Unresolved,
    /// A slot belongs to the plan that gave it.
    #[error("is a slot of another plan")]
    OtherPlan,
    /// No earlier step makes what the slot is for.
    #[error("is a slot that no earlier step of the plan fills")]
    NoSuchStep,
}
