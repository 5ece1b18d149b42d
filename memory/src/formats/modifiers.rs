//! What stands before the `:` of a format.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::time::{ctime, epoch};
use super::{Context, find_mark};
use crate::failure::{Failure, Result};

/// One modifier with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Modifier {
    pub(super) name: BString,
    pub(super) arguments: Vec<BString>,
}

/// Modifiers that take no arguments.
const PLAIN: &[u8] = b"labcdnwETSWPL!<>";
/// Those of two letters.
const LONG: [&[u8]; 7] = [b"||", b"&&", b"!!", b"!=", b"==", b"<=", b">="];
/// Those with arguments.
const WITH_ARGUMENTS: &[u8] = b"mCNSst=peqWPLR";

/// Splits modifiers from what they are for.
pub(super) fn split(key: &[u8]) -> Result<(Vec<Modifier>, &[u8])> {
    let mut found = Vec::new();
    let mut rest = key;
    loop {
        match rest {
            [] => return Ok((Vec::new(), key)),
            [b':', behind @ ..] => return Ok((found, behind)),
            [b';', behind @ ..] => {
                rest = behind;
                continue;
            }
            _ => {}
        }
        let ends = |rest: &[u8]| matches!(rest.first(), Some(b':' | b';'));
        if let Some(long) = rest.get(..2)
            && LONG.contains(&long)
            && ends(&rest[2..])
        {
            found.push(Modifier { name: long.into(), arguments: Vec::new() });
            rest = &rest[2..];
            continue;
        }
        let letter = rest[0];
        let behind = &rest[1..];
        let plain = PLAIN.contains(&letter) || WITH_ARGUMENTS.contains(&letter);
        if plain && ends(behind) {
            found.push(Modifier { name: [letter].as_bstr().into(), arguments: Vec::new() });
            rest = behind;
            continue;
        }
        if !WITH_ARGUMENTS.contains(&letter) {
            return Ok((Vec::new(), key));
        }
        let Some((arguments, behind)) = arguments(behind) else { return Ok((Vec::new(), key)) };
        found.push(Modifier { name: [letter].as_bstr().into(), arguments });
        rest = behind;
    }
}

/// `/a/b/` or one argument without separators, before a `:` or `;`.
fn arguments(text: &[u8]) -> Option<(Vec<BString>, &[u8])> {
    let separator = *text.first()?;
    if !separator.is_ascii_punctuation() || separator == b'-' {
        let end = find_mark(text, b":;")?;
        return Some((vec![text[..end].into()], &text[end..]));
    }
    let mut found = Vec::new();
    let mut rest = text;
    while rest.first() == Some(&separator) {
        rest = &rest[1..];
        if matches!(rest.first(), Some(b':' | b';')) {
            break;
        }
        let marks = [separator, b':', b';'];
        let end = find_mark(rest, &marks)?;
        found.push(rest[..end].into());
        rest = &rest[end..];
    }
    Some((found, rest))
}

/// Refuses those that aren't modelled.
pub(super) fn check(modifiers: &[Modifier]) -> Result<()> {
    let is_unknown = |name: &BString| name.len() == 1 && b"cCNLRsewaT".contains(&name[0]);
    match modifiers.iter().find(|modifier| is_unknown(&modifier.name)) {
        Some(one) => Err(Failure::unmodelled(format_args!("the format modifier {}", one.name))),
        None => Ok(()),
    }
}

/// What modifiers make of a variable's value before everything else.
pub(super) fn of_variable(
    modifiers: &[Modifier],
    value: BString,
    release: Release,
) -> Result<BString> {
    let mut value = value;
    let has = |name: &str| modifiers.iter().find(|modifier| modifier.name == name);
    if let Some(time) = has("t") {
        if !time.arguments.is_empty() {
            return Err(Failure::unmodelled("#{t/..:}"));
        }
        value = epoch(&value).map(ctime).unwrap_or_default().into();
    }
    if has("b").is_some() {
        let last = value.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        value = last.into();
    }
    if has("d").is_some() {
        value = match value.rfind_byte(b'/') {
            Some(0) => "/".into(),
            Some(at) => value[..at].into(),
            None => ".".into(),
        };
    }
    if let Some(quote) = has("q") {
        if !quote.arguments.is_empty() {
            return Err(Failure::unmodelled("#{q/..:}"));
        }
        value = quoted(&value, release);
    }
    Ok(value)
}

/// A backslash before whatever a shell, or tmux, gives a meaning.
fn quoted(value: &[u8], release: Release) -> BString {
    let braces = release >= Release::new(3, 8);
    let mut out = BString::default();
    for byte in value {
        if b"|&;<>()$`\\\"'*?[# =%".contains(byte) || braces && b"{}".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

/// What modifiers make of a value after everything else.
pub(super) fn finish(
    context: &Context<'_>,
    modifiers: &[Modifier],
    value: BString,
    depth: usize,
) -> Result<BString> {
    let mut value = value;
    let has = |name: &str| modifiers.iter().find(|modifier| modifier.name == name);
    if has("E").is_some() {
        value = context.expand_in(&value, depth)?;
    }
    if let Some(limit) = has("=") {
        value = trimmed(&value, limit)?;
    }
    if let Some(pad) = has("p") {
        value = padded(&value, pad)?;
    }
    if has("n").is_some() {
        value = value.len().to_string().into();
    }
    Ok(value)
}

fn size(modifier: &Modifier) -> i64 {
    let text = modifier.arguments.first().and_then(|text| text.to_str().ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Only of what has the width of its length.
fn plain(value: &[u8]) -> Result<()> {
    match value.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_control()) {
        true if !value.contains_str("#[") => Ok(()),
        _ => Err(Failure::unmodelled("the width of what is not ASCII")),
    }
}

fn trimmed(value: &BString, limit: &Modifier) -> Result<BString> {
    plain(value)?;
    let wanted = size(limit);
    let count = usize::try_from(wanted.unsigned_abs()).unwrap_or(usize::MAX);
    if wanted == 0 || value.len() <= count {
        return Ok(value.clone());
    }
    let marker = limit.arguments.get(1).cloned().unwrap_or_default();
    Ok(match wanted > 0 {
        true => [&value[..count], &marker].concat().into(),
        false => [&marker[..], &value[value.len() - count..]].concat().into(),
    })
}

fn padded(value: &BString, pad: &Modifier) -> Result<BString> {
    plain(value)?;
    let wanted = size(pad);
    let count = usize::try_from(wanted.unsigned_abs()).unwrap_or(0).min(65535);
    let spaces = vec![b' '; count.saturating_sub(value.len())];
    Ok(match wanted > 0 {
        true => [value.as_slice(), &spaces].concat().into(),
        false => [spaces.as_slice(), value].concat().into(),
    })
}
