//! What servers make of the names of sessions and windows.

use tmuxwire_operations::Release;

/// Whether the release says what becomes of a session's name.
pub(crate) fn depends_on_release(name: &[u8]) -> bool {
    name.iter().any(|byte| SEPARATORS.contains(byte))
}

const SEPARATORS: &[u8] = b":.";

/// Whether a session that was to have this name may have got that one. Servers from 3.2 to 3.6 make
/// `_` of `:` and `.`, others refuse or keep them.
pub(crate) fn is_session(kept: &[u8], name: &[u8], release: Option<Release>) -> bool {
    let changes = Release::new(3, 2)..Release::new(3, 7);
    match release.is_some_and(|release| changes.contains(&release)) {
        true => {
            let change = |byte: &u8| if SEPARATORS.contains(byte) { b'_' } else { *byte };
            is_window(kept, &name.iter().map(change).collect::<Vec<u8>>())
        }
        false => is_window(kept, name),
    }
}

/// Whether a window that was to have this name may have got that one: by release, what can't be
/// printed, backslashes, and some `$` are escaped.
pub(crate) fn is_window(kept: &[u8], name: &[u8]) -> bool {
    kept == name || [false, true].iter().any(|dollars| kept == escaped(name, *dollars))
}

fn escaped(name: &[u8], dollars: bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let mut characters = chunk.valid().chars().peekable();
        while let Some(character) = characters.next() {
            let is_variable = |next: &char| next.is_ascii_alphabetic() || matches!(next, '_' | '{');
            match character {
                '\\' => kept.extend(br"\\"),
                '$' if dollars && characters.peek().is_some_and(is_variable) => {
                    kept.extend(br"\$");
                }
                '\0'..' ' | '\x7f' => kept.extend(control(character)),
                other => kept.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        kept.extend(chunk.invalid().iter().flat_map(|byte| octal(*byte)));
    }
    kept
}

fn control(character: char) -> Vec<u8> {
    let letter = match character {
        '\x07' => b'a',
        '\x08' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\x0b' => b'v',
        '\x0c' => b'f',
        '\r' => b'r',
        other => return octal(u8::try_from(other).unwrap_or_default()),
    };
    vec![b'\\', letter]
}

fn octal(byte: u8) -> Vec<u8> {
    format!("\\{byte:03o}").into_bytes()
}
