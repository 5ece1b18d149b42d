//! The cells of rows, whatever bytes are in them, on every release.
//!
//! A row is a letter, its cells with `|` between them, and `;` before the line's end. Texts come
//! through tmux's `q:`, which puts a backslash before each of these. Servers of 3.4 and 3.5 write
//! control characters and broken UTF-8 as a backslash and letters or digits, which `q:` never makes.

use std::borrow::Cow;

use memchr::memchr3;

use crate::unreadable::Unreadable;

/// Rows of an answer, cell by cell.
#[derive(Clone)]
pub struct Cells<'a> {
    rest: &'a [u8],
    row: usize,
    /// Whether the row's last cell was read.
    ended: bool,
}

impl std::fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells(row {}, {} bytes left)", self.row, self.rest.len())
    }
}

impl<'a> Cells<'a> {
    pub(crate) fn new(answer: &'a [u8]) -> Self {
        Self { rest: answer, row: 0, ended: true }
    }

    /// How many rows are left at most: an estimate to make room for.
    pub(crate) fn estimate(&self) -> usize {
        memchr::memchr_iter(b'\n', self.rest).count()
    }

    /// The letter of the next row. Rows without one were left out by the server.
    pub(crate) fn next_row(&mut self) -> Result<Option<u8>, Unreadable> {
        loop {
            let Some((letter, rest)) = self.rest.split_first() else { return Ok(None) };
            self.row += 1;
            self.rest = rest;
            if *letter != b';' {
                self.ended = false;
                return Ok(Some(*letter));
            }
            self.end_line()?;
        }
    }

    /// Ends a row, of which all cells must have been read.
    pub(crate) fn end_row(&mut self) -> Result<(), Unreadable> {
        match self.ended {
            true => self.end_line(),
            false => Err(self.unreadable("end")),
        }
    }

    fn end_line(&mut self) -> Result<(), Unreadable> {
        self.rest = self.rest.strip_prefix(b"\n").ok_or_else(|| self.unreadable("end"))?;
        Ok(())
    }

    pub(crate) fn unreadable(&self, what: &'static str) -> Unreadable {
        Unreadable::new(what, self.row)
    }

    /// Reads a cell to its end.
    pub(crate) fn cell<T>(
        &mut self,
        what: &'static str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, Unreadable> {
        if !self.ended
            && let Some(value) = read(self)
            && let Some((end @ (b'|' | b';'), rest)) = self.rest.split_first()
        {
            self.ended = *end == b';';
            self.rest = rest;
            return Ok(value);
        }
        Err(self.unreadable(what))
    }

    /// Whether the cell has nothing, or nothing more.
    pub(crate) fn is_at_end(&self) -> bool {
        matches!(self.rest.first(), None | Some(b'|' | b';'))
    }

    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// A number without a sign, of at least one digit.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        let mut digits = 0;
        while let Some(byte @ b'0'..=b'9') = self.rest.get(digits) {
            number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
            digits += 1;
        }
        self.rest = &self.rest[digits..];
        (digits > 0).then_some(number)
    }

    /// A text, borrowed if nothing in it was escaped.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, [u8]>> {
        let end = memchr3(b'|', b';', b'\\', self.rest)?;
        let (start, rest) = self.rest.split_at(end);
        self.rest = rest;
        if rest.first() != Some(&b'\\') {
            return Some(Cow::Borrowed(start));
        }
        let mut text = start.to_vec();
        loop {
            match self.rest.first()? {
                b'\\' => self.rest = unescape(&self.rest[1..], &mut text)?,
                b'$' => {
                    // 3.4 puts one more backslash before a `$` that has one.
                    text.pop();
                    text.push(b'$');
                    self.rest = &self.rest[1..];
                }
                _ => return Some(Cow::Owned(text)),
            }
            let end =
                self.rest.iter().position(|byte| matches!(byte, b'|' | b';' | b'\\' | b'$'))?;
            text.extend_from_slice(&self.rest[..end]);
            self.rest = &self.rest[end..];
        }
    }
}

