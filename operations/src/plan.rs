//! Plans: operations that are recorded first, looked at, and then run in few round trips.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::commands::SetBuffer;
use crate::create::{Creates, reporting};
use crate::error::{OperationError, Refusal};
use crate::operation::AnyOperation;
use crate::spec::CommandSpec;
use crate::value::Value;

mod alone;
mod ask;
mod batch;
mod buffer;
mod check;
mod explain;
mod marks;
mod names;
mod options;
mod preview;
mod progress;
mod report;
mod run;
#[cfg(feature = "serde")]
mod serial;
mod slot;
mod undo;

pub use ask::{Answer, Ask};
pub use buffer::MadeBuffer;
pub use check::PlanError;
pub use explain::{Boundary, RoundTrip};
pub use options::{OnFailure, PlanOptions, Planner};
pub use preview::Secrets;
pub use report::{Complaint, PlanFailure, PlanReport, StepReport, StepStatus};
pub use run::PlanRun;
pub use slot::{PaneSlot, SessionSlot, Slots, WindowSlot};
pub(crate) use slot::{Part, Slot};
pub use undo::Undo;

use slot::PlanId;

/// Operations in order, of which later ones may need what earlier ones make.
///
/// A step that makes something gives [`Slots`], which are targets of later steps as ids are:
///
/// ```
/// use tmuxwire_operations::{NewSession, NewWindow, Plan, Secrets, SendKeys, SplitWindow};
///
/// let mut plan = Plan::new();
/// let work = plan.create(NewSession::new().detached().name("work").window_name("edit"));
/// let logs = plan.create(NewWindow::new().detached().name("logs").target(work.session));
/// let right = plan.create(SplitWindow::new().horizontal().target(logs.window));
/// plan.add(SendKeys::text("tail -f log").target(right.pane));
///
/// let lines = plan.preview(None, Secrets::Hidden)?;
/// assert_eq!(lines[3], "tmux send-keys -l -t '<2.pane>' ..");
/// // The pane needs an id that only tmux knows; session and window have names.
/// let trips = plan.explain(tmuxwire_operations::Planner::Batched)?;
/// assert_eq!(trips.len(), 2);
/// assert_eq!(trips[0].to_string(), "steps 0, 1, 2: step 3 needs what step 2 makes");
/// # Ok::<(), tmuxwire_operations::PlanError>(())
/// ```
///
/// [`PlanRun`] runs it, with whatever can run a command. What is made first of each kind saves round
/// trips; so do names for new sessions and windows, first windows included.
///
/// A pane's slot is no window:
///
/// ```compile_fail,E0277
/// use tmuxwire_operations::{NewSession, Plan, SelectWindow};
///
/// let mut plan = Plan::new();
/// let work = plan.create(NewSession::new().detached());
/// plan.add(SelectWindow::new().target(work.pane));
/// ```
///
/// Slots are of the plan that gave them and of its clones; in another one they are refused when it is
/// previewed or run.
#[derive(Clone)]
pub struct Plan {
    id: PlanId,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) label: Option<String>,
    pub(crate) action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Run(AnyOperation),
    Create(AnyOperation),
    Ensure { probe: AnyOperation, create: AnyOperation },
    EnsureBuffer { probe: AnyOperation, set: AnyOperation },
}

impl Step {
    pub(crate) fn probe(&self) -> Option<&AnyOperation> {
        match &self.action {
            Action::Ensure { probe, .. } | Action::EnsureBuffer { probe, .. } => Some(probe),
            Action::Run(_) | Action::Create(_) => None,
        }
    }

    /// What it runs; what makes something says what.
    pub(crate) fn command(&self) -> AnyOperation {
        match &self.action {
            Action::Run(operation) | Action::EnsureBuffer { set: operation, .. } => {
                operation.clone()
            }
            Action::Create(create) | Action::Ensure { create, .. } => reporting(create.clone()),
        }
    }

    /// What is asked behind the command, in the same message: since when there is the buffer that it
    /// has set.
    fn asked_behind(&self) -> Option<&AnyOperation> {
        match &self.action {
            Action::EnsureBuffer { probe, .. } => Some(probe),
            Action::Run(_) | Action::Create(_) | Action::Ensure { .. } => None,
        }
    }

    /// The arguments of what it runs, once its targets are known, and of what is asked behind it.
    pub(crate) fn arguments(
        &self,
        bound: &AnyOperation,
        options: &PlanOptions,
    ) -> Result<Vec<Vec<u8>>, OperationError> {
        let mut arguments = bound.render(options.release, options.unknown)?;
        if let Some(question) = self.asked_behind() {
            arguments.push(b";".to_vec());
            arguments.extend(question.render(options.release, options.unknown)?);
        }
        Ok(arguments)
    }

    /// Whether it prints something when all goes well.
    pub(crate) fn prints(&self) -> bool {
        self.asked_behind().is_some() || alone::prints(&self.command())
    }

    /// What makes something that slots stand for.
    pub(crate) fn creates(&self) -> Option<&AnyOperation> {
        match &self.action {
            Action::Run(_) | Action::EnsureBuffer { .. } => None,
            Action::Create(create) | Action::Ensure { create, .. } => Some(create),
        }
    }
}

