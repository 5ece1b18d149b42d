//! How things are found: by ids and whole names, in lists, where tmux can't guess.
//!
//! `display-message -t` takes another window from 3.3 on where there is none of that index, and says
//! nothing where there is nothing; so it is never asked what is there.

use std::collections::HashSet;
use std::hash::Hash;

use bstr::BString;
use tmuxwire_operations::read::snapshot::{Snapshot, SnapshotQuestion};
use tmuxwire_operations::read::{Fields, Listing, client, pane, session, window};
use tmuxwire_operations::{
    FailureKind, PaneId, SessionId, SessionTarget, Thing, WindowId, WindowTarget,
};

use super::{Client, Pane, Server, Session, Window, bisync};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::kept;

#[bisync]
impl Server {
    /// Lists things, with the fields that are wanted of each.
    ///
    /// ```
    /// use tmuxwire::operations::read::{Listing, pane, window};
    ///
    /// let logs = Listing::panes().filter(window::NAME.eq("logs")).fields((pane::ID, pane::TITLE));
    /// # let _ = logs;
    /// ```
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if what it lists the things of isn't
    /// there.
    pub async fn list<F: Fields>(&self, listing: Listing<F>) -> Result<Vec<F::Row>> {
        Ok(self.list_and_bind(&listing).await?.0)
    }

    pub(crate) async fn list_and_bind<F: Fields>(
        &self,
        listing: &Listing<F>,
    ) -> Result<(Vec<F::Row>, Self)> {
        let mut question = listing.question(None);
        if question.depends_on_release() {
            // A filter; before 3.2 lists have none.
            question = listing.question(self.release_of_process().await?);
        }
        let command = self.command(&question).await?;
        let (output, bound) = self.run_and_bind(command).await?;
        match bound.answered(&question, output) {
            // All of a server without sessions.
            Err(error) if is_without_sessions(&error) => Ok((Vec::new(), bound)),
            outcome => Ok((listing.read(&outcome?.stdout)?, bound)),
        }
    }

    /// The whole server as it is at one moment: sessions, windows, panes, clients.
    ///
    /// One round trip, whatever there is.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform). A 3.1 without sessions says nothing of itself:
    /// [`ErrorKind::Failed`].
    pub async fn snapshot(&self) -> Result<Snapshot> {
        self.snapshot_with(&Snapshot::question()).await
    }

    /// A [`snapshot`](Self::snapshot) with more fields of what is in it. One round trip.
    ///
    /// # Errors
    /// As for [`snapshot`](Self::snapshot).
    pub async fn snapshot_with(&self, question: &SnapshotQuestion) -> Result<Snapshot> {
        let (stdout, told) = self.ask_together(&question.operations()).await?;
        match told {
            // By then a server without sessions has printed all that there is.
            Err(error) if !is_without_sessions(&error) || stdout.is_empty() => Err(error),
            _ => Ok(question.read(&stdout)?),
        }
    }

    /// The sessions (`list-sessions`).
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn sessions(&self) -> Result<Vec<Session>> {
        let (ids, server) = self.list_and_bind(&Listing::sessions().fields(session::ID)).await?;
        Ok(ids.into_iter().map(|id| Session::new(server.clone(), id)).collect())
    }

