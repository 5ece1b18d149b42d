//! What is true of an object, asked of the server.

use std::ops::{BitAnd, BitOr, Not};

use bstr::{BStr, BString};
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::field::{Field, FieldSpec};
use super::question::UserOption;
use super::value::{FieldKind, FieldValue};
use crate::release::{Release, V3_2};

/// Something that is true of some objects and not of others; the server tells which.
///
/// ```
/// use tmuxwire_operations::read::{Filter, pane, window};
///
/// let quiet = pane::ACTIVE.is_true() & !window::NAME.eq("a, {b}");
/// assert_eq!(
///     quiet.format(None),
///     b"#{&&:#{?pane_active,1,0},#{?#{==:#{window_name},a#, {b#}},0,1}}",
/// );
/// # let _: Filter = quiet;
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct Filter(Test);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Test {
    Raw(Vec<u8>),
    Is(String),
    Equal { name: String, text: Vec<u8> },
    Matches { name: String, flags: &'static str, pattern: Vec<u8> },
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

/// Texts may be secrets.
impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filter(..)")
    }
}

impl Filter {
    /// What a format of your own says: nothing and `0` are not true.
    pub fn raw(format: impl AsRef<[u8]>) -> Self {
        Self(Test::Raw(format.as_ref().to_vec()))
    }

    /// The format that it is for a release, the newest if none is given.
    pub fn format(&self, release: Option<Release>) -> Vec<u8> {
        let mut format = Vec::new();
        self.0.write(release, &mut format);
        format
    }
}

impl Test {
    fn write(&self, release: Option<Release>, to: &mut Vec<u8>) {
        match self {
            Self::Raw(format) => to.extend_from_slice(format),
            // The field alone would be its value, and `00` is true.
            Self::Is(name) => to.extend_from_slice(format!("#{{?{name},1,0}}").as_bytes()),
            Self::Equal { name, text } => {
                to.extend_from_slice(format!("#{{==:#{{{name}}},").as_bytes());
                literal(text, release, to);
                to.push(b'}');
            }
            Self::Matches { name, flags, pattern } => {
                to.extend_from_slice(format!("#{{m{flags}:").as_bytes());
                literal(pattern, release, to);
                to.extend_from_slice(format!(",#{{{name}}}}}").as_bytes());
            }
            Self::Not(test) => {
                to.extend_from_slice(b"#{?");
                test.write(release, to);
                to.extend_from_slice(b",0,1}");
            }
            Self::Both(one, other) => pair(b"#{&&:", one, other, release, to),
            Self::Either(one, other) => pair(b"#{||:", one, other, release, to),
        }
    }
}

fn pair(start: &[u8], one: &Test, other: &Test, release: Option<Release>, to: &mut Vec<u8>) {
    to.extend_from_slice(start);
    one.write(release, to);
    to.push(b',');
    other.write(release, to);
    to.push(b'}');
}

/// Text within a format's argument, which stands for itself.
fn literal(text: &[u8], release: Option<Release>, to: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
        if hashes == 0 {
            if matches!(byte, b',' | b'}') {
                to.push(b'#');
            }
            to.push(*byte);
            rest = after;
            continue;
        }
        rest = &rest[hashes..];
        // Before `[` they stay as they are from 3.2, for what is drawn reads them.
        let is_style = rest.first() == Some(&b'[') && release.is_none_or(|release| release >= V3_2);
        to.resize(to.len() + if is_style { hashes } else { 2 * hashes }, b'#');
    }
}

impl BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(Test::Both(Box::new(self.0), Box::new(other.0)))
    }
}

impl BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(Test::Either(Box::new(self.0), Box::new(other.0)))
    }
}

impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self(Test::Not(Box::new(self.0)))
    }
}

/// What a field of a type can be compared with: numbers, ids of the same kind, bytes.
pub trait Comparable<T> {
    /// As tmux writes it.
    #[doc(hidden)]
    fn written(&self) -> Vec<u8>;
}

macro_rules! comparable {
    ($($type:ty: $($with:ty)*;)*) => {$($(
        impl Comparable<$type> for $with {
            fn written(&self) -> Vec<u8> {
                self.to_string().into_bytes()
            }
        }
    )*)*};
}

comparable! {
    u32: u32 i32;
    i64: i64 u32 i32;
    SessionId: SessionId;
    WindowId: WindowId;
    PaneId: PaneId;
}

macro_rules! comparable_text {
    ($($type:ty)*) => {$(
        impl Comparable<BString> for $type {
            fn written(&self) -> Vec<u8> {
                AsRef::<[u8]>::as_ref(self).to_vec()
            }
        }
    )*};
}

comparable_text!(&str String &String &[u8] Vec<u8> &Vec<u8> BString &BString &BStr);

impl<T, C: Comparable<T>> Comparable<Option<T>> for C {
    fn written(&self) -> Vec<u8> {
        Comparable::<T>::written(self)
    }
}

fn equal(name: &str, text: Vec<u8>) -> Filter {
    Filter(Test::Equal { name: name.to_owned(), text })
}

fn matches(name: &str, flags: &'static str, pattern: Vec<u8>) -> Filter {
    Filter(Test::Matches { name: name.to_owned(), flags, pattern })
}

/// A pattern for what has a text somewhere in it.
fn around(text: &[u8]) -> Vec<u8> {
    let mut pattern = vec![b'*'];
    for byte in text {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
    pattern.push(b'*');
    pattern
}

impl<T: FieldValue> Field<T> {
    /// That it is neither nothing nor 0: for flags, that they are on.
    pub fn is_true(self) -> Filter {
        Filter(Test::Is(self.spec().name.to_owned()))
    }

    /// That it is exactly this. Numbers and ids as they are, texts of any bytes.
    pub fn eq(self, value: impl Comparable<T>) -> Filter {
        equal(self.spec().name, value.written())
    }

    /// That it isn't exactly this.
    pub fn ne(self, value: impl Comparable<T>) -> Filter {
        !self.eq(value)
    }

    /// That it matches a pattern of the shell, `work-*`. Only for UTF-8 texts.
    pub fn matches(self, pattern: impl AsRef<[u8]>) -> Filter {
        matches(self.spec().name, "", pattern.as_ref().to_vec())
    }

    /// That an extended regular expression matches it. Only for UTF-8 texts.
    pub fn matches_regex(self, pattern: impl AsRef<[u8]>) -> Filter {
        matches(self.spec().name, "/r", pattern.as_ref().to_vec())
    }

    /// That this is somewhere in it. Only for UTF-8 texts.
    pub fn contains(self, text: impl AsRef<[u8]>) -> Filter {
        matches(self.spec().name, "", around(text.as_ref()))
    }
}

impl UserOption {
    /// That it is exactly this.
    pub fn eq(&self, value: impl AsRef<[u8]>) -> Filter {
        equal(self.name(), value.as_ref().to_vec())
    }
}

impl FieldSpec {
    /// What [`Field::eq`] asks, for tools that know fields by name. Times can't be compared so.
    pub fn equals(&self, text: impl AsRef<[u8]>) -> Option<Filter> {
        (self.kind != FieldKind::Time).then(|| equal(self.name, text.as_ref().to_vec()))
    }
}
