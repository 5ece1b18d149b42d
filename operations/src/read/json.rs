//! Values of fields as strings, numbers and switches.

use bstr::BString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::value::{AnyValue, FieldKind, FieldValue, Time};

/// A value without its kind.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Plain {
    Flag(bool),
    Number(i64),
    Text(String),
    Bytes { bytes: Vec<u8> },
    Absent,
}

impl From<&AnyValue> for Plain {
    fn from(value: &AnyValue) -> Self {
        match value {
            AnyValue::Absent => Self::Absent,
            AnyValue::Session(id) => Self::Text(id.to_string()),
            AnyValue::Window(id) => Self::Text(id.to_string()),
            AnyValue::Pane(id) => Self::Text(id.to_string()),
            AnyValue::Flag(flag) => Self::Flag(*flag),
            AnyValue::Number(number) => Self::Number(*number),
            AnyValue::Time(time) => Self::Number(i64::try_from(time.0).unwrap_or(i64::MAX)),
            AnyValue::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Self::Text(text.to_owned()),
                Err(_) => Self::Bytes { bytes: text.to_vec() },
            },
        }
    }
}

impl Plain {
    pub(super) fn into_any(self, kind: FieldKind) -> Option<AnyValue> {
        Some(match (self, kind) {
            (Self::Absent, _) => AnyValue::Absent,
            (Self::Flag(flag), FieldKind::Flag) => AnyValue::Flag(flag),
            (Self::Number(number), FieldKind::Number) => AnyValue::Number(number),
            (Self::Number(time), FieldKind::Time) => AnyValue::Time(Time(time.try_into().ok()?)),
            (Self::Text(text), FieldKind::Text) => AnyValue::Text(text.into()),
            (Self::Bytes { bytes }, FieldKind::Text) => AnyValue::Text(BString::from(bytes)),
            (Self::Text(id), FieldKind::Session) => {
                AnyValue::Session(SessionId::parse(id.as_bytes())?)
            }
            (Self::Text(id), FieldKind::Window) => {
                AnyValue::Window(WindowId::parse(id.as_bytes())?)
            }
            (Self::Text(id), FieldKind::Pane) => AnyValue::Pane(PaneId::parse(id.as_bytes())?),
            _ => return None,
        })
    }
}

pub(super) fn serialize<T, S>(value: &T, to: S) -> Result<S::Ok, S::Error>
where
    T: FieldValue + Clone,
    S: Serializer,
{
    Plain::from(&value.clone().into_any()).serialize(to)
}

pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: FieldValue,
    D: Deserializer<'de>,
{
    let any = Plain::deserialize(from)?.into_any(T::KIND);
    any.and_then(T::from_any).ok_or_else(|| D::Error::custom("a value of another form"))
}
