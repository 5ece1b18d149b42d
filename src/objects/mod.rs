//! Servers' sessions, windows, panes and clients, as handles.
//!
//! One source for both drivers: each has this directory as a module of its own, next to its
//! `Server`, and the blocking one takes `async` and `.await` away.

mod ask;
mod client;
mod evaluate;
mod find;
mod guarded;
mod handle;
mod input;
mod link;
mod pane;
mod pane_moves;
mod pane_screen;
mod plan;
mod runner;
mod runner_stop;
mod server;
mod server_settings;
mod session;
mod session_windows;
mod settings;
mod via;
mod window;
mod window_layout;

use handle::handle;

use super::{Channel, Server, bisync};

pub use client::Client;
pub use link::Link;
pub use pane::Pane;
pub use plan::FinishedPlan;
pub use runner::Runner;
pub use server::MadeSession;
pub use session::Session;
pub(super) use via::Via;
pub use window::Window;
