//! Taking back what a plan has made.

use super::buffer::MadeBuffer;
use super::report::{PlanReport, StepReport, StepStatus};
use crate::commands::KillPane;
use crate::operation::AnyOperation;

/// What takes back what a plan has made, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undo {
    /// What to run, in this order. Each ends a pane by its id; a window or a session goes with its
    /// last pane, and stays if somebody else has put a pane there.
    pub operations: Vec<AnyOperation>,
    /// Buffers that were not there before ([`Plan::ensure_buffer`](super::Plan::ensure_buffer)), to
    /// be removed if they are still those: somebody may have given the name to another one.
    pub buffers: Vec<MadeBuffer>,
    /// Steps that have or may have made something that these don't take back: those of which
    /// nobody knows whether they ran; `break-pane`, which moves a pane that was there; a session
    /// of a group, whose windows are those of others; a buffer of which the server has not said
    /// when it was made.
    pub left: Vec<usize>,
}

impl PlanReport {
    /// What takes back what the steps have made, however the plan went. What they found stays, and
    /// so does what they changed.
    ///
    /// Only for the server that the plan ran on: another one has panes of its own with these ids.
    ///
    /// ```
    /// use tmuxwire_operations::{Answer, NewSession, Plan, PlanRun, Planner};
    ///
    /// let mut plan = Plan::new();
    /// plan.create(NewSession::new().detached());
    /// let mut run = PlanRun::new(&plan, Planner::OneByOne)?;
    /// # run.poll();
    /// run.handle([Answer::new(0, "$3 @5 %8\n", "")]);
    /// let undo = run.finish().undo();
    /// assert_eq!(format!("{:?}", undo.operations), r#"[kill-pane(-t "%8")]"#);
    /// # Ok::<(), tmuxwire_operations::PlanError>(())
    /// ```
    pub fn undo(&self) -> Undo {
        let mut undo = Undo { operations: Vec::new(), buffers: Vec::new(), left: Vec::new() };
        for (step, report) in self.steps.iter().enumerate().rev() {
            let Some(create) = &report.create else { continue };
            match (taking_back(step, create, report), &report.status) {
                (_, StepStatus::Found | StepStatus::NotRun { .. }) => {}
                (TakingBack::Pane(operation), _) => undo.operations.push(operation),
                (TakingBack::Buffer(buffer), _) => undo.buffers.push(buffer),
                (TakingBack::Nothing, StepStatus::Unknown) => undo.left.push(step),
                (TakingBack::Nothing, status)
                    if report.made.is_some() || is_set(create, status) =>
                {
                    undo.left.push(step);
                }
                (TakingBack::Nothing, _) => {}
            }
        }
        undo.left.reverse();
        undo
    }
}

enum TakingBack {
    Pane(AnyOperation),
    Buffer(MadeBuffer),
    Nothing,
}

fn taking_back(step: usize, create: &AnyOperation, report: &StepReport) -> TakingBack {
    if is_set(create, &report.status) {
        // That it wasn't there was asked before.
        let printed = report.outcome.as_ref().map_or(&[][..], |outcome| &outcome.stdout);
        let made = MadeBuffer::of(step, create, printed);
        return made.map_or(TakingBack::Nothing, TakingBack::Buffer);
    }
    match report.made.filter(|_| is_new_pane(create)) {
        Some(made) => TakingBack::Pane(KillPane::new().target(made.pane).into()),
        None => TakingBack::Nothing,
    }
}

/// Whether it has set a buffer.
fn is_set(create: &AnyOperation, status: &StepStatus) -> bool {
    create.spec().name == "set-buffer" && *status == StepStatus::Done
}

/// Whether the pane that it says it made was not there before.
fn is_new_pane(create: &AnyOperation) -> bool {
    match create.spec().name {
        "break-pane" => false,
        "new-session" => !create.has("group"),
        _ => true,
    }
}
