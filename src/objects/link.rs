//! A place of a window in a session.

use tmuxwire_operations::{MoveWindow, SwapWindow, UnlinkWindow, WindowTarget};

use super::{Session, Window, bisync};
use crate::error::Result;

/// A window at a place of a session. A window may have several places, in one session or more.
///
/// It is a place as it was when it was looked up. Methods act on this window in this session, and
/// fail if it isn't there any more ([`Error::is_not_found`](crate::Error::is_not_found)).
///
/// # Cancellation
/// Dropping a future gives up the answer: what was sent may run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Link {
    /// The session.
    pub session: Session,
    /// The window.
    pub window: Window,
    /// tmux's number of the place; `base-index` says which is the first.
    pub index: u32,
}

impl Link {
    pub(crate) fn new(session: Session, window: Window, index: u32) -> Self {
        Self { session, window, index }
    }

    fn target(&self) -> WindowTarget {
        self.window.target_in(&self.session)
    }
}

#[bisync]
impl Link {
    /// Makes the window the session's current one (`select-window`). One round trip.
    ///
    /// # Errors
    /// See [`Link`].
    pub async fn select(&self) -> Result<()> {
        self.session.select_window(&self.window).await
    }

    /// Moves the window from this session to a place of a session, or to the next free one
    /// (`move-window`). It doesn't become the current one. One round trip.
    ///
    /// # Errors
    /// See [`Link`]; [`ErrorKind::Failed`] if the place is taken, [`ErrorKind::AnotherServer`] if the
    /// session is of another server.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    pub async fn move_to(&self, session: &Session, index: impl Into<Option<u32>>) -> Result<()> {
        self.session.server().belongs_with(session.server())?;
        let to = session.place(index.into());
        let move_window = MoveWindow::new().detached().source(self.target()).target(to);
        self.session.server().ask(move_window).await?;
        Ok(())
    }

    /// Lets two windows change places (`swap-window`); the current places stay current. One round
    /// trip.
    ///
    /// # Errors
    /// See [`Link`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the other is of
    /// another server.
    pub async fn swap(&self, other: &Self) -> Result<()> {
        self.session.server().belongs_with(other.session.server())?;
        let swap = SwapWindow::new().source(other.target()).target(self.target());
        self.session.server().ask(swap).await?;
        Ok(())
    }

    /// Takes the window from this session (`unlink-window`), which must not be its only one. One
    /// round trip.
    ///
    /// # Errors
    /// See [`Link`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if it has no other place.
    pub async fn unlink(&self) -> Result<()> {
        self.session.server().ask(UnlinkWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Ends every other window of the session; see [`Window::kill_others`] for what it costs.
    ///
    /// # Errors
    /// See [`Link`].
    pub async fn kill_others(&self) -> Result<()> {
        self.window.kill_others(&self.session).await
    }
}
