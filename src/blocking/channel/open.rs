//! How a channel gets its connection, and another one when that has ended.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;

use super::OWN_ANSWER;
use super::link::Link;
use super::state::{Phase, Shared, State};
use super::watcher::Watcher;
use crate::channel::Reconnect;
use crate::endpoint::{Control, ServerEnd};
use crate::error::{End, Error, ErrorKind, Result};
use crate::exchange::Ticket;
use crate::route::Names;
use crate::telling::tell;
use crate::version::ServerInfo;
use crate::{socket, upkeep};

/// Connects, and returns when the server serves our lines. With a process, to that server only.
pub(super) fn connect(shared: &Arc<Shared>, only: Option<i32>, deadline: Instant) -> Result<()> {
    let (socket, info) = reach(shared, deadline)?;
    if only.is_some_and(|pid| pid != info.pid) {
        return Err(ended(&End::ServerGone));
    }
    let ask = |question: upkeep::Question| {
        let left = deadline.saturating_duration_since(Instant::now());
        question.session(&shared.server.run(question.command().deadline(left))?)
    };
    let target = upkeep::question(&shared.options.attach, &info).map(ask).transpose()?;
    let control = shared.server.endpoint.control_request(
        &shared.options,
        &info,
        target.as_deref(),
        ServerEnd::Kept,
    )?;
    let mut state = shared.lock();
    if state.closed {
        return Err(ended(&End::Closed));
    }
    if shared.options.reconnect == Reconnect::SameServer {
        state.process = socket::peer_process(socket.as_fd());
    }
    (state.pid, state.info, state.attached) = (info.pid, Some(info), target.is_some());
    let (watcher, ticket) = state.begin(shared, socket, control)?;
    drop(state);
    if let Err(error) = watcher.start() {
        shared.lock().close(End::ServerGone);
        return Err(error);
    }
    let listing = shared.wait(shared.lock(), ticket, Some(deadline));
    let mut state = shared.lock();
    let listing = match listing {
        Ok(listing) => listing,
        Err(error) => {
            // Another attempt must not meet what is left of this one.
            state.stop(End::ServerGone);
            let opening = |state: &mut State| matches!(state.phase, Phase::Opening);
            let _ended = shared.changed.wait_while(state, opening);
            return Err(Error::not_sent(error.kind().clone()));
        }
    };
    if matches!(state.phase, Phase::Opening) {
        state.names = Names::read(&listing.stdout, state.info.as_ref());
        tell!(debug, attached = state.attached, "a channel is open");
        state.phase = Phase::Open;
    }
    Ok(())
}

/// A connection to a server that we know.
fn reach(shared: &Shared, deadline: Instant) -> Result<(UnixStream, ServerInfo)> {
    let server = &shared.server;
    let mut asked: Option<ServerInfo> = None;
    loop {
        let socket = server.connect(Some(deadline))?;
        let pid = socket::peer_pid(socket.as_fd());
        // Another server may have come since it was asked.
        let asked_this = asked.take().filter(|info| info.pid == pid);
        if let Some(info) = server.endpoint.known(socket.as_fd()).or(asked_this) {
            return Ok((socket, info));
        }
        drop(socket);
        asked = Some(ask(shared, deadline)?);
    }
}

/// What a server is; closing the channel cuts the question short.
fn ask(shared: &Shared, deadline: Instant) -> Result<ServerInfo> {
    let failed = |errno: Errno| Error::not_sent(ErrorKind::Io).with_source(errno);
    let (cancel, asking) = socket::pipe().map_err(failed)?;
    let mut state = shared.lock();
    if state.closed {
        return Err(ended(&End::Closed));
    }
    state.asking = Some(asking);
    drop(state);
    let info = shared.server.info_until(Some(deadline), Some(cancel.as_fd()));
    let mut state = shared.lock();
    state.asking = None;
    match state.closed {
        true => Err(ended(&End::Closed)),
        false => info,
    }
}

impl State {
    /// Begins a connection with the first line.
    fn begin(
        &mut self,
        shared: &Arc<Shared>,
        socket: UnixStream,
        control: Control,
    ) -> Result<(Watcher, Ticket)> {
        let Control { request, write, read, server_end, relay } = control;
        let (reader, server_end) = match relay {
            Some(_) => (None, None),
            None => (Some(read), server_end),
        };
        let looks_first = shared.options.spin.is_some();
        let link = Link::new(write, reader, server_end, looks_first)
            .map_err(|errno: Errno| Error::not_sent(ErrorKind::Io).with_source(errno))?;
        let link = Arc::new(link);
        if let Phase::Ended { end, .. } = &self.phase {
            self.exchange.begin_again(end);
        }
        // What ended just before we came, nobody tells us.
        self.exchange.check_soon();
        let line = upkeep::aliases_line(self.info.as_ref());
        let ticket = self.exchange.submit(&line, OWN_ANSWER)?;
        self.link = Some(Arc::clone(&link));
        (self.stopping, self.nudged, self.cut, self.verdict) = (false, false, false, None);
        self.phase = Phase::Opening;
        self.write();
        let relay = relay.map(|(stdin, _)| stdin);
        let shared = Arc::clone(shared);
        Ok((Watcher { shared, link, socket, request, relay }, ticket))
    }
}

