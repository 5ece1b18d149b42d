//! What has become of the steps so far.

use super::batch::Asked;
use super::report::{Complaint, StepReport, StepStatus};
use super::{OnFailure, Part, Slot, Step, buffer};
use crate::create::Made;
use crate::failure::{Failure, FailureKind};
use crate::outcome::Outcome;

#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// The first step that has no status.
    pub(super) cursor: usize,
    /// Steps before this one go one by one.
    pub(super) careful: usize,
    pub(super) stopped: bool,
    pub(super) round_trips: usize,
    pub(super) complaints: Vec<Complaint>,
    on_failure: OnFailure,
    /// Whether the step at the cursor has asked and found nothing.
    absent: bool,
    ended: Vec<StepReport>,
}

impl Progress {
    pub(super) fn new(on_failure: OnFailure) -> Self {
        Self {
            cursor: 0,
            careful: 0,
            stopped: false,
            round_trips: 0,
            complaints: Vec::new(),
            on_failure,
            absent: false,
            ended: Vec::new(),
        }
    }

    pub(super) fn is_absent(&self, step: usize) -> bool {
        self.absent && step == self.cursor
    }

    pub(super) fn made(&self, step: usize) -> Option<Made> {
        self.ended.get(step)?.made
    }

    pub(super) fn id(&self, slot: &Slot) -> Option<Vec<u8>> {
        let made = self.made(slot.step)?;
        let id = match slot.part {
            Part::Session => made.session.to_string(),
            Part::Window => made.window.to_string(),
            Part::Pane => made.pane.to_string(),
        };
        Some(id.into_bytes())
    }

    /// Passes steps that can't run any more.
    pub(super) fn skip(&mut self, steps: &[Step]) {
        while let Some(step) = steps.get(self.cursor).filter(|_| !self.stopped) {
            let operation = match step.probe() {
                Some(probe) if !self.absent => probe.clone(),
                _ => step.command(),
            };
            let slots = operation.slots();
            let unmade = |step: usize| step < self.cursor && self.made(step).is_none();
            let Some((slot, _)) = slots.iter().find(|(slot, _)| unmade(slot.step)) else { return };
            let needs = Some(slot.step);
            self.end(step, StepStatus::NotRun { needs }, None, None);
        }
    }

    /// The part at the cursor has been answered.
    pub(super) fn answered(&mut self, asked: Asked, steps: &[Step], outcome: Outcome) {
        let Some(step) = steps.get(asked.step) else { return };
        match asked.probe {
            true => self.probed(step, outcome),
            false => {
                let made = step.creates().and_then(|_| outcome.made().ok());
                let status = outcome.failure().map_or(StepStatus::Done, StepStatus::Failed);
                self.end(step, status, Some(outcome), made);
            }
        }
    }

    fn probed(&mut self, step: &Step, outcome: Outcome) {
        if step.creates().is_none() && outcome.is_ok() {
            match buffer::found(&outcome.stdout).is_some() {
                true => self.end(step, StepStatus::Found, Some(outcome), None),
                false => self.absent = true,
            }
            return;
        }
        let failure = match (outcome.failure(), outcome.made()) {
            (Some(failure), _) if failure.is_not_found() => {
                self.absent = true;
                return;
            }
            (Some(failure), _) => failure,
            (None, Ok(made)) => {
                return self.end(step, StepStatus::Found, Some(outcome), Some(made));
            }
            (None, Err(_)) if outcome.stdout.trim_ascii().is_empty() => {
                self.absent = true;
                return;
            }
            (None, Err(unreadable)) => Failure {
                command: outcome.command.name,
                status: 0,
                kind: FailureKind::Other,
                text: unreadable.to_string(),
            },
        };
        self.end(step, StepStatus::Failed(failure), Some(outcome), None);
    }

    /// Nobody knows whether the part at the cursor has run.
    pub(super) fn lost(&mut self, steps: &[Step]) {
        self.stopped = true;
        if let Some(step) = steps.get(self.cursor) {
            self.end(step, StepStatus::Unknown, None, None);
        }
    }

    fn end(
        &mut self,
        step: &Step,
        status: StepStatus,
        outcome: Option<Outcome>,
        made: Option<Made>,
    ) {
        let is_well = matches!(status, StepStatus::Done | StepStatus::Found);
        self.stopped |= !is_well && self.on_failure == OnFailure::Stop;
        self.absent = false;
        self.cursor += 1;
        self.ended.push(StepReport::new(step, status, outcome, made));
    }

    /// What has become of all steps.
    pub(super) fn finish(mut self, steps: &[Step]) -> (Vec<StepReport>, usize, Vec<Complaint>) {
        let rest = steps.iter().skip(self.cursor);
        let not_run = |step| StepReport::new(step, StepStatus::NotRun { needs: None }, None, None);
        self.ended.extend(rest.map(not_run));
        (self.ended, self.round_trips, self.complaints)
    }
}
