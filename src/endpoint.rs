//! What both drivers know of a server: where it is, who we are, which tmux program starts it,
//! and what was learned about its process.

use std::ffi::{OsStr, OsString};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use tmuxwire_protocol::{
    AllowedFiles, Arguments, ClientFlags, ControlStream, HeaderLayout, Identity, Request, Terminal,
    WireString,
};

use crate::address::Address;
use crate::attach::AttachOptions;
use crate::binary::Binary;
use crate::channel::{self, ChannelOptions};
use crate::command::{Command, Files};
use crate::error::{Error, ErrorKind, Result};
use crate::fault::Verdict;
use crate::features::Features;
use crate::identity::{Charset, Environment, Process};
use crate::output::Output;
use crate::server_id::ServerId;
use crate::terminfo::Terminfo;
use crate::tty::Tty;
use crate::version::{ServerInfo, Version};
use crate::{binary, reach, socket};

/// A server to talk to, before any connection.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    pub(crate) process: Arc<Process>,
    pub(crate) config_file: Option<PathBuf>,
    /// The tmux program, if it was named.
    program: Option<PathBuf>,
    may_start: bool,
    info: Mutex<Option<ServerInfo>>,
    id: Mutex<Option<ServerId>>,
    asked: AtomicU64,
}

impl Endpoint {
    pub(crate) fn new(address: Address, charset: Charset) -> Self {
        Self {
            address,
            process: Arc::new(Process::read(charset)),
            config_file: None,
            program: None,
            may_start: true,
            info: Mutex::default(),
            id: Mutex::default(),
            asked: AtomicU64::new(0),
        }
    }

    pub(crate) fn with_config_file(&self, path: PathBuf) -> Self {
        Self { config_file: Some(path), ..self.again() }
    }

    pub(crate) fn with_program(&self, path: PathBuf) -> Self {
        Self { program: Some(path), ..self.again() }
    }

    pub(crate) fn never_starting(&self) -> Self {
        Self { may_start: false, ..self.again() }
    }

