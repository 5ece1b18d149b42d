//! A session, as a handle.

use tmuxwire_operations::{KillSession, SessionTarget};
use tmuxwire_protocol::control::SessionId;

use super::{Server, bisync};
use crate::error::Result;

/// A session of a server, by its id. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Session {
    server: Server,
    id: SessionId,
}

#[bisync]
impl Session {
    /// Its id.
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Ends it.
    ///
    /// # Errors
    /// As for [`Server::perform`].
    pub async fn kill(&self) -> Result<()> {
        self.server.perform(KillSession::new().target(SessionTarget::Id(self.id))).await?;
        Ok(())
    }
}
