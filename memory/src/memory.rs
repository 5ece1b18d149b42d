//! What a test has in hand.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use bstr::{BString, ByteSlice};
use tempfile::TempDir;
use tmuxwire_operations::{PaneId, Release};
use tmuxwire_protocol::{Harm, HeaderLayout};

use crate::colours;
use crate::server::{Generation, Shared};
use crate::state::{Screen, State, now};

/// A tmux server in memory, listening on a socket of its own until it is dropped.
///
/// See the [crate's documentation](crate) for what it models.
#[derive(Debug)]
pub struct MemoryTmux {
    shared: Arc<Shared>,
    generation: Arc<Generation>,
    thread: Option<JoinHandle<()>>,
    socket: PathBuf,
    version: String,
    release: Release,
    /// Removed last.
    _directory: TempDir,
}

/// How a server in memory is to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    version: String,
}

/// What is prepared for the next list of commands, in place of running it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails with this text and status 1.
    Refuse(BString),
    /// The connection is closed without an answer, as by a server that crashes; the server goes on.
    /// A command that only reads (`list-panes`) is then asked again, as of a server that is ending,
    /// and the caller sees nothing of it; [`MemoryTmux::connections`] tells.
    HangUp,
}

impl Builder {
    /// The version that it calls itself, from 3.2: `3.5a`, `next-3.9`. The wire's header, the
    /// commands and their flags, layouts, formats, names and how text is printed are those of that
    /// version: tests hold 3.5a, 3.7c and 3.8 against real servers. What options there are is
    /// 3.8's.
    pub fn version(self, version: impl Into<String>) -> Self {
        Self { version: version.into() }
    }

    /// Starts it.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a version that is none or before 3.2; the
    /// system's own, if there can't be a directory, a socket or a thread.
    pub fn start(self) -> std::io::Result<MemoryTmux> {
        let release = Release::parse(&self.version).filter(|found| *found >= Release::new(3, 2));
        let Some(release) = release else {
            let text = format!("{}: not a version of tmux from 3.2 on", self.version);
            return Err(Error::new(ErrorKind::InvalidInput, text));
        };
        let directory = tempfile::Builder::new().prefix("tmuxwire-memory-").tempdir()?;
        let socket = directory.path().join("socket");
        let layout = match release >= Release::new(3, 6) {
            true => HeaderLayout::New,
            false => HeaderLayout::Old,
        };
        let state = State::new(&self.version, release, socket.clone(), now());
        let shared = Arc::new(Shared::new(state, layout));
        let generation = Arc::new(Generation::listen(&socket)?);
        let thread = Some(generation.serve(&shared)?);
        let version = self.version;
        Ok(MemoryTmux {
            shared,
            generation,
            thread,
            socket,
            version,
            release,
            _directory: directory,
        })
    }
}

impl MemoryTmux {
    /// Starts one that calls itself 3.8, without any session.
    ///
    /// # Errors
    /// As for [`Builder::start`].
    pub fn start() -> std::io::Result<Self> {
        Self::builder().start()
    }

    /// Chooses how it is to be.
    pub fn builder() -> Builder {
        Builder { version: "3.8".to_owned() }
    }

    /// The socket to connect to.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Every command that clients asked for, in order, also those that failed: each its words, the
    /// name as the client wrote it.
    pub fn commands(&self) -> Vec<Vec<BString>> {
        self.shared.seen().commands.clone()
    }

    /// How many lists of commands were asked for: one for each one-shot client, one for each line of
    /// a channel.
    pub fn round_trips(&self) -> usize {
        self.shared.seen().round_trips
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.seen().connections
    }

    /// What clients said that might have ended or hung a real server; their connections were closed.
    pub fn harm(&self) -> Vec<Harm> {
        self.shared.seen().harm.clone()
    }

    /// Forgets what [`commands`](Self::commands), [`round_trips`](Self::round_trips),
    /// [`connections`](Self::connections) and [`harm`](Self::harm) tell.
    pub fn forget(&self) {
        let mut seen = self.shared.seen();
        seen.commands.clear();
        seen.harm.clear();
        (seen.round_trips, seen.connections) = (0, 0);
    }

