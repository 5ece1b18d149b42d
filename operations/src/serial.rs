//! Operations as maps: the arguments of tools, the steps of files. No error has a value in it.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Refusal;
use crate::nested::{Commands, Item};
use crate::operation::{AnyOperation, raw_value};
use crate::plan::{Part, Slot};
use crate::spec::{Takes, TargetKind, ValueKind};
use crate::value::Value;

/// Where the command's name is. No part has this name.
const NAME: &str = "operation";

type Fields = BTreeMap<String, Field>;

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Field {
    Switch(bool),
    Number(u64),
    Text(String),
    List(Vec<Self>),
    Map(Fields),
}

impl Serialize for AnyOperation {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let wrong =
            |refusal| S::Error::custom(format_args!("a part of {} {refusal}", self.spec.name));
        fields(self).map_err(wrong)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for AnyOperation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        operation(Fields::deserialize(from)?).map_err(D::Error::custom)
    }
}

fn fields(operation: &AnyOperation) -> Result<Fields, Refusal> {
    let mut fields = Fields::new();
    fields.insert(NAME.to_owned(), Field::Text(operation.spec.name.to_owned()));
    for (part, values) in &operation.parts {
        let takes = operation.spec.takes(part).unwrap_or(Takes::Nothing);
        let kind = takes.kind().unwrap_or(ValueKind::Text);
        let mut list = values.iter().map(|value| field(value, kind));
        let field = match takes {
            Takes::Many(_) => Field::List(list.collect::<Result<_, _>>()?),
            _ => list.next().unwrap_or(Ok(Field::Switch(true)))?,
        };
        fields.insert((*part).to_owned(), field);
    }
    Ok(fields)
}

fn field(value: &Value, kind: ValueKind) -> Result<Field, Refusal> {
    use ValueKind::{Format, Label, Location, Number, Phrase, Script};
    Ok(match (value, kind) {
        (Value::Refused(refusal), _) => return Err(*refusal),
        (Value::Commands(commands), _) => {
            Field::List(commands.0.iter().map(item).collect::<Result<_, _>>()?)
        }
        (Value::Slot(slot, rest), _) => of_slot(slot, rest, kind),
        (Value::Literal(bytes), Format) => wrapped("literal", text(bytes)),
        (Value::Bytes(bytes), Label | Location | Phrase | Script) => wrapped("format", text(bytes)),
        (Value::Bytes(bytes), Number) => {
            let digits = std::str::from_utf8(bytes).ok().and_then(|digits| digits.parse().ok());
            digits.map_or_else(|| text(bytes), Field::Number)
        }
        (Value::Bytes(bytes) | Value::Literal(bytes), _) => text(bytes),
    })
}

fn item(item: &Item) -> Result<Field, Refusal> {
    match item {
        Item::Operation(operation) => fields(operation).map(Field::Map),
        Item::Raw(raw) => Ok(text(raw)),
    }
}

fn wrapped(name: &str, field: Field) -> Field {
    Field::Map(Fields::from([(name.to_owned(), field)]))
}

/// `{"step": 0, "part": "session"}`, with what comes behind it where that doesn't go without saying.
fn of_slot(slot: &Slot, rest: &[u8], kind: ValueKind) -> Field {
    let step = Field::Number(slot.step.try_into().unwrap_or(u64::MAX));
    let part = Field::Text(slot.part.name().to_owned());
    let mut fields = Fields::from([("step".to_owned(), step), ("part".to_owned(), part)]);
    if rest != usual_rest(slot.part, kind) {
        fields.insert("rest".to_owned(), text(rest));
    }
    Field::Map(fields)
}

/// A session where a window or a pane belongs has a `:` behind it.
fn usual_rest(part: Part, kind: ValueKind) -> &'static [u8] {
    match (part, kind) {
        (Part::Session, ValueKind::Target(TargetKind::Window | TargetKind::Pane)) => b":",
        _ => b"",
    }
}

fn to_slot(mut fields: Fields, kind: ValueKind) -> Result<Value, String> {
    let step = match fields.remove("step") {
        Some(Field::Number(step)) => usize::try_from(step).map_err(|_| unexpected())?,
        _ => return Err(unexpected()),
    };
    let part = match fields.remove("part") {
        Some(Field::Text(name)) => Part::named(&name).ok_or_else(unexpected)?,
        _ => return Err(unexpected()),
    };
    let fits = match kind {
        ValueKind::Target(TargetKind::Session) => part == Part::Session,
        ValueKind::Target(TargetKind::Window) => part != Part::Pane,
        ValueKind::Target(TargetKind::Pane) => true,
        _ => false,
    };
    if !fits {
        return Err(format!("can't be a slot of a {}", part.name()));
    }
    let rest = match fields.remove("rest") {
        Some(field) => bytes(field)?,
        None => usual_rest(part, kind).to_vec(),
    };
    match fields.is_empty() {
        true => Ok(Value::Slot(Slot { plan: 0, step, part }, rest)),
        false => Err(unexpected()),
    }
}

