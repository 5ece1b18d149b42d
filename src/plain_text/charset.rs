//! Which characters a terminal shows for bytes: text, or the pieces of lines and boxes.

/// What stands for the bytes from 0x5f on in DEC's set of special graphics.
const GRAPHICS: &[char; 32] = &[
    ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─',
    '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
];

/// The two sets that a program can choose, and which of them it uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Charset {
    /// Whether G0 and G1 are graphics.
    graphics: [bool; 2],
    shifted: bool,
}

impl Charset {
    /// SO and SI.
    pub(super) fn shift(&mut self, to_second: bool) {
        self.shifted = to_second;
    }

    /// `ESC ( X` and `ESC ) X`.
    pub(super) fn designate(&mut self, intermediate: u8, set: u8) {
        match intermediate {
            b'(' => self.graphics[0] = set == b'0',
            b')' => self.graphics[1] = set == b'0',
            _ => {}
        }
    }

    pub(super) fn shown(self, character: char) -> char {
        if !self.graphics[usize::from(self.shifted)] {
            return character;
        }
        let at = u32::from(character).checked_sub(0x5f).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| GRAPHICS.get(at).copied()).unwrap_or(character)
    }
}
