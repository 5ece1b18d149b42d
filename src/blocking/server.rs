//! A tmux server, for callers without a runtime.

use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};
use tmuxwire_operations::Unknown;
use tmuxwire_protocol::HeaderLayout;

use super::drive::{Drive, Limits};
use super::linger::Held;
use super::objects::Via;
use super::spawn;
use super::streams::{Collected, Discarded, Streams};
use crate::address::Address;
use crate::command::Command;
use crate::endpoint::{
    Endpoint, PROBE_OUTPUT, Patience, ToldVersion, check_killed, probe_deadline, read_version,
};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::fault::{Ended, Fault, Verdict, layout_of_probe, untold_old_stdio_size};
use crate::identity::Charset;
use crate::output::Output;
use crate::server_id::ServerId;
use crate::telling::{self, tell};
use crate::version::{ServerInfo, Version};
use crate::{reach, socket};

/// A tmux server, by its socket. Making one connects to nothing; clones share what is learned.
///
/// The process's environment, working directory and terminal are read once, when the value is
/// made, and told to the server with each command, as tmux's own client does.
///
/// ```no_run
/// use tmuxwire::blocking::Server;
///
/// let server = Server::from_env()?;
/// let output = server.run(["list-sessions", "-F", "#{session_name}"])?;
/// print!("{}", output.stdout_text());
/// # Ok::<(), tmuxwire::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    pub(super) endpoint: Arc<Endpoint>,
    /// What becomes of connections that are given up with a job running.
    pub(super) hold: fn(Held),
    pub(super) via: Via,
    /// The only process that it asks.
    pub(super) id: Option<ServerId>,
    /// What becomes of flags that the server is too old for.
    pub(super) unknown: Unknown,
    /// Whether it refuses to end what we run in, and the default server.
    pub(super) guarded: bool,
}

impl Server {
    /// The server that `tmux` without `-L` and `-S` would talk to: `$TMUX`, else the default one.
    ///
    /// # Errors
    /// [`ErrorKind::SocketDirectory`] if the directory for sockets can't be made or is unsafe.
    pub fn from_env() -> Result<Self> {
        Ok(Self::new(Address::from_environment(variable)?))
    }

    /// The server of `tmux -L label`.
    ///
    /// # Errors
    /// As for [`from_env`](Self::from_env).
    pub fn named(label: impl Into<OsString>) -> Result<Self> {
        Ok(Self::new(Address::label(label, variable)?))
    }

