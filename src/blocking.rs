//! The same client without a runtime: calls block until the command has ended.

mod attach;
mod channel;
mod control;
mod drive;
mod linger;
#[path = "objects/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "one source for both drivers")]
mod objects;
mod runner;
mod server;
mod spawn;
mod streams;

pub use attach::{Attached, Host, Order};
pub use channel::Channel;
pub use control::{ControlEnd, Framing};
pub use linger::Held;
pub use objects::{Client, FinishedPlan, Link, MadeSession, Pane, Runner, Session, Window};
pub use server::Server;
#[cfg(feature = "tokio")]
pub(crate) use server::wait_for_end;
pub use streams::{Source, Streams};

#[cfg(feature = "tokio")]
pub(crate) use spawn::{exit_status, spawn_error};

use bisync_macros::internal_strip_async as bisync;
