//! A tmux server, for async callers: the tokio driver.

mod attach;
mod changes;
mod channel;
mod connection;
mod drive;
mod events;
mod file;
#[path = "objects/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "one source for both drivers")]
mod objects;
mod pane_output;
mod raw_output;
mod registered;
mod runner;
mod spawn;
mod stream;
mod subscription;
mod wait;

use std::ffi::OsString;
use std::future::Future;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bisync_macros::internal_noop as bisync;
use nix::errno::Errno;
use tmuxwire_operations::Unknown;
use tmuxwire_protocol::HeaderLayout;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use self::connection::Connection;
use self::drive::{Drive, Io};
use self::objects::Via;
use crate::address::Address;
use crate::binary::Binary;
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
use crate::{blocking, reach, socket};

pub use attach::AttachedClient;
pub use changes::{Change, Changes, WatchOptions};
pub use channel::Channel;
pub use events::{Event, Events};
pub use objects::{Client, FinishedPlan, Link, MadeSession, Pane, Runner, Session, Window};
pub use pane_output::{Modes, OutputOptions, PaneEvent, PaneOutput, Screen};
pub use raw_output::{RawEnd, RawOutput};
pub use subscription::{Subscription, Watch, Watched};
pub use wait::{Evidence, Found, OutputEnd, PaneEnd, Place, Ready, Seen, Start, Tail, Waited};

/// How long to go on trying while the server's backlog is full and there is no deadline.
const BACKLOG_PATIENCE: Duration = Duration::from_secs(60);

/// A tmux server, by its socket. Making one connects to nothing; clones share what is learned.
///
/// The process's environment, working directory and terminal are read once, when the value is
/// made, and told to the server with each command, as tmux's own client does.
///
/// Futures run on any tokio runtime with IO and time enabled.
///
/// # Cancellation
/// Dropping a future closes its connection, and with it the server's side of the command; a
/// command that was already sent may have run. One thing outlives the future: where closing would
/// end the server (a `run-shell` whose job still runs, on 3.1 to 3.7c but 3.3), a thread keeps the
/// connection open until the job ends.
#[derive(Clone, Debug)]
pub struct Server {
    endpoint: Arc<Endpoint>,
    via: Via,
    /// The only process that it asks.
    id: Option<ServerId>,
    /// What becomes of flags that the server is too old for.
    unknown: Unknown,
    /// Whether it refuses to end what we run in, and the default server.
    guarded: bool,
}

impl Server {
    /// The server that `tmux` without `-L` and `-S` would talk to: `$TMUX`, else the default one.
    ///
    /// # Errors
    /// [`ErrorKind::SocketDirectory`] if the directory for sockets can't be made or is unsafe.
    pub fn from_env() -> Result<Self> {
        Ok(Self::new(Address::from_environment(|name| std::env::var_os(name))?))
    }

    /// The server of `tmux -L label`.
    ///
    /// # Errors
    /// As for [`from_env`](Self::from_env).
    pub fn named(label: impl Into<OsString>) -> Result<Self> {
        Ok(Self::new(Address::label(label, |name| std::env::var_os(name))?))
    }

