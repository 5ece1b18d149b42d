//! The task behind a channel: it answers the server on the socket, reads when no caller does it
//! himself, and opens the connection again where that is wanted.

use std::future::{Future, poll_fn};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tmuxwire_protocol::{Event, Request};
use tokio::net::unix::pipe::Sender;

use super::held_up::HeldUp;
use super::link::{Link, Read};
use super::{Phase, Shared, State};
use crate::channel::Reconnect;
use crate::endpoint::{Control, ServerEnd};
use crate::error::{End, Error, ErrorKind, Result};
use crate::exchange::{Exchange, Ticket};
use crate::fault::{Fault, Progress};
use crate::route::Names;
use crate::server::drive::{Drive, Io};
use crate::server::registered::Registered;
use crate::socket;
use crate::telling::tell;
use crate::upkeep::{self, Taken};
use crate::version::ServerInfo;

/// How long the socket may stay open when the stream has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The conversation on the socket beside the stream.
type Conversation = Pin<Box<dyn Future<Output = Result<Event, Fault>> + Send>>;

/// A connection, as the driver sees it.
pub(super) struct Talk {
    conversation: Conversation,
    /// The server's process: readable when it has ended.
    process: Option<OwnedFd>,
    pid: i32,
    /// Lines of the driver's own.
    aliases: Option<Ticket>,
    check: Option<Ticket>,
    /// Since when the stream has been at its end.
    last_words: Option<Pin<Box<tokio::time::Sleep>>>,
    /// When it must serve at the latest, unless somebody waits for it to open.
    open_by: Option<Pin<Box<tokio::time::Sleep>>>,
    held_up: HeldUp,
}

/// Connects and identifies; the stream's first line is on its way then.
pub(super) async fn connect(shared: &Shared) -> Result<Talk> {
    let server = &shared.server;
    let mut asked = None;
    let (socket, info) = loop {
        let socket = server.connect(None).await?;
        let pid = socket::peer_pid(socket.as_fd());
        // Another server may have come since it was asked.
        let asked_this = asked.take().filter(|info: &ServerInfo| info.pid == pid);
        if let Some(info) = server.endpoint.known(socket.as_fd()).or(asked_this) {
            break (socket, info);
        }
        drop(socket);
        asked = Some(server.info_by(None).await?);
    };
    let target = match upkeep::question(&shared.options.attach, &info) {
        Some(question) => Some(question.session(&server.run(question.command()).await?)?),
        None => None,
    };
    let (process, pid) = (socket::peer_process(socket.as_fd()), socket::peer_pid(socket.as_fd()));
    let Control { request, write, read, relay, .. } = server.endpoint.control_request(
        &shared.options,
        &info,
        target.as_deref(),
        ServerEnd::Passed,
    )?;
    let failed = |error: std::io::Error| Error::not_sent(ErrorKind::Io).with_source(error);
    let relay = relay.map(|(stdin, stdout)| Ok((stream(stdin)?, Sender::from_owned_fd(stdout)?)));
    let relay = relay.transpose().map_err(failed)?;
    let mut link = Link::new(write, read).map_err(failed)?;
    let mut state = shared.lock();
    let aliases = state.exchange.submit(&upkeep::aliases_line(Some(&info)), super::OWN_ANSWER)?;
    // What ended just before we came, nobody tells us.
    let check = match target {
        None => Some(state.exchange.submit(&upkeep::check_line(Some(&info)), super::OWN_ANSWER)?),
        Some(_) => None,
    };
    restore(&mut state);
    // The server finds the first lines there when it begins to read.
    link.write(&mut state.exchange);
    state.link = Some(link);
    state.info = Some(info);
    state.attached = target.is_some();
    Ok(Talk {
        conversation: Box::pin(converse(socket, request, relay)),
        process,
        pid,
        aliases: Some(aliases),
        check,
        last_words: None,
        open_by: None,
        held_up: HeldUp::new(shared.options.patience()),
    })
}

fn stream(fd: OwnedFd) -> std::io::Result<tokio::net::UnixStream> {
    let stream = UnixStream::from(fd);
    stream.set_nonblocking(true)?;
    tokio::net::UnixStream::from_std(stream)
}

/// Says again what streams of an earlier connection need.
fn restore(state: &mut State) {
    for subscription in state.subscriptions.clone() {
        state.send(&subscription.line);
    }
    if state.outputs > 0 {
        state.send(&super::output_line(true));
    }
}

