//! What is asked of all twins.

/// One command line.
#[derive(Debug)]
pub(crate) struct Case {
    /// `HOME` stands for the twin's directory, `XFF` for a byte that is no UTF-8.
    pub(crate) arguments: &'static [&'static str],
    pub(crate) stdin: &'static [u8],
    pub(crate) through: Through,
}

/// Who can be asked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Through {
    /// The command line and all forms of the library.
    All,
    /// The command line alone: it has global options or depends on the client's surroundings,
    /// which the library has no use for.
    CommandLine,
}

pub(crate) const fn all(arguments: &'static [&'static str]) -> Case {
    Case { arguments, stdin: b"", through: Through::All }
}

pub(crate) const fn fed(arguments: &'static [&'static str], stdin: &'static [u8]) -> Case {
    Case { arguments, stdin, through: Through::All }
}

pub(crate) const fn line(arguments: &'static [&'static str]) -> Case {
    Case { arguments, stdin: b"", through: Through::CommandLine }
}
