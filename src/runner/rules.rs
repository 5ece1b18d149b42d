//! Which names, commands, texts and variables are taken.

use std::fmt;

/// Most characters of a session's name.
const MOST_NAME: usize = 64;
/// Most bytes of a command or a text.
const MOST_TEXT: usize = 4_096;
const MOST_VARIABLES: usize = 100;
const MOST_VARIABLE_NAME: usize = 128;
const MOST_VARIABLE_VALUE: usize = 32_768;

/// Variables with which a program loads code that it otherwise wouldn't.
const BLOCKED: [&str; 9] = [
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "NODE_OPTIONS",
    "PERL5OPT",
    "RUBYOPT",
];

/// What is against a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// It must not be empty.
    Empty(Part),
    /// It is too long.
    TooLong {
        /// What.
        part: Part,
        /// Its length in bytes.
        length: usize,
        /// The longest that is taken.
        most: usize,
    },
    /// It has a NUL byte, which tmux can't be told.
    Nul(Part),
    /// A character that can't be where it is.
    Character {
        /// In what.
        part: Part,
        /// The character.
        character: char,
        /// Its place, from 0.
        position: usize,
    },
    /// Something that a shell would make much of, where the strict rules apply.
    Shell {
        /// In what.
        part: Part,
        /// What it is.
        found: &'static str,
    },
    /// More variables than are taken.
    TooManyVariables {
        /// How many.
        count: usize,
        /// The most that are taken.
        most: usize,
    },
    /// A variable with which a program loads other code.
    BlockedVariable(String),
}

/// What is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The name of a session.
    Name,
    /// The name of a socket.
    SocketName,
    /// A command.
    Command,
    /// What is typed.
    Text,
    /// The name of a variable.
    VariableName,
    /// The value of the variable with this name.
    VariableValue(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("the session's name"),
            Self::SocketName => f.write_str("the socket's name"),
            Self::Command => f.write_str("the command"),
            Self::Text => f.write_str("the text"),
            Self::VariableName => f.write_str("a variable's name"),
            Self::VariableValue(name) => write!(f, "the value of {name}"),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(part) => write!(f, "{part} is empty"),
            Self::TooLong { part, length, most } => {
                write!(f, "{part} has {length} bytes; the most is {most}")
            }
            Self::Nul(part) => write!(f, "{part} has a NUL byte"),
            Self::Character { part: part @ Part::Name, character, position: 0 } => {
                write!(f, "{part} begins with {character:?}; it has to begin with a letter")
            }
            Self::Character { part: part @ Part::Name, character, position } => write!(
                f,
                "{part} has {character:?} at {position}; it may have letters, digits, `_` and `-`"
            ),
            Self::Character { part, character, position } => {
                write!(f, "{part} has {character:?} at {position}")
            }
            Self::Shell { part, found } => write!(f, "{part} has {found}, which a shell acts on"),
            Self::TooManyVariables { count, most } => {
                write!(f, "{count} variables; the most is {most}")
            }
            Self::BlockedVariable(name) => {
                write!(f, "{name} makes programs load other code, and isn't set")
            }
        }
    }
}

impl std::error::Error for Invalid {}

/// That a session can have this name: a letter, then letters, digits, `_` and `-`, 64 in all. So no
/// name can be mistaken by tmux, and every name is as it was given.
///
/// # Errors
/// [`Invalid`].
pub fn check_name(name: &str) -> Result<(), Invalid> {
    not_empty(name.as_bytes(), Part::Name)?;
    no_longer_than(name.as_bytes(), MOST_NAME, Part::Name)?;
    let is_wrong = |(position, character): &(usize, char)| match position {
        0 => !character.is_ascii_alphabetic(),
        _ => !(character.is_ascii_alphanumeric() || matches!(character, '_' | '-')),
    };
    refuse_character(name.chars().enumerate().find(is_wrong), Part::Name)
}

/// That a socket can have this name (`tmux -L`): it must not lead to another directory.
///
/// # Errors
/// [`Invalid`].
pub fn check_socket_name(name: &str) -> Result<(), Invalid> {
    not_empty(name.as_bytes(), Part::SocketName)?;
    no_nul(name.as_bytes(), Part::SocketName)?;
    let is_wrong = |(_, character): &(usize, char)| matches!(character, '/' | '\\');
    refuse_character(name.chars().enumerate().find(is_wrong), Part::SocketName)
}

/// The strict rules for a command: 4,096 bytes, and nothing of what [`check_text`] looks for.
///
/// # Errors
/// [`Invalid`].
pub fn check_command(command: &[u8]) -> Result<(), Invalid> {
    no_nul(command, Part::Command)?;
    no_longer_than(command, MOST_TEXT, Part::Command)?;
    no_shell_syntax(command, Part::Command)
}

