//! A screen at one moment, comparable and readable.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Formatter};

use vt100::{Cell, Color, Parser};

use super::emulator::Extra;

/// What a terminal shows, and the modes that it is in.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The rows from top to bottom, without what is empty at their ends.
    pub text: Vec<String>,
    /// Where and how it is not plain: `ROW: FROM-TO ATTRIBUTES`.
    pub look: Vec<String>,
    /// Row and column from 0.
    pub cursor: (u16, u16),
    /// What the terminal was told to do.
    pub modes: Modes,
}

/// What programs switch on and should switch off again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "so a terminal's modes are")]
pub struct Modes {
    /// The alternate screen is shown.
    pub alternate_screen: bool,
    /// The cursor is not shown.
    pub hidden_cursor: bool,
    /// The keypad sends sequences.
    pub application_keypad: bool,
    /// The cursor keys send other sequences.
    pub application_cursor: bool,
    /// Pasted text comes in brackets.
    pub bracketed_paste: bool,
    /// What the mouse reports, and in which form; empty if it reports nothing.
    pub mouse: String,
    /// The cursor's form, as the emulator names it.
    pub cursor_style: String,
    /// Other private modes by number: 1004 is focus, 2026 synchronized output.
    pub private: BTreeSet<u16>,
    /// xterm's modifyOtherKeys.
    pub other_keys: u16,
    /// Letters are drawn as lines.
    pub line_drawing: bool,
    /// The window's title.
    pub title: String,
}

impl Modes {
    /// What is on that a program must not leave behind.
    pub fn leftovers(&self) -> Vec<String> {
        let mut left: Vec<String> = [
            (self.alternate_screen, "the alternate screen"),
            (self.hidden_cursor, "a hidden cursor"),
            (self.application_keypad, "the application keypad"),
            (self.application_cursor, "application cursor keys"),
            (self.bracketed_paste, "bracketed paste"),
            (!self.mouse.is_empty(), "the mouse"),
            (self.other_keys != 0, "modifyOtherKeys"),
            (self.line_drawing, "line drawing"),
        ]
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| (*name).to_owned())
        .collect();
        // Blinking (12), autowrap (7) and a scroll without jumps (4) are the terminal's own affair.
        let others = self.private.iter().filter(|mode| !matches!(mode, 4 | 7 | 12));
        left.extend(others.map(|mode| format!("mode {mode}")));
        left
    }
}

impl Snapshot {
    pub(super) fn take(parser: &Parser<Extra>) -> Self {
        let screen = parser.screen();
        let (rows, columns) = screen.size();
        let look = (0..rows.get()).filter_map(|row| {
            let runs = runs((0..columns.get()).map(|column| screen.cell(row, column)));
            (!runs.is_empty()).then(|| format!("{row:2}: {runs}"))
        });
        Self {
            text: screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect(),
            look: look.collect(),
            cursor: screen.cursor_position(),
            modes: modes(parser),
        }
    }

    /// The rows with a line feed after each.
    pub fn contents(&self) -> String {
        self.text.iter().flat_map(|row| [row.as_str(), "\n"]).collect()
    }
}

fn modes(parser: &Parser<Extra>) -> Modes {
    let (screen, extra) = (parser.screen(), parser.callbacks());
    let mouse = match screen.mouse_protocol_mode() {
        vt100::MouseProtocolMode::None => String::new(),
        mode => format!("{mode:?} {:?}", screen.mouse_protocol_encoding()),
    };
    Modes {
        alternate_screen: screen.alternate_screen(),
        hidden_cursor: screen.hide_cursor(),
        application_keypad: screen.application_keypad(),
        application_cursor: screen.application_cursor(),
        bracketed_paste: screen.bracketed_paste(),
        mouse,
        cursor_style: format!("{:?}", screen.cursor_style()),
        private: extra.private.clone(),
        other_keys: extra.other_keys,
        line_drawing: extra.line_drawing,
        title: extra.title.clone(),
    }
}

fn runs<'a>(cells: impl Iterator<Item = Option<&'a Cell>>) -> String {
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for (column, cell) in cells.enumerate() {
        let look = cell.map(look).unwrap_or_default();
        match runs.last_mut() {
            Some((_, end, last)) if *end + 1 == column && *last == look => *end = column,
            _ => runs.push((column, column, look)),
        }
    }
    let runs = runs.iter().filter(|(_, _, look)| !look.is_empty());
    runs.map(|(start, end, look)| format!("{start}-{end}{look}")).collect::<Vec<_>>().join(", ")
}

fn look(cell: &Cell) -> String {
    let mut look = String::new();
    for (name, colour) in [("fg", cell.fgcolor()), ("bg", cell.bgcolor())] {
        match colour {
            Color::Default => {}
            Color::Idx(number) => look.push_str(&format!(" {name}={number}")),
            Color::Rgb(red, green, blue) => {
                look.push_str(&format!(" {name}=#{red:02x}{green:02x}{blue:02x}"));
            }
        }
    }
    for (name, on) in [
        (" bold", cell.bold()),
        (" dim", cell.dim()),
        (" italic", cell.italic()),
        (" underline", cell.underline()),
        (" inverse", cell.inverse()),
        (" wide", cell.is_wide()),
    ] {
        if on {
            look.push_str(name);
        }
    }
    look
}

impl Debug for Snapshot {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (number, row) in self.text.iter().enumerate() {
            writeln!(f, "{number:2}|{row}")?;
        }
        for look in &self.look {
            writeln!(f, "look {look}")?;
        }
        write!(f, "cursor {:?} {:?}", self.cursor, self.modes)
    }
}
