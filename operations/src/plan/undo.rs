//! Taking back what a plan has made.

use super::report::{PlanReport, StepReport, StepStatus};
use crate::commands::{DeleteBuffer, KillPane};
use crate::operation::AnyOperation;

/// What takes back what a plan has made, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undo {
    /// What to run, in this order. Each ends a pane by its id; a window or a session goes with its
    /// last pane, and stays if somebody else has put a pane there. Or it deletes a buffer that was
    /// not there before ([`Plan::ensure_buffer`](super::Plan::ensure_buffer)).
    pub operations: Vec<AnyOperation>,
    /// Steps that have or may have made something that these don't take back: those of which
    /// nobody knows whether they ran; `break-pane`, which moves a pane that was there; a session
    /// of a group, whose windows are those of others.
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
        let mut undo = Undo { operations: Vec::new(), left: Vec::new() };
        for (step, report) in self.steps.iter().enumerate().rev() {
            let Some(create) = &report.create else { continue };
            match (taking_back(create, report), &report.status) {
                (_, StepStatus::Found | StepStatus::NotRun { .. }) => {}
                (Some(operation), _) => undo.operations.push(operation),
                (None, StepStatus::Unknown) => undo.left.push(step),
                (None, _) if report.made.is_some() => undo.left.push(step),
                (None, _) => {}
            }
        }
        undo.left.reverse();
        undo
    }
}

fn taking_back(create: &AnyOperation, report: &StepReport) -> Option<AnyOperation> {
    if create.spec().name == "set-buffer" {
        // That it wasn't there was asked before.
        let name = create.parts.get("name").filter(|_| report.status == StepStatus::Done)?;
        return Some(AnyOperation::from(DeleteBuffer::new()).set("name", name.clone()));
    }
    let made = report.made.filter(|_| is_new_pane(create))?;
    Some(KillPane::new().target(made.pane).into())
}

/// Whether the pane that it says it made was not there before.
fn is_new_pane(create: &AnyOperation) -> bool {
    match create.spec().name {
        "break-pane" => false,
        "new-session" => !create.has("group"),
        _ => true,
    }
}
