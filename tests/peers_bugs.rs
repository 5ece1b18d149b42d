//! What others got wrong, and what happens here: each test is named by a line of the list of what
//! they can do. K are those of kstlib's runner (more of them in `runner.rs`), T of agent-tty, H of
//! herolib, P of libtmux's engines, W what users ask for, and `trap` what all of them ran into.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "peers_bugs/input.rs"]
mod input;
#[path = "peers_bugs/names.rs"]
mod names;
#[path = "peers_bugs/runner.rs"]
mod runner;
#[path = "peers_bugs/wire.rs"]
mod wire;
#[path = "peers_bugs/work.rs"]
mod work;

use tmuxwire::blocking::{Pane, Server};
use tmuxwire::operations::{NewWindow, Shell};
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// Runs a test on a server of each release.
fn on_each(test: impl Fn(&TestServer, &Server)) {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        test(&server, &Server::at(server.socket()));
    }
}

/// A pane in a window of its own that writes what it reads to `got`.
fn reader(server: &TestServer, client: &Server) -> Pane {
    let got = server.home().join("got");
    let program = format!("stty raw -echo; printf ready; exec cat > {}", got.display());
    let window = NewWindow::new().command(Shell::from(program));
    let window = client.session("main").expect("the session").new_window(window).expect("a window");
    let pane = window.active_pane().expect("a pane");
    wait_until("it reads", || {
        let shown = pane.capture(tmuxwire::operations::CapturePane::new()).expect("a screen");
        shown.last_lines(1) == ["ready"] && got.exists()
    });
    pane
}

/// Waits until the reader has got something, and nothing else.
fn got(server: &TestServer, expected: &[u8]) {
    let got = server.home().join("got");
    let read = || std::fs::read(&got).expect("what it got");
    wait_until("everything has arrived", || read().len() >= expected.len());
    assert!(read() == expected, "{}", server.release().version);
}
