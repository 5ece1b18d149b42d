//! Values of flags and arguments: bytes, each kind a type of its own where it could be mistaken.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::error::Refusal;
use crate::nested::Commands;
use crate::plan::Slot;
use crate::release::{Release, V3_2};
use crate::spec::ValueKind;

/// A value as it is kept: what is wrong with it comes out when it is rendered.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Bytes(Vec<u8>),
    /// Text where tmux expects a format.
    Literal(Vec<u8>),
    Commands(Commands),
    /// What a step of a plan makes, and what comes behind it in the target.
    Slot(Slot, Vec<u8>),
    Refused(Refusal),
}

/// A type that a flag or an argument can have.
pub(crate) trait ValueType {
    const KIND: ValueKind;

    fn into_value(self) -> Value;
}

macro_rules! byte_values {
    ($($(#[$doc:meta])* $name:ident $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) Vec<u8>);

        impl $name {
            /// From any bytes.
            pub fn new(bytes: impl AsRef<[u8]>) -> Self {
                Self(bytes.as_ref().to_vec())
            }

            /// Its bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl ValueType for $name {
            const KIND: ValueKind = ValueKind::$kind;

            fn into_value(self) -> Value {
                Value::Bytes(self.0)
            }
        }

        hide!($name);
        from_bytes!($name: &str, &String, &[u8], Vec<u8>, String);
        from_os!($name);

        impl<const N: usize> From<&[u8; N]> for $name {
            fn from(bytes: &[u8; N]) -> Self {
                Self(bytes.to_vec())
            }
        }
    )*};
}

/// Any value may be a secret, so only its size shows; an operation shows what is not.
macro_rules! hide {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }
    };
}
pub(crate) use hide;

macro_rules! from_bytes {
    ($name:ident: $($from:ty),*) => {$(
        impl From<$from> for $name {
            fn from(value: $from) -> Self {
                Self(Vec::from(AsRef::<[u8]>::as_ref(&value)))
            }
        }
    )*};
}

macro_rules! from_os {
    ($name:ident) => {
        impl From<&OsStr> for $name {
            fn from(value: &OsStr) -> Self {
                Self(value.as_bytes().to_vec())
            }
        }

        impl From<OsString> for $name {
            fn from(value: OsString) -> Self {
                Self(value.into_vec())
            }
        }

        impl From<&Path> for $name {
            fn from(value: &Path) -> Self {
                Self::from(value.as_os_str())
            }
        }

        impl From<PathBuf> for $name {
            fn from(value: PathBuf) -> Self {
                Self::from(value.into_os_string())
            }
        }
    };
}

byte_values! {
    /// The name of something: a session, a window, a buffer, an option. It may show in logs.
    Name Name;
    /// One of tmux's own words or small expressions: a style, a sort order, a border, a position, a
    /// layout. It may show in logs.
    Word Word;
    /// A file.
    File File;
    /// Text as it is.
    Text Text;
    /// A command for the shell; where there are several, a program and its arguments.
    Shell Shell;
}

macro_rules! expanded_values {
    ($($(#[$doc:meta])* $name:ident $kind:ident $literal:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) Vec<u8>, bool);

        impl ValueType for $name {
            const KIND: ValueKind = ValueKind::$kind;

            fn into_value(self) -> Value {
                match self.1 {
                    true => Value::Literal(self.0),
                    false => Value::Bytes(self.0),
                }
            }
        }

        hide!($name);

        impl<B: Into<Text>> From<B> for $name {
            fn from(bytes: B) -> Self {
                Self(bytes.into().0, $literal)
            }
        }
    )*};
}

expanded_values! {
    /// A format, `#{pane_id}`: strings are formats, and [`Format::literal`] is text.
    Format Format false;
    /// The name of something, which tmux would take for a format: strings are names as they are,
    /// whatever `#` they have; see [`Label::format`].
    Label Label true;
    /// A file or directory, which tmux would take for a format: strings are paths as they are; see
    /// [`Location::format`].
    Location Location true;
    /// Text, which tmux would take for a format: strings are text as they are; see
    /// [`Phrase::format`].
    Phrase Phrase true;
    /// A command for the shell, which tmux would take for a format: strings are commands as they
    /// are; see [`Script::format`].
    Script Script true;
}

impl Format {
    /// A format that stands for exactly this text, whatever `#` and `%` it has. Without it a text
    /// from elsewhere could run programs, `#(..)`.
    pub fn literal(text: impl AsRef<[u8]>) -> Self {
        Self(text.as_ref().to_vec(), true)
    }
}

macro_rules! from_format {
    ($($name:ident)*) => {$(
        impl $name {
            /// What a format says.
            pub fn format(format: impl Into<Format>) -> Self {
                let format = format.into();
                Self(format.0, format.1)
            }
        }
    )*};
}

from_format!(Label Location Phrase Script);

/// Text as a format that expands to it. `dated` is whether the time is expanded, too.
pub(crate) fn as_format(text: &[u8], release: Option<Release>, dated: bool) -> Vec<u8> {
    let mut format = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'#' {
            format.push(*byte);
            if dated && *byte == b'%' {
                format.push(b'%');
            }
            continue;
        }
        let more = rest.iter().take_while(|byte| **byte == b'#').count();
        rest = &rest[more..];
        // Before `[` they stay as they are from 3.2, for what is drawn reads them.
        let is_style = rest.first() == Some(&b'[') && release.is_none_or(|release| release >= V3_2);
        let times = if is_style { more + 1 } else { 2 * (more + 1) };
        format.resize(format.len() + times, b'#');
    }
    format
}

impl ValueType for u32 {
    const KIND: ValueKind = ValueKind::Number;

    fn into_value(self) -> Value {
        Value::Bytes(self.to_string().into_bytes())
    }
}

/// A number of cells, or a part of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Size {
    /// So many lines or columns.
    Cells(u32),
    /// So many hundredths. Only where tmux takes them (from 3.1, in most places).
    Percent(u8),
    /// As large as the client is: only for `new-session`.
    Client,
}

impl From<u32> for Size {
    fn from(cells: u32) -> Self {
        Self::Cells(cells)
    }
}

impl ValueType for Size {
    const KIND: ValueKind = ValueKind::Size;

    fn into_value(self) -> Value {
        Value::Bytes(match self {
            Self::Cells(cells) => cells.to_string().into_bytes(),
            Self::Percent(percent) => format!("{percent}%").into_bytes(),
            Self::Client => b"-".to_vec(),
        })
    }
}

/// A variable with its value, for the environment of a program.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Environment {
    name: Vec<u8>,
    value: Vec<u8>,
}

impl Environment {
    /// From a name without `=`, and a value.
    pub fn new(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self { name: name.as_ref().to_vec(), value: value.as_ref().to_vec() }
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Environment({}=..)", self.name.escape_ascii())
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> From<(N, V)> for Environment {
    fn from((name, value): (N, V)) -> Self {
        Self::new(name, value)
    }
}

impl ValueType for Environment {
    const KIND: ValueKind = ValueKind::Environment;

    fn into_value(self) -> Value {
        if self.name.is_empty() || self.name.contains(&b'=') {
            return Value::Refused(Refusal::Variable);
        }
        Value::Bytes([self.name.as_slice(), self.value.as_slice()].join(&b'='))
    }
}

impl ValueType for Commands {
    const KIND: ValueKind = ValueKind::Commands;

    fn into_value(self) -> Value {
        Value::Commands(self)
    }
}
