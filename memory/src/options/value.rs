//! Setting options: what tmux takes for a value.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

use super::{Kind, Named, Options, Setting, default};
use crate::failure::{Failure, Result, fail};

/// What is to become of an option.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    pub(crate) named: &'a Named,
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) append: bool,
    /// What it is now, for what is turned around or appended to.
    pub(crate) now: Option<Setting>,
}

impl Change<'_> {
    /// Does it.
    pub(crate) fn apply(&self, options: &mut Options) -> Result<()> {
        let name = &self.named.name;
        let Some(row) = self.named.spec else {
            if self.named.index.is_some() {
                return Err(Failure::unmodelled("arrays of user options"));
            }
            let Some(value) = self.value else { return fail!("empty value") };
            let setting = Setting::One(self.appended(value));
            options.set(name, setting);
            return Ok(());
        };
        match row.2 {
            Kind::Array(separators) => self.array(separators, options),
            Kind::Other => Err(Failure::unmodelled(format_args!("setting the option {}", row.0))),
            kind => {
                if self.named.index.is_some() {
                    return fail!("not an array: ", name);
                }
                let value = self.scalar(row.0, kind)?;
                options.set(name, Setting::One(value));
                Ok(())
            }
        }
    }

    fn appended(&self, value: &[u8]) -> BString {
        match (&self.now, self.append) {
            (Some(Setting::One(now)), true) => [now.as_bytes(), value].concat().into(),
            _ => value.into(),
        }
    }

    fn scalar(&self, name: &str, kind: Kind) -> Result<BString> {
        let now = self.now.as_ref().map(Setting::text).unwrap_or_default();
        let value = match (self.value, kind) {
            (Some(value), _) => value,
            (None, Kind::Flag) => {
                return Ok(if now == "on" { "off".into() } else { "on".into() });
            }
            (None, Kind::Choice(choices)) => return toggled(choices, &now),
            (None, _) => return fail!("empty value"),
        };
        let one_of = |words: &[&str]| words.iter().any(|word| word.as_bytes() == value);
        match kind {
            Kind::Flag if one_of(&["on", "yes", "1"]) => Ok("on".into()),
            Kind::Flag if one_of(&["off", "no", "0"]) => Ok("off".into()),
            Kind::Flag => fail!("bad value: ", value),
            Kind::Number(least, most) => number(value, least, most),
            Kind::Choice(choices) if one_of(choices) => Ok(value.into()),
            Kind::Choice(_) => fail!("unknown value: ", value),
            Kind::Size => match is_size(value) {
                true => Ok(value.into()),
                false => fail!("value is invalid: ", value),
            },
            Kind::Colour => match is_colour(value) {
                Some(true) => Ok(value.into()),
                Some(false) => fail!("bad colour: ", value),
                None => Err(Failure::unmodelled(format_args!("this value of {name}"))),
            },
            Kind::Style => self.style(name, value, &now),
            _ => Ok(self.appended(value)),
        }
    }

    fn style(&self, name: &str, value: &[u8], now: &BString) -> Result<BString> {
        let is_plain = value.split(|byte| *byte == b',' || *byte == b' ').all(is_style);
        if !is_plain {
            return Err(Failure::unmodelled(format_args!("this value of {name}")));
        }
        Ok(match self.append && !now.is_empty() {
            true => [now.as_bytes(), b",", value].concat().into(),
            false => value.into(),
        })
    }

    fn array(&self, separators: &[u8], options: &mut Options) -> Result<()> {
        let name = &self.named.name;
        let Some(value) = self.value else { return fail!("empty value") };
        let mut values = match &self.now {
            Some(Setting::Many(values)) => values.clone(),
            _ => BTreeMap::new(),
        };
        if let Some(index) = self.named.index {
            let before = values.get(&index).filter(|_| self.append).cloned().unwrap_or_default();
            values.insert(index, [before.as_bytes(), value].concat().into());
        } else {
            if !self.append {
                values.clear();
            }
            let parts = value.split(|byte| separators.contains(byte));
            for part in parts.filter(|part| !part.is_empty()) {
                let free = (0..).find(|index| !values.contains_key(index));
                values.insert(free.unwrap_or_default(), part.into());
            }
        }
        options.set(name, Setting::Many(values));
        Ok(())
    }
}

impl Options {
    /// Unsets an option; at a global place one of tmux's gets its first value again.
    pub(crate) fn reset(&mut self, named: &Named, now: Option<Setting>) {
        match (named.index, now) {
            (Some(index), Some(Setting::Many(mut values))) => {
                values.remove(&index);
                self.set(&named.name, Setting::Many(values));
            }
            _ => self.unset(&named.name),
        }
    }
}

impl Named {
    /// What tmux gives it first.
    pub(crate) fn first(&self) -> Option<Setting> {
        self.spec.map(default)
    }
}

/// A choice without a value: the first two of its words are turned around, the others stay.
fn toggled(choices: &[&str], now: &[u8]) -> Result<BString> {
    match choices {
        [off, on, ..] => Ok(match now {
            now if off.as_bytes() == now => (*on).into(),
            now if on.as_bytes() == now => (*off).into(),
            now => now.into(),
        }),
        _ => fail!("empty value"),
    }
}

fn number(value: &[u8], least: i64, most: i64) -> Result<BString> {
    let text = value.to_str().unwrap_or_default();
    match text.trim_start().parse::<i128>() {
        Ok(number) if number < i128::from(least) => fail!("value is too small: ", value),
        Ok(number) if number > i128::from(most) => fail!("value is too large: ", value),
        Ok(number) => Ok(number.to_string().into()),
        Err(_) => fail!("value is invalid: ", value),
    }
}

fn is_size(value: &[u8]) -> bool {
    value.split_once_str("x").is_some_and(|(columns, lines)| {
        columns.first().is_some_and(u8::is_ascii_digit)
            && lines.first().is_some_and(u8::is_ascii_digit)
    })
}

const COLOURS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// Whether it is a colour; `None` if tmux might know it and we don't.
fn is_colour(value: &[u8]) -> Option<bool> {
    let text = value.to_str().ok()?;
    let name = text.strip_prefix("bright").unwrap_or(text);
    if COLOURS.contains(&name) || ["default", "terminal"].contains(&text) {
        return Some(true);
    }
    if let Some(digits) = text.strip_prefix("colour") {
        return digits.parse::<u8>().is_ok().then_some(true);
    }
    if let Some(digits) = text.strip_prefix('#') {
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        return (digits.len() == 6 && digits.bytes().all(lower)).then_some(true);
    }
    None
}

fn is_style(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"",
        b"default",
        b"bold",
        b"dim",
        b"underscore",
        b"blink",
        b"reverse",
        b"italics",
        b"overline",
        b"strikethrough",
        b"nobold",
        b"nodim",
        b"noreverse",
        b"noitalics",
    ];
    let colour = word.strip_prefix(b"fg=").or_else(|| word.strip_prefix(b"bg="));
    WORDS.contains(&word) || colour.is_some_and(|colour| is_colour(colour) == Some(true))
}