    /// The same server, nothing learned of it yet.
    fn again(&self) -> Self {
        Self {
            address: self.address.clone(),
            process: Arc::clone(&self.process),
            config_file: self.config_file.clone(),
            program: self.program.clone(),
            may_start: self.may_start,
            info: Mutex::default(),
            id: Mutex::default(),
            asked: AtomicU64::new(0),
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        self.process.variable(name).map(OsStr::to_owned)
    }

    /// One more question that somebody waits for.
    pub(crate) fn count(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// The process behind a connection; the same value for the same process.
    pub(crate) fn identify(&self, socket: BorrowedFd<'_>) -> ServerId {
        let mut id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
        match &*id {
            Some(known) if known.is_behind(socket) => known.clone(),
            _ => id.insert(ServerId::behind(socket)).clone(),
        }
    }

    /// What is known of the process behind a connection.
    pub(crate) fn known(&self, socket: BorrowedFd<'_>) -> Option<ServerInfo> {
        let pid = socket::peer_pid(socket);
        let info = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        info.clone().filter(|info| pid != 0 && info.pid == pid)
    }

    /// What is known of a process.
    pub(crate) fn known_of(&self, id: &ServerId) -> Option<ServerInfo> {
        let info = self.info.lock().unwrap_or_else(PoisonError::into_inner);
        info.clone().filter(|info| info.pid != 0 && info.pid == id.pid())
    }

    /// The message size of a 3.0 server, if one was learned from this very process.
    fn old_stdio_size(&self, socket: BorrowedFd<'_>) -> Option<usize> {
        let info = self.info.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        // Asking for the process costs a system call, so only where it matters.
        info.old_stdio_size.filter(|_| info.pid == socket::peer_pid(socket))
    }

    pub(crate) fn remember(&self, info: &ServerInfo) {
        *self.info.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.clone());
    }

    /// The request for a command to the server behind a new connection.
    pub(crate) fn request(&self, command: &Command, socket: BorrowedFd<'_>) -> Result<Request> {
        let identity = self.process.identity(command.chosen_environment());
        let request =
            Request::new(identity, &command.pack()?).old_stdio_size(self.old_stdio_size(socket));
        // What only prints names no file.
        let prints = reach::only_prints(command.arguments());
        let request = match prints && command.files() == Files::Named {
            true => request,
            false => request.files(self.files(command)),
        };
        Ok(if prints { early(request) } else { request })
    }

    /// The files that the server may have us open for a command.
    pub(crate) fn files(&self, command: &Command) -> AllowedFiles {
        match command.files() {
            Files::Nothing => AllowedFiles::Nothing,
            Files::Any => AllowedFiles::Any,
            Files::Named => {
                let home = self.process.variable("HOME").map(Path::new);
                let places = reach::Places { cwd: self.process.cwd(), home };
                reach::allowed_files(command.arguments(), &places)
            }
        }
    }

    /// A control client for the server behind a new connection; without a target it doesn't attach.
    /// Who keeps a copy of the server's end can wake a reader of ours, who then sees no end of file.
    pub(crate) fn control_request(
        &self,
        options: &ChannelOptions,
        info: &ServerInfo,
        target: Option<&[u8]>,
        server_end: ServerEnd,
    ) -> Result<Control> {
        let failed = |errno: Errno| Error::not_sent(ErrorKind::Io).with_source(errno);
        let (server_stdin, write) = socket::pair().map_err(failed)?;
        let server_stdin = OwnedFd::from(server_stdin);
        let (read, server_stdout) = socket::pipe().map_err(failed)?;
        let kept = server_end == ServerEnd::Kept;
        let server_end = kept.then(|| server_stdout.try_clone()).transpose();
        let server_end =
            server_end.map_err(|error| Error::not_sent(ErrorKind::Io).with_source(error))?;
        let (stream, relay) = match info.takes_descriptors() {
            true => {
                let layout = info.layout;
                let (stdin, stdout) = (server_stdin, server_stdout);
                (ControlStream::Descriptors { stdin, stdout, layout }, None)
            }
            false => (ControlStream::Socket, Some((server_stdin, server_stdout))),
        };
        let identity = &self.process.control_identity(options.environment);
        let request = match target {
            // -E: the session's environment stays as it is.
            Some(target) => {
                let words: [&[u8]; 4] = [b"attach-session", b"-E", b"-t", target];
                let flags = channel::attached_flags(info.version.as_ref());
                Request::control(identity, stream, flags, &Command::new(words).pack()?)
            }
            None => {
                let first = Command::new(["display-message", "-p", ""]).pack()?;
                let first = channel::needs_first_command(info).then_some(first);
                Request::control_without_session(identity, stream, first.as_ref())
            }
        };
        let request = request.old_stdio_size(info.old_stdio_size);
        Ok(Control { request, write, read, server_end, relay })
    }

    /// A client on a terminal, for a server that is known.
    pub(crate) fn attach_request(
        &self,
        options: &AttachOptions,
        info: &ServerInfo,
        tty: &Tty,
        terminfo: &Terminfo,
    ) -> Result<Request> {
        let failed = |error| Error::not_sent(ErrorKind::Io).with_source(error);
        let passed = || tty.as_fd().try_clone_to_owned().map_err(failed);
        let features = Features::new(
            info.version.as_ref(),
            options.features.iter().map(String::as_str),
            options.colours_256,
        );
        let takes_stdout = info.version.as_ref().is_none_or(|version| version.is_at_least(3, 2));
        let terminal = Terminal {
            stdin: passed()?,
            stdout: takes_stdout.then(passed).transpose()?,
            layout: info.layout,
            features: features.bits(),
            terminfo: terminfo.entries().filter_map(|entry| WireString::new(entry).ok()).collect(),
        };
        let flags = match features.colours_256_flag() {
            true => ClientFlags::COLOURS_256,
            false => ClientFlags::NONE,
        };
        let term = self.term(options);
        let identity = self.process.terminal_identity(&term, &tty.name());
        let request = Request::attach(&identity, terminal, flags, &options.command.pack()?);
        Ok(request.files(self.files(&options.command)).old_stdio_size(info.old_stdio_size))
    }

    fn term(&self, options: &AttachOptions) -> OsString {
        options.term.clone().or_else(|| self.variable("TERM")).unwrap_or_default()
    }

    /// What the terminal that a client is to attach on can do.
    pub(crate) fn terminfo(&self, options: &AttachOptions) -> Result<Terminfo> {
        let term = self.term(options);
        Terminfo::read(term.as_bytes(), |name| self.variable(name)).map_err(|error| {
            let kind = match error.is_of_the_system() {
                true => ErrorKind::Io,
                false => ErrorKind::UnknownTerminal(term.to_string_lossy().into_owned()),
            };
            Error::not_sent(kind).with_source(error)
        })
    }

    /// The request that asks for the server's version.
    pub(crate) fn version_request(&self) -> Result<Request> {
        self.ask_version(Request::new).map(early)
    }

    /// The request whose answer tells the header layout, whatever the version says.
    pub(crate) fn layout_probe(&self) -> Result<Request> {
        self.ask_version(Request::layout_probe)
    }

    fn ask_version(&self, make: impl FnOnce(&Identity, &Arguments) -> Request) -> Result<Request> {
        let command = Command::new(["display-message", "-p", "#{version}"]);
        Ok(make(self.process.identity(Environment::PaneOnly), &command.pack()?))
    }

    /// What a failed `connect` means.
    pub(crate) fn connect_error(&self, errno: Errno) -> Error {
        let path = self.address.as_path().to_owned();
        let number = errno as i32;
        Error::not_sent(match errno {
            Errno::ECONNREFUSED | Errno::ENOENT => ErrorKind::NoServer { path, errno: number },
            // It died with our connection in its backlog.
            Errno::ECONNRESET => ErrorKind::LostServer,
            _ => ErrorKind::Connect { path, errno: number },
        })
    }

    /// Whether the command starts a server if none runs.
    pub(crate) fn starts(&self, command: &Command) -> bool {
        self.may_start && reach::may_start_server(command.arguments())
    }

    /// The tmux program to start a server with, if the command starts one.
    pub(crate) fn starter(&self, command: &Command, error: &Error) -> Result<Option<Binary>> {
        let wanted = matches!(error.kind(), ErrorKind::NoServer { .. }) && self.starts(command);
        wanted.then(|| self.binary()).transpose()
    }

    /// The tmux program.
    pub(crate) fn binary(&self) -> Result<Binary> {
        Binary::find(|name| match &self.program {
            Some(program) if name == binary::VARIABLE => Some(program.clone().into()),
            _ => self.variable(name),
        })
    }

    /// The tmux program, ready to do what we would have done, with pipes for its streams.
    pub(crate) fn program(&self, binary: &Binary, command: &Command) -> Program {
        self.program_with(binary, command, Program::new(binary.path()))
    }

    /// The tmux program, ready to attach.
    #[cfg(feature = "tokio")]
    pub(crate) fn attaching_program(&self, binary: &Binary, options: &AttachOptions) -> Program {
        let mut program = Program::new(binary.path());
        for features in &options.features {
            program.arg("-T").arg(features);
        }
        if options.colours_256 {
            program.arg("-2");
        }
        program = self.program_with(binary, &options.command, program);
        program.env("TERM", self.term(options));
        program
    }

    fn program_with(&self, binary: &Binary, command: &Command, mut program: Program) -> Program {
        program.args(self.address.arguments());
        if let Some(config_file) = &self.config_file {
            program.arg("-f").arg(config_file);
        }
        if self.process.charset() == Charset::Utf8 {
            program.arg("-u");
        }
        // Options end here: a command may begin with a dash.
        program.arg("--").args(command.arguments().iter().map(|word| OsStr::from_bytes(word)));
        program
            .env_clear()
            .envs(self.process.environment.iter().map(|(name, value)| (name, value)));
        program.envs(binary.marker()).current_dir(self.process.cwd());
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }
}

/// Whether we keep the end of the pipe that the server writes to, to wake who reads the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerEnd {
    Kept,
    #[cfg(feature = "tokio")]
    Passed,
}

