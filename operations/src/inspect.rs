//! What an operation says, for those who look before it is performed.

use crate::nested::Commands;
use crate::operation::AnyOperation;
use crate::spec::{Takes, ValueKind};
use crate::value::Value;

impl AnyOperation {
    /// Whether a part is set, by its name.
    pub fn is_set(&self, part: &str) -> bool {
        self.has(part)
    }

    /// The target in a part with this name, as tmux takes it; `None` if it isn't set, or is none.
    pub fn target_in(&self, part: &str) -> Option<&[u8]> {
        let Some((name, Takes::One(ValueKind::Target(_)))) = self.spec.part(part) else {
            return None;
        };
        match self.parts.get(name)?.first()? {
            Value::Bytes(target) => Some(target),
            _ => None,
        }
    }

    /// The commands within it.
    pub fn nested(&self) -> impl Iterator<Item = &Commands> {
        self.parts.values().flatten().filter_map(|value| match value {
            Value::Commands(commands) => Some(commands),
            _ => None,
        })
    }
}
