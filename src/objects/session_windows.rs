//! A session's windows.

use tmuxwire_operations::read::{Listing, window};
use tmuxwire_operations::{
    LastWindow, LinkWindow, MoveWindow, NewWindow, NextWindow, PreviousWindow, SelectWindow, Thing,
    WindowTarget,
};

use super::find::{found, gone, only};
use super::{Link, Session, Window, bisync};
use crate::error::Result;
use crate::kept;

#[bisync]
impl Session {
    /// Its windows (`list-windows`), each once, in the order of their places. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn windows(&self) -> Result<Vec<Window>> {
        let listing = Listing::windows_of(self.target()).fields(window::ID);
        self.server().listed_windows(listing).await
    }

    /// The places of its windows; a window may have several. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn links(&self) -> Result<Vec<Link>> {
        let listing = Listing::windows_of(self.target()).fields((window::ID, window::INDEX));
        let rows = self.server().list(listing).await?;
        let link = |(id, index)| Link::new(self.clone(), self.window_handle(id), index);
        Ok(rows.into_iter().map(link).collect())
    }

    /// The window with exactly this name, or with the one that the server made of it. One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`] also if there is none, or several.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    pub async fn window(&self, name: impl AsRef<[u8]>) -> Result<Window> {
        let name = name.as_ref().to_vec();
        let listing = Listing::windows_of(self.target()).fields((window::ID, window::NAME));
        let rows = self.server().list(listing).await?;
        let is_any_so = rows.iter().any(|(_, known)| known[..] == name[..]);
        let is_it = |known: &[u8]| match is_any_so {
            true => known == name,
            false => kept::is_window(known, &name),
        };
        let found = rows.into_iter().filter(|(_, known)| is_it(known));
        let id = only(found.map(|(id, _)| id).collect(), Thing::Window, &name)?;
        Ok(self.window_handle(id))
    }

    /// The [`window`](Self::window) of this name, or `None` where there is none, or the session has
    /// ended. One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`] if there are several.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    pub async fn find_window(&self, name: impl AsRef<[u8]>) -> Result<Option<Window>> {
        found(self.window(name.as_ref()).await)
    }

    /// The window at this place; `base-index` says which is the first. One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`] also if there is none there.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    pub async fn window_at(&self, index: u32) -> Result<Window> {
        let listing = Listing::windows_of(self.target()).fields((window::ID, window::INDEX));
        let rows = self.server().list(listing).await?;
        let found = rows.into_iter().find(|(_, known)| *known == index);
        let (id, _) = found.ok_or_else(|| gone(Thing::Window, index))?;
        Ok(self.window_handle(id))
    }

    /// Its current window. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn current_window(&self) -> Result<Window> {
        let id = self.fields(window::ID).await?;
        Ok(self.window_handle(id))
    }

    /// Makes a window at the next free place (`new-window`), which becomes the current one unless
    /// the operation says `detached`. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn new_window(&self, window: impl Into<NewWindow>) -> Result<Window> {
        self.make_window(window.into().target(WindowTarget::In(self.target()))).await
    }

    /// Makes a window at a place, or with the operation's `before` or `after` next to it. One round
    /// trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if the place is taken.
    pub async fn new_window_at(&self, index: u32, window: impl Into<NewWindow>) -> Result<Window> {
        self.make_window(window.into().target(WindowTarget::Index(self.target(), index))).await
    }

    async fn make_window(&self, window: NewWindow) -> Result<Window> {
        let (made, server) = self.server().make(window).await?;
        Ok(Window::new(server, made.window))
    }

    /// Makes one of its windows the current one (`select-window`). One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the window
    /// is of another server.
    pub async fn select_window(&self, window: &Window) -> Result<()> {
        self.server().belongs_with(window.server())?;
        self.server().ask(SelectWindow::new().target(window.target_in(self))).await?;
        Ok(())
    }

    /// Goes to the next window (`next-window`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn next_window(&self) -> Result<()> {
        self.server().ask(NextWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Goes to the previous window (`previous-window`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn previous_window(&self) -> Result<()> {
        self.server().ask(PreviousWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Goes to the window that was current before (`last-window`). One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if there was none.
    pub async fn last_window(&self) -> Result<()> {
        self.server().ask(LastWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Shows a window in this session as well (`link-window`), at a place or at the next free one;
    /// the current window stays. One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`] if the place is taken, [`ErrorKind::AnotherServer`] if
    /// the window is of another server.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    pub async fn link_window(&self, window: &Window, index: impl Into<Option<u32>>) -> Result<()> {
        self.server().belongs_with(window.server())?;
        let link = LinkWindow::new().detached().source(window.target());
        self.server().ask(link.target(self.place(index.into()))).await?;
        Ok(())
    }

    /// Numbers its windows in sequence (`move-window -r`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn renumber_windows(&self) -> Result<()> {
        let place = WindowTarget::In(self.target());
        self.server().ask(MoveWindow::new().renumber().target(place)).await?;
        Ok(())
    }
}

impl Session {
    /// A place of it, or the next free one.
    pub(crate) fn place(&self, index: Option<u32>) -> WindowTarget {
        match index {
            Some(index) => WindowTarget::Index(self.target(), index),
            None => WindowTarget::In(self.target()),
        }
    }

    fn window_handle(&self, id: tmuxwire_operations::WindowId) -> Window {
        Window::new(self.server().clone(), id)
    }
}
