//! The program `tw` against real servers of each release.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "tw/command_line.rs"]
mod command_line;
#[path = "tw/deadlines.rs"]
mod deadlines;
#[path = "tw/doctor.rs"]
mod doctor;
#[path = "tw/ends.rs"]
mod ends;
#[path = "tw/events.rs"]
mod events;
#[path = "tw/exit.rs"]
mod exit;
#[path = "tw/harmless.rs"]
mod harmless;
#[path = "tw/memory.rs"]
mod memory;
#[path = "tw/output.rs"]
mod output;
#[path = "tw/servers.rs"]
mod servers;
#[path = "tw/support.rs"]
mod support;
#[path = "tw/wait.rs"]
mod wait;
