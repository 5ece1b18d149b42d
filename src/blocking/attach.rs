//! A client on a terminal, for callers without a runtime.

use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::time::Instant;

use tmuxwire_protocol::{Event, Request};

use super::drive::{Aside, Drive, Limits};
use super::server::Server;
use super::streams::Streams;
use crate::attach::{AttachEnd, AttachOptions, GRACE, Lent, end_of};
use crate::endpoint::Patience;
use crate::error::{Error, ErrorKind, Result};
use crate::fault::{Fault, Verdict, untold_old_stdio_size};
use crate::tty::Tty;
use crate::version::ServerInfo;

/// What an attached client is told from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// The terminal has another size.
    Resize,
    /// Leave the session; the end is then [`AttachEnd::Left`]. Before the client is attached, the
    /// attempt fails with [`ErrorKind::Cancelled`].
    Leave,
}

/// The program around an attached client: what tells it of signals, and what it does for the server.
pub trait Host {
    /// The client is attached. From here on, whatever interrupts, stops or ends the process would
    /// leave the terminal to the server, so signals have to become orders.
    fn attached(&mut self) {}

    /// What becomes readable when there is an order.
    fn signal(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// The next order, without waiting.
    fn next_order(&mut self) -> Option<Order> {
        None
    }

    /// The terminal is free, so that the process can stop itself; the client goes on when this
    /// returns.
    fn suspend(&mut self) {}

    /// The terminal is free: run the lock command (`sh -c command`) on it; the client goes on when
    /// this returns.
    fn lock(&mut self, command: &OsStr);
}

/// What became of a client that wanted to attach.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "attached or not")]
pub enum Attached {
    /// It was attached until this.
    Ended(AttachEnd),
    /// Its command ended with this status and did not attach; what it printed has gone to the
    /// caller's streams.
    Never(i32),
}

impl Server {
    /// Attaches a client on `terminal`, of which the server gets a copy, and returns when the
    /// client has ended. What the command prints instead goes to `streams`.
    ///
    /// The terminal is as it was when this returns, also if the server was killed, or is stopped
    /// and doesn't answer that we leave (for which it has 2 seconds).
    ///
    /// # Errors
    /// [`ErrorKind::NoServer`]: this starts none. [`ErrorKind::UnknownTerminal`],
    /// [`ErrorKind::NotATerminal`]; otherwise as for [`run`](Self::run).
    pub fn attach(
        &self,
        terminal: OwnedFd,
        options: &AttachOptions,
        streams: &mut dyn Streams,
        host: &mut dyn Host,
    ) -> Result<Attached> {
        let tty = Tty::new(terminal)
            .map_err(|errno| Error::not_sent(ErrorKind::NotATerminal).with_source(errno))?;
        let terminfo = self.endpoint.terminfo(options)?;
        let info = self.info_for(host)?;
        let mut patience = Patience::with_exiting_server(None);
        let tty = &mut Lent::new(tty, &terminfo);
        loop {
            let request = self.endpoint.attach_request(options, &info, tty.tty(), &terminfo)?;
            match self.attach_once(request, tty, streams, host)? {
                Outcome::Attached(end) => return Ok(Attached::Ended(end)),
                Outcome::Not(Verdict::Ended(ended)) => {
                    if let Some(reason) = ended.reason() {
                        let _ = streams.write_stderr(&reason);
                        let _ = streams.flush();
                    }
                    return ended.status().map(Attached::Never);
                }
                Outcome::Not(Verdict::TryAgain(error)) => match patience.next_pause() {
                    Some(pause) => std::thread::sleep(pause),
                    None => return Err(error),
                },
                Outcome::Not(Verdict::NeedsOldStdioSize) => return Err(untold_old_stdio_size()),
                Outcome::Not(Verdict::Failed { error, .. }) => return Err(error),
            }
        }
    }