/// The strict rules for a text that is typed: not empty, 4,096 bytes, and none of `;`, `&&`, `|`,
/// `$(..)`, `` `..` ``, `>` or `<` before a path or a word, nor the words `eval`, `source` and `exec`.
///
/// This is no protection: there are many other ways to make a shell do something. It finds
/// accidents, such as a command line where a name was meant.
///
/// # Errors
/// [`Invalid`].
pub fn check_text(text: &[u8]) -> Result<(), Invalid> {
    not_empty(text, Part::Text)?;
    no_nul(text, Part::Text)?;
    no_longer_than(text, MOST_TEXT, Part::Text)?;
    no_shell_syntax(text, Part::Text)
}

/// That these variables can be set: 100, with names of letters, digits and `_`, and none with which
/// a program loads other code.
pub(crate) fn check_variables<'a>(
    variables: impl ExactSizeIterator<Item = (&'a str, &'a [u8])>,
) -> Result<(), Invalid> {
    let count = variables.len();
    if count > MOST_VARIABLES {
        return Err(Invalid::TooManyVariables { count, most: MOST_VARIABLES });
    }
    for (name, value) in variables {
        not_empty(name.as_bytes(), Part::VariableName)?;
        no_longer_than(name.as_bytes(), MOST_VARIABLE_NAME, Part::VariableName)?;
        let is_wrong = |(position, character): &(usize, char)| {
            *character != '_'
                && !character.is_ascii_alphabetic()
                && (*position == 0 || !character.is_ascii_digit())
        };
        refuse_character(name.chars().enumerate().find(is_wrong), Part::VariableName)?;
        no_longer_than(value, MOST_VARIABLE_VALUE, Part::VariableValue(name.to_owned()))?;
        no_nul(value, Part::VariableValue(name.to_owned()))?;
        if BLOCKED.contains(&name) {
            return Err(Invalid::BlockedVariable(name.to_owned()));
        }
    }
    Ok(())
}

pub(super) fn no_nul(bytes: &[u8], part: Part) -> Result<(), Invalid> {
    if bytes.contains(&0) { Err(Invalid::Nul(part)) } else { Ok(()) }
}

fn not_empty(bytes: &[u8], part: Part) -> Result<(), Invalid> {
    if bytes.is_empty() { Err(Invalid::Empty(part)) } else { Ok(()) }
}

fn no_longer_than(bytes: &[u8], most: usize, part: Part) -> Result<(), Invalid> {
    match bytes.len() {
        length if length > most => Err(Invalid::TooLong { part, length, most }),
        _ => Ok(()),
    }
}

fn refuse_character(found: Option<(usize, char)>, part: Part) -> Result<(), Invalid> {
    match found {
        Some((position, character)) => Err(Invalid::Character { part, character, position }),
        None => Ok(()),
    }
}

fn no_shell_syntax(text: &[u8], part: Part) -> Result<(), Invalid> {
    let text = text.to_ascii_lowercase();
    match shell_syntax(&text) {
        Some(found) => Err(Invalid::Shell { part, found }),
        None => Ok(()),
    }
}

fn shell_syntax(text: &[u8]) -> Option<&'static str> {
    let has = |what: &str| text.windows(what.len()).any(|at| at == what.as_bytes());
    let signs = [(";", "`;`"), ("&&", "`&&`"), ("|", "`|`")];
    let sign = signs.into_iter().find(|(sign, _)| has(sign)).map(|(_, shown)| shown);
    sign.or_else(|| has_between(text, b"$(", b')').then_some("`$(..)`"))
        .or_else(|| has_between(text, b"`", b'`').then_some("a command in backquotes"))
        .or_else(|| redirects(text, b'>').then_some("`>`"))
        .or_else(|| redirects(text, b'<').then_some("`<`"))
        .or_else(|| {
            let words = [("eval", "`eval`"), ("source", "`source`"), ("exec", "`exec`")];
            words.into_iter().find(|(word, _)| has_word(text, word)).map(|(_, shown)| shown)
        })
}

fn has_between(text: &[u8], start: &[u8], end: u8) -> bool {
    let start = text.windows(start.len()).position(|at| at == start).map(|at| at + start.len());
    start.is_some_and(|start| text[start..].iter().skip(1).any(|byte| *byte == end))
}

/// Whether a path or a word follows the sign.
fn redirects(text: &[u8], sign: u8) -> bool {
    let is_target = |byte: u8| byte == b'/' || is_word(byte);
    let mut after = text.split(|byte| *byte == sign).skip(1);
    after.any(|rest| rest.trim_ascii_start().first().is_some_and(|byte| is_target(*byte)))
}

fn has_word(text: &[u8], word: &str) -> bool {
    let mut words = text.split(|byte| !is_word(*byte));
    words.any(|other| other == word.as_bytes())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests;
