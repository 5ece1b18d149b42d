//! Finding every server, telling how each is, and repairing what can be.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "servers/faults.rs"]
mod faults;
#[path = "servers/find.rs"]
mod find;
#[path = "servers/repair.rs"]
mod repair;
#[path = "servers/strangers.rs"]
mod strangers;
#[path = "servers/support.rs"]
mod support;
