//! What has become of a plan.

use std::fmt;
use std::ops::RangeInclusive;

use super::ask::Answer;
use super::{Action, PaneSlot, SessionSlot, Step, WindowSlot};
use crate::create::Made;
use crate::failure::Failure;
use crate::operation::AnyOperation;
use crate::outcome::Outcome;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

/// What has become of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepStatus {
    /// It ran well.
    Done,
    /// What it would have made was there.
    Found,
    /// It ran and failed, or what it asked first did.
    Failed(Failure),
    /// It didn't run.
    NotRun {
        /// The step that should have made what it needs, if that is why.
        needs: Option<usize>,
    },
    /// Nobody can tell: the connection was lost, or it was folded with one that failed.
    Unknown,
}

/// A step, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepReport {
    /// Its label.
    pub label: Option<String>,
    /// What has become of it.
    pub status: StepStatus,
    /// What it answered, if it ran and that is known.
    pub outcome: Option<Outcome>,
    /// What it has made or found.
    pub made: Option<Made>,
    /// What would have made something.
    pub(super) create: Option<AnyOperation>,
}

/// Something that was said of none of several steps in particular.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Complaint {
    /// The first and the last step of the round trip.
    pub steps: RangeInclusive<usize>,
    /// The exit status of them all.
    pub status: i32,
    /// What was said.
    pub text: String,
}

impl Complaint {
    pub(super) fn new(steps: RangeInclusive<usize>, answer: &Answer) -> Self {
        let text = String::from_utf8_lossy(&answer.stderr).trim_end_matches('\n').to_owned();
        Self { steps, status: answer.status, text }
    }
}

/// What has become of a plan: each step, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct PlanReport {
    /// The steps, as many as the plan has.
    pub steps: Vec<StepReport>,
    /// How many round trips it took.
    pub round_trips: usize,
    /// What was said of no step in particular: by hooks, or where steps were folded.
    pub complaints: Vec<Complaint>,
}

impl StepReport {
    pub(super) fn new(
        step: &Step,
        status: StepStatus,
        outcome: Option<Outcome>,
        made: Option<Made>,
    ) -> Self {
        let create = match &step.action {
            Action::Run(_) => None,
            Action::Create(create) | Action::Ensure { create, .. } => Some(create.clone()),
            Action::EnsureBuffer { set, .. } => Some(set.clone()),
        };
        Self { label: step.label.clone(), status, outcome, made, create }
    }

    /// Whether it ran well, or what it would have made was there.
    pub fn is_ok(&self) -> bool {
        matches!(self.status, StepStatus::Done | StepStatus::Found)
    }
}

impl PlanReport {
    pub(super) fn new(
        steps: Vec<StepReport>,
        round_trips: usize,
        complaints: Vec<Complaint>,
    ) -> Self {
        Self { steps, round_trips, complaints }
    }

    /// Whether every step ran well.
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(StepReport::is_ok)
    }

    /// The report, if every step ran well.
    ///
    /// # Errors
    /// [`PlanFailure`]: the first step that didn't.
    pub fn ok(&self) -> Result<&Self, PlanFailure> {
        match self.steps.iter().enumerate().find(|(_, report)| !report.is_ok()) {
            None => Ok(self),
            Some((step, report)) => {
                let (label, status) = (report.label.clone(), report.status.clone());
                Err(PlanFailure { step, label, status })
            }
        }
    }

    /// What a step has made or found.
    pub fn made(&self, step: usize) -> Option<Made> {
        self.steps.get(step)?.made
    }

    /// The session that a slot stands for, if it is there.
    pub fn session(&self, slot: SessionSlot) -> Option<SessionId> {
        self.made(slot.step()).map(|made| made.session)
    }

    /// The window that a slot stands for, if it is there.
    pub fn window(&self, slot: WindowSlot) -> Option<WindowId> {
        self.made(slot.step()).map(|made| made.window)
    }

    /// The pane that a slot stands for, if it is there.
    pub fn pane(&self, slot: PaneSlot) -> Option<PaneId> {
        self.made(slot.step()).map(|made| made.pane)
    }
}

/// The first step of a plan that didn't run well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanFailure {
    /// Which step.
    pub step: usize,
    /// Its label.
    pub label: Option<String>,
    /// What has become of it.
    pub status: StepStatus,
}

impl fmt::Display for PlanFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}", self.step)?;
        if let Some(label) = &self.label {
            write!(f, " ({label})")?;
        }
        match &self.status {
            StepStatus::Failed(failure) => write!(f, ": {failure}"),
            StepStatus::NotRun { needs: Some(step) } => {
                write!(f, " didn't run, for step {step} has not made what it needs")
            }
            StepStatus::NotRun { needs: None } => f.write_str(" didn't run"),
            StepStatus::Unknown => f.write_str(" may have run or not"),
            StepStatus::Done | StepStatus::Found => f.write_str(" ran well"),
        }
    }
}

impl std::error::Error for PlanFailure {}
