//! Operations as values: set part by part, then rendered for a server.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{OperationError, Refusal};
use crate::nested::Commands;
use crate::plan::Slot;
use crate::release::Release;
use crate::render::Rendering;
use crate::spec::{CommandSpec, Effect, Takes, ValueKind};
use crate::value::Value;

/// What to do with flags that a server is too old for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unknown {
    /// Refuse the operation.
    Refuse,
    /// Leave the flag out, unless the command would be another one without it.
    Drop,
}

/// A typed operation: one command of tmux.
pub trait Operation: AsRef<AnyOperation> + Into<AnyOperation> {
    /// What is known of its command.
    const SPEC: &'static CommandSpec;

    /// See [`AnyOperation::arguments`].
    ///
    /// # Errors
    /// The same.
    fn arguments(
        &self,
        release: Option<Release>,
        unknown: Unknown,
    ) -> Result<Vec<Vec<u8>>, OperationError> {
        self.as_ref().arguments(release, unknown)
    }

    /// See [`AnyOperation::render`].
    ///
    /// # Errors
    /// The same.
    fn render(
        &self,
        release: Option<Release>,
        unknown: Unknown,
    ) -> Result<Vec<Vec<u8>>, OperationError> {
        self.as_ref().render(release, unknown)
    }
}

/// Any operation. The typed ones are this one with a type around it.
#[derive(Clone, PartialEq, Eq)]
pub struct AnyOperation {
    pub(crate) spec: &'static CommandSpec,
    /// By the name of the part; a flag without a value has an empty list.
    pub(crate) parts: Parts,
}

/// The values of parts by the parts' names.
pub(crate) type Parts = BTreeMap<&'static str, Vec<Value>>;

impl std::hash::Hash for AnyOperation {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.spec.name.hash(state);
        self.parts.hash(state);
    }
}

impl AnyOperation {
    pub(crate) fn of(spec: &'static CommandSpec) -> Self {
        Self { spec, parts: BTreeMap::new() }
    }

    /// The operation of a command by its name or alias, with nothing set.
    pub fn named(name: &str) -> Option<Self> {
        crate::commands::find(name).map(Self::of)
    }

    /// What is known of its command.
    pub fn spec(&self) -> &'static CommandSpec {
        self.spec
    }

    pub(crate) fn set(mut self, part: &'static str, values: Vec<Value>) -> Self {
        self.parts.insert(part, values);
        self
    }

    pub(crate) fn add(mut self, part: &'static str, value: Value) -> Self {
        self.parts.entry(part).or_default().push(value);
        self
    }

    pub(crate) fn has(&self, part: &str) -> bool {
        self.parts.contains_key(part)
    }

    /// Switches a part on by its name, as tools do: a flag that takes nothing or maybe nothing.
    /// `None` if the command has no such part.
    pub fn switch_on(self, part: &str) -> Option<Self> {
        match self.spec.part(part)? {
            (name, Takes::Nothing | Takes::Maybe(_)) if self.spec.is_flag(name) => {
                Some(self.set(name, Vec::new()))
            }
            _ => None,
        }
    }

    /// Gives a part a value by its name, as tools do; one more value if it takes many. The bytes
    /// are as tmux takes them, for a target a raw one; but where tmux would take a name, a
    /// directory or a program for a format, they are text. `None` if the command has no such part, or
    /// it takes no value.
    pub fn with(self, part: &str, value: impl AsRef<[u8]>) -> Option<Self> {
        let (name, takes) = self.spec.part(part)?;
        let value = raw_value(takes.kind()?, value.as_ref());
        Some(match takes {
            Takes::Many(_) => self.add(name, value),
            _ => self.set(name, vec![value]),
        })
    }

    /// The same operation with other values; `nested` is whether a value is of an operation in
    /// another one.
    pub(crate) fn map(&self, to: &mut impl FnMut(&Value, ValueKind, bool) -> Value) -> Self {
        self.map_at(false, to)
    }

    fn map_at(&self, nested: bool, to: &mut impl FnMut(&Value, ValueKind, bool) -> Value) -> Self {
        let mut parts = Parts::new();
        for (name, values) in &self.parts {
            let kind = self.spec.takes(name).and_then(Takes::kind).unwrap_or(ValueKind::Text);
            let mut value = |value: &Value| match value {
                Value::Commands(commands) => {
                    let commands = commands.map(|operation| operation.map_at(true, to));
                    to(&Value::Commands(commands), kind, nested)
                }
                other => to(other, kind, nested),
            };
            parts.insert(name, values.iter().map(&mut value).collect());
        }
        Self { spec: self.spec, parts }
    }

    /// The slots in it, and whether they are in an operation within it.
    pub(crate) fn slots(&self) -> Vec<(Slot, bool)> {
        let mut slots = Vec::new();
        self.collect_slots(false, &mut slots);
        slots
    }

    fn collect_slots(&self, nested: bool, slots: &mut Vec<(Slot, bool)>) {
        for value in self.parts.values().flatten() {
            match value {
                Value::Slot(slot, _) => slots.push((*slot, nested)),
                Value::Commands(commands) => {
                    commands.each(|operation| operation.collect_slots(true, slots));
                }
                Value::Bytes(_) | Value::Literal(_) | Value::Refused(_) => {}
            }
        }
    }

    /// What it does to tmux's objects, with the flags that it has and the commands in it.
    pub fn effect(&self) -> Effect {
        let flags = self.spec.flags.iter().filter(|flag| self.has(flag.name));
        let flags = flags.map(|flag| flag.effect);
        let nested = self.parts.values().flatten().filter_map(|value| match value {
            Value::Commands(commands) => Some(effect_of(commands)),
            _ => None,
        });
        flags.chain(nested).fold(self.spec.effect, Effect::max)
    }

    /// Its name and arguments as the command sees them, for what takes each as it is, such as a
    /// control line. Without a release every flag is taken for known.
    ///
    /// # Errors
    /// [`OperationError`]: what the release doesn't know and must not be dropped, or a value that
    /// can't be.
    pub fn arguments(
        &self,
        release: Option<Release>,
        unknown: Unknown,
    ) -> Result<Vec<Vec<u8>>, OperationError> {
        Rendering { spec: self.spec, parts: &self.parts, release, unknown }.arguments()
    }

    /// Its name and arguments as the `tmux` program takes them, where an argument that ends in `;`
    /// would end the command: such a `;` is escaped. Otherwise as [`AnyOperation::arguments`].
    ///
    /// # Errors
    /// The same.
    pub fn render(
        &self,
        release: Option<Release>,
        unknown: Unknown,
    ) -> Result<Vec<Vec<u8>>, OperationError> {
        let mut arguments = self.arguments(release, unknown)?;
        for argument in &mut arguments {
            if argument.last() == Some(&b';') {
                argument.insert(argument.len() - 1, b'\\');
            }
        }
        Ok(arguments)
    }
}

