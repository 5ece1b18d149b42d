//! What changes on a server, whichever process serves its socket.

mod rows;
mod watcher;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tmuxwire_operations::read::{Fields, Listing};

use self::watcher::Watcher;
use super::Server;
use crate::channel::OPEN_LIMIT;
use crate::error::Result;
use crate::server_id::ServerId;

/// How long after a look the next one comes at the latest, unless told otherwise.
const EVERY: Duration = Duration::from_secs(1);

/// Something that is different from what was told before.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<R> {
    /// A server serves the socket: the first one, or another process than before. What it has
    /// appears next.
    Server(ServerId),
    /// Nobody serves the socket. What was there is gone, and has been told to be.
    NoServer,
    /// It is new, or was there when the watch began.
    Appeared(R),
    /// One of its fields is another.
    Changed {
        /// What was told of it last.
        was: R,
        /// What it is now.
        now: R,
    },
    /// It is gone; this was told of it last.
    Gone(R),
}

/// How a server is watched.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct WatchOptions {
    every: Duration,
    answer_within: Duration,
    attach: bool,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { every: EVERY, answer_within: OPEN_LIMIT, attach: false }
    }
}

impl WatchOptions {
    /// How long after a look the next one comes at the latest: a second, unless told otherwise.
    /// Looks cost the server about as long as [`Server::list`] on a channel.
    pub fn every(mut self, time: Duration) -> Self {
        self.every = time;
        self
    }

    /// How long the server may take to let us in, or to answer a look, before [`Changes::next`] says
    /// that it doesn't: 5 s unless told otherwise.
    pub fn answer_within(mut self, limit: Duration) -> Self {
        self.answer_within = limit;
        self
    }

    /// Attaches to a session while there is one, where the server tells at once of more than sessions:
    /// see [`Server::watch`]. It is one client that all can see, as
    /// [`ChannelOptions::attach`](crate::ChannelOptions::attach) says.
    pub fn attach(mut self) -> Self {
        self.attach = true;
        self
    }
}

/// The changes of a server, one after the other: see [`Server::watch`]. It does nothing unless it is
/// asked, and dropping it ends it.
#[must_use = "it does nothing unless it is asked"]
pub struct Changes<F: Fields> {
    pending: VecDeque<Change<F::Row>>,
    turn: Turn<F>,
}

/// One turn of the watcher, which comes back with what it has found.
type Turn<F> =
    Pin<Box<dyn Future<Output = (Watcher<F>, Result<Vec<Change<<F as Fields>::Row>>>)> + Send>>;

impl Server {
    /// Watches what a listing lists: what appears, changes and goes, across all sessions and from
    /// one process of the server to the next. It may begin before there is any server.
    ///
    /// First comes everything that is there. Each row appears once and goes once; between them, its
    /// changes. A window or pane that has several places has a row for each, as in the listing.
    ///
    /// It looks at the listing again at least once a second ([`WatchOptions::every`]), and about
    /// 20 ms after the server has told of something:
    ///
    /// | what | is told, unless told otherwise | with [`WatchOptions::attach`] |
    /// |---|---|---|
    /// | sessions come, go, get another name; the server ends | at once | at once |
    /// | windows come, go, get another name, become current; modes; active panes | within a second | at once |
    /// | panes split off detached, titles, sizes, options, what a program changes (command, path) | within a second | within a second |
    /// | another server comes | within a second | within a second |
    ///
    /// What comes and goes between two looks is not told, nor is what changes and changes back.
    /// Whoever reads slowly gets fewer and larger steps: nothing is asked and nothing is kept
    /// while [`Changes::next`] isn't called. A connection that is lost is made again, without a gap:
    /// the next look tells.
    ///
    /// Nothing of it shows on the server, but for what [`ChannelOptions`](crate::ChannelOptions) says.
    /// Fields that [read `/proc`](tmuxwire_operations::read::FieldSpec::reads_proc) cost the server
    /// most.
    ///
    /// It doesn't matter which process this handle belongs to.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> tmuxwire::Result<()> {
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let server = tmuxwire::Server::at(directory.path().join("socket")).config_file("/dev/null");
    /// use tmuxwire::Change;
    /// use tmuxwire::operations::NewSession;
    /// use tmuxwire::operations::read::{Listing, session};
    ///
    /// let mut changes = server.watch(Listing::sessions().fields(session::NAME));
    /// assert_eq!(changes.next().await?, Change::NoServer);
    /// let work = server.new_session(NewSession::new().name("work").command("cat")).await?;
    /// assert!(matches!(changes.next().await?, Change::Server(_)));
    /// assert_eq!(changes.next().await?, Change::Appeared("work".into()));
    /// work.rename("play").await?;
    /// let (was, now) = ("work".into(), "play".into());
    /// assert_eq!(changes.next().await?, Change::Changed { was, now });
    /// # server.kill_server(std::time::Duration::from_secs(10)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch<F>(&self, listing: Listing<F>) -> Changes<F>
    where
        F: Fields + Send + Sync + 'static,
        F::Row: Clone + PartialEq + Send + Sync + 'static,
    {
        self.watch_with(listing, WatchOptions::default())
    }

    /// [`watch`](Self::watch), in another way.
    pub fn watch_with<F>(&self, listing: Listing<F>, options: WatchOptions) -> Changes<F>
    where
        F: Fields + Send + Sync + 'static,
        F::Row: Clone + PartialEq + Send + Sync + 'static,
    {
        let server = Self { id: None, ..self.through_connections() };
        let watcher = Watcher::new(server, listing.keyed(), options);
        Changes { pending: VecDeque::new(), turn: Box::pin(watcher.turn()) }
    }
}

impl<F> Changes<F>
where
    F: Fields + Send + Sync + 'static,
    F::Row: Clone + PartialEq + Send + Sync + 'static,
{
    /// The next change; there is always another one to wait for.
    ///
    /// # Errors
    /// The server can't be asked though somebody serves the socket, or refuses the question: told
    /// once for each try. The next call tries again, after a pause.
    ///
    /// [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut) if it doesn't answer within
    /// [`answer_within`](WatchOptions::answer_within), as one that is stopped or hangs; the next call goes on
    /// waiting, for as long again, and nothing is lost. It asks again only if another socket has come in
    /// the place of that server's.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Change<F::Row>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Self::next) as a poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Change<F::Row>>> {
        loop {
            if let Some(change) = self.pending.pop_front() {
                return Poll::Ready(Ok(change));
            }
            let (watcher, found) = ready!(self.turn.as_mut().poll(cx));
            self.turn = Box::pin(watcher.turn());
            self.pending.extend(found?);
        }
    }
}

impl<F: Fields> Unpin for Changes<F> {}

impl<F: Fields> fmt::Debug for Changes<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").field("pending", &self.pending.len()).finish_non_exhaustive()
    }
}