    /// The server of `tmux -S path`. A relative path is seen from the working directory of now.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::new(Address::path(path).made_absolute())
    }

    /// A server by its address.
    pub fn new(address: Address) -> Self {
        Self::with_charset(address, Charset::Utf8)
    }

    /// A server that is told whether we take UTF-8. Everything but a drop-in for the `tmux`
    /// program wants [`Charset::Utf8`]: without it tmux damages what it prints.
    pub fn with_charset(address: Address, charset: Charset) -> Self {
        Self::of(Arc::new(Endpoint::new(address, charset)))
    }

    pub(crate) fn of(endpoint: Arc<Endpoint>) -> Self {
        Self {
            endpoint,
            hold: Held::wait_in_thread,
            via: Via::Connections,
            id: None,
            unknown: Unknown::Refuse,
            guarded: true,
        }
    }

    /// The version of the program that servers are started with, if it tells one.
    pub(crate) fn program_version(&self) -> Result<Option<Version>> {
        self.endpoint.binary()?.version()
    }

    /// What to do with a connection that is given up (by a deadline, or cancelled) while a job of
    /// a `run-shell` may still run. Unless told otherwise, a thread waits ([`Held::wait`]).
    #[must_use]
    pub fn hold_with(mut self, hold: fn(Held)) -> Self {
        self.hold = hold;
        self
    }

    /// The server's socket.
    pub fn socket_path(&self) -> &Path {
        self.endpoint.address.as_path()
    }

    /// Runs a command without a channel.
    pub(super) fn collect(
        &self,
        command: &Command,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<Output> {
        let limits = Limits { output: Some(command.output_limit()), ..Limits::default() };
        let mut streams = Collected { stdin: command.input().clone(), ..Collected::default() };
        let status = self.execute(command, &mut streams, limits, id)?;
        Ok(streams.into_output(status))
    }

    /// Runs a command with the caller's streams, in constant memory; answers its exit status.
    ///
    /// [`Command::stdin`] plays no part here.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn stream(&self, command: impl Into<Command>, streams: &mut dyn Streams) -> Result<i32> {
        self.stream_until(command, streams, None)
    }

    /// [`stream`](Self::stream), given up when `cancel` becomes readable.
    ///
    /// # Errors
    /// As for [`run`](Self::run), and [`ErrorKind::Cancelled`].
    pub fn stream_until(
        &self,
        command: impl Into<Command>,
        streams: &mut dyn Streams,
        cancel: Option<BorrowedFd<'_>>,
    ) -> Result<i32> {
        let limits = Limits { cancel, ..Limits::default() };
        self.execute(&command.into(), streams, limits, None)
    }

    /// What the running server is: its process, version and header layout. Asked once for each
    /// server process, on a connection of its own, and remembered.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn info(&self) -> Result<ServerInfo> {
        self.info_within(None)
    }

    /// Ends the server with all its sessions, and returns when it is really gone: another server
    /// can be started on the socket. A server that isn't running is gone already.
    ///
    /// # Errors
    /// As for [`run`](Self::run); [`ErrorKind::TimedOut`] if the server is still there after
    /// `limit`: it waits for its other clients and jobs. [`ErrorKind::Guarded`] for the default server
    /// and the one that this program runs in, unless by [`unguarded`](Self::unguarded).
    pub fn kill_server(&self, limit: Duration) -> Result<()> {
        self.guard_server()?;
        let deadline = Instant::now().checked_add(limit);
        let mut patience = Patience::new(limit, deadline);
        let socket = loop {
            let error = match self.connect(deadline) {
                Ok(socket) => break socket,
                Err(error) => error,
            };
            match (error.kind(), patience.next_pause()) {
                (ErrorKind::NoServer { .. } | ErrorKind::AnotherServer, _) => return Ok(()),
                (ErrorKind::LostServer, Some(pause)) => std::thread::sleep(pause),
                _ => return Err(error),
            }
        };
        let process = socket::peer_process(socket.as_fd());
        let pid = socket::peer_pid(socket.as_fd());
        // Over this very connection, so that no other server can have taken its place.
        let mut streams = Collected::default();
        let limits = Limits { deadline, output: Some(PROBE_OUTPUT), ..Limits::default() };
        let verdict = self.attempt(socket, &Command::new(["kill-server"]), &mut streams, limits)?;
        check_killed(verdict, &streams.stderr)?;
        match process {
            Some(process) => wait_for_end(&process, deadline)
                .map_err(|fault| fault.into_error(Delivery::Answered)),
            None => self.wait_until_gone(pid, deadline),
        }
    }

    /// Where the system can't tell that a process has ended: nobody listens, or somebody else.
    fn wait_until_gone(&self, pid: i32, deadline: Option<Instant>) -> Result<()> {
        let mut patience = Patience::new(Duration::MAX, deadline);
        loop {
            match self.connect(deadline) {
                Ok(socket) if socket::peer_pid(socket.as_fd()) == pid => {}
                Err(error) if matches!(error.kind(), ErrorKind::Connect { .. }) => {
                    return Err(error);
                }
                _ => return Ok(()),
            }
            let pause = patience
                .next_pause()
                .ok_or_else(|| Error::new(ErrorKind::TimedOut, Delivery::Answered))?;
            std::thread::sleep(pause);
        }
    }

    fn execute(
        &self,
        command: &Command,
        streams: &mut dyn Streams,
        limits: Limits<'_>,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<i32> {
        let route = if self.is_program() { "program" } else { "connection" };
        let request = telling::Request::new(route, command.arguments());
        request.within(|| self.try_to_execute(command, streams, limits, id))
    }

    fn try_to_execute(
        &self,
        command: &Command,
        streams: &mut dyn Streams,
        mut limits: Limits<'_>,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<i32> {
        limits.deadline = command.time_limit().and_then(|limit| Instant::now().checked_add(limit));
        if matches!(self.via, Via::Program) {
            return self.spawn(command, streams, &limits);
        }
        let mut wanted = id.filter(|id| id.is_none());
        let mut patience = Patience::with_exiting_server(limits.deadline);
        let mut asked = false;
        loop {
            let verdict = match self.connect(limits.deadline) {
                // What a 3.0 reads in has to be known before the first of them has run.
                Ok(socket)
                    if !asked
                        && reach::reads_among_others(command.arguments())
                        && self.endpoint.known(socket.as_fd()).is_none() =>
                {
                    drop(socket);
                    self.info_within(limits.deadline)?;
                    asked = true;
                    continue;
                }
                Ok(socket) => {
                    if let Some(id) = wanted.as_deref_mut() {
                        *id = Some(self.endpoint.identify(socket.as_fd()));
                    }
                    self.attempt(socket, command, streams, limits)?
                }
                Err(error) if error.kind() == &ErrorKind::LostServer => Verdict::TryAgain(error),
                Err(error) => {
                    let starter = match self.id {
                        // A handle that belongs to a process starts no other.
                        Some(_) => None,
                        None => self.endpoint.starter(command, &error)?,
                    };
                    let Some(binary) = starter else { return Err(error) };
                    // One that was ending has been asked before.
                    wanted.into_iter().for_each(|id| *id = None);
                    self.endpoint.count();
                    return spawn::run(&self.endpoint, &binary, command, streams, &limits);
                }
            };
            match verdict {
                Verdict::Ended(ended) => {
                    if let Some(reason) = ended.reason() {
                        let _ = streams.write_stderr(&reason);
                        let _ = streams.flush();
                    }
                    return ended.status();
                }
                Verdict::NeedsOldStdioSize if asked || !reach::is_single(command.arguments()) => {
                    return Err(untold_old_stdio_size());
                }
                Verdict::NeedsOldStdioSize => {
                    self.info_within(limits.deadline)?;
                    asked = true;
                }
                Verdict::TryAgain(error) => match patience.next_pause() {
                    Some(pause) => {
                        tell!(debug, why = telling::word(error.kind()), "asking again");
                        std::thread::sleep(pause);
                    }
                    None => return Err(error),
                },
                Verdict::Failed { error, .. } => return Err(error),
            }
        }
    }

    /// Runs the tmux program, whether or not a server runs.
    fn spawn(
        &self,
        command: &Command,
        streams: &mut dyn Streams,
        limits: &Limits<'_>,
    ) -> Result<i32> {
        if self.id.is_some() || !self.endpoint.starts(command) {
            self.connect(limits.deadline)?;
        }
        self.endpoint.count();
        spawn::run(&self.endpoint, &self.endpoint.binary()?, command, streams, limits)
    }

    /// A connection, to the process that the handle belongs to.
    pub(super) fn connect(&self, deadline: Option<Instant>) -> Result<UnixStream> {
        let limit = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let socket = socket::connect(self.endpoint.address.as_path(), limit);
        let socket = socket.map_err(|errno| match errno {
            nix::errno::Errno::EAGAIN => Error::not_sent(ErrorKind::TimedOut),
            errno => self.endpoint.connect_error(errno),
        })?;
        tell!(trace, pid = socket::peer_pid(socket.as_fd()), "connected");
        match self.id.as_ref().is_none_or(|id| id.is_behind(socket.as_fd())) {
            true => Ok(socket),
            false => Err(Error::not_sent(ErrorKind::AnotherServer)),
        }
    }

    /// One command on one connection.
    fn attempt(
        &self,
        socket: UnixStream,
        command: &Command,
        streams: &mut dyn Streams,
        limits: Limits<'_>,
    ) -> Result<Verdict> {
        let mut request = self.endpoint.request(command, socket.as_fd())?;
        self.endpoint.count();
        let (outcome, progress) = Drive::new(&socket, &mut request, streams, limits).run();
        let verdict = Verdict::on(outcome, progress, &request);
        let given_up = matches!(verdict, Verdict::Failed { given_up: true, .. });
        if given_up && reach::may_leave_job(command.arguments()) {
            (self.hold)(Held::new(Arc::clone(&self.endpoint), socket, request));
        }
        Ok(verdict)
    }

    pub(super) fn info_within(&self, deadline: Option<Instant>) -> Result<ServerInfo> {
        self.info_until(Some(probe_deadline(deadline)), None)
    }

    /// What the server is, unless the time is up or `cancel` becomes readable.
    pub(super) fn info_until(
        &self,
        deadline: Option<Instant>,
        cancel: Option<BorrowedFd<'_>>,
    ) -> Result<ServerInfo> {
        let limits = Limits { deadline, cancel, output: Some(PROBE_OUTPUT) };
        let socket = self.connect(limits.deadline)?;
        if let Some(info) = self.endpoint.known(socket.as_fd()) {
            return Ok(info);
        }
        let pid = socket::peer_pid(socket.as_fd());
        let mut streams = Collected::default();
        let mut request = self.endpoint.version_request()?;
        self.endpoint.count();
        let (outcome, progress) = Drive::new(&socket, &mut request, &mut streams, limits).run();
        let status = outcome
            .map_err(|fault| fault.into_error(progress.delivery(&request)))
            .and_then(Ended::status)?;
        let ToldVersion { version, layout, read_only } = read_version(&streams.into_output(status));
        let info = ServerInfo {
            pid,
            version,
            layout: layout.map_or_else(|| self.layout_by_behaviour(limits), Ok)?,
            read_only,
            old_stdio_size: request.old_stdio_size_seen(),
        };
        self.endpoint.remember(&info);
        Ok(info)
    }

    /// For servers whose version says nothing.
    fn layout_by_behaviour(&self, limits: Limits<'_>) -> Result<HeaderLayout> {
        let socket = self.connect(limits.deadline)?;
        let mut request = self.endpoint.layout_probe()?;
        self.endpoint.count();
        let (outcome, progress) = Drive::new(&socket, &mut request, &mut Discarded, limits).run();
        layout_of_probe(outcome, progress, &request)
    }
}

/// Waits until a process, given as `pidfd`, has ended.
pub(crate) fn wait_for_end(process: &OwnedFd, deadline: Option<Instant>) -> Result<(), Fault> {
    Limits { deadline, ..Limits::default() }
        .wait(&mut vec![PollFd::new(process.as_fd(), PollFlags::POLLIN)])
}

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
