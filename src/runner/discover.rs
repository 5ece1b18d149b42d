//! Which sockets somebody listens on.

use std::ffi::OsString;
use std::os::unix::fs::FileTypeExt;
use std::path::PathBuf;
use std::time::Duration;

use crate::address::Address;
use crate::socket;

/// A server with a full backlog listens, too.
const PATIENCE: Duration = Duration::from_millis(100);

/// A socket in the user's directory that a server listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveSocket {
    /// Its name, as for `tmux -L`.
    pub name: OsString,
    /// Its path.
    pub path: PathBuf,
}

/// The sockets in the directory that `tmux -L` uses (`$TMUX_TMPDIR/tmux-UID`, or `/tmp/tmux-UID`) on
/// which somebody listens, in order of their names, `default` among them. What a server has left
/// behind, and what is no socket, isn't there. `find_servers` looks further, and asks each server.
///
/// Each socket is connected to for a moment, which servers don't mind.
pub fn live_sockets() -> Vec<LiveSocket> {
    let Some(directory) = Address::directories(|name| std::env::var_os(name)).into_iter().next()
    else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let sockets = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_socket()));
    let all = sockets.map(|entry| LiveSocket { name: entry.file_name(), path: entry.path() });
    let mut live: Vec<LiveSocket> = all.filter(is_live).collect();
    live.sort_by(|left, right| left.name.cmp(&right.name));
    live
}

fn is_live(found: &LiveSocket) -> bool {
    match socket::connect(&found.path, Some(PATIENCE)) {
        Ok(_) => true,
        Err(error) => error == nix::errno::Errno::EAGAIN,
    }
}
