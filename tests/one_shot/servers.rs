//! What a server is, its start and its end.

use std::time::{Duration, Instant};

use tmuxwire::{Command, Delivery, ErrorKind, HeaderLayout, Version};
use tmuxwire_testkit::{Gate, TestServer, releases, system, wait_for_exit, wait_until};

use crate::support::Both;

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn version_and_layout_are_learned_from_the_server() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        let infos = [both.runtime.block_on(both.library.info()), both.blocking.info()];
        for info in infos.map(|info| info.expect("an answer")) {
            assert_eq!(info.pid.cast_unsigned(), server.pid());
            assert_eq!(info.version, Version::parse(&release.version));
            let layout = if release.is_new() { HeaderLayout::New } else { HeaderLayout::Old };
            assert_eq!(info.layout, layout, "{}", release.version);
        }
    }
}

/// Without a session servers up to 3.1 don't tell their version, but that is telling enough.
#[test]
fn the_layout_is_known_without_a_session() {
    for release in releases() {
        let server = TestServer::start(&release);
        server.tmux(["set-option", "-s", "exit-empty", "off", ";", "kill-session", "-t", "main"]);
        let info = Both::at(server.socket()).blocking.info().expect("an answer");
        assert_eq!(info.layout == HeaderLayout::New, release.is_new(), "{}", release.version);
        assert_eq!(info.version.is_some(), release.is_at_least(3, 2));
    }
}

#[test]
fn what_was_learned_holds_for_one_server_process() {
    let mut server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let first = both.blocking.info().expect("an answer");
    // A hook counts the commands that ask: the second question finds its answer remembered.
    server.tmux(["set-hook", "-g", "after-display-message", "set -ga @asked x"]);
    assert_eq!(both.blocking.info().expect("an answer"), first);
    let asked = server.tmux(["show-options", "-gqv", "@asked"]);
    assert_eq!(asked.stdout, b"", "a known server is not asked again");
    server.kill();
    server.restart();
    let second = both.blocking.info().expect("an answer");
    assert_ne!(first.pid, second.pid);
    assert_eq!(second.pid.cast_unsigned(), server.pid());
}

#[test]
fn a_server_is_started_by_the_commands_that_start_one() {
    for release in releases() {
        for which in ["async", "blocking"] {
            let home = tempfile::tempdir().expect("a directory");
            let socket = home.path().join("socket");
            let both = Both::at(socket);
            let none = both.run(["list-sessions"]);
            for error in none.map(|outcome| outcome.expect_err("no server")) {
                assert!(matches!(error.kind(), ErrorKind::NoServer { .. }), "{error:?}");
                assert_eq!(error.delivery(), Delivery::NotSent);
                assert!(error.to_string().starts_with("error connecting to /"), "{error}");
            }
            let start = Command::new([
                "new-session",
                "-d",
                "-P",
                "-F",
                "#{session_name}",
                "-s",
                "made",
                "cat",
                ";",
                "load-buffer",
                "-b",
                "fed",
                "-",
            ])
            .stdin("fed by a pipe")
            .deadline(LIMIT);
            let output = match which {
                "async" => {
                    both.runtime.block_on(both.library.clone().config_file("/dev/null").run(start))
                }
                _ => both.blocking.clone().config_file("/dev/null").run(start),
            };
            let output = output.expect("a server");
            assert_eq!((output.status, output.stdout_text().as_ref()), (0, "made\n"), "{output:?}");
            for output in both.run(["show-buffer", "-b", "fed"]) {
                assert_eq!(output.expect("an answer").stdout_text(), "fed by a pipe");
            }
            let killed = match which {
                "async" => both.runtime.block_on(both.library.kill_server(LIMIT)),
                _ => both.blocking.kill_server(LIMIT),
            };
            killed.unwrap_or_else(|error| panic!("{}: {error:?}", release.version));
        }
    }
}

