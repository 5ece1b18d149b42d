//! The modes of a pane's terminal.

/// The cursor's column and line, then what [`Modes::read`] reads, in its order.
pub(super) const FORMAT: &str = "#{cursor_x} #{cursor_y} #{alternate_on} #{mouse_standard_flag} #{mouse_button_flag} \
    #{mouse_all_flag} #{mouse_sgr_flag} #{mouse_utf8_flag} #{bracket_paste_flag} \
    #{keypad_cursor_flag} #{keypad_flag} #{origin_flag} #{insert_flag} #{wrap_flag} #{cursor_flag}";

/// What a program has switched on in its pane. `None` where the server doesn't tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Modes {
    /// It uses the alternate screen (`CSI ? 1049 h`), as full-screen programs do.
    pub alternate_screen: Option<bool>,
    /// It wants clicks of the mouse (1000).
    pub mouse_clicks: Option<bool>,
    /// It wants the mouse's movements with a button down (1002).
    pub mouse_drags: Option<bool>,
    /// It wants all movements of the mouse (1003).
    pub mouse_moves: Option<bool>,
    /// It wants the mouse told in SGR's form (1006).
    pub mouse_sgr: Option<bool>,
    /// It wants the mouse told in UTF-8 (1005).
    pub mouse_utf8: Option<bool>,
    /// It wants to know what is pasted (2004; told by tmux 3.7c and 3.8, not by 3.5a and before).
    pub bracketed_paste: Option<bool>,
    /// Cursor keys send their application's form (1).
    pub cursor_keys: Option<bool>,
    /// The keypad sends its application's form (`ESC =`).
    pub keypad: Option<bool>,
    /// The cursor's home is the scroll region's (6).
    pub origin: Option<bool>,
    /// What is printed moves what stands there (`CSI 4 h`).
    pub insert: Option<bool>,
    /// Lines wrap at the edge (7).
    pub wrap: Option<bool>,
    /// The cursor shows (25).
    pub cursor_visible: Option<bool>,
}

impl Modes {
    /// Reads one field for each mode; an empty one is unknown.
    pub(super) fn read<'a>(mut fields: impl Iterator<Item = &'a str>) -> Self {
        let mut flag = || match fields.next() {
            Some("1") => Some(true),
            Some("0") => Some(false),
            _ => None,
        };
        Self {
            alternate_screen: flag(),
            mouse_clicks: flag(),
            mouse_drags: flag(),
            mouse_moves: flag(),
            mouse_sgr: flag(),
            mouse_utf8: flag(),
            bracketed_paste: flag(),
            cursor_keys: flag(),
            keypad: flag(),
            origin: flag(),
            insert: flag(),
            wrap: flag(),
            cursor_visible: flag(),
        }
    }
}
