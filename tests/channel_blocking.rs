//! A live channel without a runtime, to real servers of every release.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "channel_blocking/commands.rs"]
mod commands;
#[path = "channel_blocking/endless.rs"]
mod endless;
#[path = "channel_blocking/ends.rs"]
mod ends;
#[path = "channel_blocking/held_up.rs"]
mod held_up;
#[path = "channel_blocking/many.rs"]
mod many;
#[path = "channel_blocking/reconnect.rs"]
mod reconnect;
#[path = "channel_blocking/support.rs"]
mod support;
