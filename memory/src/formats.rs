//! Formats: `#{..}` as tmux expands them, an error where the model ends.

mod fields;
mod modifiers;
mod time;

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use crate::failure::{Failure, Result};
use crate::state::State;
use crate::targets::Target;
use modifiers::Modifier;
pub(crate) use time::civil;

/// What a format is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) target: Option<Target>,
    /// The buffer of a line of list-buffers, by its place.
    pub(crate) buffer: Option<usize>,
    /// The command that asks.
    pub(crate) command: &'static str,
    /// Whether the format is about a session, a window or a pane, `'s'`, `'w'`, `'p'`.
    pub(crate) about: char,
}

/// How deep formats may nest; tmux stops there, too.
const DEEPEST: usize = 100;

impl<'a> Context<'a> {
    pub(crate) fn new(
        state: &'a State,
        target: Option<Target>,
        about: char,
        command: &'static str,
    ) -> Self {
        Self { state, target, buffer: None, command, about }
    }

    pub(crate) fn at(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    /// Whether it is 3.6 or later, which made formats stricter and gave them more.
    fn is_new(&self) -> bool {
        self.state.release >= Release::new(3, 6)
    }

    /// Expands a format.
    pub(crate) fn expand(&self, format: &[u8]) -> Result<BString> {
        self.expand_in(format, 0)
    }

    /// Whether a filter lets something pass.
    pub(crate) fn is_true(&self, format: &[u8]) -> Result<bool> {
        Ok(is_true(&self.expand(format)?))
    }

    fn expand_in(&self, format: &[u8], depth: usize) -> Result<BString> {
        if depth > DEEPEST {
            return Err(Failure::unmodelled("formats that nest deeper"));
        }
        let mut out = BString::default();
        let mut rest = format;
        while let Some((byte, behind)) = rest.split_first() {
            rest = behind;
            if *byte != b'#' {
                out.push(*byte);
                continue;
            }
            match rest {
                // From 3.6 on nothing is said of a last one.
                [] if self.is_new() => {}
                [] => out.push(b'#'),
                [b'(', ..] => return Err(Failure::unmodelled("#(..), which runs programs")),
                [b'{', inner @ ..] => {
                    // What has no end is not expanded, and neither is what follows.
                    let Some(end) = end_of(inner) else { return Ok(out) };
                    out.extend_from_slice(&self.replace(&inner[..end], depth + 1)?);
                    rest = &inner[end + 1..];
                }
                [b'#', ..] => {
                    let more = rest.iter().take_while(|byte| **byte == b'#').count();
                    let hashes = more + 1;
                    let before_style = rest.get(more) == Some(&b'[');
                    rest = &rest[more..];
                    let kept = match before_style {
                        true => return Err(Failure::unmodelled("styles behind #")),
                        false => hashes / 2,
                    };
                    out.extend(std::iter::repeat_n(b'#', kept));
                    if hashes % 2 == 1 {
                        // The last one belongs to what follows.
                        let mut again = vec![b'#'];
                        again.extend_from_slice(rest);
                        out.extend_from_slice(&self.expand_in(&again, depth + 1)?);
                        return Ok(out);
                    }
                }
                [mark @ (b'}' | b','), behind @ ..] => {
                    out.push(*mark);
                    rest = behind;
                }
                [letter, behind @ ..] => {
                    rest = behind;
                    match short_name(*letter) {
                        Some(name) => out.extend_from_slice(&self.variable(name.as_bytes())?),
                        None => out.extend_from_slice(&[b'#', *letter]),
                    }
                }
            }
        }
        Ok(out)
    }

    /// What stands in braces.
    fn replace(&self, key: &[u8], depth: usize) -> Result<BString> {
        let (modifiers, rest) = modifiers::split(key)?;
        modifiers::check(&modifiers)?;
        if let Some(value) = self.special(&modifiers, rest, depth)? {
            return modifiers::finish(self, &modifiers, value, depth);
        }
        let value = match rest.strip_prefix(b"?") {
            Some(choice) if modifiers.is_empty() || rest.len() > 1 => self.choose(choice, depth)?,
            _ if rest.contains_str("#{") => self.expand_in(rest, depth)?,
            _ => {
                let value = self.variable(rest)?;
                modifiers::of_variable(&modifiers, value, self.state.release)?
            }
        };
        modifiers::finish(self, &modifiers, value, depth)
    }

    /// Modifiers that make something else of what stands behind them.
    fn special(
        &self,
        modifiers: &[Modifier],
        rest: &[u8],
        depth: usize,
    ) -> Result<Option<BString>> {
        for modifier in modifiers {
            let value = match modifier.name.as_slice() {
                b"l" => unescape(rest),
                b"S" | b"W" | b"P" => self.each(modifier.name[0], rest, depth)?,
                b"!" | b"!!" if !self.is_new() => {
                    return Err(Failure::unmodelled("#{!:} before tmux 3.6"));
                }
                b"!" | b"!!" => {
                    let value = is_true(&self.expand_in(rest, depth)?);
                    truth(value != (modifier.name == "!"))
                }
                b"&&" | b"||" => {
                    let all = modifier.name == "&&";
                    let mut result = all;
                    let parts = parts(rest);
                    if parts.len() > 2 && !self.is_new() {
                        return Err(Failure::unmodelled("three conditions before tmux 3.6"));
                    }
                    for part in parts {
                        let value = is_true(&self.expand_in(part, depth)?);
                        result = if all { result && value } else { result || value };
                    }
                    truth(result)
                }
                b"==" | b"!=" | b"<" | b">" | b"<=" | b">=" | b"m" => {
                    self.compare(modifier, rest, depth)?
                }
                _ => continue,
            };
            return Ok(Some(value));
        }
        Ok(None)
    }

    fn compare(&self, modifier: &Modifier, rest: &[u8], depth: usize) -> Result<BString> {
        let Some((left, right)) = two(rest) else { return Ok(BString::default()) };
        let left = self.expand_in(left, depth)?;
        let right = self.expand_in(right, depth)?;
        let flags = modifier.arguments.first().map(|flags| flags.as_slice()).unwrap_or_default();
        Ok(truth(match modifier.name.as_slice() {
            b"==" => left == right,
            b"!=" => left != right,
            b"<" => left < right,
            b">" => left > right,
            b"<=" => left <= right,
            b">=" => left >= right,
            _ => match flags {
                b"" => crate::glob::matches(&left, &right),
                b"i" => {
                    crate::glob::matches(&left.to_ascii_lowercase(), &right.to_ascii_lowercase())
                }
                _ => return Err(Failure::unmodelled("#{m/r:}, regular expressions")),
            },
        }))
    }

    /// `cond,a,b`, or several conditions.
    fn choose(&self, choice: &[u8], depth: usize) -> Result<BString> {
        let all = parts(choice);
        if all.len() != 3 && !self.is_new() {
            return Err(Failure::unmodelled("#{?..} without two choices before tmux 3.6"));
        }
        let mut rest = all.as_slice();
        loop {
            match rest {
                [] => return Ok(BString::default()),
                [otherwise] => return self.expand_in(otherwise, depth),
                [condition, then, behind @ ..] => {
                    if self.condition(condition, depth)? {
                        return self.expand_in(then, depth);
                    }
                    rest = behind;
                }
            }
        }
    }

    fn condition(&self, condition: &[u8], depth: usize) -> Result<bool> {
        if condition.contains(&b'#') {
            return Ok(is_true(&self.expand_in(condition, depth)?));
        }
        if condition.iter().all(u8::is_ascii_digit) {
            // No variable has such a name.
            return Ok(false);
        }
        Ok(is_true(&self.variable(condition)?))
    }

    /// The format for each session, window or pane.
    fn each(&self, what: u8, rest: &[u8], depth: usize) -> Result<BString> {
        // Before 3.6 there is no current session, and a comma is one.
        let two = if what == b'S' && !self.is_new() { None } else { two(rest) };
        let (format, current) = match two {
            Some((format, current)) => (format, Some(current)),
            None => (rest, None),
        };
        let mut out = BString::default();
        for (target, is_current) in self.members(what) {
            let format = current.filter(|_| is_current).unwrap_or(format);
            let about = match what {
                b'S' => 's',
                b'W' => 'w',
                _ => 'p',
            };
            let context = Self { about, ..self.at(target) };
            out.extend_from_slice(&context.expand_in(format, depth)?);
        }
        Ok(out)
    }

    fn members(&self, what: u8) -> Vec<(Target, bool)> {
        let state = self.state;
        if what == b'S' {
            // The current one would be that of the client, which has none.
            let of = |id: u32| state.in_session(id).map(|target| (target, false));
            return state.sessions_by_name().into_iter().filter_map(of).collect();
        }
        let Some(target) = self.target else { return Vec::new() };
        if what == b'W' {
            let session = &state.sessions[&target.session];
            let of =
                |index: &u32| Some((state.at(target.session, *index)?, *index == session.current));
            return session.windows.keys().filter_map(of).collect();
        }
        let window = &state.windows[&target.window];
        let of = |pane: &u32| (Target { pane: *pane, ..target }, *pane == window.active);
        window.panes.iter().map(of).collect()
    }
}

fn short_name(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'D' => "pane_id",
        b'F' => "window_flags",
        b'H' => "host",
        b'I' => "window_index",
        b'P' => "pane_index",
        b'S' => "session_name",
        b'T' => "pane_title",
        b'W' => "window_name",
        b'h' => "host_short",
        _ => return None,
    })
}