    /// The windows (`list-windows -a`), each once, also one that several sessions have.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn windows(&self) -> Result<Vec<Window>> {
        self.listed_windows(Listing::windows().fields(window::ID)).await
    }

    /// The panes (`list-panes -a`), each once, also one whose window several sessions have.
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn panes(&self) -> Result<Vec<Pane>> {
        self.listed_panes(Listing::panes().fields(pane::ID)).await
    }

    /// The clients that are attached to a session (`list-clients`).
    ///
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn clients(&self) -> Result<Vec<Client>> {
        self.listed_clients(Listing::clients().fields(client::NAME)).await
    }

    /// The session with exactly this name, or with the one that this server made of it
    /// ([`MadeSession::name`](super::MadeSession::name)); none that only begins so.
    ///
    /// One round trip; with a `:` or `.` in the name the server is asked for its release, too, once for
    /// each process.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if there is none
    /// ([`Error::is_not_found`]).
    pub async fn session(&self, name: impl AsRef<[u8]>) -> Result<Session> {
        let name = name.as_ref().to_vec();
        let listing = Listing::sessions().fields((session::ID, session::NAME));
        let (rows, server) = self.list_and_bind(&listing).await?;
        let release = match kept::depends_on_release(&name) && !rows.is_empty() {
            true => server.release_of_process().await?,
            false => None,
        };
        let is_so = |(_, known): &&(SessionId, BString)| known[..] == name[..];
        let was_so = |(_, known): &&(SessionId, BString)| kept::is_session(known, &name, release);
        let found = rows.iter().find(is_so).or_else(|| rows.iter().find(was_so));
        let (id, _) = found.ok_or_else(|| not_found(Thing::Session, &name))?;
        Ok(Session::new(server, *id))
    }

    /// The [`session`](Self::session) of this name, or `None` where there is none, or no server.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn find_session(&self, name: impl AsRef<[u8]>) -> Result<Option<Session>> {
        found(self.session(name.as_ref()).await)
    }

    /// The window with this id, or `None` where there is none, or no server. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn find_window(&self, id: WindowId) -> Result<Option<Window>> {
        found(self.window(id).await)
    }

    /// The pane with this id, or `None` where there is none, or no server. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn find_pane(&self, id: PaneId) -> Result<Option<Pane>> {
        found(self.pane(id).await)
    }

    /// The client with this name, which is its terminal's path, or `None` where there is none, or no
    /// server. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn find_client(&self, name: impl AsRef<[u8]>) -> Result<Option<Client>> {
        let name = name.as_ref().to_vec();
        let clients = found(self.clients().await)?.unwrap_or_default();
        Ok(clients.into_iter().find(|client| client.name()[..] == name[..]))
    }

    /// Whether there is a [`session`](Self::session) of this name. Where no server runs, there is
    /// none.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn has_session(&self, name: impl AsRef<[u8]>) -> Result<bool> {
        Ok(self.find_session(name.as_ref()).await?.is_some())
    }

    /// The session with this id.
    ///
    /// One round trip: it must be there.
    ///
    /// # Errors
    /// As for [`session`](Self::session).
    pub async fn session_by_id(&self, id: SessionId) -> Result<Session> {
        let (_, server) = self.session_row(id, session::ID).await?;
        Ok(Session::new(server, id))
    }

    /// The window with this id.
    ///
    /// One round trip: it must be there.
    ///
    /// # Errors
    /// As for [`session`](Self::session).
    pub async fn window(&self, id: WindowId) -> Result<Window> {
        let (_, server) = self.window_row(id, window::ID).await?;
        Ok(Window::new(server, id))
    }

    /// The pane with this id.
    ///
    /// One round trip: it must be there.
    ///
    /// # Errors
    /// As for [`session`](Self::session).
    pub async fn pane(&self, id: PaneId) -> Result<Pane> {
        let (_, server) = self.pane_row(id, pane::ID).await?;
        Ok(Pane::new(server, id))
    }

    pub(crate) async fn listed_windows(
        &self,
        listing: Listing<impl Fields<Row = WindowId>>,
    ) -> Result<Vec<Window>> {
        let (ids, server) = self.list_and_bind(&listing).await?;
        Ok(once(ids).into_iter().map(|id| Window::new(server.clone(), id)).collect())
    }

    pub(crate) async fn listed_panes(
        &self,
        listing: Listing<impl Fields<Row = PaneId>>,
    ) -> Result<Vec<Pane>> {
        let (ids, server) = self.list_and_bind(&listing).await?;
        Ok(once(ids).into_iter().map(|id| Pane::new(server.clone(), id)).collect())
    }

    pub(crate) async fn listed_clients(
        &self,
        listing: Listing<impl Fields<Row = BString>>,
    ) -> Result<Vec<Client>> {
        let (names, server) = self.list_and_bind(&listing).await?;
        Ok(names.into_iter().map(|name| Client::new(server.clone(), name)).collect())
    }

    /// Fields of a session, by those of a pane in its current window.
    pub(crate) async fn session_row<F: Fields>(
        &self,
        id: SessionId,
        fields: F,
    ) -> Result<(F::Row, Self)> {
        let window = WindowTarget::In(SessionTarget::Id(id));
        let listing = Listing::panes_of_window(window).fields((session::ID, fields));
        let (rows, server) = self.list_and_bind(&listing).await?;
        let found = rows.into_iter().find(|(of, _)| *of == id);
        Ok((found.ok_or_else(|| gone(Thing::Session, id))?.1, server))
    }

    /// Fields of a window, by those of one of its panes.
    pub(crate) async fn window_row<F: Fields>(
        &self,
        id: WindowId,
        fields: F,
    ) -> Result<(F::Row, Self)> {
        let listing = Listing::panes_of_window(id).fields((window::ID, fields));
        let (rows, server) = self.list_and_bind(&listing).await?;
        let found = rows.into_iter().find(|(of, _)| *of == id);
        Ok((found.ok_or_else(|| gone(Thing::Window, id))?.1, server))
    }

    /// Fields of a pane, among the panes of its window.
    pub(crate) async fn pane_row<F: Fields>(
        &self,
        id: PaneId,
        fields: F,
    ) -> Result<(F::Row, Self)> {
        let window = WindowTarget::raw(id.to_string());
        let listing = Listing::panes_of_window(window).fields((pane::ID, fields));
        let (rows, server) = self.list_and_bind(&listing).await?;
        let found = rows.into_iter().find(|(of, _)| *of == id);
        Ok((found.ok_or_else(|| gone(Thing::Pane, id))?.1, server))
    }
}

fn is_without_sessions(error: &Error) -> bool {
    error.kind() == &ErrorKind::Failed(FailureKind::NoTarget)
}

/// What is there, from the answer about it. What has ended with its server is not.
pub(crate) fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether something is there.
pub(crate) fn is_there<T>(answer: Result<T>) -> Result<bool> {
    Ok(found(answer)?.is_some())
}

/// The only one of a name.
pub(crate) fn only<T: Eq>(found: Vec<T>, what: Thing, name: &[u8]) -> Result<T> {
    let mut found = found.into_iter();
    let first = found.next().ok_or_else(|| not_found(what, name))?;
    match found.all(|other| other == first) {
        true => Ok(first),
        false => {
            let kind = ErrorKind::Failed(FailureKind::Ambiguous);
            let text = format!("several of that name: {}", String::from_utf8_lossy(name));
            Err(Error::new(kind, Delivery::Answered).with_text(&text))
        }
    }
}

pub(crate) fn not_found(what: Thing, name: &[u8]) -> Error {
    Error::not_found(what, &String::from_utf8_lossy(name))
}

pub(crate) fn gone(what: Thing, id: impl std::fmt::Display) -> Error {
    Error::not_found(what, &id)
}

/// Each once, in the order of the first.
fn once<T: Copy + Eq + Hash>(ids: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::new();
    ids.into_iter().filter(|id| seen.insert(*id)).collect()
}
