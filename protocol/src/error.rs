//! What can be wrong with bytes: small, `Copy`, comparable values, one for each case.

use thiserror::Error;

use crate::message::MessageType;

/// A peer sent bytes that no tmux sends. "More bytes are needed" is never one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A header whose length does not even cover the header.
    #[error("frame length {length} is shorter than a header")]
    FrameTooShort {
        /// The length that the header claims.
        length: u32,
    },
    /// A header whose length is over [`MAX_FRAME`](crate::MAX_FRAME).
    #[error("frame length {length} is over the limit of 16384")]
    FrameTooLong {
        /// The length that the header claims.
        length: u32,
    },
    /// A frame of a known type whose payload has the wrong form.
    #[error("message {message:?}: {problem}")]
    Payload {
        /// The type of the message.
        message: MessageType,
        /// What is wrong with its payload.
        problem: PayloadProblem,
    },
}

/// What is wrong with the payload of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum PayloadProblem {
    /// The message must have no payload, but has one.
    #[error("has a payload of {0} bytes, must have none")]
    NotEmpty(usize),
    /// The payload ends inside a fixed-size field.
    #[error("ends inside a number")]
    Truncated,
    /// A string that is not closed by a NUL byte.
    #[error("string without its closing NUL")]
    MissingNul,
    /// A NUL byte inside a string.
    #[error("NUL inside a string")]
    InteriorNul,
    /// Bytes after the last field.
    #[error("{0} bytes after the last field")]
    TrailingBytes(usize),
    /// A command whose argument count is negative.
    #[error("negative argument count {0}")]
    NegativeCount(i32),
    /// A command that names more arguments than it carries.
    #[error("{claimed} arguments claimed, {found} found")]
    CountMismatch {
        /// The number in front of the arguments.
        claimed: i32,
        /// The arguments that are there.
        found: usize,
    },
    /// An old stdio message (3.0a) whose size does not fit its buffer.
    #[error("size {0} does not fit the message's buffer")]
    BufferSize(i64),
    /// A descriptor marked on a message that never carries one.
    #[error("marked as carrying a descriptor")]
    UnexpectedDescriptor,
}

/// A value that can't be put into a frame. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The payload is over [`MAX_PAYLOAD`](crate::MAX_PAYLOAD).
    #[error("a payload of {payload} bytes is over the limit of 16368")]
    FrameTooLong {
        /// Bytes that the payload would have.
        payload: usize,
    },
    /// A NUL byte inside a string: the server would see a shorter string, or end.
    #[error("a string for tmux can't contain a NUL byte (found at {position})")]
    InteriorNul {
        /// Where the first NUL byte is.
        position: usize,
    },
    /// More arguments than one command message can carry.
    #[error("command too long: {size} bytes of arguments, the limit is 16364")]
    CommandTooLong {
        /// Bytes of all arguments with a NUL after each.
        size: usize,
    },
    /// A control line with a command that has no words: an empty line would end the client.
    #[error("a command needs at least its name")]
    EmptyCommand,
}
