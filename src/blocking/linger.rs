//! Jobs that outlive their caller.
//!
//! A server up to 3.7c (3.3 apart) ends, with all its sessions, when the job of a `run-shell`
//! prints something and the client that asked for it is gone. So a connection with such a job is
//! not just closed: somebody listens to the end of the command, and closes it then.

use std::fmt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tmuxwire_protocol::Request;

use super::drive::{Drive, Limits};
use super::server::Server;
use super::streams::Discarded;
use crate::endpoint::Endpoint;
use crate::version::ServerInfo;

/// A connection that its caller gave up, but that the server may need to stay open.
///
/// Dropping it closes the connection.
#[must_use]
pub struct Held {
    endpoint: Arc<Endpoint>,
    socket: UnixStream,
    request: Request,
}

impl Held {
    pub(crate) fn new(endpoint: Arc<Endpoint>, socket: UnixStream, request: Request) -> Self {
        Self { endpoint, socket, request }
    }

    /// Keeps the connection open as long as the server needs it: until its version is known to
    /// survive the loss, or until the command has ended.
    pub fn wait(mut self) {
        let info = Server::of(Arc::clone(&self.endpoint)).info();
        if info.as_ref().is_ok_and(ServerInfo::survives_abandoned_jobs) {
            return;
        }
        // However it ends, it has ended.
        let _ =
            Drive::new(&self.socket, &mut self.request, &mut Discarded, Limits::default()).run();
    }

    /// Waits in a thread of its own.
    pub(crate) fn wait_in_thread(self) {
        // Without a thread there is nothing left but to close; the job may never print anything.
        let _ = std::thread::Builder::new().name("tmuxwire-held".into()).spawn(|| self.wait());
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("socket", &self.socket).finish_non_exhaustive()
    }
}
