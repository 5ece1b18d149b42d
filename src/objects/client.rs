//! A client, as a handle.

use std::fmt;
use std::hash::{Hash, Hasher};

use bstr::{BStr, BString};
use tmuxwire_operations::read::{ClientInfo, Fields, Listing, Records, client, session};
use tmuxwire_operations::{
    ClientTarget, DetachClient, DisplayMessage, Format, LockClient, RefreshClient, SuspendClient,
    SwitchClient, Thing,
};

use super::find::{is_there, not_found};
use super::{Server, Session, bisync};
use crate::error::Result;
use crate::server_id::ServerId;

/// A client that is attached to a session, by its name. Clones are cheap; dropping one ends nothing.
///
/// tmux gives clients no ids: the name is that of the terminal, and whoever attaches there later has
/// the same.
///
/// Every method fails with [`ErrorKind::Failed`] if the client has gone ([`Error::is_not_found`]), and
/// with [`ErrorKind::AnotherServer`] or [`ErrorKind::NoServer`] if its server process has; beyond that
/// as [`Server::perform`] does.
///
/// # Cancellation
/// Dropping a future gives up the answer: what was sent may run.
///
/// [`Error::is_not_found`]: crate::Error::is_not_found
/// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
/// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
/// [`ErrorKind::NoServer`]: crate::ErrorKind::NoServer
#[derive(Clone)]
pub struct Client {
    server: Server,
    name: BString,
}

impl Client {
    pub(crate) fn new(server: Server, name: BString) -> Self {
        Self { server, name }
    }

    /// Its name: its terminal, or `client-PID` without one.
    pub fn name(&self) -> &BStr {
        self.name.as_ref()
    }

    /// The server process that it belongs to, asked by the same route.
    pub fn server(&self) -> &Server {
        &self.server
    }

    fn target(&self) -> ClientTarget {
        ClientTarget::name(&self.name)
    }
}

#[bisync]
impl Client {
    /// Whether it is still there. One round trip.
    ///
    /// # Errors
    /// As for [`Server::perform`].
    pub async fn exists(&self) -> Result<bool> {
        is_there(self.fields(client::NAME).await)
    }

    /// What is known of it. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn info(&self) -> Result<ClientInfo> {
        self.fields(Records::new()).await
    }

    /// Fields of it, and of the session that it is attached to. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn fields<F: Fields>(&self, fields: F) -> Result<F::Row> {
        let rows = self.server.list(Listing::clients().fields((client::NAME, fields))).await?;
        let found = rows.into_iter().find(|(name, _)| *name == self.name);
        Ok(found.ok_or_else(|| not_found(Thing::Client, &self.name))?.1)
    }

    /// The session that it is attached to. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn session(&self) -> Result<Session> {
        let id = self.fields(session::ID).await?;
        Ok(Session::new(self.server.clone(), id))
    }

    /// Detaches it (`detach-client`). It may still be listed for a moment. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn detach(&self) -> Result<()> {
        self.server.ask(DetachClient::new().target(self.target())).await?;
        Ok(())
    }

    /// Draws it again (`refresh-client`), or what the operation says. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn refresh(&self, refresh: impl Into<RefreshClient>) -> Result<()> {
        self.server.ask(refresh.into().target(self.target())).await?;
        Ok(())
    }

    /// Shows it another session (`switch-client`). One round trip.
    ///
    /// # Errors
    /// See [`Client`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the session
    /// is of another server.
    pub async fn switch_to(&self, session: &Session) -> Result<()> {
        self.server.belongs_with(session.server())?;
        let switch = SwitchClient::new().client(self.target()).target(session.id());
        self.server.ask(switch).await?;
        Ok(())
    }

    /// Locks it (`lock-client`). One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn lock(&self) -> Result<()> {
        self.server.ask(LockClient::new().target(self.target())).await?;
        Ok(())
    }

    /// Stops it, as Ctrl-Z does a program (`suspend-client`). One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn suspend(&self) -> Result<()> {
        self.server.ask(SuspendClient::new().target(self.target())).await?;
        Ok(())
    }

    /// Shows it a text in its status line (`display-message`), as it is. One round trip.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn message(&self, text: impl AsRef<[u8]>) -> Result<()> {
        let message = DisplayMessage::new().client(self.target()).message(Format::literal(text));
        // It ends well without the client, too; this one doesn't.
        let there = RefreshClient::new().status_only().target(self.target());
        let (_, told) = self.server.ask_together(&[there.into(), message.into()]).await?;
        told
    }
}

/// A client of the same name of the same server process.
impl PartialEq for Client {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.server.is_same_process(&other.server)
    }
}

impl Eq for Client {}

impl Hash for Client {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.server.id().map(ServerId::pid).hash(state);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({} of {})", self.name, self.server.short())
    }
}
