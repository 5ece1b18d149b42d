//! Both clients of one server, asked alike.

use std::path::PathBuf;

use tmuxwire::{Command, Output, Result};
use tmuxwire_testkit::{TestServer, wait_until};

/// Waits for ever, and says so before: that a client is connected doesn't tell what has arrived.
pub(crate) const WAIT: [&str; 7] =
    ["set-option", "-g", "@started", "yes", ";", "wait-for", "never"];

/// Returns when [`WAIT`] waits.
pub(crate) fn started(server: &TestServer) {
    wait_until("the command has started", || {
        server.tmux(["show-options", "-gqv", "@started"]).stdout == b"yes\n"
    });
}

/// The async and the blocking client of a server.
pub(crate) struct Both {
    pub(crate) library: tmuxwire::Server,
    pub(crate) blocking: tmuxwire::blocking::Server,
    pub(crate) runtime: tokio::runtime::Runtime,
}

impl Both {
    pub(crate) fn at(socket: PathBuf) -> Self {
        Self {
            library: tmuxwire::Server::at(&socket),
            blocking: tmuxwire::blocking::Server::at(socket),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
        }
    }

    /// The same command through each, async first.
    pub(crate) fn run(&self, command: impl Into<Command>) -> [Result<Output>; 2] {
        let command = command.into();
        [self.runtime.block_on(self.library.run(command.clone())), self.blocking.run(command)]
    }
}
