//! What this process tells a server about itself (PROTOCOL section 5): the only reader of
//! process state besides the socket's address.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tmuxwire_protocol::{ClientFlags, Identity, WireString};

/// Which environment variables go to the server with a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Environment {
    /// All of them, as tmux's client does: new panes and programs get `PATH` and what
    /// `update-environment` names from here.
    #[default]
    Full,
    /// Only `TMUX_PANE`, which picks the default target. About 20 µs faster. Servers look at the
    /// others only when a program is started or a session created, switched to or attached; for
    /// commands that do none of that, not by a hook either, the answer is the same.
    PaneOnly,
}

/// Whether the server may answer in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// Text comes as it is.
    Utf8,
    /// TAB, LF and everything that is not ASCII come as `_`.
    Ascii,
}

impl Charset {
    /// What tmux's client decides: UTF-8 inside tmux, else what the locale variables say.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        if variable("TMUX").is_some() {
            return Self::Utf8;
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| variable(name).filter(|value| !value.is_empty()))
            .unwrap_or_default()
            .to_ascii_uppercase();
        let contains =
            |needle: &[u8]| locale.as_bytes().windows(needle.len()).any(|window| window == needle);
        match contains(b"UTF-8") || contains(b"UTF8") {
            true => Self::Utf8,
            false => Self::Ascii,
        }
    }
}

/// The process state that servers are told, and the identities made from it.
pub(crate) struct Process {
    charset: Charset,
    term: Vec<u8>,
    tty_name: Vec<u8>,
    cwd: PathBuf,
    pub(crate) environment: Vec<(OsString, OsString)>,
    full: OnceLock<Identity>,
    pane_only: OnceLock<Identity>,
}

impl Process {
    /// Reads the state of this process as it is now.
    pub(crate) fn read(charset: Charset) -> Self {
        let environment: Vec<(OsString, OsString)> = std::env::vars_os().collect();
        let variable = |name: &str| {
            environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
        };
        Self {
            charset,
            term: variable("TERM").unwrap_or_default().as_bytes().to_vec(),
            tty_name: tty_name().unwrap_or_default(),
            cwd: working_directory(variable("PWD"), variable("HOME")),
            environment,
            full: OnceLock::new(),
            pane_only: OnceLock::new(),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        let mut environment = self.environment.iter();
        environment.find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
    }

    pub(crate) fn cwd(&self) -> &Path {
        &self.cwd
    }

    pub(crate) fn charset(&self) -> Charset {
        self.charset
    }

    pub(crate) fn identity(&self, environment: Environment) -> &Identity {
        let identity = match environment {
            Environment::Full => &self.full,
            Environment::PaneOnly => &self.pane_only,
        };
        identity.get_or_init(|| self.build(&self.term, &self.tty_name, environment))
    }

    /// The identity of a client on a terminal.
    pub(crate) fn terminal_identity(&self, term: &OsStr, tty_name: &[u8]) -> Identity {
        self.build(term.as_bytes(), tty_name, Environment::Full)
    }

    /// The identity of a control client. It has no terminal: with one that is a pane, it would not
    /// be allowed to attach ("sessions should be nested with care").
    pub(crate) fn control_identity(&self, environment: Environment) -> Identity {
        self.build(&self.term, &[], environment)
    }

    fn build(&self, term: &[u8], tty_name: &[u8], environment: Environment) -> Identity {
        let flags = match self.charset {
            Charset::Utf8 => ClientFlags::UTF8,
            Charset::Ascii => ClientFlags::NONE,
        };
        let string = |bytes: &[u8]| WireString::new(bytes.to_vec()).unwrap_or_default();
        let variables = self
            .environment
            .iter()
            .filter(|(name, _)| environment == Environment::Full || name == "TMUX_PANE");
        Identity::builder()
            .flags(flags | ClientFlags::WRITE_ACK)
            .term(string(term))
            .tty_name(string(tty_name))
            .cwd(string(self.cwd.as_os_str().as_bytes()))
            .pid(std::process::id().cast_signed())
            .environment(variables.map(|(name, value)| (name.as_bytes(), value.as_bytes())))
            .build()
    }
}

/// The environment may hold secrets, so only its size shows.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("charset", &self.charset)
            .field("cwd", &self.cwd)
            .field("environment", &self.environment.len())
            .finish_non_exhaustive()
    }
}

/// The terminal on standard input, if it is one.
fn tty_name() -> Option<Vec<u8>> {
    let stdin = std::io::stdin();
    if !nix::unistd::isatty(&stdin).unwrap_or(false) {
        return None;
    }
    nix::unistd::ttyname(&stdin).ok().map(|path| path.into_os_string().into_vec())
}

/// `$PWD` if it names the working directory, however it is written; else the directory itself;
/// if that is gone, the home directory.
fn working_directory(pwd: Option<&OsStr>, home: Option<&OsStr>) -> PathBuf {
    let Ok(cwd) = std::env::current_dir() else {
        return home.filter(|home| !home.is_empty()).map_or_else(|| "/".into(), PathBuf::from);
    };
    match pwd {
        Some(pwd) if pwd == cwd.as_os_str() => cwd,
        Some(pwd) if !pwd.is_empty() => {
            match (std::fs::canonicalize(pwd), std::fs::canonicalize(&cwd)) {
                (Ok(left), Ok(right)) if left == right => pwd.into(),
                _ => cwd,
            }
        }
        _ => cwd,
    }
}