#[test]
fn after_kill_server_the_server_is_really_gone() {
    for release in releases() {
        for round in 0..5 {
            let mut server = TestServer::start(&release);
            let both = Both::at(server.socket());
            let killed = match round % 2 {
                0 => both.runtime.block_on(both.library.kill_server(LIMIT)),
                _ => both.blocking.kill_server(LIMIT),
            };
            killed.expect("killed");
            assert!(!server.is_alive(), "{}: still there", release.version);
            let again = both.blocking.kill_server(LIMIT);
            again.expect("one that is gone is gone");
            server.restart();
        }
    }
}

/// A server waits for its jobs before it ends. That is not the end that was asked for.
#[test]
fn a_server_that_does_not_end_in_time_is_told() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    wait_until("nobody is connected", || server.connections() == 0);
    let mut gate = Gate::new(server.home(), "gate");
    let mut job = server.command().args(["run-shell", &gate.job("true")]).spawn().expect("runs");
    wait_until("the job's client is connected", || server.connections() == 1);
    server.rest(&[job.id()]);
    for killed in [
        both.runtime.block_on(both.library.kill_server(Duration::from_millis(200))),
        both.blocking.kill_server(Duration::from_millis(200)),
    ] {
        assert_eq!(killed.expect_err("still there").kind(), &ErrorKind::TimedOut);
    }
    gate.open();
    wait_for_exit(server.pid());
    job.wait().expect("the job's client ends");
}

#[test]
fn other_ways_not_to_connect_are_told_apart() {
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let looped = home.path().join("loop");
    std::os::unix::fs::symlink(&looped, &looped).expect("a link");
    let long = home.path().join("x".repeat(120));
    for (path, is_no_server, text) in [
        (home.path().join("missing"), true, "No such file or directory"),
        (file, true, "no server running on"),
        (looped, false, "ELOOP"),
        (long, false, "File name too long"),
    ] {
        for outcome in Both::at(path.clone()).run(["list-sessions"]) {
            let error = outcome.expect_err("no connection");
            let kind = matches!(error.kind(), ErrorKind::NoServer { .. });
            assert_eq!(kind, is_no_server, "{error:?}");
            assert_eq!(kind, !matches!(error.kind(), ErrorKind::Connect { .. }));
            let text = if text == "ELOOP" { "Too many" } else { text };
            assert!(error.to_string().contains(text), "{error}");
            assert!(error.to_string().contains(path.to_str().expect("printable")));
            assert_eq!(error.delivery(), Delivery::NotSent);
        }
    }
}

/// A stopped server takes connections as long as its backlog has room, and answers none.
#[test]
fn a_stopped_server_runs_into_the_deadline() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    server.signal(nix::sys::signal::Signal::SIGSTOP);
    let started = Instant::now();
    let limit = Duration::from_millis(150);
    for outcome in both.run(Command::new(["list-sessions"]).deadline(limit)) {
        let error = outcome.expect_err("no answer");
        assert_eq!(error.kind(), &ErrorKind::TimedOut);
        assert_eq!(error.delivery(), Delivery::MayHaveRun);
    }
    assert!(started.elapsed() >= 2 * limit);
    // With the backlog full, connecting itself takes no longer than the deadline.
    let mut held = Vec::new();
    let connect = |held: &mut Vec<std::os::unix::net::UnixStream>| {
        let socket = std::os::unix::net::UnixStream::connect(server.socket()).expect("room");
        held.push(socket);
    };
    let room = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("a limit");
    let room: usize = room.trim().parse().expect("a number");
    for _ in 0..room.min(128).saturating_sub(1) {
        connect(&mut held);
    }
    let mut refused = 0;
    for _ in 0..8 {
        for outcome in both.run(Command::new(["list-sessions"]).deadline(limit)) {
            let error = outcome.expect_err("no answer");
            assert_eq!(error.kind(), &ErrorKind::TimedOut, "{error:?}");
            refused += usize::from(error.delivery() == Delivery::NotSent);
        }
    }
    assert!(refused > 0, "the backlog was never full");
    server.signal(nix::sys::signal::Signal::SIGCONT);
}
