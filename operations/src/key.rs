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
    "any",
    "bspace",
    "btab",
    "dc",
    "delete",
    "down",
    "end",
    "enter",
    "escape",
    "focusin",
    "focusout",
    "home",
    "ic",
    "insert",
    "kp*",
    "kp+",
    "kp-",
    "kp.",
    "kp/",
    "kp0",
    "kp1",
    "kp2",
    "kp3",
    "kp4",
    "kp5",
    "kp6",
    "kp7",
    "kp8",
    "kp9",
    "kpenter",
    "left",
    "none",
    "npage",
    "pagedown",
    "pageup",
    "pastestart",
    "pasteend",
    "pgdn",
    "pgup",
    "ppage",
    "right",
    "space",
    "tab",
    "up",
];

/// What the names of mouse keys begin with.
const MOUSE: &[&str] = &[
    "mousedown",
    "mouseup",
    "mousedrag",
    "mousedragend",
    "mousemove",
    "wheelup",
    "wheeldown",
    "secondclick",
    "doubleclick",
    "tripleclick",
];

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
];

impl Key {
    /// Reads a key's name: a name that tmux has or one character, with any of `C-`, `M-` and `S-`
    /// (or `^`) before it.
    ///
    /// # Errors
    /// [`Refusal::Key`] for anything that tmux would take for text, and [`Refusal::Empty`].
    pub fn named(name: &str) -> Result<Self, Refusal> {
        if name.is_empty() {
            return Err(Refusal::Empty);
        }
        match is_key(without_modifiers(name)) {
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

fn without_modifiers(mut name: &str) -> &str {
    loop {
        let caret = name.strip_prefix('^').filter(|rest| !rest.is_empty());
        let modifiers = ["C-", "c-", "M-", "m-", "S-", "s-"];
        let stripped = modifiers.iter().find_map(|modifier| name.strip_prefix(modifier));
        match stripped.filter(|rest| !rest.is_empty()).or(caret) {
            Some(rest) => name = rest,
            None => return name,
        }
    }
}

fn is_key(name: &str) -> bool {
    let mut characters = name.chars();
    if characters.next().is_some() && characters.next().is_none() {
        return true;
    }
    let name = name.to_ascii_lowercase();
    if let Some(digits) = name.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let number = |prefix, range: std::ops::RangeInclusive<u16>| {
        let digits: Option<&str> = name.strip_prefix(prefix);
        let digits = digits.filter(|digits| !digits.starts_with('0') || *digits == "0");
        digits.and_then(|digits| digits.parse().ok()).is_some_and(|number| range.contains(&number))
    };
    NAMES.contains(&name.as_str())
        || number("f", 1..=12)
        || number("user", 0..=999)
        || is_mouse(&name)
}

fn is_mouse(name: &str) -> bool {
    MOUSE.iter().any(|event| {
        let rest = name
            .strip_prefix(event)
            .map(|rest| rest.trim_start_matches(|character: char| character.is_ascii_digit()));
        rest.is_some_and(|place| PLACES.contains(&place))
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
