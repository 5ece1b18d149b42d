//! What a terminal gets when keys are pressed.

use bstr::{BString, ByteSlice};

use crate::failure::{Failure, Result};

/// The bytes of a word of send-keys: a key's if it is the name of one, else the word itself.
pub(crate) fn typed(word: &[u8]) -> Result<BString> {
    match special(word) {
        Some(bytes) => return Ok(bytes.into()),
        None if word.len() < 2 => return Ok(word.into()),
        None => {}
    }
    let (mut control, mut meta, mut shift) = (false, false, false);
    let mut rest = word;
    if let Some(behind) = rest.strip_prefix(b"^")
        && behind.len() == 1
    {
        (control, rest) = (true, behind);
    }
    while let [letter, b'-', behind @ ..] = rest
        && !behind.is_empty()
    {
        match letter.to_ascii_lowercase() {
            b'c' => control = true,
            b'm' => meta = true,
            b's' => shift = true,
            _ => break,
        }
        rest = behind;
    }
    if rest.len() == word.len() {
        return match looks_like_a_key(word) {
            true => Err(unmodelled(word)),
            false => Ok(word.into()),
        };
    }
    let mut bytes = match (rest, special(rest)) {
        ([one], _) => vec![*one],
        (_, Some(bytes)) if !control && !shift => bytes.to_vec(),
        _ => return Err(unmodelled(word)),
    };
    if shift {
        return Err(unmodelled(word));
    }
    if control {
        let [byte] = bytes.as_slice() else { return Err(unmodelled(word)) };
        bytes = match byte.to_ascii_lowercase() {
            letter @ (b'a'..=b'z' | b'[' | b'\\' | b']') => vec![letter & 0x1f],
            b'@' => vec![0],
            _ => return Err(unmodelled(word)),
        };
    }
    if meta {
        bytes.insert(0, 0x1b);
    }
    Ok(bytes.into())
}

fn unmodelled(word: &[u8]) -> Failure {
    Failure::unmodelled(format_args!("the key {}", word.as_bstr()))
}

fn looks_like_a_key(word: &[u8]) -> bool {
    const OTHERS: [&str; 30] = [
        "KP/",
        "KP*",
        "KP-",
        "KP7",
        "KP8",
        "KP9",
        "KP+",
        "KP4",
        "KP5",
        "KP6",
        "KP1",
        "KP2",
        "KP3",
        "KPEnter",
        "KP0",
        "KP.",
        "[NUL]",
        "[SOH]",
        "FocusIn",
        "FocusOut",
        "PasteStart",
        "PasteEnd",
        "Mouse",
        "User",
        "None",
        "Any",
        "MouseMove",
        "WheelUp",
        "WheelDown",
        "DoubleClick",
    ];
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    OTHERS.iter().any(|name| is(name)) || word.starts_with(b"0x")
}

fn special(word: &[u8]) -> Option<&'static [u8]> {
    const KEYS: [(&str, &[u8]); 42] = [
        ("Enter", b"\r"),
        ("Escape", b"\x1b"),
        ("Space", b" "),
        ("Tab", b"\t"),
        ("BSpace", b"\x7f"),
        ("BTab", b"\x1b[Z"),
        ("Up", b"\x1b[A"),
        ("Down", b"\x1b[B"),
        ("Right", b"\x1b[C"),
        ("Left", b"\x1b[D"),
        ("Home", b"\x1b[1~"),
        ("End", b"\x1b[4~"),
        ("IC", b"\x1b[2~"),
        ("Insert", b"\x1b[2~"),
        ("DC", b"\x1b[3~"),
        ("Delete", b"\x1b[3~"),
        ("NPage", b"\x1b[6~"),
        ("PageDown", b"\x1b[6~"),
        ("PgDn", b"\x1b[6~"),
        ("PPage", b"\x1b[5~"),
        ("PageUp", b"\x1b[5~"),
        ("PgUp", b"\x1b[5~"),
        ("F1", b"\x1bOP"),
        ("F2", b"\x1bOQ"),
        ("F3", b"\x1bOR"),
        ("F4", b"\x1bOS"),
        ("F5", b"\x1b[15~"),
        ("F6", b"\x1b[17~"),
        ("F7", b"\x1b[18~"),
        ("F8", b"\x1b[19~"),
        ("F9", b"\x1b[20~"),
        ("F10", b"\x1b[21~"),
        ("F11", b"\x1b[23~"),
        ("F12", b"\x1b[24~"),
        ("C-Space", b"\0"),
        ("C-Enter", b"\r"),
        ("C-m", b"\r"),
        ("C-i", b"\t"),
        ("C-h", b"\x08"),
        ("C-?", b"\x7f"),
        ("C-_", b"\x1f"),
        ("C-^", b"\x1e"),
    ];
    let found = KEYS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|(_, bytes)| *bytes)
}
