//! Texts as `show-options` and `show-environment` print them.

use super::cells::unescape;

/// What backslashes stand for, up to the first `end` without one; with the rest after it. Where a
/// `$` can't be without a backslash, `is_bare` is false of what follows it: 3.4 prints two.
pub(super) fn until(
    mut rest: &[u8],
    end: Option<u8>,
    is_bare: fn(&[u8]) -> bool,
) -> Option<(Vec<u8>, &[u8])> {
    let mut text = Vec::with_capacity(rest.len());
    loop {
        let Some((first, after)) = rest.split_first() else {
            return end.is_none().then_some((text, rest));
        };
        rest = match first {
            first if Some(*first) == end => return Some((text, after)),
            // Names of keys aren't escaped: `C-\`.
            b'\\' if after.is_empty() && end.is_none() => {
                text.push(b'\\');
                after
            }
            b'\\' => unescape(after, &mut text)?,
            b'$' if !is_bare(after) && text.last() == Some(&b'\\') => {
                text.pop();
                text.push(b'$');
                after
            }
            other => {
                text.push(*other);
                after
            }
        };
    }
}

/// The value of an option: bare or in quotes, with backslashes in each.
pub(super) fn value(printed: &[u8]) -> Option<Vec<u8>> {
    let is_bare = |after: &[u8]| {
        let first = after.first();
        !first.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'{'))
    };
    let (text, rest) = match printed {
        [quote @ (b'"' | b'\''), rest @ ..] => until(rest, Some(*quote), is_bare)?,
        bare => until(bare, None, is_bare)?,
    };
    rest.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bare_or_quoted() {
        let read =
            |printed: &str| value(printed.as_bytes()).map(|it| it.escape_ascii().to_string());
        for (printed, text) in [
            ("", ""),
            ("''", ""),
            ("a", "a"),
            ("\\#", "#"),
            ("\\~x", "~x"),
            ("\\'", "\\'"),
            ("'a\"b'", "a\\\"b"),
            ("\"a'\\\"b\"", "a\\'\\\"b"),
            ("a\\nb\\\\n", "a\\nb\\\\n"),
            ("\\377\\0330", "\\xff\\x1b0"),
            ("C-\\", "C-\\\\"),
            ("\"$1\"", "$1"),
            ("\"\\\\$1\"", "\\\\$1"),
            ("\"\\$HOME\"", "$HOME"),
            // 3.4
            ("\"\\\\$HOME\"", "$HOME"),
            ("\"\\\\\\\\$HOME\"", "\\\\$HOME"),
        ] {
            assert_eq!(read(printed).as_deref(), Some(text), "{printed}");
        }
        for wrong in ["\"a", "'", "\"a\"b", "\"a\\"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
