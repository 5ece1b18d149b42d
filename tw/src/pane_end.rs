//! How a pane's program ended, in words and fields.

use tmuxwire::PaneEnd;

use crate::object::Object;

/// Adds how a pane's program ended.
pub(crate) fn fields(object: Object, end: PaneEnd) -> Object {
    match end {
        PaneEnd::Exited(status) => object.with("how", "exited").with("status", status),
        PaneEnd::Signalled(signal) => object.with("how", "signal").with("signal", signal),
        PaneEnd::Gone => object.with("how", "gone"),
        _ => object.with("how", "ended"),
    }
}

/// The same for people.
pub(crate) fn words(end: PaneEnd) -> String {
    match end {
        PaneEnd::Exited(status) => format!("exited {status}"),
        PaneEnd::Signalled(signal) => format!("signal {signal}"),
        PaneEnd::Gone => "gone".to_owned(),
        _ => "ended".to_owned(),
    }
}
