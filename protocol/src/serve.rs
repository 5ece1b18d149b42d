//! The server's side of a conversation, for fake servers, proxies and fuzzers: what the client
//! said, and whether it would have ended or hung a real server.

use std::collections::BTreeSet;
use std::os::fd::OwnedFd;

use bytes::Bytes;
use thiserror::Error;

use crate::error::{DecodeError, EncodeError};
use crate::frame::{Descriptor, FrameDecoder, HeaderLayout, PROTOCOL_VERSION};
use crate::identity::ClientFlags;
use crate::message::{
    Arguments, ClientMessage, MessageType, OldData, ServerMessage, Stream, WireString,
};
use crate::outbox::{Outbox, Transmit};

/// Flag bits that some client may send at identify (PROTOCOL section 6). The server takes any bit
/// into its own state: 0x4 would mean "exiting", 0x200 "dead".
const SENDABLE_FLAGS: u64 = 0x2
    | 0x800
    | 0x1000
    | 0x2000
    | 0x4000
    | 0x1_0000
    | 0x2_0000
    | 0x400_0000
    | 0x800_0000
    | 0x1000_0000
    | 0x4000_0000
    | 0x8000_0000
    | 0x1_0000_0000
    | 0x2_0000_0000
    | 0x40_0000_0000
    | 0x80_0000_0000;

/// Something that a client must never say: on some version it ends the server, hangs the client,
/// or is undefined behaviour in the server (PROTOCOL sections 1 and 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Harm {
    /// Bytes that are not a frame or not the message that they claim to be.
    #[error(transparent)]
    Malformed(#[from] DecodeError),
    /// IDENTIFY_DONE without IDENTIFY_TTYNAME: every server ends.
    #[error("identified without a terminal name")]
    NoTtyName,
    /// IDENTIFY_DONE without IDENTIFY_TERM: an attach ends 3.2a to 3.5a.
    #[error("identified without a terminal type")]
    NoTerm,
    /// A flag bit that belongs to the server's own state.
    #[error("client flags {0:#x} that no client sends")]
    InternalFlags(u64),
    /// An identify message after IDENTIFY_DONE.
    #[error("{0:?} after the identify was done")]
    IdentifyAfterDone(MessageType),
    /// A second COMMAND on one connection.
    #[error("a second command")]
    SecondCommand,
    /// RESIZE from a client that was not told READY.
    #[error("resize from a client that is not attached")]
    ResizeBeforeReady,
    /// READ_DONE for a stream that is not open for reading.
    #[error("read done for stream {}, which is not being read", .0.0)]
    ReadDoneTwice(Stream),
    /// Anything but EXITING after EXIT, SHUTDOWN or DETACH.
    #[error("{0:?} after the end")]
    AfterEnd(MessageType),
}

/// What a client said.
#[derive(Debug)]
#[non_exhaustive]
pub enum ClientEvent {
    /// The identify is complete.
    Identified(Box<Identified>),
    /// The command to run.
    Command(Arguments),
    /// The shell is asked for (`tmux -c`).
    Shell,
    /// The answer to WRITE_OPEN; `error` is 0 or an errno.
    WriteReady {
        /// The stream.
        stream: Stream,
        /// 0, or why it could not be opened.
        error: i32,
    },
    /// The answer to WRITE_CLOSE of a client that acknowledges.
    WriteDone {
        /// The stream.
        stream: Stream,
        /// 0, or why not everything was written.
        error: i32,
    },
    /// Data of a stream that was opened for reading.
    Read {
        /// The stream.
        stream: Stream,
        /// The data, possibly empty.
        data: Bytes,
    },
    /// The end of a stream that was opened for reading.
    ReadDone {
        /// The stream.
        stream: Stream,
        /// 0, or why it could not be read.
        error: i32,
    },
    /// Standard input for a 3.0 server.
    OldStdin(OldData),
    /// The terminal has another size.
    Resize,
    /// The client is about to leave.
    Exiting,
    /// The lock command has ended.
    Unlock,
    /// The client was stopped and goes on.
    Wakeup,
    /// A frame with another protocol version; a server answers [`ServerMessage::Version`].
    WrongVersion(u8),
    /// A type that servers ignore.
    Unknown(MessageType),
}

