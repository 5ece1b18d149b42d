//! Plans as maps, for files and tools. No error has a value in it.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Action, Plan, Step};
use crate::operation::AnyOperation;
use crate::spec::Returns;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanMap {
    steps: Vec<StepMap>,
}

#[derive(Serialize, Deserialize)]
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
}

impl From<&Step> for StepMap {
    fn from(step: &Step) -> Self {
        let (run, probe, create) = match step.action.clone() {
            Action::Run(run) => (Some(run), None, None),
            Action::Create(create) => (None, None, Some(create)),
            Action::Ensure { probe, create } => (None, Some(probe), Some(create)),
        };
        Self { label: step.label.clone(), run, probe, create }
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        PlanMap { steps: self.steps().iter().map(StepMap::from).collect() }.serialize(to)
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
    let action = match (step.run, step.probe, step.create) {
        (Some(run), None, None) => return Ok(Action::Run(run)),
        (None, None, Some(create)) => Action::Create(create),
        (None, Some(probe), Some(create)) => Action::Ensure { probe, create },
        _ => return Err("needs `run`, or `create`, or `probe` and `create`"),
    };
    let (Action::Create(create) | Action::Ensure { create, .. }) = &action else {
        return Ok(action);
    };
    match create.spec().returns {
        Returns::Created => Ok(action),
        _ => Err("creates nothing that can be told"),
    }
}
