//! Whoever listens on a socket is no friend: what a server may have us do is what we asked it for.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/support.rs"]
mod support;
