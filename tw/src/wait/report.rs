//! What is told of a wait.

use std::time::Duration;

use tmuxwire::{Seen, harmless};

use crate::duration::{self, FOR_EVER};
use crate::ending::{Failure, GAVE_UP, Status};
use crate::object::Object;
use crate::pane_end;
use crate::stage::Stage;

/// Lines of a screen that are shown to people.
const LINES: usize = 10;

/// What came of a wait.
#[derive(Debug)]
pub(super) enum Report {
    /// It has come.
    Met {
        /// For people; nothing is printed where there is nothing to say.
        text: String,
        /// The fields for JSON.
        object: Object,
        status: u8,
    },
    /// It has not.
    GaveUp {
        /// What was waited for, in words.
        wanted: String,
        seen: Seen,
        status: u8,
    },
}

impl Report {
    pub(super) fn met(text: impl Into<String>, object: Object) -> Self {
        Self::Met { text: text.into(), object, status: Status::DONE }
    }

    /// # Errors
    /// If it is the server that doesn't answer.
    pub(super) fn gave_up(
        wanted: impl Into<String>,
        seen: Seen,
        status: u8,
    ) -> Result<Self, Failure> {
        match seen.no_answer {
            true => Err(Failure::no_answer()),
            false => Ok(Self::GaveUp { wanted: wanted.into(), seen, status }),
        }
    }

    /// The same with our own statuses.
    pub(super) fn without_status(self) -> Self {
        match self {
            Self::Met { text, object, .. } => Self::met(text, object),
            Self::GaveUp { wanted, seen, .. } => {
                Self::GaveUp { wanted, seen, status: Status::GAVE_UP }
            }
        }
    }

    /// Prints it; answers the exit status. That nobody reads it changes nothing of that.
    pub(super) async fn print(self, stage: &Stage, limit: Duration) -> Result<u8, Failure> {
        let mut printer = stage.printer();
        let (printed, status) = match self {
            Self::Met { object, status, .. } if stage.json => (printer.json(object).await, status),
            Self::Met { text, status, .. } if text.is_empty() => (Ok(()), status),
            Self::Met { text, status, .. } => (printer.text(&text).await, status),
            Self::GaveUp { seen, status, .. } if stage.json => {
                (printer.json(gave_up(&seen)).await, status)
            }
            Self::GaveUp { wanted, seen, status } => {
                let text = explain(&wanted, &seen, limit);
                return Err(Failure::new(status, text));
            }
        };
        match printed {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(status),
        }
    }
}

/// An object for a wait that was met.
pub(super) fn met() -> Object {
    Object::default().with("met", true)
}

fn unmet(reason: &str) -> Object {
    Object::default().with("met", false).with("reason", reason)
}

fn gave_up(seen: &Seen) -> Object {
    let object = unmet(GAVE_UP).with("screen", seen.screen.as_str());
    let object = match seen.quiet {
        Some(quiet) => object.with("quiet_seconds", quiet.as_secs_f64()),
        None => object,
    };
    object.with("last", seen.last.as_str())
}

/// An object for a wait that failed.
pub(super) fn failed(failure: &Failure) -> Object {
    let object = unmet(failure.reason);
    let object = match failure.end {
        Some(end) => pane_end::fields(object, end),
        None => object,
    };
    object.with("error", failure.text.as_str())
}

fn explain(wanted: &str, seen: &Seen, limit: Duration) -> String {
    let time = match limit < FOR_EVER {
        true => format!(" after {}", duration::show(limit)),
        false => String::new(),
    };
    let mut text = format!("gave up{time}: {wanted}");
    if !seen.last.is_empty() {
        text.push_str(&format!("\nlast seen: {}", harmless::line(seen.last.as_bytes())));
    }
    if let Some(quiet) = seen.quiet {
        text.push_str(&format!("\nthe pane has been quiet for {}", duration::show(quiet)));
    }
    let lines: Vec<&str> = seen.screen.lines().collect();
    if !lines.is_empty() {
        text.push_str("\nthe pane's last lines:");
        for line in lines.iter().skip(lines.len().saturating_sub(LINES)) {
            text.push_str(&format!("\n| {}", harmless::line(line.as_bytes())));
        }
    }
    text
}
