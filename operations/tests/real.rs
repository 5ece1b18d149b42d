//! Every command and flag of every real server has its operation, and the other way round.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "real/asked.rs"]
mod asked;
#[path = "real/keys.rs"]
mod keys;
#[path = "real/parser.rs"]
mod parser;
#[path = "real/round_trip.rs"]
mod round_trip;
#[path = "real/support.rs"]
mod support;
