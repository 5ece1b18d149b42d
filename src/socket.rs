//! The system calls on a server's socket. Nothing here blocks but `connect`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, UnixAddr, getsockopt, recv, send,
    sendmsg, setsockopt, sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::unistd::pipe2;
use tmuxwire_protocol::Transmit;

/// Longest socket path: `sun_path` less its NUL.
pub(crate) const MAX_PATH: usize = 107;

/// Connects. With a limit, gives up after about that long if the server's backlog is full.
///
/// # Errors
/// The errors that tmux's own `connect` gives for the same path.
pub(crate) fn connect(path: &Path, limit: Option<Duration>) -> Result<UnixStream, Errno> {
    check_path(path)?;
    let Some(limit) = limit else {
        return UnixStream::connect(path).map_err(|error| errno(&error)).and_then(above_stdio);
    };
    let socket = new_socket(SockFlag::empty())?;
    let limit = i64::try_from(limit.as_micros()).unwrap_or(i64::MAX).max(1);
    setsockopt(&socket, sockopt::SendTimeout, &TimeVal::microseconds(limit))?;
    nix::sys::socket::connect(socket.as_raw_fd(), &UnixAddr::new(path)?)?;
    above_stdio(UnixStream::from(socket))
}

/// Connects a socket that never blocks.
///
/// # Errors
/// As [`connect`]; EAGAIN if the server's backlog is full.
#[cfg(feature = "tokio")]
pub(crate) fn connect_at_once(path: &Path) -> Result<UnixStream, Errno> {
    check_path(path)?;
    let socket = new_socket(SockFlag::SOCK_NONBLOCK)?;
    nix::sys::socket::connect(socket.as_raw_fd(), &UnixAddr::new(path)?)?;
    above_stdio(UnixStream::from(socket))
}

fn new_socket(flags: SockFlag) -> Result<OwnedFd, Errno> {
    let flags = flags | SockFlag::SOCK_CLOEXEC;
    nix::sys::socket::socket(AddressFamily::Unix, SockType::Stream, flags, None)
}

/// What tmux answers for paths that can't be an address.
fn check_path(path: &Path) -> Result<(), Errno> {
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
    fd_above_stdio(socket.into()).map(UnixStream::from)
}

fn fd_above_stdio(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    match fd.as_raw_fd() > 2 {
        true => Ok(fd),
        false => fd.try_clone().map_err(|error| errno(&error)),
    }
}

/// A pipe: what to read from, and what to write to.
pub(crate) fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (read, write) = pipe2(OFlag::O_CLOEXEC)?;
    Ok((fd_above_stdio(read)?, fd_above_stdio(write)?))
}

/// Two ends of a stream. Unlike a pipe it can be written to without SIGPIPE.
pub(crate) fn pair() -> Result<(UnixStream, UnixStream), Errno> {
    let (one, other) = UnixStream::pair().map_err(|error| errno(&error))?;
    Ok((above_stdio(one)?, above_stdio(other)?))
}

/// Sends without waiting and without SIGPIPE.
pub(crate) fn send_some(socket: BorrowedFd<'_>, transmit: Transmit<'_>) -> Result<usize, Errno> {
    let mut flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    flags.set(MsgFlags::MSG_OOB, transmit.urgent);
    let Some(fd) = transmit.fd else {
        return retrying(|| send(socket.as_raw_fd(), transmit.bytes, flags));
    };
    let (bytes, fds) = ([io::IoSlice::new(transmit.bytes)], [fd.as_raw_fd()]);
    let rights = [ControlMessage::ScmRights(&fds)];
    retrying(|| sendmsg::<UnixAddr>(socket.as_raw_fd(), &bytes, &rights, flags, None))
}

/// Whether byte streams can be told to end the peer's read ([`Transmit::urgent`]).
pub(crate) const KNOWS_URGENT: bool = cfg!(target_os = "linux");

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

/// The user of the server process behind a socket, if the system tells.
#[cfg(feature = "tokio")]
pub(crate) fn peer_uid(socket: BorrowedFd<'_>) -> Option<u32> {
    getsockopt(&socket, sockopt::PeerCredentials).ok().map(|peer| peer.uid())
}

/// A descriptor that becomes readable when the server process behind a socket has ended; `None`
/// where the system has no such thing (before Linux 6.5).
pub(crate) fn peer_process(socket: BorrowedFd<'_>) -> Option<OwnedFd> {
    getsockopt(&socket, sockopt::PeerPidfd).ok()
}

pub(crate) fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO))
}
