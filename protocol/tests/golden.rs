//! The codec against conversations that real clients and servers had.
//!
//! `tests/captures` holds a subset; `TMUXWIRE_CAPTURES` names further directories of the same form.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "golden/attached.rs"]
mod attached;
#[path = "golden/control_client.rs"]
mod control_client;
#[path = "golden/damage.rs"]
mod damage;
#[path = "golden/descriptors.rs"]
mod descriptors;
#[path = "golden/files.rs"]
mod files;
#[path = "golden/recorded.rs"]
mod recorded;
#[path = "golden/replay.rs"]
mod replay;
#[path = "golden/roundtrip.rs"]
mod roundtrip;
#[path = "golden/support.rs"]
mod support;
