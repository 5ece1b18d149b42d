//! The library's client against real servers of every release: async and blocking.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "one_shot/cut.rs"]
mod cut;
#[path = "one_shot/ends.rs"]
mod ends;
#[path = "one_shot/files.rs"]
mod files;
#[path = "one_shot/killed.rs"]
mod killed;
#[path = "one_shot/servers.rs"]
mod servers;
#[path = "one_shot/support.rs"]
mod support;
