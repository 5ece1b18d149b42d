//! Sessions by name, each for one program. The numbers are the lines of what kstlib's runner does.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "runner/alone.rs"]
mod alone;
#[path = "runner/start.rs"]
mod start;
#[path = "runner/stop.rs"]
mod stop;
#[path = "runner/tells.rs"]
mod tells;

use tmuxwire::blocking::{Runner, Server};
use tmuxwire_testkit::{TestServer, Tmux};

/// A server with a session `main`, and a runner for it.
fn stage(tmux: &Tmux) -> (TestServer, Runner) {
    let server = TestServer::start(tmux);
    let runner = Runner::new(Server::at(server.socket()));
    (server, runner)
}
