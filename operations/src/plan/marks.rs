//! Marks between the steps of a message, which tell how far the server came.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::release::{Release, V3_3};

/// What every mark of a run begins with. No step can print it but by chance, one in 2^64.
pub(super) fn nonce(given: Option<u64>) -> String {
    let number = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    // Letters and digits only, which no release writes in another way.
    format!("m{number:016x}n")
}

/// The command that prints a mark.
///
/// On a server without sessions `display-message` fails before 3.2, and perhaps before 3.3.
pub(super) fn command(mark: &str, release: Option<Release>) -> Vec<Vec<u8>> {
    let words: &[&str] = match release {
        Some(release) if release < V3_3 => &["list-commands", "-F", mark, "has-session"],
        _ => &["display-message", "-p", mark],
    };
    words.iter().map(|word| word.as_bytes().to_vec()).collect()
}

/// What is before a mark and behind it. A step may print no newline at its end.
pub(super) fn split<'a>(printed: &'a [u8], mark: &str) -> Option<(&'a [u8], &'a [u8])> {
    let line = [mark.as_bytes(), b"\n"].concat();
    let at = printed.windows(line.len()).position(|window| window == line)?;
    Some((printed.get(..at)?, printed.get(at + line.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_whole_lines_in_order() {
        let nonce = nonce(Some(7));
        let mark = |number: usize| format!("{nonce}{number}");
        let printed = format!("no newline{}\n{}\n{}\n", mark(1), mark(12), mark(2));
        let (before, rest) = split(printed.as_bytes(), &mark(1)).unwrap();
        assert_eq!(before, b"no newline");
        let (before, rest) = split(rest, &mark(2)).unwrap();
        assert_eq!(before, format!("{}\n", mark(12)).as_bytes());
        assert_eq!((rest, split(rest, &mark(3))), (&b""[..], None));
    }
}
