//! A real server beside the one in memory.

use std::process::{Child, Stdio};

use tmuxwire::blocking::Server;
use tmuxwire::{Command, Output};
use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::{Tmux, command, wait_until};

/// What both servers are told first, so that nothing depends on the user's shell or on time.
const FIRST: [&[&str]; 4] = [
    &["set-option", "-s", "exit-empty", "off"],
    &["set-option", "-g", "default-command", "cat"],
    &["set-option", "-gw", "automatic-rename", "off"],
    &["set-option", "-g", "update-environment", ""],
];

/// A real server in the foreground, as a child that ends with it.
pub(crate) struct Real {
    directory: tempfile::TempDir,
    child: Child,
}

impl Real {
    /// Starts one.
    pub(crate) fn start(tmux: &Tmux) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("conf"), "set -g default-shell /bin/sh\n")
            .expect("a configuration");
        let child = command(&tmux.path, directory.path())
            .env("TZ", "UTC")
            .arg("-D")
            .arg("-S")
            .arg(directory.path().join("socket"))
            .arg("-f")
            .arg(directory.path().join("conf"))
            .stdin(Stdio::null())
            .spawn()
            .expect("tmux runs");
        let real = Self { directory, child };
        wait_until("the server answers", || real.server().run(["start-server"]).is_ok());
        real
    }

    /// A client of it.
    pub(crate) fn server(&self) -> Server {
        Server::at(self.directory.path().join("socket")).never_start()
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an answer tells.
pub(crate) fn told(output: &Output) -> String {
    let (out, error) = (output.stdout_text(), output.stderr_text());
    format!("{out}{error}[{}]", output.status)
}

/// Clients of both, told what comes first.
pub(crate) fn both(real: &Real, memory: &MemoryTmux) -> (Server, Server) {
    let servers = (real.server(), Server::at(memory.socket()).never_start());
    for first in FIRST {
        for server in [&servers.0, &servers.1] {
            let output = server.run(Command::new(first)).expect("an answer");
            assert_eq!(told(&output), "[0]", "{first:?}");
        }
    }
    servers
}
