//! What real clients say of themselves and their terminal.

use std::io::Read;
use std::process::{Child, Stdio};

use nix::pty::openpty;
use tmuxwire_protocol::{ClientEvent, HeaderLayout, Identified};

use crate::environment::command;
use crate::fake::FakeServer;
use crate::releases::Tmux;
use crate::watchdog::directory;

/// Runs `tmux OPTIONS attach-session` on a terminal of type `term`, with these variables besides,
/// and answers how it identifies to a server. The error is what it prints instead.
pub fn introduce(
    tmux: &Tmux,
    term: &str,
    variables: &[(&str, &str)],
    options: &[&str],
) -> Result<Box<Identified>, String> {
    let server = FakeServer::new();
    let home = directory();
    let terminal = openpty(None, None).expect("a terminal");
    let child = command(&tmux.path, home.path())
        .env("TERM", term)
        .envs(variables.iter().copied())
        .arg("-S")
        .arg(server.socket())
        .args(options)
        .arg("attach-session")
        .stdin(Stdio::from(terminal.slave.try_clone().expect("a descriptor")))
        .stdout(Stdio::from(terminal.slave))
        .stderr(Stdio::piped())
        .spawn()
        .expect("tmux runs");
    let mut client = Client(child);
    let layout = if tmux.is_new() { HeaderLayout::New } else { HeaderLayout::Old };
    let said = server.accept_from(&mut client.0, layout).and_then(|mut peer| {
        let said = peer.hear().expect("nothing harmful");
        drop(peer);
        said
    });
    match said {
        Some(ClientEvent::Identified(identified)) => Ok(identified),
        Some(other) => panic!("{other:?} before the identity"),
        None => Err(client.complaint()),
    }
}

struct Client(Child);

impl Client {
    /// What it prints until its end.
    fn complaint(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.0.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut text).expect("UTF-8");
        text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
