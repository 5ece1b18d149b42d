//! A window, as a handle.

use tmuxwire_operations::read::{Fields, Listing, Records, WindowInfo, pane, session, window};
use tmuxwire_operations::{
    KillWindow, Label, PaneTarget, RenameWindow, RespawnWindow, SelectWindow, SplitWindow, Thing,
    WindowId, WindowTarget,
};

use super::find::{gone, is_there};
use super::{Link, Pane, Session, bisync, handle};
use crate::error::Result;

handle! {
    /// A window of a server process, by its id. Clones are cheap; dropping one ends nothing.
    ///
    /// Several sessions may have it, each at a place of its own: [`links`](Self::links) tells. What
    /// concerns a place is a method of [`Link`], or takes the session.
    ///
    /// Every method fails with [`ErrorKind::Failed`] if the window has ended
    /// ([`Error::is_not_found`]), and with [`ErrorKind::AnotherServer`] or [`ErrorKind::NoServer`] if
    /// its server process has; beyond that as [`Server::perform`] does.
    ///
    /// # Cancellation
    /// Dropping a future gives up the answer: what was sent may run.
    ///
    /// [`Error::is_not_found`]: crate::Error::is_not_found
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    /// [`ErrorKind::NoServer`]: crate::ErrorKind::NoServer
    /// [`Server::perform`]: super::Server::perform
    Window WindowId
}

impl Window {
    pub(crate) fn target(&self) -> WindowTarget {
        WindowTarget::Id(self.id)
    }

    /// This window as that session has it, and nothing else.
    pub(crate) fn target_in(&self, session: &Session) -> WindowTarget {
        WindowTarget::raw(format!("{}:{}", session.id(), self.id))
    }

    pub(crate) fn pane_target(&self) -> PaneTarget {
        PaneTarget::In(self.target())
    }
}

#[bisync]
impl Window {
    /// Whether it is still there. One round trip.
    ///
    /// # Errors
    /// As for [`Server::perform`](super::Server::perform).
    pub async fn exists(&self) -> Result<bool> {
        is_there(self.fields(window::ID).await)
    }

    /// What is known of it, with its place in one of its sessions, as tmux chooses. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn info(&self) -> Result<WindowInfo> {
        self.fields(Records::new()).await
    }

    /// Fields of it; those of a session are of one that has it, as tmux chooses. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn fields<F: Fields>(&self, fields: F) -> Result<F::Row> {
        Ok(self.server.window_row(self.id, fields).await?.0)
    }

    /// What a format says of it; see [`Server::evaluate`](super::Server::evaluate). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn evaluate(&self, format: impl AsRef<[u8]>) -> Result<Vec<u8>> {
        let format = format.as_ref().to_vec();
        self.server.evaluate_of(self.pane_target(), self.into(), format).await
    }

    /// The sessions that have it, and where in them. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn links(&self) -> Result<Vec<Link>> {
        let fields = (window::ID, window::INDEX, session::ID);
        let rows = self.server.list(Listing::windows().fields(fields)).await?;
        let links =
            rows.into_iter().filter(|(id, ..)| *id == self.id).map(|(_, index, session)| {
                Link::new(Session::new(self.server.clone(), session), self.clone(), index)
            });
        let links: Vec<Link> = links.collect();
        match links.is_empty() {
            true => Err(gone(Thing::Window, self.id)),
            false => Ok(links),
        }
    }

    /// Its panes (`list-panes`), in order. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn panes(&self) -> Result<Vec<Pane>> {
        self.server.listed_panes(Listing::panes_of_window(self.id).fields(pane::ID)).await
    }

    /// Its active pane. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn active_pane(&self) -> Result<Pane> {
        self.server.active_pane_of(self.target()).await
    }

    /// Makes a pane by splitting the active one (`split-window`). It becomes the active one unless
    /// the operation says `detached`. One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if there is no space.
    pub async fn split(&self, split: impl Into<SplitWindow>) -> Result<Pane> {
        let split = split.into().target(self.pane_target());
        let (made, server) = self.server.make(split).await?;
        Ok(Pane::new(server, made.pane))
    }

    /// Gives it another name, which stays (`rename-window`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn rename(&self, name: impl Into<Label>) -> Result<()> {
        self.server.ask(RenameWindow::new(name).target(self.target())).await?;
        Ok(())
    }

    /// Ends it in all its sessions (`kill-window`). One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn kill(&self) -> Result<()> {
        self.server.ask(KillWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Ends every other window of a session that has it (`kill-window -a`). Two round trips; where
    /// that would end this one as well, for the session has it at two places, or might end another
    /// session, one for each window instead of the second.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the session
    /// is of another server.
    pub async fn kill_others(&self, session: &Session) -> Result<()> {
        self.server.belongs_with(session.server())?;
        let rows = self.server.list(Listing::windows().fields((session::ID, window::ID))).await?;
        let own = || rows.iter().filter(|(of, _)| *of == session.id()).map(|(_, id)| *id);
        let mut others: Vec<WindowId> = own().filter(|id| *id != self.id).collect();
        let places = own().count() - others.len();
        if places == 0 {
            return Err(gone(Thing::Window, self.id));
        }
        let listed = rows.iter().filter(|(_, id)| others.contains(id)).count();
        if places == 1 && listed == others.len() {
            let kill = KillWindow::new().others().target(self.target_in(session));
            self.server.ask(kill).await?;
            return Ok(());
        }
        others.sort_unstable_by_key(|id| id.0);
        others.dedup();
        let kill = |id| KillWindow::new().target(WindowTarget::Id(id));
        self.server.end_all(others.into_iter().map(kill)).await
    }

    /// Makes it the current window of the session that has it (`select-window`); if several have,
    /// of the one that tmux chooses: see [`Session::select_window`]. One round trip.
    ///
    /// # Errors
    /// See [`Window`].
    pub async fn select(&self) -> Result<()> {
        self.server.ask(SelectWindow::new().target(self.target())).await?;
        Ok(())
    }

    /// Starts a program in it, whose own has ended, or with the operation's `kill` is ended
    /// (`respawn-window`); the same as before, if the operation doesn't say. One round trip.
    ///
    /// # Errors
    /// See [`Window`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if a program still runs.
    pub async fn respawn(&self, respawn: impl Into<RespawnWindow>) -> Result<()> {
        self.server.ask(respawn.into().target(self.target())).await?;
        Ok(())
    }
}
