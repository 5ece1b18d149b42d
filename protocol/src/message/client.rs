//! What clients say.

use std::os::fd::OwnedFd;

use bytes::{Bytes, BytesMut};

use super::payload::{nothing, only_i32, only_two, only_u64, stream_data, take_i32};
use super::{Arguments, MessageType, OldData, Stream, WireString};
use crate::error::{DecodeError, EncodeError, PayloadProblem};
use crate::frame::{Descriptor, Frame, HeaderLayout, put_frame};

/// A message from a client (PROTOCOL section 4).
///
/// Outside this crate a value comes only from [`decode`](Self::decode): saying the wrong thing at
/// the wrong time ends a user's server, so new messages are made by the state machines alone.
/// [`encode`](Self::encode) gives back what was decoded, for recorders, proxies and tests.
#[derive(Debug)]
#[expect(missing_docs, reason = "variants are tmux's messages; PROTOCOL section 4 describes each")]
#[non_exhaustive]
pub enum ClientMessage {
    #[non_exhaustive]
    IdentifyFlags { flags: u32 },
    #[non_exhaustive]
    IdentifyTerm { term: WireString },
    #[non_exhaustive]
    IdentifyTtyName { tty_name: WireString },
    #[non_exhaustive]
    IdentifyOldCwd { payload: Bytes },
    #[non_exhaustive]
    IdentifyStdin { descriptor: Descriptor },
    #[non_exhaustive]
    IdentifyEnviron { entry: WireString },
    #[non_exhaustive]
    IdentifyDone,
    #[non_exhaustive]
    IdentifyClientPid { pid: i32 },
    #[non_exhaustive]
    IdentifyCwd { cwd: WireString },
    #[non_exhaustive]
    IdentifyFeatures { features: i32 },
    #[non_exhaustive]
    IdentifyStdout { descriptor: Descriptor },
    #[non_exhaustive]
    IdentifyLongFlags { flags: u64 },
    #[non_exhaustive]
    IdentifyTerminfo { capability: WireString },
    #[non_exhaustive]
    Command { arguments: Arguments },
    #[non_exhaustive]
    Exiting,
    #[non_exhaustive]
    Resize,
    #[non_exhaustive]
    Shell,
    #[non_exhaustive]
    Unlock,
    #[non_exhaustive]
    Wakeup,
    #[non_exhaustive]
    OldStdin { data: OldData },
    #[non_exhaustive]
    Read { stream: Stream, data: Bytes },
    #[non_exhaustive]
    ReadDone { stream: Stream, error: i32 },
    #[non_exhaustive]
    WriteReady { stream: Stream, error: i32 },
    #[non_exhaustive]
    WriteDone { stream: Stream, error: i32 },
    /// A type that clients don't send; kept as it is.
    #[non_exhaustive]
    Unknown { message_type: MessageType, payload: Bytes },
}

impl ClientMessage {
    /// Reads the message in a frame that a client sent.
    ///
    /// # Errors
    /// [`DecodeError::Payload`] if the payload has not exactly the form of its type. Many of these
    /// would end a real server.
    pub fn decode(frame: Frame) -> Result<Self, DecodeError> {
        let message = frame.message_type;
        Self::from_parts(frame).map_err(|problem| DecodeError::Payload { message, problem })
    }

    fn from_parts(frame: Frame) -> Result<Self, PayloadProblem> {
        let Frame { message_type, payload, descriptor, .. } = frame;
        type Type = MessageType;
        if descriptor.is_marked()
            && !matches!(message_type, Type::IDENTIFY_STDIN | Type::IDENTIFY_STDOUT)
        {
            return Err(PayloadProblem::UnexpectedDescriptor);
        }
        Ok(match message_type {
            Type::IDENTIFY_FLAGS => {
                Self::IdentifyFlags { flags: only_i32(payload)?.cast_unsigned() }
            }
            Type::IDENTIFY_TERM => Self::IdentifyTerm { term: WireString::from_payload(payload)? },
            Type::IDENTIFY_TTYNAME => {
                Self::IdentifyTtyName { tty_name: WireString::from_payload(payload)? }
            }
            Type::IDENTIFY_OLDCWD => Self::IdentifyOldCwd { payload },
            Type::IDENTIFY_STDIN => {
                nothing(&payload).map(|()| Self::IdentifyStdin { descriptor })?
            }
            Type::IDENTIFY_ENVIRON => {
                Self::IdentifyEnviron { entry: WireString::from_payload(payload)? }
            }
            Type::IDENTIFY_DONE => nothing(&payload).map(|()| Self::IdentifyDone)?,
            Type::IDENTIFY_CLIENTPID => Self::IdentifyClientPid { pid: only_i32(payload)? },
            Type::IDENTIFY_CWD => Self::IdentifyCwd { cwd: WireString::from_payload(payload)? },
            Type::IDENTIFY_FEATURES => Self::IdentifyFeatures { features: only_i32(payload)? },
            Type::IDENTIFY_STDOUT => {
                nothing(&payload).map(|()| Self::IdentifyStdout { descriptor })?
            }
            Type::IDENTIFY_LONGFLAGS => Self::IdentifyLongFlags { flags: only_u64(payload)? },
            Type::IDENTIFY_TERMINFO => {
                Self::IdentifyTerminfo { capability: WireString::from_payload(payload)? }
            }
            _ => return Self::after_identify(message_type, payload),
        })
    }

