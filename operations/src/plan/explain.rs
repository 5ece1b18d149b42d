//! Which steps would go together, and why.

use std::fmt;

use super::{Plan, PlanError, PlanOptions, PlanRun, Planner};

/// A round trip of a plan, if all goes well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoundTrip {
    /// The steps in it, in order.
    pub steps: Vec<usize>,
    /// Whether the last of them only asks whether what it would make is there. It is in the next
    /// round trip as well then.
    pub asks: bool,
    /// Why no more steps are in it.
    pub ends: Boundary,
    /// Whether it will be known which step has failed, if one does.
    pub is_exact: bool,
}

/// Why a round trip has no more steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Boundary {
    /// There are no more.
    End,
    /// The next one needs ids that nobody knows yet.
    Needs {
        /// The next step.
        step: usize,
        /// The step that makes what it needs.
        of: usize,
    },
    /// What the last one finds says what it does next.
    Probe {
        /// The step.
        step: usize,
    },
    /// A command that waits, or is about the client itself.
    Alone {
        /// The step: the last one, or the next.
        step: usize,
    },
    /// The next one doesn't fit the message.
    Full {
        /// The step.
        step: usize,
    },
    /// Steps go one by one.
    OneByOne,
    /// What the last one prints could not be told from what others print.
    Prints {
        /// The step.
        step: usize,
    },
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => f.write_str("then nothing more"),
            Self::Needs { step, of } => write!(f, "step {step} needs what step {of} makes"),
            Self::Probe { step } => write!(f, "what step {step} finds says what it does"),
            Self::Alone { step } => write!(f, "step {step} goes alone"),
            Self::Full { step } => write!(f, "step {step} doesn't fit the message"),
            Self::OneByOne => f.write_str("steps go one by one"),
            Self::Prints { step } => write!(f, "step {step} prints something"),
        }
    }
}

impl fmt::Display for RoundTrip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<_> = self.steps.iter().map(usize::to_string).collect();
        let plural = if steps.len() == 1 { "" } else { "s" };
        write!(f, "step{plural} {}: {}", steps.join(", "), self.ends)?;
        match self.is_exact {
            true => Ok(()),
            false => f.write_str("; if one fails, nobody can tell which"),
        }
    }
}

impl Plan {
    /// The round trips that it takes if all goes well, and nothing is there that steps ask for.
    ///
    /// # Errors
    /// [`PlanError`]: it can't run.
    pub fn explain(&self, options: impl Into<PlanOptions>) -> Result<Vec<RoundTrip>, PlanError> {
        let options = options.into();
        let mut run = PlanRun::new(self, options)?;
        let mut trips = Vec::new();
        loop {
            let (batch, ends) = run.next();
            let Some(last) = batch.parts.last() else { return Ok(trips) };
            let steps: Vec<_> = batch.parts.iter().map(|part| part.step).collect();
            let is_exact = options.planner != Planner::Folded || steps.len() == 1;
            trips.push(RoundTrip { steps, asks: last.probe, ends, is_exact });
            run.pretend(&batch.parts);
        }
    }
}
