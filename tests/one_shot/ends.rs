//! Commands that end early: deadlines, dropped futures, bad arguments.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tmuxwire::{Command, Delivery, Environment, ErrorKind};
use tmuxwire_testkit::{Gate, TestServer, releases, system, wait_until};

use crate::support::{Both, WAIT, started};

#[test]
fn a_deadline_closes_the_connection() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        wait_until("nobody is connected", || server.connections() == 0);
        let limit = Duration::from_millis(200);
        for outcome in both.run(Command::new(["wait-for", "never"]).deadline(limit)) {
            let error = outcome.expect_err("never");
            assert_eq!(error.kind(), &ErrorKind::TimedOut);
            assert_eq!(error.delivery(), Delivery::MayHaveRun);
            assert_eq!(error.to_string(), "timed out");
        }
        wait_until("the server has let go", || server.connections() == 0);
        assert!(server.is_alive());
    }
}

#[test]
fn a_dropped_future_closes_the_connection() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    both.runtime.block_on(async {
        for polls in 1..6 {
            let future = both.library.run(["wait-for", "never"]);
            {
                let mut future = pin!(future);
                for _ in 0..polls {
                    let mut context = Context::from_waker(Waker::noop());
                    assert!(matches!(future.as_mut().poll(&mut context), Poll::Pending));
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    wait_until("the server has let go", || server.connections() == 0);
    assert!(server.is_alive());
}

/// On some releases the server would end with all its sessions if the client of a run-shell just
/// went away; see `Held`.
#[test]
fn giving_up_a_job_does_no_harm() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        for which in ["async", "blocking"] {
            let done = server.home().join(which);
            let mut gate = Gate::new(server.home(), &format!("{which}-gate"));
            let job = gate.job(&format!("echo out; touch {}", done.display()));
            let command = Command::new(["run-shell", &job]).deadline(Duration::from_millis(200));
            let outcome = match which {
                "async" => both.runtime.block_on(both.library.run(command)),
                _ => both.blocking.run(command),
            };
            assert_eq!(outcome.expect_err("too slow").kind(), &ErrorKind::TimedOut);
            gate.open();
            wait_until("the job is done", || done.exists());
            wait_until("nobody is connected", || server.connections() == 0 || !server.is_alive());
            server.tmux(["display-message", "-p", "x"]);
            assert!(server.is_alive(), "{}", release.version);
        }
    }
}

#[test]
fn arguments_that_can_not_be_sent_are_not() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    for outcome in both.run(["set-buffer", "a\0b"]) {
        let error = outcome.expect_err("a NUL");
        assert_eq!(error.kind(), &ErrorKind::NulInArgument);
        assert_eq!(error.delivery(), Delivery::NotSent);
    }
    for (size, text) in [(16353, "failed to send command"), (16380, "command too long")] {
        for outcome in both.run(["set-buffer", &"x".repeat(size)]) {
            let error = outcome.expect_err("too long");
            assert_eq!(error.kind(), &ErrorKind::CommandTooLong { size: size + 12 });
            assert_eq!(error.to_string(), text);
            assert_eq!(error.delivery(), Delivery::NotSent);
        }
    }
    for output in both.run(["set-buffer", &"x".repeat(16352)]) {
        assert!(output.expect("an answer").is_success());
    }
}

#[test]
fn a_killed_server_leaves_the_question_open() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let waiting = std::thread::spawn(move || both.run(WAIT));
    started(&server);
    server.kill();
    let [first, second] = waiting.join().expect("no panic");
    let error = first.expect_err("lost");
    assert_eq!(error.kind(), &ErrorKind::LostServer);
    assert_eq!(error.delivery(), Delivery::MayHaveRun);
    let error = second.expect_err("no server any more");
    assert!(matches!(error.kind(), ErrorKind::NoServer { .. }), "{error:?}");
}

#[test]
fn a_command_that_the_server_gives_up_is_no_success() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        let waiting = std::thread::spawn(move || both.blocking.run(WAIT));
        started(&server);
        server.tmux(["kill-server"]);
        let error = waiting.join().expect("no panic").expect_err("given up");
        assert_eq!(error.kind(), &ErrorKind::ServerShutdown, "{}", release.version);
        assert_eq!(error.delivery(), Delivery::MayHaveRun);
    }
}

#[test]
fn the_short_environment_is_enough_for_reading() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let command = Command::new(["display-message", "-p", "#{session_name}"]);
    for output in both.run(command.environment(Environment::PaneOnly)) {
        assert_eq!(output.expect("an answer").stdout_text(), "main\n");
    }
}

#[test]
fn many_at_once_get_their_own_answers() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    both.runtime.block_on(async {
        let tasks: Vec<_> = (0..400)
            .map(|at| {
                let library = both.library.clone();
                let text = format!("answer {at}");
                tokio::spawn(async move {
                    let output = library.run(["display-message", "-p", &text]).await;
                    (output.expect("an answer").stdout_text().into_owned(), text + "\n")
                })
            })
            .collect();
        for task in tasks {
            let (answer, wanted) = task.await.expect("no panic");
            assert_eq!(answer, wanted);
        }
    });
    wait_until("nobody is connected", || server.connections() == 0);
}

#[test]
fn a_deadline_is_kept_to_the_millisecond_or_so() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let limit = Duration::from_millis(100);
    let started = Instant::now();
    let _ = both.blocking.run(Command::new(["wait-for", "never"]).deadline(limit));
    assert!(started.elapsed() >= limit);
}
