//! A pane, as a handle.

use tmuxwire_protocol::control::PaneId;

use super::Server;

/// A pane of a server, by its id. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Pane {
    server: Server,
    id: PaneId,
}

impl Server {
    /// The pane with an id, which nobody is asked for.
    pub fn pane(&self, id: PaneId) -> Pane {
        Pane { server: self.clone(), id }
    }
}

impl Pane {
    /// Its id.
    pub fn id(&self) -> PaneId {
        self.id
    }

    /// Its server.
    pub fn server(&self) -> &Server {
        &self.server
    }
}
