//! What operations render to, show, refuse and know, without a server.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "values/golden.rs"]
mod golden;
#[path = "values/refusals.rs"]
mod refusals;
#[path = "values/registry.rs"]
mod registry;
#[path = "values/secrets.rs"]
mod secrets;
#[cfg(feature = "serde")]
#[path = "values/serial.rs"]
mod serial;
