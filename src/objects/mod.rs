//! Sessions, windows, panes and clients, as handles.
//!
//! One source for both drivers: each has this directory as a module of its own, next to its
//! `Server`, and the blocking one takes `async` and `.await` away.

mod ask;
mod session;
mod via;

use super::{Channel, Server, bisync};

pub use session::Session;
pub(super) use via::Via;