/// Everything that a client said about itself.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "one field for each identify message of PROTOCOL section 5")]
#[non_exhaustive]
pub struct Identified {
    pub flags: u64,
    pub term: Option<WireString>,
    pub tty_name: Option<WireString>,
    pub cwd: Option<WireString>,
    pub pid: i32,
    pub features: i32,
    pub terminfo: Vec<WireString>,
    pub environment: Vec<WireString>,
    pub stdin: Option<OwnedFd>,
    pub stdout: Option<OwnedFd>,
}

/// The server's end of one connection.
///
/// It judges what the client says ([`Harm`]) but plays along like a lenient server otherwise;
/// what it answers is the caller's choice, also wrong things: that is what tests need.
#[derive(Debug)]
pub struct ServerSide {
    layout: HeaderLayout,
    decoder: FrameDecoder,
    outbox: Outbox,
    identity: Option<Box<Identified>>,
    commanded: bool,
    ready: bool,
    ended: bool,
    reading: BTreeSet<Stream>,
}

impl ServerSide {
    /// A fresh connection to a server of the given header layout.
    pub fn new(layout: HeaderLayout) -> Self {
        Self {
            layout,
            decoder: FrameDecoder::new(layout),
            outbox: Outbox::default(),
            identity: Some(Box::default()),
            commanded: false,
            ready: false,
            ended: false,
            reading: BTreeSet::new(),
        }
    }

    /// Takes what one read brought.
    pub fn handle_data(&mut self, bytes: &[u8]) {
        self.decoder.receive(bytes);
    }

    /// Takes what one read brought, with its descriptor.
    pub fn handle_data_with_fd(&mut self, bytes: &[u8], fd: OwnedFd) {
        self.decoder.receive_with_fd(bytes, fd);
    }

    /// Queues a message for the client.
    ///
    /// # Errors
    /// [`EncodeError::FrameTooLong`]; nothing is queued then.
    pub fn say(&mut self, message: &ServerMessage) -> Result<(), EncodeError> {
        message.encode(self.layout, self.outbox.buffer())?;
        match message {
            ServerMessage::Ready => self.ready = true,
            ServerMessage::ReadOpen { stream, .. } => {
                self.reading.insert(*stream);
            }
            ServerMessage::Exit(_)
            | ServerMessage::Shutdown
            | ServerMessage::Detach(_)
            | ServerMessage::DetachKill(_) => self.ended = true,
            _ => {}
        }
        Ok(())
    }

    /// Queues raw bytes, for tests of what no server says.
    pub fn say_raw(&mut self, bytes: &[u8]) {
        self.outbox.buffer().extend_from_slice(bytes);
    }

