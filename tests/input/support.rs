//! A pane whose program writes down what it reads.

use std::path::PathBuf;

use tmuxwire::{Delivery, ErrorKind, NotTyped, PaneId, Result};
use tmuxwire_testkit::{TestServer, Tmux, wait_until};

/// A server with panes that write down what they read, and our client of it.
pub(crate) struct Stage {
    pub(crate) server: TestServer,
    pub(crate) client: tmuxwire::blocking::Server,
    readers: std::cell::Cell<usize>,
}

/// A pane that reads raw and writes to a file.
pub(crate) struct Reader {
    pub(crate) pane: tmuxwire::blocking::Pane,
    file: PathBuf,
    seen: std::cell::Cell<usize>,
}

impl Stage {
    pub(crate) fn on(tmux: &Tmux) -> Self {
        let server = TestServer::start(tmux);
        let client = tmuxwire::blocking::Server::at(server.socket());
        Self { server, client, readers: 0.into() }
    }

    /// A reader that prints something before it is ready.
    pub(crate) fn reader(&self, prints: &str) -> Reader {
        self.readers.set(self.readers.get() + 1);
        let file = self.server.home().join(format!("read-{}", self.readers.get()));
        let program =
            format!("stty raw -echo; printf '{prints}READY'; exec cat > {}", file.display());
        let arguments = ["new-window", "-d", "-P", "-F", "#{pane_id}", &program];
        let id = self.server.tmux(arguments).stdout;
        let id = String::from_utf8(id).expect("an id").trim().to_owned();
        wait_until("the reader is ready", || {
            let screen = self.server.tmux(["capture-pane", "-p", "-t", &id]).stdout;
            screen.starts_with(b"READY") && file.exists()
        });
        let id = PaneId::parse(id.as_bytes()).expect("a pane's id");
        let pane = self.client.pane(id).expect("the pane");
        Reader { pane, file, seen: 0.into() }
    }

    pub(crate) fn tmux<const N: usize>(&self, arguments: [&str; N]) -> String {
        let output = self.server.tmux(arguments);
        assert!(output.status.success(), "{}: {output:?}", self.version());
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    pub(crate) fn version(&self) -> &str {
        &self.server.release().version
    }

    pub(crate) fn assert_no_buffer(&self) {
        assert_eq!(self.tmux(["list-buffers"]), "", "{}: a buffer remains", self.version());
    }
}

impl Reader {
    /// Everything that it has read since the last call, with what is on its way now: a mark is typed
    /// behind it and awaited.
    pub(crate) fn read(&self) -> Vec<u8> {
        const MARK: &[u8] = b"\x00mark\xff";
        self.pane.send_text(MARK).expect("typed");
        let mut read = Vec::new();
        wait_until("the mark arrives", || {
            read = std::fs::read(&self.file).expect("the file");
            read.len() >= self.seen.get() + MARK.len() && read.ends_with(MARK)
        });
        let new = read[self.seen.get()..read.len() - MARK.len()].to_vec();
        self.seen.set(read.len());
        new
    }

    pub(crate) fn id(&self) -> String {
        self.pane.id().to_string()
    }
}

pub(crate) fn assert_not_typed(outcome: Result<()>, why: NotTyped, version: &str) {
    let error = outcome.expect_err("refused");
    assert_eq!(error.kind(), &ErrorKind::NotTyped(why), "{version}");
    assert_eq!(error.delivery(), Delivery::NotSent, "{version}");
}
