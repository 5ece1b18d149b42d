//! A command's words against its table: flags, arguments, and tmux's texts for those that are wrong.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::{CommandSpec, FlagSpec, Release, Takes, commands};

use crate::failure::{Failure, Result, fail};

/// A command with its words sorted.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub(crate) spec: &'static CommandSpec,
    flags: Vec<(char, Option<BString>)>,
    pub(crate) arguments: Vec<BString>,
}

/// The commands that a release has, in the order of their names.
pub(crate) fn commands_of(release: Release) -> Vec<&'static CommandSpec> {
    let mut found: Vec<_> = commands().iter().copied().filter(|spec| spec.is_in(release)).collect();
    // tmux's own order, in which one of them is not in its place.
    found.sort_by_key(|spec| match spec.name {
        "display-panes" => "display-popup.",
        name => name,
    });
    found
}

/// The command of a name, an alias or an abbreviation.
pub(crate) fn find(name: &[u8], release: Release) -> Result<&'static CommandSpec> {
    let all = commands_of(release);
    let is_alias = |spec: &&CommandSpec| spec.alias.is_some_and(|alias| alias.as_bytes() == name);
    if let Some(spec) = all.iter().copied().find(is_alias) {
        return Ok(spec);
    }
    if let Some(spec) = all.iter().copied().find(|spec| spec.name.as_bytes() == name) {
        return Ok(spec);
    }
    let found: Vec<_> = all.iter().filter(|spec| spec.name.as_bytes().starts_with(name)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => fail!("unknown command: ", name),
        several => {
            let names: Vec<_> = several.iter().map(|spec| spec.name).collect();
            fail!("ambiguous command: ", name, ", could be: ", names.join(", "))
        }
    }
}

/// What a letter takes on a release; `None` if it is no flag.
fn takes(spec: &CommandSpec, letter: char, release: Release) -> Option<Takes> {
    spec.flags(letter).find(|flag: &&FlagSpec| flag.is_in(release)).map(|flag| flag.takes)
}

impl Words {
    /// Sorts a command's words, the name first.
    pub(crate) fn parse(words: &[BString], release: Release) -> Result<Self> {
        let Some((name, mut rest)) = words.split_first() else {
            return Err(Failure::new("no command"));
        };
        let spec = find(name, release)?;
        let mut flags = Vec::new();
        while let Some((word, behind)) = rest.split_first() {
            if !word.starts_with(b"-") || word == "-" {
                break;
            }
            rest = behind;
            if word == "--" {
                break;
            }
            let mut letters = &word[1..];
            while let Some((letter, after)) = letters.split_first() {
                letters = after;
                let letter = char::from(*letter);
                if !letter.is_ascii_alphanumeric() {
                    return fail!("command ", spec.name, ": invalid flag -", letter.to_string());
                }
                let Some(taken) = takes(spec, letter, release) else {
                    return fail!("command ", spec.name, ": unknown flag -", letter.to_string());
                };
                let value = match taken {
                    Takes::Nothing => None,
                    _ if !letters.is_empty() => Some(BString::from(std::mem::take(&mut letters))),
                    Takes::Maybe(_) => match rest.split_first() {
                        Some((value, behind)) if !value.starts_with(b"-") => {
                            rest = behind;
                            Some(value.clone())
                        }
                        _ => None,
                    },
                    _ => match rest.split_first() {
                        Some((value, behind)) => {
                            rest = behind;
                            Some(value.clone())
                        }
                        None => {
                            let letter = letter.to_string();
                            return fail!(
                                "command ",
                                spec.name,
                                ": -",
                                letter,
                                " expects an argument"
                            );
                        }
                    },
                };
                flags.push((letter, value));
            }
        }
        let words = Self { spec, flags, arguments: rest.to_vec() };
        words.check_arguments()?;
        Ok(words)
    }

    fn check_arguments(&self) -> Result<()> {
        let has_many = |takes| matches!(takes, Takes::Many(_));
        // The tables list alternatives of which tmux takes any mix as words.
        let least = self.spec.arguments.iter().filter(|argument| argument.is_required()).count();
        let most = match self.spec.arguments.iter().any(|argument| has_many(argument.takes)) {
            true => usize::MAX,
            false => self.spec.arguments.len(),
        };
        let problem = match self.arguments.len() {
            count if count < least => format!("few arguments (need at least {least})"),
            count if count > most => format!("many arguments (need at most {most})"),
            _ => return Ok(()),
        };
        fail!("command ", self.spec.name, ": too ", problem)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.spec.name
    }

    pub(crate) fn has(&self, letter: char) -> bool {
        self.flags.iter().any(|(flag, _)| *flag == letter)
    }

    /// The value of a flag; the last one counts.
    pub(crate) fn value(&self, letter: char) -> Option<&[u8]> {
        self.values(letter).last()
    }

    pub(crate) fn values(&self, letter: char) -> impl Iterator<Item = &[u8]> {
        let flags = self.flags.iter().filter(move |(flag, _)| *flag == letter);
        flags.filter_map(|(_, value)| value.as_ref().map(|value| value.as_bytes()))
    }

    pub(crate) fn argument(&self, index: usize) -> Option<&[u8]> {
        self.arguments.get(index).map(|argument| argument.as_bytes())
    }

    /// Refuses flags beyond those that the model has.
    pub(crate) fn models(&self, letters: &str) -> Result<()> {
        match self.flags.iter().find(|(letter, _)| !letters.contains(*letter)) {
            Some((letter, _)) => Err(Failure::flag(self.spec.name, *letter)),
            None => Ok(()),
        }
    }
}