    /// What to send next.
    pub fn poll_transmit(&self) -> Option<Transmit<'_>> {
        self.outbox.transmit()
    }

    /// Takes out what was sent.
    pub fn handle_sent(&mut self, count: usize) {
        self.outbox.sent(count);
    }

    /// The next thing that the client said, or `Ok(None)` if more bytes are needed.
    ///
    /// # Errors
    /// [`Harm`], if a real server might not have survived it.
    pub fn poll_event(&mut self) -> Result<Option<ClientEvent>, Harm> {
        while let Some(frame) = self.decoder.next_frame()? {
            if u32::from(frame.version()) != PROTOCOL_VERSION {
                return Ok(Some(ClientEvent::WrongVersion(frame.version())));
            }
            // What crossed our EXIT on the way is harmless; what answers it is not, and from here
            // the two look alike, so only the dangerous ones count.
            let message = ClientMessage::decode(frame)?;
            if self.ended && matches!(message, ClientMessage::ReadDone { .. }) {
                return Err(Harm::AfterEnd(message.message_type()));
            }
            if let Some(event) = self.handle_message(message)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    fn handle_message(&mut self, message: ClientMessage) -> Result<Option<ClientEvent>, Harm> {
        let message = match self.identify(message)? {
            Identifying::Taken => return Ok(None),
            Identifying::Done(identified) => {
                return Ok(Some(ClientEvent::Identified(identified)));
            }
            Identifying::Other(message) => message,
        };
        Ok(Some(match message {
            ClientMessage::Command { arguments } => {
                if std::mem::replace(&mut self.commanded, true) {
                    return Err(Harm::SecondCommand);
                }
                ClientEvent::Command(arguments)
            }
            ClientMessage::Resize if !self.ready => return Err(Harm::ResizeBeforeReady),
            ClientMessage::Resize => ClientEvent::Resize,
            ClientMessage::ReadDone { stream, error } => {
                if !self.reading.remove(&stream) {
                    return Err(Harm::ReadDoneTwice(stream));
                }
                ClientEvent::ReadDone { stream, error }
            }
            ClientMessage::Read { stream, data } => ClientEvent::Read { stream, data },
            ClientMessage::WriteReady { stream, error } => {
                ClientEvent::WriteReady { stream, error }
            }
            ClientMessage::WriteDone { stream, error } => ClientEvent::WriteDone { stream, error },
            ClientMessage::OldStdin { data } => ClientEvent::OldStdin(data),
            ClientMessage::Exiting => ClientEvent::Exiting,
            ClientMessage::Shell => ClientEvent::Shell,
            ClientMessage::Unlock => ClientEvent::Unlock,
            ClientMessage::Wakeup => ClientEvent::Wakeup,
            other => ClientEvent::Unknown(other.message_type()),
        }))
    }

    fn identify(&mut self, message: ClientMessage) -> Result<Identifying, Harm> {
        if !(100..200).contains(&message.message_type().0)
            || matches!(message, ClientMessage::Unknown { .. })
        {
            return Ok(Identifying::Other(message));
        }
        let Some(identity) = &mut self.identity else {
            return Err(Harm::IdentifyAfterDone(message.message_type()));
        };
        match message {
            ClientMessage::IdentifyFlags { flags } => identity.flags |= u64::from(flags),
            ClientMessage::IdentifyLongFlags { flags } => identity.flags |= flags,
            ClientMessage::IdentifyTerm { term } => identity.term = Some(term),
            ClientMessage::IdentifyTtyName { tty_name: name } => identity.tty_name = Some(name),
            ClientMessage::IdentifyCwd { cwd } => identity.cwd = Some(cwd),
            ClientMessage::IdentifyClientPid { pid } => identity.pid = pid,
            ClientMessage::IdentifyFeatures { features } => identity.features |= features,
            ClientMessage::IdentifyTerminfo { capability } => identity.terminfo.push(capability),
            ClientMessage::IdentifyEnviron { entry } => identity.environment.push(entry),
            ClientMessage::IdentifyStdin { descriptor: fd } => identity.stdin = owned(fd),
            ClientMessage::IdentifyStdout { descriptor: fd } => identity.stdout = owned(fd),
            ClientMessage::IdentifyDone => return self.identify_done(),
            _ => {}
        }
        Ok(Identifying::Taken)
    }

    fn identify_done(&mut self) -> Result<Identifying, Harm> {
        let identity = self.identity.take().unwrap_or_default();
        if identity.tty_name.is_none() {
            return Err(Harm::NoTtyName);
        }
        if identity.term.is_none() {
            return Err(Harm::NoTerm);
        }
        // A control client without a session says that it is attached; our tests have shown that to
        // be harmless. No other client may.
        let flags = ClientFlags::CONTROL | ClientFlags::ATTACHED;
        let attached = match identity.flags & flags.bits() == flags.bits() {
            true => ClientFlags::ATTACHED.bits(),
            false => 0,
        };
        match identity.flags & !SENDABLE_FLAGS & !attached {
            0 => Ok(Identifying::Done(identity)),
            internal => Err(Harm::InternalFlags(internal)),
        }
    }
}

enum Identifying {
    Taken,
    Done(Box<Identified>),
    Other(ClientMessage),
}

fn owned(descriptor: Descriptor) -> Option<OwnedFd> {
    match descriptor {
        Descriptor::Owned(fd) => Some(fd),
        Descriptor::None | Descriptor::Missing => None,
    }
}
