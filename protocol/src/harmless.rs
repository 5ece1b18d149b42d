//! What may reach a terminal: a peer's text, which can do nothing there.
//!
//! Names, titles, error texts and screens are what anybody wrote. Shown to a person, they must stay
//! text: no escape sequence, no character that ends a line or turns the order of what stands beside it.
//!
//! ```
//! use tmuxwire_protocol::harmless;
//!
//! assert_eq!(harmless::line(b"no\x1b[31mpe\n"), "no\\u{1b}[31mpe\\n");
//! assert_eq!(harmless::text(b"one\ttwo\n\xff"), "one\ttwo\n\\xff");
//! assert_eq!(harmless::word(b"it's").as_deref(), Some(r"'it'\''s'"));
//! ```

use std::path::Path;

/// Whether a character does something to a terminal, or to how others are read, instead of standing
/// among them: controls (C0, DEL, C1), the separators of lines and paragraphs, what turns the direction
/// of text (and of what stands beside it), and the old characters that switch shapes or annotate.
pub const fn is_harmful(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        | '\u{61c}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0001}')
}

/// A text as a part of one line: what is harmful is shown as `\u{1b}` or `\n`, what is no UTF-8 as
/// `\xff`. All else stays as it is.
pub fn line(bytes: &[u8]) -> String {
    shown(bytes, is_harmful)
}

/// The same for a text of several lines: their ends and tabs stay.
pub fn text(bytes: &[u8]) -> String {
    shown(bytes, |character| is_harmful(character) && !matches!(character, '\n' | '\t'))
}

/// A text as a word in a command for the shell that a person may copy. There is none for a text that
/// [`line()`] wouldn't show as it is, or that stands for another (U+FFFD).
pub fn word(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.contains(|character| is_harmful(character) || character == '\u{fffd}') {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%".contains(c);
    Some(match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    })
}

/// A path as such a word, which nothing takes for an option.
pub fn path(path: &Path) -> Option<String> {
    let bytes = path.as_os_str().as_encoded_bytes();
    match bytes.starts_with(b"-") {
        true => word(Path::new(".").join(path).as_os_str().as_encoded_bytes()),
        false => word(bytes),
    }
}

fn shown(bytes: &[u8], is_escaped: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match is_escaped(character) {
                true => text.extend(character.escape_default()),
                false => text.push(character),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Unicode calls control, separator of lines or of paragraphs, or Bidi_Control.
    const BIDI: [char; 12] = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
        '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    ];

    fn does_something(character: char) -> bool {
        character.is_control()
            || matches!(character, '\u{2028}' | '\u{2029}')
            || BIDI.contains(&character)
    }

    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let character = prop_oneof![
            any::<char>(),
            prop::char::range('\0', '\u{a0}'),
            prop::char::range('\u{2000}', '\u{2070}'),
            prop::sample::select(BIDI.to_vec()),
        ];
        let text = character.prop_map(|character| character.to_string().into_bytes());
        let piece = prop_oneof![8 => text, 1 => prop::collection::vec(any::<u8>(), 0..4)];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_does_something_to_a_terminal_comes_through(bytes in hostile()) {
            prop_assert!(!line(&bytes).chars().any(does_something));
            let several = text(&bytes);
            prop_assert!(!several.chars().any(|c| does_something(c) && c != '\n' && c != '\t'));
            prop_assert_eq!(text(several.as_bytes()), several);
        }

        #[test]
        fn what_is_text_stays_as_it_is(words in any::<String>()) {
            let plain: String = words.chars().filter(|c| !is_harmful(*c)).collect();
            prop_assert_eq!(line(plain.as_bytes()), plain);
        }
    }

    #[test]
    fn a_word_is_quoted_or_there_is_none() {
        for (text, quoted) in [
            ("a/b-c", Some("a/b-c")),
            ("", Some("''")),
            ("a b", Some("'a b'")),
            ("$(a)", Some("'$(a)'")),
            ("it's", Some(r"'it'\''s'")),
            ("~", Some("'~'")),
            ("a\nb", None),
            ("a\x1bb", None),
            ("a\u{202e}b", None),
            ("a\u{fffd}b", None),
        ] {
            assert_eq!(word(text.as_bytes()).as_deref(), quoted, "{text:?}");
        }
        assert_eq!(word(b"a\xff"), None);
        assert_eq!(path(Path::new("-p")).as_deref(), Some("./-p"));
    }

    #[test]
    fn emoji_and_other_scripts_stay() {
        let plain =
            "é 日本語 עברית العربية 👩\u{200d}🚀 🏴\u{e0067}\u{e0062}\u{e007f} क\u{94d}\u{200c}ष";
        assert_eq!(line(plain.as_bytes()), plain);
        assert_eq!(line("\u{9b}31m\u{202e}\x7f".as_bytes()), "\\u{9b}31m\\u{202e}\\u{7f}");
    }
}
