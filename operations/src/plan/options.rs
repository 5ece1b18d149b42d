//! How a plan is run.

use crate::operation::Unknown;
use crate::release::Release;

/// How steps go together. All run them in order, and none asks a step before the ids that it needs
/// are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Planner {
    /// Each step is a round trip, and its exit status says whether it failed.
    OneByOne,
    /// As many steps as can be known go in one message. The server stops at the first that fails;
    /// marks in between tell exactly which that was, and what each has printed. A step has failed
    /// only if the server stopped there: what hooks complain about fails no step.
    #[default]
    Batched,
    /// As many steps as can be known are written at once, each a command of its own with an answer
    /// of its own. For control channels. What has been written can't be stopped: when a step fails,
    /// those behind it in the same round trip run all the same.
    Pipelined,
    /// As `Batched` without marks: as one would write it in a shell, `tmux a \; b \; c`. Nobody can
    /// tell which step failed, so each of the round trip is
    /// [`StepStatus::Unknown`](crate::StepStatus::Unknown) then and nothing more runs. What a step
    /// prints ends a round trip.
    Folded,
}

/// What becomes of the steps behind one that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnFailure {
    /// They don't run.
    #[default]
    Stop,
    /// They run, but for those that need what it should have made. Not with [`Planner::Folded`],
    /// which stops where it can't tell.
    Continue,
}

/// How a plan is run: `Batched`, up to the first failure, on a server of which nothing is known,
/// unless told otherwise.
///
/// ```
/// use tmuxwire_operations::{OnFailure, PlanOptions, Planner, Release};
///
/// let options = PlanOptions::from(Planner::Pipelined)
///     .release(Release::new(3, 5))
///     .on_failure(OnFailure::Continue);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct PlanOptions {
    pub(crate) planner: Planner,
    pub(crate) on_failure: OnFailure,
    pub(crate) release: Option<Release>,
    pub(crate) unknown: Unknown,
    pub(crate) nonce: Option<u64>,
}

impl PlanOptions {
    /// How steps go together.
    pub fn planner(mut self, planner: Planner) -> Self {
        self.planner = planner;
        self
    }

    /// What becomes of the steps behind one that failed.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// The server's release. Tell it where it is known: besides flags, marks depend on it, which
    /// before 3.3 may print nothing otherwise where there are no sessions.
    pub fn release(mut self, release: impl Into<Option<Release>>) -> Self {
        self.release = release.into();
        self
    }

    /// What to do with flags that the server is too old for; refuse them unless told otherwise.
    pub fn unknown(mut self, unknown: Unknown) -> Self {
        self.unknown = unknown;
        self
    }

    /// What marks are made of, for tests: nothing that a step prints may hold it. Otherwise it is a
    /// random number.
    pub fn nonce(mut self, nonce: u64) -> Self {
        self.nonce = Some(nonce);
        self
    }
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self {
            planner: Planner::default(),
            on_failure: OnFailure::default(),
            release: None,
            unknown: Unknown::Refuse,
            nonce: None,
        }
    }
}

impl From<Planner> for PlanOptions {
    fn from(planner: Planner) -> Self {
        Self::default().planner(planner)
    }
}
