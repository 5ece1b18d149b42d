//! Values that can't be wrong on the wire: strings without NUL, argument lists that fit a frame.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::error::{EncodeError, PayloadProblem};
use crate::frame::MAX_PAYLOAD;

/// A string as tmux sends it: any bytes but NUL, short enough for a frame with its closing NUL.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct WireString(Bytes);

impl WireString {
    /// Longest string that fits a frame together with its NUL.
    pub const MAX_LEN: usize = MAX_PAYLOAD - 1;

    /// Checks a string.
    ///
    /// # Errors
    /// [`EncodeError::InteriorNul`] for a NUL byte, [`EncodeError::FrameTooLong`] for more than
    /// [`MAX_LEN`](Self::MAX_LEN) bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Result<Self, EncodeError> {
        let bytes = bytes.into();
        if let Some(position) = bytes.iter().position(|byte| *byte == 0) {
            return Err(EncodeError::InteriorNul { position });
        }
        if bytes.len() > Self::MAX_LEN {
            return Err(EncodeError::FrameTooLong { payload: bytes.len().saturating_add(1) });
        }
        Ok(Self(bytes))
    }

    /// The bytes, without the closing NUL.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, shared and not copied.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// Reads a last field: a string whose NUL is the payload's last byte, and the only one.
    pub(super) fn from_payload(mut payload: Bytes) -> Result<Self, PayloadProblem> {
        if payload.last() != Some(&0) {
            return Err(PayloadProblem::MissingNul);
        }
        payload.truncate(payload.len().saturating_sub(1));
        match payload.contains(&0) {
            true => Err(PayloadProblem::InteriorNul),
            false => Ok(Self(payload)),
        }
    }

    /// Reads a string up to its NUL; answers the rest behind it.
    pub(super) fn split(mut payload: Bytes) -> Result<(Self, Bytes), PayloadProblem> {
        let end = payload.iter().position(|byte| *byte == 0).ok_or(PayloadProblem::MissingNul)?;
        let rest = payload.split_off(end.saturating_add(1));
        payload.truncate(end);
        Ok((Self(payload), rest))
    }
}

impl fmt::Debug for WireString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The arguments of one COMMAND message, already packed as the server reads them
/// (PROTOCOL section 8). Splitting at `;` is the server's work.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Arguments {
    count: i32,
    /// Each argument with a NUL behind it.
    packed: Bytes,
}

impl Arguments {
    /// Most bytes that all arguments together may have, counting one NUL for each.
    pub const MAX_PACKED: usize = MAX_PAYLOAD - 4;

    /// Packs an argument list. An empty list asks for the server's default command.
    ///
    /// # Errors
    /// [`EncodeError::InteriorNul`] if an argument contains a NUL byte (the position is that in
    /// its argument), [`EncodeError::CommandTooLong`] if the arguments don't fit one message.
    pub fn new<I>(arguments: I) -> Result<Self, EncodeError>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let mut packed = BytesMut::new();
        let mut count = 0i32;
        let mut size = 0usize;
        for argument in arguments {
            let argument = argument.as_ref();
            if let Some(position) = argument.iter().position(|byte| *byte == 0) {
                return Err(EncodeError::InteriorNul { position });
            }
            size = size.saturating_add(argument.len()).saturating_add(1);
            count = count.saturating_add(1);
            if size <= Self::MAX_PACKED {
                packed.put_slice(argument);
                packed.put_u8(0);
            }
        }
        if size > Self::MAX_PACKED {
            return Err(EncodeError::CommandTooLong { size });
        }
        Ok(Self { count, packed: packed.freeze() })
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.count).unwrap_or(0)
    }

    /// Whether there is no argument at all.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The arguments, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.packed.split(|byte| *byte == 0).take(self.len())
    }

    pub(crate) fn count_field(&self) -> [u8; 4] {
        self.count.to_ne_bytes()
    }

    pub(crate) fn packed(&self) -> &[u8] {
        &self.packed
    }

    pub(super) fn from_parts(claimed: i32, packed: Bytes) -> Result<Self, PayloadProblem> {
        if claimed < 0 {
            return Err(PayloadProblem::NegativeCount(claimed));
        }
        if packed.last().is_some_and(|byte| *byte != 0) {
            return Err(PayloadProblem::MissingNul);
        }
        let found = packed.iter().filter(|byte| **byte == 0).count();
        if usize::try_from(claimed) != Ok(found) {
            return Err(PayloadProblem::CountMismatch { claimed, found });
        }
        Ok(Self { count: claimed, packed })
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Bytes::copy_from_slice)).finish()
    }
}