    /// What the server is. Sizes don't matter yet; leaving does.
    fn info_for(&self, host: &mut dyn Host) -> Result<ServerInfo> {
        loop {
            let error = match self.info_until(None, host.signal()) {
                Err(error) if error.kind() == &ErrorKind::Cancelled => error,
                outcome => return outcome,
            };
            while let Some(order) = host.next_order() {
                if order == Order::Leave {
                    return Err(error);
                }
            }
        }
    }

    fn attach_once(
        &self,
        mut request: Request,
        tty: &mut Lent,
        streams: &mut dyn Streams,
        host: &mut dyn Host,
    ) -> Result<Outcome> {
        let socket = self.connect(None)?;
        let drive = Drive::new(&socket, &mut request, streams, Limits::default());
        let mut session = Session { drive, host, tty, attached: false, leaving: None };
        let outcome = session.run();
        let Session { drive, attached, .. } = session;
        if let (true, Ok(event)) = (attached, &outcome) {
            // The server waits for its clients to be gone.
            return Ok(Outcome::Attached(end_of(event)));
        }
        let (conversation, progress) = drive.finish(outcome);
        Ok(Outcome::Not(Verdict::on(conversation, progress, &request)))
    }
}

enum Outcome {
    Attached(AttachEnd),
    Not(Verdict),
}

/// The conversation from the command to the end.
struct Session<'a, 'd> {
    drive: Drive<'d>,
    host: &'a mut dyn Host,
    tty: &'a mut Lent,
    attached: bool,
    /// When to wait no longer for the server's answer that we leave.
    leaving: Option<Instant>,
}

impl Session<'_, '_> {
    fn run(&mut self) -> Result<Event, Fault> {
        loop {
            while let Some(event) = self.drive.handle_events()? {
                if let Some(end) = self.handle(event)? {
                    return Ok(end);
                }
            }
            while let Some(order) = self.host.next_order() {
                self.obey(order)?;
            }
            if !self.gives_up() {
                self.drive.turn(Aside { fd: self.host.signal(), until: self.leaving })?;
            }
        }
    }

    /// Does what the server wants of an attached client; answers the end if this is it.
    fn handle(&mut self, event: Event) -> Result<Option<Event>, Fault> {
        match event {
            Event::Ready => {
                // What was printed before stays below what the server draws.
                self.drive.flush();
                self.attached = true;
                self.tty.lend();
                self.host.attached();
            }
            Event::Suspend => {
                self.tty.take_back();
                self.host.suspend();
                return self.go_on();
            }
            Event::Lock { command } => {
                self.tty.take_back();
                self.host.lock(OsStr::from_bytes(command.as_bytes()));
                return self.go_on();
            }
            end => {
                if self.attached && end != Event::LostServer && !self.is_late() {
                    self.tty.take_back();
                }
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Gives the terminal to the server again, unless the client has come to its end meanwhile.
    fn go_on(&mut self) -> Result<Option<Event>, Fault> {
        self.drive.receive()?;
        let event = self.drive.handle_events()?;
        if event.is_none() && self.drive.request().resume() {
            self.tty.lend_again();
        }
        Ok(event)
    }

    fn obey(&mut self, order: Order) -> Result<(), Fault> {
        match order {
            Order::Resize => self.drive.request().resize(),
            Order::Leave if self.attached => self.drive.request().leave(),
            Order::Leave => return Err(Fault::Cancelled),
        }
        Ok(())
    }

    /// Whether the server has had its time to answer that we leave; then it counts as gone.
    fn gives_up(&mut self) -> bool {
        if !self.drive.request().is_leaving() {
            return false;
        }
        self.leaving.get_or_insert_with(|| Instant::now() + GRACE);
        let late = self.is_late();
        if late {
            self.drive.request().handle_eof();
        }
        late
    }

    fn is_late(&self) -> bool {
        self.leaving.is_some_and(|until| Instant::now() >= until)
    }
}
