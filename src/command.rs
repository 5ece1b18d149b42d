//! One tmux command, or a list of them, with what it needs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tmuxwire_protocol::{Arguments, EncodeError};

use crate::error::{Error, ErrorKind, Result};
use crate::identity::Environment;

/// Most output that [`Output`](crate::Output) collects unless told otherwise: 1 GiB.
const MAX_OUTPUT: usize = 1 << 30;

/// Which files the server may have us open for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Files {
    Nothing,
    /// Those that its words can mean.
    Named,
    Any,
}

/// A command line for tmux: arguments, input, limits.
///
/// Clones share the arguments. Arguments are bytes, one by one, as the `tmux` program takes them: an argument that ends in
/// `;` ends a command. Lists and arrays of strings turn into a command by themselves:
///
/// ```
/// use tmuxwire::Command;
///
/// let list: Command = ["list-sessions", "-F", "#{session_name}"].into();
/// let load = Command::new(["load-buffer", "-b", "notes", "-"])
///     .stdin("text for the buffer")
///     .deadline(std::time::Duration::from_secs(2));
/// # let _ = (list, load);
/// ```
#[derive(Clone)]
#[must_use]
pub struct Command {
    arguments: Arc<Vec<Vec<u8>>>,
    stdin: Bytes,
    deadline: Option<Duration>,
    environment: Environment,
    max_output: usize,
    files: Files,
}

impl Command {
    /// A command from its arguments. No argument at all means tmux's default command.
    pub fn new<I>(arguments: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        Self {
            arguments: Arc::new(arguments.into_iter().map(|item| item.as_ref().to_vec()).collect()),
            stdin: Bytes::new(),
            deadline: None,
            environment: Environment::Full,
            max_output: MAX_OUTPUT,
            files: Files::Named,
        }
    }

    /// Adds one argument.
    pub fn argument(mut self, argument: impl AsRef<[u8]>) -> Self {
        Arc::make_mut(&mut self.arguments).push(argument.as_ref().to_vec());
        self
    }

    /// What the command reads where it says `-` (`load-buffer -`, `source-file -`).
    pub fn stdin(mut self, input: impl Into<Bytes>) -> Self {
        self.stdin = input.into();
        self
    }

    /// How long the command may take, from the call to its end. Without one it may take for ever,
    /// as with tmux.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Which environment variables go along; all of them unless told otherwise.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Most bytes of output and error text together that are collected; 1 GiB unless told
    /// otherwise. It doesn't limit streaming.
    pub fn max_output(mut self, bytes: usize) -> Self {
        self.max_output = bytes;
        self
    }

    /// Lets the server have us open any file, with our rights, as tmux's own client lets it.
    ///
    /// Without this only files are opened that the command's words can mean: the one that
    /// `load-buffer` or `save-buffer` names, for reading or for writing; any, where a format or
    /// an abbreviated name can't be known, and for what runs commands (`source-file`, `if-shell`,
    /// `run-shell -C`, `confirm-before`, ..). To all others the server gets "Permission denied" for
    /// an answer; so do the commands of a hook that opens files when this command runs, and those of a
    /// mode's binding that `send-keys` presses.
    pub fn any_file(mut self) -> Self {
        self.files = Files::Any;
        self
    }

    /// Opens no file, though it runs commands: those are ours.
    pub(crate) fn no_file(mut self) -> Self {
        self.files = Files::Nothing;
        self
    }

    /// The arguments.
    pub fn arguments(&self) -> &[Vec<u8>] {
        &self.arguments
    }

    pub(crate) fn input(&self) -> &Bytes {
        &self.stdin
    }

    pub(crate) fn time_limit(&self) -> Option<Duration> {
        self.deadline
    }

    pub(crate) fn chosen_environment(&self) -> Environment {
        self.environment
    }

    pub(crate) fn files(&self) -> Files {
        self.files
    }

    pub(crate) fn output_limit(&self) -> usize {
        self.max_output
    }

    pub(crate) fn pack(&self) -> Result<Arguments> {
        Arguments::new(self.arguments.iter()).map_err(|error| {
            let kind = match error {
                EncodeError::CommandTooLong { size } => ErrorKind::CommandTooLong { size },
                _ => ErrorKind::NulInArgument,
            };
            Error::not_sent(kind).with_source(error)
        })
    }
}

/// Shares the arguments: for a command that is run again and again.
impl From<&Self> for Command {
    fn from(command: &Self) -> Self {
        command.clone()
    }
}

impl<S: AsRef<[u8]>, const N: usize> From<[S; N]> for Command {
    fn from(arguments: [S; N]) -> Self {
        Self::new(arguments)
    }
}

impl<S: AsRef<[u8]>> From<&[S]> for Command {
    fn from(arguments: &[S]) -> Self {
        Self::new(arguments)
    }
}

impl<S: AsRef<[u8]>> From<Vec<S>> for Command {
    fn from(arguments: Vec<S>) -> Self {
        Self::new(arguments)
    }
}

/// Names the command but not its arguments or input, which may be secrets.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.arguments.first().map(|name| String::from_utf8_lossy(name));
        f.debug_struct("Command")
            .field("name", &name)
            .field("arguments", &self.arguments.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
