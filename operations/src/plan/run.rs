//! A plan on its way: what to ask next, and what the answers mean. No IO.

use std::fmt;

use super::ask::{Answer, Ask};
use super::batch::{Asked, Batch, compose};
use super::progress::Progress;
use super::{Boundary, Complaint, Plan, PlanError, PlanOptions, PlanReport, Planner, Step, marks};
use crate::create::Made;
use crate::failure::FailureKind;
use crate::outcome::Outcome;
use crate::spec::CommandSpec;

/// A plan that runs.
///
/// The caller runs what [`PlanRun::poll`] asks for, gives the answers to [`PlanRun::handle`], and so
/// on until nothing more is asked. It may also stop in between: the report then says what ran.
///
/// ```
/// use tmuxwire_operations::{
///     Answer, HasSession, Plan, PlanOptions, PlanRun, SessionTarget, StepStatus,
/// };
///
/// let mut plan = Plan::new();
/// plan.add(HasSession::new().target(SessionTarget::exact("work")));
/// let mut run = PlanRun::new(&plan, PlanOptions::default())?;
/// while let Some(ask) = run.poll() {
///     // A driver would run these; this one has no server.
///     let answers = ask.commands.iter().map(|_| Answer::new(1, "", "can't find session: work\n"));
///     run.handle(answers.collect::<Vec<_>>());
/// }
/// let report = run.finish();
/// assert!(!report.is_ok());
/// assert!(matches!(report.steps[0].status, StepStatus::Failed(_)));
/// # Ok::<(), tmuxwire_operations::PlanError>(())
/// ```
#[derive(Clone)]
pub struct PlanRun {
    steps: Vec<Step>,
    options: PlanOptions,
    nonce: String,
    /// How many marks there were.
    marked: usize,
    progress: Progress,
    flight: Option<Flight>,
}

/// What was asked and not answered.
#[derive(Clone)]
struct Flight {
    parts: Vec<Asked>,
    /// One for each part, or none.
    marks: Vec<String>,
    /// Whether each part has an answer of its own.
    is_separate: bool,
}

impl PlanRun {
    /// A run of a plan, which has asked nothing yet.
    ///
    /// # Errors
    /// [`PlanError`]: some step can't run on this release, or on any. Nothing has run then.
    pub fn new(plan: &Plan, options: impl Into<PlanOptions>) -> Result<Self, PlanError> {
        let options = options.into();
        plan.check(&options)?;
        Ok(Self {
            steps: plan.steps().to_vec(),
            options,
            nonce: marks::nonce(options.nonce),
            marked: 0,
            progress: Progress::new(options.on_failure),
            flight: None,
        })
    }

    /// What to ask next; the same again as long as it wasn't answered. `None` when all is done.
    pub fn poll(&mut self) -> Option<Ask> {
        let (batch, _) = self.next();
        if batch.parts.is_empty() {
            return None;
        }
        let (flight, commands) = self.message(batch);
        self.flight = Some(flight);
        Some(Ask { commands })
    }

    /// What comes next, and why no more.
    pub(super) fn next(&mut self) -> (Batch, Boundary) {
        self.progress.skip(&self.steps);
        match self.progress.stopped {
            true => (Batch::default(), Boundary::End),
            false => compose(&self.steps, &self.options, &self.progress),
        }
    }

    fn message(&self, batch: Batch) -> (Flight, Vec<Vec<Vec<u8>>>) {
        let Batch { parts, commands, .. } = batch;
        let is_separate = self.options.planner == Planner::Pipelined || parts.len() == 1;
        let is_marked =
            self.options.planner == Planner::Batched && parts.iter().all(|part| !part.alone);
        if !is_marked {
            let commands = if is_separate { commands } else { vec![joined(commands)] };
            return (Flight { parts, marks: Vec::new(), is_separate }, commands);
        }
        let numbers = self.marked..self.marked + parts.len();
        let marks: Vec<_> = numbers.map(|number| format!("{}{number}", self.nonce)).collect();
        let mark = |mark: &String| marks::command(mark, self.options.release);
        let marked = commands.into_iter().zip(&marks);
        let message = joined(marked.flat_map(|(command, name)| [command, mark(name)]));
        (Flight { parts, marks, is_separate: false }, vec![message])
    }

    /// Takes the answers to what was asked, in its order. If there are fewer, because the
    /// connection was lost, nobody knows what has become of the rest: it is
    /// [`StepStatus::Unknown`](super::StepStatus::Unknown), and nothing more is asked.
    pub fn handle(&mut self, answers: impl IntoIterator<Item = Answer>) {
        let Some(flight) = self.flight.take() else { return };
        self.progress.round_trips += 1;
        self.marked += flight.marks.len();
        let mut answers = answers.into_iter();
        if flight.is_separate {
            for part in flight.parts {
                match answers.next() {
                    Some(answer) => self.answered(part, answer),
                    None => self.progress.lost(&self.steps),
                }
            }
            return;
        }
        match answers.next() {
            Some(answer) if flight.marks.is_empty() => self.handle_folded(&flight.parts, answer),
            Some(answer) => self.handle_marked(&flight, answer),
            None => flight.parts.iter().for_each(|_| self.progress.lost(&self.steps)),
        }
    }

