//! Control mode: the line protocol that a server speaks on a control client's descriptors
//! (PROTOCOL section 13), without IO.
//!
//! ```text
//! bytes in -> LineDecoder -> Line -> Replies -> ControlEvent
//! bytes out <- CommandLine <- arguments
//! ```
//!
//! ```
//! use tmuxwire_protocol::control::{CommandLine, ControlEvent, LineDecoder, Replies};
//!
//! let mut replies = Replies::default();
//! let line = CommandLine::new([["display-message", "-p", "it's $5"]])?;
//! assert_eq!(line.as_bytes(), b"display-message -p \"it's \\$5\"\n");
//! let sent = replies.sent(&line);
//!
//! let mut decoder = LineDecoder::default();
//! decoder.receive(b"%begin 1700000000 7 1\nit's $5\n%end 1700000000 7 1\n");
//! while let Some(line) = decoder.next_line()? {
//!     if let Some(ControlEvent::Reply(reply)) = replies.handle(line)? {
//!         assert_eq!((reply.line, &reply.output[..], reply.failed), (Some(sent), &b"it's $5\n"[..], false));
//!         assert!(reply.last);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod command_line;
mod lines;
mod notification;
mod pane_output;
mod replies;

pub use command_line::CommandLine;
pub use lines::{ControlError, Guard, Line, LineDecoder};
pub use notification::{Notification, PaneId, SessionId, WindowId};
pub use pane_output::PaneOutput;
pub use replies::{ControlEvent, LineId, Replies, Reply};
