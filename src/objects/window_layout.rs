//! A window's size, its panes' arrangement, and where it is.

use tmuxwire_operations::{
    Layout, MoveWindow, NextLayout, PreviousLayout, ResizeWindow, RotateWindow, SelectLayout,
    SwapWindow, UnlinkWindow,
};

use super::{Session, Window, bisync};
use crate::error::Result;

#[bisync]
impl Window {
    /// Arranges its panes (`select-layout`): `tiled`, `main-vertical`, .., or as `#{window_layout}`
    /// once said. One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Operation`](crate::ErrorKind::Operation) if there is no such
    /// layout, which a 3.3a would not survive.
    pub async fn select_layout(&self, layout: impl Into<Layout>) -> Result<()> {
        let select = SelectLayout::new().target(self.pane_target()).layout(layout);
        self.server().ask(select).await?;
        Ok(())
    }

    /// Arranges its panes in the next way (`next-layout`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn next_layout(&self) -> Result<()> {
        self.server().ask(NextLayout::new().target(self.target())).await?;
        Ok(())
    }

    /// Arranges its panes in the previous way (`previous-layout`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn previous_layout(&self) -> Result<()> {
        self.server().ask(PreviousLayout::new().target(self.target())).await?;
        Ok(())
    }

    /// Spreads its active pane and those beside it evenly (`select-layout -E`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn spread_panes(&self) -> Result<()> {
        self.server().ask(SelectLayout::new().spread().target(self.pane_target())).await?;
        Ok(())
    }

    /// Gives it a size, whatever its clients have (`resize-window`): from then on its option
    /// `window-size` is `manual`. One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if it can't have that size.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let resize = ResizeWindow::new().width(width).height(height);
        self.server().ask(resize.target(self.target())).await?;
        Ok(())
    }

    /// Moves every pane to the place of the one before it (`rotate-window -U`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn rotate_up(&self) -> Result<()> {
        self.server().ask(RotateWindow::new().up().target(self.target())).await?;
        Ok(())
    }

    /// Moves every pane to the place of the one behind it (`rotate-window -D`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn rotate_down(&self) -> Result<()> {
        self.server().ask(RotateWindow::new().down().target(self.target())).await?;
        Ok(())
    }

    /// Lets two windows change places (`swap-window`); the current places stay current. Of windows
    /// with several places tmux chooses: see [`Link::swap`](super::Link::swap). One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the other is
    /// of another server.
    pub async fn swap(&self, other: &Self) -> Result<()> {
        self.server().belongs_with(other.server())?;
        let swap = SwapWindow::new().source(other.target()).target(self.target());
        self.server().ask(swap).await?;
        Ok(())
    }

    /// Moves it to a place of a session, or to the next free one (`move-window`); it doesn't become
    /// the current one. If it has several places, tmux chooses which it leaves: see
    /// [`Link::move_to`](super::Link::move_to). One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Failed`] if the place is taken, [`ErrorKind::AnotherServer`] if
    /// the session is of another server.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    pub async fn move_to(&self, session: &Session, index: impl Into<Option<u32>>) -> Result<()> {
        self.server().belongs_with(session.server())?;
        let to = session.place(index.into());
        let move_window = MoveWindow::new().detached().source(self.target()).target(to);
        self.server().ask(move_window).await?;
        Ok(())
    }

    /// Shows it in a session as well; see [`Session::link_window`]. One round trip.
    ///
    /// # Errors
    /// The same.
    pub async fn link_to(&self, session: &Session, index: impl Into<Option<u32>>) -> Result<()> {
        session.link_window(self, index.into()).await
    }

    /// Takes it from a session (`unlink-window`), which must not be the only one that has it. One
    /// round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Failed`] if no other has it, [`ErrorKind::AnotherServer`] if the
    /// session is of another server.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    pub async fn unlink(&self, session: &Session) -> Result<()> {
        self.server().belongs_with(session.server())?;
        self.server().ask(UnlinkWindow::new().target(self.target_in(session))).await?;
        Ok(())
    }
}
