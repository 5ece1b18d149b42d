//! One open connection for many commands: a control client on descriptors of our own.

mod call;
mod driver;
mod held_up;
mod link;
mod router;
mod waiters;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Instant;

use bytes::Bytes;
use tmuxwire_protocol::control::{CommandLine, Notification};

use self::call::{Batch, Call};
use self::link::{Link, Read};
use self::router::Router;
use self::waiters::{Waiter, Waiters};
use super::Server;
use crate::channel::ChannelOptions;
use crate::command::Command;
use crate::error::{End, Error, ErrorKind, Result};
use crate::exchange::{Exchange, Topic};
use crate::mailbox::Mailbox;
use crate::output::Output;
use crate::route::{self, Line, Names};
use crate::spin::Spin;
use crate::telling;
use crate::upkeep;
use crate::version::ServerInfo;

/// Most bytes of an answer to a line of our own.
const OWN_ANSWER: usize = 16 << 20;

/// A live channel to a server: commands cost a quarter to a half of a connection of their own, and the server
/// tells what happens. Clones share it; it closes with the last one, and with the last
/// [`Events`](crate::Events) or other stream made from it.
///
/// Commands run in the order in which [`run`](Self::run)'s futures are first polled. Those that a
/// channel can't carry take a connection of their own, without any order: commands that wait
/// (`run-shell`, `wait-for`, `if-shell`, prompts), that read or write files or standard input,
/// that attach, switch, detach or lock clients, `source-file`, `kill-server`, abbreviated names and
/// aliases, and keys for a pane in a mode, whose bindings may ask a person. Single `send-keys` go by
/// the channel from tmux 3.3 on, lists of commands with one don't; on 3.1 all do.
///
/// Nobody gets what answers another. Behind each few lines goes one of ours, which the server refuses
/// by a name that nobody can guess, and until then no answer counts. So an alias that gives one of
/// tmux's own names to a list of commands ends the channel as [`End::Broken`] if another client made
/// it behind our back. What remains: a program that knows the server's counter and the second can
/// make up lines on its screen that cut a capture short; that, too, ends the channel, before anyone
/// gets an answer.
///
/// A command that can end a session (`kill-pane` and its kin) waits for the answers to those before
/// it, and those behind it for its own: servers up to 3.7c end when a session goes before they have
/// told a channel that its current window changed. A list of commands in one call is written as it is.
///
/// A task of the runtime that opened it answers the server; the channel ends with that runtime.
#[derive(Clone, Debug)]
pub struct Channel {
    handle: Arc<Handle>,
}

/// Closes the channel when nobody has it any more.
#[derive(Debug)]
struct Handle(Arc<Shared>);

/// What callers and the driver share.
#[derive(Debug)]
struct Shared {
    server: Server,
    options: ChannelOptions,
    router: Arc<Router>,
    /// The router as a waker: who waits for the stream.
    waker: Waker,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    exchange: Exchange,
    link: Option<Link>,
    names: Names,
    spin: Spin,
    /// The last turn of reading brought several answers: more lines will follow, so that writing
    /// each at once would not pay.
    batching: bool,
    phase: Phase,
    /// Who waits for another phase.
    waiters: Waiters,
    /// What a caller found wrong with the stream.
    broken: Option<String>,
    closing: bool,
    info: Option<ServerInfo>,
    attached: bool,
    /// Streams of pane output that are open.
    outputs: usize,
    /// Lines that set up what streams need, said again after a new connection.
    subscriptions: Vec<Subscription>,
}

#[derive(Debug)]
enum Phase {
    Opening,
    Open,
    Ended(End),
}

#[derive(Clone, Debug)]
struct Subscription {
    name: Bytes,
    line: CommandLine,
}

