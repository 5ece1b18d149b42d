//! Whether an operation looks different on different releases.

use crate::layout;
use crate::operation::AnyOperation;
use crate::plan::Plan;
use crate::release::{Release, V3_1};
use crate::spec::ValueKind;
use crate::value::{Value, as_format};

impl AnyOperation {
    /// Whether the server's release must be known to render it: with any other operation
    /// [`render`](Self::render) says the same for every release.
    pub fn depends_on_release(&self) -> bool {
        self.spec.since > V3_1
            || self.spec.flags.iter().any(|flag| {
                let is_new = flag.since > V3_1 || flag.gone.is_some();
                let values = self.parts.get(flag.name);
                values.is_some_and(|values| {
                    is_new
                        || flag.expanded > V3_1 && values.iter().any(is_literal)
                        || values.iter().any(|value| differs(value, flag.takes.kind()))
                })
            })
            || self.spec.arguments.iter().any(|argument| {
                let values = self.parts.get(argument.name);
                values.into_iter().flatten().any(|value| differs(value, argument.takes.kind()))
            })
    }
}

impl Plan {
    /// Whether the server's release must be known to render any of its steps.
    pub fn depends_on_release(&self) -> bool {
        self.steps().iter().any(|step| {
            step.command().depends_on_release()
                || step.probe().is_some_and(AnyOperation::depends_on_release)
        })
    }
}

fn is_literal(value: &Value) -> bool {
    matches!(value, Value::Literal(text) if text.iter().any(|byte| matches!(byte, b'#' | b'%')))
}

fn differs(value: &Value, kind: Option<ValueKind>) -> bool {
    match value {
        Value::Literal(text) => {
            as_format(text, Some(V3_1), true) != as_format(text, None::<Release>, true)
        }
        Value::Bytes(bytes) if kind == Some(ValueKind::Layout) => {
            layout::is_layout(bytes, None) != layout::is_layout(bytes, Some(V3_1))
        }
        Value::Commands(commands) => {
            commands.operations().is_none_or(|mut all| all.any(AnyOperation::depends_on_release))
        }
        _ => false,
    }
}
