//! Somebody who sits at a terminal with the real client.

use std::path::Path;

use crate::server::TestServer;
use crate::terminal::Terminal;
use crate::wait::wait_until;

/// The real client, attached to a session on a terminal of its own.
#[derive(Debug)]
pub struct Person {
    terminal: Terminal,
}

impl Person {
    /// Attaches with a terminal of so many columns and rows, and waits until the server says so.
    pub fn attach(server: &TestServer, session: &str, columns: u16, rows: u16) -> Self {
        // From 3.3 on a terminal that says nothing of itself is drawn on once more, after 5 s.
        let mut terminal = Terminal::open_talkative(columns, rows);
        let socket = server.socket();
        let socket = socket.to_str().expect("a printable path");
        let program: &Path = &server.release().path;
        let words = ["-S", socket, "attach-session", "-t", session];
        terminal.start(server.home(), program, &words, &[("TERM", "xterm")]);
        let person = Self { terminal };
        wait_until("the person is attached", || person.is_listed(server));
        person
    }

    /// The client's name, which is the terminal's.
    pub fn name(&self) -> &str {
        self.terminal.name()
    }

    /// How many bytes the terminal has been sent.
    pub fn printed(&self) -> usize {
        self.terminal.printed()
    }

    /// How many bytes the terminal has been sent when nothing more comes.
    pub fn settled(&self, server: &TestServer) -> usize {
        self.terminal.rest(server, &[self.terminal.leader()]);
        self.printed()
    }

    /// Whether the server lists the client.
    pub fn is_listed(&self, server: &TestServer) -> bool {
        let list = server.tmux(["list-clients", "-F", "#{client_name}"]).stdout;
        String::from_utf8_lossy(&list).lines().any(|name| name == self.name())
    }

    /// Detaches, as `detach-client` with the name does.
    pub fn detach(mut self, server: &TestServer) {
        server.tmux(["detach-client", "-t", self.name()]);
        self.wait_for_end();
    }

    /// Waits until the client has ended.
    pub fn wait_for_end(&mut self) {
        self.terminal.wait_for_program();
    }
}
