//! The socket as tokio sees it.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll, ready};

use nix::errno::Errno;
use tmuxwire_protocol::Transmit;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::socket::{errno, receive_some, send_some};

/// A socket that never blocks.
///
/// Tokio's own `UnixStream` is told of room for writing, too, and so is woken each time that the
/// server reads; here that is asked for only once there was no room.
#[derive(Debug)]
pub(super) struct Registered {
    /// Gone only if it could not be registered again.
    fd: Option<AsyncFd<UnixStream>>,
    interest: Interest,
}

impl Registered {
    pub(super) fn new(socket: UnixStream) -> io::Result<Self> {
        let interest = Interest::READABLE;
        Ok(Self { fd: Some(register(socket, interest)?), interest })
    }

    pub(super) fn into_std(self) -> Option<UnixStream> {
        self.fd.map(AsyncFd::into_inner)
    }

    fn registered(&self) -> Result<&AsyncFd<UnixStream>, Errno> {
        self.fd.as_ref().ok_or(Errno::EBADF)
    }

    /// Sends without waiting; EAGAIN if there is no room, and then
    /// [`poll_writable`](Self::poll_writable) tells when there is.
    pub(super) fn send_some(&mut self, transmit: Transmit<'_>) -> Result<usize, Errno> {
        match send_some(self.registered()?.as_fd(), transmit) {
            Err(Errno::EAGAIN) => {}
            other => return other,
        }
        if !self.interest.is_writable() {
            self.interest = Interest::READABLE | Interest::WRITABLE;
            let fd = self.fd.take().map(AsyncFd::into_inner).ok_or(Errno::EBADF)?;
            self.fd = Some(register(fd, self.interest).map_err(|error| errno(&error))?);
        }
        let mut sent = Err(Errno::EAGAIN);
        // Again in tokio's presence, so that it waits for room.
        let _ = self.registered()?.try_io(Interest::WRITABLE, |fd| {
            sent = send_some(fd.as_fd(), transmit);
            Ok(sent.map(drop)?)
        });
        sent
    }

    /// Receives without waiting; 0 is the end, EAGAIN means that there is nothing yet.
    pub(super) fn receive_some(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let mut received = Err(Errno::EAGAIN);
        let length = buffer.len();
        let _ = self.registered()?.try_io(Interest::READABLE, |fd| {
            received = receive_some(fd.as_fd(), buffer);
            // A short read took all there is: better wait for the next event than find nothing.
            match received {
                Ok(count) if count == 0 || count == length => Ok(()),
                Err(errno) if errno != Errno::EAGAIN => Ok(()),
                _ => Err(io::ErrorKind::WouldBlock.into()),
            }
        });
        received
    }

    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.registered()?.poll_read_ready(cx))?.retain_ready();
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.registered()?.poll_write_ready(cx))?.retain_ready();
        Poll::Ready(Ok(()))
    }
}

#[allow(deprecated, reason = "its successor is unsafe for the sake of other types than this one")]
fn register(socket: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    AsyncFd::with_interest(socket, interest)
}
