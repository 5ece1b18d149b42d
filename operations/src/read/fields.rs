//! All fields, by what they tell something about.

pub mod buffer;
pub mod client;
pub mod pane;
pub mod server;
pub mod session;
pub mod window;

use super::field::FieldSpec;

/// Every field.
pub fn fields() -> impl Iterator<Item = &'static FieldSpec> {
    let all = [server::ALL, session::ALL, window::ALL, pane::ALL, client::ALL, buffer::ALL];
    all.into_iter().flatten().copied()
}

/// A field by its name in formats, as tools ask for it.
pub fn field(name: &str) -> Option<&'static FieldSpec> {
    fields().find(|field| field.name == name)
}
