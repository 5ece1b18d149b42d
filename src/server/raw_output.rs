//! A pane's bytes through `pipe-pane`: faster than `%output` by far, for one busy pane.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use nix::sys::stat::Mode;
use tmuxwire_protocol::control::PaneId;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};

use super::Server;
use super::pane_output::{Screen, read_screen, screen_commands};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};

/// Read at a time, at most.
const READ: usize = 1 << 18;
/// What the server prints instead of taking a pipe.
const TAKEN: &str = "tmuxwire:taken";

/// A pane's output as it comes, unescaped, in order and complete: the server waits for a slow
/// reader (no more than its own memory allows: it goes on reading the pane meanwhile).
///
/// The server pipes it through a `cat` into a FIFO of ours. Both go when this is dropped in a
/// runtime, or with our process (then the server notices with the pane's next output). If the
/// user sets a pipe of his own meanwhile, his wins, and this one ends.
#[derive(Debug)]
pub struct RawOutput {
    screen: Screen,
    reader: Receiver,
    buffer: BytesMut,
    ended: bool,
    server: Server,
    pane: PaneId,
    helper: Option<Helper>,
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
    /// [`ErrorKind::Io`] if there is no place for a FIFO; otherwise as for [`run`](Self::run).
    ///
    /// # Cancellation
    /// Dropping the future leaves nothing behind.
    pub async fn raw_output(&self, pane: PaneId) -> Result<RawOutput> {
        let directory = Directory::new().map_err(failed)?;
        let (fifo, control) = (directory.fifo("output")?, directory.fifo("control")?);
        let mut reader = OpenOptions::new().open_receiver(&fifo).map_err(failed)?;
        // Without a writer the FIFO would be at its end until the helper comes.
        let placeholder = OpenOptions::new().open_sender(&fifo).map_err(failed)?;
        let control_end = OpenOptions::new().read_write(true).open_sender(&control);
        let control_end = control_end.map_err(failed)?;
        let screen = self.pipe(pane, &helper(&fifo, &control)).await?;
        // Its first byte says that the helper has opened the FIFO.
        reader.read_u8().await.map_err(failed)?;
        drop(placeholder);
        Ok(RawOutput {
            screen,
            reader,
            buffer: BytesMut::new(),
            ended: false,
            server: self.clone(),
            pane,
            helper: Some(Helper { _control: control_end, _directory: directory }),
        })
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

    /// The next piece of output, at most 256 KiB; `None` when the pane is gone, or its pipe is
    /// another one now.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        self.buffer.reserve(READ);
        match self.reader.read_buf(&mut self.buffer).await.map_err(failed)? {
            0 => {
                self.ended = true;
                Ok(None)
            }
            _ => Ok(Some(self.buffer.split().freeze())),
        }
    }

    /// Whether the pane's pipe is still ours: if it isn't, the FIFO is at its end.
    fn is_current(&mut self) -> bool {
        let mut rest = vec![0; READ];
        while !self.ended {
            match self.reader.try_read(&mut rest) {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        !self.ended
    }
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

/// What the server runs: `cat` from its pipe into the FIFO, ended when nobody holds the other FIFO
/// open any more. Paths are plain ones.
fn helper(fifo: &Path, control: &Path) -> String {
    let (fifo, control) = (fifo.display(), control.display());
    format!(
        "exec 3>{fifo} 4<&0 && echo >&3 && {{ cat <&4 >&3 3>&- 4<&- & }} && \
         exec 3>&- 4<&- </dev/null && read x <{control}; kill $! 2>/dev/null"
    )
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Io, Delivery::MayHaveRun).with_source(error)
}

/// A private directory, gone when dropped.
#[derive(Debug)]
struct Directory(PathBuf);

impl Directory {
    fn new() -> Result<Self, nix::errno::Errno> {
        let wanted = std::env::temp_dir();
        // The path becomes part of a shell command in a tmux format.
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
        let base = match wanted.is_absolute() && wanted.as_os_str().as_bytes().iter().all(plain) {
            true => wanted.as_path(),
            false => Path::new("/tmp"),
        };
        nix::unistd::mkdtemp(&base.join("tmuxwire-XXXXXX")).map(Self)
    }

    fn fifo(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(OsStr::new(name));
        nix::unistd::mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).map_err(failed)?;
        Ok(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
