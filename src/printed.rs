//! What servers of 3.4 and 3.5 make of bytes that they print: control characters, broken UTF-8 and
//! some `$` become a backslash and more, and a backslash stays one, so that it could be either.

use tmuxwire_operations::Release;

/// Whether a server of this release prints other bytes than it was told to.
pub(crate) fn is_encoded(release: Option<Release>) -> bool {
    release.is_some_and(|release| (Release::new(3, 4)..Release::new(3, 6)).contains(&release))
}

/// A format for the same text with every backslash doubled.
pub(crate) fn doubled(format: &[u8]) -> Vec<u8> {
    // With a variable in it, it is a format also here.
    let mut doubled = br"#{s/\\/\\\\/:#{l:}".to_vec();
    let mut depth = 0_usize;
    let mut bytes = format.iter().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'#', Some(next)) => {
                depth += usize::from(**next == b'{');
                doubled.extend([b'#', **next]);
                bytes.next();
                continue;
            }
            (b'}', _) if depth == 0 => doubled.push(b'#'),
            (b'}', _) => depth -= 1,
            _ => {}
        }
        doubled.push(*byte);
    }
    doubled.push(b'}');
    doubled
}

/// The bytes of an answer to a [doubled](doubled) format.
pub(crate) fn decoded(printed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(printed.len());
    let mut rest = printed;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        rest = match rest {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] => {
                bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                after
            }
            [letter, after @ ..] => {
                bytes.push(match letter {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b's' => b' ',
                    other => *other,
                });
                after
            }
            [] => {
                bytes.push(b'\\');
                rest
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_comes_back() {
        assert_eq!(decoded(br"a\033\\033\\b\377\$HOME\r"), b"a\x1b\\033\\b\xff$HOME\r");
        assert_eq!(decoded(b"\\"), b"\\");
    }

    #[test]
    fn braces_of_the_text_are_no_end_of_the_format() {
        let doubled = |format: &str| String::from_utf8(doubled(format.as_bytes())).unwrap();
        assert_eq!(doubled("a}b"), r"#{s/\\/\\\\/:#{l:}a#}b}");
        assert_eq!(doubled("#{?a,b#},c}}"), r"#{s/\\/\\\\/:#{l:}#{?a,b#},c}#}}");
    }
}
