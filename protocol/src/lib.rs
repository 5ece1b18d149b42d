//! The tmux client/server protocol, version 8, as bytes in and bytes out.
//!
//! No sockets, no clock, no environment: a driver moves the bytes, this crate says which and what
//! they mean. "PROTOCOL section N" in the docs names a section of the project's protocol notes.
//!
//! ```text
//! bytes in -> FrameDecoder -> Frame -> ServerMessage -+
//!                                                     +-> Request -> Event
//! bytes out <- Outbox <- identify, command, answers <-+
//! ```
//!
//! | module | one sentence |
//! |---|---|
//! | `frame` | the header in both layouts, and the decoder that pairs frames with descriptors |
//! | `message` | every message of both directions, typed |
//! | `identity` | what a client says about itself |
//! | `outbox` | bytes to send, and the descriptors that leave with them |
//! | `request` | one command from identify to exit, and an attached client's life in between |
//! | `serve` | the server's side: what a client said, and whether it would end a real server |
//! | [`harmless`] | what may reach a terminal of what a peer said |
//! | [`control`] | the line protocol of control mode: lines and blocks, notifications, commands, pairing |
//!
//! A whole command, without any IO:
//!
//! ```
//! use tmuxwire_protocol::{Arguments, Event, Identity, Request, ServerMessage, Exit, HeaderLayout};
//!
//! let identity = Identity::builder().build();
//! let arguments = Arguments::new(["has-session"])?;
//! let mut request = Request::new(&identity, &arguments);
//! let sent = request.poll_transmit().map_or(0, |transmit| transmit.bytes.len());
//! request.handle_sent(sent);
//!
//! let mut answer = bytes::BytesMut::new();
//! ServerMessage::Exit(Exit { status: Some(0), message: None })
//!     .encode(HeaderLayout::New, &mut answer)?;
//! request.handle_data(&answer);
//! assert!(matches!(request.poll_event()?, Some(Event::Exit(exit)) if exit.status == Some(0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On big-endian machines the two header layouts differ for every frame; this crate's machines
//! write the new one.
#![forbid(unsafe_code)]
#![warn(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

pub mod control;
mod error;
mod frame;
pub mod harmless;
mod identity;
mod message;
mod outbox;
mod request;
mod serve;

pub use error::{DecodeError, EncodeError, PayloadProblem};
pub use frame::{
    Descriptor, Frame, FrameDecoder, HEADER_LEN, HeaderLayout, MAX_FRAME, MAX_PAYLOAD,
    PROTOCOL_VERSION,
};
pub use identity::{ClientFlags, Identity, IdentityBuilder};
pub use message::{
    Arguments, ClientMessage, Exit, MessageType, OldData, ServerMessage, Stream, WireString,
};
pub use outbox::{Outbox, Transmit};
pub use request::{
    Access, AllowedFile, AllowedFiles, ControlStream, Errno, Event, MAX_DATA, MAX_STREAMS,
    ReadSource, Request, RequestError, Terminal, WriteTarget,
};
pub use serve::{ClientEvent, Harm, Identified, ServerSide};
