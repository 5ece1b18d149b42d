//! What is read from real servers is what they have, whatever bytes it is.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "read/captures.rs"]
mod captures;
#[path = "read/fields.rs"]
mod fields;
#[path = "read/filters.rs"]
mod filters;
#[path = "read/maps.rs"]
mod maps;
#[path = "read/rows.rs"]
mod rows;
#[path = "read/snapshots.rs"]
mod snapshots;
#[path = "read/support.rs"]
mod support;
