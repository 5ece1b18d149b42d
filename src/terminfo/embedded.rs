//! An entry that `$TERMINFO` holds itself, as `infocmp -Q` prints it: `hex:1A01..`, `b64:GgE..`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::file::LIMIT;

/// Whether the value of `$TERMINFO` is an entry rather than a directory.
pub(super) fn is_one(value: &OsStr) -> bool {
    value.as_bytes().starts_with(b"hex:") || value.as_bytes().starts_with(b"b64:")
}

/// The entry that the environment holds for `term`.
pub(super) fn entry(term: &[u8], variable: impl Fn(&str) -> Option<OsString>) -> Option<Vec<u8>> {
    let value = variable("TERMINFO").filter(|value| is_one(value))?;
    let (kind, text) = value.as_bytes().split_at_checked(4)?;
    if text.len() as u64 > 2 * LIMIT {
        return None;
    }
    let entry = match kind {
        b"hex:" => decode(text, 4, hexadecimal),
        _ => decode(text, 6, base64),
    };
    let is_own = entry.len() as u64 <= LIMIT && names(&entry)?.any(|name| name == term);
    is_own.then_some(entry)
}

/// Joins digits of so many bits to bytes, up to the first thing that is no digit.
fn decode(text: &[u8], bits: u32, digit: impl Fn(u8) -> Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut held, mut count) = (0u16, 0);
    for digit in text.iter().map_while(|byte| digit(*byte)) {
        held = held << bits | u16::from(digit);
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    bytes
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The names that a compiled entry gives itself; the last is a description.
fn names(entry: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let size = u16::from_le_bytes(*entry.get(2..)?.first_chunk()?);
    let names = entry.get(12..)?.get(..usize::from(size))?;
    let names = names.split(|byte| *byte == 0).next()?;
    Some(names.split(|byte| *byte == b'|'))
}
