//! Why a command fails: what it prints.

use std::fmt;

use bstr::BString;

/// The text of a command that failed, as tmux prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) BString);

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(text: impl Into<BString>) -> Self {
        Self(text.into())
    }

    /// tmux could, but this server can't.
    pub(crate) fn unmodelled(what: impl fmt::Display) -> Self {
        Self(format!("tmuxwire-memory doesn't model {what}").into())
    }

    /// The failure of the flag of a command that isn't modelled.
    pub(crate) fn flag(command: &str, letter: char) -> Self {
        Self::unmodelled(format_args!("flag -{letter} of {command}"))
    }
}

/// A failure with a text of any bytes.
macro_rules! fail {
    ($($part:expr),+ $(,)?) => {{
        let mut text = bstr::BString::default();
        $(text.extend_from_slice(AsRef::<[u8]>::as_ref(&$part));)+
        Err($crate::failure::Failure::new(text))
    }};
}
pub(crate) use fail;
