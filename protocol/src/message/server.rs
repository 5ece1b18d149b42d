//! What servers say.

use bytes::{Bytes, BytesMut};

use super::payload::{nothing, only_i32, only_u64, stream_data, take_i32};
use super::{MessageType, OldData, Stream, WireString};
use crate::error::{DecodeError, EncodeError, PayloadProblem};
use crate::frame::{Frame, HeaderLayout, put_frame};

/// The end of a client, as the server tells it (PROTOCOL section 10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "fake servers make it")]
pub struct Exit {
    /// The status to exit with; 0 if the server sent none.
    pub status: Option<i32>,
    /// A reason to print, from 3.2.
    pub message: Option<WireString>,
}

/// A message from a server (PROTOCOL section 4). Servers never pass descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "variants are tmux's messages; PROTOCOL section 4 describes each")]
#[non_exhaustive]
pub enum ServerMessage {
    Version,
    Detach(WireString),
    DetachKill(WireString),
    Exit(Exit),
    Exited,
    Lock(WireString),
    Ready,
    Shell(WireString),
    Shutdown,
    OldStderr(OldData),
    OldStdin,
    OldStdout(OldData),
    Suspend,
    Exec {
        command: WireString,
        shell: WireString,
    },
    Flags(u64),
    ReadOpen {
        stream: Stream,
        fd: i32,
        path: WireString,
    },
    WriteOpen {
        stream: Stream,
        fd: i32,
        flags: i32,
        path: Option<WireString>,
    },
    Write {
        stream: Stream,
        data: Bytes,
    },
    WriteClose(Stream),
    ReadCancel(Stream),
    /// A type that servers don't send; kept as it is.
    Unknown {
        message_type: MessageType,
        payload: Bytes,
    },
}

impl ServerMessage {
    /// Reads the message in a frame that a server sent.
    ///
    /// # Errors
    /// [`DecodeError::Payload`] if the payload has not exactly the form of its type.
    pub fn decode(frame: Frame) -> Result<Self, DecodeError> {
        let message = frame.message_type;
        Self::from_parts(frame).map_err(|problem| DecodeError::Payload { message, problem })
    }

    fn from_parts(frame: Frame) -> Result<Self, PayloadProblem> {
        let Frame { message_type, payload, descriptor, .. } = frame;
        type Type = MessageType;
        if descriptor.is_marked() {
            return Err(PayloadProblem::UnexpectedDescriptor);
        }
        Ok(match message_type {
            Type::VERSION => nothing(&payload).map(|()| Self::Version)?,
            Type::DETACH => Self::Detach(WireString::from_payload(payload)?),
            Type::DETACHKILL => Self::DetachKill(WireString::from_payload(payload)?),
            Type::EXIT => Self::Exit(Exit::decode(payload)?),
            Type::EXITED => nothing(&payload).map(|()| Self::Exited)?,
            Type::LOCK => Self::Lock(WireString::from_payload(payload)?),
            Type::READY => nothing(&payload).map(|()| Self::Ready)?,
            Type::SHELL => Self::Shell(WireString::from_payload(payload)?),
            Type::SHUTDOWN => nothing(&payload).map(|()| Self::Shutdown)?,
            Type::OLDSTDERR => Self::OldStderr(OldData::decode(payload)?),
            Type::OLDSTDIN => nothing(&payload).map(|()| Self::OldStdin)?,
            Type::OLDSTDOUT => Self::OldStdout(OldData::decode(payload)?),
            Type::SUSPEND => nothing(&payload).map(|()| Self::Suspend)?,
            Type::EXEC => {
                let (command, rest) = WireString::split(payload)?;
                Self::Exec { command, shell: WireString::from_payload(rest)? }
            }
            Type::FLAGS => Self::Flags(only_u64(payload)?),
            _ => return Self::file_message(message_type, payload),
        })
    }

    fn file_message(message_type: MessageType, mut payload: Bytes) -> Result<Self, PayloadProblem> {
        type Type = MessageType;
        Ok(match message_type {
            Type::READ_OPEN => {
                let stream = Stream(take_i32(&mut payload)?);
                let fd = take_i32(&mut payload)?;
                Self::ReadOpen { stream, fd, path: WireString::from_payload(payload)? }
            }
            Type::WRITE_OPEN => {
                let stream = Stream(take_i32(&mut payload)?);
                let fd = take_i32(&mut payload)?;
                let flags = take_i32(&mut payload)?;
                let path = match payload.is_empty() {
                    true => None,
                    false => Some(WireString::from_payload(payload)?),
                };
                Self::WriteOpen { stream, fd, flags, path }
            }
            Type::WRITE => {
                let (stream, data) = stream_data(payload)?;
                Self::Write { stream, data }
            }
            Type::WRITE_CLOSE => Self::WriteClose(Stream(only_i32(payload)?)),
            Type::READ_CANCEL => Self::ReadCancel(Stream(only_i32(payload)?)),
            _ => Self::Unknown { message_type, payload },
        })
    }