impl Server {
    /// Opens a channel.
    ///
    /// # Errors
    /// As for [`run`](Self::run), within five seconds or as
    /// [`open_within`](ChannelOptions::open_within) says; [`ErrorKind::ChannelEnded`] with the reason
    /// if the server took us and let us go again. No server is started for it.
    ///
    /// # Cancellation
    /// Dropping the future closes the connection; nothing is left of it.
    pub async fn channel(&self, options: ChannelOptions) -> Result<Channel> {
        let router = Arc::new(Router::default());
        let shared = Arc::new(Shared {
            server: self.through_connections(),
            waker: Waker::from(Arc::clone(&router)),
            router,
            state: Mutex::new(State {
                exchange: Exchange::default(),
                link: None,
                names: Names::default(),
                spin: Spin::new(options.spin),
                batching: false,
                phase: Phase::Opening,
                waiters: Waiters::default(),
                broken: None,
                closing: false,
                info: None,
                attached: false,
                outputs: 0,
                subscriptions: Vec::new(),
            }),
            options,
        });
        let channel = Channel { handle: Arc::new(Handle(Arc::clone(&shared))) };
        let until = Instant::now().checked_add(shared.options.wait_for_server);
        let longest = shared.options.pause();
        let mut pause = upkeep::FIRST_PAUSE.min(longest);
        loop {
            let error = match Box::pin(Self::open(&shared)).await {
                Ok(()) => return Ok(channel),
                Err(error) => error,
            };
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let ended = matches!(shared.lock().phase, Phase::Ended(_));
            if ended || !upkeep::may_come(&error) || left.is_some_and(|left| left.is_zero()) {
                return Err(error);
            }
            tokio::time::sleep(left.map_or(pause, |left| left.min(pause))).await;
            pause = (pause * 2).min(longest);
        }
    }

    async fn open(shared: &Arc<Shared>) -> Result<()> {
        let opened = async {
            let talk = driver::connect(shared).await?;
            tokio::spawn(driver::run(Arc::clone(shared), talk));
            let mut waiter = Waiter::new(shared);
            poll_fn(|cx| waiter.poll_open(cx)).await
        };
        let late = |_| Err(Error::not_sent(ErrorKind::TimedOut));
        tokio::time::timeout(shared.options.open_limit(), opened).await.unwrap_or_else(late)
    }
}

impl Channel {
    /// Runs a command and collects what it prints, as [`Server::run`] does.
    ///
    /// An error text stands in `stderr` in full; what a failing command printed before its error
    /// stands there, too, because a channel doesn't tell them apart. There is no limit to the size
    /// of a command.
    ///
    /// # Errors
    /// As for [`Server::run`]; [`ErrorKind::ChannelEnded`] if the connection ended first, and
    /// [`Error::delivery`] then tells whether the command was written. With
    /// [`Reconnect`](crate::Reconnect) a command that finds the channel without a connection waits
    /// for the next one.
    ///
    /// # Cancellation
    /// Dropping the future loses the answer only: once polled, the command may run. The same goes
    /// for its deadline.
    pub async fn run(&self, command: impl Into<Command>) -> Result<Output> {
        let command = command.into();
        let request = telling::Request::new("channel", command.arguments());
        request.around(pin!(self.run_named(&command))).await
    }

    async fn run_named(&self, command: &Command) -> Result<Output> {
        let line = route::line(command, &self.shared().lock().names);
        let Some(Line { line, answers }) = line else {
            return Box::pin(self.run_apart(command)).await;
        };
        self.server().endpoint.count();
        let started = Instant::now();
        let mut call = self.call(line, answers.limit(command.output_limit()));
        let limit = command.time_limit();
        let answer = match limit {
            None => call.await?,
            Some(limit) => match tokio::time::timeout(limit, &mut call).await {
                Ok(outcome) => outcome?,
                Err(_) => return Err(Error::new(ErrorKind::TimedOut, call.abandon())),
            },
        };
        if !answers.did_nothing(&answer) {
            return Ok(answer);
        }
        let left = limit.map(|limit| limit.saturating_sub(started.elapsed()));
        let command = left.into_iter().fold(command.clone(), Command::deadline);
        Box::pin(self.run_apart(&command)).await
    }

