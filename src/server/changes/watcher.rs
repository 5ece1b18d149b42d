//! The work behind [`Changes`](super::Changes): keeps a channel to whoever serves the socket, and
//! looks.

use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tmuxwire_operations::read::{Fields, Keyed, Listing};
use tokio::time::{sleep, timeout};

use super::rows::{Rows, differences};
use super::{Change, WatchOptions};
use crate::channel::{ChannelOptions, Reconnect};
use crate::error::{Delivery, End, Error, ErrorKind, Result};
use crate::server::objects::Via;
use crate::server::{Events, Server};
use crate::server_id::ServerId;
use crate::upkeep::FIRST_PAUSE;

/// What the server tells in so short a time is looked at together.
const TOGETHER: Duration = Duration::from_millis(20);

/// Who serves the socket, as far as was told.
#[derive(PartialEq, Eq)]
enum Serves {
    NotLooked,
    Nobody,
    Process(ServerId),
}

/// A file, as the file system knows it.
#[derive(PartialEq, Eq)]
struct File {
    device: u64,
    inode: u64,
}

impl File {
    /// That of a server's socket.
    fn of(server: &Server) -> Option<Self> {
        let status = std::fs::metadata(server.socket_path()).ok()?;
        Some(Self { device: status.dev(), inode: status.ino() })
    }
}

/// A channel to the process that serves now.
struct Line<R> {
    /// Asks by the channel, and only this process.
    server: Server,
    events: Events,
    attached: bool,
    /// Nothing was listed yet.
    is_new: bool,
    /// The server has told of something since the last look that was answered.
    heard: bool,
    /// A look that took too long. It is not asked again, so that nothing piles up before a server that
    /// hangs.
    late: Option<Look<R>>,
}

/// What a look finds.
type Look<R> = Pin<Box<dyn Future<Output = Result<Rows<R>>> + Send>>;
type Opening<R> = Pin<Box<dyn Future<Output = Result<Line<R>>> + Send>>;

pub(super) struct Watcher<F: Fields> {
    server: Server,
    listing: Arc<Listing<Keyed<F>>>,
    options: WatchOptions,
    serves: Serves,
    line: Option<Line<F::Row>>,
    /// The attempt to open one that took too long; as a look that did.
    late: Option<Opening<F::Row>>,
    /// The file of the socket when the last attempt began.
    socket: Option<File>,
    /// Before the next attempt to open one.
    pause: Duration,
    told: Rows<F::Row>,
}

