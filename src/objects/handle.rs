//! What all handles have.

use super::Server;
use crate::error::{Error, ErrorKind, Result};

impl Server {
    /// That something of another server is of the same process.
    pub(crate) fn belongs_with(&self, other: &Self) -> Result<()> {
        match self.is_same_process(other) {
            true => Ok(()),
            false => Err(Error::not_sent(ErrorKind::AnotherServer)),
        }
    }

    /// Where the system doesn't tell processes apart, the socket has to.
    pub(crate) fn is_same_process(&self, other: &Self) -> bool {
        let knows = self.id().is_some_and(|id| id.pid() != 0);
        self.id() == other.id() && (knows || self.socket_path() == other.socket_path())
    }
}

macro_rules! handle {
    ($(#[$doc:meta])* $type:ident $id:ty) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $type {
            server: super::Server,
            id: $id,
        }

        impl $type {
            /// What a server, as it belongs to a process, has by this id.
            pub(crate) fn new(server: super::Server, id: $id) -> Self {
                Self { server, id }
            }

            /// Its id: it never changes, and the server process never uses it again.
            pub fn id(&self) -> $id {
                self.id
            }

            /// The server process that it belongs to, asked by the same route.
            pub fn server(&self) -> &super::Server {
                &self.server
            }
        }

        /// The same thing of the same server process, whatever route its handles take.
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.id == other.id && self.server.is_same_process(&other.server)
            }
        }

        impl Eq for $type {}

        impl std::hash::Hash for $type {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.id.hash(state);
                self.server.id().map(crate::server_id::ServerId::pid).hash(state);
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({} of {})"), self.id, self.server.short())
            }
        }
    };
}
pub(crate) use handle;
