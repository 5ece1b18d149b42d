//! What a pane's output says, without its escape sequences: lines of text.

mod charset;

use vte::{Params, Parser, Perform};

use self::charset::Charset;

/// Longest line that is kept; the rest of a longer one begins another.
const MAX_LINE: usize = 64 * 1024;
/// Columns that one escape sequence fills at most: more than a terminal has.
const MAX_COLUMNS: u16 = 1000;

/// Takes output in any pieces and gives the lines that it says, finished or not.
///
/// A line ends where the program ends it, not where the terminal wraps it, and where the cursor
/// goes elsewhere.
///
/// ```
/// let mut text = tmuxwire::PlainText::default();
/// assert_eq!(text.push(b"\x1b[1mone\x1b[0m\r\nt"), ["one"]);
/// assert_eq!(text.unfinished(), "t");
/// ```
#[derive(Default)]
pub struct PlainText {
    parser: Parser,
    lines: Lines,
}

impl std::fmt::Debug for PlainText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainText").field("line_len", &self.lines.line.len()).finish()
    }
}

#[derive(Default)]
struct Lines {
    finished: Vec<String>,
    line: String,
    /// A CR was the last thing: what follows overwrites, unless it is a LF.
    returned: bool,
    charset: Charset,
    /// The character that was the last thing; it can be repeated (REP).
    last: Option<char>,
    /// What a title (`ESC k`) may still have before it is taken for text that lacks its end.
    title: Option<usize>,
}

impl PlainText {
    /// Takes more output; answers the lines that it finishes, but for empty ones. What is longer
    /// than 64 KiB is cut into several.
    pub fn push(&mut self, output: &[u8]) -> Vec<String> {
        self.parser.advance(&mut self.lines, output);
        std::mem::take(&mut self.lines.finished)
    }

    /// The line that isn't finished yet.
    pub fn unfinished(&self) -> &str {
        &self.lines.line
    }

    /// The first line that this brings to light and that is wanted, the one that isn't finished
    /// included.
    pub(crate) fn find(
        &mut self,
        output: &[u8],
        mut wanted: impl FnMut(&str) -> bool,
    ) -> Option<String> {
        self.push(output)
            .into_iter()
            .find(|line| wanted(line))
            .or_else(|| wanted(&self.lines.line).then(|| self.lines.line.clone()))
    }
}

impl Lines {
    fn end(&mut self) {
        self.returned = false;
        if !self.line.is_empty() {
            self.finished.push(std::mem::take(&mut self.line));
        }
    }

    fn put(&mut self, character: char) {
        if self.returned || self.line.len() >= MAX_LINE {
            self.end();
        }
        self.line.push(character);
    }
}

impl Perform for Lines {
    fn print(&mut self, character: char) {
        if let Some(left) = self.title {
            self.title = left.checked_sub(1);
            return;
        }
        let shown = self.charset.shown(character);
        self.put(shown);
        self.last = Some(shown);
    }

    fn execute(&mut self, byte: u8) {
        self.last = None;
        match byte {
            // CAN and SUB end everything.
            0x18 | 0x1a => self.title = None,
            // Titles have no lines.
            _ if self.title.is_some() => {}
            b'\n' | 0x0b | 0x0c => self.end(),
            b'\r' => self.returned = true,
            b'\t' => self.put('\t'),
            0x08 => drop(self.line.pop()),
            0x0e | 0x0f => self.charset.shift(byte == 0x0e),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _: bool, byte: u8) {
        (self.last, self.title) = (None, None);
        match (intermediates, byte) {
            // tmux's own: a title, up to the next escape sequence.
            ([], b'k') => self.title = Some(MAX_LINE),
            ([], b'c') => self.charset = Charset::default(),
            ([intermediate], set) => self.charset.designate(*intermediate, set),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, _: &[u8], _: bool, action: char) {
        let count = params.iter().next().and_then(|param| param.first().copied());
        let count = count.unwrap_or(1).clamp(1, MAX_COLUMNS);
        let last = self.last.take();
        self.title = None;
        match action {
            'C' => (0..count).for_each(|_| self.put(' ')),
            'b' => last.into_iter().for_each(|last| (0..count).for_each(|_| self.put(last))),
            // The cursor goes elsewhere, or what stands there goes.
            'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'J' | 'L' | 'M' | 'd' | 'f' | 'u' => {
                self.end();
            }
            _ => {}
        }
    }

    fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
        (self.last, self.title) = (None, None);
    }

    fn hook(&mut self, _: &Params, _: &[u8], _: bool, _: char) {
        (self.last, self.title) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut text = PlainText::default();
        let mut lines = Vec::new();
        for piece in pieces {
            lines.append(&mut text.push(piece));
        }
        lines.push(text.lines.line);
        lines
    }

    /// Wherever output is cut, it says the same.
    #[track_caller]
    fn assert_says(output: &str, expected: [&str; 2]) {
        for at in 0..output.len() {
            let (left, right) = output.as_bytes().split_at(at);
            assert_eq!(lines(&[left, right]), expected, "cut at {at}");
        }
    }

    #[test]
    fn escape_sequences_are_left_out_wherever_they_are_cut() {
        let output = "plain \x1b[1;31mred\x1b[0m é\x1b]0;title\x07!\r\n\x1b[2Jnext\tone";
        assert_says(output, ["plain red é!", "next\tone"]);
    }

    #[test]
    fn titles_are_no_text() {
        let output = "a\x1bkti\ntle é\x1b\\b\r\n\x1bkcut short\x18c\x1bkx\x1b[1md";
        assert_says(output, ["ab", "cd"]);
        let mut text = PlainText::default();
        text.push(b"\x1bk");
        text.push(&vec![b'x'; MAX_LINE + 1]);
        assert_eq!(text.find(b"text", |line| line == "text").as_deref(), Some("text"));
    }

    #[test]
    fn repeated_characters_are_there_as_often() {
        assert_eq!(lines(&[b"a-\x1b[3bb\x1b[b\x1b[bc"]), ["a----bbc"]);
        assert_eq!(lines(&[b"\x1b[5bx\x1b[65535b"]), ["x".repeat(1 + usize::from(MAX_COLUMNS))]);
    }

    #[test]
    fn pieces_of_boxes_are_shown_as_such() {
        assert_eq!(lines(&[b"\x1b(0lqk\x1b(Blqk"]), ["┌─┐lqk"]);
        assert_eq!(lines(&["x\x1b)0\x0exAé\x0fx".as_bytes(), b"x\x0e~\x1bcx"]), ["x│Aéxx·x"]);
    }

    #[test]
    fn a_line_ends_where_it_is_overwritten() {
        assert_eq!(lines(&[b"10%\r20%\r\ndone\x08\x08ne"]), ["10%", "20%", "done"]);
        assert_eq!(lines(&[b"a\x1b[3Cb\x1b[5;1Hc"]), ["a   b", "c"]);
    }

    #[test]
    fn an_endless_line_takes_no_endless_memory() {
        let mut text = PlainText::default();
        for _ in 0..100 {
            assert_eq!(text.find(&[b'x'; 100_000], |_| false), None);
        }
        assert!(text.lines.line.len() <= MAX_LINE && text.lines.finished.is_empty());
    }

    #[test]
    fn the_line_that_is_not_finished_counts() {
        let mut text = PlainText::default();
        assert_eq!(text.find(b"one\r\ntwo\r\nthr", |line| line == "two").as_deref(), Some("two"));
        assert_eq!(text.find(b"ee", |line| line == "three").as_deref(), Some("three"));
    }
}
