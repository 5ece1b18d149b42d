//! A pane's bytes through `pipe-pane`: faster than `%output` by far, for one busy pane.

mod fifo;
mod pane_now;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use nix::errno::Errno;
use tmuxwire_protocol::control::PaneId;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};
use tokio::time::{Instant, sleep, timeout};

use self::fifo::{Directory, helper, in_the_way};
use self::pane_now::PaneNow;
use super::Server;
use super::pane_output::{Screen, read_screen, screen_commands};
use super::wait::{OutputEnd, PaneEnd, first, nudge};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::foreground::Process;
use crate::upkeep;

/// Read at a time, at most.
const READ: usize = 1 << 18;
/// What the server prints instead of taking a pipe.
const TAKEN: &str = "tmuxwire:taken";
/// Between two looks at a pane whose end nobody tells.
const LOOK: Duration = Duration::from_secs(1);
/// The first of several looks, each after twice the pause of the one before.
const FIRST_LOOK: Duration = Duration::from_millis(1);
/// How long the kernel may take to tell us what it has told the server.
const SOON: Duration = Duration::from_millis(20);
/// A program that ended without a status gets none any more when pauses have become this long.
const STATUS_COMES: Duration = Duration::from_millis(100);
/// So often a pane without a program is found quiet before its pipe is closed.
const QUIET: u32 = 2;

/// A pane's output as it comes, unescaped and in order: the server waits for a slow reader (no more
/// than its own memory allows: it goes on reading the pane meanwhile). What a program prints in the
/// moment of its end may be missing, though more seldom than on a channel: see [`Tail`](super::wait::Tail).
///
/// The server pipes it through a `cat` into a FIFO of ours. Both go when this is dropped in a
/// runtime, or with our process (then the server notices with the pane's next output). If the
/// user sets a pipe of his own meanwhile, his wins, and this one ends; but one that is set in the
/// moment in which we close ours may be closed instead, as tmux has no command that compares first.
#[derive(Debug)]
pub struct RawOutput {
    screen: Screen,
    reader: Receiver,
    buffer: BytesMut,
    stage: Stage,
    program: Program,
    server: Server,
    server_pid: i32,
    pane: PaneId,
    helper: Option<Helper>,
}

/// How a [`RawOutput`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RawEnd {
    /// With the pane's program. In a pane that remains the pipe is closed then.
    Program(OutputEnd),
    /// The program goes on; somebody has closed the pane's pipe or given it another
    /// (`pipe-pane`), or has ended the `cat`.
    PipeClosed,
    /// The server has gone, perhaps because this was its last pane.
    ServerGone,
}

#[derive(Debug)]
enum Stage {
    /// The program runs, as far as is known.
    Runs,
    /// Its process has ended; the pane was found quiet so often since, and is looked at after this
    /// pause. Whether the server was made to look for ended processes.
    Ending {
        quiet: u32,
        look: Duration,
        nudged: bool,
    },
    /// The pipe is being closed; what is in it comes.
    Closing(RawEnd),
    Ended(RawEnd),
}

/// The pane's process.
#[derive(Debug, Default)]
struct Program {
    pid: String,
    process: Option<Process>,
}

impl Program {
    /// Returns when it has ended, or, where that can't be known, may have.
    async fn ended(&self) {
        match &self.process {
            Some(process) => process.ended().await,
            None => sleep(LOOK).await,
        }
    }
}

/// While this is there, the helper runs.
#[derive(Debug)]
struct Helper {
    _control: Sender,
    _directory: Directory,
}