    /// What a pane shows from now on, for `capture-pane`: lines without control characters, but with
    /// colours and attributes (`CSI .. m`), which `-e` shows as they are given here; tmux finds words of
    /// its own for the same colours. Of more lines than the pane has, the first are its history. Lines
    /// are not wrapped, and go where they are when the pane changes its size.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) without such a pane;
    /// [`InvalidInput`](ErrorKind::InvalidInput) for other control characters.
    pub fn set_screen(&self, pane: PaneId, text: impl AsRef<[u8]>) -> std::io::Result<()> {
        let text = text.as_ref();
        let shown = colours::without(text);
        if shown.iter().any(|byte| byte.is_ascii_control() && *byte != b'\n') {
            let error = "control characters, which a terminal would not show; colours are CSI .. m";
            return Err(Error::new(ErrorKind::InvalidInput, error));
        }
        let mut state = self.shared.state();
        let height = state.pane_height(pane.0);
        let pane = state.panes.get_mut(&pane.0).ok_or_else(|| no_pane(pane))?;
        pane.screen = Some(Screen::of(text, height));
        Ok(())
    }

    /// What was typed into a pane, by `send-keys` and `paste-buffer`: the bytes that its program would
    /// have read.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) without such a pane.
    pub fn typed(&self, pane: PaneId) -> std::io::Result<BString> {
        let state = self.shared.state();
        let found = state.panes.get(&pane.0).ok_or_else(|| no_pane(pane))?;
        Ok(found.typed.as_bstr().to_owned())
    }

    /// What formats say of a pane under a name, such as `pane_current_path`, which the server can't
    /// know or would tell otherwise.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) without such a pane.
    pub fn set_field(
        &self,
        pane: PaneId,
        name: impl Into<String>,
        value: impl Into<BString>,
    ) -> std::io::Result<()> {
        let mut state = self.shared.state();
        let found = state.panes.get_mut(&pane.0).ok_or_else(|| no_pane(pane))?;
        found.fields.insert(name.into(), value.into());
        Ok(())
    }

    /// The program of a pane ends with a status: the pane goes, or stays as a dead one if
    /// `remain-on-exit` says so.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) without such a pane.
    pub fn end_program(&self, pane: PaneId, status: i32) -> std::io::Result<()> {
        let mut state = self.shared.state();
        if !state.panes.contains_key(&pane.0) {
            return Err(no_pane(pane));
        }
        let place = crate::options::Place::Pane(pane.0);
        let remain = state.option_at(place, b"remain-on-exit").map(|(setting, _)| setting.text());
        let stays = match remain.as_ref().map(|text| text.as_bytes()) {
            Some(b"on" | b"key") => true,
            Some(b"failed") => status != 0,
            _ => false,
        };
        match state.panes.get_mut(&pane.0) {
            Some(found) if stays => found.dead = Some(status),
            _ => state.end_pane(pane.0),
        }
        state.end_if_empty();
        let ended = state.ended;
        drop(state);
        if ended {
            self.generation.end(true);
        }
        Ok(())
    }

    /// What happens to the next list of commands, instead of running it; several wait in line.
    pub fn fail_next(&self, fault: Fault) {
        self.shared.seen().faults.push(fault);
    }

    /// Ends the server as `kill-server` does: clients are told, the socket's file stays.
    pub fn end_server(&mut self) {
        self.stop(true);
    }

    /// Ends the server without a word to anybody, as a crash does.
    pub fn crash(&mut self) {
        self.stop(false);
    }

    /// Whether the server is there.
    pub fn is_running(&self) -> bool {
        self.generation.is_running()
    }

    /// Another server on the same socket, with nothing of the old one: ids count from 0 again, and
    /// `#{start_time}` is later. Both have this process's id, so that who tells servers apart by the
    /// process alone takes it for the same.
    ///
    /// # Errors
    /// The system's own.
    pub fn restart(&mut self) -> std::io::Result<()> {
        self.stop(true);
        let started = self.shared.state().started;
        std::fs::remove_file(&self.socket)?;
        let started = now().max(started + 1);
        *self.shared.state() =
            State::new(&self.version, self.release, self.socket.clone(), started);
        self.generation = Arc::new(Generation::listen(&self.socket)?);
        self.thread = Some(self.generation.serve(&self.shared)?);
        Ok(())
    }

    fn stop(&mut self, loud: bool) {
        self.shared.state().ended = true;
        self.generation.end(loud);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.shared.wait_for_clients();
    }
}

impl Drop for MemoryTmux {
    fn drop(&mut self) {
        self.stop(true);
    }
}

impl State {
    fn pane_height(&self, pane: u32) -> usize {
        let window = self.panes.get(&pane).and_then(|found| self.windows.get(&found.window));
        let places = window.map(|window| window.layout.places()).unwrap_or_default();
        let place = places.into_iter().find(|(id, _)| *id == pane);
        place.and_then(|(_, place)| usize::try_from(place.height).ok()).unwrap_or(0)
    }
}

fn no_pane(pane: PaneId) -> Error {
    Error::new(ErrorKind::NotFound, format!("can't find pane: {pane}"))
}
