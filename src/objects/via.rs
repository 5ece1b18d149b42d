//! Which way a handle asks its server: chosen once, for all that is asked with it.

use std::os::fd::AsFd;

use super::{Channel, Server, bisync};
use crate::channel::ChannelOptions;
use crate::command::Command;
use crate::error::Result;
use crate::output::Output;
use crate::server_id::ServerId;

/// How the server is asked.
#[derive(Clone, Debug)]
pub(crate) enum Via {
    Connections,
    Channel(Channel),
    Program,
}

#[bisync]
impl Server {
    /// The same server, asked over a channel from now on: by this handle, its clones and what
    /// they give. What a channel can't carry takes connections of its own ([`Channel`]). The handle
    /// belongs to the process that runs now: [`Reconnect::AnyServer`] means the same server here.
    ///
    /// [`Reconnect::AnyServer`]: crate::Reconnect::AnyServer
    ///
    /// # Errors
    /// As for [`channel`](Self::channel).
    pub async fn through_channel(&self, options: ChannelOptions) -> Result<Self> {
        let id = self.endpoint.identify(self.connect(None).await?.as_fd());
        let server = Self { id: Some(id), ..self.clone() };
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

    /// The only server process that this handle asks, if it belongs to one: handles that sessions,
    /// windows, panes and clients hold do.
    pub fn id(&self) -> Option<&ServerId> {
        self.id.as_ref()
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
    pub async fn run(&self, command: impl Into<Command>) -> Result<Output> {
        let command = command.into();
        match &self.via {
            Via::Channel(channel) => channel.run(command).await,
            Via::Connections | Via::Program => self.collect(&command, None).await,
        }
    }

    /// Runs commands one after the other, each with an answer of its own. A command that fails
    /// doesn't stop those behind it. A channel takes them all at once; see [`Channel::run_all`].
    pub async fn run_all(
        &self,
        commands: impl IntoIterator<Item = impl Into<Command>>,
    ) -> Vec<Result<Output>> {
        let commands: Vec<Command> = commands.into_iter().map(Into::into).collect();
        if let Via::Channel(channel) = &self.via {
            return channel.run_all(commands).await;
        }
        let mut answers = Vec::with_capacity(commands.len());
        for command in commands {
            answers.push(self.collect(&command, None).await);
        }
        answers
    }

    /// [`run`](Self::run), and the handle that belongs to the process which answered.
    pub(crate) async fn run_and_bind(&self, command: impl Into<Command>) -> Result<(Output, Self)> {
        let command = command.into();
        let mut id = self.id.clone();
        let output = match &self.via {
            Via::Channel(channel) => channel.run(command).await?,
            Via::Connections | Via::Program => self.collect(&command, Some(&mut id)).await?,
        };
        let id = match id {
            Some(id) => id,
            // It was just started.
            None => self.endpoint.identify(self.connect(None).await?.as_fd()),
        };
        Ok((output, Self { id: Some(id), ..self.clone() }))
    }
}