    fn after_identify(
        message_type: MessageType,
        mut payload: Bytes,
    ) -> Result<Self, PayloadProblem> {
        type Type = MessageType;
        Ok(match message_type {
            Type::COMMAND => {
                let count = take_i32(&mut payload)?;
                Self::Command { arguments: Arguments::from_parts(count, payload)? }
            }
            Type::EXITING => nothing(&payload).map(|()| Self::Exiting)?,
            Type::RESIZE => nothing(&payload).map(|()| Self::Resize)?,
            Type::SHELL => nothing(&payload).map(|()| Self::Shell)?,
            Type::UNLOCK => nothing(&payload).map(|()| Self::Unlock)?,
            Type::WAKEUP => nothing(&payload).map(|()| Self::Wakeup)?,
            Type::OLDSTDIN => Self::OldStdin { data: OldData::decode(payload)? },
            Type::READ => {
                let (stream, data) = stream_data(payload)?;
                Self::Read { stream, data }
            }
            Type::READ_DONE => {
                let (stream, error) = only_two(payload)?;
                Self::ReadDone { stream, error }
            }
            Type::WRITE_READY => {
                let (stream, error) = only_two(payload)?;
                Self::WriteReady { stream, error }
            }
            Type::WRITE_DONE => {
                let (stream, error) = only_two(payload)?;
                Self::WriteDone { stream, error }
            }
            _ => Self::Unknown { message_type, payload },
        })
    }

    /// The number that the message travels under.
    pub fn message_type(&self) -> MessageType {
        match self {
            Self::IdentifyFlags { .. } => MessageType::IDENTIFY_FLAGS,
            Self::IdentifyTerm { .. } => MessageType::IDENTIFY_TERM,
            Self::IdentifyTtyName { .. } => MessageType::IDENTIFY_TTYNAME,
            Self::IdentifyOldCwd { .. } => MessageType::IDENTIFY_OLDCWD,
            Self::IdentifyStdin { .. } => MessageType::IDENTIFY_STDIN,
            Self::IdentifyEnviron { .. } => MessageType::IDENTIFY_ENVIRON,
            Self::IdentifyDone => MessageType::IDENTIFY_DONE,
            Self::IdentifyClientPid { .. } => MessageType::IDENTIFY_CLIENTPID,
            Self::IdentifyCwd { .. } => MessageType::IDENTIFY_CWD,
            Self::IdentifyFeatures { .. } => MessageType::IDENTIFY_FEATURES,
            Self::IdentifyStdout { .. } => MessageType::IDENTIFY_STDOUT,
            Self::IdentifyLongFlags { .. } => MessageType::IDENTIFY_LONGFLAGS,
            Self::IdentifyTerminfo { .. } => MessageType::IDENTIFY_TERMINFO,
            Self::Command { .. } => MessageType::COMMAND,
            Self::Exiting => MessageType::EXITING,
            Self::Resize => MessageType::RESIZE,
            Self::Shell => MessageType::SHELL,
            Self::Unlock => MessageType::UNLOCK,
            Self::Wakeup => MessageType::WAKEUP,
            Self::OldStdin { .. } => MessageType::OLDSTDIN,
            Self::Read { .. } => MessageType::READ,
            Self::ReadDone { .. } => MessageType::READ_DONE,
            Self::WriteReady { .. } => MessageType::WRITE_READY,
            Self::WriteDone { .. } => MessageType::WRITE_DONE,
            Self::Unknown { message_type, .. } => *message_type,
        }
    }

    /// Appends the message's frame. A descriptor only marks the header; it travels beside.
    ///
    /// # Errors
    /// [`EncodeError::FrameTooLong`] if the payload doesn't fit a frame; nothing is written then.
    pub fn encode(&self, layout: HeaderLayout, out: &mut BytesMut) -> Result<(), EncodeError> {
        let put = |out: &mut BytesMut, parts: &[&[u8]]| {
            let marked = match self {
                Self::IdentifyStdin { descriptor } | Self::IdentifyStdout { descriptor } => {
                    descriptor.is_marked()
                }
                _ => false,
            };
            put_frame(out, layout, self.message_type(), marked, parts)
        };
        match self {
            Self::IdentifyFlags { flags } => put(out, &[&flags.to_ne_bytes()]),
            Self::IdentifyLongFlags { flags } => put(out, &[&flags.to_ne_bytes()]),
            Self::IdentifyClientPid { pid: value } | Self::IdentifyFeatures { features: value } => {
                put(out, &[&value.to_ne_bytes()])
            }
            Self::IdentifyTerm { term: text }
            | Self::IdentifyTtyName { tty_name: text }
            | Self::IdentifyEnviron { entry: text }
            | Self::IdentifyCwd { cwd: text }
            | Self::IdentifyTerminfo { capability: text } => put(out, &[text.as_bytes(), b"\0"]),
            Self::Command { arguments } => {
                put(out, &[&arguments.count_field(), arguments.packed()])
            }
            Self::OldStdin { data } => put(out, &[&data.to_payload()]),
            Self::Read { stream, data } => put(out, &[&stream.0.to_ne_bytes(), data]),
            Self::ReadDone { stream, error }
            | Self::WriteReady { stream, error }
            | Self::WriteDone { stream, error } => {
                put(out, &[&stream.0.to_ne_bytes(), &error.to_ne_bytes()])
            }
            Self::IdentifyOldCwd { payload } | Self::Unknown { payload, .. } => {
                put(out, &[payload])
            }
            Self::IdentifyStdin { .. }
            | Self::IdentifyStdout { .. }
            | Self::IdentifyDone
            | Self::Exiting
            | Self::Resize
            | Self::Shell
            | Self::Unlock
            | Self::Wakeup => put(out, &[]),
        }
    }

    /// The descriptor that travels beside the message.
    pub(crate) fn into_descriptor(self) -> Option<OwnedFd> {
        match self {
            Self::IdentifyStdin { descriptor: Descriptor::Owned(fd) }
            | Self::IdentifyStdout { descriptor: Descriptor::Owned(fd) } => Some(fd),
            _ => None,
        }
    }
}
