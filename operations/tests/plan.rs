//! Plans, and what commands answer: the machine without a server, the rest with real ones.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "plan/answers.rs"]
mod answers;
#[path = "plan/failing.rs"]
mod failing;
#[path = "plan/machine.rs"]
mod machine;
#[path = "plan/support.rs"]
mod support;
#[path = "plan/undoing.rs"]
mod undoing;
#[path = "plan/values.rs"]
mod values;
#[path = "plan/workspace.rs"]
mod workspace;
