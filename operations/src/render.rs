//! From an operation's parts to arguments, for one server.

use crate::error::{OperationError, Refusal};
use crate::layout::is_layout;
use crate::operation::{Parts, Unknown};
use crate::release::Release;
use crate::spec::{ArgumentSpec, CommandSpec, FlagSpec, Takes, ValueKind};
use crate::value::{Value, as_format};

type Arguments = Vec<Vec<u8>>;

/// One operation on its way to one server.
pub(crate) struct Rendering<'a> {
    pub(crate) spec: &'static CommandSpec,
    pub(crate) parts: &'a Parts,
    pub(crate) release: Option<Release>,
    pub(crate) unknown: Unknown,
}

impl Rendering<'_> {
    pub(crate) fn arguments(&self) -> Result<Arguments, OperationError> {
        let command = self.spec.name;
        if let Some(release) = self.release.filter(|release| !self.spec.is_in(*release)) {
            return Err(OperationError::UnknownCommand { command, release });
        }
        self.check_mixed()?;
        let mut arguments = vec![command.as_bytes().to_vec()];
        for flag in self.spec.flags {
            if let Some(values) = self.parts.get(flag.name) {
                self.put_flag(&mut arguments, flag, values)?;
            }
        }
        self.put_plain(&mut arguments)?;
        Ok(arguments)
    }

    fn put_flag(
        &self,
        arguments: &mut Arguments,
        flag: &FlagSpec,
        values: &[Value],
    ) -> Result<(), OperationError> {
        if self.drops(flag)? {
            return Ok(());
        }
        let letter = || format!("-{}", flag.letter).into_bytes();
        if values.is_empty() {
            arguments.push(letter());
        }
        if flag.twice {
            arguments.push(letter());
        }
        let is_format = self.release.is_none_or(|release| release >= flag.expanded);
        for value in values {
            arguments.push(letter());
            arguments.push(match value {
                Value::Literal(text) if is_format => {
                    self.checked(flag.name, as_format(text, self.release, flag.dated))?
                }
                other => self.bytes(flag.name, other)?,
            });
        }
        Ok(())
    }

    /// Whether a flag is left out.
    fn drops(&self, flag: &FlagSpec) -> Result<bool, OperationError> {
        let Some(release) = self.release.filter(|release| !flag.is_in(*release)) else {
            return Ok(false);
        };
        if self.unknown == Unknown::Drop && !flag.essential {
            return Ok(true);
        }
        Err(OperationError::UnknownFlag { command: self.spec.name, letter: flag.letter, release })
    }

    /// The arguments without flags, after `--` where the first could be taken for a flag.
    fn put_plain(&self, arguments: &mut Arguments) -> Result<(), OperationError> {
        let first = arguments.len();
        let mut skipped = None;
        for argument in self.spec.arguments {
            let values = self.parts.get(argument.name).map(Vec::as_slice).unwrap_or_default();
            let missing = values.is_empty() && !is_many(argument);
            if let Some(part) = skipped.filter(|_| !values.is_empty()) {
                return Err(self.missing(part));
            }
            if missing && argument.is_required() {
                return Err(self.missing(argument.name));
            }
            if missing && skipped.is_none() {
                skipped = Some(argument.name);
            }
            for value in values {
                arguments.push(match value {
                    Value::Literal(text) => {
                        let format = as_format(text, self.release, argument.dated);
                        self.checked(argument.name, format)?
                    }
                    other => self.bytes(argument.name, other)?,
                });
            }
        }
        if arguments.get(first).is_some_and(|argument| argument.starts_with(b"-")) {
            arguments.insert(first, b"--".to_vec());
        }
        Ok(())
    }

    /// Keys and text can't go along: the server could not tell which is which.
    fn check_mixed(&self) -> Result<(), OperationError> {
        let given =
            |argument: &&ArgumentSpec| is_many(argument) && self.parts.contains_key(argument.name);
        let mut given = self.spec.arguments.iter().filter(given);
        match (given.next(), given.next()) {
            (Some(_), Some(second)) => Err(self.refused(second.name, Refusal::Mixed)),
            _ => Ok(()),
        }
    }

    fn bytes(&self, part: &'static str, value: &Value) -> Result<Vec<u8>, OperationError> {
        let bytes = match value {
            Value::Bytes(bytes) | Value::Literal(bytes) => bytes.clone(),
            Value::Commands(commands) => commands.render(self.release, self.unknown)?,
            Value::Slot(..) => return Err(self.refused(part, Refusal::Unresolved)),
            Value::Refused(refusal) => return Err(self.refused(part, *refusal)),
        };
        self.checked(part, bytes)
    }

    fn checked(&self, part: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, OperationError> {
        if bytes.contains(&0) {
            return Err(self.refused(part, Refusal::Nul));
        }
        let kind = self.spec.takes(part).and_then(Takes::kind);
        if kind == Some(ValueKind::Layout) && !is_layout(&bytes, self.release) {
            return Err(self.refused(part, Refusal::Layout));
        }
        Ok(bytes)
    }

    fn missing(&self, part: &'static str) -> OperationError {
        OperationError::Missing { command: self.spec.name, part }
    }

    fn refused(&self, part: &'static str, refusal: Refusal) -> OperationError {
        OperationError::Refused { command: self.spec.name, part, refusal }
    }
}

fn is_many(argument: &ArgumentSpec) -> bool {
    matches!(argument.takes, Takes::Many(_))
}
