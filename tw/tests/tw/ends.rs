//! Readers that go, and signals.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tmuxwire_testkit::{TestServer, command_with_default_signals, system, wait_until};

use crate::support::{TW, on_each_release, start, tw, until_attached};

/// Commands that go on until something ends them.
const ENDLESS: [&[&str]; 7] = [
    &["events"],
    &["output", "--screen"],
    &["wait", "text", "never"],
    &["wait", "idle", "--settle", "20s"],
    &["wait", "exit"],
    &["wait", "format", "#{@never}"],
    &["wait", "channel", "never"],
];

fn until_let_go(server: &TestServer) {
    wait_until("the server has let go", || server.connections() == 0);
    assert!(server.is_alive());
}

#[test]
fn a_reader_that_goes_ends_it_quietly() {
    on_each_release(|server| {
        for words in [&["events"][..], &["output", "--screen", "--text"]] {
            let mut child = tw(server, words)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("runs");
            // As `head -1` does, and then nothing more happens.
            let mut line = String::new();
            BufReader::new(child.stdout.take().expect("a pipe"))
                .read_line(&mut line)
                .expect("a line");
            assert!(line.ends_with('\n'));
            wait_until("it has ended", || child.try_wait().expect("a child").is_some());
            let seen = child.wait_with_output().expect("ends");
            assert_eq!((seen.status.code(), &seen.stderr[..]), (Some(0), &b""[..]), "{words:?}");
            until_let_go(server);
        }
    });
}

#[test]
fn signals_end_it_at_both_ends() {
    on_each_release(|server| {
        for words in ENDLESS {
            for (signal, status) in
                [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129)]
            {
                let mut command = command_with_default_signals(TW, server.home());
                let tw = start(command.arg("-S").arg(server.socket()).args(words));
                match words.contains(&"channel") {
                    true => wait_until("it is connected", || server.connections() == 1),
                    false => until_attached(server, 1),
                }
                tw.signal(signal);
                let seen = tw.finish();
                assert_eq!((seen.status, seen.stderr.as_str()), (status, ""), "{words:?} {signal}");
                until_let_go(server);
            }
        }
    });
}

/// As a shell without job control leaves it for what runs in the background.
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let server = TestServer::start(&system());
    let mut shell = tmuxwire_testkit::command("/bin/sh", server.home());
    shell.args(["-c", "trap '' INT; exec \"$@\"", "sh", TW, "-S"]).arg(server.socket());
    let tw = start(shell.args(["wait", "format", "#{@done}"]));
    until_attached(&server, 1);
    tw.signal(Signal::SIGINT);
    server.tmux(["set-option", "-g", "@done", "1"]);
    let seen = tw.finish();
    assert_eq!((seen.status, seen.text().as_str()), (0, "1\n"), "{seen:?}");
}

/// A full pipe that nobody reads must not keep it from ending.
#[test]
fn a_reader_that_does_not_read_holds_up_no_signal() {
    on_each_release(|server| {
        server.tmux(["respawn-pane", "-k", "-t", "%0", "exec yes"]);
        let mut command: Command = tw(server, &["output", "--timeout", "300ms"]);
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut child = command.stdout(writer).spawn().expect("runs");
        drop(command);
        wait_until("it has ended", || child.try_wait().expect("a child").is_some());
        assert_eq!(child.wait().expect("an end").code(), Some(0));
        drop(reader);
        assert!(server.is_alive());
    });
}

#[test]
fn a_deleted_socket_is_told_with_its_remedy() {
    on_each_release(|server| {
        std::fs::remove_file(server.socket()).expect("removed");
        let seen = start(&mut tw(server, &["events"])).finish();
        assert_eq!(seen.status, 3);
        assert!(seen.stderr.contains(&format!("`kill -USR1 {}`", server.pid())), "{seen:?}");
        server.kill();
        let seen = start(&mut tw(server, &["events"])).finish();
        assert!(!seen.stderr.contains("USR1"), "{seen:?}");
    });
}