    /// The server of `tmux -S path`. A relative path is seen from the working directory of now.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::new(Address::path(path).made_absolute())
    }

    /// A server by its address.
    pub fn new(address: Address) -> Self {
        let endpoint = Arc::new(Endpoint::new(address, Charset::Utf8));
        Self { endpoint, via: Via::Connections, id: None, unknown: Unknown::Refuse, guarded: true }
    }

    /// The version of the program that servers are started with, if it tells one.
    pub(crate) async fn program_version(&self) -> Result<Option<Version>> {
        let binary = self.endpoint.binary()?;
        let asked = tokio::task::spawn_blocking(move || binary.version()).await;
        asked.unwrap_or_else(|error| {
            Err(Error::not_sent(ErrorKind::Io).with_source(std::io::Error::from(error)))
        })
    }

    /// The server's socket.
    pub fn socket_path(&self) -> &Path {
        self.endpoint.address.as_path()
    }

    /// Runs a command without a channel.
    async fn collect(
        &self,
        command: &Command,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<Output> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut stdin = command.input().as_ref();
        let limit = Some(command.output_limit());
        let mut io = Io { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr, limit };
        let status = self.execute(command, &mut io, id).await?;
        Ok(Output { status, stdout: stdout.into(), stderr: stderr.into() })
    }

    /// What a channel can't carry.
    async fn run_apart(&self, command: &Command) -> Result<Output> {
        self.collect(command, None).await
    }

    /// Runs a command with the caller's streams, in constant memory; answers its exit status.
    ///
    /// What can't be written is dropped, and only `save-buffer -` and `show-buffer` fail by it, on
    /// 3.8 and later; both writers are flushed at the end. [`Command::stdin`] plays no part here.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future closes the connection; a command that was sent may have run.
    pub async fn stream(
        &self,
        command: impl Into<Command>,
        mut stdin: impl AsyncRead + Unpin + Send,
        mut stdout: impl AsyncWrite + Unpin + Send,
        mut stderr: impl AsyncWrite + Unpin + Send,
    ) -> Result<i32> {
        let mut io =
            Io { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr, limit: None };
        let status = self.execute(&command.into(), &mut io, None).await?;
        let _ = stdout.flush().await;
        let _ = stderr.flush().await;
        Ok(status)
    }

    /// What the running server is: its process, version and header layout. Asked once for each
    /// server process, on a connection of its own, and remembered.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future closes the connection; a command that was sent may have run.
    pub async fn info(&self) -> Result<ServerInfo> {
        self.info_within(None).await
    }

    /// Ends the server with all its sessions, and returns when it is really gone: another server
    /// can be started on the socket. A server that isn't running is gone already.
    ///
    /// # Errors
    /// As for [`run`](Self::run); [`ErrorKind::TimedOut`] if the server is still there after
    /// `limit`: it waits for its other clients and jobs. [`ErrorKind::Guarded`] for the default server
    /// and the one that this program runs in, unless by [`unguarded`](Self::unguarded).
    ///
    /// # Cancellation
    /// Dropping the future ends the waiting; once the command was sent the server ends all the same.
    pub async fn kill_server(&self, limit: Duration) -> Result<()> {
        self.guard_server()?;
        let deadline = Instant::now().checked_add(limit);
        let mut patience = Patience::new(limit, deadline.map(Instant::into_std));
        let socket = loop {
            let error = match self.connect(deadline).await {
                Ok(socket) => break socket,
                Err(error) => error,
            };
            match (error.kind(), patience.next_pause()) {
                (ErrorKind::NoServer { .. } | ErrorKind::AnotherServer, _) => return Ok(()),
                (ErrorKind::LostServer, Some(pause)) => tokio::time::sleep(pause).await,
                _ => return Err(error),
            }
        };
        let process = socket::peer_process(socket.as_fd());
        let pid = socket::peer_pid(socket.as_fd());
        // Over this very connection, so that no other server can have taken its place.
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io {
            stdin: &mut tokio::io::empty(),
            stdout: &mut stdout,
            stderr: &mut stderr,
            limit: Some(PROBE_OUTPUT),
        };
        let command = Command::new(["kill-server"]);
        let verdict = self.attempt(socket, &command, &mut io, deadline).await?;
        check_killed(verdict, &stderr)?;
        let Some(process) = process else {
            let gone = within(deadline, self.wait_until_gone(pid)).await;
            return gone.map_err(|fault| fault.into_error(Delivery::Answered));
        };
        // A thread of the pool waits, no longer than the deadline, also if we are dropped.
        let wait = move || blocking::wait_for_end(&process, deadline.map(Instant::into_std));
        tokio::task::spawn_blocking(wait)
            .await
            .unwrap_or_else(|error| Err(Fault::Io(error.into())))
            .map_err(|fault| fault.into_error(Delivery::Answered))
    }

    /// Where the system can't tell that a process has ended: nobody listens, or somebody else.
    async fn wait_until_gone(&self, pid: i32) -> Result<(), Fault> {
        let mut patience = Patience::new(Duration::MAX, None);
        while let Ok(socket) = self.connect(None).await {
            if socket::peer_pid(socket.as_fd()) != pid {
                break;
            }
            drop(socket);
            tokio::time::sleep(patience.next_pause().unwrap_or_default()).await;
        }
        Ok(())
    }

    async fn execute(
        &self,
        command: &Command,
        io: &mut Io<'_>,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<i32> {
        let route = if self.is_program() { "program" } else { "connection" };
        let request = telling::Request::new(route, command.arguments());
        request.around(pin!(self.try_to_execute(command, io, id))).await
    }

    async fn try_to_execute(
        &self,
        command: &Command,
        io: &mut Io<'_>,
        id: Option<&mut Option<ServerId>>,
    ) -> Result<i32> {
        let deadline = command.time_limit().and_then(|limit| Instant::now().checked_add(limit));
        if matches!(self.via, Via::Program) {
            return self.spawn(command, io, deadline).await;
        }
        let mut wanted = id.filter(|id| id.is_none());
        let mut patience = Patience::with_exiting_server(deadline.map(Instant::into_std));
        let mut asked = false;
        loop {
            let verdict = match self.connect(deadline).await {
                // What a 3.0 reads in has to be known before the first of them has run.
                Ok(socket)
                    if !asked
                        && reach::reads_among_others(command.arguments())
                        && self.endpoint.known(socket.as_fd()).is_none() =>
                {
                    drop(socket);
                    self.info_within(deadline).await?;
                    asked = true;
                    continue;
                }
                Ok(socket) => {
                    if let Some(id) = wanted.as_deref_mut() {
                        *id = Some(self.endpoint.identify(socket.as_fd()));
                    }
                    self.attempt(socket, command, io, deadline).await?
                }
                Err(error) if error.kind() == &ErrorKind::LostServer => Verdict::TryAgain(error),
                Err(error) => {
                    let Some(binary) = self.starter(command, &error)? else { return Err(error) };
                    // One that was ending has been asked before.
                    wanted.into_iter().for_each(|id| *id = None);
                    self.endpoint.count();
                    let program = spawn::run(&self.endpoint, &binary, command, io);
                    return spawn::within(deadline, program).await;
                }
            };
            match verdict {
                Verdict::Ended(ended) => {
                    if let Some(reason) = ended.reason() {
                        let _ = io.stderr.write_all(&reason).await;
                    }
                    return ended.status();
                }
                Verdict::NeedsOldStdioSize if asked || !reach::is_single(command.arguments()) => {
                    return Err(untold_old_stdio_size());
                }
                Verdict::NeedsOldStdioSize => {
                    self.info_within(deadline).await?;
                    asked = true;
                }
                Verdict::TryAgain(error) => match patience.next_pause() {
                    Some(pause) => {
                        tell!(debug, why = telling::word(error.kind()), "asking again");
                        tokio::time::sleep(pause).await;
                    }
                    None => return Err(error),
                },
                Verdict::Failed { error, .. } => return Err(error),
            }
        }
    }

    /// The program to start a server with; a handle that belongs to a process starts no other.
    fn starter(&self, command: &Command, error: &Error) -> Result<Option<Binary>> {
        match self.id {
            Some(_) => Ok(None),
            None => self.endpoint.starter(command, error),
        }
    }

    /// Runs the tmux program, whether or not a server runs.
    async fn spawn(
        &self,
        command: &Command,
        io: &mut Io<'_>,
        deadline: Option<Instant>,
    ) -> Result<i32> {
        if self.id.is_some() || !self.endpoint.starts(command) {
            self.connect(deadline).await?;
        }
        self.endpoint.count();
        let binary = self.endpoint.binary()?;
        spawn::within(deadline, spawn::run(&self.endpoint, &binary, command, io)).await
    }

    /// A connection, to the process that the handle belongs to.
    async fn connect(&self, deadline: Option<Instant>) -> Result<UnixStream> {
        let path = self.endpoint.address.as_path();
        let mut patience = Patience::new(BACKLOG_PATIENCE, deadline.map(Instant::into_std));
        loop {
            let error = match socket::connect_at_once(path) {
                Ok(socket) => {
                    tell!(trace, pid = socket::peer_pid(socket.as_fd()), "connected");
                    let is_ours = self.id.as_ref().is_none_or(|id| id.is_behind(socket.as_fd()));
                    let other = || Error::not_sent(ErrorKind::AnotherServer);
                    return is_ours.then_some(socket).ok_or_else(other);
                }
                Err(error) => error,
            };
            // The server's backlog is full, and there is nothing to wait on for room in it.
            if error != Errno::EAGAIN {
                return Err(self.endpoint.connect_error(error));
            }
            let pause =
                patience.next_pause().ok_or_else(|| Error::not_sent(ErrorKind::TimedOut))?;
            tokio::time::sleep(pause).await;
        }
    }

    /// One command on one connection.
    async fn attempt(
        &self,
        socket: UnixStream,
        command: &Command,
        io: &mut Io<'_>,
        deadline: Option<Instant>,
    ) -> Result<Verdict> {
        let request = self.endpoint.request(command, socket.as_fd())?;
        self.endpoint.count();
        let holder = reach::may_leave_job(command.arguments()).then(|| Arc::clone(&self.endpoint));
        let mut connection = Connection::new(socket, request, holder)?;
        let (socket, request, progress) = connection.parts();
        let conversation = Drive::new(socket, request, io, progress).run();
        let conversation = within(deadline, conversation).await;
        let (_, request, progress) = connection.parts();
        Ok(Verdict::on(conversation, *progress, request))
    }

    /// Runs a command on a connection that is there already, once.
    pub(crate) async fn ask_over(
        &self,
        socket: UnixStream,
        command: &Command,
        deadline: Instant,
    ) -> Result<Output> {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut stdin = tokio::io::empty();
        let limit = Some(command.output_limit());
        let mut io = Io { stdin: &mut stdin, stdout: &mut stdout, stderr: &mut stderr, limit };
        let status = match self.attempt(socket, command, &mut io, Some(deadline)).await? {
            Verdict::Ended(ended) => ended.status()?,
            Verdict::NeedsOldStdioSize => return Err(untold_old_stdio_size()),
            Verdict::TryAgain(error) | Verdict::Failed { error, .. } => return Err(error),
        };
        Ok(Output { status, stdout: stdout.into(), stderr: stderr.into() })
    }

    pub(crate) async fn connect_within(&self, deadline: Instant) -> Result<UnixStream> {
        self.connect(Some(deadline)).await
    }

    async fn info_within(&self, deadline: Option<Instant>) -> Result<ServerInfo> {
        let deadline = probe_deadline(deadline.map(Instant::into_std));
        self.info_by(Some(Instant::from_std(deadline))).await
    }

    /// The same, for as long as it takes without a deadline.
    async fn info_by(&self, deadline: Option<Instant>) -> Result<ServerInfo> {
        let socket = self.connect(deadline).await?;
        if let Some(info) = self.endpoint.known(socket.as_fd()) {
            return Ok(info);
        }
        let pid = socket::peer_pid(socket.as_fd());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut io = Io {
            stdin: &mut tokio::io::empty(),
            stdout: &mut stdout,
            stderr: &mut stderr,
            limit: Some(PROBE_OUTPUT),
        };
        let request = self.endpoint.version_request()?;
        self.endpoint.count();
        let mut connection = Connection::new(socket, request, None)?;
        let (socket, request, progress) = connection.parts();
        let conversation = Drive::new(socket, request, &mut io, progress).run();
        let conversation = within(deadline, conversation).await;
        let status = conversation
            .map_err(|fault| fault.into_error(connection.delivery()))
            .and_then(Ended::status)?;
        let output = Output { status, stdout: stdout.into(), stderr: stderr.into() };
        let ToldVersion { version, layout, read_only } = read_version(&output);
        let layout = match layout {
            Some(layout) => layout,
            None => self.layout_by_behaviour(deadline).await?,
        };
        let old_stdio_size = connection.parts().1.old_stdio_size_seen();
        let info = ServerInfo { pid, version, layout, read_only, old_stdio_size };
        self.endpoint.remember(&info);
        Ok(info)
    }

    /// For servers whose version says nothing.
    async fn layout_by_behaviour(&self, deadline: Option<Instant>) -> Result<HeaderLayout> {
        let socket = self.connect(deadline).await?;
        let request = self.endpoint.layout_probe()?;
        self.endpoint.count();
        let mut connection = Connection::new(socket, request, None)?;
        let (socket, request, progress) = connection.parts();
        let mut io = Io {
            stdin: &mut tokio::io::empty(),
            stdout: &mut tokio::io::sink(),
            stderr: &mut tokio::io::sink(),
            limit: None,
        };
        let conversation = Drive::new(socket, request, &mut io, progress).run();
        let conversation = within(deadline, conversation).await;
        let (_, request, progress) = connection.parts();
        layout_of_probe(conversation, *progress, request)
    }
}

/// A future with a deadline; the clock is asked for only if there is one.
async fn within<T>(
    deadline: Option<Instant>,
    future: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match deadline {
        None => future.await,
        Some(deadline) => {
            tokio::time::timeout_at(deadline, future).await.unwrap_or(Err(Fault::TimedOut))
        }
    }
}
