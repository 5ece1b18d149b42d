//! What a session is to be.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use tmuxwire_operations::{Environment, Format, NewSession};

use super::rules::{self, Invalid, Part};

/// Until when a program that ends has ended at once, unless told otherwise.
const WATCH: Duration = Duration::from_millis(100);

/// A session that is to be started.
///
/// Its name and its variables are looked at when it is started ([`Invalid`]).
#[derive(Clone)]
#[must_use]
pub struct SessionConfig {
    pub(crate) name: String,
    command: Option<Vec<u8>>,
    directory: Option<PathBuf>,
    variables: Vec<(String, OsString)>,
    size: Option<(u32, u32)>,
    pub(crate) watch: Duration,
    pub(crate) stays: bool,
}

impl SessionConfig {
    /// A session of this name, in which the user's shell runs.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            command: None,
            directory: None,
            variables: Vec::new(),
            size: None,
            watch: WATCH,
            stays: false,
        }
    }

    /// What runs in it, instead of a shell for the user: a command line for the shell.
    pub fn command(mut self, command: impl Into<OsString>) -> Self {
        self.command = Some(command.into().into_vec());
        self
    }

    /// Where it runs.
    pub fn working_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// A variable of its environment (from tmux 3.2 on).
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// How many columns and lines it has as long as nobody is attached.
    pub fn size(mut self, columns: u32, lines: u32) -> Self {
        self.size = Some((columns, lines));
        self
    }

    /// How long a start watches the command, to tell if it ends at once: 100 ms unless told otherwise.
    /// A start takes as long, unless the command ends before.
    pub fn watch(mut self, watch: Duration) -> Self {
        self.watch = watch;
        self
    }

    /// The session stays when its command has ended, so that its status and its logs still tell,
    /// until it is stopped. Otherwise it goes with its command, as sessions of tmux do.
    pub fn stays(mut self) -> Self {
        self.stays = true;
        self
    }

    /// That it can be started: name, variables and NUL always, the rest only by strict rules.
    pub(crate) fn check(&self, strict: bool) -> Result<(), Invalid> {
        rules::check_name(&self.name)?;
        let variables = self.variables.iter();
        rules::check_variables(variables.map(|(name, value)| (name.as_str(), value.as_bytes())))?;
        let command = self.command.as_deref().unwrap_or_default();
        match strict {
            true => rules::check_command(command),
            false => rules::no_nul(command, Part::Command),
        }
    }

    /// The command of tmux that makes it, and says which it is, and of its pane the same.
    pub(crate) fn operation(&self) -> NewSession {
        let new = NewSession::new().detached().name(&self.name);
        let new = new.print().format(Format::from("#{session_id} #{pane_id} #{pane_pid}"));
        let new = match &self.directory {
            Some(directory) => new.directory(directory.clone()),
            None => new,
        };
        let new = match self.size {
            Some((columns, lines)) => new.width(columns).height(lines),
            None => new,
        };
        let new = self.variables.iter().fold(new, |new, (name, value)| {
            new.environment(Environment::new(name, value.as_bytes()))
        });
        match &self.command {
            Some(command) => new.command(command.clone()),
            None => new,
        }
    }
}

/// The values of variables and the command may be secrets.
impl std::fmt::Debug for SessionConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("SessionConfig")
            .field("name", &self.name)
            .field("command", &self.command.as_ref().map(|_| ".."))
            .field("directory", &self.directory)
            .field("variables", &names)
            .finish_non_exhaustive()
    }
}