/// A control client, and our ends of what carries its lines.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) request: Request,
    pub(crate) write: UnixStream,
    pub(crate) read: OwnedFd,
    /// A copy of what the server writes to, if it was asked for.
    pub(crate) server_end: Option<OwnedFd>,
    /// Where the lines travel on the socket: what stands for its standard input and output.
    pub(crate) relay: Option<(OwnedFd, OwnedFd)>,
}

/// How long a question about the version may take.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// Most that a server may print for a question of ours whose answer is a line.
pub(crate) const PROBE_OUTPUT: usize = 64 << 10;

/// When to give up a question about the version, asked on behalf of a command.
pub(crate) fn probe_deadline(command: Option<Instant>) -> Instant {
    let limit = Instant::now() + PROBE_LIMIT;
    command.map_or(limit, |deadline| deadline.min(limit))
}

/// What a server's answer to a version request tells.
pub(crate) struct ToldVersion {
    /// The version, if it names one that can be read.
    pub(crate) version: Option<Version>,
    /// The layout, if it follows.
    pub(crate) layout: Option<HeaderLayout>,
    /// Whether this user may only read.
    pub(crate) read_only: bool,
}

/// Reads the answer to a version request.
pub(crate) fn read_version(output: &Output) -> ToldVersion {
    let version = Version::parse(&output.stdout_text());
    let refused = |why| output.stderr_text().contains(why);
    let layout = match &version {
        Some(version) => Some(version.layout()),
        // Servers 3.0 and 3.1 answer that only with a session.
        None if refused("no current target") => Some(HeaderLayout::Old),
        None => None,
    };
    ToldVersion { version, layout, read_only: refused("client is read-only") }
}

