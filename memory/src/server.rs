//! The listening server: its threads, and how they end.

use std::io::pipe;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bstr::BString;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::Shutdown;
use tmuxwire_protocol::{Harm, HeaderLayout};

use crate::client;
use crate::memory::Fault;
use crate::state::State;
use crate::wire::Wire;

/// Connections that are served at once; more wait in the socket's backlog.
const MOST_CLIENTS: usize = 256;

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// The client has left.
    Client,
    /// The server ends.
    Ended,
    /// The client said what might have ended a real server.
    Harm(Harm),
    /// Nothing to read yet.
    NotYet,
}

/// What all threads share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    seen: Mutex<Seen>,
    clients: Mutex<usize>,
    left: Condvar,
    pub(crate) layout: HeaderLayout,
}

/// What clients did, for tests to look at.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) commands: Vec<Vec<BString>>,
    pub(crate) connections: usize,
    pub(crate) round_trips: usize,
    pub(crate) harm: Vec<Harm>,
    pub(crate) faults: Vec<Fault>,
}

/// One life of the server, from its start to its end.
#[derive(Debug)]
pub(crate) struct Generation {
    listener: UnixListener,
    ended: OwnedFd,
    /// Closing it tells every thread.
    running: Mutex<Option<OwnedFd>>,
    /// Whether clients are told.
    is_loud: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn new(state: State, layout: HeaderLayout) -> Self {
        Self {
            state: Mutex::new(state),
            seen: Mutex::default(),
            clients: Mutex::default(),
            left: Condvar::new(),
            layout,
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }

    /// Waits until no connection is served any more.
    pub(crate) fn wait_for_clients(&self) {
        let clients = lock(&self.clients);
        let gone = self.left.wait_while(clients, |clients| *clients > 0);
        drop(gone.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits for room for one more client, and takes it.
    fn admit(&self) {
        let clients = lock(&self.clients);
        let full = self.left.wait_while(clients, |clients| *clients >= MOST_CLIENTS);
        *full.unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn dismiss(&self) {
        *lock(&self.clients) -= 1;
        self.left.notify_all();
    }
}

/// Gives a client's place back, however its thread ends.
struct Admitted(Arc<Shared>);

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.dismiss();
    }
}

impl Generation {
    pub(crate) fn listen(path: &Path) -> std::io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        listener.set_nonblocking(true)?;
        let (read, write) = pipe()?;
        Ok(Self {
            listener,
            ended: read.into(),
            running: Mutex::new(Some(write.into())),
            is_loud: AtomicBool::new(true),
        })
    }

    /// A descriptor that can be read once the server ends.
    pub(crate) fn ended(&self) -> BorrowedFd<'_> {
        self.ended.as_fd()
    }

    pub(crate) fn is_loud(&self) -> bool {
        self.is_loud.load(Ordering::SeqCst)
    }

    pub(crate) fn is_running(&self) -> bool {
        lock(&self.running).is_some()
    }

    /// Ends the server: nobody can connect any more, every thread is told.
    pub(crate) fn end(&self, loud: bool) {
        let mut running = lock(&self.running);
        if running.is_some() {
            self.is_loud.store(loud, Ordering::SeqCst);
            // Who connects now is refused at once.
            let _ = rustix::net::shutdown(&self.listener, Shutdown::Both);
            *running = None;
        }
    }

    /// Serves whoever connects, until the end.
    pub(crate) fn serve(self: &Arc<Self>, shared: &Arc<Shared>) -> std::io::Result<JoinHandle<()>> {
        let (generation, shared) = (Arc::clone(self), Arc::clone(shared));
        let name = "tmuxwire-memory".to_owned();
        std::thread::Builder::new().name(name).spawn(move || generation.accept_all(&shared))
    }

    fn accept_all(self: &Arc<Self>, shared: &Arc<Shared>) {
        loop {
            let mut fds = [
                PollFd::new(&self.ended, PollFlags::IN),
                PollFd::new(&self.listener, PollFlags::IN),
            ];
            let polled = poll(&mut fds, None);
            let [ended, _] = &fds;
            if polled.is_ok() && !ended.revents().is_empty() || !self.is_running() {
                return;
            }
            if let Ok((socket, _)) = self.listener.accept() {
                self.admit(shared, socket);
            }
        }
    }

    fn admit(self: &Arc<Self>, shared: &Arc<Shared>, socket: UnixStream) {
        shared.admit();
        let admitted = Admitted(Arc::clone(shared));
        let generation = Arc::clone(self);
        let name = "tmuxwire-memory client".to_owned();
        let thread = std::thread::Builder::new().name(name).spawn(move || {
            let shared = &admitted.0;
            shared.seen().connections += 1;
            if let Ok(wire) = Wire::new(socket, shared.layout, generation) {
                client::serve(wire, shared);
            }
        });
        // Without a thread the connection is closed, as by a server that has no descriptors left.
        drop(thread);
    }
}
