//! What an operation says, for those who look before it is performed.

use crate::nested::Commands;
use crate::operation::AnyOperation;
use crate::plan::Plan;
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

    /// Whether the target in a part with this name is what a step of a plan makes.
    pub fn is_to_slot(&self, part: &str) -> bool {
        let values = self.parts.get(part).into_iter().flatten();
        values.into_iter().any(|value| matches!(value, Value::Slot(..)))
    }

    /// The commands within it.
    pub fn nested(&self) -> impl Iterator<Item = &Commands> {
        self.parts.values().flatten().filter_map(|value| match value {
            Value::Commands(commands) => Some(commands),
            _ => None,
        })
    }
}

impl Plan {
    /// What its steps run, in order; of steps that make something unless it is there, what makes it.
    pub fn operations(&self) -> impl Iterator<Item = AnyOperation> {
        self.steps().iter().map(|step| step.command())
    }

    /// Whether a step may find what it would make.
    pub fn ensures(&self) -> bool {
        self.steps().iter().any(|step| step.probe().is_some())
    }
}
