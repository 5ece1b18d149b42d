//! Every command that tmux has, as a typed value, without IO.
//!
//! An operation is a builder, a step of a plan and the argument of a tool in one: a value that can
//! be compared, cloned, kept, looked at without its secrets, and rendered for a server.
//!
//! ```
//! use tmuxwire_operations::{NewWindow, Operation, Release, SessionTarget, Unknown, WindowTarget};
//!
//! let window = NewWindow::new()
//!     .detached()
//!     .name("logs")
//!     .environment(("TOKEN", "secret"))
//!     .target(WindowTarget::In(SessionTarget::exact("work")))
//!     .command("tail -f log");
//! let argv = window.render(Some(Release::new(3, 3)), Unknown::Refuse)?;
//! assert_eq!(
//!     argv.iter().map(|argument| String::from_utf8_lossy(argument)).collect::<Vec<_>>(),
//!     ["new-window", "-d", "-e", "TOKEN=secret", "-n", "logs", "-t", "=work:", "tail -f log"],
//! );
//! assert_eq!(format!("{window:?}"), r#"new-window(-d -e .. -n "logs" -t "=work:" ..)"#);
//! # Ok::<(), tmuxwire_operations::OperationError>(())
//! ```
//!
//! # Older servers
//!
//! Each flag knows the first release that has it. What tests run against real servers is 3.1, 3.3,
//! 3.5, 3.7 and 3.8; in between, tmux's own list of changes says,
//! and where it doesn't, the next release that is tested. 3.1 means 3.1 or before. An
//! operation that is rendered for an older server is refused, or loses the flags that it doesn't
//! know, as the caller says; but never a flag without which it would be another command, such as a
//! filter of what to kill.
//!
//! # Text that can't be mistaken
//!
//! Values are bytes, of any content but NUL. Rendered arguments are what the `tmux` program takes:
//! a `;` at an argument's end is escaped, an argument that begins with `-` comes after `--`. Names in
//! targets match exactly; ids never change. Keys are a type of their own, for what tmux doesn't know
//! as a key it types. Commands within commands are quoted for tmux's parser. Where tmux takes a name, a
//! directory or a program for a format, of which `#(..)` runs programs, text is text unless a
//! [`Format`] is given.
//!
//! # Secrets
//!
//! The `Debug` of an operation has its name, its flags, its targets, numbers, names and words. Text,
//! keys, programs, formats, files, environment and raw commands don't show.
//!
//! # Reading
//!
//! [`read`] has the questions whose answers are more than text, and reads them: typed lists, filters,
//! a snapshot of the whole server, options, hooks, variables, captures.
//!
//! # Answers
//!
//! An [`Outcome`] is what a command answered; that it failed is data as well. A [`Failure`] says
//! what it comes down to, read from the words of every release.
//!
//! # Plans
//!
//! A [`Plan`] records operations with slots for what earlier ones will make, shows them as command
//! lines, and is run in as few round trips as its order allows:
//!
//! ```
//! use tmuxwire_operations::{
//!     Answer, NewSession, Plan, PlanRun, Planner, SelectLayout, SendKeys, SplitWindow,
//! };
//!
//! let mut plan = Plan::new();
//! let work = plan.create(NewSession::new().detached().name("work"));
//! let right = plan.create(SplitWindow::new().horizontal().target(work.session));
//! plan.add(SelectLayout::new().layout("tiled").target(work.session));
//! plan.add(SendKeys::text("make").target(right.pane));
//!
//! let mut run = PlanRun::new(&plan, Planner::Batched)?;
//! let mut trips = 0;
//! while let Some(ask) = run.poll() {
//!     // Whatever can run a command: a connection, a channel, the `tmux` program.
//!     let answers = ask.commands.into_iter().map(server);
//!     run.handle(answers.collect::<Vec<_>>());
//!     trips += 1;
//! }
//! let report = run.finish();
//! report.ok()?;
//! assert_eq!((trips, report.pane(right.pane).is_some()), (2, true));
//! // What it has made, and nothing else, can be taken back.
//! assert_eq!(report.undo().operations.len(), 2);
//! #
//! # fn server(words: Vec<Vec<u8>>) -> Answer {
//! #     let mut printed = Vec::new();
//! #     for command in words.split(|word| word == b";") {
//! #         match (&command[0][..], command.last()) {
//! #             (b"new-session" | b"split-window", _) => printed.extend(b"$0 @0 %1\n"),
//! #             (b"display-message", Some(mark)) => printed.extend([&mark[..], b"\n"].concat()),
//! #             _ => {}
//! #         }
//! #     }
//! #     Answer::new(0, printed, "")
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `serde` it is a map of steps, in which `{"step": 0, "part": "pane"}` is a slot:
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! let text = r#"{"steps": [
//!     {"create": {"operation": "new-session", "detached": true}, "label": "work"},
//!     {"run": {"operation": "send-keys", "target": {"step": 0, "part": "pane"}, "word": ["ls"]}}
//! ]}"#;
//! let plan: tmuxwire_operations::Plan = serde_json::from_str(text).unwrap();
//! assert_eq!(plan.len(), 2);
//! # }
//! ```
//!
//! # Any operation
//!
//! [`AnyOperation`] is every operation without its type, which tools can make by names:
//!
//! ```
//! use tmuxwire_operations::{AnyOperation, Effect, KillPane, commands};
//!
//! let kill = AnyOperation::named("kill-pane").and_then(|any| any.with("target", "%3")).unwrap();
//! assert_eq!(kill.effect(), Effect::Destroys);
//! let kill = KillPane::try_from(kill).unwrap().others();
//! assert_eq!(format!("{kill:?}"), r#"kill-pane(-a -t "%3")"#);
//! let reading = commands().iter().filter(|command| command.effect == Effect::Reads);
//! assert!(reading.count() > 10);
//! ```
//!
//! With the feature `serde` an operation is a map with its command's name as `operation`, and its parts
//! by the names of their methods:
//!
//! ```
//! # #[cfg(feature = "serde")] {
//! use tmuxwire_operations::{AnyOperation, Format, IfShell, Label, NewWindow};
//!
//! let text = r#"{"operation": "new-window", "detached": true, "name": "a#b", "environment": ["A=b"]}"#;
//! let window: NewWindow = serde_json::from_str(text).unwrap();
//! assert_eq!(window, NewWindow::new().detached().name("a#b").environment(("A", "b")));
//!
//! // Commands within commands, formats where a name is expected, text where a format is.
//! let nested = IfShell::new("true", NewWindow::new().name(Label::format("#{pid}")));
//! assert_eq!(
//!     serde_json::to_string(&nested).unwrap(),
//!     r##"{"condition":"true","operation":"if-shell","then":[{"name":{"format":"#{pid}"},"operation":"new-window"}]}"##,
//! );
//! let wrong = serde_json::from_str::<AnyOperation>(r#"{"operation": "new-window", "nmae": "x"}"#);
//! assert_eq!(wrong.unwrap_err().to_string(), "new-window has no part `nmae`");
//! # }
//! ```
#![forbid(unsafe_code)]