    /// What was asked could not be sent: it has not run, and is asked again if there is another
    /// [`poll`](Self::poll).
    pub fn withdraw(&mut self) {
        self.flight = None;
    }

    fn answered(&mut self, part: Asked, answer: Answer) {
        let Some(command) = self.spec(part) else { return };
        let Answer { status, stdout, stderr } = answer;
        let outcome = Outcome { command, status, stdout, stderr };
        self.progress.answered(part, &self.steps, outcome);
    }

    fn spec(&self, part: Asked) -> Option<&'static CommandSpec> {
        let step = self.steps.get(part.step)?;
        let probe = step.probe().filter(|_| part.probe);
        Some(probe.map_or_else(|| step.command().spec(), |probe| probe.spec()))
    }

    fn handle_marked(&mut self, flight: &Flight, answer: Answer) {
        let mut printed = answer.stdout.as_slice();
        let mut parts = flight.parts.iter().zip(&flight.marks).enumerate();
        let failed = loop {
            let Some((index, (part, mark))) = parts.next() else { break None };
            let Some((before, rest)) = marks::split(printed, mark) else { break Some(index) };
            self.answered(*part, Answer::new(0, before, ""));
            printed = rest;
        };
        let Some(index) = failed else {
            return self.complain(&flight.parts, &answer);
        };
        let Some(part) = flight.parts.get(index) else { return };
        if answer.status == 0 {
            // The server went away in between, or the client was detached.
            let rest = flight.parts.iter().skip(index);
            return rest.for_each(|_| self.progress.lost(&self.steps));
        }
        let kind = FailureKind::read(&answer.stderr);
        if index == 0 && flight.parts.len() > 1 && is_parsing(kind) {
            // Nothing has run, and it may be any of them.
            let last = flight.parts.last().map_or(0, |part| part.step);
            self.progress.careful = last + 1;
            return;
        }
        // Something has renamed what was just made: by its id, then.
        if part.by_name && matches!(kind, FailureKind::NotFound { .. }) {
            return;
        }
        let answer = Answer { stdout: printed.to_vec(), ..answer };
        self.answered(*part, answer);
    }

    fn handle_folded(&mut self, parts: &[Asked], answer: Answer) {
        let creates = |part: &Asked| {
            !part.probe && self.steps.get(part.step).is_some_and(|step| step.creates().is_some())
        };
        let is_made = parts.last().is_some_and(creates) && Made::read(&answer.stdout).is_ok();
        if answer.status != 0 && !is_made {
            self.complain(parts, &answer);
            return parts.iter().for_each(|_| self.progress.lost(&self.steps));
        }
        let Some((last, before)) = parts.split_last() else { return };
        for part in before {
            self.answered(*part, Answer::new(0, "", ""));
        }
        self.complain(parts, &answer);
        self.answered(*last, Answer::new(0, answer.stdout, ""));
    }

    /// Keeps what was said of none of the steps in particular.
    fn complain(&mut self, parts: &[Asked], answer: &Answer) {
        let steps = parts.first().zip(parts.last());
        let Some((first, last)) = steps else { return };
        if answer.status != 0 || !answer.stderr.is_empty() {
            self.progress.complaints.push(Complaint::new(first.step..=last.step, answer));
        }
    }

    /// Takes everything as done that would come next, for a look at what would follow.
    pub(super) fn pretend(&mut self, parts: &[Asked]) {
        self.progress.round_trips += 1;
        for part in parts {
            let is_made = !part.probe
                && self.steps.get(part.step).is_some_and(|step| step.creates().is_some());
            let printed = if is_made { "$0 @0 %0\n" } else { "" };
            self.answered(*part, Answer::new(0, printed, ""));
        }
    }

    /// What has become of every step. What was asked and not answered is
    /// [`StepStatus::Unknown`](super::StepStatus::Unknown).
    pub fn finish(mut self) -> PlanReport {
        self.handle([]);
        let (steps, round_trips, complaints) = self.progress.finish(&self.steps);
        PlanReport::new(steps, round_trips, complaints)
    }
}

/// Shows the plan and how far it is.
impl fmt::Debug for PlanRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanRun")
            .field("steps", &self.steps)
            .field("options", &self.options)
            .field("next", &self.progress.cursor)
            .field("is_asking", &self.flight.is_some())
            .finish()
    }
}

/// Whether a failure may come from reading the whole message, before any of it runs.
fn is_parsing(kind: FailureKind) -> bool {
    use FailureKind::{Ambiguous, Arguments, UnknownCommand};
    matches!(kind, Ambiguous | Arguments | UnknownCommand)
}

/// Commands with `;` in between.
fn joined(commands: impl IntoIterator<Item = Vec<Vec<u8>>>) -> Vec<Vec<u8>> {
    let mut message: Vec<Vec<u8>> = Vec::new();
    for command in commands {
        if !message.is_empty() {
            message.push(b";".to_vec());
        }
        message.extend(command);
    }
    message
}