/// What was printed with backslashes before what isn't itself: as `#{q:}` puts them, and as servers of
/// 3.4 and 3.5 do with control characters and broken UTF-8 (there it must have been printed with each
/// backslash doubled, or it could be either).
pub fn unescaped(printed: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(printed.len());
    let mut rest = printed;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..at]);
        let Some(after) = unescape(&rest[at + 1..], &mut text) else {
            rest = &rest[at..];
            break;
        };
        rest = after;
    }
    text.extend_from_slice(rest);
    text
}

/// Adds what a backslash and what comes after it stand for, and gives the rest.
pub(super) fn unescape<'a>(rest: &'a [u8], text: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (first, after) = rest.split_first()?;
    if let [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] = rest {
        text.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
        return Some(after);
    }
    text.push(match first {
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
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(answer: &[u8]) -> Vec<Vec<u8>> {
        let mut cells = Cells::new(answer);
        assert_eq!(cells.next_row(), Ok(Some(b'x')));
        let mut texts = Vec::new();
        while let Ok(text) = cells.cell("text", Cells::text) {
            texts.push(text.into_owned());
        }
        assert_eq!(cells.end_row(), Ok(()));
        texts
    }

    #[test]
    fn what_q_and_3_4_and_3_5_escape_comes_back() {
        assert_eq!(texts(b"x;\n"), [b""]);
        assert_eq!(texts(b"xa|b\nc;\n"), [b"a".as_slice(), b"b\nc"]);
        assert_eq!(texts(b"x\\|\\;|\\\\n\\\n;\n"), [b"|;".as_slice(), b"\\n\n"]);
        assert_eq!(texts(b"x\\033\\a\\3770\\r;\n"), [b"\x1b\x07\xff0\r"]);
        // 3.4: `$HOME`, `\$HOME`, `$1`.
        assert_eq!(texts(b"x\\\\$HOME;\n"), [b"$HOME"]);
        assert_eq!(texts(b"x\\\\\\\\$HOME|\\$1;\n"), [b"\\$HOME".as_slice(), b"$1"]);
        // Elsewhere.
        assert_eq!(texts(b"x\\$HOME|\\\\\\$HOME;\n"), [b"$HOME".as_slice(), b"\\$HOME"]);
    }

    #[test]
    fn what_is_printed_comes_back() {
        assert_eq!(unescaped(br"a\033\\033\\b\377\$HOME\r"), b"a\x1b\\033\\b\xff$HOME\r");
        assert_eq!(unescaped(b"\\"), b"\\");
        assert_eq!(unescaped(b""), b"");
    }

    #[test]
    fn a_row_that_is_too_short_or_too_long_is_no_row() {
        let read = |answer: &[u8], count: usize| {
            let mut cells = Cells::new(answer);
            cells.next_row()?;
            for _ in 0..count {
                cells.cell("text", Cells::text)?;
            }
            cells.end_row()
        };
        assert_eq!(read(b"xa|b;\n", 2), Ok(()));
        assert_eq!(read(b"xa|b;\n", 1), Err(Unreadable::new("end", 1)));
        assert_eq!(read(b"xa|b;\n", 3), Err(Unreadable::new("text", 1)));
        for cut in [b"xa".as_slice(), b"xa|b", b"xa|b;", b"xa|b;x", b"xa|b\\"] {
            assert!(read(cut, 2).is_err());
        }
    }

    #[test]
    fn rows_that_the_server_left_out_are_none() {
        let mut cells = Cells::new(b";\nx1;\n;\n");
        assert_eq!(cells.next_row(), Ok(Some(b'x')));
        assert_eq!(cells.cell("number", Cells::number), Ok(1));
        assert_eq!(cells.end_row(), Ok(()));
        assert_eq!(cells.next_row(), Ok(None));
    }
}
