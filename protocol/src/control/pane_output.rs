//! What a pane printed, as it travels.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

/// Output of a pane: control characters and backslashes are written as `\` and three octal digits
/// (PROTOCOL section 13.3). A character of several bytes may be split over two of these.
#[derive(Clone, PartialEq, Eq)]
pub struct PaneOutput(Bytes);

impl PaneOutput {
    /// The text behind the pane's number.
    pub fn from_escaped(escaped: Bytes) -> Self {
        Self(escaped)
    }

    /// As it travelled.
    pub fn escaped(&self) -> &Bytes {
        &self.0
    }

    /// The bytes that the pane printed; borrowed if nothing is escaped.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match memchr::memchr(b'\\', &self.0) {
            None => Cow::Borrowed(&self.0),
            Some(_) => {
                let mut bytes = Vec::with_capacity(self.0.len());
                self.append_to(&mut bytes);
                Cow::Owned(bytes)
            }
        }
    }

    /// Appends the bytes that the pane printed. A backslash that no server sends like this is
    /// taken as it is.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        let mut rest: &[u8] = &self.0;
        while let Some(at) = memchr::memchr(b'\\', rest) {
            let (plain, escape) = rest.split_at(at);
            out.extend_from_slice(plain);
            let (byte, taken) = unescape(escape).unwrap_or((b'\\', 1));
            out.push(byte);
            rest = escape.get(taken..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
    }
}

/// Reads `\` and three octal digits: the byte, and how much was read.
fn unescape(escape: &[u8]) -> Option<(u8, usize)> {
    let digits = escape.get(1..4)?;
    let number = digits.iter().try_fold(0u32, |number, digit| {
        let digit = char::from(*digit).to_digit(8)?;
        Some(number << 3 | digit)
    })?;
    Some((u8::try_from(number).ok()?, 4))
}

/// Output may hold secrets, so only its size shows.
impl fmt::Debug for PaneOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaneOutput({} bytes)", self.0.len())
    }
}
