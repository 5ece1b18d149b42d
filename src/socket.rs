//! The system calls on a server's socket. Nothing here blocks but `connect`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, getsockopt, recv, send, setsockopt, sockopt};
use nix::sys::time::{TimeVal, TimeValLike};

/// Longest socket path: `sun_path` less its NUL.
const MAX_PATH: usize = 107;

/// Connects. With a limit, gives up after about that long if the server's backlog is full.
///
/// # Errors
/// The errors that tmux's own `connect` gives for the same path.
pub(crate) fn connect(path: &Path, limit: Option<Duration>) -> Result<UnixStream, Errno> {
    check_path(path)?;
    let Some(limit) = limit else {
        return UnixStream::connect(path).map_err(|error| errno(&error)).and_then(above_stdio);
    };
    let socket = nix::sys::socket::socket(
        nix::sys::socket::AddressFamily::Unix,
        nix::sys::socket::SockType::Stream,
        nix::sys::socket::SockFlag::SOCK_CLOEXEC,
        None,
    )?;
    let limit = i64::try_from(limit.as_micros()).unwrap_or(i64::MAX).max(1);
    setsockopt(&socket, sockopt::SendTimeout, &TimeVal::microseconds(limit))?;
    let address = nix::sys::socket::UnixAddr::new(path)?;
    nix::sys::socket::connect(socket.as_raw_fd(), &address)?;
    above_stdio(UnixStream::from(socket))
}

/// What tmux answers for paths that can't be an address.
pub(crate) fn check_path(path: &Path) -> Result<(), Errno> {
    match path.as_os_str().as_bytes() {
        [] => Err(Errno::ECONNREFUSED),
        bytes if bytes.len() > MAX_PATH => Err(Errno::ENAMETOOLONG),
        bytes if bytes.contains(&0) => Err(Errno::ENOENT),
        _ => Ok(()),
    }
}

/// Keeps the socket off descriptors 0 to 2, which are free in a process that was started with
/// them closed: the server may ask us to read or write those.
fn above_stdio(socket: UnixStream) -> Result<UnixStream, Errno> {
    if socket.as_raw_fd() > 2 {
        return Ok(socket);
    }
    let duplicate = OwnedFd::from(socket).try_clone().map_err(|error| errno(&error))?;
    Ok(UnixStream::from(duplicate))
}

/// Sends without waiting and without SIGPIPE.
pub(crate) fn send_some(socket: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize, Errno> {
    retrying(|| send(socket.as_raw_fd(), bytes, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL))
}

/// Receives without waiting; 0 is the end.
pub(crate) fn receive_some(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
    retrying(|| recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT))
}

fn retrying<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}

/// The server process behind a socket, 0 if the system doesn't tell.
pub(crate) fn peer_pid(socket: BorrowedFd<'_>) -> i32 {
    getsockopt(&socket, sockopt::PeerCredentials).map_or(0, |peer| peer.pid())
}

/// A descriptor that becomes readable when the server process behind a socket has ended; `None`
/// where the system has no such thing (before Linux 6.5).
pub(crate) fn peer_process(socket: BorrowedFd<'_>) -> Option<OwnedFd> {
    getsockopt(&socket, sockopt::PeerPidfd).ok()
}

pub(crate) fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO))
}
