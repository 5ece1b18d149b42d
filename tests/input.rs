//! What is typed arrives, byte by byte, or not at all and says so.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "input/arrives.rs"]
mod arrives;
#[path = "input/not_typed.rs"]
mod not_typed;
#[path = "input/support.rs"]
mod support;
#[path = "input/synchronized.rs"]
mod synchronized;
