//! Why there is no entry. The texts begin as tmux's client's do.

use std::path::PathBuf;

use nix::errno::Errno;
use thiserror::Error;

/// Why a terminal's entry can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TerminfoError {
    /// No entry, or one for no terminal in particular.
    #[error("missing or unsuitable terminal: {term}")]
    Missing { term: String },
    /// The terminal prints on paper.
    #[error("can't use hardcopy terminal: {term}")]
    Hardcopy { term: String },
    /// There is a file, but no entry in it.
    #[error("missing or unsuitable terminal: {term} ({}: {fault})", .path.display())]
    Unreadable { term: String, path: PathBuf, fault: Fault },
    /// The system keeps its entries in one file, of a kind that only its own library reads.
    #[error(
        "missing or unsuitable terminal: {term} ({} is a database that only its own library reads; \
         hand its entry over with: export TERMINFO=\"$(infocmp -0qxQ2 {term})\")",
        .path.display()
    )]
    Database { term: String, path: PathBuf },
}

impl TerminfoError {
    /// Whether the system could not read what is there, for a reason that is not the file's: no
    /// descriptors or memory are left, or the disk is broken.
    pub(crate) fn is_of_the_system(&self) -> bool {
        match self {
            Self::Unreadable { fault: Fault::Io(errno), .. } => *errno != Errno::EACCES,
            _ => false,
        }
    }
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// The system refuses it.
    #[error("{}", crate::system_text(*.0 as i32))]
    Io(Errno),
    /// A directory, a pipe or a device.
    #[error("not a regular file")]
    NotAFile,
    /// Over [`file::LIMIT`](super::file::LIMIT).
    #[error("longer than an entry can be")]
    TooLong,
    /// Not a compiled entry.
    #[error("not a compiled terminfo entry; compile it again with tic -x")]
    Malformed,
}
