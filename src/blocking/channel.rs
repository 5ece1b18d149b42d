//! One open connection for many commands, without a runtime.

mod calls;
mod link;
mod open;
mod state;
mod watcher;

use std::sync::Arc;
use std::time::Instant;

use self::state::{Phase, Shared};
use super::server::Server;
use crate::channel::ChannelOptions;
use crate::command::Command;
use crate::error::{End, Result};
use crate::exchange::Ticket;
use crate::output::Output;
use crate::route::{self, Names};
use crate::telling;
use crate::upkeep;
use crate::version::ServerInfo;

/// Most bytes of an answer to a line of our own.
const OWN_ANSWER: usize = 16 << 20;
/// What a pipe takes at once.
const PIPE: usize = 1 << 16;

/// A live channel to a server, for any number of threads: a command costs one write and one read,
/// a fifth of a connection of its own. Clones share it; it closes with the last one.
///
/// Commands run in the order in which [`run`](Self::run) is called. Those that a channel can't
/// carry take a connection of their own, without any order: commands that wait (`run-shell`,
/// `wait-for`, `if-shell`, prompts), that read or write files or standard input, that attach,
/// switch, detach or lock clients, `source-file`, `kill-server`, abbreviated names and aliases, and
/// keys for a pane in a mode, whose bindings may ask a person. Single `send-keys` go by the channel
/// from tmux 3.3 on, lists of commands with one don't; on 3.1 all do.
///
/// Nobody gets what answers another. Behind each few lines goes one of ours, which the server refuses
/// by a name that nobody can guess, and until then no answer counts. So an alias that gives one of
/// tmux's own names to a list of commands ends the channel as [`End::Broken`] if another client made
/// it behind our back, and so does text on a screen that looks like the end of an answer.
///
/// A command that can end a session (`kill-pane` and its kin) waits for the answers to those before
/// it, and those behind it for its own: servers up to 3.7c end when a session goes before they have
/// told a channel that its current window changed. A list of commands in one call is written as it is.
///
/// A thread of its own answers the server meanwhile; it sleeps while nothing happens.
///
/// ```no_run
/// use tmuxwire::{ChannelOptions, blocking::Server};
///
/// let channel = Server::from_env()?.channel(ChannelOptions::default())?;
/// for number in 0..1000 {
///     channel.run(["set-buffer", "-b", "count", &number.to_string()])?;
/// }
/// # Ok::<(), tmuxwire::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Channel {
    handle: Arc<Handle>,
}

/// Closes the channel when nobody has it any more.
#[derive(Debug)]
struct Handle(Arc<Shared>);

impl Server {
    /// Opens a channel.
    ///
    /// # Errors
    /// As for [`run`](Self::run), within five seconds or as
    /// [`open_within`](ChannelOptions::open_within) says; [`ErrorKind::ChannelEnded`] with the reason
    /// if the server took us and let us go again. No server is started for it.
    ///
    /// [`ErrorKind::ChannelEnded`]: crate::ErrorKind::ChannelEnded
    pub fn channel(&self, options: ChannelOptions) -> Result<Channel> {
        let shared = Arc::new(Shared::new(self.through_connections(), options));
        let channel = Channel { handle: Arc::new(Handle(Arc::clone(&shared))) };
        open::first(&shared)?;
        Ok(channel)
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
    /// [`Error::delivery`] then tells whether the command was written. A deadline loses the answer
    /// only: the command may run. With [`Reconnect`] a command that finds the channel without a
    /// connection makes the next one, within its deadline, else within five seconds or as
    /// [`ChannelOptions::open_within`] says.
    ///
    /// [`ErrorKind::ChannelEnded`]: crate::ErrorKind::ChannelEnded
    /// [`Error::delivery`]: crate::Error::delivery
    /// [`Reconnect`]: crate::Reconnect
    pub fn run(&self, command: impl Into<Command>) -> Result<Output> {
        let command = command.into();
        let request = telling::Request::new("channel", command.arguments());
        request.within(|| self.run_named(&command))
    }

    fn run_named(&self, command: &Command) -> Result<Output> {
        let shared = self.shared();
        let deadline = command.time_limit().and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let mut state = shared.lock();
            let Some(line) = route::line(command, &state.names) else {
                drop(state);
                return self.run_apart(command);
            };
            if matches!(state.phase, Phase::Open) {
                shared.server.endpoint.count();
                let limit = line.answers.limit(command.output_limit());
                let ticket = state.exchange.submit(&line.line, limit)?;
                state.called = true;
                state.write();
                let answer = shared.wait(state, ticket, deadline)?;
                if !line.answers.did_nothing(&answer) {
                    return Ok(answer);
                }
                let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
                return self.run_apart(&left.into_iter().fold(command.clone(), Command::deadline));
            }
            drop(state);
            // Names may mean something else on another server.
            open::reopen(shared, deadline)?;
        }
    }