    /// The number that the message travels under.
    pub fn message_type(&self) -> MessageType {
        match self {
            Self::Version => MessageType::VERSION,
            Self::Detach(_) => MessageType::DETACH,
            Self::DetachKill(_) => MessageType::DETACHKILL,
            Self::Exit(_) => MessageType::EXIT,
            Self::Exited => MessageType::EXITED,
            Self::Lock(_) => MessageType::LOCK,
            Self::Ready => MessageType::READY,
            Self::Shell(_) => MessageType::SHELL,
            Self::Shutdown => MessageType::SHUTDOWN,
            Self::OldStderr(_) => MessageType::OLDSTDERR,
            Self::OldStdin => MessageType::OLDSTDIN,
            Self::OldStdout(_) => MessageType::OLDSTDOUT,
            Self::Suspend => MessageType::SUSPEND,
            Self::Exec { .. } => MessageType::EXEC,
            Self::Flags(_) => MessageType::FLAGS,
            Self::ReadOpen { .. } => MessageType::READ_OPEN,
            Self::WriteOpen { .. } => MessageType::WRITE_OPEN,
            Self::Write { .. } => MessageType::WRITE,
            Self::WriteClose(_) => MessageType::WRITE_CLOSE,
            Self::ReadCancel(_) => MessageType::READ_CANCEL,
            Self::Unknown { message_type, .. } => *message_type,
        }
    }

    /// Appends the message's frame. Without descriptors both layouts are the same bytes on
    /// little-endian machines.
    ///
    /// # Errors
    /// [`EncodeError::FrameTooLong`] if the payload doesn't fit a frame; nothing is written then.
    pub fn encode(&self, layout: HeaderLayout, out: &mut BytesMut) -> Result<(), EncodeError> {
        let put = |out: &mut BytesMut, parts: &[&[u8]]| {
            put_frame(out, layout, self.message_type(), false, parts)
        };
        match self {
            Self::Detach(text) | Self::DetachKill(text) | Self::Lock(text) | Self::Shell(text) => {
                put(out, &[text.as_bytes(), b"\0"])
            }
            Self::Exit(exit) => exit.encode(|parts| put(out, parts)),
            Self::OldStderr(data) | Self::OldStdout(data) => put(out, &[&data.to_payload()]),
            Self::Exec { command, shell } => {
                put(out, &[command.as_bytes(), b"\0", shell.as_bytes(), b"\0"])
            }
            Self::Flags(flags) => put(out, &[&flags.to_ne_bytes()]),
            Self::ReadOpen { stream, fd, path } => {
                let numbers = [stream.0.to_ne_bytes(), fd.to_ne_bytes()];
                put(out, &[numbers.as_flattened(), path.as_bytes(), b"\0"])
            }
            Self::WriteOpen { stream, fd, flags, path } => {
                let numbers = [stream.0.to_ne_bytes(), fd.to_ne_bytes(), flags.to_ne_bytes()];
                match path {
                    None => put(out, &[numbers.as_flattened()]),
                    Some(path) => put(out, &[numbers.as_flattened(), path.as_bytes(), b"\0"]),
                }
            }
            Self::Write { stream, data } => put(out, &[&stream.0.to_ne_bytes(), data]),
            Self::WriteClose(stream) | Self::ReadCancel(stream) => {
                put(out, &[&stream.0.to_ne_bytes()])
            }
            Self::Unknown { payload, .. } => put(out, &[payload]),
            Self::Version
            | Self::Exited
            | Self::Ready
            | Self::Shutdown
            | Self::OldStdin
            | Self::Suspend => put(out, &[]),
        }
    }
}

impl Exit {
    fn decode(mut payload: Bytes) -> Result<Self, PayloadProblem> {
        if payload.is_empty() {
            return Ok(Self::default());
        }
        let status = Some(take_i32(&mut payload)?);
        let message = match payload.is_empty() {
            true => None,
            false => Some(WireString::from_payload(payload)?),
        };
        Ok(Self { status, message })
    }

    /// A message without a status can't be said on the wire; it goes out with status 0.
    fn encode<R>(&self, put: impl FnOnce(&[&[u8]]) -> R) -> R {
        match (self.status, &self.message) {
            (None, None) => put(&[]),
            (Some(status), None) => put(&[&status.to_ne_bytes()]),
            (status, Some(text)) => {
                put(&[&status.unwrap_or(0).to_ne_bytes(), text.as_bytes(), b"\0"])
            }
        }
    }
}
