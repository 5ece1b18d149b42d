//! A terminal on standard input.

use std::path::Path;
use std::process::Stdio;

use nix::pty::{OpenptyResult, Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tmuxwire_testkit::{Gate, TestServer, command_with_default_signals, releases, wait_until};

use crate::support::{Seen, TMUXWIRE};

fn terminal() -> OpenptyResult {
    let size = Winsize { ws_row: 31, ws_col: 97, ws_xpixel: 0, ws_ypixel: 0 };
    openpty(&size, None).expect("a terminal")
}

/// Runs a client with a terminal of 97x31 on standard input alone.
fn on_terminal(server: &TestServer, program: &Path, term: &str, words: &[&str]) -> Seen {
    let terminal = terminal();
    let output = server
        .program(program)
        .env("TERM", term)
        .env("TMUXWIRE_TMUX", &server.release().path)
        .args(words)
        .stdin(Stdio::from(terminal.slave))
        .output();
    output.expect("runs").into()
}

#[test]
fn terminals_make_the_same_difference() {
    for release in releases() {
        let server = TestServer::start(&release);
        for (term, words) in [
            ("xterm", &["display-message", "-p", "x"][..]),
            ("", &["display-message", "-p", "x"]),
            ("dumb", &["display-message", "-p", "x"]),
            ("nosuchterm", &["display-message", "-p", "x"]),
            ("nosuchterm", &["list-sessions", "-F", "x"]),
            ("../x", &["list-sessions", "-F", "x"]),
            ("xterm", &["if-shell", "-F", "1", "display-message -p yes"]),
            ("xterm", &["attach", "-t", "=nope"]),
        ] {
            let [real, ours] = [release.path.as_path(), Path::new(TMUXWIRE)]
                .map(|program| on_terminal(&server, program, term, words));
            assert_eq!(real, ours, "{} TERM={term} {words:?}", release.version);
        }
    }
}

#[test]
fn sizes_are_taken_from_the_terminal() {
    for release in releases() {
        let server = TestServer::start(&release);
        for (name, size) in [("one", &["-x", "-", "-y", "-"][..]), ("two", &["-x-", "-y50"])] {
            let words = [&["new-session", "-d", "-s", name][..], size].concat();
            let seen = on_terminal(&server, Path::new(TMUXWIRE), "xterm", &words);
            assert_eq!(seen.status, 0, "{} {seen:?}", release.version);
        }
        let sizes = server.tmux(["list-windows", "-a", "-F", "#{window_width}x#{window_height}"]);
        let sizes = String::from_utf8_lossy(&sizes.stdout).into_owned();
        assert_eq!(sizes, "80x24\n97x31\n97x50\n", "{}", release.version);
    }
}

/// What somebody does who types a command and then Control-C.
#[test]
fn an_interrupt_from_the_terminal_ends_a_waiting_command() {
    for release in releases() {
        let server = TestServer::start(&release);
        let mut gate = Gate::new(server.home(), "gate");
        let job = gate.job("true");
        for words in [&["wait-for", "never"][..], &["run-shell", &job]] {
            wait_until("nobody is connected", || server.connections() == 0);
            let terminal = terminal();
            let child = command_with_default_signals(TMUXWIRE, server.home())
                .env("TMUXWIRE_TMUX", &release.path)
                .env("TERM", "xterm")
                .arg("-S")
                .arg(server.socket())
                .args(words)
                .stdin(Stdio::from(terminal.slave))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("runs");
            wait_until("the client is connected", || server.connections() == 1);
            server.rest(&[child.id()]);
            kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).expect("a process");
            let seen = Seen::from(child.wait_with_output().expect("ends"));
            assert_eq!(seen.status, 1000 + 2, "{} {words:?} {seen:?}", release.version);
        }
        gate.open();
        wait_until("the server has let go", || server.connections() == 0);
        assert!(server.is_alive());
    }
}
