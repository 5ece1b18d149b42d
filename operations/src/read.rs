//! Reading: which fields to ask for, and what the answers say.
//!
//! Everything here is a question and the way to read its answer, without IO: a
//! [`Listing`] and its rows, a [`Snapshot`] of the whole server, its [`Options`], [`Hooks`] and
//! [`Variables`], what a pane shows ([`Capture`]).
//!
//! Bytes come back as the server has them, whatever they are and whatever release it is. The client
//! that asks must say that it understands UTF-8, as ours do and `tmux -u` does; for others the
//! server replaces what isn't ASCII.

mod capture;
mod cells;
mod escaped;
mod field;
mod fields;
mod filter;
#[cfg(feature = "serde")]
mod json;
mod keyed;
mod listing;
mod options;
mod question;
mod record;
mod rendition;
pub mod snapshot;
mod style;
mod value;
mod variables;

pub use capture::Capture;
pub use cells::{Cells, unescaped};
pub use field::{Field, FieldScope, FieldSpec};
pub use fields::{buffer, client, field, fields, pane, server, session, window};
pub use filter::{Comparable, Filter};
pub use keyed::Keyed;
pub use listing::Listing;
pub use options::{Hooks, OptionValue, Options};
pub use question::{Fields, Record, Records, RowFormat, UserOption};
pub use record::{BufferInfo, ClientInfo, PaneInfo, ServerInfo, SessionInfo, WindowInfo};
pub use snapshot::{Snapshot, diff};
pub use style::{Colour, Style};
pub use value::{AnyValue, FieldKind, FieldValue, Time};
pub use variables::Variables;