    /// Runs commands one after the other, each with an answer of its own, in as few writes as the
    /// pipe takes. A command that fails doesn't stop those behind it.
    ///
    /// # Cancellation
    /// As for [`run`](Self::run).
    pub async fn run_all(
        &self,
        commands: impl IntoIterator<Item = impl Into<Command>>,
    ) -> Vec<Result<Output>> {
        // Held across waits, so that it must be of a type that futures of any task can hold.
        let commands: Vec<Command> = commands.into_iter().map(Into::into).collect();
        telling::Requests::new().around(pin!(self.run_each(commands))).await
    }

    async fn run_each(&self, commands: Vec<Command>) -> Vec<Result<Output>> {
        let mut commands = commands.into_iter().peekable();
        self.server().endpoint.count();
        let mut batch = Batch::new(self);
        while commands.peek().is_some() {
            batch.submit(&mut commands);
            poll_fn(|cx| batch.poll_answers(cx)).await;
            // One that takes another route waits for those before it.
            if let Some(command) = commands.next() {
                batch.answers.push(self.run(command).await);
            }
        }
        std::mem::take(&mut batch.answers)
    }

    /// Whether a command goes by this channel, and by no connection of its own.
    pub(crate) fn carries(&self, command: &Command) -> bool {
        route::line(command, &self.shared().lock().names).is_some()
    }

    /// What the server at the other end is; `None` while there is no connection.
    pub fn info(&self) -> Option<ServerInfo> {
        self.shared().lock().info.clone()
    }

    /// The server that this is a channel to.
    pub fn server(&self) -> &Server {
        &self.shared().server
    }

    /// Whether the channel is attached to a session.
    pub fn is_attached(&self) -> bool {
        self.shared().lock().attached
    }

    /// Why the channel has ended, if it has.
    pub fn end(&self) -> Option<End> {
        match &self.shared().lock().phase {
            Phase::Ended(end) => Some(end.clone()),
            Phase::Opening | Phase::Open => None,
        }
    }

    /// Returns when the channel has ended, with the reason.
    ///
    /// # Cancellation
    /// Dropping the future loses nothing, and leaves nothing behind.
    pub async fn ended(&self) -> End {
        let mut waiter = Waiter::new(self.shared());
        poll_fn(|cx| waiter.poll_ended(cx)).await
    }

    /// Closes it now, whoever still has it.
    pub fn close(&self) {
        self.shared().close();
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.0
    }

    pub(super) fn check_attached(&self) -> Result<()> {
        match self.is_attached() {
            true => Ok(()),
            false => Err(Error::not_sent(ErrorKind::NotAttached)),
        }
    }

    /// Lets a listener hear of a topic from now on.
    pub(super) fn listen(&self, topic: Topic, mailbox: &Mailbox<Notification>) {
        self.shared().lock().exchange.listen(topic, mailbox.clone(), None);
        // From now on the driver does all reading.
        self.shared().router.release_caller();
        self.shared().router.wake_driver();
    }

    /// A listener has gone.
    pub(super) fn forget(&self, mailbox: &Mailbox<Notification>) {
        self.shared().lock().exchange.forget(mailbox);
    }

    /// Runs a line; the listener hears what comes after its answer, and nothing before.
    pub(super) async fn call_and_listen(
        &self,
        line: CommandLine,
        topic: Topic,
        mailbox: &Mailbox<Notification>,
    ) -> Result<Output> {
        self.call(line, OWN_ANSWER).listen(topic, mailbox.clone()).await
    }

    /// Runs a line of our own; what it answers must be a success.
    pub(super) async fn run_line(&self, line: CommandLine) -> Result<()> {
        self.answer_to(line).await.map(drop)
    }

    /// The same, with the answer.
    pub(super) async fn answer_to(&self, line: CommandLine) -> Result<Output> {
        let answer = self.call(line, OWN_ANSWER).await?;
        match answer.is_success() {
            true => Ok(answer),
            false => Err(Error::refused(&answer.stderr_text())),
        }
    }

    /// How the names of formats that are watched begin, and what the formats must end with.
    pub(super) fn watching(&self) -> (Bytes, Bytes) {
        self.shared().lock().exchange.watching()
    }

    /// Queues a line whose answer nobody needs.
    pub(super) fn send(&self, line: &CommandLine) {
        self.shared().lock().send(line);
        self.shared().router.release_caller();
        self.shared().router.wake_driver();
    }