fn effect_of(commands: &Commands) -> Effect {
    match commands.operations() {
        Some(operations) => operations.map(AnyOperation::effect).fold(Effect::Reads, Effect::max),
        None => Effect::Destroys,
    }
}

fn is_size(value: &[u8]) -> bool {
    let number = value.strip_suffix(b"%").unwrap_or(value);
    value == b"-" || !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

pub(crate) fn raw_value(kind: ValueKind, value: &[u8]) -> Value {
    match kind {
        ValueKind::Commands => Value::Commands(Commands::raw(value)),
        ValueKind::Number if value.is_empty() || !value.iter().all(u8::is_ascii_digit) => {
            Value::Refused(Refusal::Number)
        }
        ValueKind::Size if !is_size(value) => Value::Refused(Refusal::Size),
        ValueKind::Environment
            if matches!(value.iter().position(|b| *b == b'='), None | Some(0)) =>
        {
            Value::Refused(Refusal::Variable)
        }
        ValueKind::Label | ValueKind::Location | ValueKind::Phrase | ValueKind::Script => {
            Value::Literal(value.to_vec())
        }
        _ => Value::Bytes(value.to_vec()),
    }
}

/// The name, the flags, and the values that are no secrets.
impl fmt::Debug for AnyOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.spec.name)?;
        let mut gap = "";
        let flags = self.spec.flags.iter().map(|flag| (Some(flag.letter), flag.name, flag.takes));
        let arguments = self.spec.arguments.iter().map(|plain| (None, plain.name, plain.takes));
        for (letter, name, takes) in flags.chain(arguments) {
            let Some(values) = self.parts.get(name) else { continue };
            if let (Some(letter), true) = (letter, values.is_empty()) {
                write!(f, "{gap}-{letter}")?;
                gap = " ";
            }
            for value in values {
                f.write_str(gap)?;
                gap = " ";
                if let Some(letter) = letter {
                    write!(f, "-{letter} ")?;
                }
                match value {
                    Value::Bytes(bytes) | Value::Literal(bytes)
                        if takes.kind().is_some_and(ValueKind::is_shown) =>
                    {
                        write!(f, "\"{}\"", bytes.escape_ascii())?;
                    }
                    Value::Bytes(_) | Value::Literal(_) => f.write_str("..")?,
                    Value::Commands(commands) => write!(f, "{commands:?}")?,
                    Value::Slot(slot, rest) => {
                        write!(f, "\"{slot}{}\"", rest.escape_ascii())?;
                    }
                    Value::Refused(refusal) => write!(f, "<{refusal}>")?,
                }
            }
        }
        f.write_str(")")
    }
}
