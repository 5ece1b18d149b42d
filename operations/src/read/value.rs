//! The types that fields can have.

use std::time::{Duration, SystemTime};

use bstr::BString;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::cells::Cells;
use super::field::FieldSpec;

/// What kind of value a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// The id of a session.
    Session,
    /// The id of a window.
    Window,
    /// The id of a pane.
    Pane,
    /// Yes or no.
    Flag,
    /// A whole number.
    Number,
    /// A point in time.
    Time,
    /// Bytes, of any content but NUL.
    Text,
}

/// A point in time: whole seconds since the beginning of 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Time(pub u64);

impl Time {
    /// As the system counts it; `None` if that is beyond what it can.
    pub fn to_system(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.0))
    }
}

/// The value of a field whose type isn't known when the program is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnyValue {
    /// The server has no such field, or nothing in it.
    Absent,
    /// The id of a session.
    Session(SessionId),
    /// The id of a window.
    Window(WindowId),
    /// The id of a pane.
    Pane(PaneId),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A point in time.
    Time(Time),
    /// Bytes, of any content but NUL.
    Text(BString),
}

impl AnyValue {
    pub(crate) fn read(field: &FieldSpec, cells: &mut Cells<'_>) -> Option<Self> {
        Some(match field.kind {
            _ if field.optional && cells.is_at_end() => Self::Absent,
            FieldKind::Text => Self::Text(BString::read(cells)?),
            FieldKind::Session => Self::Session(SessionId::read(cells)?),
            FieldKind::Window => Self::Window(WindowId::read(cells)?),
            FieldKind::Pane => Self::Pane(PaneId::read(cells)?),
            FieldKind::Flag => Self::Flag(bool::read(cells)?),
            FieldKind::Number => match i64::read(cells)? {
                0 if field.zero_is_none => Self::Absent,
                number => Self::Number(number),
            },
            FieldKind::Time => Self::Time(Time::read(cells)?),
        })
    }
}

/// A type that a field can have.
pub trait FieldValue: Sized {
    #[doc(hidden)]
    const KIND: FieldKind;
    #[doc(hidden)]
    const OPTIONAL: bool = false;

    #[doc(hidden)]
    fn read(cells: &mut Cells<'_>) -> Option<Self>;

    /// Nothing, where 0 means nothing.
    #[doc(hidden)]
    fn without_zero(self) -> Option<Self> {
        match self.into_any() {
            AnyValue::Number(0) => Self::from_any(AnyValue::Absent),
            any => Self::from_any(any),
        }
    }

    #[doc(hidden)]
    fn into_any(self) -> AnyValue;

    #[doc(hidden)]
    fn from_any(any: AnyValue) -> Option<Self>;
}

macro_rules! values {
    ($($type:ty = $kind:ident |$cells:ident| $read:expr, $into:expr, $from:expr;)*) => {$(
        impl FieldValue for $type {
            const KIND: FieldKind = FieldKind::$kind;

            fn read($cells: &mut Cells<'_>) -> Option<Self> {
                $read
            }

            fn into_any(self) -> AnyValue {
                AnyValue::$kind($into(self))
            }

            fn from_any(any: AnyValue) -> Option<Self> {
                match any {
                    AnyValue::$kind(value) => $from(value),
                    _ => None,
                }
            }
        }
    )*};
}

values! {
    SessionId = Session |cells| id(cells, b'$').map(Self), |id| id, Some;
    WindowId = Window |cells| id(cells, b'@').map(Self), |id| id, Some;
    PaneId = Pane |cells| id(cells, b'%').map(Self), |id| id, Some;
    // Flags are numbers that count in some releases; only 0 is no.
    bool = Flag |cells| cells.number().map(|number| number != 0), |flag| flag, Some;
    u32 = Number |cells| cells.number()?.try_into().ok(), i64::from, |n: i64| n.try_into().ok();
    i64 = Number |cells| signed(cells), |number| number, Some;
    Time = Time |cells| cells.number().map(Self), |time| time, Some;
    BString = Text |cells| cells.text().map(|text| text.into_owned().into()), |text| text, Some;
}

fn id(cells: &mut Cells<'_>, sigil: u8) -> Option<u32> {
    cells.take(sigil)?;
    cells.number()?.try_into().ok()
}

fn signed(cells: &mut Cells<'_>) -> Option<i64> {
    match cells.take(b'-') {
        Some(()) => i64::try_from(cells.number()?).ok()?.checked_neg(),
        None => cells.number()?.try_into().ok(),
    }
}

/// Nothing is `None`: what the server doesn't know, or what isn't so at present.
impl<T: FieldValue> FieldValue for Option<T> {
    const KIND: FieldKind = T::KIND;
    const OPTIONAL: bool = true;

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        match cells.is_at_end() {
            true => Some(None),
            false => T::read(cells).map(Some),
        }
    }

    fn into_any(self) -> AnyValue {
        self.map_or(AnyValue::Absent, T::into_any)
    }

    fn from_any(any: AnyValue) -> Option<Self> {
        match any {
            AnyValue::Absent => Some(None),
            any => T::from_any(any).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_no_system_knows_is_none() {
        assert_eq!(Time(u64::MAX).to_system(), None);
        assert_eq!(Time(0).to_system(), Some(SystemTime::UNIX_EPOCH));
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        assert_eq!(Time(1).to_system(), Some(second));
    }
}
