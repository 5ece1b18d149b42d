//! The thread behind a connection: it answers the server on the socket, and keeps an eye on the
//! lines while nobody calls.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, PoisonError, TryLockError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tmuxwire_protocol::{Event, Request};

use super::OWN_ANSWER;
use super::link::Link;
use super::state::{Phase, Shared, State};
use crate::blocking::drive::{Aside, Drive, Limits};
use crate::blocking::streams::{Source, Streams};
use crate::error::{End, Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::telling::tell;
use crate::upkeep::{self, Taken};

/// How long the lines are left to those who call.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a server may take to show that it answers others.
const LAST_WORD: Duration = Duration::from_secs(1);
/// Unanswered questions after which the pause between them grows no more.
const MAX_UNANSWERED: u32 = 16;
/// What a watcher needs at most, several times over.
const STACK: usize = 1 << 18;

/// One connection's watcher.
pub(super) struct Watcher {
    pub(super) shared: Arc<Shared>,
    pub(super) link: Arc<Link>,
    pub(super) socket: UnixStream,
    pub(super) request: Request,
    /// What stands for our standard input where the lines travel on the socket.
    pub(super) relay: Option<OwnedFd>,
}

impl Watcher {
    /// Watches until the connection ends.
    pub(super) fn start(self) -> Result<()> {
        let thread = std::thread::Builder::new().name("tmuxwire-watch".into()).stack_size(STACK);
        match thread.spawn(|| self.run()) {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::not_sent(ErrorKind::Io).with_source(error)),
        }
    }

    fn run(mut self) {
        let outcome = self.converse();
        // The socket closes before anyone learns of the end: the server may be waiting for it.
        let Self { shared, link, .. } = self;
        shared.finish(&link, outcome);
    }

    fn converse(&mut self) -> Result<Event, Fault> {
        let limits = Limits { cancel: Some(self.link.alarmed()), ..Limits::default() };
        let mut lines = Lines { shared: &self.shared, relay: self.relay.take() };
        let mut drive = Drive::new(&self.socket, &mut self.request, &mut lines, limits);
        let mut held_up = HeldUp::new(self.shared.options.patience());
        loop {
            if let Some(event) = drive.handle_events()? {
                return Ok(event);
            }
            let aside = self.shared.look(&self.link);
            let until = aside.until.into_iter().chain([held_up.next]).min();
            drive.turn(Aside { until, ..aside })?;
            held_up.look(&self.shared);
        }
    }
}

/// Finds out when a line waits for something else than the server.
struct HeldUp {
    after: Duration,
    next: Instant,
    oldest: Option<(u64, usize)>,
    /// How often the server hasn't answered. It is asked half as often each time, so that little piles up
    /// before one that is stopped.
    unanswered: u32,
}

impl HeldUp {
    fn new(after: Duration) -> Self {
        Self { after, next: later(after), oldest: None, unanswered: 0 }
    }

    /// Ends the connection when the oldest line has waited for so long, and the server answers
    /// somebody else.
    fn look(&mut self, shared: &Shared) {
        if Instant::now() < self.next {
            return;
        }
        self.next = later(self.after);
        let oldest = || shared.lock().exchange.oldest();
        let before = std::mem::replace(&mut self.oldest, oldest());
        if self.oldest.is_none() || before != self.oldest {
            self.unanswered = 0;
            return;
        }
        let question = upkeep::is_alive().deadline(self.after.min(LAST_WORD));
        let answers = shared.server.run(question).is_ok();
        if answers && oldest() == self.oldest {
            shared.lock().stop(End::HeldUp);
        }
        if !answers {
            self.unanswered = (self.unanswered + 1).min(MAX_UNANSWERED);
            self.next = later(self.after.saturating_mul(1 << self.unanswered));
        }
    }
}

fn later(after: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(1 << 30))
}

/// The lines where they travel on the socket.
struct Lines<'a> {
    shared: &'a Shared,
    relay: Option<OwnedFd>,
}