/// Whether `kill-server` did its work: a server that goes away meanwhile does what was asked.
pub(crate) fn check_killed(verdict: Verdict, text: &[u8]) -> Result<()> {
    match verdict {
        Verdict::Ended(ended) if ended.exit.status.unwrap_or(0) != 0 => {
            Err(Error::refused(&String::from_utf8_lossy(text)))
        }
        Verdict::Ended(_) | Verdict::TryAgain(_) | Verdict::NeedsOldStdioSize => Ok(()),
        Verdict::Failed { error, .. } => match error.kind() {
            ErrorKind::LostServer | ErrorKind::ServerShutdown => Ok(()),
            _ => Err(error),
        },
    }
}

/// How long a server that is just exiting is given to be gone.
const PATIENCE: Duration = Duration::from_millis(500);
const FIRST_PAUSE: Duration = Duration::from_micros(200);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Pauses between attempts, each twice as long as the one before. The clock is first looked at
/// when there is a pause to make.
#[derive(Debug)]
pub(crate) struct Patience {
    pause: Duration,
    most: Duration,
    deadline: Option<Instant>,
    started: Option<Instant>,
}

impl Patience {
    /// Patience up to the deadline, but no longer than `most` after the first pause begins.
    pub(crate) fn new(most: Duration, deadline: Option<Instant>) -> Self {
        Self { pause: FIRST_PAUSE, most, deadline, started: None }
    }

    pub(crate) fn with_exiting_server(deadline: Option<Instant>) -> Self {
        Self::new(PATIENCE, deadline)
    }

    /// The pause before the next attempt, or `None` if there should be none.
    pub(crate) fn next_pause(&mut self) -> Option<Duration> {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        let now = Instant::now();
        let last = self.started.get_or_insert(now).checked_add(self.most);
        let until = last.into_iter().chain(self.deadline).min();
        until.is_none_or(|until| now + pause < until).then_some(pause)
    }
}

/// For a command that only prints: answered in advance where the system can.
fn early(request: Request) -> Request {
    match socket::KNOWS_URGENT {
        true => request.ready_early(),
        false => request,
    }
}
