//! Private tmux servers of several versions, and a fake one, for tests and benches.
//!
//! Everything here panics when something is missing: a test without tmux is a failed test.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::exhaustive_structs, reason = "nobody else uses it")]

mod environment;
mod fake;
mod flood;
mod gate;
mod introduction;
mod person;
mod releases;
mod rest;
mod root;
mod server;
mod terminal;
mod wait;
mod watchdog;

pub use environment::{clean_environment, command, command_with_default_signals};
pub use fake::{FakeServer, Peer, Serve};
pub use flood::Flood;
pub use gate::Gate;
pub use introduction::introduce;
pub use person::Person;
pub use releases::{Tmux, releases, system};
pub use root::{NOBODY, as_root};
pub use server::TestServer;
pub use terminal::{Modes, PROMPT, Seen, Snapshot, Terminal};
pub use wait::{wait_for_exit, wait_until};
