//! What the emulator library leaves out: modes that it doesn't know, and answers to questions.

use std::collections::BTreeSet;

use vt100::{Callbacks, Screen};

/// What terminals of the family say when they are asked who they are.
const PRIMARY: &[u8] = b"\x1b[?1;2c";
const SECONDARY: &[u8] = b"\x1b[>0;0;0c";
const NAME: &[u8] = b"\x1bP>|testkit 1\x1b\\";

/// Modes that the library knows; it passes them on with others of the same sequence.
const KNOWN: [u16; 12] = [1, 6, 9, 25, 47, 1000, 1002, 1003, 1005, 1006, 1049, 2004];

/// Hears what the library doesn't handle.
#[derive(Debug, Default)]
pub(super) struct Extra {
    /// Private modes that are on, by their numbers.
    pub(super) private: BTreeSet<u16>,
    /// The level of xterm's modifyOtherKeys.
    pub(super) other_keys: u16,
    /// The character set G0 is for drawing lines, or G1 is chosen.
    pub(super) line_drawing: bool,
    pub(super) title: String,
    /// `None`: it keeps silent.
    pub(super) answers: Option<Vec<u8>>,
}

impl Extra {
    fn answer(&mut self, text: &[u8]) {
        if let Some(answers) = &mut self.answers {
            answers.extend_from_slice(text);
        }
    }
}

impl Callbacks for Extra {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_control(&mut self, _: &mut Screen, byte: u8) {
        match byte {
            0x0e => self.line_drawing = true,
            0x0f => self.line_drawing = false,
            _ => {}
        }
    }

    fn unhandled_escape(&mut self, _: &mut Screen, i1: Option<u8>, _: Option<u8>, byte: u8) {
        if i1 == Some(b'(') {
            self.line_drawing = byte == b'0';
        }
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        i1: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        kind: char,
    ) {
        let numbers: Vec<u16> = params.iter().filter_map(|param| param.first().copied()).collect();
        match (i1, kind) {
            (Some(b'?'), 'h') => {
                self.private.extend(numbers.iter().filter(|mode| !KNOWN.contains(mode)));
            }
            (Some(b'?'), 'l') => self.private.retain(|mode| !numbers.contains(mode)),
            (Some(b'>'), 'm') if numbers.first() == Some(&4) => {
                self.other_keys = numbers.get(1).copied().unwrap_or(0);
            }
            (Some(b'>'), 'n') if numbers.first() == Some(&4) => self.other_keys = 0,
            (None, 'c') => self.answer(PRIMARY),
            (Some(b'>'), 'c') => self.answer(SECONDARY),
            (Some(b'>'), 'q') => self.answer(NAME),
            (None, 'n') if numbers == [6] => {
                let (row, column) = screen.cursor_position();
                self.answer(format!("\x1b[{};{}R", row + 1, column + 1).as_bytes());
            }
            _ => {}
        }
    }
}
