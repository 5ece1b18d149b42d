//! Sessions, windows, panes and clients, as handles.
//!
//! One source for both drivers: each has this directory as a module of its own, next to its
//! `Server`, and the blocking one takes `async` and `.await` away.

mod ask;
mod input;
mod pane;
mod session;

use super::{Server, bisync};

pub use pane::Pane;
pub use session::Session;
