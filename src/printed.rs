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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_the_text_are_no_end_of_the_format() {
        let doubled = |format: &str| String::from_utf8(doubled(format.as_bytes())).unwrap();
        assert_eq!(doubled("a}b"), r"#{s/\\/\\\\/:#{l:}a#}b}");
        assert_eq!(doubled("#{?a,b#},c}}"), r"#{s/\\/\\\\/:#{l:}#{?a,b#},c}#}}");
    }
}
