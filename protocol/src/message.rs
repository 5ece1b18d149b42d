//! Messages: their type numbers, and what both directions share.

mod client;
mod payload;
mod server;
mod text;

use std::fmt;

pub use client::ClientMessage;
pub use payload::{OldData, Stream};
pub use server::{Exit, ServerMessage};
pub use text::{Arguments, WireString};

/// The number in a frame's first field. Unknown numbers are kept; servers and clients of all
/// versions ignore them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct MessageType(pub u32);

macro_rules! message_types {
    ($($name:ident = $number:literal),* $(,)?) => {
        #[expect(missing_docs, reason = "the names are tmux's own; PROTOCOL section 4 describes each")]
        impl MessageType {
            $(pub const $name: Self = Self($number);)*

            /// tmux's name for the number, if it has one.
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

message_types! {
    VERSION = 12,
    IDENTIFY_FLAGS = 100,
    IDENTIFY_TERM = 101,
    IDENTIFY_TTYNAME = 102,
    IDENTIFY_OLDCWD = 103,
    IDENTIFY_STDIN = 104,
    IDENTIFY_ENVIRON = 105,
    IDENTIFY_DONE = 106,
    IDENTIFY_CLIENTPID = 107,
    IDENTIFY_CWD = 108,
    IDENTIFY_FEATURES = 109,
    IDENTIFY_STDOUT = 110,
    IDENTIFY_LONGFLAGS = 111,
    IDENTIFY_TERMINFO = 112,
    COMMAND = 200,
    DETACH = 201,
    DETACHKILL = 202,
    EXIT = 203,
    EXITED = 204,
    EXITING = 205,
    LOCK = 206,
    READY = 207,
    RESIZE = 208,
    SHELL = 209,
    SHUTDOWN = 210,
    OLDSTDERR = 211,
    OLDSTDIN = 212,
    OLDSTDOUT = 213,
    SUSPEND = 214,
    UNLOCK = 215,
    WAKEUP = 216,
    EXEC = 217,
    FLAGS = 218,
    READ_OPEN = 300,
    READ = 301,
    READ_DONE = 302,
    WRITE_OPEN = 303,
    WRITE = 304,
    WRITE_READY = 305,
    WRITE_CLOSE = 306,
    READ_CANCEL = 307,
    WRITE_DONE = 308,
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}
