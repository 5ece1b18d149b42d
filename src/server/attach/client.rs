//! An attached client, looked after by a task.

use std::ffi::OsStr;
use std::future::{Future, poll_fn};
use std::os::unix::ffi::OsStrExt;
use std::pin::{Pin, pin};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use tmuxwire_protocol::{Event, WireString};
use tokio::process::{Child, Command as Program};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};

use super::super::connection::Connection;
use super::super::drive::{Drive, Io};
use crate::attach::{AttachEnd, GRACE, Lent, end_of};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::fault::Fault;

/// A client that is attached on a terminal of ours.
///
/// A task looks after it, so it needs no polling. When the server wants the client to stop itself
/// (`suspend-client`), it goes on at once; when it is locked, the lock command runs on the terminal
/// by `sh -c`. Dropping this leaves the session, as [`detach`](Self::detach) does.
#[derive(Debug)]
pub struct AttachedClient {
    name: String,
    orders: Arc<Orders>,
    task: JoinHandle<Result<AttachEnd>>,
    end: Option<Result<AttachEnd, (ErrorKind, Delivery)>>,
}

/// What the task is to do.
#[derive(Debug, Default)]
pub(super) struct Orders {
    resize: AtomicBool,
    leave: AtomicBool,
    given: Notify,
}

impl Orders {
    fn give(&self, order: &AtomicBool) {
        order.store(true, Ordering::Release);
        self.given.notify_one();
    }

    pub(super) async fn wait(&self) {
        self.given.notified().await;
    }

    pub(super) fn takes_resize(&self) -> bool {
        self.resize.swap(false, Ordering::AcqRel)
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.leave.load(Ordering::Acquire)
    }
}

impl AttachedClient {
    pub(super) fn new(session: Session) -> Self {
        let name = session.tty.tty().name();
        Self::start(name, |orders| session.run(orders))
    }

    /// Starts the task.
    pub(super) fn start<F>(name: Vec<u8>, task: impl FnOnce(Arc<Orders>) -> F) -> Self
    where
        F: Future<Output = Result<AttachEnd>> + Send + 'static,
    {
        let orders = Arc::<Orders>::default();
        let name = String::from_utf8_lossy(&name).into_owned();
        let task = tokio::spawn(task(Arc::clone(&orders)));
        Self { name, orders, task, end: None }
    }

    /// The client's name for `-c` and `-t` of tmux's commands: its terminal's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells the server that the terminal has another size. The server asks the terminal for it,
    /// so set that first (`TIOCSWINSZ`).
    pub fn resize(&self) {
        self.orders.give(&self.orders.resize);
    }

    /// Leaves the session; the end is then [`AttachEnd::Left`]. A server that doesn't answer
    /// within 2 seconds loses the terminal all the same.
    pub fn detach(&self) {
        self.orders.give(&self.orders.leave);
    }

    /// Waits for the client's end; the terminal is then as it was before. Asked again, it answers
    /// the same.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`ErrorKind::MalformedPeer`] if the server sent what no tmux sends; [`ErrorKind::Io`] if the
    /// runtime ended the task.
    pub async fn ended(&mut self) -> Result<AttachEnd> {
        if let Some(end) = &self.end {
            return end.clone().map_err(|(kind, delivery)| Error::new(kind, delivery));
        }
        let outcome = (&mut self.task).await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Io, Delivery::Answered).with_source(error))
        });
        let kept = outcome.as_ref().map(Clone::clone);
        self.end = Some(kept.map_err(|error| (error.kind().clone(), error.delivery())));
        outcome
    }
}

impl Drop for AttachedClient {
    fn drop(&mut self) {
        self.detach();
    }
}

/// A connection whose client is attached, and its terminal.
pub(super) struct Session {
    connection: Connection,
    tty: Lent,
}

/// What there is to do next.
enum Next {
    Event(Result<Event, Fault>),
    Order,
    /// The lock command has ended.
    Unlocked,
    /// The server has had its time to answer that we leave.
    Late,
}

impl Session {
    pub(super) fn new(connection: Connection, mut tty: Lent) -> Self {
        tty.lend();
        Self { connection, tty }
    }

    async fn run(mut self, orders: Arc<Orders>) -> Result<AttachEnd> {
        let mut io = Io {
            stdin: &mut tokio::io::empty(),
            stdout: &mut tokio::io::sink(),
            stderr: &mut tokio::io::sink(),
            limit: None,
        };
        let (socket, request, progress) = self.connection.parts();
        let mut drive = Drive::new(socket, request, &mut io, progress);
        let mut leaving: Option<Pin<Box<Sleep>>> = None;
        let mut lock: Option<Child> = None;
        let mut late = false;
        let outcome = loop {
            if drive.request().is_leaving() && leaving.is_none() {
                leaving = Some(Box::pin(sleep_until(Instant::now() + GRACE)));
            }
            match next(&mut drive, &orders, leaving.as_mut(), lock.as_mut()).await {
                Next::Event(Ok(Event::Suspend)) => self.tty.take_back(),
                Next::Event(Ok(Event::Lock { command })) => {
                    self.tty.take_back();
                    lock = lock_program(&self.tty, &command).spawn().ok();
                }
                Next::Event(Ok(Event::Ready)) => {}
                Next::Event(outcome) => break outcome,
                Next::Order => obey(&mut drive, &orders),
                Next::Unlocked => lock = None,
                Next::Late => {
                    late = true;
                    drive.request().handle_eof();
                }
            }
            // A suspended client goes on at once, a locked one when its command has ended.
            if lock.is_none() && drive.request().resume() {
                self.tty.lend_again();
            }
        };
        match &outcome {
            Ok(event) if *event != Event::LostServer && !late => self.tty.take_back(),
            // A terminal may take no output, which mustn't hold up anybody.
            _ => drop(tokio::task::spawn_blocking(move || drop(self.tty)).await),
        }
        // The server waits for its clients to be gone.
        outcome.map(|event| end_of(&event)).map_err(|fault| fault.into_error(Delivery::Answered))
    }
}

fn obey(drive: &mut Drive<'_, '_>, orders: &Orders) {
    if orders.takes_resize() {
        drive.request().resize();
    }
    if orders.is_leaving() {
        drive.request().leave();
    }
}

async fn next(
    drive: &mut Drive<'_, '_>,
    orders: &Orders,
    mut leaving: Option<&mut Pin<Box<Sleep>>>,
    lock: Option<&mut Child>,
) -> Next {
    let mut unlocked = pin!(async {
        match lock {
            Some(lock) => drop(lock.wait().await),
            None => std::future::pending().await,
        }
    });
    let mut event = pin!(drive.converse());
    let mut order = pin!(orders.wait());
    poll_fn(|cx| {
        if let Poll::Ready(event) = event.as_mut().poll(cx) {
            return Poll::Ready(Next::Event(event));
        }
        if order.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Next::Order);
        }
        if unlocked.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Next::Unlocked);
        }
        match &mut leaving {
            Some(sleep) => sleep.as_mut().poll(cx).map(|()| Next::Late),
            None => Poll::Pending,
        }
    })
    .await
}

/// As tmux's client runs it: with the terminal, whatever it makes of it.
fn lock_program(tty: &Lent, command: &WireString) -> Program {
    let terminal =
        || tty.tty().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from);
    let mut program = Program::new("/bin/sh");
    program.arg("-c").arg(OsStr::from_bytes(command.as_bytes()));
    program.stdin(terminal()).stdout(terminal()).stderr(terminal()).kill_on_drop(true);
    program
}
