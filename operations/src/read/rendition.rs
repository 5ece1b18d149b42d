//! The colours and attributes that are in force where a line begins and ends.

/// SO and SI: line drawing begins and ends.
const SHIFT: (u8, u8) = (0x0e, 0x0f);

/// What SGR sequences have set, as they said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rendition {
    /// Each with the group of attributes that it belongs to.
    set: Vec<(Group, Vec<u8>)>,
    shifted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Bold,
    Dim,
    Italics,
    Underline,
    Blink,
    Reverse,
    Hidden,
    Struck,
    Overline,
    Foreground,
    Background,
    UnderlineColour,
}

impl Rendition {
    /// Makes a line whole in itself: it begins with what was in force, and ends with nothing in force.
    /// What is empty stays so.
    pub(super) fn whole(&mut self, line: &[u8]) -> Vec<u8> {
        if line.is_empty() {
            return Vec::new();
        }
        let mut whole = self.begin();
        whole.extend_from_slice(line);
        self.read(line);
        whole.extend_from_slice(&self.end());
        whole
    }

    fn begin(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (at, (_, said)) in self.set.iter().enumerate() {
            text.extend_from_slice(if at == 0 { b"\x1b[" } else { b";" });
            text.extend_from_slice(said);
        }
        if !self.set.is_empty() {
            text.push(b'm');
        }
        text.extend(self.shifted.then_some(SHIFT.0));
        text
    }

    fn end(&self) -> Vec<u8> {
        let mut text = Vec::new();
        text.extend(self.shifted.then_some(SHIFT.1));
        if !self.set.is_empty() {
            text.extend_from_slice(b"\x1b[0m");
        }
        text
    }

    fn read(&mut self, mut line: &[u8]) {
        while let Some(at) = memchr::memchr3(0x1b, SHIFT.0, SHIFT.1, line) {
            let found = line[at];
            line = &line[at + 1..];
            if found != 0x1b {
                self.shifted = found == SHIFT.0;
            } else if let Some(rest) = line.strip_prefix(b"[") {
                let end = rest.iter().position(|byte| !matches!(byte, b'0'..=b';'));
                if let Some(end) = end.filter(|end| rest[*end] == b'm') {
                    self.set(&rest[..end]);
                }
            }
        }
    }

    /// Takes the numbers of one sequence.
    fn set(&mut self, numbers: &[u8]) {
        let mut numbers = numbers.split(|byte| *byte == b';');
        while let Some(said) = numbers.next() {
            let mut said = said.to_vec();
            let number = said.split(|byte| *byte == b':').next().and_then(number).unwrap_or(0);
            if matches!(number, 38 | 48 | 58) && !said.contains(&b':') {
                let mut more = |said: &mut Vec<u8>| {
                    let more = numbers.next().unwrap_or_default();
                    said.push(b';');
                    said.extend_from_slice(more);
                    number_of(more)
                };
                let parts = if more(&mut said) == 2 { 3 } else { 1 };
                for _ in 0..parts {
                    more(&mut said);
                }
            }
            self.take(number, said);
        }
    }

    fn take(&mut self, number: u32, said: Vec<u8>) {
        let (group, sets) = match number {
            0 => return self.set.clear(),
            1 => (Group::Bold, true),
            2 => (Group::Dim, true),
            3 | 23 => (Group::Italics, number == 3),
            4 | 21 => (Group::Underline, said != b"4:0"),
            24 => (Group::Underline, false),
            5 | 6 | 25 => (Group::Blink, number != 25),
            7 | 27 => (Group::Reverse, number == 7),
            8 | 28 => (Group::Hidden, number == 8),
            9 | 29 => (Group::Struck, number == 9),
            53 | 55 => (Group::Overline, number == 53),
            22 => {
                return self.set.retain(|(group, _)| !matches!(group, Group::Bold | Group::Dim));
            }
            30..=39 | 90..=97 => (Group::Foreground, number != 39),
            40..=49 | 100..=107 => (Group::Background, number != 49),
            58 | 59 => (Group::UnderlineColour, number == 58),
            _ => return,
        };
        self.set.retain(|(known, _)| *known != group);
        if sets {
            self.set.push((group, said));
        }
    }
}

fn number(text: &[u8]) -> Option<u32> {
    str::from_utf8(text).ok()?.parse().ok()
}

fn number_of(text: &[u8]) -> u32 {
    number(text).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(lines: &[&str]) -> Vec<String> {
        let mut rendition = Rendition::default();
        let whole = lines.iter().map(|line| rendition.whole(line.as_bytes()));
        whole.map(|line| String::from_utf8(line).expect("text")).collect()
    }

    #[test]
    fn lines_begin_with_what_is_in_force_and_end_with_nothing() {
        assert_eq!(
            whole(&["\x1b[31mred", "red", "\x1b[1mbold", "\x1b[0m\x1b[39m\x1b[49mplain"]),
            [
                "\x1b[31mred\x1b[0m",
                "\x1b[31mred\x1b[0m",
                "\x1b[31m\x1b[1mbold\x1b[0m",
                "\x1b[31;1m\x1b[0m\x1b[39m\x1b[49mplain"
            ]
        );
        let colours = "\x1b[38;5;3;48;2;1;2;3;4:3;58:2::9:9:9m\x0eq";
        assert_eq!(
            whole(&[colours, "x"])[1],
            "\x1b[38;5;3;48;2;1;2;3;4:3;58:2::9:9:9m\x0ex\x0f\x1b[0m"
        );
        assert_eq!(whole(&["\x1b[1;2;7mx", "\x1b[22;27;31my\x1b[39m", "z"])[2], "z");
    }

    #[test]
    fn whole_lines_stay_as_they_are_and_broken_ones_do_no_harm() {
        for line in ["plain", "\x1b[31mred\x1b[39m", "\x1b[1m\x1b[31mbold\x1b[0m", "\x0eq\x0f"] {
            assert_eq!(whole(&[line, "next"]), [line, "next"]);
        }
        for line in
            ["\x1b", "\x1b[", "\x1b[38;5", "\x1b[38;5mx", "\x1b[99999999999999m", "\x1b[;;m"]
        {
            whole(&[line, "x"]);
        }
    }
}