    /// Runs commands one after the other, each with an answer of its own, in as few writes as the
    /// pipe takes. A command that fails doesn't stop those behind it.
    ///
    /// One that the channel can't carry, or that has a deadline, waits for those before it, and
    /// those behind it wait for it.
    pub fn run_all(
        &self,
        commands: impl IntoIterator<Item = impl Into<Command>>,
    ) -> Vec<Result<Output>> {
        telling::Requests::new().within(|| self.run_each(commands))
    }

    fn run_each(
        &self,
        commands: impl IntoIterator<Item = impl Into<Command>>,
    ) -> Vec<Result<Output>> {
        self.server().endpoint.count();
        let (mut answers, mut tickets) = (Vec::new(), Vec::new());
        let mut unwritten = 0;
        for command in commands {
            let command = command.into();
            match self.submit(&command, &mut unwritten) {
                Some(ticket) => tickets.push(ticket),
                None => {
                    self.collect(&mut tickets, &mut answers);
                    answers.push(self.run(command));
                }
            }
        }
        self.collect(&mut tickets, &mut answers);
        answers
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

    /// Why the channel has ended, if it has. One that may connect again has not.
    pub fn end(&self) -> Option<End> {
        let shared = self.shared();
        shared.lock().end(shared.options.reconnect).cloned()
    }

    /// Closes it now, whoever still has it. Calls that wait for an answer fail with
    /// [`End::Closed`].
    pub fn close(&self) {
        self.shared().close();
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.0
    }

    /// Queues a line to be written with others, if the command is one for that.
    fn submit(&self, command: &Command, unwritten: &mut usize) -> Option<Ticket> {
        if command.time_limit().is_some() {
            return None;
        }
        let mut state = self.shared().lock();
        let line = route::line(command, &state.names).filter(route::Line::is_final)?;
        if !matches!(state.phase, Phase::Open) {
            return None;
        }
        let ticket = state.exchange.submit(&line.line, command.output_limit()).ok()?;
        *unwritten += line.line.as_bytes().len();
        if *unwritten >= PIPE {
            *unwritten = 0;
            state.write();
        }
        Some(ticket)
    }

    /// Waits for answers.
    fn collect(&self, tickets: &mut Vec<Ticket>, answers: &mut Vec<Result<Output>>) {
        let shared = self.shared();
        let mut state = shared.lock();
        state.called = true;
        state.write();
        answers.reserve(tickets.len());
        shared.wait_for_all(state, tickets.drain(..), answers);
    }

    /// On a connection of its own.
    fn run_apart(&self, command: &Command) -> Result<Output> {
        let output = self.server().run(command.clone());
        if route::may_change_names(command, &self.shared().lock().names) {
            self.read_names();
        }
        output
    }

    /// Learns anew what names mean. The next connection does it by itself.
    fn read_names(&self) {
        let shared = self.shared();
        let mut state = shared.lock();
        let line = upkeep::aliases_line(state.info.as_ref());
        let Ok(ticket) = state.exchange.submit(&line, OWN_ANSWER) else { return };
        state.called = true;
        state.write();
        let deadline = Instant::now() + upkeep::OPEN_LIMIT;
        if let Ok(listing) = shared.wait(state, ticket, Some(deadline)) {
            let mut state = shared.lock();
            state.names = Names::read(&listing.stdout, state.info.as_ref());
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}
