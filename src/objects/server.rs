//! What a server has, and the making of sessions.

use bstr::BString;
use tmuxwire_operations::read::{Listing, pane, session, window};
use tmuxwire_operations::{NewSession, SourceFile, WindowTarget};

use super::{Pane, Server, Session, bisync};
use crate::error::{Error, ErrorKind, Result};
use crate::guard::{Inside, is_same_file};
use crate::server_id::ServerId;

/// A session that was made or found, and what the server made of what it was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MadeSession {
    /// The session.
    pub session: Session,
    /// Its name. Servers from 3.2 to 3.6 make `_` of `:` and `.`, and all escape some of what can't be
    /// printed.
    pub name: BString,
    /// Columns and lines of its current window, which may be those of a group's, or of a client's
    /// terminal.
    pub size: (u32, u32),
    /// Whether it was there before.
    pub was_there: bool,
}

#[bisync]
impl Server {
    /// Makes a session (`new-session`): detached, whatever the operation says. A server is started
    /// if none runs. With `attach_if_there` the session of that name, if there is one.
    ///
    /// One round trip; two to find what is there. The server may give it another name and another size
    /// than it was asked for: [`make_session`](Self::make_session) tells.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if the name is taken.
    pub async fn new_session(&self, session: impl Into<NewSession>) -> Result<Session> {
        Ok(self.make_or_find(session.into()).await?.0)
    }

    /// The same as [`new_session`](Self::new_session), and tells what came of it.
    ///
    /// One round trip more.
    ///
    /// # Errors
    /// As for [`new_session`](Self::new_session).
    pub async fn make_session(&self, session: impl Into<NewSession>) -> Result<MadeSession> {
        let (session, was_there) = self.make_or_find(session.into()).await?;
        let (name, width, height) =
            session.fields((session::NAME, window::WIDTH, window::HEIGHT)).await?;
        Ok(MadeSession { session, name, size: (width, height), was_there })
    }

    /// The session, and whether it was there.
    async fn make_or_find(&self, session: NewSession) -> Result<(Session, bool)> {
        // tmux itself would attach to it, which needs a terminal.
        let (session, may_be_there) = session.detached().without_attaching();
        match self.make(session).await {
            Ok((made, server)) => Ok((Session::new(server, made.session), false)),
            Err(error) => match error.taken_session().filter(|_| may_be_there) {
                Some(name) => Ok((self.session(name).await?, true)),
                None => Err(error),
            },
        }
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
