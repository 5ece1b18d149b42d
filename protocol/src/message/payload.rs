//! Reading payload fields, and the payload forms that both directions use.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::error::PayloadProblem;

/// The number of a file stream, chosen by the server (PROTOCOL section 9): 1 and 2 are the
/// client's output and error text, others come from a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Stream(pub i32);

/// Cuts the next four bytes off a payload.
pub(super) fn take_i32(payload: &mut Bytes) -> Result<i32, PayloadProblem> {
    payload.try_get_i32_ne().map_err(|_| PayloadProblem::Truncated)
}

pub(super) fn take_i64(payload: &mut Bytes) -> Result<i64, PayloadProblem> {
    payload.try_get_i64_ne().map_err(|_| PayloadProblem::Truncated)
}

/// A payload that must be exactly one value.
pub(super) fn only<T>(value: T, rest: &Bytes) -> Result<T, PayloadProblem> {
    match rest.len() {
        0 => Ok(value),
        extra => Err(PayloadProblem::TrailingBytes(extra)),
    }
}

pub(super) fn only_i32(mut payload: Bytes) -> Result<i32, PayloadProblem> {
    only(take_i32(&mut payload)?, &payload)
}

pub(super) fn only_u64(mut payload: Bytes) -> Result<u64, PayloadProblem> {
    let value = payload.try_get_u64_ne().map_err(|_| PayloadProblem::Truncated)?;
    only(value, &payload)
}

pub(super) fn only_two(mut payload: Bytes) -> Result<(Stream, i32), PayloadProblem> {
    let stream = Stream(take_i32(&mut payload)?);
    only((stream, take_i32(&mut payload)?), &payload)
}

pub(super) fn nothing(payload: &Bytes) -> Result<(), PayloadProblem> {
    match payload.len() {
        0 => Ok(()),
        size => Err(PayloadProblem::NotEmpty(size)),
    }
}

pub(super) fn stream_data(mut payload: Bytes) -> Result<(Stream, Bytes), PayloadProblem> {
    let stream = Stream(take_i32(&mut payload)?);
    Ok((stream, payload))
}

/// What a 3.0a stdio message carries: a fixed buffer, of which only a part counts
/// (PROTOCOL section 17).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a message that no release will change")]
pub struct OldData {
    /// The bytes that count, or `None` for the read error that a client reports (size -1).
    /// No bytes mean end of file when a client sends them.
    pub data: Option<Bytes>,
    /// Bytes in the message's buffer: the `BUFSIZ` of the sender's C library, 8192 with glibc.
    pub capacity: usize,
}

impl OldData {
    pub(super) fn decode(mut payload: Bytes) -> Result<Self, PayloadProblem> {
        let size = take_i64(&mut payload)?;
        let capacity = payload.len();
        if size == -1 {
            return Ok(Self { data: None, capacity });
        }
        match usize::try_from(size) {
            Ok(used) if used <= capacity => {
                Ok(Self { data: Some(payload.split_to(used)), capacity })
            }
            _ => Err(PayloadProblem::BufferSize(size)),
        }
    }

    /// The payload; what is behind the data is zeroed.
    pub(crate) fn to_payload(&self) -> BytesMut {
        let mut payload = BytesMut::new();
        match &self.data {
            None => payload.put_i64_ne(-1),
            Some(data) => {
                payload.put_i64_ne(i64::try_from(data.len()).unwrap_or(i64::MAX));
                payload.put_slice(data);
            }
        }
        payload.resize(self.capacity.saturating_add(8).max(payload.len()), 0);
        payload
    }
}
