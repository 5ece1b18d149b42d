//! Commands that make something, and what they say about it.

use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use crate::commands::{BreakPane, NewPane, NewSession, NewWindow, SplitWindow};
use crate::operation::{AnyOperation, Operation};
use crate::unreadable::Unreadable;
use crate::value::Value;

/// A command that makes a session, a window or a pane.
pub trait Creates: Operation {
    /// The same command, which also prints the ids of what it makes, for [`Made::read`].
    ///
    /// Nothing is printed where nothing is made: with `-A` or `-S`, where it is there already.
    #[must_use]
    fn reporting(self) -> Self;
}

macro_rules! creates {
    ($($type:ident)*) => {$(
        impl Creates for $type {
            fn reporting(self) -> Self {
                self.print().format(Made::FORMAT)
            }
        }
    )*};
}

/// The same for any operation that is one of them.
pub(crate) fn reporting(operation: AnyOperation) -> AnyOperation {
    let format = Value::Bytes(Made::FORMAT.as_bytes().to_vec());
    operation.set("print", Vec::new()).set("format", vec![format])
}

creates!(BreakPane NewPane NewSession NewWindow SplitWindow);

/// Where something that was made is: a new session has a first window, and each window a first pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Made {
    /// The session that was made, or the one that it is in.
    pub session: SessionId,
    /// The window that was made, or the one that it is in.
    pub window: WindowId,
    /// The pane.
    pub pane: PaneId,
}

impl Made {
    /// The format that says it.
    pub const FORMAT: &str = "#{session_id} #{window_id} #{pane_id}";

    /// What is where.
    pub const fn new(session: SessionId, window: WindowId, pane: PaneId) -> Self {
        Self { session, window, pane }
    }

    /// Reads what [`Made::FORMAT`] gives: the first line that is that. Others are what hooks print.
    ///
    /// # Errors
    /// [`Unreadable`]: nothing was made, or it says something else.
    pub fn read(stdout: &[u8]) -> Result<Self, Unreadable> {
        let mut lines = stdout.split(|byte| *byte == b'\n').map(Self::read_line);
        let first = lines.next().unwrap_or_else(|| Self::read_line(b""));
        first.or_else(|wrong| lines.find_map(Result::ok).ok_or(wrong))
    }

    fn read_line(line: &[u8]) -> Result<Self, Unreadable> {
        let mut fields = line.split(|byte| *byte == b' ');
        let mut field = || fields.next().unwrap_or_default();
        let no = |what| move || Unreadable::new(what, 1);
        let session = SessionId::parse(field()).ok_or_else(no("session_id"))?;
        let window = WindowId::parse(field()).ok_or_else(no("window_id"))?;
        let pane = PaneId::parse(field()).ok_or_else(no("pane_id"))?;
        match fields.next() {
            None => Ok(Self { session, window, pane }),
            Some(_) => Err(Unreadable::new("pane_id", 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_ids_are_ids() {
        let made = Made::new(SessionId(1), WindowId(20), PaneId(300));
        assert_eq!(Made::read(b"$1 @20 %300\n"), Ok(made));
        assert_eq!(Made::read(b"$1 @20 %300\nfrom a hook\n"), Ok(made));
        assert_eq!(Made::read(b"from a hook\n\n$1 @20 %300\n"), Ok(made));
        for (text, what) in [
            (&b""[..], "session_id"),
            (b"from a hook\n$1 @20\n", "session_id"),
            (b"$1 @2 %3 %4\n", "pane_id"),
            (b"$1 @2 %+3\n", "pane_id"),
            (b"$1 %2 @3\n", "window_id"),
            (b"$ @ %\n", "session_id"),
            (b"$99999999999 @1 %1\n", "session_id"),
        ] {
            assert_eq!(Made::read(text), Err(Unreadable::new(what, 1)));
        }
    }
}