    /// A stream of pane output begins: it switches output on if it is the first.
    pub(super) fn output_wanted(&self) {
        let mut state = self.shared().lock();
        state.outputs += 1;
        if state.outputs == 1 {
            state.send(&output_line(true));
        }
    }

    /// A stream of pane output has ended.
    pub(super) fn output_unwanted(&self) {
        let mut state = self.shared().lock();
        state.outputs -= 1;
        if state.outputs == 0 {
            state.send(&output_line(false));
            drop(state);
            self.shared().router.wake_driver();
        }
    }

    /// Subscribes, and does so again on each new connection.
    pub(super) async fn keep_subscription(&self, name: &Bytes, spec: &[u8]) -> Result<()> {
        let line = line([[b"refresh-client".as_slice(), b"-B", spec]])?;
        self.run_line(line.clone()).await?;
        self.shared().lock().subscriptions.push(Subscription { name: name.clone(), line });
        Ok(())
    }

    pub(super) fn forget_subscription(&self, name: &Bytes) {
        self.shared().lock().subscriptions.retain(|subscription| subscription.name != name);
        if let Ok(line) = CommandLine::new([[b"refresh-client".as_slice(), b"-B", name]]) {
            self.send(&line);
        }
    }

    fn call(&self, line: CommandLine, limit: usize) -> Call {
        Call::new(Arc::clone(self.shared()), line, limit)
    }

    /// On a connection of its own.
    async fn run_apart(&self, command: &Command) -> Result<Output> {
        let output = Box::pin(self.server().run_apart(command)).await;
        let changes = route::may_change_names(command, &self.shared().lock().names);
        if changes && matches!(self.shared().lock().phase, Phase::Open) {
            let line = upkeep::aliases_line(self.info().as_ref());
            let listing = Box::pin(self.call(line, OWN_ANSWER));
            // Where it fails, the next connection learns them.
            if let Ok(Ok(listing)) = tokio::time::timeout(upkeep::OPEN_LIMIT, listing).await {
                let mut state = self.shared().lock();
                state.names = Names::read(&listing.stdout, state.info.as_ref());
            }
        }
        output
    }
}

/// Commands of ours with words of the caller's.
pub(super) fn line<C>(commands: impl IntoIterator<Item = C>) -> Result<CommandLine>
where
    C: IntoIterator,
    C::Item: AsRef<[u8]>,
{
    CommandLine::new(commands)
        .map_err(|error| Error::not_sent(ErrorKind::NulInArgument).with_source(error))
}

/// Switches the output of panes on or off, for this client.
fn output_line(on: bool) -> CommandLine {
    let flag = if on { "!no-output" } else { "no-output" };
    #[expect(clippy::expect_used, reason = "fixed words")]
    CommandLine::new([["refresh-client", "-f", flag]]).expect("no NUL")
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().closing = true;
        self.router.wake_driver();
    }
}

impl State {
    /// The channel has begun another phase of its life.
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.waiters.wake_all();
    }

    /// Queues a line whose answer nobody needs; later connections don't get it.
    fn send(&mut self, line: &CommandLine) {
        if let Ok(ticket) = self.exchange.submit(line, OWN_ANSWER) {
            self.exchange.abandon(ticket);
        }
    }

    /// Whether one caller alone waits, and nobody listens: then he does the reading himself.
    fn is_lone(&self) -> bool {
        self.exchange.waiting() == 1 && !self.batching && !self.exchange.has_listeners()
    }
}

impl Shared {
    /// Reads on behalf of a lone caller; leaves to the driver what is the driver's.
    fn read_as_caller(&self, state: &mut State) {
        let Some(link) = &mut state.link else { return };
        let mut cx = Context::from_waker(&self.waker);
        match link.read(&mut cx, &mut state.exchange) {
            Ok((Read::Drained, _)) if !state.exchange.has_news() => return,
            Ok(_) => {}
            Err(text) => state.broken = Some(text),
        }
        self.router.wake_driver();
    }
}
