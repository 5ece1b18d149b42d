//! What an answer can't be read as.

/// An answer that can't be read as what it should be. Nothing of what it says is in it, for that may
/// be a secret.
///
/// Besides hooks that print into it, servers from 3.7 on make one now and then: what takes them more than
/// 100 ms by the clock to expand comes out cut, as on a busy machine. Asking again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
#[error("row {row} of the answer has no {what} that can be read")]
pub struct Unreadable {
    /// What should have been there: the name of a field or of a kind of value.
    pub what: &'static str,
    /// Which row of the answer it is in, from 1.
    pub row: usize,
}

impl Unreadable {
    /// Says that a row, counted from 1, doesn't have what it should.
    pub const fn new(what: &'static str, row: usize) -> Self {
        Self { what, row }
    }
}
