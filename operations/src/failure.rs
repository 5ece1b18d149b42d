//! Why a command failed, read from what tmux says.

use std::fmt;

use tmuxwire_protocol::harmless;

/// A command that failed: an answer as any other, and an error where one is wanted.
///
/// What tmux says may name what the command was about, so it shows in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The command's name.
    pub command: &'static str,
    /// The exit status. Never 0, but where the failure was told in another way, such as by a
    /// control channel, 1.
    pub status: i32,
    /// What it comes down to.
    pub kind: FailureKind,
    /// What tmux says, without the newline at its end.
    pub text: String,
}

/// What a failure comes down to. Every release says it in words of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// There is no such thing.
    NotFound {
        /// What there isn't.
        what: Thing,
    },
    /// The name is taken, or the place for a window is.
    Duplicate,
    /// The window is too small for one more pane.
    NoSpace,
    /// No target was said, and there is none that goes without saying: a server without sessions,
    /// or a command that needs a client with a terminal.
    NoTarget,
    /// The server lets this user or client only look.
    ReadOnly,
    /// The server has no such command.
    UnknownCommand,
    /// A short name that could be several commands or options.
    Ambiguous,
    /// The command doesn't take these flags, or not so many arguments.
    Arguments,
    /// A value that can't be: a size, a key, a layout, an option's value.
    Invalid,
    /// A file can't be read or written; the system says why.
    File,
    /// Only a client with a terminal can do it.
    NoTerminal,
    /// There is no server, or it has gone meanwhile (only where the `tmux` program was run).
    NoServer,
    /// Anything else; the text says it.
    Other,
}

/// What tmux didn't find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "tmux's own words")]
pub enum Thing {
    Session,
    Window,
    Pane,
    Client,
    Buffer,
    /// An option or a hook.
    Option,
    /// A variable of an environment.
    Variable,
    /// A table of keys.
    KeyTable,
    User,
}

impl FailureKind {
    /// Reads it from what tmux says.
    pub fn read(text: &[u8]) -> Self {
        let mut kinds = text.split(|byte| *byte == b'\n').map(|line| of_line(readable(line)));
        kinds.find(|kind| *kind != Self::Other).unwrap_or(Self::Other)
    }
}

impl Failure {
    pub(crate) fn new(command: &'static str, status: i32, text: &[u8]) -> Self {
        let status = if status == 0 { 1 } else { status };
        let kind = FailureKind::read(text);
        let text = String::from_utf8_lossy(text).trim_end_matches('\n').to_owned();
        Self { command, status, kind, text }
    }

    /// Whether it failed because something isn't there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind, FailureKind::NotFound { .. })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.is_empty() {
            true => write!(f, "{} failed with status {}", self.command, self.status),
            false => {
                write!(f, "{}: {}", self.command, harmless::text(self.text.as_bytes()))
            }
        }
    }
}

impl std::error::Error for Failure {}

/// How a line begins, and what it means.
const BEGINNINGS: &[(&str, FailureKind)] = {
    use FailureKind as K;
    use Thing as T;
    const fn no(what: Thing) -> FailureKind {
        FailureKind::NotFound { what }
    }
    &[
        ("can't find session", no(T::Session)),
        ("no such session", no(T::Session)),
        ("can't find window", no(T::Window)),
        ("no such window", no(T::Window)),
        ("can't find pane", no(T::Pane)),
        ("no such pane", no(T::Pane)),
        ("can't find client", no(T::Client)),
        ("unknown buffer", no(T::Buffer)),
        ("no buffer ", no(T::Buffer)),
        ("invalid option: ", no(T::Option)),
        ("unknown option: ", no(T::Option)),
        ("unknown variable: ", no(T::Variable)),
        ("unknown user: ", no(T::User)),
        ("duplicate session: ", K::Duplicate),
        ("index in use: ", K::Duplicate),
        ("can't link window: index in use: ", K::Duplicate),
        ("same index: ", K::Duplicate),
        ("can't link window: same index: ", K::Duplicate),
        ("create window failed: index ", K::Duplicate),
        ("no current ", K::NoTarget),
        ("unknown command: ", K::UnknownCommand),
        ("ambiguous ", K::Ambiguous),
        ("usage: ", K::Arguments),
        ("tmux: unknown option -- ", K::Arguments),
        ("invalid ", K::Invalid),
        ("size or position invalid", K::Invalid),
        ("value is invalid", K::Invalid),
        ("unknown value: ", K::Invalid),
        ("unknown key: ", K::Invalid),
        ("bad session name: ", K::Invalid),
        ("bad group name: ", K::Invalid),
        ("bad value: ", K::Invalid),
        ("can't set layout: ", K::Invalid),
        ("malformed layout", K::Invalid),
        ("not a suitable shell: ", K::Invalid),
        ("empty value", K::Invalid),
        ("empty variable name", K::Invalid),
        ("variable name contains =", K::Invalid),
        ("open terminal failed: ", K::NoTerminal),
        ("no server running on ", K::NoServer),
        ("error connecting to ", K::NoServer),
        ("server exited", K::NoServer),
        ("lost server", K::NoServer),
    ]
};