impl<F> Watcher<F>
where
    F: Fields + Send + Sync + 'static,
    F::Row: Clone + PartialEq + Send + Sync + 'static,
{
    pub(super) fn new(server: Server, listing: Listing<Keyed<F>>, options: WatchOptions) -> Self {
        let (serves, told) = (Serves::NotLooked, Vec::new());
        let listing = Arc::new(listing);
        let (line, late, socket) = (None, None, None);
        Self { server, listing, options, serves, line, late, socket, pause: Duration::ZERO, told }
    }

    /// Waits until there is something to look at, and looks.
    pub(super) async fn turn(mut self) -> (Self, Result<Vec<Change<F::Row>>>) {
        let found = match self.line.take() {
            None => self.open().await,
            Some(line) => self.look(line).await,
        };
        (self, found)
    }

    async fn look(&mut self, mut line: Line<F::Row>) -> Result<Vec<Change<F::Row>>> {
        if !std::mem::take(&mut line.is_new) && line.late.is_none() {
            match timeout(self.options.every, line.events.next()).await {
                Ok(None) => return Ok(Vec::new()),
                Ok(Some(_)) => line.heard = true,
                Err(_) => {}
            }
        }
        if line.heard && line.late.is_none() {
            sleep(TOGETHER).await;
            let mut cx = Context::from_waker(Waker::noop());
            while let Poll::Ready(Some(_)) = line.events.poll_next(&mut cx) {}
        }
        let mut look = line.late.take().unwrap_or_else(|| self.begin_look(&line.server));
        let found = match timeout(self.options.answer_within, &mut look).await {
            Ok(found) => found,
            Err(_) if self.is_another_socket() => return Err(late(Delivery::MayHaveRun)),
            Err(_) => {
                line.late = Some(look);
                Err(late(Delivery::MayHaveRun))
            }
        };
        let rows = match found {
            Ok(rows) => rows,
            Err(error) if is_gone(&error) => return Ok(Vec::new()),
            Err(error) => {
                self.line = Some(line);
                return Err(error);
            }
        };
        let may_attach = std::mem::take(&mut line.heard) && self.options.attach && !line.attached;
        if !(may_attach && self.has_sessions(&line.server).await) {
            self.line = Some(line);
        }
        let changes = differences(&self.told, &rows);
        self.told = rows;
        Ok(changes)
    }

    fn begin_look(&self, server: &Server) -> Look<F::Row> {
        let (server, listing) = (server.clone(), Arc::clone(&self.listing));
        Box::pin(async move { server.list_and_bind(&listing).await.map(|(rows, _)| rows) })
    }

    /// Opens a channel to whoever serves the socket now, or goes on with that.
    async fn open(&mut self) -> Result<Vec<Change<F::Row>>> {
        let mut opening = match self.late.take() {
            Some(opening) => opening,
            None => self.begin_to_open().await,
        };
        let Ok(opened) = timeout(self.options.answer_within, &mut opening).await else {
            self.late = Some(opening).filter(|_| !self.is_another_socket());
            return Err(late(Delivery::NotSent));
        };
        match opened {
            Ok(line) => {
                self.pause = Duration::ZERO;
                let id = line.server.id().cloned();
                self.line = Some(line);
                Ok(id.map_or_else(Vec::new, |id| self.now_serves(Serves::Process(id))))
            }
            Err(error) if is_gone(&error) => Ok(self.now_serves(Serves::Nobody)),
            Err(error) => Err(error),
        }
    }

    async fn begin_to_open(&mut self) -> Opening<F::Row> {
        sleep(self.pause).await;
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, self.options.every.max(FIRST_PAUSE));
        self.socket = File::of(&self.server);
        Box::pin(line(self.server.clone(), self.options.attach))
    }

    /// Whether another server may have come while the one that was asked doesn't answer.
    fn is_another_socket(&self) -> bool {
        File::of(&self.server).is_some_and(|now| self.socket.as_ref() != Some(&now))
    }

    /// Whether there is something to attach to. Without that another line would be no better, and its coming
    /// and going is news for whoever else watches.
    async fn has_sessions(&mut self, server: &Server) -> bool {
        let sessions = timeout(self.options.answer_within, server.sessions()).await;
        sessions.is_ok_and(|sessions| sessions.is_ok_and(|sessions| !sessions.is_empty()))
    }

    /// Who serves the socket from now on; with another process everything is gone that was there.
    fn now_serves(&mut self, serves: Serves) -> Vec<Change<F::Row>> {
        if self.serves == serves {
            return Vec::new();
        }
        let told = std::mem::take(&mut self.told);
        let mut changes: Vec<_> = told.into_iter().map(|(_, row)| Change::Gone(row)).collect();
        changes.push(match &serves {
            Serves::Process(id) => Change::Server(id.clone()),
            Serves::Nobody | Serves::NotLooked => Change::NoServer,
        });
        self.serves = serves;
        changes
    }
}

/// Opens a channel to whoever serves the socket, however long that takes.
async fn line<R>(server: Server, attach: bool) -> Result<Line<R>> {
    let options = ChannelOptions::default().reconnect(Reconnect::SameServer);
    let options = options.open_within(Duration::MAX);
    let opened = match attach {
        true => server.through_channel(options.clone().attach()).await.ok(),
        false => None,
    };
    let attached = opened.is_some();
    let server = match opened {
        Some(server) => server,
        None => server.through_channel(options).await?,
    };
    let Via::Channel(channel) = &server.via else {
        return Err(Error::not_sent(ErrorKind::ChannelEnded(End::Closed)));
    };
    let events = channel.events_with_room(1);
    Ok(Line { server, events, attached, is_new: true, heard: false, late: None })
}

fn late(delivery: Delivery) -> Error {
    Error::new(ErrorKind::TimedOut, delivery)
}

/// Whether it says that the process asked isn't there any more, or nobody is.
fn is_gone(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NoServer { .. }
            | ErrorKind::AnotherServer
            | ErrorKind::LostServer
            | ErrorKind::ServerShutdown
            | ErrorKind::ChannelEnded(End::ServerGone | End::SessionGone | End::Detached { .. })
    )
}
