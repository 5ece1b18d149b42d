//! Sessions by their names, each for one program, as values: what they are to be, what they are,
//! and what goes wrong.

mod config;
mod discover;
mod error;
mod rules;
mod status;

pub use config::SessionConfig;
pub use discover::{LiveSocket, live_sockets};
pub use error::RunnerError;
pub use rules::{Invalid, Part, check_command, check_name, check_socket_name, check_text};
pub use status::{LogOptions, SessionState, SessionStatus, Stopped};
pub(crate) use status::{fields, statuses};