impl Server {
    /// Listens to a pane through its pipe (`pipe-pane -O`). Chosen explicitly because a pane has
    /// only one: a pipe that is there already stays, and this is refused.
    ///
    /// # Errors
    /// [`ErrorKind::Refused`] if the pane has a pipe, or there is no such pane;
    /// [`ErrorKind::Io`] if there is no place for a FIFO, or if the server can't open ours, because it
    /// runs as another user or with a `/tmp` of its own, within five seconds; otherwise as for
    /// [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future leaves nothing behind.
    pub async fn raw_output(&self, pane: PaneId) -> Result<RawOutput> {
        let directory = Directory::new().map_err(failed)?;
        let (fifo, control) = (directory.fifo("output")?, directory.fifo("control")?);
        let reader = OpenOptions::new().open_receiver(&fifo).map_err(failed)?;
        // Without a writer the FIFO would be at its end until the helper comes.
        let placeholder = OpenOptions::new().open_sender(&fifo).map_err(failed)?;
        let control_end = OpenOptions::new().read_write(true).open_sender(&control);
        let control_end = control_end.map_err(failed)?;
        let server_pid = self.info().await?.pid;
        if let Some(reason) = in_the_way(server_pid, &fifo) {
            return Err(can_not_open(&reason));
        }
        let screen = self.pipe(pane, &helper(&fifo, &control)).await?;
        let mut output = RawOutput {
            screen,
            reader,
            buffer: BytesMut::new(),
            stage: Stage::Runs,
            program: Program::default(),
            server: self.clone(),
            server_pid,
            pane,
            helper: Some(Helper { _control: control_end, _directory: directory }),
        };
        // Its first byte says that the helper has opened the FIFO.
        match timeout(upkeep::OPEN_LIMIT, output.reader.read_u8()).await {
            Ok(first) => drop(first.map_err(failed)?),
            Err(_) => return Err(can_not_open("its shell didn't within five seconds")),
        }
        drop(placeholder);
        if let PaneNow::Runs { pid, .. } = PaneNow::ask(self, pane).await? {
            output.watch(pid);
        }
        Ok(output)
    }

    /// Sets the pipe if there is none, and captures the screen at the very same moment.
    async fn pipe(&self, pane: PaneId, helper: &str) -> Result<Screen> {
        let target = pane.to_string();
        let set = format!("pipe-pane -O -t {target} '{helper}'");
        let taken = format!("display-message -p {TAKEN}");
        let pipe = ["if-shell", "-F", "-t", &target, "#{pane_pipe}", &taken, &set];
        let mut words = pipe.to_vec();
        for command in screen_commands(&target, "-e") {
            words.push(";");
            words.extend(command);
        }
        let output = self.run(Command::new(words).no_file()).await?;
        let text = match (output.is_success(), output.stdout.starts_with(TAKEN.as_bytes())) {
            (true, false) => return Ok(read_screen(&output.stdout)),
            (true, true) => format!("pane {pane} has a pipe already (pipe-pane)"),
            (false, _) => output.stderr_text().into_owned(),
        };
        Err(Error::refused(&text))
    }
}

