//! Colours and attributes in the text of a screen: `CSI .. m`, as a test gives them.

use bstr::{BString, ByteSlice};

/// A text without them. What else begins with an escape stays.
pub(crate) fn without(text: &[u8]) -> BString {
    let mut plain = BString::default();
    let mut rest = text;
    while let Some(at) = rest.find_byte(b'\x1b') {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        match length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                plain.push(b'\x1b');
                rest = &rest[1..];
            }
        }
    }
    plain.extend_from_slice(rest);
    plain
}

/// How long the sequence is that a text begins with.
fn length(text: &[u8]) -> Option<usize> {
    let parameters = text.strip_prefix(b"\x1b[")?;
    let end = parameters.iter().position(|byte| !b"0123456789;:".contains(byte))?;
    (parameters[end] == b'm').then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_go() {
        for (text, plain) in [
            ("\x1b[1;38:2::1:2:3mred\x1b[m.", "red."),
            ("\x1b[2J\x1b[31", "\x1b[2J\x1b[31"),
            ("\x1b\x1b[0mx\x1b", "\x1bx\x1b"),
        ] {
            assert_eq!(without(text.as_bytes()), plain);
        }
    }
}
