//! Which steps go together next, and why no more.

use tmuxwire_protocol::Arguments;

use super::alone::goes_alone;
use super::names::Names;
use super::progress::Progress;
use super::{Boundary, PlanOptions, Planner, Slot, Step, bind};
use crate::operation::AnyOperation;

/// Most arguments of a message, from 3.7.
pub(super) const MAX_COUNT: usize = 1000;
/// Most bytes and arguments that a mark takes, with the `;` around it.
pub(super) const MARK_SIZE: usize = 80;
pub(super) const MARK_COUNT: usize = 6;

/// A part of a round trip: a step, or what it asks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) step: usize,
    pub(super) probe: bool,
    /// Whether something that is made in the same message goes by its name.
    pub(super) by_name: bool,
    pub(super) alone: bool,
}

/// What goes together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) parts: Vec<Asked>,
    pub(super) commands: Vec<Vec<Vec<u8>>>,
    size: usize,
    count: usize,
    names: Names,
}

/// How many bytes arguments take in a message.
pub(super) fn size(arguments: &[Vec<u8>]) -> usize {
    arguments.iter().map(|argument| argument.len() + 1).sum()
}

/// The next steps that can be known, and why they end. Empty at the end only.
pub(super) fn compose(
    steps: &[Step],
    options: &PlanOptions,
    progress: &Progress,
) -> (Batch, Boundary) {
    let mut batch = Batch::default();
    let mut next = progress.cursor;
    loop {
        let Some(step) = steps.get(next) else { return (batch, Boundary::End) };
        if let Some(boundary) = batch.add(next, step, options, progress) {
            return (batch, boundary);
        }
        next += 1;
    }
}

impl Batch {
    /// Adds a step if it can be; answers why nothing can come behind it, or why it can't itself.
    fn add(
        &mut self,
        index: usize,
        step: &Step,
        options: &PlanOptions,
        progress: &Progress,
    ) -> Option<Boundary> {
        let probe = step.probe().filter(|_| !progress.is_absent(index));
        let operation = probe.cloned().unwrap_or_else(|| step.command());
        if let Some(of) = self.missing(&operation, options, progress) {
            return Some(Boundary::Needs { step: index, of });
        }
        let alone = goes_alone(&operation);
        if alone && !self.parts.is_empty() {
            return Some(Boundary::Alone { step: index });
        }
        let (bound, by_name) = self.bind(&operation, progress);
        // That it can be rendered is known, for the plan was checked.
        let arguments = match probe {
            Some(_) => bound.render(options.release, options.unknown),
            None => step.arguments(&bound, options),
        };
        let arguments = arguments.unwrap_or_default();
        if options.planner != Planner::Pipelined && !self.fits(&arguments) {
            return Some(Boundary::Full { step: index });
        }
        self.push(arguments, Asked { step: index, probe: probe.is_some(), by_name, alone });
        if probe.is_none() {
            self.names.note(index, &operation);
        }
        self.end_behind(index, step, options, progress)
    }

    fn end_behind(
        &self,
        index: usize,
        step: &Step,
        options: &PlanOptions,
        progress: &Progress,
    ) -> Option<Boundary> {
        let last = self.parts.last()?;
        if last.probe {
            return Some(Boundary::Probe { step: index });
        }
        if last.alone {
            return Some(Boundary::Alone { step: index });
        }
        match options.planner {
            Planner::OneByOne => Some(Boundary::OneByOne),
            Planner::Folded if step.prints() => Some(Boundary::Prints { step: index }),
            _ if index < progress.careful => Some(Boundary::OneByOne),
            _ => None,
        }
    }

    fn fits(&self, arguments: &[Vec<u8>]) -> bool {
        self.size + size(arguments) + MARK_SIZE <= Arguments::MAX_PACKED
            && self.count + arguments.len() + MARK_COUNT <= MAX_COUNT
    }

    fn push(&mut self, arguments: Vec<Vec<u8>>, asked: Asked) {
        self.size += size(&arguments) + MARK_SIZE;
        self.count += arguments.len() + MARK_COUNT;
        self.commands.push(arguments);
        self.parts.push(asked);
    }

    /// The step whose ids an operation needs and that nobody knows yet.
    fn missing(
        &self,
        operation: &AnyOperation,
        options: &PlanOptions,
        progress: &Progress,
    ) -> Option<usize> {
        // Commands that are written each for themselves run also when the session of that name is
        // another one; what keeps commands keeps ids.
        let by_name = !matches!(options.planner, Planner::Pipelined);
        let known = |slot: &Slot, nested: bool| {
            progress.id(slot).is_some() || by_name && !nested && self.names.target(slot).is_some()
        };
        let slots = operation.slots();
        slots.iter().find(|(slot, nested)| !known(slot, *nested)).map(|(slot, _)| slot.step)
    }

    fn bind(&self, operation: &AnyOperation, progress: &Progress) -> (AnyOperation, bool) {
        let slots = operation.slots();
        if slots.is_empty() {
            return (operation.clone(), false);
        }
        let by_name = slots.iter().any(|(slot, _)| progress.id(slot).is_none());
        let bound =
            bind(operation, |slot, _| progress.id(slot).or_else(|| self.names.target(slot)));
        (bound, by_name)
    }
}
