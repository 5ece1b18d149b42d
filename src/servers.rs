//! Every tmux server that this user can find: in the directories for sockets, and among the
//! processes of this machine. All are asked at once; none is started, none is changed.

mod ask;
mod places;

use std::collections::HashSet;
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use tmuxwire_protocol::HeaderLayout;
use tmuxwire_protocol::control::SessionId;
use tokio::task::{JoinSet, spawn_blocking};

use self::ask::Answer;
use self::places::{Candidate, Places};
use crate::processes::ServerProcess;
use crate::socket;
use crate::version::Version;

pub use places::{DirectoryState, FoundDirectory};

/// How many servers are asked at the same time: each takes a descriptor.
const MOST_AT_ONCE: usize = 128;

/// Where to look for servers, and how long to wait for each.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    usual_places: bool,
    processes: bool,
    directories: Vec<PathBuf>,
    sockets: Vec<PathBuf>,
    other_users: bool,
    limit: Duration,
}

impl Default for SearchOptions {
    /// The usual places (`$TMUX_TMPDIR/tmux-UID`, `/tmp/tmux-UID`, the socket in `$TMUX`) and the
    /// processes of this machine; a second for each server.
    fn default() -> Self {
        Self {
            usual_places: true,
            processes: true,
            directories: Vec::new(),
            sockets: Vec::new(),
            other_users: false,
            limit: Duration::from_secs(1),
        }
    }
}

impl SearchOptions {
    /// Looks in this directory, too, whoever owns it.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directories.push(directory.into());
        self
    }

    /// Looks at this socket, too.
    #[must_use]
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.sockets.push(path.into());
        self
    }

    /// Asks servers of other users, too, where this user may. Without this they are only told as
    /// [`ServerState::OtherUser`]: what they would say of themselves is their user's word.
    #[must_use]
    pub fn other_users(mut self) -> Self {
        self.other_users = true;
        self
    }

    /// Leaves the usual places out.
    #[must_use]
    pub fn without_usual_places(mut self) -> Self {
        self.usual_places = false;
        self
    }

    /// Leaves out the processes whose sockets are elsewhere, or gone.
    #[must_use]
    pub fn without_processes(mut self) -> Self {
        self.processes = false;
        self
    }

    /// How long each server may take to answer.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

/// What a search found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FoundServers {
    /// The servers, in order of their sockets.
    pub servers: Vec<FoundServer>,
    /// The directories that were looked for, in the order in which they were.
    pub directories: Vec<FoundDirectory>,
}

/// A server, or what is left of one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FoundServer {
    /// Its socket.
    pub socket: PathBuf,
    /// How it is.
    pub state: ServerState,
    /// Its process, as the kernel names it; what a server says of that is not believed.
    pub pid: Option<i32>,
    /// The user whose it is.
    pub uid: Option<u32>,
    /// What the kernel knows of its process (Linux).
    pub process: Option<ServerProcess>,
    /// Its version as it names itself, such as `3.5a`. Servers 3.0 and 3.1 without a session don't.
    pub version: Option<String>,
    /// Its header layout, if it answered.
    pub layout: Option<HeaderLayout>,
    /// Whether it lets this user only read (`server-access -r`); then it tells nothing of itself.
    pub read_only: bool,
    /// When it began.
    pub started: Option<SystemTime>,
    /// Its sessions, in the order in which tmux lists them.
    pub sessions: Vec<FoundSession>,
}

impl FoundServer {
    /// How many clients are attached, to all its sessions together.
    pub fn attached(&self) -> u32 {
        self.sessions.iter().fold(0, |sum, session| sum.saturating_add(session.attached))
    }

    /// Its version, if it can be read.
    pub fn parsed_version(&self) -> Option<Version> {
        self.version.as_deref().and_then(Version::parse)
    }
}

/// A session of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundSession {
    /// Its id.
    pub id: SessionId,
    /// Its name.
    pub name: String,
    /// How many windows it has.
    pub windows: u32,
    /// How many clients are attached to it.
    pub attached: u32,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerState {
    /// It answers.
    Running,
    /// It takes connections, or has no room for more, but doesn't answer in time.
    NotAnswering,
    /// It doesn't serve us (`server-access`), or we may not connect.
    AccessRefused,
    /// It is another user's, and was not asked ([`SearchOptions::other_users`]).
    OtherUser,
    /// It speaks another version of the protocol than ours, which is 8.
    OtherProtocol {
        /// Its version.
        server: u8,
    },
    /// Only the socket is left; nobody listens on it.
    Stale,
    /// Something listens that is not tmux.
    NotTmux,
    /// It runs, but its socket was deleted, so that nobody can reach it. SIGUSR1 makes it again.
    SocketGone,
    /// It runs, but at the path of its socket there is one of somebody else.
    SocketReplaced,
    /// The socket can't be connected to for another reason.
    Unreachable {
        /// The `connect` error.
        errno: i32,
    },
}

