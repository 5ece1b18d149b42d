//! Repairs that are safe: each looks again, right before, whether it is.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};

use crate::processes::{self, ServerProcess};
use crate::socket;

/// Pause between two looks at whether a server listens again.
const PAUSE: Duration = Duration::from_millis(2);
/// How long a connection may wait for room in a server's backlog.
const CONNECT_LIMIT: Duration = Duration::from_millis(500);

/// Why something was left as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotRepaired {
    /// It belongs to another user.
    #[error("it belongs to another user")]
    NotOurs,
    /// The process has ended, or is no tmux server.
    #[error("the server has ended")]
    Ended,
    /// Somebody listens there, or there is something that is no socket.
    #[error("something else is there now")]
    InUse,
    /// A server is just being started there.
    #[error("a server is just being started there")]
    Starting,
    /// The server didn't listen in time. A stopped one does when it goes on.
    #[error("the server doesn't do it in time")]
    TimedOut,
    /// A file could not be changed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Errno> for NotRepaired {
    fn from(errno: Errno) -> Self {
        Self::Io(errno.into())
    }
}

/// Makes a running server create its socket again, which was deleted (SIGUSR1), and waits until it
/// listens there. If the directory has gone, it is made first. A server that listens already is
/// left alone. Blocks, up to the limit.
///
/// # Errors
/// [`NotRepaired`].
pub fn recreate_socket(server: &ServerProcess, limit: Duration) -> Result<(), NotRepaired> {
    let deadline = crate::leaving::deadline(limit);
    let path = &server.socket;
    match listener(path) {
        Ok(pid) if pid == server.pid => return Ok(()),
        Ok(_) => return Err(NotRepaired::InUse),
        Err(Errno::ENOENT) => {}
        // The server will unlink what is there.
        Err(Errno::ECONNREFUSED) if is_socket(path) => {}
        Err(Errno::ECONNREFUSED) => return Err(NotRepaired::InUse),
        Err(errno) => return Err(errno.into()),
    }
    if server.uid != nix::unistd::geteuid().as_raw() {
        return Err(NotRepaired::NotOurs);
    }
    if let Some(directory) = path.parent()
        && server.is_alive()
        && !directory.exists()
    {
        DirBuilder::new().mode(0o700).create(directory)?;
    }
    send_sigusr1(server)?;
    while listener(path) != Ok(server.pid) {
        if !server.is_alive() {
            return Err(NotRepaired::Ended);
        }
        if Instant::now() >= deadline {
            return Err(NotRepaired::TimedOut);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// Looked at while we hold on to the process, so that its number can't become another's.
#[cfg(target_os = "linux")]
fn send_sigusr1(server: &ServerProcess) -> Result<(), NotRepaired> {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let pid = Pid::from_raw(server.pid).ok_or(NotRepaired::Ended)?;
    let held = pidfd_open(pid, PidfdFlags::empty()).map_err(|_| NotRepaired::Ended)?;
    if !server.is_alive() || !server.catches_sigusr1() {
        return Err(NotRepaired::Ended);
    }
    pidfd_send_signal(&held, Signal::USR1).map_err(|error| NotRepaired::Io(error.into()))
}

/// No process is known there.
#[cfg(not(target_os = "linux"))]
fn send_sigusr1(_: &ServerProcess) -> Result<(), NotRepaired> {
    Err(NotRepaired::Ended)
}

/// Removes a socket that nobody listens on, as tmux does before it starts a server: under the same
/// lock. Only this user's, in a directory that nobody else can write to.
///
/// # Errors
/// [`NotRepaired`].
pub fn remove_stale_socket(path: &Path) -> Result<(), NotRepaired> {
    let found = fs::symlink_metadata(path)?;
    if !found.file_type().is_socket() {
        return Err(NotRepaired::InUse);
    }
    let uid = nix::unistd::geteuid().as_raw();
    let directory = fs::metadata(path.parent().unwrap_or_else(|| Path::new("/")))?;
    if found.uid() != uid || !(directory.uid() == uid || directory.uid() == 0) {
        return Err(NotRepaired::NotOurs);
    }
    let lock = Lock::take(path)?;
    let outcome = match listener(path) {
        Err(Errno::ECONNREFUSED) if processes::is_bound(path) => Err(NotRepaired::Starting),
        Err(Errno::ECONNREFUSED) => {
            let now = fs::symlink_metadata(path)?;
            match (now.dev(), now.ino()) == (found.dev(), found.ino()) {
                true => fs::remove_file(path).map_err(NotRepaired::from),
                false => Err(NotRepaired::InUse),
            }
        }
        Err(Errno::ENOENT) => Ok(()),
        Ok(_) => Err(NotRepaired::InUse),
        Err(errno) => Err(errno.into()),
    };
    lock.release();
    outcome
}

/// The lock that clients take before they start a server (PROTOCOL section 11).
struct Lock {
    path: PathBuf,
    file: Flock<File>,
    is_new: bool,
}

impl Lock {
    fn take(socket: &Path) -> Result<Self, NotRepaired> {
        let mut path = socket.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        let mut options = OpenOptions::new();
        // Whatever has the lock's name must not keep us waiting.
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
        options.write(true).mode(0o600).custom_flags(flags.bits());
        let (file, is_new) = match options.clone().create_new(true).open(&path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let open = options.open(&path);
                let odd = |error: &io::Error| error.raw_os_error() == Some(Errno::ENXIO as i32);
                (
                    open.map_err(|error| match odd(&error) {
                        true => NotRepaired::InUse,
                        false => error.into(),
                    })?,
                    false,
                )
            }
            Err(error) => return Err(error.into()),
        };
        if !file.metadata()?.is_file() {
            return Err(NotRepaired::InUse);
        }
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => Ok(Self { path, file, is_new }),
            Err((_, Errno::EWOULDBLOCK)) => Err(NotRepaired::Starting),
            Err((_, errno)) => Err(errno.into()),
        }
    }

    /// Whoever waits for it looks again at what is there.
    fn release(self) {
        if self.is_new {
            let _ = fs::remove_file(&self.path);
        }
        drop(self.file);
    }
}

/// Takes all permissions of others from a directory of this user (mode 0700).
///
/// # Errors
/// [`NotRepaired`].
pub fn make_private(directory: &Path) -> Result<(), NotRepaired> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW;
    let directory = OpenOptions::new().read(true).custom_flags(flags.bits()).open(directory)?;
    if directory.metadata()?.uid() != nix::unistd::geteuid().as_raw() {
        return Err(NotRepaired::NotOurs);
    }
    Ok(directory.set_permissions(fs::Permissions::from_mode(0o700))?)
}

/// The process that listens on a socket, 0 if the system doesn't tell.
fn listener(path: &Path) -> Result<i32, Errno> {
    let socket = socket::connect(path, Some(CONNECT_LIMIT))?;
    Ok(socket::peer_pid(socket.as_fd()))
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|status| status.file_type().is_socket())
}
