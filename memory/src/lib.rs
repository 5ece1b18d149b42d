//! x
#![forbid(unsafe_code)]

mod client;
mod commands;
mod control;
mod environment;
mod failure;
mod formats;
mod glob;
mod interpret;
mod keys;
mod layout;
mod memory;
mod options;
mod parse;
mod quote;
mod server;
mod state;
mod targets;
mod wire;
mod words;

pub use memory::{Builder, Fault, MemoryTmux};
