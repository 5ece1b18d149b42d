//! Signals to a client that waits.

use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tmuxwire_testkit::{
    Gate, TestServer, command_with_default_signals, releases, system, wait_until,
};

use crate::support::{Seen, TMUXWIRE};

fn waiting(server: &TestServer, words: &[&str]) -> Child {
    let mut command = command_with_default_signals(TMUXWIRE, server.home());
    connected(server, command.env("TMUXWIRE_TMUX", &server.release().path), words)
}

/// Starts a client that waits, and returns when the server has it.
fn connected(server: &TestServer, command: &mut Command, words: &[&str]) -> Child {
    wait_until("nobody is connected", || server.connections() == 0);
    let child = command
        .arg("-S")
        .arg(server.socket())
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    wait_until("the client is connected", || server.connections() == 1);
    child
}

fn signalled(child: Child, signal: Signal) -> Seen {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("a process");
    child.wait_with_output().expect("ends").into()
}

#[test]
fn signals_end_a_waiting_command_at_both_ends() {
    for release in releases() {
        let server = TestServer::start(&release);
        for (signal, status) in
            [(Signal::SIGTERM, 0), (Signal::SIGHUP, 0), (Signal::SIGINT, 1000 + 2)]
        {
            let mut gate = Gate::new(server.home(), signal.as_str());
            let job = gate.job("true");
            for words in [
                &["wait-for", "never"][..],
                &["run-shell", &job],
                &["display-message", "-p", "before", ";", "wait-for", "never"],
            ] {
                let child = waiting(&server, words);
                server.rest(&[child.id()]);
                let seen = signalled(child, signal);
                assert_eq!(seen.status, status, "{} {signal} {words:?}", release.version);
                assert_eq!(seen.stderr, "");
                assert_eq!(seen.stdout.starts_with("before"), words[0] == "display-message");
                if words[0] == "run-shell" {
                    gate.open();
                }
                wait_until("the server has let go", || server.connections() == 0);
                assert!(server.is_alive(), "{} {signal} {words:?}", release.version);
            }
        }
    }
}

/// Servers of some releases end when the job of a run-shell prints and its client has gone. Not
/// through us: somebody keeps the connection until the job has ended.
#[test]
fn a_job_that_prints_after_its_client_was_ended_does_no_harm() {
    for release in releases() {
        let server = TestServer::start(&release);
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let done = server.home().join("done");
            let mut gate = Gate::new(server.home(), signal.as_str());
            let job = gate.job(&format!("echo x; touch {}", done.display()));
            let child = waiting(&server, &["run-shell", &job]);
            server.rest(&[child.id()]);
            signalled(child, signal);
            // The client has ended, and the job has not.
            gate.open();
            wait_until("the job is done", || done.exists());
            wait_until("the server has let go", || !server.is_alive() || server.connections() == 0);
            server.rest(&[]);
            assert!(server.is_alive(), "{}", release.version);
            std::fs::remove_file(done).expect("the job's file");
        }
    }
}

#[test]
fn the_end_of_the_server_is_told_as_tmux_tells_it() {
    for release in releases() {
        for (signal, status, text) in
            [(Signal::SIGKILL, 1, "server exited unexpectedly\n"), (Signal::SIGTERM, 0, "")]
        {
            let server = TestServer::start(&release);
            let child = waiting(&server, &["wait-for", "never"]);
            server.rest(&[child.id()]);
            server.signal(signal);
            let seen = Seen::from(child.wait_with_output().expect("ends"));
            assert_eq!((seen.status, seen.stderr.as_str()), (status, text), "{}", release.version);
        }
    }
}

/// As a shell without job control leaves it for what runs in the background.
#[test]
fn an_interrupt_that_is_ignored_stays_ignored() {
    let server = TestServer::start(&system());
    let mut gate = Gate::new(server.home(), "gate");
    for words in [["wait-for", "channel"], ["run-shell", &gate.job("true")]] {
        let mut shell = tmuxwire_testkit::command("/bin/sh", server.home());
        shell.args(["-c", "trap '' INT; exec \"$@\"", "sh", TMUXWIRE]);
        let child = connected(&server, &mut shell, &words);
        server.rest(&[child.id()]);
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).expect("a process");
        match words[0] {
            "wait-for" => drop(server.tmux(["wait-for", "-S", "channel"])),
            _ => gate.open(),
        }
        let seen = Seen::from(child.wait_with_output().expect("ends"));
        assert_eq!((seen.status, seen.stderr.as_str()), (0, ""), "{words:?}");
    }
}