fn ended(end: &End) -> Error {
    Error::not_sent(ErrorKind::ChannelEnded(end.clone()))
}

/// Opens the channel's first connection, which may wait for a server.
pub(super) fn first(shared: &Arc<Shared>) -> Result<()> {
    let until = Instant::now().checked_add(shared.options.wait_for_server);
    let longest = shared.options.pause();
    let mut pause = upkeep::FIRST_PAUSE.min(longest);
    loop {
        let error = match connect(shared, None, shared.options.open_by()) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if !upkeep::may_come(&error) || left.is_some_and(|left| left.is_zero()) {
            return Err(error);
        }
        std::thread::sleep(left.map_or(pause, |left| left.min(pause)));
        pause = (pause * 2).min(longest);
    }
}

/// Returns when there is a connection to write to: at once, mostly. Where one is wanted again, the
/// first caller who needs it makes it, and the others wait for him.
pub(super) fn reopen(shared: &Arc<Shared>, deadline: Option<Instant>) -> Result<()> {
    let limit = deadline.unwrap_or_else(|| shared.options.open_by());
    let mut state = shared.lock();
    while state.opening && !state.closed {
        let in_time;
        (state, in_time) = shared.wait_for_change(state, limit);
        if !in_time {
            return Err(Error::not_sent(ErrorKind::TimedOut));
        }
    }
    match state.end(shared.options.reconnect) {
        Some(end) => return Err(ended(end)),
        None if matches!(state.phase, Phase::Open) => return Ok(()),
        None => state.opening = true,
    }
    drop(state);
    let outcome = try_again(shared, limit);
    let mut state = shared.lock();
    state.opening = false;
    if let Err(Failed::ForGood(end)) = &outcome {
        state.phase = Phase::Ended { end: end.clone(), last: true };
    }
    shared.changed.notify_all();
    outcome.map_err(|failed| match failed {
        Failed::ForGood(end) => ended(&end),
        Failed::ForNow(_) if deadline.is_some() => Error::not_sent(ErrorKind::TimedOut),
        Failed::ForNow(error) => error,
    })
}

/// Why there is no other connection.
enum Failed {
    ForGood(End),
    ForNow(Error),
}

/// A server that only waits for its clients to go must not find us there again. One that has
/// thought better of it, because somebody came, goes on for longer than this.
fn let_it_end(shared: &Shared, limit: Instant) {
    let until = limit.min(Instant::now() + upkeep::LEAVE_ALONE);
    loop {
        let state = shared.lock();
        let going = matches!(&state.phase, Phase::Ended { end: End::ServerGone, .. });
        let gone = state.process.as_ref().is_some_and(upkeep::has_ended);
        if !going || gone || state.closed || Instant::now() >= until {
            return;
        }
        drop(state);
        shared.rest(until.min(Instant::now() + upkeep::LOOK_AGAIN));
    }
}

/// Connects, with pauses in between, until it works, or can't work any more, or time is up.
fn try_again(shared: &Arc<Shared>, limit: Instant) -> Result<(), Failed> {
    let same = shared.options.reconnect == Reconnect::SameServer;
    let longest = shared.options.pause();
    let mut pause = upkeep::FIRST_PAUSE.min(longest);
    let_it_end(shared, limit);
    loop {
        let state = shared.lock();
        if state.closed {
            return Err(Failed::ForGood(End::Closed));
        }
        if same && state.process.as_ref().is_some_and(upkeep::has_ended) {
            return Err(Failed::ForGood(End::ServerGone));
        }
        let only = same.then_some(state.pid);
        drop(state);
        let error = match connect(shared, only, limit.min(shared.options.open_by())) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::AccessRefused { .. } => return Err(Failed::ForGood(End::AccessRefused)),
            ErrorKind::ChannelEnded(why) if same || *why == End::Closed => {
                return Err(Failed::ForGood(why.clone()));
            }
            _ => {}
        }
        let next = Instant::now() + pause;
        if next >= limit {
            return Err(Failed::ForNow(error));
        }
        shared.rest(next);
        pause = (pause * 2).min(longest);
    }
}
