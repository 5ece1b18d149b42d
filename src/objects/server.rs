//! What a server has, and the making of sessions.

use tmuxwire_operations::read::{Listing, pane};
use tmuxwire_operations::{NewSession, SourceFile, WindowTarget};

use super::{Pane, Server, Session, bisync};
use crate::error::{Error, ErrorKind, Result};
use crate::guard::{Inside, is_same_file};
use crate::server_id::ServerId;

#[bisync]
impl Server {
    /// Makes a session (`new-session`): detached, whatever the operation says. A server is started
    /// if none runs.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if the name is taken.
    pub async fn new_session(&self, session: impl Into<NewSession>) -> Result<Session> {
        let (made, server) = self.make(session.into().detached()).await?;
        Ok(Session::new(server, made.session))
    }

    /// The pane that this program runs in, by `$TMUX_PANE`. `$TMUX` must name this server's process.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::NotInPane`] if this program runs in none, or in
    /// one of another server, [`ErrorKind::AnotherServer`] if its server has ended and another one
    /// has its socket, [`ErrorKind::Failed`] if the pane is gone.
    pub async fn current_pane(&self) -> Result<Pane> {
        let not_in_pane = || Error::not_sent(ErrorKind::NotInPane);
        let inside = Inside::read(|name| self.variable(name)).ok_or_else(not_in_pane)?;
        let server = self.bind().await?;
        let is_here = is_same_file(&inside.socket, server.socket_path());
        match server.id().map_or(0, ServerId::pid) {
            0 if is_here => server.pane(inside.pane).await,
            pid if pid == inside.server => server.pane(inside.pane).await,
            _ if is_here => Err(Error::not_sent(ErrorKind::AnotherServer)),
            _ => Err(not_in_pane()),
        }
    }

    /// Runs the commands of a file (`source-file`), as this program sees it.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if there is no such file, or if one of
    /// its commands can't be parsed or fails.
    pub async fn source_file(&self, file: impl Into<SourceFile>) -> Result<()> {
        self.ask(file.into()).await?;
        Ok(())
    }

    pub(crate) async fn active_pane_of(&self, window: WindowTarget) -> Result<Pane> {
        let listing = Listing::panes_of_window(window).fields((pane::ID, pane::ACTIVE));
        let (rows, server) = self.list_and_bind(&listing).await?;
        let active = rows.into_iter().find(|(_, is_active)| *is_active);
        let no_row = || tmuxwire_operations::Unreadable::new("pane_active", 1);
        Ok(Pane::new(server, active.ok_or_else(no_row)?.0))
    }
}
