//! What a handle of a server chooses once, for all that is asked with it: which way it asks, of which
//! process, and what it refuses.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use tmuxwire_operations::Unknown;

use super::{Channel, Server, bisync};
use crate::channel::ChannelOptions;
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::output::Output;
use crate::server_id::ServerId;
use crate::version::ServerInfo;

/// How the server is asked.
#[derive(Clone, Debug)]
pub(crate) enum Via {
    Connections,
    Channel(Channel),
    Program,
}

#[bisync]
impl Server {
    /// The configuration file for a server that this value starts (`tmux -f`).
    #[must_use]
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.endpoint = Arc::new(self.endpoint.with_config_file(path.into()));
        self
    }

    /// The tmux program to start a server with, and for [`through_program`](Self::through_program),
    /// as `TMUXWIRE_TMUX` would name it: see [`Binary::find`].
    ///
    /// [`Binary::find`]: crate::Binary::find
    #[must_use]
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.endpoint = Arc::new(self.endpoint.with_program(path.into()));
        self
    }

    /// Starts no server: without one, every command fails with [`ErrorKind::NoServer`].
    #[must_use]
    pub fn never_start(mut self) -> Self {
        self.endpoint = Arc::new(self.endpoint.never_starting());
        self
    }

    /// The same server, asked over a channel from now on: by this handle, its clones and what
    /// they give. What a channel can't carry takes connections of its own ([`Channel`]). The handle
    /// belongs to the process that runs now: [`Reconnect::AnyServer`] means the same server here.
    ///
    /// [`Reconnect::AnyServer`]: crate::Reconnect::AnyServer
    ///
    /// # Errors
    /// As for [`channel`](Self::channel).
    ///
    /// # Cancellation
    /// Dropping the future gives up the answer: what was sent may run.
    pub async fn through_channel(&self, options: ChannelOptions) -> Result<Self> {
        let server = self.bind().await?;
        let channel = server.channel(options.for_one_server()).await?;
        Ok(Self { via: Via::Channel(channel), ..server })
    }

    /// The same server, asked by running the tmux program for each command from now on.
    #[must_use]
    pub fn through_program(&self) -> Self {
        Self { via: Via::Program, ..self.clone() }
    }

    /// The same server, asked by a connection for each command, as it is unless told otherwise.
    #[must_use]
    pub fn through_connections(&self) -> Self {
        Self { via: Via::Connections, ..self.clone() }
    }

    /// What becomes of flags that the server is too old for, in every operation that this handle and
    /// what it gives perform: they are refused ([`ErrorKind::Operation`]) unless this says that they
    /// are dropped. A flag without which it would be another command is refused anyway.
    #[must_use]
    pub fn on_unknown(&self, unknown: Unknown) -> Self {
        Self { unknown, ..self.clone() }
    }

    /// The same server, by a handle that may end everything: also the default server, the server that
    /// this program runs in, and the pane that it runs in. Every other handle refuses that
    /// ([`ErrorKind::Guarded`]) in [`kill_server`](Self::kill_server), [`perform`](Self::perform) and
    /// whatever stands on it; [`run`](Self::run) and what else takes raw commands does as tmux does.
    ///
    /// The pane is known by `$TMUX` and `$TMUX_PANE`. To see whether something would end it takes one
    /// round trip, if we run in a pane of this server; otherwise it costs nothing.
    #[must_use]
    pub fn unguarded(&self) -> Self {
        Self { guarded: false, ..self.clone() }
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.guarded
    }

    /// The only server process that this handle asks, if it belongs to one: handles that sessions,
    /// windows, panes and clients hold do.
    pub fn id(&self) -> Option<&ServerId> {
        self.id.as_ref()
    }

    /// What is known of the process that this handle belongs to, without asking.
    pub(crate) fn known_info(&self) -> Option<ServerInfo> {
        self.id.as_ref().and_then(|id| self.endpoint.known_of(id))
    }

    /// The handle that belongs to the process that runs now; nothing is asked of it.
    pub(crate) async fn bind(&self) -> Result<Self> {
        if self.id.is_some() {
            return Ok(self.clone());
        }
        let id = self.endpoint.identify(self.connect(None).await?.as_fd());
        Ok(Self { id: Some(id), ..self.clone() })
    }

    /// Where a channel has ended because its server has: what every other route says of that.
    async fn explained(&self, error: Error) -> Error {
        let ended = matches!(error.kind(), ErrorKind::ChannelEnded(_));
        if !ended || error.delivery() != Delivery::NotSent {
            return error;
        }
        match self.connect(None).await {
            Err(why)
                if matches!(why.kind(), ErrorKind::NoServer { .. } | ErrorKind::AnotherServer) =>
            {
                why
            }
            _ => error,
        }
    }

    pub(crate) fn is_program(&self) -> bool {
        matches!(self.via, Via::Program)
    }

    pub(crate) fn is_channel(&self) -> bool {
        matches!(self.via, Via::Channel(_))
    }

    /// Whether a command goes by a channel.
    pub(crate) fn is_carried(&self, command: &Command) -> bool {
        match &self.via {
            Via::Channel(channel) => channel.carries(command),
            Via::Connections | Via::Program => false,
        }
    }

    /// The way that a command takes which a channel can't carry.
    pub(crate) fn without_channel(&self) -> Self {
        match self.is_channel() {
            true => self.through_connections(),
            false => self.clone(),
        }
    }

    /// A variable of this program's environment, as it was when the server's value was made.
    pub(crate) fn variable(&self, name: &str) -> Option<OsString> {
        self.endpoint.variable(name)
    }

    pub(crate) fn unknown(&self) -> Unknown {
        self.unknown
    }

    /// For `Debug`: which process, or else which socket.
    pub(crate) fn short(&self) -> String {
        match self.id.as_ref().map(ServerId::pid) {
            None | Some(0) => self.socket_path().display().to_string(),
            Some(pid) => format!("server {pid}"),
        }
    }

    /// How many times this handle, its clones and what they gave have asked the server and waited
    /// for its answer; commands that travel together count once.
    pub fn round_trips(&self) -> u64 {
        self.endpoint.asked()
    }

    /// Runs a command and collects what it prints. Any exit status is an [`Output`].
    ///
    /// If no server runs and the command starts one, the tmux program is spawned for it.
    ///
    /// # Errors
    /// [`Error`], when the command did not come to its end; [`Error::delivery`] says whether it
    /// may have run. Output up to then is lost; stream it if it matters.
    ///
    /// # Cancellation
    /// Dropping the future gives up the answer: what was sent may run.
    pub async fn run(&self, command: impl Into<Command>) -> Result<Output> {
        let command = command.into();
        match &self.via {
            Via::Channel(channel) => match channel.run(command).await {
                Err(error) => Err(self.explained(error).await),
                output => output,
            },
            Via::Connections | Via::Program => self.collect(&command, None).await,
        }
    }

    /// Runs commands one after the other, each with an answer of its own. A command that fails
    /// doesn't stop those behind it. A channel takes them all at once; see [`Channel::run_all`].
    ///
    /// # Cancellation
    /// Dropping the future gives up the answer: what was sent may run.
    pub async fn run_all(
        &self,
        commands: impl IntoIterator<Item = impl Into<Command>>,
    ) -> Vec<Result<Output>> {
        let commands: Vec<Command> = commands.into_iter().map(Into::into).collect();
        let mut answers = Vec::with_capacity(commands.len());
        if let Via::Channel(channel) = &self.via {
            for answer in channel.run_all(commands).await {
                answers.push(match answer {
                    Err(error) => Err(self.explained(error).await),
                    answer => answer,
                });
            }
            return answers;
        }
        for command in commands {
            answers.push(self.collect(&command, None).await);
        }
        answers
    }

    /// [`run`](Self::run), and the handle that belongs to the process which answered.
    pub(crate) async fn run_and_bind(&self, command: impl Into<Command>) -> Result<(Output, Self)> {
        let command = command.into();
        let server = match self.via {
            // It can't tell which process answered. What may start one asks none that may be ending.
            Via::Program if !self.endpoint.starts(&command) => {
                self.bind().await.unwrap_or_else(|_| self.clone())
            }
            _ => self.clone(),
        };
        let mut id = server.id.clone();
        let output = match &server.via {
            Via::Channel(_) => server.run(command).await?,
            Via::Connections | Via::Program => server.collect(&command, Some(&mut id)).await?,
        };
        match id {
            Some(id) => Ok((output, Self { id: Some(id), ..server })),
            // It was just started.
            None => match server.bind().await {
                Ok(bound) => Ok((output, bound)),
                // It has ended again, or never was: what failed tells why itself, up to 3.7c with
                // status 0.
                Err(_) if output.status != 0 || !output.stderr.is_empty() => {
                    Ok((Output { status: output.status.max(1), ..output }, server))
                }
                Err(error) => {
                    Err(Error::new(ErrorKind::LostServer, Delivery::Answered).with_source(error))
                }
            },
        }
    }
}
