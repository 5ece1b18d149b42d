//! The work behind [`Changes`](super::Changes): keeps a channel to whoever serves the socket, and
//! looks.

use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tmuxwire_operations::read::{Fields, Keyed, Listing};
use tokio::time::{sleep, timeout};

use super::rows::{Rows, differences};
use super::{Change, WatchOptions};
use crate::channel::{ChannelOptions, Reconnect};
use crate::error::{End, Error, ErrorKind, Result};
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

/// A channel to the process that serves now.
struct Line {
    /// Asks by the channel, and only this process.
    server: Server,
    events: Events,
    attached: bool,
    /// Nothing was listed yet.
    is_new: bool,
}

pub(super) struct Watcher<F: Fields> {
    server: Server,
    listing: Listing<Keyed<F>>,
    options: WatchOptions,
    serves: Serves,
    line: Option<Line>,
    /// Before the next attempt to open one.
    pause: Duration,
    told: Rows<F::Row>,
}

impl<F> Watcher<F>
where
    F: Fields + Send + Sync,
    F::Row: Clone + PartialEq + Send + Sync,
{
    pub(super) fn new(server: Server, listing: Listing<Keyed<F>>, options: WatchOptions) -> Self {
        let (serves, told) = (Serves::NotLooked, Vec::new());
        Self { server, listing, options, serves, line: None, pause: Duration::ZERO, told }
    }

    /// Waits until there is something to look at, and looks.
    pub(super) async fn turn(mut self) -> (Self, Result<Vec<Change<F::Row>>>) {
        let found = match self.line.take() {
            None => self.open().await,
            Some(line) => self.look(line).await,
        };
        (self, found)
    }

    async fn look(&mut self, mut line: Line) -> Result<Vec<Change<F::Row>>> {
        let mut heard = false;
        if !std::mem::take(&mut line.is_new) {
            match timeout(self.options.every, line.events.next()).await {
                Ok(None) => return Ok(Vec::new()),
                Ok(Some(_)) => heard = true,
                Err(_) => {}
            }
        }
        if heard {
            sleep(TOGETHER).await;
            let mut cx = Context::from_waker(Waker::noop());
            while let Poll::Ready(Some(_)) = line.events.poll_next(&mut cx) {}
        }
        let rows = match line.server.list_and_bind(&self.listing).await {
            Ok((rows, _)) => rows,
            Err(error) if is_gone(&error) => return Ok(Vec::new()),
            Err(error) => {
                self.line = Some(line);
                return Err(error);
            }
        };
        let may_attach = heard && self.options.attach && !line.attached;
        if !(may_attach && has_sessions(&line.server).await) {
            self.line = Some(line);
        }
        let changes = differences(&self.told, &rows);
        self.told = rows;
        Ok(changes)
    }

    /// Opens a channel to whoever serves the socket now.
    async fn open(&mut self) -> Result<Vec<Change<F::Row>>> {
        sleep(self.pause).await;
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, self.options.every.max(FIRST_PAUSE));
        match self.line().await {
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

    async fn line(&self) -> Result<Line> {
        let options = ChannelOptions::default().reconnect(Reconnect::SameServer);
        let mut opened = None;
        if self.options.attach {
            opened = self.server.through_channel(options.clone().attach()).await.ok();
        }
        let attached = opened.is_some();
        let server = match opened {
            Some(server) => server,
            None => self.server.through_channel(options).await?,
        };
        let Via::Channel(channel) = &server.via else {
            return Err(Error::not_sent(ErrorKind::ChannelEnded(End::Closed)));
        };
        let events = channel.events_with_room(1);
        Ok(Line { server, events, attached, is_new: true })
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

/// Whether there is something to attach to. Without that another line would be no better, and its coming
/// and going is news for whoever else watches.
async fn has_sessions(server: &Server) -> bool {
    server.sessions().await.is_ok_and(|sessions| !sessions.is_empty())
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
