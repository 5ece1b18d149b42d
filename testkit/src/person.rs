//! Somebody who sits at a terminal with the real client.

use std::fs::File;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::pty::{Winsize, openpty};
use nix::unistd::ttyname;

use crate::server::TestServer;
use crate::wait::wait_until;

/// The real client, attached to a session on a terminal of its own.
#[derive(Debug)]
pub struct Person {
    client: Child,
    name: String,
    printed: Arc<AtomicUsize>,
}

impl Person {
    /// Attaches with a terminal of so many columns and rows, and waits until the server says so.
    pub fn attach(server: &TestServer, session: &str, columns: u16, rows: u16) -> Self {
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let terminal = openpty(&size, None).expect("a terminal");
        let name = ttyname(&terminal.slave).expect("its name");
        let name = name.to_str().expect("a printable path").to_owned();
        let client = server
            .command()
            .env("TERM", "xterm")
            .args(["attach-session", "-t", session])
            .stdin(Stdio::from(terminal.slave.try_clone().expect("a descriptor")))
            .stdout(Stdio::from(terminal.slave.try_clone().expect("a descriptor")))
            .stderr(Stdio::from(terminal.slave))
            .spawn()
            .expect("tmux runs");
        let printed = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&printed);
        let mut screen = File::from(terminal.master);
        // It ends with the terminal's last user.
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = screen.read(&mut piece) {
                counter.fetch_add(count, Ordering::Relaxed);
            }
        });
        let person = Self { client, name, printed };
        wait_until("the person is attached", || person.is_listed(server));
        person
    }

    /// The client's name, which is the terminal's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes the terminal has been sent.
    pub fn printed(&self) -> usize {
        self.printed.load(Ordering::Relaxed)
    }

    /// Whether the server lists the client.
    pub fn is_listed(&self, server: &TestServer) -> bool {
        let list = server.tmux(["list-clients", "-F", "#{client_name}"]).stdout;
        String::from_utf8_lossy(&list).lines().any(|name| name == self.name)
    }

    /// Detaches, as `detach-client` with the name does.
    pub fn detach(mut self, server: &TestServer) {
        server.tmux(["detach-client", "-t", &self.name]);
        self.client.wait().expect("a child");
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}
