//! Values of fields as strings, numbers and switches.

use bstr::{BStr, BString, ByteSlice};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::capture::Capture;
use super::options::{Hooks, OptionValue, Options};
use super::value::{AnyValue, FieldKind, FieldValue, Time};
use super::variables::Variables;

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

impl From<&BStr> for Plain {
    fn from(text: &BStr) -> Self {
        Self::from(&AnyValue::Text(text.into()))
    }
}

/// Texts by name, or by place and name; the lines of a capture as a list. Only written, for it
/// leaves out what can't be said so: whether an option is inherited, for one.
macro_rules! maps {
    ($($map:ty: |$this:ident, $to:ident| $write:expr;)*) => {$(
        impl Serialize for $map {
            fn serialize<S: Serializer>(&self, $to: S) -> Result<S::Ok, S::Error> {
                let $this = self;
                $write
            }
        }
    )*};
}

maps! {
    Options: |options, to| to.collect_map(options.iter().map(|(name, value)| (key(name), value)));
    OptionValue: |option, to| match option.text() {
        Some(text) => Plain::from(text).serialize(to),
        None => to.collect_map(option.items().map(|(place, item)| (place, Plain::from(item)))),
    };
    Hooks: |hooks, to| to.collect_map(
        hooks.iter().map(|(name, place, command)| (format!("{name}[{place}]"), Plain::from(command)))
    );
    Variables: |variables, to| to.collect_map(
        variables.iter().map(|(name, value)| (key(name), value.map(Plain::from)))
    );
    Capture: |capture, to| to.collect_seq(
        capture.lines().iter().map(|line| Plain::from(line.as_bstr()))
    );
}

fn key(name: &BStr) -> String {
    name.to_str_lossy().into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_written_by_name() {
        let options = Options::read(b"mouse on\nlist[3] x\nlist[5] \\377\n").expect("options");
        assert_eq!(json(&options), r#"{"list":{"3":"x","5":{"bytes":[255]}},"mouse":"on"}"#);
        let hooks = Hooks::read(b"pane-died[2] kill-pane\nwindow-renamed\n").expect("hooks");
        assert_eq!(json(&hooks), r#"{"pane-died[2]":"kill-pane"}"#);
        let variables = Variables::read(b"A=\"b\"; export A;\nunset C;\n").expect("variables");
        assert_eq!(json(&variables), r#"{"A":"b","C":null}"#);
        assert_eq!(json(&Capture::read(b"a\nb\n")), r#"["a","b"]"#);
    }

    fn json(map: &impl Serialize) -> String {
        serde_json::to_string(map).expect("JSON")
    }
}
