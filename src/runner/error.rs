//! What can go wrong with a session.

use std::fmt;

use tmuxwire_operations::FailureKind;

use super::rules::Invalid;
use crate::error::{Delivery, Error, ErrorKind};

/// Why something could not be done with a session.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunnerError {
    /// A name, a command, a text or a variable that isn't taken. Nothing was asked.
    Invalid(Invalid),
    /// A server has to be started, but there is no tmux program that can be run.
    TmuxNotFound(Error),
    /// There is a session of that name already.
    Exists {
        /// The name.
        name: String,
    },
    /// There is no session of that name.
    NotFound {
        /// The name.
        name: String,
    },
    /// It could not be started.
    Start {
        /// Its name.
        name: String,
        /// Why.
        source: Error,
    },
    /// It could not be stopped.
    Stop {
        /// Its name.
        name: String,
        /// Why.
        source: Error,
    },
    /// It could not be attached to.
    Attach {
        /// Its name.
        name: String,
        /// Why.
        source: Error,
    },
    /// The server could not be asked, or nothing was typed.
    Server(Error),
}

impl RunnerError {
    /// The session that it is about, if it is about one.
    pub fn session(&self) -> Option<&str> {
        match self {
            Self::Exists { name }
            | Self::NotFound { name }
            | Self::Start { name, .. }
            | Self::Stop { name, .. }
            | Self::Attach { name, .. } => Some(name),
            Self::Invalid(_) | Self::TmuxNotFound(_) | Self::Server(_) => None,
        }
    }

    /// Whether something may have been done.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Start { source, .. }
            | Self::Stop { source, .. }
            | Self::Attach { source, .. }
            | Self::TmuxNotFound(source)
            | Self::Server(source) => source.delivery(),
            Self::Invalid(_) => Delivery::NotSent,
            Self::Exists { .. } | Self::NotFound { .. } => Delivery::Answered,
        }
    }

    /// An error of a start.
    pub(crate) fn start(name: &str, source: Error) -> Self {
        match source.kind() {
            ErrorKind::NoTmuxBinary | ErrorKind::Spawn(_) => Self::TmuxNotFound(source),
            ErrorKind::Failed(kind) if *kind == FailureKind::Duplicate => {
                Self::Exists { name: name.to_owned() }
            }
            _ => Self::Start { name: name.to_owned(), source },
        }
    }

    /// An error about a session that is there, or was.
    pub(crate) fn about(name: &str, source: Error) -> Self {
        match source.is_gone() {
            true => Self::NotFound { name: name.to_owned() },
            false => Self::Server(source),
        }
    }
}

impl From<Invalid> for RunnerError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl fmt::Display for RunnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => write!(f, "{invalid}"),
            Self::TmuxNotFound(error) | Self::Server(error) => write!(f, "{error}"),
            Self::Exists { name } => write!(f, "tmux session '{name}' already exists"),
            Self::NotFound { name } => write!(f, "tmux session '{name}' not found"),
            Self::Start { name, source } => {
                write!(f, "failed to start tmux session '{name}': {source}")
            }
            Self::Stop { name, source } => {
                write!(f, "failed to stop tmux session '{name}': {source}")
            }
            Self::Attach { name, source } => {
                write!(f, "failed to attach to tmux session '{name}': {source}")
            }
        }
    }
}

/// What its own words don't say already.
impl std::error::Error for RunnerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start { source, .. }
            | Self::Stop { source, .. }
            | Self::Attach { source, .. }
            | Self::TmuxNotFound(source)
            | Self::Server(source) => source.source(),
            Self::Invalid(invalid) => invalid.source(),
            Self::Exists { .. } | Self::NotFound { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_its_sources_say_nothing_twice() {
        let source = |kind| {
            let inner = Error::not_sent(ErrorKind::Cancelled).with_text("the inmost one");
            Error::not_sent(kind).with_source(inner)
        };
        // One whose own words say its reason, and one whose don't.
        for kind in [ErrorKind::Io, ErrorKind::TimedOut] {
            let (name, source) = (|| "name".to_owned(), || source(kind.clone()));
            for error in [
                RunnerError::Start { name: name(), source: source() },
                RunnerError::Stop { name: name(), source: source() },
                RunnerError::Attach { name: name(), source: source() },
                RunnerError::TmuxNotFound(source()),
                RunnerError::Server(source()),
            ] {
                let chain =
                    std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
                        error.source()
                    });
                let said: Vec<String> = chain.map(ToString::to_string).collect();
                let said = said.join(": ");
                for words in [&*kind_text(&kind), "cancelled", "the inmost one"] {
                    assert_eq!(said.matches(words).count(), 1, "{said}");
                }
            }
        }
    }

    fn kind_text(kind: &ErrorKind) -> String {
        Error::not_sent(kind.clone()).to_string()
    }
}
