//! The same client without a runtime: calls block until the command has ended.

mod channel;
mod drive;
mod linger;
mod server;
mod spawn;
mod streams;

pub use channel::Channel;
pub use linger::Held;
pub use server::Server;
#[cfg(feature = "tokio")]
pub(crate) use server::wait_for_end;
pub use streams::{Source, Streams};

#[cfg(feature = "tokio")]
pub(crate) use spawn::{exit_status, spawn_error};