mod commands;
mod create;
mod declare;
mod error;
mod failure;
mod inspect;
mod key;
mod layout;
mod needs;
mod nested;
mod operation;
mod outcome;
mod plan;
pub mod read;
mod release;
mod render;
#[cfg(feature = "serde")]
mod serial;
mod spec;
mod target;
mod unreadable;
mod value;
mod version;

pub use commands::*;
pub use create::{Creates, Made};
pub use error::{OperationError, Refusal};
pub use failure::{Failure, FailureKind, Thing};
pub use inspect::StandsFor;
pub use key::Key;
pub use layout::Layout;
pub use nested::Commands;
pub use operation::{AnyOperation, Operation, Unknown};
pub use outcome::Outcome;
pub use plan::{
    Answer, Ask, Boundary, Complaint, MadeBuffer, OnFailure, PaneSlot, Plan, PlanError,
    PlanFailure, PlanOptions, PlanReport, PlanRun, Planner, RoundTrip, Secrets, SessionSlot, Slots,
    StepReport, StepStatus, Undo, WindowSlot,
};
pub use release::Release;
pub use spec::{
    ArgumentSpec, CommandSpec, Effect, FlagSpec, Object, Opens, Returns, Takes, TargetKind,
    ValueKind,
};
pub use target::{ClientTarget, PaneTarget, SessionTarget, WindowTarget};
pub use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};
pub use unreadable::Unreadable;
pub use value::{
    Environment, File, Format, Label, Location, Name, Phrase, Script, Shell, Size, Text, Word,
};
pub use version::Version;

/// The README's examples run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