impl fmt::Display for ServerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::NotAnswering => "not answering",
            Self::AccessRefused => "access refused",
            Self::OtherUser => "other user",
            Self::OtherProtocol { server } => {
                return write!(f, "other protocol {server}");
            }
            Self::Stale => "stale",
            Self::NotTmux => "not tmux",
            Self::SocketGone => "socket gone",
            Self::SocketReplaced => "socket replaced",
            Self::Unreachable { errno } => {
                return f.write_str(&crate::system_text(*errno));
            }
        })
    }
}

/// Finds every tmux server of this user; for root, those of all users, of which only its own are
/// asked. What can't be looked at is left out, so that there is always an answer, after a little
/// more than the limit. Directories that tmux refuses (another user's, or open to all others) are
/// not looked into, unless they are given.
///
/// Servers are asked for their sessions with one `display-message` and one `list-sessions`, on one
/// connection each.
///
/// # Cancellation
/// Dropping the future closes its connections.
pub async fn find_servers(options: SearchOptions) -> FoundServers {
    let (limit, asks_others) = (options.limit, options.other_users);
    let looked = spawn_blocking(move || Places::look(&options)).await;
    let Ok(mut places) = looked else { return FoundServers::default() };
    let asked = ask_all(std::mem::take(&mut places.candidates), limit, asks_others).await;
    spawn_blocking(move || conclude(places, asked)).await.unwrap_or_default()
}

async fn ask_all(
    candidates: Vec<Candidate>,
    limit: Duration,
    asks_others: bool,
) -> Vec<(Candidate, Answer)> {
    let mut answers = Vec::with_capacity(candidates.len());
    let mut asking = JoinSet::new();
    for candidate in candidates {
        if asking.len() >= MOST_AT_ONCE {
            answers.extend(asking.join_next().await.and_then(Result::ok));
        }
        asking.spawn(async move {
            let answer = ask::ask(&candidate, limit, asks_others).await;
            (candidate, answer)
        });
    }
    while let Some(answer) = asking.join_next().await {
        answers.extend(answer);
    }
    answers
}

/// Puts together what the servers said and what the kernel knows.
fn conclude(places: Places, asked: Vec<(Candidate, Answer)>) -> FoundServers {
    let Places { directories, processes, .. } = places;
    let mut servers: Vec<FoundServer> = asked
        .into_iter()
        .filter_map(|(candidate, answer)| answer.into_server(candidate, &processes))
        .collect();
    let claimed: HashSet<i32> = servers.iter().filter_map(|server| server.pid).collect();
    for process in processes {
        if claimed.contains(&process.pid) || !process.is_alive() {
            continue;
        }
        let other = servers.iter().position(|server| is_same_file(&server.socket, &process.socket));
        let state = match other.map(|at| servers[at].state) {
            // What is left there of another goes with the repair of this one.
            Some(ServerState::Stale) => {
                other.map(|at| servers.swap_remove(at));
                ServerState::SocketGone
            }
            Some(_) => ServerState::SocketReplaced,
            None => state_of_path(&process.socket),
        };
        servers.push(FoundServer::unreachable(process, state));
    }
    servers.sort_by(|left, right| (&left.socket, left.pid).cmp(&(&right.socket, right.pid)));
    FoundServers { servers, directories }
}

/// Of a path that a process listens on, and that wasn't asked because there is no socket.
fn state_of_path(path: &Path) -> ServerState {
    match path.symlink_metadata() {
        Ok(_) => ServerState::SocketReplaced,
        Err(error) => match socket::errno(&error) {
            Errno::ENOENT | Errno::ENOTDIR => ServerState::SocketGone,
            errno => ServerState::Unreachable { errno: errno as i32 },
        },
    }
}

fn is_same_file(left: &Path, right: &Path) -> bool {
    let inode = |path: &Path| path.metadata().ok().map(|status| (status.dev(), status.ino()));
    left == right || inode(left).is_some_and(|left| Some(left) == inode(right))
}

impl FoundServer {
    fn unreachable(process: ServerProcess, state: ServerState) -> Self {
        Self {
            socket: process.socket.clone(),
            state,
            pid: Some(process.pid),
            uid: Some(process.uid),
            version: None,
            layout: None,
            read_only: false,
            started: process.started,
            sessions: Vec::new(),
            process: Some(process),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_any_number_are_counted() {
        let session =
            |attached| FoundSession { id: SessionId(0), name: String::new(), windows: 1, attached };
        let server = |sessions| FoundServer {
            socket: PathBuf::new(),
            state: ServerState::Running,
            pid: None,
            uid: None,
            process: None,
            version: None,
            layout: None,
            read_only: false,
            started: None,
            sessions,
        };
        assert_eq!(server(vec![session(1), session(2)]).attached(), 3);
        assert_eq!(server(vec![session(u32::MAX), session(1)]).attached(), u32::MAX);
    }
}
