//! The modes of a pane's terminal.

/// Makes of each mode a field, and a part of the question.
macro_rules! modes {
    ($($(#[$doc:meta])* $name:ident: $format:literal,)*) => {
        /// The cursor's column and line, then what [`Modes::read`] reads.
        pub(super) const FORMAT: &str =
            concat!("#{cursor_x} #{cursor_y}", $(" #{", $format, "}"),*);

        /// What a program has switched on in its pane. `None` where the server doesn't tell.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct Modes {
            $($(#[$doc])* pub $name: Option<bool>,)*
        }

        impl Modes {
            /// Reads one field for each mode; an empty one is unknown.
            pub(super) fn read<'a>(mut fields: impl Iterator<Item = &'a str>) -> Self {
                let mut flag = || match fields.next() {
                    Some("1") => Some(true),
                    Some("0") => Some(false),
                    _ => None,
                };
                Self { $($name: flag(),)* }
            }

            /// The modes that the server tells, by the names of their fields.
            pub fn told(&self) -> impl Iterator<Item = (&'static str, bool)> {
                let modes = [$((stringify!($name), self.$name)),*];
                modes.into_iter().filter_map(|(name, on)| Some((name, on?)))
            }
        }
    };
}

modes! {
    /// It uses the alternate screen (`CSI ? 1049 h`), as full-screen programs do.
    alternate_screen: "alternate_on",
    /// It wants clicks of the mouse (1000).
    mouse_clicks: "mouse_standard_flag",
    /// It wants the mouse's movements with a button down (1002).
    mouse_drags: "mouse_button_flag",
    /// It wants all movements of the mouse (1003).
    mouse_moves: "mouse_all_flag",
    /// It wants the mouse told in SGR's form (1006).
    mouse_sgr: "mouse_sgr_flag",
    /// It wants the mouse told in UTF-8 (1005).
    mouse_utf8: "mouse_utf8_flag",
    /// It wants to know what is pasted (2004; told by tmux 3.7c and 3.8, not by 3.5a and before).
    bracketed_paste: "bracket_paste_flag",
    /// Cursor keys send their application's form (1).
    cursor_keys: "keypad_cursor_flag",
    /// The keypad sends its application's form (`ESC =`).
    keypad: "keypad_flag",
    /// The cursor's home is the scroll region's (6).
    origin: "origin_flag",
    /// What is printed moves what stands there (`CSI 4 h`).
    insert: "insert_flag",
    /// Lines wrap at the edge (7).
    wrap: "wrap_flag",
    /// The cursor shows (25).
    cursor_visible: "cursor_flag",
}
