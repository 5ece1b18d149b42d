//! `Server::attach`: a client on a terminal that the program itself holds.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "attached_client/ends.rs"]
mod ends;
#[path = "attached_client/life.rs"]
mod life;
#[path = "attached_client/refused.rs"]
mod refused;

use tmuxwire::{AttachOptions, AttachedClient, Server};
use tmuxwire_testkit::{Terminal, TestServer, Tmux, releases};

/// A server, a terminal, and a client of the library on it, which shows the session.
struct Stage {
    server: TestServer,
    terminal: Terminal,
    client: AttachedClient,
}

fn handle(server: &TestServer) -> Server {
    Server::at(server.socket())
}

fn options(words: &[&str]) -> AttachOptions {
    AttachOptions::new().command(words).term("xterm-256color")
}

impl Stage {
    async fn new(release: &Tmux) -> Self {
        Self::on(TestServer::start(release), &["attach-session", "-t", "main"]).await
    }

    async fn on(server: TestServer, words: &[&str]) -> Self {
        let terminal = Terminal::open(80, 24);
        let slave = terminal.slave();
        let client = handle(&server).attach(slave, options(words)).await;
        let client = client.unwrap_or_else(|error| panic!("{}: {error}", server.release().version));
        terminal.wait_for("five");
        Self { server, terminal, client }
    }

    fn tmux(&self, words: &[&str]) -> String {
        let output = self.server.tmux(words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// What nobody may find changed, whatever happened to the server.
    fn assert_terminal_is_back(&self, before: &nix::sys::termios::Termios) {
        self.terminal.catch_up();
        let release = &self.server.release().version;
        assert_eq!(&self.terminal.settings(), before, "{release}");
        assert!(self.terminal.is_blocking(), "{release}");
        assert_eq!(self.terminal.snapshot().modes.leftovers(), Vec::<String>::new(), "{release}");
    }
}

/// Runs a test on every release.
fn on_all<F: Future<Output = ()>>(test: impl Fn(Tmux) -> F) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    for release in releases() {
        runtime.block_on(test(release));
    }
}
