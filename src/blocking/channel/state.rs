//! What callers and the watcher of a channel share.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::link::Link;
use crate::blocking::server::Server;
use crate::channel::{ChannelOptions, Reconnect};
use crate::error::End;
use crate::exchange::{Exchange, Ticket};
use crate::route::Names;
use crate::spin::Spin;
use crate::upkeep;
use crate::version::ServerInfo;

/// Most bytes of one read.
const READ: usize = 1 << 16;

/// What callers and the watcher share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) server: Server,
    pub(super) options: ChannelOptions,
    pub(super) state: Mutex<State>,
    /// The phase is another one, or the reading has ended on demand.
    pub(super) changed: Condvar,
}

pub(super) type Guard<'a> = MutexGuard<'a, State>;

#[derive(Debug)]
pub(super) struct State {
    pub(super) exchange: Exchange,
    /// There while there is a connection.
    pub(super) link: Option<Arc<Link>>,
    pub(super) phase: Phase,
    /// Somebody is making the next connection.
    pub(super) opening: bool,
    pub(super) closed: bool,
    /// Closes what a question to the next server waits for, so that closing cuts it short.
    pub(super) asking: Option<OwnedFd>,
    pub(super) names: Names,
    pub(super) spin: Spin,
    /// Somebody reads, with the buffer.
    pub(super) reading: bool,
    pub(super) buffer: Vec<u8>,
    /// Nobody must begin to read: the watcher ends the connection.
    pub(super) stopping: bool,
    /// The end of what the server wrote is marked; it has been found.
    pub(super) nudged: bool,
    pub(super) cut: bool,
    /// The end that somebody on our side wants.
    pub(super) verdict: Option<End>,
    /// Somebody has called since the watcher looked.
    pub(super) called: bool,
    /// The watcher's question whether the server only waits for us.
    pub(super) check: Option<Ticket>,
    pub(super) info: Option<ServerInfo>,
    pub(super) attached: bool,
    /// The server's process: its number, and what is readable when it has ended.
    pub(super) pid: i32,
    pub(super) process: Option<OwnedFd>,
}

#[derive(Debug)]
pub(super) enum Phase {
    Opening,
    Open,
    Ended {
        end: End,
        /// No other connection will do.
        last: bool,
    },
}

impl Shared {
    pub(super) fn new(server: Server, options: ChannelOptions) -> Self {
        let state = Mutex::new(State::new(&options));
        Self { server, state, changed: Condvar::new(), options }
    }

    pub(super) fn lock(&self) -> Guard<'_> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.asking = None;
        state.stop(End::Closed);
        if state.link.is_none() && state.end(self.options.reconnect).is_none() {
            state.phase = Phase::Ended { end: End::Closed, last: true };
        }
        drop(state);
        self.changed.notify_all();
    }
}

impl State {
    fn new(options: &ChannelOptions) -> Self {
        Self {
            exchange: Exchange::default(),
            link: None,
            phase: Phase::Opening,
            opening: false,
            closed: false,
            asking: None,
            names: Names::default(),
            spin: Spin::new(options.spin),
            reading: false,
            buffer: vec![0; READ],
            stopping: false,
            nudged: false,
            cut: false,
            verdict: None,
            called: false,
            check: None,
            info: None,
            attached: false,
            pid: 0,
            process: None,
        }
    }

    /// Writes the lines that there is room for.
    pub(super) fn write(&mut self) {
        if let Some(link) = &self.link {
            link.write(&mut self.exchange);
        }
    }

    /// Why there will be no connection any more.
    pub(super) fn end(&self, reconnect: Reconnect) -> Option<&End> {
        match &self.phase {
            Phase::Ended { end, last } if *last || !upkeep::may_return(end, reconnect) => Some(end),
            _ => None,
        }
    }
}
