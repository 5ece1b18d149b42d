//! Plans, run on a server.

use tmuxwire_operations::{
    Answer, AnyOperation, Ask, FailureKind, MadeBuffer, OnFailure, PaneSlot, Plan, PlanOptions,
    PlanReport, PlanRun, Planner, SessionSlot, StepStatus, WindowSlot,
};

use super::{Pane, Server, Session, Window, bisync};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::output::Output;

/// A plan that ran, or as much of it as could, and the server process that it ran on.
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct FinishedPlan {
    /// What has become of each step.
    pub report: PlanReport,
    /// Why the server could not be asked any more, if that is where it stopped: steps that were on
    /// their way are [`StepStatus::Unknown`].
    pub error: Option<Error>,
    server: Server,
}

impl FinishedPlan {
    /// The server process that it ran on.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The session that a slot stands for, if it was made or found.
    pub fn session(&self, slot: SessionSlot) -> Option<Session> {
        self.report.session(slot).map(|id| Session::new(self.server.clone(), id))
    }

    /// The window that a slot stands for, if it was made or found.
    pub fn window(&self, slot: WindowSlot) -> Option<Window> {
        self.report.window(slot).map(|id| Window::new(self.server.clone(), id))
    }

    /// The pane that a slot stands for, if it was made or found.
    pub fn pane(&self, slot: PaneSlot) -> Option<Pane> {
        self.report.pane(slot).map(|id| Pane::new(self.server.clone(), id))
    }

    /// The same, if every step ran well.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`] for the first step that didn't, with [`PlanFailure`] as
    /// [reason](Error::reason); or why
    /// the server could not be asked.
    ///
    /// [`PlanFailure`]: tmuxwire_operations::PlanFailure
    pub fn ok(self) -> Result<Self> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let Err(failure) = self.report.ok() else { return Ok(self) };
        let (kind, delivery) = match &failure.status {
            StepStatus::Failed(why) => (why.kind, Delivery::Answered),
            StepStatus::Unknown => (FailureKind::Other, Delivery::MayHaveRun),
            _ => (FailureKind::Other, Delivery::NotSent),
        };
        Err(Error::new(ErrorKind::Failed(kind), delivery).with_source(failure))
    }
}

#[bisync]
impl FinishedPlan {
    /// Ends what the plan has made: that, and nothing else. What it found stays, and so does what it
    /// changed. A window or a session ends with its last pane, and stays if somebody else has put a
    /// pane there; a buffer stays if somebody has put another one in its place. Answers the steps
    /// that have or may have made something which stays ([`Undo::left`]), and those whose buffers
    /// do.
    ///
    /// One round trip for each pane that was made, two for each buffer: what somebody puts into it
    /// between the two is removed.
    ///
    /// # Errors
    /// As for [`Server::run_plan`]; [`ErrorKind::Failed`] if something can't be ended. What is gone
    /// already is no error.
    ///
    /// [`Undo::left`]: tmuxwire_operations::Undo::left
    ///
    /// # Cancellation
    /// Dropping the future stops behind the commands that were sent, which may run.
    pub async fn undo(&self) -> Result<Vec<usize>> {
        let undo = self.report.undo();
        let mut left = undo.left;
        // With its server everything is gone.
        for buffer in undo.buffers {
            match self.server.remove(&buffer).await {
                Ok(true) => left.push(buffer.step()),
                Err(error) if !error.is_server_gone() => return Err(error),
                Ok(false) | Err(_) => {}
            }
        }
        left.sort_unstable();
        if undo.operations.is_empty() {
            return Ok(left);
        }
        match self.server.end_all(undo.operations).await {
            Err(error) if !error.is_server_gone() => Err(error),
            _ => Ok(left),
        }
    }
}

#[bisync]
impl Server {
    /// Runs a plan, up to the first step that fails: pipelined over a channel
    /// ([`Planner::Pipelined`]), batched by other routes ([`Planner::Batched`]).
    ///
    /// As many round trips as [`Plan::explain`] says for that planner. If a step looks different on
    /// different releases, the server is asked for its release first, once for each process.
    ///
    /// # Errors
    /// As for [`run`](Self::run) if nothing was sent; [`ErrorKind::Operation`] if a step can't be
    /// rendered; [`ErrorKind::Guarded`] if a step would end what only [`unguarded`](Self::unguarded)
    /// may. A step that fails is no error: see [`FinishedPlan::ok`].
    ///
    /// # Cancellation
    /// Dropping the future stops behind the commands that were sent, which may run.
    pub async fn run_plan(&self, plan: &Plan) -> Result<FinishedPlan> {
        let planner = match self.is_channel() {
            true => Planner::Pipelined,
            false => Planner::Batched,
        };
        self.run_plan_with(plan, planner).await
    }

