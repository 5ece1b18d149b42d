//! tmux's own command line, as its `getopt` reads it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// Options that take a value.
const WITH_VALUE: &[u8] = b"cfLST";
/// Options that change nothing.
const HARMLESS: &[u8] = b"q";

/// What the options say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) label: Option<OsString>,
    pub(crate) socket_path: Option<OsString>,
    /// `-u`
    pub(crate) utf8: bool,
    /// `-N`
    pub(crate) never_start: bool,
    /// `-l`
    pub(crate) login_shell: bool,
    /// `-2`
    pub(crate) colours_256: bool,
    /// `-T`, as often as it was given.
    pub(crate) features: Vec<String>,
    /// `-c`
    pub(crate) shell_command: Option<OsString>,
    /// How often `-C` was given.
    pub(crate) control: usize,
    /// Where the command begins among the arguments.
    pub(crate) command_at: usize,
}

/// Why a command line is for the real tmux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ForTmux {
    /// It takes it further than a client of a running server goes.
    Answers,
    /// It knows best how to refuse it.
    Refuses,
}

/// Reads the options, unless the real tmux has to.
pub(crate) fn parse(arguments: &[OsString]) -> Result<Options, ForTmux> {
    let mut options = Options::default();
    let mut at = 1;
    while let Some(word) = arguments.get(at).map(|word| word.as_bytes()) {
        let Some(mut cluster) = word.strip_prefix(b"-").filter(|rest| !rest.is_empty()) else {
            break;
        };
        at += 1;
        if cluster == b"-" {
            break;
        }
        while let Some((&option, rest)) = cluster.split_first() {
            cluster = rest;
            if WITH_VALUE.contains(&option) {
                let value = match rest.is_empty() {
                    false => OsString::from_vec(rest.to_vec()),
                    true => {
                        at += 1;
                        arguments.get(at - 1).ok_or(ForTmux::Refuses)?.clone()
                    }
                };
                options.set(option, value)?;
                break;
            }
            options.flag(option)?;
        }
    }
    options.command_at = at;
    let with_command = options.control > 0 || at < arguments.len();
    match options.shell_command.is_some() && with_command {
        true => Err(ForTmux::Refuses),
        false => Ok(options),
    }
}

impl Options {
    fn set(&mut self, option: u8, value: OsString) -> Result<(), ForTmux> {
        match option {
            b'L' => self.label = Some(value),
            b'S' => self.socket_path = Some(value),
            b'T' => self.features.push(value.to_string_lossy().into_owned()),
            b'c' => self.shell_command = Some(value),
            // The configuration matters to a start only.
            b'f' => {}
            _ => return Err(ForTmux::Refuses),
        }
        Ok(())
    }

    fn flag(&mut self, option: u8) -> Result<(), ForTmux> {
        match option {
            b'u' => self.utf8 = true,
            b'N' => self.never_start = true,
            b'l' => self.login_shell = true,
            b'2' => self.colours_256 = true,
            b'C' => self.control += 1,
            option if HARMLESS.contains(&option) => {}
            b'D' | b'V' | b'v' => return Err(ForTmux::Answers),
            _ => return Err(ForTmux::Refuses),
        }
        Ok(())
    }
}

/// Whether the command line is `tmuxwire --help`. Under tmux's name it is tmux's.
pub(crate) fn asks_our_help(arguments: &[OsString]) -> bool {
    let ours = |name: &OsString| Path::new(name).file_name() == Some(OsStr::new("tmuxwire"));
    matches!(arguments, [name, option] if ours(name) && option == OsStr::new("--help"))
}

/// Whether the command line is `tmuxwire --version`, which tmux refuses and we answer.
pub(crate) fn asks_our_version(arguments: &[OsString]) -> bool {
    matches!(arguments, [_, option] if option == OsStr::new("--version"))
}
