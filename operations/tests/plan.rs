//! Plans, and what commands answer, with real servers.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "plan/answers.rs"]
mod answers;
#[path = "plan/support.rs"]
mod support;
