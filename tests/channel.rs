//! A live channel to real servers of every release.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "channel/commands.rs"]
mod commands;
#[path = "channel/events.rs"]
mod events;
#[path = "channel/raw_output.rs"]
mod raw_output;
#[path = "channel/support.rs"]
mod support;
#[path = "channel/waiting.rs"]
mod waiting;
