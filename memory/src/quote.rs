//! How tmux writes values so that it could read them again.

use bstr::{BString, ByteSlice};

/// Words as one command line.
pub(crate) fn words(words: &[BString]) -> BString {
    let quoted: Vec<BString> = words.iter().map(|word| value(word)).collect();
    bstr::join(" ", quoted).into()
}

/// A value as `show-options` prints it.
pub(crate) fn value(value: &[u8]) -> BString {
    if value.is_empty() {
        return "''".into();
    }
    let has = |set: &[u8]| value.iter().any(|byte| set.contains(byte));
    let quotes = match () {
        () if has(b" #';${}%") => Some('"'),
        () if has(b" \"") => Some('\''),
        () => None,
    };
    if let [byte] = value
        && *byte != b' '
        && (quotes.is_some() || *byte == b'~')
    {
        return [b'\\', *byte].as_bstr().to_owned();
    }
    let escaped = visible(value, quotes == Some('"'));
    match quotes {
        Some(quote) => format_bytes(quote, &escaped),
        None if escaped.starts_with(b"~") => [b"\\".as_slice(), &escaped].concat().into(),
        None => escaped,
    }
}

fn format_bytes(quote: char, text: &[u8]) -> BString {
    let quote = [quote as u8];
    [quote.as_slice(), text, &quote].concat().into()
}

/// Control characters as C writes them, UTF-8 as it is.
pub(crate) fn visible(text: &[u8], in_double_quotes: bool) -> BString {
    let mut out = BString::default();
    for (start, end, c) in text.char_indices() {
        let bytes = &text[start..end];
        let next = text.get(end).copied();
        match bytes {
            b"\\" => out.extend_from_slice(b"\\\\"),
            b"\"" if in_double_quotes => out.extend_from_slice(b"\\\""),
            b"$" if in_double_quotes
                && next.is_some_and(|next| next.is_ascii_alphabetic() || b"_{".contains(&next)) =>
            {
                out.extend_from_slice(b"\\$");
            }
            [byte] if byte.is_ascii_control() => control(*byte, next, &mut out),
            _ if c == '\u{fffd}' && bytes != "\u{fffd}".as_bytes() => {
                bytes.iter().for_each(|byte| octal(*byte, &mut out));
            }
            _ => out.extend_from_slice(bytes),
        }
    }
    out
}

fn control(byte: u8, next: Option<u8>, out: &mut BString) {
    let letter = match byte {
        b'\n' => 'n',
        b'\r' => 'r',
        8 => 'b',
        7 => 'a',
        11 => 'v',
        b'\t' => 't',
        12 => 'f',
        0 if !next.is_some_and(|next| (b'0'..=b'7').contains(&next)) => '0',
        _ => return octal(byte, out),
    };
    out.extend_from_slice(&[b'\\', letter as u8]);
}

fn octal(byte: u8, out: &mut BString) {
    let digit = |shift: u32| b'0' | (byte >> shift & 7);
    out.extend_from_slice(&[b'\\', digit(6), digit(3), digit(0)]);
}
