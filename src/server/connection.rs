//! One connection with its request, closed in the right way wherever its future is dropped.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tmuxwire_protocol::Request;

use super::registered::Registered;
use crate::blocking::Held;
use crate::endpoint::Endpoint;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::fault::Progress;

pub(super) struct Connection {
    /// Taken out when the connection is closed.
    open: Option<(Registered, Request)>,
    progress: Progress,
    /// There if closing early may harm the server.
    holder: Option<Arc<Endpoint>>,
}

impl Connection {
    /// Nothing is sent yet.
    pub(super) fn new(
        socket: UnixStream,
        request: Request,
        holder: Option<Arc<Endpoint>>,
    ) -> Result<Self> {
        let socket = Registered::new(socket)
            .map_err(|error| Error::not_sent(ErrorKind::Io).with_source(error))?;
        Ok(Self { open: Some((socket, request)), progress: Progress::default(), holder })
    }

    pub(super) fn parts(&mut self) -> (&mut Registered, &mut Request, &mut Progress) {
        #[expect(clippy::expect_used, reason = "only drop takes it out")]
        let (socket, request) = self.open.as_mut().expect("an open connection");
        (socket, request, &mut self.progress)
    }

    pub(super) fn delivery(&mut self) -> Delivery {
        let (_, request, progress) = self.parts();
        progress.delivery(request)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (Some((socket, request)), Some(holder)) = (self.open.take(), self.holder.take()) else {
            return;
        };
        // What was not sent in full has not run, and can leave nothing behind.
        if request.is_over() || request.outgoing() > 0 {
            return;
        }
        if let Some(socket) = socket.into_std() {
            Held::new(holder, socket, request).wait_in_thread();
        }
    }
}
