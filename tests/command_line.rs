//! `tmuxwire` as a drop-in for the `tmux` client: what surrounds a command.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "command_line/control.rs"]
mod control;
#[path = "command_line/descriptors.rs"]
mod descriptors;
#[path = "command_line/environment.rs"]
mod environment;
#[path = "command_line/handover.rs"]
mod handover;
#[path = "command_line/no_server.rs"]
mod no_server;
#[path = "command_line/signals.rs"]
mod signals;
#[path = "command_line/sockets.rs"]
mod sockets;
#[path = "command_line/support.rs"]
mod support;
#[path = "command_line/terminal.rs"]
mod terminal;
#[path = "command_line/usage.rs"]
mod usage;
