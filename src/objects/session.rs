//! A session, as a handle.

use tmuxwire_operations::read::{Fields, Listing, Records, SessionInfo, client, pane, session};
use tmuxwire_operations::{
    HasSession, KillSession, Label, LockSession, PaneTarget, RenameSession, SessionId,
    SessionTarget, Thing, WindowTarget,
};

use super::find::{gone, is_there};
use super::{Client, Pane, bisync, handle};
use crate::error::Result;

handle! {
    /// A session of a server process, by its id. Clones are cheap; dropping one ends nothing.
    ///
    /// Every method fails with [`ErrorKind::Failed`] if the session has ended
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
    Session SessionId
}

impl Session {
    pub(crate) fn target(&self) -> SessionTarget {
        SessionTarget::Id(self.id)
    }

    pub(crate) fn pane_target(&self) -> PaneTarget {
        self.target().into()
    }
}

#[bisync]
impl Session {
    /// Whether it is still there. One round trip.
    ///
    /// # Errors
    /// As for [`Server::perform`](super::Server::perform).
    pub async fn exists(&self) -> Result<bool> {
        is_there(self.server.ask(HasSession::new().target(self.target())).await)
    }

    /// What is known of it. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn info(&self) -> Result<SessionInfo> {
        self.fields(Records::new()).await
    }

    /// Fields of it; those of windows and panes are of its current window's. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn fields<F: Fields>(&self, fields: F) -> Result<F::Row> {
        Ok(self.server.session_row(self.id, fields).await?.0)
    }

    /// What a format says of it; see [`Server::evaluate`](super::Server::evaluate). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn evaluate(&self, format: impl AsRef<[u8]>) -> Result<Vec<u8>> {
        let format = format.as_ref().to_vec();
        self.server.evaluate_of(self.pane_target(), self.into(), format).await
    }

    /// Gives it another name (`rename-session`). One round trip.
    ///
    /// # Errors
    /// See [`Session`]; [`ErrorKind::Failed`](crate::ErrorKind::Failed) if the name is taken.
    pub async fn rename(&self, name: impl Into<Label>) -> Result<()> {
        self.server.ask(RenameSession::new(name).target(self.target())).await?;
        Ok(())
    }

    /// Ends it (`kill-session`), and each window that no other session has. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn kill(&self) -> Result<()> {
        self.server.ask(KillSession::new().target(self.target())).await?;
        Ok(())
    }

    /// Ends every other session of the server (`kill-session -a`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn kill_others(&self) -> Result<()> {
        self.server.ask(KillSession::new().others().target(self.target())).await?;
        Ok(())
    }

    /// Clears the alerts of its windows (`kill-session -C`, which ends nothing). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn clear_alerts(&self) -> Result<()> {
        self.server.ask(KillSession::new().clear_alerts().target(self.target())).await?;
        Ok(())
    }

    /// Locks its clients (`lock-session`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn lock(&self) -> Result<()> {
        self.server.ask(LockSession::new().target(self.target())).await?;
        Ok(())
    }

    /// Its panes (`list-panes -s`), each once. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn panes(&self) -> Result<Vec<Pane>> {
        self.server.listed_panes(Listing::panes_of_session(self.target()).fields(pane::ID)).await
    }

    /// The active pane of its current window. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn active_pane(&self) -> Result<Pane> {
        let window = WindowTarget::In(self.target());
        self.server.active_pane_of(window).await
    }

    /// The clients that are attached to it (`list-clients`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn clients(&self) -> Result<Vec<Client>> {
        self.server.listed_clients(Listing::clients_of(self.target()).fields(client::NAME)).await
    }

    /// The sessions of its group, which share their windows: itself among them, and alone if it is
    /// in none. One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn group_members(&self) -> Result<Vec<Self>> {
        let listing = Listing::sessions().fields((session::ID, session::GROUP));
        let rows = self.server.list(listing).await?;
        let own = rows.iter().find(|(id, _)| *id == self.id);
        let (_, group) = own.ok_or_else(|| gone(Thing::Session, self.id))?;
        let is_member =
            |(id, other): &&_| *id == self.id || Option::is_some(other) && other == group;
        let members = rows.iter().filter(is_member);
        Ok(members.map(|(id, _)| Self::new(self.server.clone(), *id)).collect())
    }
}
