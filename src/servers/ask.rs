//! Asking one socket what is behind it.

use std::os::fd::AsFd;
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use tmuxwire_operations::read::Time;
use tmuxwire_protocol::HeaderLayout;
use tmuxwire_protocol::control::SessionId;
use tokio::time::timeout_at;

use super::places::Candidate;
use super::{FoundServer, FoundSession, ServerState};
use crate::command::Command;
use crate::endpoint::{ToldVersion, read_version};
use crate::error::{Error, ErrorKind};
use crate::identity::Environment;
use crate::output::Output;
use crate::processes::{self, ServerProcess};
use crate::server::Server;
use crate::socket;

const SERVER: &str = "server #{start_time} #{version}";
/// Most that a server may print: some thousand sessions.
const MOST_OUTPUT: usize = 4 << 20;
/// The name comes last: it may hold anything.
const SESSION: &str =
    "session #{session_id} #{session_windows} #{session_attached} #{session_name}";

/// What a socket answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// `None`: there is no socket any more.
    state: Option<ServerState>,
    pid: Option<i32>,
    uid: Option<u32>,
    version: Option<String>,
    layout: Option<HeaderLayout>,
    read_only: bool,
    started: Option<SystemTime>,
    sessions: Vec<FoundSession>,
}

/// Asks a socket, within the limit. Those of stopped processes are only looked at, and those of
/// other users, unless `asks_others`.
pub(super) async fn ask(candidate: &Candidate, limit: Duration, asks_others: bool) -> Answer {
    let path = &candidate.path;
    let deadline = crate::leaving::deadline(limit).into();
    let server = Server::at(path);
    let socket = match server.connect_within(deadline).await {
        Ok(socket) => socket,
        Err(error) => return Answer { state: state_of(&error, None), ..Answer::default() },
    };
    let pid = Some(socket::peer_pid(socket.as_fd())).filter(|pid| *pid != 0);
    let uid = socket::peer_uid(socket.as_fd());
    let mut answer = Answer { pid, uid, ..Answer::default() };
    if !asks_others && !is_ours(uid.unwrap_or(candidate.owner)) {
        answer.state = Some(ServerState::OtherUser);
        return answer;
    }
    if pid.is_some_and(ServerProcess::is_stopped) {
        answer.state = Some(ServerState::NotAnswering);
        return answer;
    }
    let words = ["display-message", "-p", SERVER, ";", "list-sessions", "-F", SESSION];
    let command = Command::new(words).environment(Environment::PaneOnly).max_output(MOST_OUTPUT);
    match server.ask_over(socket, &command, deadline).await {
        Ok(output) => {
            answer.state = Some(ServerState::Running);
            answer.read(&output);
            if answer.layout.is_none() {
                answer.layout = match timeout_at(deadline, server.info()).await {
                    Ok(Ok(info)) => Some(info.layout),
                    _ => None,
                };
            }
        }
        Err(error) => answer.state = state_of(&error, pid),
    }
    answer
}

fn is_ours(uid: u32) -> bool {
    uid == nix::unistd::geteuid().as_raw()
}

/// What an error says of a server. A process that is no tmux as far as the kernel tells needs
/// not be waited for.
fn state_of(error: &Error, pid: Option<i32>) -> Option<ServerState> {
    let is_tmux = || match pid {
        Some(pid) if processes::are_known() => ServerProcess::is_named_so(pid),
        _ => true,
    };
    Some(match error.kind() {
        ErrorKind::NoServer { errno, .. } if *errno == Errno::ENOENT as i32 => return None,
        ErrorKind::NoServer { .. } => ServerState::Stale,
        ErrorKind::Connect { errno, .. } => match Errno::from_raw(*errno) {
            Errno::EACCES | Errno::EPERM => ServerState::AccessRefused,
            // A socket for datagrams.
            Errno::EPROTOTYPE => ServerState::NotTmux,
            _ => ServerState::Unreachable { errno: *errno },
        },
        ErrorKind::AccessRefused { .. } => ServerState::AccessRefused,
        ErrorKind::VersionMismatch { server } => ServerState::OtherProtocol { server: *server },
        ErrorKind::TimedOut | ErrorKind::LostServer | ErrorKind::ServerShutdown if is_tmux() => {
            ServerState::NotAnswering
        }
        _ => ServerState::NotTmux,
    })
}

impl Answer {
    fn read(&mut self, output: &Output) {
        let text = output.stdout_text();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("server ") {
                self.read_server(rest);
            } else if let Some(rest) = line.strip_prefix("session ") {
                self.sessions.extend(session(rest));
            }
        }
        let version = self.version.clone().unwrap_or_default();
        let stdout = version.into_bytes().into();
        let said = Output { status: output.status, stdout, stderr: output.stderr.clone() };
        let ToldVersion { layout, read_only, .. } = read_version(&said);
        (self.layout, self.read_only) = (layout, read_only);
    }

    fn read_server(&mut self, line: &str) {
        let mut fields = line.splitn(2, ' ');
        let started = fields.next().and_then(|field| field.parse().ok());
        self.started = started.and_then(|seconds| Time(seconds).to_system());
        self.version = fields.next().filter(|version| !version.is_empty()).map(str::to_owned);
    }

    /// Joins it with what the kernel knows. `None` if there is nothing left of the socket.
    pub(super) fn into_server(
        self,
        candidate: Candidate,
        processes: &[ServerProcess],
    ) -> Option<FoundServer> {
        let state = self.state?;
        let by_pid = self.pid.and_then(|pid| {
            let known = processes.iter().find(|process| process.pid == pid).cloned();
            known.or_else(|| ServerProcess::of_pid(pid))
        });
        // Nobody may be told who listens, or the connection was somebody else's in its name.
        let process = by_pid.or_else(|| match state {
            ServerState::Stale | ServerState::NotTmux => None,
            _ => only_listener(&candidate, processes),
        });
        Some(FoundServer {
            socket: candidate.path,
            state,
            pid: process.as_ref().map(|process| process.pid).or(self.pid),
            uid: process.as_ref().map(|process| process.uid).or(self.uid).or(Some(candidate.owner)),
            version: self.version,
            layout: self.layout,
            read_only: self.read_only,
            started: self.started.or_else(|| process.as_ref()?.started),
            sessions: self.sessions,
            process,
        })
    }
}

fn only_listener(candidate: &Candidate, processes: &[ServerProcess]) -> Option<ServerProcess> {
    let mut listening = processes.iter().filter(|process| candidate.is_at(&process.socket));
    let first = listening.next()?;
    listening.next().is_none().then(|| first.clone())
}

fn session(line: &str) -> Option<FoundSession> {
    let mut fields = line.splitn(4, ' ');
    Some(FoundSession {
        id: SessionId::parse(fields.next()?.as_bytes())?,
        windows: fields.next()?.parse().ok()?,
        attached: fields.next()?.parse().ok()?,
        name: fields.next()?.to_owned(),
    })
}