/// Lines that are this and nothing more.
const WHOLE: &[(&str, FailureKind)] = &[
    ("client is read-only", FailureKind::ReadOnly),
    ("no buffer", FailureKind::NotFound { what: Thing::Buffer }),
    ("no buffers", FailureKind::NotFound { what: Thing::Buffer }),
    ("no sessions", FailureKind::NotFound { what: Thing::Session }),
    ("no last window", FailureKind::NotFound { what: Thing::Window }),
    ("no next window", FailureKind::NotFound { what: Thing::Window }),
    ("no previous window", FailureKind::NotFound { what: Thing::Window }),
    ("no last pane", FailureKind::NotFound { what: Thing::Pane }),
];

/// What the system says of files, before 3.6 behind the file's name, then before it.
const OF_FILES: &[&str] = &[
    "No such file or directory",
    "Permission denied",
    "Is a directory",
    "Not a directory",
    "Bad file descriptor",
    "No space left on device",
    "Read-only file system",
    "File name too long",
];

fn of_line(line: &str) -> FailureKind {
    let whole = WHOLE.iter().find(|(text, _)| line == *text);
    let begins = || BEGINNINGS.iter().find(|(text, _)| line.starts_with(text));
    // Names come last, so that none of these can be a part of one.
    if let Some((_, kind)) = whole {
        return *kind;
    }
    if is_no_space(line) {
        return FailureKind::NoSpace;
    }
    if let Some((_, kind)) = begins() {
        return *kind;
    }
    if line.starts_with("command ") && line.contains(": ") {
        return FailureKind::Arguments;
    }
    if line.starts_with("index ") && line.ends_with(" already in use") {
        return FailureKind::Duplicate;
    }
    if line.starts_with("table ") && line.ends_with(" doesn't exist") {
        return FailureKind::NotFound { what: Thing::KeyTable };
    }
    if of_file(line) {
        return FailureKind::File;
    }
    // Which value, and then what of it.
    let is_size = [" invalid", " too small", " too large"].iter().any(|end| line.ends_with(end));
    if is_size && !line.contains(':') {
        return FailureKind::Invalid;
    }
    FailureKind::Other
}

fn is_no_space(line: &str) -> bool {
    let line = line.strip_prefix("size or position ").unwrap_or(line);
    matches!(
        line,
        "no space for new pane" | "no space for a new pane" | "create pane failed: pane too small"
    )
}

fn of_file(line: &str) -> bool {
    OF_FILES.iter().any(|why| {
        line.strip_prefix(why).is_some_and(|rest| rest.starts_with(": "))
            || line.strip_suffix(why).is_some_and(|rest| rest.ends_with(": "))
    })
}

/// As far as it is text: what may be none is a name, which comes last.
fn readable(line: &[u8]) -> &str {
    let valid = match std::str::from_utf8(line) {
        Ok(text) => return text.trim_end(),
        Err(error) => line.get(..error.valid_up_to()).unwrap_or_default(),
    };
    std::str::from_utf8(valid).unwrap_or_default()
}