impl Plan {
    /// A plan without steps.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { id: NEXT.fetch_add(1, Ordering::Relaxed), steps: Vec::new() }
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it has no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Adds a step; answers which one it is, from 0.
    pub fn add(&mut self, operation: impl Into<AnyOperation>) -> usize {
        let action = self.owned(Action::Run(operation.into()));
        self.push(action)
    }

    /// Adds a step that makes something. What `-P` and `-F` the operation has are replaced by the
    /// plan's own.
    pub fn create(&mut self, operation: impl Creates) -> Slots {
        let action = self.owned(Action::Create(operation.into()));
        let step = self.push(action);
        Slots::of(self.id, step)
    }

    /// Adds a step that makes something unless it is there. The probe prints
    /// [`Made::FORMAT`](crate::Made::FORMAT) of what is there, of which the first line counts; where
    /// nothing is, it prints nothing or fails because it found nothing. `list-panes` or
    /// `list-windows` with an exact target do; `display-message` doesn't by itself, for since 3.2 it
    /// takes another target where there is none like its own.
    ///
    /// ```
    /// use tmuxwire_operations::{ListPanes, Made, NewSession, Plan, SessionTarget, WindowTarget};
    ///
    /// let mut plan = Plan::new();
    /// let there = WindowTarget::In(SessionTarget::exact("work"));
    /// let work = plan.ensure(
    ///     ListPanes::new().format(Made::FORMAT).target(there),
    ///     NewSession::new().detached().name("work"),
    /// );
    /// # let _ = work;
    /// ```
    pub fn ensure(&mut self, probe: impl Into<AnyOperation>, create: impl Creates) -> Slots {
        let (probe, create) = (probe.into(), create.into());
        let action = self.owned(Action::Ensure { probe, create });
        let step = self.push(action);
        Slots::of(self.id, step)
    }

    /// Adds a step that makes a buffer unless one of that name is there; answers which step it is,
    /// from 0. What made it can be [undone](PlanReport::undo), as nothing else about buffers can be:
    /// behind the step the server is asked, in the same message, when the buffer was made.
    ///
    /// The name must be text without control characters, backslashes and `#[`, for servers don't
    /// agree on others; a plan with such a name is refused.
    pub fn ensure_buffer(&mut self, set: SetBuffer) -> usize {
        let set = AnyOperation::from(set);
        let probe = buffer::probe(&set);
        self.push(Action::EnsureBuffer { probe, set })
    }

    /// Gives the last step a name, for reports. A plan without steps stays as it is.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        if let Some(step) = self.steps.last_mut() {
            step.label = Some(label.into());
        }
        self
    }

    /// The slots of a step that makes something; `None` if it makes nothing.
    pub fn slots(&self, step: usize) -> Option<Slots> {
        self.steps.get(step)?.creates().map(|_| Slots::of(self.id, step))
    }

    /// The commands of its steps, by name.
    pub fn commands(&self) -> impl Iterator<Item = &'static CommandSpec> {
        self.steps.iter().map(|step| step.command().spec())
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn push(&mut self, action: Action) -> usize {
        self.steps.push(Step { label: None, action });
        self.steps.len() - 1
    }

    fn owned(&self, action: Action) -> Action {
        match action {
            Action::Run(operation) => Action::Run(self.own(operation)),
            Action::Create(create) => Action::Create(self.own(create)),
            Action::Ensure { probe, create } => {
                Action::Ensure { probe: self.own(probe), create: self.own(create) }
            }
            // They have no targets.
            buffer @ Action::EnsureBuffer { .. } => buffer,
        }
    }

    /// Slots are kept without the plan that they are of; those that are of another one are not.
    fn own(&self, operation: AnyOperation) -> AnyOperation {
        if operation.slots().is_empty() {
            return operation;
        }
        operation.map(&mut |value, _, _| match value {
            Value::Slot(slot, _) if ![0, self.id].contains(&slot.plan) => {
                Value::Refused(Refusal::OtherPlan)
            }
            Value::Slot(slot, _) if self.slots(slot.step).is_none() => {
                Value::Refused(Refusal::NoSuchStep)
            }
            Value::Slot(slot, rest) => Value::Slot(Slot { plan: 0, ..*slot }, rest.clone()),
            other => other.clone(),
        })
    }
}

/// An operation with its slots filled as far as they can be.
pub(crate) fn bind(
    operation: &AnyOperation,
    fill: impl Fn(&Slot, bool) -> Option<Vec<u8>>,
) -> AnyOperation {
    operation.map(&mut |value, _, nested| match value {
        Value::Slot(slot, rest) => match fill(slot, nested) {
            Some(id) => Value::Bytes([id.as_slice(), rest].concat()),
            None => value.clone(),
        },
        other => other.clone(),
    })
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

/// Plans are the same if their steps are.
impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.steps == other.steps
    }
}

impl Eq for Plan {}

/// Shows operations as they show themselves, without secrets.
impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.steps).finish()
    }
}