/// The socket's side, to its end. Files that the server asks for are served on the way.
async fn converse(
    socket: UnixStream,
    mut request: Request,
    relay: Option<(tokio::net::UnixStream, Sender)>,
) -> Result<Event, Fault> {
    let mut socket = Registered::new(socket).map_err(Fault::Io)?;
    let mut progress = Progress::default();
    let (mut nothing, mut nowhere) = (tokio::io::empty(), tokio::io::sink());
    let mut stderr = tokio::io::sink();
    let mut relay = relay;
    let mut io = match &mut relay {
        Some((stdin, stdout)) => Io { stdin, stdout, stderr: &mut stderr, limit: None },
        None => Io { stdin: &mut nothing, stdout: &mut nowhere, stderr: &mut stderr, limit: None },
    };
    Drive::new(&mut socket, &mut request, &mut io, &mut progress).converse().await
}

/// Ends the exchange if the task goes, with the runtime.
struct Abandoned(Arc<Shared>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.finish(&End::Closed);
    }
}

/// Runs a channel from its first connection to its end.
pub(super) async fn run(shared: Arc<Shared>, mut talk: Talk) {
    let _abandoned = Abandoned(Arc::clone(&shared));
    loop {
        let end = poll_fn(|cx| shared.poll_serve(cx, &mut talk)).await;
        let Talk { conversation, process, pid, .. } = talk;
        // The socket closes before anyone learns of the end: the server may be waiting for it.
        drop(conversation);
        match shared.connect_again(end, process, pid).await {
            Ok(next) => talk = next,
            Err(end) => return shared.finish(&end),
        }
    }
}

impl Shared {
    fn finish(&self, end: &End) {
        let mut state = self.lock();
        state.link = None;
        state.info = None;
        state.exchange.end(end);
        self.router.release_caller();
        if !matches!(state.phase, Phase::Ended(_)) {
            tell!(debug, why = crate::telling::word(end), "a channel has ended");
            state.enter(Phase::Ended(end.clone()));
        }
    }