impl Streams for Lines<'_> {
    fn open_stdin(&mut self) -> io::Result<Source> {
        Ok(self.relay.take().map_or_else(|| Source::from(bytes::Bytes::new()), Source::from_fd))
    }

    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()> {
        self.shared.lock().take_in(Ok(data));
        Ok(())
    }

    fn write_stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    /// Does what there is to do between two waits; tells how to wait.
    fn look<'l>(&self, link: &'l Link) -> Aside<'l> {
        let later = Aside { fd: None, until: Some(Instant::now() + PAUSE) };
        if link.reader().is_none() {
            let mut state = self.lock();
            link.write(&mut state.exchange);
            state.keep_up();
            return Aside::default();
        }
        let mut state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Who has the lock is at it himself.
            Err(TryLockError::WouldBlock) => return later,
        };
        let called = std::mem::take(&mut state.called);
        if !state.reading {
            state.drain(link, 16);
        }
        link.write(&mut state.exchange);
        state.keep_up();
        let busy = state.reading || link.wants_room(&state.exchange);
        match busy || (called && state.check.is_none()) {
            true => later,
            false => Aside { fd: link.reader(), until: None },
        }
    }

    /// Ends a connection, and everything that waits for it.
    fn finish(&self, link: &Link, outcome: Result<Event, Fault>) {
        let mut state = self.lock();
        state.stopping = true;
        if state.reading {
            state.nudged = true;
            link.nudge();
            let reading = |state: &mut State| state.reading;
            state = self.changed.wait_while(state, reading).unwrap_or_else(PoisonError::into_inner);
        }
        state.drain(link, upkeep::LAST_READS);
        let end = match state.verdict.take() {
            Some(end) => end,
            None => {
                let taken =
                    Taken { opened: matches!(state.phase, Phase::Open), attached: state.attached };
                upkeep::end_of(outcome, taken, state.exchange.text())
            }
        };
        state.close(end);
        self.changed.notify_all();
    }
}

impl State {
    /// Takes what the server wrote. Whether more may follow.
    pub(super) fn take_in(&mut self, received: Result<&[u8], nix::errno::Errno>) -> bool {
        let taken = match received {
            Ok(bytes) if self.nudged => {
                // Behind the nudge nothing counts any more.
                let mut pieces = bytes.splitn(2, |byte| *byte == 0);
                let bytes = pieces.next().filter(|_| !self.cut).unwrap_or_default();
                self.cut |= pieces.next().is_some();
                self.exchange.handle_data(bytes)
            }
            Ok(bytes) => self.exchange.handle_data(bytes),
            Err(errno) => {
                self.stop(End::Unknown(crate::system_text(errno as i32)));
                return false;
            }
        };
        match taken {
            Ok(_) => !self.cut,
            Err(text) => {
                self.stop(End::Broken(text));
                false
            }
        }
    }

    /// Takes what has arrived, in so many reads at most. Nobody else may be reading.
    fn drain(&mut self, link: &Link, reads: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for _ in 0..reads {
            let more = match link.receive_now(&mut buffer) {
                Ok(count) if count > 0 && !self.cut => self.take_in(Ok(&buffer[..count])),
                _ => false,
            };
            if !more {
                break;
            }
        }
        self.buffer = buffer;
    }

    /// Asks what has to be asked of the server, and takes the answers.
    fn keep_up(&mut self) {
        if let Some(ticket) = self.check
            && let Poll::Ready(answer) = self.exchange.take_reply(ticket)
        {
            self.check = None;
            if answer.is_ok_and(|answer| upkeep::only_waits_for_us(&answer.stdout_text())) {
                self.stop(End::ServerGone);
            }
        }
        if !self.attached && self.check.is_none() && self.exchange.take_news() {
            let line = upkeep::check_line(self.info.as_ref());
            self.check = self.exchange.submit(&line, OWN_ANSWER).ok();
            self.write();
        }
    }

    /// Wants the connection to end like this, if nothing else ends it first.
    pub(super) fn stop(&mut self, end: End) {
        let Some(link) = &self.link else { return };
        self.verdict.get_or_insert(end);
        self.stopping = true;
        link.alarm();
    }

    /// There is no connection any more.
    pub(super) fn close(&mut self, end: End) {
        tell!(debug, why = crate::telling::word(&end), "a channel was lost");
        (self.link, self.info, self.check) = (None, None, None);
        self.exchange.end(&end);
        self.phase = Phase::Ended { end, last: false };
    }
}
