//! What goes wrong, and how it is told.

use super::{Server, bisync};

#[bisync]
pub(super) async fn all(_server: &Server) {}