    /// One turn: write, read, the driver's own lines, the socket.
    fn poll_serve(&self, cx: &mut Context<'_>, talk: &mut Talk) -> Poll<End> {
        self.router.set_driver(cx.waker());
        let mut guard = self.lock();
        let state = &mut *guard;
        if state.closing {
            return Poll::Ready(End::Closed);
        }
        if let Err(end) = self.move_lines(cx, state, talk) {
            return Poll::Ready(end);
        }
        if let Some(end) = talk.own_lines(cx, state) {
            return Poll::Ready(end);
        }
        let oldest = state.exchange.oldest();
        drop(guard);
        if talk.held_up.poll(cx, oldest, &self.server).is_ready() {
            return Poll::Ready(End::HeldUp);
        }
        let late = |sleep: &mut Pin<Box<tokio::time::Sleep>>| sleep.as_mut().poll(cx).is_ready();
        if talk.open_by.as_mut().is_some_and(late) {
            return Poll::Ready(End::ServerGone);
        }
        match talk.conversation.as_mut().poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(self.end_of(outcome)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn move_lines(
        &self,
        cx: &mut Context<'_>,
        state: &mut State,
        talk: &mut Talk,
    ) -> Result<(), End> {
        if let Some(text) = state.broken.take() {
            return Err(End::Broken(text));
        }
        let (Some(link), exchange) = (&mut state.link, &mut state.exchange) else {
            return Err(End::ServerGone);
        };
        link.poll_write(cx, exchange);
        if exchange.is_held(cx.waker()) {
            return Ok(());
        }
        let mut read = Context::from_waker(&self.waker);
        let (read, answered) = link.read(&mut read, exchange).map_err(End::Broken)?;
        // Answers make room.
        link.poll_write(cx, exchange);
        if answered > 0 {
            state.batching = answered > 1;
            self.router.release_caller();
        }
        match read {
            Read::Drained => {}
            Read::More => cx.waker().wake_by_ref(),
            Read::Ended => {
                let wait = || Box::pin(tokio::time::sleep(LAST_WORDS));
                if talk.last_words.get_or_insert_with(wait).as_mut().poll(cx).is_ready() {
                    return Err(End::ServerGone);
                }
            }
        }
        Ok(())
    }

    /// What the socket's end means; what the stream still holds is read first.
    fn end_of(&self, outcome: Result<Event, Fault>) -> End {
        let mut guard = self.lock();
        let state = &mut *guard;
        if let Some(link) = &mut state.link {
            link.drain(&mut state.exchange);
        }
        let opened = matches!(state.phase, Phase::Open);
        let taken = Taken { opened, attached: state.attached };
        upkeep::end_of(outcome, taken, state.exchange.text())
    }

    /// Another connection if that is wanted and can be had; else the reason for the end.
    async fn connect_again(
        &self,
        end: End,
        process: Option<OwnedFd>,
        pid: i32,
    ) -> Result<Talk, End> {
        if !upkeep::may_return(&end, self.options.reconnect) {
            return Err(end);
        }
        let cause = end;
        tell!(debug, why = crate::telling::word(&cause), "a channel was lost");
        let mut leave_alone = cause == End::ServerGone;
        let mut end = cause.clone();
        let longest = self.options.pause();
        let mut pause = upkeep::FIRST_PAUSE.min(longest);
        loop {
            {
                let mut state = self.lock();
                state.exchange.begin_again(&end);
                (state.link, state.info, state.batching) = (None, None, false);
                self.router.release_caller();
                state.enter(Phase::Opening);
            }
            if std::mem::take(&mut leave_alone) {
                self.let_it_end(process.as_ref()).await?;
            }
            let same = self.options.reconnect == Reconnect::SameServer;
            if same && process.as_ref().is_some_and(upkeep::has_ended) {
                return Err(cause);
            }
            let connected = tokio::time::timeout(self.options.open_limit(), connect(self));
            match self.unless_closed(connected).await? {
                Ok(Ok(talk)) if same && talk.pid != pid => return Err(End::ServerGone),
                Ok(Ok(talk)) => {
                    let open_by = Box::pin(tokio::time::sleep(self.options.open_limit()));
                    return Ok(Talk { open_by: Some(open_by), ..talk });
                }
                Ok(Err(error)) => match error.kind() {
                    ErrorKind::AccessRefused { .. } => return Err(End::AccessRefused),
                    // There is nothing left to attach to.
                    ErrorKind::ChannelEnded(_) if same => return Err(cause),
                    _ => {}
                },
                Err(_) => {}
            }
            self.rest(pause).await?;
            pause = (pause * 2).min(longest);
            end = End::ServerGone;
        }
    }

    /// A server that only waits for its clients to go must not find us there again. One that has
    /// thought better of it, because somebody came, goes on for longer than this.
    async fn let_it_end(&self, process: Option<&OwnedFd>) -> Result<(), End> {
        let mut left = upkeep::LEAVE_ALONE;
        while !left.is_zero() && !process.is_some_and(upkeep::has_ended) {
            self.rest(upkeep::LOOK_AGAIN).await?;
            left = left.saturating_sub(upkeep::LOOK_AGAIN);
        }
        Ok(())
    }

    async fn rest(&self, pause: Duration) -> Result<(), End> {
        self.unless_closed(tokio::time::sleep(pause)).await
    }

    /// Waits for something; closing the channel cuts it short.
    async fn unless_closed<T>(&self, future: impl Future<Output = T>) -> Result<T, End> {
        let mut future = std::pin::pin!(future);
        poll_fn(|cx| {
            self.router.set_driver(cx.waker());
            let closing = self.lock().closing;
            match closing {
                true => Poll::Ready(Err(End::Closed)),
                false => future.as_mut().poll(cx).map(Ok),
            }
        })
        .await
    }
}

impl Talk {
    /// Takes the answers to the driver's own lines, and asks what has to be asked.
    fn own_lines(&mut self, cx: &mut Context<'_>, state: &mut State) -> Option<End> {
        if let Some(answer) = take(&mut self.aliases, cx, &mut state.exchange) {
            state.names = Names::read(&answer.ok()?.stdout, state.info.as_ref());
            state.exchange.tell_gap();
            tell!(debug, attached = state.attached, "a channel is open");
            state.enter(Phase::Open);
            self.open_by = None;
        }
        if let Some(Ok(answer)) = take(&mut self.check, cx, &mut state.exchange)
            && upkeep::only_waits_for_us(&answer.stdout_text())
        {
            return Some(End::ServerGone);
        }
        if !state.attached && self.check.is_none() && state.exchange.take_news() {
            let line = upkeep::check_line(state.info.as_ref());
            self.check = state.exchange.submit(&line, super::OWN_ANSWER).ok();
            // Written in the next turn.
            cx.waker().wake_by_ref();
        }
        None
    }
}

fn take(
    ticket: &mut Option<Ticket>,
    cx: &mut Context<'_>,
    exchange: &mut Exchange,
) -> Option<Result<crate::Output>> {
    match exchange.poll_reply((*ticket)?, cx) {
        Poll::Ready(answer) => {
            *ticket = None;
            Some(answer)
        }
        Poll::Pending => None,
    }
}