    /// Runs a plan in another way. The release in the options is replaced by the server's, and what
    /// becomes of flags that it is too old for, [`on_unknown`](Self::on_unknown) says.
    ///
    /// # Errors
    /// As for [`run_plan`](Self::run_plan).
    ///
    /// # Cancellation
    /// Dropping the future stops behind the commands that were sent, which may run.
    pub async fn run_plan_with(
        &self,
        plan: &Plan,
        options: impl Into<PlanOptions>,
    ) -> Result<FinishedPlan> {
        self.guard_plan(plan).await?;
        let mut options = options.into().unknown(self.unknown());
        if plan.depends_on_release() {
            options = options.release(self.release(plan.commands()).await?);
        }
        let mut run = PlanRun::new(plan, options)
            .map_err(|error| Error::not_sent(ErrorKind::Operation).with_source(error))?;
        let mut server = self.clone();
        let (mut asked, mut broken) = (false, None);
        while let Some(ask) = run.poll() {
            let (answers, error) = server.answer(ask).await;
            if let Some(error) = error {
                if !asked && answers.is_empty() && error.delivery() == Delivery::NotSent {
                    return Err(error);
                }
                match error.delivery() {
                    Delivery::NotSent if answers.is_empty() => run.withdraw(),
                    _ => run.handle(answers),
                }
                broken = Some(error);
                break;
            }
            asked = true;
            run.handle(answers);
        }
        if server.id().is_none()
            && broken.is_none()
            && let Ok(bound) = server.bind().await
        {
            server = bound;
        }
        Ok(FinishedPlan { report: run.finish(), error: broken, server })
    }

    /// Removes a buffer that a plan has made; whether there is another one of its name, which stays.
    async fn remove(&self, buffer: &MadeBuffer) -> Result<bool> {
        let answer = self.ask(buffer.question()).await?;
        if buffer.is_in(&answer) {
            self.ask(buffer.removal()).await?;
            return Ok(false);
        }
        Ok(!buffer.is_gone_in(&answer))
    }

    /// Runs what ends things, each also if another one is gone already, and each in a round trip of
    /// its own: in one message some of it could end the server.
    pub(crate) async fn end_all(
        &self,
        operations: impl IntoIterator<Item = impl Into<AnyOperation>>,
    ) -> Result<()> {
        let mut plan = Plan::new();
        for operation in operations {
            plan.add(operation);
        }
        let options = PlanOptions::from(Planner::OneByOne).on_failure(OnFailure::Continue);
        let ended = self.run_plan_with(&plan, options).await?;
        if let Some(error) = ended.error {
            return Err(error);
        }
        // Without sessions a server has no target.
        let is_gone = |kind| matches!(kind, FailureKind::NotFound { .. } | FailureKind::NoTarget);
        for step in ended.report.steps {
            if let StepStatus::Failed(failure) = step.status
                && !is_gone(failure.kind)
            {
                return Err(failure.into());
            }
        }
        Ok(())
    }

    /// Answers up to the first that there is none for. From the first one on the handle belongs to
    /// the process that gave it.
    async fn answer(&mut self, ask: Ask) -> (Vec<Answer>, Option<Error>) {
        let mut commands = ask.commands.into_iter().map(Command::new);
        let mut answers = Vec::new();
        if self.id().is_none() {
            let Some(first) = commands.next() else { return (answers, None) };
            let ran = self.run_and_bind(first).await;
            match ran.and_then(|(output, bound)| Ok((self.not_lost(output)?, bound))) {
                Ok((output, bound)) => {
                    *self = bound;
                    answers.push(answer(output));
                }
                Err(error) => return (answers, Some(error)),
            }
        }
        for output in self.run_all(commands.collect::<Vec<_>>()).await {
            match output.and_then(|output| self.not_lost(output)) {
                Ok(output) => answers.push(answer(output)),
                Err(error) => return (answers, Some(error)),
            }
        }
        (answers, None)
    }
}

fn answer(output: Output) -> Answer {
    Answer::new(output.status, output.stdout, output.stderr)
}
