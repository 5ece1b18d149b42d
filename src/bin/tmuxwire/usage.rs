//! What tmux's client up to 3.2a says itself of a command's flags, in front of the server's usage.

use tmuxwire::operations::commands;

/// The line in front of the server's `usage: NAME [-aIpv] [-c target-client] ..`, if such a client
/// says one: for a flag that the usage doesn't have, or that lacks its value.
pub(crate) fn complaint(command: &[Vec<u8>], usage: &[u8]) -> Option<Vec<u8>> {
    let usage = usage.strip_prefix(b"usage: ")?.split(|byte| *byte == b'\n').next()?;
    let usage = std::str::from_utf8(usage).ok()?;
    let (name, flags) = usage.split_once(' ').unwrap_or((usage, ""));
    let mut commands = Commands(command);
    commands.find_map(|words| {
        let (called, arguments) = words.split_first()?;
        means(called, name).then(|| check(arguments, flags)).flatten()
    })
}

/// The commands of a list, as tmux divides it: a `;` stands alone or ends a word.
struct Commands<'a>(&'a [Vec<u8>]);

impl Iterator for Commands<'_> {
    type Item = Vec<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let ends = |word: &Vec<u8>| word.ends_with(b";") && !word.ends_with(b"\\;");
        let at = self.0.iter().position(ends);
        let (command, rest) = self.0.split_at(at.map_or(self.0.len(), |at| at + 1));
        self.0 = rest;
        let mut command = command.to_vec();
        if at.is_some()
            && let Some(last) = command.last_mut()
        {
            last.pop();
            if last.is_empty() {
                command.pop();
            }
        }
        Some(command)
    }
}

/// Whether a word is a command's name, its short name, or how its name begins.
fn means(word: &[u8], name: &str) -> bool {
    let spec = commands().iter().find(|spec| spec.name == name);
    name.as_bytes().starts_with(word)
        || spec.and_then(|spec| spec.alias).is_some_and(|alias| alias.as_bytes() == word)
}

/// What `getopt` says of arguments.
fn check(arguments: &[Vec<u8>], flags: &str) -> Option<Vec<u8>> {
    let mut words = arguments.iter();
    while let Some(mut cluster) = words.next()?.strip_prefix(b"-").filter(|rest| !rest.is_empty()) {
        if cluster == b"-" {
            return None;
        }
        while let Some((&flag, rest)) = cluster.split_first() {
            match takes_value(flag, flags) {
                None => return Some([b"tmux: unknown option -- ", &[flag][..]].concat()),
                Some(false) => cluster = rest,
                Some(true) if rest.is_empty() && words.next().is_none() => {
                    return Some([b"tmux: option requires an argument -- ", &[flag][..]].concat());
                }
                Some(true) => break,
            }
        }
    }
    None
}

/// Whether a flag takes a value, of those that a usage has: `[-aIpv] [-c target-client]`.
fn takes_value(flag: u8, usage: &str) -> Option<bool> {
    usage.split('[').find_map(|group| {
        let letters = group.trim_end().strip_prefix('-')?;
        let (letters, value) = match letters.split_once(' ') {
            Some((letters, _)) => (letters, true),
            None => (letters.trim_end_matches(']'), false),
        };
        letters.as_bytes().contains(&flag).then_some(value)
    })
}
