//! Whether a plan can run at all.

use tmuxwire_protocol::Arguments;

use super::{Plan, PlanOptions, Planner, Slot, batch, bind};
use crate::error::OperationError;

/// Why a plan can't be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// An operation can't be rendered.
    #[error("step {step}: {error}")]
    Operation {
        /// The step, from 0.
        step: usize,
        /// Why.
        error: OperationError,
    },
    /// A command doesn't fit a message to the server, which has at most 16,364 bytes and 1,000
    /// arguments.
    #[error(
        "step {step}: the command doesn't fit a message: {size} bytes or its arguments are too many"
    )]
    TooLong {
        /// The step, from 0.
        step: usize,
        /// How many bytes it has.
        size: usize,
    },
}

impl Plan {
    /// Finds what is wrong before anything runs.
    pub(crate) fn check(&self, options: &PlanOptions) -> Result<(), PlanError> {
        for (step, content) in self.steps.iter().enumerate() {
            if let Some(probe) = content.probe() {
                let arguments = bind(probe, longest).render(options.release, options.unknown);
                check(step, arguments, options)?;
            }
            let bound = bind(&content.command(), longest);
            check(step, content.arguments(&bound, options), options)?;
        }
        Ok(())
    }
}

/// As long as ids can be.
fn longest(slot: &Slot, _: bool) -> Option<Vec<u8>> {
    Some(format!("{}{}", slot.part.sigil(), u32::MAX).into_bytes())
}

fn check(
    step: usize,
    arguments: Result<Vec<Vec<u8>>, OperationError>,
    options: &PlanOptions,
) -> Result<(), PlanError> {
    let arguments = arguments.map_err(|error| PlanError::Operation { step, error })?;
    let size = batch::size(&arguments);
    let fits = size + batch::MARK_SIZE <= Arguments::MAX_PACKED
        && arguments.len() + batch::MARK_COUNT <= batch::MAX_COUNT;
    match fits || options.planner == Planner::Pipelined {
        true => Ok(()),
        false => Err(PlanError::TooLong { step, size }),
    }
}
