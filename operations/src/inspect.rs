//! What an operation says, for those who look before it is performed.

use crate::nested::Commands;
use crate::operation::AnyOperation;
use crate::plan::{Part, Plan, Slot};
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
        self.slot_in(part).is_some()
    }

    fn slot_in(&self, part: &str) -> Option<Slot> {
        self.parts.get(part)?.iter().find_map(|value| match value {
            Value::Slot(slot, _) => Some(*slot),
            _ => None,
        })
    }

    /// The commands within it.
    pub fn nested(&self) -> impl Iterator<Item = &Commands> {
        self.parts.values().flatten().filter_map(|value| match value {
            Value::Commands(commands) => Some(commands),
            _ => None,
        })
    }
}

/// What a slot in a plan stands for, as far as that is known before the plan runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandsFor {
    /// What wasn't there before.
    New,
    /// What holds this target, or the current one: a step makes something in it.
    There(Option<Vec<u8>>),
    /// It may have been there or not.
    Unsure,
}

impl Plan {
    /// What the target in a part of an operation stands for, if it is a slot of this plan.
    pub fn stands_for(&self, operation: &AnyOperation, part: &str) -> Option<StandsFor> {
        let slot = operation.slot_in(part)?;
        Some(self.slot_stands_for(slot.step, slot.part))
    }

    fn slot_stands_for(&self, step: usize, part: Part) -> StandsFor {
        let Some(step) = self.steps().get(step) else { return StandsFor::Unsure };
        let Some(create) = step.creates().filter(|_| step.probe().is_none()) else {
            return StandsFor::Unsure;
        };
        let within = match (create.spec().name, part) {
            _ if create.has("attach_if_there") || create.has("select_if_there") => None,
            ("new-session", Part::Session) => return StandsFor::New,
            ("new-session", _) if !create.has("group") => return StandsFor::New,
            ("new-window", Part::Window | Part::Pane) => return StandsFor::New,
            ("split-window" | "new-pane", Part::Pane) => return StandsFor::New,
            ("new-window" | "split-window" | "new-pane", _) => Some("target"),
            ("break-pane", Part::Window | Part::Pane) => Some("source"),
            _ => None,
        };
        match within.map(|within| (create.slot_in(within), within)) {
            None => StandsFor::Unsure,
            // Steps need what earlier ones make, so that this ends.
            Some((Some(slot), _)) => self.slot_stands_for(slot.step, part),
            Some((None, within)) => StandsFor::There(create.target_in(within).map(<[u8]>::to_vec)),
        }
    }

    /// What its steps run, in order; of steps that make something unless it is there, what makes it.
    pub fn operations(&self) -> impl Iterator<Item = AnyOperation> {
        self.steps().iter().map(|step| step.command())
    }
}