impl RawOutput {
    /// The pane at the start; the output goes on exactly from there.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The next piece of output, at most 256 KiB; `None` at the end, of which [`end`](Self::end)
    /// tells.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; at the end of the program, when the server is asked what has become of it,
    /// as for [`Server::run`].
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            self.buffer.reserve(READ);
            let read = match &mut self.stage {
                Stage::Runs => {
                    let read = async { Some(self.reader.read_buf(&mut self.buffer).await) };
                    let ended = async {
                        self.program.ended().await;
                        None
                    };
                    match first(read, ended).await {
                        Some(read) => read.map_err(failed)?,
                        None => {
                            self.stage =
                                Stage::Ending { quiet: 0, look: FIRST_LOOK, nudged: false };
                            continue;
                        }
                    }
                }
                Stage::Ending { .. } => match self.read_now()? {
                    Some(read) => read,
                    None => {
                        self.look_on().await?;
                        continue;
                    }
                },
                Stage::Closing(end) => {
                    let end = *end;
                    // A `cat` that somebody has stopped doesn't hold us up.
                    let read = self.reader.read_buf(&mut self.buffer);
                    match timeout(upkeep::OPEN_LIMIT, read).await {
                        Ok(Ok(0)) | Err(_) => {
                            self.stage = Stage::Ended(end);
                            continue;
                        }
                        Ok(read) => read.map_err(failed)?,
                    }
                }
                Stage::Ended(_) => return Ok(None),
            };
            match read {
                0 => self.stage = Stage::Ended(self.reason().await?),
                _ => return Ok(Some(self.buffer.split().freeze())),
            }
        }
    }

    /// How it ended; `None` before [`next`](Self::next) has said so.
    pub fn end(&self) -> Option<RawEnd> {
        match self.stage {
            Stage::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// What is there to be read at once. Not through tokio, which believes in nothing to read until it
    /// was told.
    fn read_now(&mut self) -> Result<Option<usize>> {
        let mut piece = vec![0; READ];
        loop {
            match nix::unistd::read(&self.reader, &mut piece) {
                Ok(count) => {
                    self.buffer.extend_from_slice(&piece[..count]);
                    return Ok(Some(count));
                }
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(None),
                Err(error) => return Err(failed(error)),
            }
        }
    }

    /// The program's process has ended, and nothing is there to be read: asks the server.
    async fn look_on(&mut self) -> Result<()> {
        let now = PaneNow::ask(&self.server, self.pane).await?;
        let Stage::Ending { quiet, look, nudged } = &mut self.stage else { return Ok(()) };
        let waited = *look >= STATUS_COMES;
        match now {
            PaneNow::Ended(PaneEnd::Gone) => self.stage = Stage::Closing(program(PaneEnd::Gone)),
            PaneNow::ServerGone => self.stage = Stage::Closing(RawEnd::ServerGone),
            PaneNow::Runs { pid, .. } if !pid.is_empty() && pid != self.program.pid => {
                self.watch(pid);
                self.stage = Stage::Runs;
            }
            PaneNow::Runs { .. } if self.program.process.is_none() => self.stage = Stage::Runs,
            // The server hasn't heard of it yet, or not how.
            PaneNow::Runs { .. } | PaneNow::Ended(PaneEnd::Dead) if !waited => self.rest().await,
            // Sometimes it misses that a process has ended, until another does.
            PaneNow::Runs { .. } | PaneNow::Ended(PaneEnd::Dead) if !*nudged => {
                (*nudged, *look) = (matches!(now, PaneNow::Ended(_)), FIRST_LOOK);
                nudge(&self.server).await;
            }
            PaneNow::Ended(end) if *quiet >= QUIET => {
                // In its place, so that what is in the pipe comes before its end.
                self.stage = Stage::Closing(program(end));
                self.server.run(["pipe-pane", "-t", &self.pane.to_string()]).await?;
            }
            PaneNow::Ended(_) | PaneNow::Runs { .. } => *quiet += 1,
        }
        Ok(())
    }

    async fn rest(&mut self) {
        let Stage::Ending { look, .. } = &mut self.stage else { return };
        let pause = *look;
        *look = (pause * 2).min(LOOK);
        sleep(pause).await;
    }

    fn watch(&mut self, pid: String) {
        let process = pid.parse().ok().and_then(|pid| Process::open(pid, self.server_pid));
        self.program = Program { pid, process };
    }

    /// Why the FIFO is at its end.
    async fn reason(&self) -> Result<RawEnd> {
        let until = Instant::now() + upkeep::OPEN_LIMIT;
        loop {
            match PaneNow::ask(&self.server, self.pane).await? {
                PaneNow::Ended(end) => return Ok(program(end)),
                PaneNow::ServerGone => return Ok(RawEnd::ServerGone),
                PaneNow::Runs { .. } => {
                    let ended = timeout(SOON, self.program.ended()).await.is_ok();
                    if !ended || Instant::now() > until {
                        return Ok(RawEnd::PipeClosed);
                    }
                    // The server hasn't finished with the pane yet.
                    sleep(SOON).await;
                }
            }
        }
    }

    /// Whether the pane's pipe is still ours: if it isn't, the FIFO is at its end.
    fn is_current(&mut self) -> bool {
        if matches!(self.stage, Stage::Closing(_) | Stage::Ended(_)) {
            return false;
        }
        loop {
            match self.read_now() {
                Ok(Some(0)) => return false,
                Ok(Some(_)) => self.buffer.clear(),
                Ok(None) | Err(_) => return true,
            }
        }
    }
}

fn program(end: PaneEnd) -> RawEnd {
    RawEnd::Program(OutputEnd::of(end))
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Io, Delivery::MayHaveRun).with_source(error)
}

fn can_not_open(reason: &str) -> Error {
    failed(format!("the server can't open our FIFO: {reason}; output without `raw` needs none"))
}

/// A server that has nothing to write doesn't notice that nobody reads, so it is told.
impl Drop for RawOutput {
    fn drop(&mut self) {
        let helper = self.helper.take();
        if !self.is_current() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (server, target) = (self.server.clone(), self.pane.to_string());
        runtime.spawn(async move {
            let _ = server.run(["pipe-pane", "-t", &target]).await;
            drop(helper);
        });
    }
}
