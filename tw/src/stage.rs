//! What every command stands on: the server, the channels that it opens, the form of its output.

use std::cell::RefCell;
use std::time::Duration;

use tmuxwire::{Channel, ChannelOptions, Reconnect, Server};

use crate::ending::Failure;
use crate::global::Global;
use crate::printer::Printer;

/// How long the end of a channel may take.
const FAREWELL: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) json: bool,
    colours: bool,
    /// They are closed before we go.
    opened: RefCell<Vec<Channel>>,
}

impl Stage {
    /// # Errors
    /// If the directory for sockets can't be used.
    pub(crate) fn new(global: &Global) -> Result<Self, Failure> {
        let server = match (&global.socket, &global.label) {
            (Some(path), _) => Server::at(path),
            (None, Some(label)) => Server::named(label)?,
            (None, None) => Server::from_env()?,
        };
        let opened = RefCell::default();
        Ok(Self { server, json: global.json, colours: global.colours() && !global.json, opened })
    }

    pub(crate) fn printer(&self) -> Printer {
        Printer::new(self.colours)
    }

    /// A channel that is attached. Being detached (`attach-session -d` of a person) doesn't end it
    /// where it may reconnect.
    ///
    /// # Errors
    /// As for [`Server::channel`].
    pub(crate) async fn open(
        &self,
        options: ChannelOptions,
        reconnect: Reconnect,
    ) -> Result<Channel, tmuxwire::Error> {
        let channel = Box::pin(self.server.channel(options.reconnect(reconnect))).await?;
        self.keep(&channel);
        Ok(channel)
    }

    /// Closes a channel at our end, whoever opened it.
    pub(crate) fn keep(&self, channel: &Channel) {
        self.opened.borrow_mut().push(channel.clone());
    }

    /// Lets the server go.
    pub(crate) async fn close(&self) {
        for channel in self.opened.take() {
            channel.close();
            let _ = tokio::time::timeout(FAREWELL, channel.ended()).await;
        }
    }
}
