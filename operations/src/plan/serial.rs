//! Plans as maps, for files and tools. No error has a value in it.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Action, Plan, Step, buffer};
use crate::commands::SetBuffer;
use crate::operation::AnyOperation;
use crate::spec::Returns;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanMap {
    steps: Vec<StepMap>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepMap {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<AnyOperation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probe: Option<AnyOperation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    create: Option<AnyOperation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ensure_buffer: Option<SetBuffer>,
}

impl TryFrom<&Step> for StepMap {
    type Error = AnyOperation;

    fn try_from(step: &Step) -> Result<Self, AnyOperation> {
        let mut map = Self { label: step.label.clone(), ..Self::default() };
        match step.action.clone() {
            Action::Run(run) => map.run = Some(run),
            Action::Create(create) => map.create = Some(create),
            Action::Ensure { probe, create } => {
                (map.probe, map.create) = (Some(probe), Some(create));
            }
            Action::EnsureBuffer { set, .. } => map.ensure_buffer = Some(SetBuffer::try_from(set)?),
        }
        Ok(map)
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let steps: Result<_, _> = self.steps().iter().map(StepMap::try_from).collect();
        let wrong = |_| S::Error::custom("a step sets no buffer");
        PlanMap { steps: steps.map_err(wrong)? }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Plan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let map = PlanMap::deserialize(from)?;
        let mut plan = Self::new();
        for (index, step) in map.steps.into_iter().enumerate() {
            let label = step.label.clone();
            let action = action(step)
                .map_err(|what| D::Error::custom(format_args!("step {index} {what}")))?;
            let action = plan.owned(action);
            plan.push(action);
            if let Some(label) = label {
                plan.label(label);
            }
        }
        Ok(plan)
    }
}

fn action(step: StepMap) -> Result<Action, &'static str> {
    let action = match (step.run, step.probe, step.create, step.ensure_buffer) {
        (Some(run), None, None, None) => return Ok(Action::Run(run)),
        (None, None, Some(create), None) => Action::Create(create),
        (None, Some(probe), Some(create), None) => Action::Ensure { probe, create },
        (None, None, None, Some(set)) => {
            let set = AnyOperation::from(set);
            return Ok(Action::EnsureBuffer { probe: buffer::probe(&set), set });
        }
        _ => return Err("needs `run`, `create`, `probe` and `create`, or `ensure_buffer`"),
    };
    let (Action::Create(create) | Action::Ensure { create, .. }) = &action else {
        return Ok(action);
    };
    match create.spec().returns {
        Returns::Created => Ok(action),
        _ => Err("creates nothing that can be told"),
    }
}
