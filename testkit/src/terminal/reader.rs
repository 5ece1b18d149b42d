//! Who reads a terminal, and keeps what was printed.

use std::fmt::{self, Debug, Formatter};
use std::num::NonZeroU16;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{pipe2, read, write};
use vt100::Parser;

use super::emulator::Extra;
use super::snapshot::Snapshot;

pub(super) struct State {
    parser: Parser<Extra>,
    printed: Vec<u8>,
    reading: bool,
    stopped: bool,
}

impl State {
    pub(super) fn seen(&self) -> Seen<'_> {
        Seen(self)
    }

    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.set_size(size(rows), size(columns));
    }

    /// Answers questions from now on.
    pub(super) fn answers(&mut self) {
        self.parser.callbacks_mut().answers = Some(Vec::new());
    }
}

/// What has been printed on a terminal up to now.
pub struct Seen<'a>(&'a State);

impl Seen<'_> {
    /// The screen's text.
    pub fn text(&self) -> String {
        self.0.parser.screen().contents()
    }

    /// The screen and the modes.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::take(&self.0.parser)
    }

    /// How many bytes have been printed.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.0.printed.len()
    }

    /// What has been printed since a mark.
    pub fn since(&self, mark: usize) -> &[u8] {
        &self.0.printed[mark..]
    }
}

impl Debug for Seen<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

pub(super) struct Shared {
    state: Mutex<State>,
    news: Condvar,
    /// A byte in it makes the reader look at the state.
    nudge: OwnedFd,
}

impl Debug for Shared {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the reader lives")
    }

    pub(super) fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        most: Duration,
    ) -> MutexGuard<'a, State> {
        self.news.wait_timeout(state, most).expect("the reader lives").0
    }

    pub(super) fn set_reading(&self, reading: bool) {
        self.lock().reading = reading;
        let _ = write(&self.nudge, b".");
    }

    pub(super) fn stop(&self) {
        if let Ok(mut state) = self.state.lock() {
            state.stopped = true;
        }
        let _ = write(&self.nudge, b".");
    }
}

pub(super) struct Reader {
    master: Arc<OwnedFd>,
    nudges: OwnedFd,
    shared: Arc<Shared>,
}

impl Reader {
    pub(super) fn start(
        master: Arc<OwnedFd>,
        columns: u16,
        rows: u16,
    ) -> (Arc<Shared>, JoinHandle<()>) {
        let (nudges, nudge) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).expect("a pipe");
        let parser = Parser::new_with_callbacks(size(rows), size(columns), 0, Extra::default());
        let state = State { parser, printed: Vec::new(), reading: true, stopped: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Condvar::new(), nudge });
        let reader = Self { master, nudges, shared: Arc::clone(&shared) };
        (shared, std::thread::spawn(move || reader.run()))
    }

    fn run(self) {
        let mut piece = [0; 1 << 16];
        let mut reading = true;
        loop {
            let wanted = if reading { PollFlags::POLLIN } else { PollFlags::empty() };
            let mut ready = [
                PollFd::new(self.nudges.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.master.as_fd(), wanted),
            ];
            // Without a reader's interest the kernel still tells of a hang-up, for ever.
            let count = if reading { 2 } else { 1 };
            poll(&mut ready[..count], PollTimeout::NONE).expect("descriptors");
            let _ = read(&self.nudges, &mut piece);
            let mut state = self.shared.lock();
            reading = state.reading;
            if state.stopped {
                return;
            }
            if reading {
                match read(&self.master, &mut piece) {
                    Ok(count @ 1..) => self.take(&mut state, &piece[..count]),
                    Err(Errno::EAGAIN) => {}
                    Ok(0) | Err(_) => return,
                }
            }
            drop(state);
            self.shared.news.notify_all();
        }
    }

    fn take(&self, state: &mut State, piece: &[u8]) {
        state.printed.extend_from_slice(piece);
        state.parser.process(piece);
        if let Some(answers) = &mut state.parser.callbacks_mut().answers {
            // A program that asks thousands of questions without reading doesn't matter here.
            let _ = write(&self.master, &std::mem::take(answers));
        }
    }
}

fn size(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a terminal has rows and columns")
}
