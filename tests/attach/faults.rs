//! What goes wrong around an attached client.

use std::path::Path;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use tmuxwire_testkit::{Terminal, TestServer, releases, system, wait_until};

use crate::client::Client;
use crate::stage::{Stage, alike};

const ATTACH: &str = "client attach-session -t main";

#[test]
fn a_server_that_is_stopped_and_goes_on_has_lost_nothing() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.server.signal(Signal::SIGSTOP);
            stage.keys("typed meanwhile\r");
            stage.terminal.resize(90, 30);
            stage.server.signal(Signal::SIGCONT);
            stage.terminal.wait_for("meanwhile\ntyped meanwhile\n");
            stage.resize(90, 30);
            stage.look("it goes on");
            stage.keys("\x02d");
            stage.end("detached");
        });
    }
}

#[test]
fn a_terminal_that_is_closed_takes_the_client_along() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.terminal.close();
            wait_until("nobody is left", || stage.terminal.processes().is_empty());
            stage.look_at_server("closed");
            assert!(stage.server.is_alive());
        });
    }
}

#[test]
fn the_parent_of_a_client_whose_terminal_is_closed_is_left_alone() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            let told = stage.server.home().join("told");
            stage.line(&format!(
                "sh -c 'trap \"\" HUP; {ATTACH}; echo $? >{}.new; mv {0}.new {0}'",
                told.display()
            ));
            stage.wait_for_client();
            stage.rest();
            stage.terminal.close();
            wait_until("the client has ended", || told.exists());
            let status = std::fs::read_to_string(&told).expect("readable");
            stage.note("status", status);
            stage.look_at_server("closed");
        });
    }
}

/// Fills the terminal while nobody reads it.
fn fill(stage: &mut Stage) {
    stage.terminal.stop_reading();
    let flood = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i of a flood that fills every terminal; done; echo all; cat";
    stage.tmux(&["respawn-pane", "-k", "-t", "main:", flood]);
    wait_until("everything has been said", || {
        stage.tmux(&["capture-pane", "-p", "-t", "main:"]).contains("\nall\n")
    });
}

#[test]
fn a_terminal_that_nobody_reads_holds_nobody_up() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            fill(stage);
            stage.terminal.go_on_reading();
            stage.terminal.wait_for("\nall\n");
            stage.look("read after all");
            stage.keys("\x02d");
            stage.end("detached");
        });
    }
}

/// What the full terminal has no room for is lost, and that is a matter of chance.
#[test]
fn a_client_whose_terminal_is_full_comes_to_its_end() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            fill(stage);
            stage.signal(Signal::SIGTERM);
            wait_until("no client is left", || stage.client_pid().is_none());
            stage.terminal.go_on_reading();
            stage.wait_for_shell();
            let printed = stage.terminal.since(stage.terminal.printed() - 200);
            let printed = String::from_utf8_lossy(&printed).into_owned();
            assert!(printed.contains("[terminated]\r\nstatus=1\r\n"), "{printed:?}");
            stage.note_line_state("ended");
        });
    }
}

const CROWD: usize = 200;

fn descriptors(process: u32) -> usize {
    std::fs::read_dir(format!("/proc/{process}/fd")).expect("a process").count()
}

/// A client on a small terminal of its own, without a shell.
fn one_of_many(server: &TestServer) -> Terminal {
    let mut terminal = Terminal::open(40, 8);
    let (socket, tmux) = (server.socket(), Client::real_tmux(server));
    terminal.start(
        server.home(),
        Path::new(env!("CARGO_BIN_EXE_tmuxwire")),
        &["-S", socket.to_str().expect("printable"), "attach-session", "-t", "main"],
        &[("TERM", "xterm"), ("TMUXWIRE_TMUX", tmux.to_str().expect("printable"))],
    );
    terminal
}

fn clients(server: &TestServer) -> usize {
    let list = server.tmux(["list-clients", "-F", "x"]).stdout;
    list.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn two_hundred_clients_at_once_leave_nothing() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(4096.min(hard)), hard).expect("room for terminals");
    for release in [system(), releases().pop().expect("a release")] {
        let server = TestServer::start(&release);
        Client::Ours.install(&server);
        let before = descriptors(server.pid());
        let mut crowd: Vec<Terminal> = (0..CROWD).map(|_| one_of_many(&server)).collect();
        wait_until("all are attached", || clients(&server) == CROWD);
        crowd[CROWD / 2].write("said by one\r");
        for terminal in &crowd {
            terminal.wait_for("said by one\nsaid by one");
        }
        server.tmux(["detach-client", "-s", "main"]);
        for terminal in &mut crowd {
            terminal.wait_for("[detached (from session main)]");
            assert!(terminal.wait_for_program().success(), "{}", release.version);
            let modes = terminal.snapshot().modes;
            assert_eq!(modes.leftovers(), [""; 0], "{}", release.version);
        }
        wait_until("the server has let go", || {
            clients(&server) == 0 && descriptors(server.pid()) == before
        });
    }
}
