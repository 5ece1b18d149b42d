//! The crate libtmux, in Rust, in its control mode: a `tmux -C` and a task that owns it.

use std::path::Path;
use std::rc::Rc;

use libtmux::control::{ControlEvents, ControlMode, ControlSender, Event};
use libtmux::{Command, ControlClientLimits, Server, SessionId};
use tmuxwire_testkit::Tmux;
use tokio::runtime::Runtime;

use crate::control_rivals::Endpoint;

/// A server that it knows already.
pub struct Known {
    server: Server,
    session: SessionId,
}

impl Known {
    /// Opening runs tmux three times, a fetched release through its shell script: a millisecond
    /// more each.
    pub fn new(runtime: &Runtime, endpoint: &Endpoint) -> Self {
        let program: &Path = &endpoint.tmux.path;
        let server = Server::builder()
            .socket_path(&endpoint.socket)
            .tmux_executable(program)
            .control_client_limits(ControlClientLimits::default().max_clients(64))
            .build()
            .expect("a server");
        let sessions = runtime.block_on(server.sessions()).expect("sessions");
        Self { server, session: sessions[0].id().clone() }
    }
}

/// Whether it opens connections to such a server: since 0.1.0-alpha.12 not below 3.7.
pub fn speaks(tmux: &Tmux) -> bool {
    tmux.is_at_least(3, 7)
}

/// A connection, closed when dropped.
pub struct Connection {
    pub runtime: Rc<Runtime>,
    pub sender: ControlSender,
    events: Option<ControlEvents>,
}

impl Connection {
    pub fn open(runtime: &Rc<Runtime>, known: &Known) -> Self {
        let attached = ControlMode::attach(&known.server, &known.session);
        let (sender, events) = runtime.block_on(attached).expect("attached").split();
        Self { runtime: Rc::clone(runtime), sender, events: Some(events) }
    }

    /// Runs one command.
    pub fn run(&self, words: &[&str]) -> Vec<u8> {
        self.runtime.block_on(ask(&self.sender, words))
    }

    /// Reads so many bytes of panes' output.
    pub fn read(&mut self, bytes: usize) {
        let events = self.events.as_mut().expect("open");
        self.runtime.block_on(async {
            let mut seen = 0;
            while seen < bytes {
                let event = events.next_event().await.expect("more to come").expect("an event");
                if let Event::Output { bytes, .. } = event {
                    seen += bytes.len();
                }
            }
        });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(events) = self.events.take() {
            self.runtime.block_on(events.shutdown()).expect("closed");
        }
    }
}

/// One command on a connection.
pub async fn ask(sender: &ControlSender, words: &[&str]) -> Vec<u8> {
    let command =
        words[1..].iter().fold(Command::new(words[0]), |command, word| command.arg(*word));
    let block = sender.send(command).await.expect("an answer");
    assert!(block.succeeded(), "{block:?}");
    let mut answer = Vec::new();
    for line in block.output() {
        answer.extend(line.as_bytes());
        answer.push(b'\n');
    }
    answer
}