fn is_true(value: &[u8]) -> bool {
    !value.is_empty() && value != b"0"
}

fn truth(value: bool) -> BString {
    if value { "1".into() } else { "0".into() }
}

/// Where the brace that is open before the text closes.
fn end_of(text: &[u8]) -> Option<usize> {
    find_mark(text, b"}")
}

/// The first of these marks outside of inner braces.
fn find_mark(text: &[u8], marks: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0, 0usize);
    while at < text.len() {
        if text[at] == b'#' {
            match text.get(at + 1) {
                Some(b'{') => open += 1,
                Some(b',' | b'#' | b'}' | b':') => {}
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            continue;
        }
        if open == 0 && marks.contains(&text[at]) {
            return Some(at);
        }
        if text[at] == b'}' {
            open = open.checked_sub(1)?;
        }
        at += 1;
    }
    None
}

/// Two parts with a comma in between.
fn two(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = find_mark(text, b",")?;
    Some((&text[..at], &text[at + 1..]))
}

fn parts(text: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((part, behind)) = two(rest) {
        found.push(part);
        rest = behind;
    }
    found.push(rest);
    found
}

/// `#,`, `##` and `#}` outside of inner braces lose their `#`.
fn unescape(text: &[u8]) -> BString {
    let mut out = BString::default();
    let (mut at, mut open) = (0, 0usize);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            (b'#', Some(b'{')) => open += 1,
            (b'#', Some(b',' | b'#' | b'}' | b':')) if open == 0 => at += 1,
            (b'}', _) => open = open.saturating_sub(1),
            _ => {}
        }
        out.push(text[at]);
        at += 1;
    }
    out
}
