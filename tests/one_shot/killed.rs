//! A server that is killed with SIGKILL, at each step of a conversation.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::blocking::{Source, Streams};
use tmuxwire::{Command, Delivery, Error, ErrorKind, Output, Result};
use tmuxwire_testkit::{TestServer, releases, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Both, WAIT, started};

const DRIVERS: [&str; 2] = ["async", "blocking"];

fn run(both: &Both, driver: &str, command: Command) -> Result<Output> {
    match driver {
        "async" => both.runtime.block_on(both.library.run(command)),
        _ => both.blocking.run(command),
    }
}

/// Runs a command in a thread, and kills the server at the moment that `reached` waits for.
fn killed_when(
    server: &TestServer,
    driver: &str,
    words: &[&str],
    reached: impl Fn(&TestServer),
) -> Error {
    let both = Both::at(server.socket());
    let command = Command::new(words).deadline(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&both, driver, command));
        reached(server);
        server.kill();
        running.join().expect("no panic").expect_err("a killed server")
    })
}

fn connected(server: &TestServer) {
    wait_until("the client has connected", || server.backlog() == 1);
}

/// Kills the server when it asks for input, or with the first output.
struct KillAt<'s> {
    server: &'s TestServer,
    input: Option<OwnedFd>,
}

impl Streams for KillAt<'_> {
    fn open_stdin(&mut self) -> io::Result<Source> {
        self.server.kill();
        Ok(Source::from_fd(self.input.take().expect("opened once")))
    }

    fn write_stdout(&mut self, _: &[u8]) -> io::Result<()> {
        if self.server.is_alive() {
            self.server.kill();
        }
        Ok(())
    }

    fn write_stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

fn killed_at_input(server: &TestServer, both: &Both, driver: &str) -> Result<i32> {
    let load = Command::new(["load-buffer", "-"]);
    if driver == "blocking" {
        // Open, and silent: only the server's end can end the call.
        let (reader, _writer) = io::pipe().expect("a pipe");
        return both
            .blocking
            .stream(load, &mut KillAt { server, input: Some(OwnedFd::from(reader)) });
    }
    both.runtime.block_on(async {
        let (mut ours, theirs) = tokio::io::duplex(8);
        let running = both.library.stream(load, theirs, tokio::io::sink(), tokio::io::sink());
        let killing = async {
            // There is room for all of it only once the server has asked.
            ours.write_all(&[b'x'; 16]).await.expect("read");
            server.kill();
            ours
        };
        tokio::join!(running, killing).0
    })
}

fn killed_at_output(server: &TestServer, both: &Both, driver: &str) -> Result<i32> {
    let show = Command::new(["show-buffer", "-b", "large"]);
    if driver == "blocking" {
        return both.blocking.stream(show, &mut KillAt { server, input: None });
    }
    both.runtime.block_on(async {
        let (mut ours, theirs) = tokio::io::duplex(1024);
        let running = both.library.stream(show, tokio::io::empty(), theirs, tokio::io::sink());
        let killing = async {
            ours.read_u8().await.expect("output");
            server.kill();
            tokio::io::copy(&mut ours, &mut tokio::io::sink()).await.expect("the rest");
        };
        tokio::join!(running, killing).0
    })
}

fn assert_lost(error: &Error, delivery: Delivery, step: &str) {
    assert_eq!((error.kind(), error.delivery()), (&ErrorKind::LostServer, delivery), "{step}");
}

#[test]
fn a_server_killed_at_any_step_is_told() {
    for release in releases() {
        let mut server = TestServer::start(&release);
        for driver in DRIVERS {
            let step = |step: &str| format!("{} {driver}: {step}", release.version);
            // Before anything was read: what it never saw has not run, and nobody else listens.
            for words in [&["set-option", "-g", "@x", "y"][..], &["list-sessions"]] {
                server.signal(Signal::SIGSTOP);
                let error = killed_when(&server, driver, words, connected);
                assert!(matches!(error.kind(), ErrorKind::NoServer { .. }), "{error:?}");
                assert_eq!(error.delivery(), Delivery::NotSent, "{}", step("unread"));
                server.restart();
            }
            // While the command waits.
            let error = killed_when(&server, driver, &WAIT, started);
            assert_lost(&error, Delivery::MayHaveRun, &step("waiting"));
            server.restart();
            // While it asks for input, with none there.
            let both = Both::at(server.socket());
            let error = killed_at_input(&server, &both, driver).expect_err("a killed server");
            assert_lost(&error, Delivery::MayHaveRun, &step("input"));
            server.restart();
            // In the middle of megabytes of output.
            let large = "l".repeat(4_000_000);
            let load = Command::new(["load-buffer", "-b", "large", "-"]).stdin(large);
            assert!(both.blocking.run(load).expect("an answer").is_success());
            let error = killed_at_output(&server, &both, driver).expect_err("a killed server");
            assert_lost(&error, Delivery::MayHaveRun, &step("output"));
            // And when it is gone.
            let error = run(&both, driver, Command::new(["list-sessions"])).expect_err("nobody");
            assert!(matches!(error.kind(), ErrorKind::NoServer { .. }), "{error:?}");
            server.restart();
        }
    }
}
