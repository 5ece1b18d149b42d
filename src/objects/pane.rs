//! A pane, as a handle.

use tmuxwire_operations::read::{Fields, PaneInfo, Records, pane, session, window};
use tmuxwire_operations::{
    KillPane, Label, PaneId, PaneTarget, RespawnPane, SelectPane, SplitWindow,
};

use super::find::is_there;
use super::{Server, Session, Window, bisync, handle};
use crate::error::Result;

handle! {
    /// A pane of a server process, by its id. Clones are cheap; dropping one ends nothing.
    ///
    /// Every method fails with [`ErrorKind::Failed`] if the pane has ended
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
    Pane PaneId
}

impl Pane {
    pub(crate) fn target(&self) -> PaneTarget {
        PaneTarget::Id(self.id)
    }
}

#[bisync]
impl Pane {
    /// The pane that this program runs in: see [`Server::current_pane`]. One round trip.
    ///
    /// # Errors
    /// The same.
    pub async fn from_env() -> Result<Self> {
        Server::from_env()?.current_pane().await
    }

    /// Whether it is still there. One round trip.
    ///
    /// # Errors
    /// As for [`Server::perform`].
    pub async fn exists(&self) -> Result<bool> {
        is_there(self.fields(pane::ID).await)
    }

    /// What is known of it. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn info(&self) -> Result<PaneInfo> {
        self.fields(Records::new()).await
    }

    /// Fields of it; those of a session are of one that has its window, as tmux chooses. One round
    /// trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn fields<F: Fields>(&self, fields: F) -> Result<F::Row> {
        Ok(self.server.pane_row(self.id, fields).await?.0)
    }

    /// What a format says of it; see [`Server::evaluate`]. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn evaluate(&self, format: impl AsRef<[u8]>) -> Result<Vec<u8>> {
        let format = format.as_ref().to_vec();
        self.server.evaluate_of(self.target(), self.into(), format).await
    }

    /// The window that it is in. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn window(&self) -> Result<Window> {
        let id = self.fields(window::ID).await?;
        Ok(Window::new(self.server.clone(), id))
    }

    /// A session that has its window: if several have, the one that tmux chooses. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn session(&self) -> Result<Session> {
        let id = self.fields(session::ID).await?;
        Ok(Session::new(self.server.clone(), id))
    }

    /// Its title, which programs set. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn title(&self) -> Result<bstr::BString> {
        self.fields(pane::TITLE).await
    }

    /// Gives it a title (`select-pane -T`); the active pane stays. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn set_title(&self, title: impl Into<Label>) -> Result<()> {
        self.server.ask(SelectPane::new().title(title).target(self.target())).await?;
        Ok(())
    }

    /// Makes a pane by splitting this one (`split-window`). It becomes the active one unless the
    /// operation says `detached`. One round trip.
    ///
    /// # Errors
    /// See [`Pane`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if there is no space.
    pub async fn split(&self, split: impl Into<SplitWindow>) -> Result<Self> {
        let (made, server) = self.server.make(split.into().target(self.target())).await?;
        Ok(Self::new(server, made.pane))
    }

    /// Ends it (`kill-pane`), and its window if it is the only one in it. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn kill(&self) -> Result<()> {
        self.server.ask(KillPane::new().target(self.target())).await?;
        Ok(())
    }

    /// Ends every other pane of its window (`kill-pane -a`). One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn kill_others(&self) -> Result<()> {
        self.server.ask(KillPane::new().others().target(self.target())).await?;
        Ok(())
    }

    /// Makes it the active one of its window (`select-pane`). One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn select(&self) -> Result<()> {
        self.server.ask(SelectPane::new().target(self.target())).await?;
        Ok(())
    }

    /// Starts a program in it, whose own has ended, or with the operation's `kill` is ended
    /// (`respawn-pane`); the same as before, if the operation doesn't say. One round trip.
    ///
    /// # Errors
    /// See [`Pane`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if a program still runs.
    pub async fn respawn(&self, respawn: impl Into<RespawnPane>) -> Result<()> {
        self.server.ask(respawn.into().target(self.target())).await?;
        Ok(())
    }
}