/// A string, or a list of bytes where they are none.
fn text(bytes: &[u8]) -> Field {
    match std::str::from_utf8(bytes) {
        Ok(text) => Field::Text(text.to_owned()),
        Err(_) => {
            let bytes = bytes.iter().map(|byte| Field::Number((*byte).into())).collect();
            wrapped("bytes", Field::List(bytes))
        }
    }
}

fn operation(mut fields: Fields) -> Result<AnyOperation, String> {
    let Some(Field::Text(name)) = fields.remove(NAME) else {
        return Err(format!("it has no `{NAME}`"));
    };
    let named = AnyOperation::named(&name);
    let mut any = named.ok_or_else(|| format!("there is no operation `{name}`"))?;
    for (name, field) in fields {
        let command = any.spec.name;
        let part = any.spec.part(&name);
        let (part, takes) = part.ok_or_else(|| format!("{command} has no part `{name}`"))?;
        let wrong = |why: String| format!("{part} of {command} {why}");
        any = with_field(any, part, takes, field).map_err(wrong)?;
    }
    Ok(any)
}

fn with_field(
    any: AnyOperation,
    part: &'static str,
    takes: Takes,
    field: Field,
) -> Result<AnyOperation, String> {
    match (takes, field) {
        (_, Field::Switch(false)) => Ok(any),
        (_, Field::Switch(true)) => any.switch_on(part).ok_or_else(|| "is no switch".to_owned()),
        (Takes::Nothing, _) => Err("is a switch".to_owned()),
        (Takes::Many(kind), Field::List(list)) => {
            let values = list.into_iter().map(|field| value(field, kind));
            Ok(any.set(part, values.collect::<Result<_, _>>()?))
        }
        (Takes::One(kind) | Takes::Maybe(kind) | Takes::Many(kind), field) => {
            Ok(any.set(part, vec![value(field, kind)?]))
        }
    }
}

fn value(field: Field, kind: ValueKind) -> Result<Value, String> {
    use ValueKind::{Format, Label, Location, Phrase, Script};
    match (field, kind) {
        (Field::List(list), _) => {
            let items = list.into_iter().map(to_item);
            Ok(Value::Commands(Commands(items.collect::<Result<_, _>>()?)))
        }
        (Field::Map(fields), kind) if fields.contains_key("step") => to_slot(fields, kind),
        (Field::Map(fields), ValueKind::Commands) if fields.contains_key(NAME) => {
            Ok(Value::Commands(operation(fields)?.into()))
        }
        (Field::Map(mut fields), Format) if fields.contains_key("literal") => {
            only(&mut fields, "literal").map(Value::Literal)
        }
        (Field::Map(mut fields), Label | Location | Phrase | Script)
            if fields.contains_key("format") =>
        {
            only(&mut fields, "format").map(Value::Bytes)
        }
        (field, kind) => Ok(raw_value(kind, &bytes(field)?)),
    }
}

fn to_item(field: Field) -> Result<Item, String> {
    match field {
        Field::Map(fields) if fields.contains_key(NAME) => operation(fields).map(Item::Operation),
        other => bytes(other).map(Item::Raw),
    }
}

fn only(fields: &mut Fields, name: &str) -> Result<Vec<u8>, String> {
    let field = fields.remove(name).filter(|_| fields.is_empty());
    bytes(field.ok_or_else(unexpected)?)
}

fn bytes(field: Field) -> Result<Vec<u8>, String> {
    match field {
        Field::Text(text) => Ok(text.into_bytes()),
        Field::Number(number) => Ok(number.to_string().into_bytes()),
        Field::Map(mut fields) => match (fields.remove("bytes"), fields.is_empty()) {
            (Some(Field::List(list)), true) => list.into_iter().map(byte).collect(),
            _ => Err(unexpected()),
        },
        Field::Switch(_) | Field::List(_) => Err(unexpected()),
    }
}

fn byte(field: Field) -> Result<u8, String> {
    match field {
        Field::Number(number) => number.try_into().map_err(|_| unexpected()),
        _ => Err(unexpected()),
    }
}

fn unexpected() -> String {
    "has a value of another form".to_owned()
}
