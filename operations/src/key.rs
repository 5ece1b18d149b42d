//! Keys by name, as apart from text.

use crate::error::Refusal;
use crate::spec::ValueKind;
use crate::value::{Value, ValueType, hide};

/// A key that tmux knows, such as `Enter`, `C-c`, `M-Left`, `a` or `MouseDown1Pane`.
///
/// To tmux a name that it doesn't know is text, which it would type; that can't happen with this.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key(Vec<u8>);

hide!(Key);

/// Keys with names, in small letters, for tmux doesn't mind the case.
const NAMES: &[&str] = &[
    "bspace", "btab", "dc", "delete", "down", "end", "enter", "escape", "home", "ic", "insert",
    "kp*", "kp+", "kp-", "kp.", "kp/", "kp0", "kp1", "kp2", "kp3", "kp4", "kp5", "kp6", "kp7",
    "kp8", "kp9", "kpenter", "left", "npage", "pagedown", "pageup", "pgdn", "pgup", "ppage",
    "right", "space", "tab", "up", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10",
    "f11", "f12",
];

/// What the names of mouse keys begin with, before the number of a button.
const BUTTONS: &[&str] = &[
    "mousedown",
    "mouseup",
    "mousedrag",
    "mousedragend",
    "secondclick",
    "doubleclick",
    "tripleclick",
];
const BUTTON_NUMBERS: &[&str] = &["1", "2", "3", "6", "7", "8", "9", "10", "11"];

/// What the names of mouse keys end with.
const PLACES: &[&str] = &[
    "pane",
    "status",
    "statusleft",
    "statusright",
    "statusdefault",
    "border",
    "scrollbarup",
    "scrollbarslider",
    "scrollbardown",
    "control0",
    "control1",
    "control2",
    "control3",
    "control4",
    "control5",
    "control6",
    "control7",
    "control8",
    "control9",
];

impl Key {
    /// Reads a key's name: a name that tmux has or one character, with any of `C-`, `M-` and `S-`,
    /// or one `^`, before it. A few are known only to newer releases: `C-Escape`, second clicks and
    /// buttons from 6 on from 3.2, scrollbars from 3.6.
    ///
    /// # Errors
    /// [`Refusal::Key`] for anything that tmux would take for text, and [`Refusal::Empty`].
    pub fn named(name: &str) -> Result<Self, Refusal> {
        if name.is_empty() {
            return Err(Refusal::Empty);
        }
        match is_key(name) {
            true => Ok(Self(name.as_bytes().to_vec())),
            false => Err(Refusal::Key),
        }
    }

    /// Any bytes as a name, unchecked: tmux types what it doesn't know.
    pub fn raw(name: impl AsRef<[u8]>) -> Self {
        Self(name.as_ref().to_vec())
    }

    /// The key of a character. A space is `Space`, for in a list of keys tmux could lose it.
    pub fn character(character: char) -> Self {
        match character {
            ' ' => Self(b"Space".to_vec()),
            other => Self(other.to_string().into_bytes()),
        }
    }

    /// With Ctrl.
    pub fn ctrl(self) -> Self {
        self.with(b"C-")
    }

    /// With Meta, that is Alt.
    pub fn meta(self) -> Self {
        self.with(b"M-")
    }

    /// With Shift.
    pub fn shift(self) -> Self {
        self.with(b"S-")
    }

    fn with(self, modifier: &[u8]) -> Self {
        Self([modifier, &self.0].concat())
    }

    /// Return.
    pub fn enter() -> Self {
        Self(b"Enter".to_vec())
    }

    /// Escape.
    pub fn escape() -> Self {
        Self(b"Escape".to_vec())
    }

    /// Tab.
    pub fn tab() -> Self {
        Self(b"Tab".to_vec())
    }

    /// The function key with a number from 1 to 12.
    ///
    /// # Errors
    /// [`Refusal::Key`] for other numbers.
    pub fn function(number: u8) -> Result<Self, Refusal> {
        Self::named(&format!("F{number}"))
    }

    /// Its name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn is_key(name: &str) -> bool {
    if name.eq_ignore_ascii_case("any") {
        return true;
    }
    if let Some(digits) = name.strip_prefix("0x").or_else(|| name.strip_prefix("0X")) {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    // Only at the beginning is `^` Ctrl; alone it is a key.
    let rest = name.strip_prefix('^').filter(|rest| !rest.is_empty());
    is_plain(without_modifiers(rest.unwrap_or(name)))
}

fn without_modifiers(mut name: &str) -> &str {
    let modifiers = ["C-", "c-", "M-", "m-", "S-", "s-"];
    let stripped = |name| {
        let rest = modifiers.iter().find_map(|modifier| str::strip_prefix(name, modifier));
        rest.filter(|rest| !rest.is_empty())
    };
    while let Some(rest) = stripped(name) {
        name = rest;
    }
    name
}

fn is_plain(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    name.chars().count() == 1
        || NAMES.contains(&lower.as_str())
        || is_mouse(&lower)
        || name.strip_prefix("User").is_some_and(is_user_key)
}

/// A sequence of the option `user-keys`, by its number.
fn is_user_key(number: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit()) && matches!(number.parse(), Ok(0..=999u16))
}

fn is_mouse(name: &str) -> bool {
    let wheel = name.strip_prefix("wheelup").or_else(|| name.strip_prefix("wheeldown"));
    wheel.is_some_and(|place| PLACES.contains(&place))
        || BUTTONS.iter().filter_map(|event| name.strip_prefix(event)).any(|rest| {
            BUTTON_NUMBERS
                .iter()
                .filter_map(|number| rest.strip_prefix(number))
                .any(|place| PLACES.contains(&place))
        })
}

impl ValueType for Key {
    const KIND: ValueKind = ValueKind::Key;

    fn into_value(self) -> Value {
        match self.0.is_empty() {
            true => Value::Refused(Refusal::Empty),
            false => Value::Bytes(self.0),
        }
    }
}
