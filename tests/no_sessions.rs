//! A server without sessions: what was there is gone, and there is nothing to list.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tmuxwire::blocking::{Runner, Server};
use tmuxwire::runner::RunnerError;
use tmuxwire::{ErrorKind, Result};
use tmuxwire_operations::{Failure, NewSession, Thing};
use tmuxwire_testkit::{TestServer, releases};

/// Servers of each release that stay when their last session has gone.
fn servers() -> impl Iterator<Item = (TestServer, Server)> {
    releases().into_iter().map(|tmux| {
        let server = TestServer::start(&tmux);
        assert!(server.tmux(["set-option", "-s", "exit-empty", "off"]).status.success());
        let client = Server::at(server.socket());
        (server, client)
    })
}

#[track_caller]
fn assert_gone<T>(answer: Result<T>, what: Thing) {
    use tmuxwire_operations::FailureKind::NotFound;
    let error = answer.err().expect("it is gone");
    assert_eq!(error.kind(), &ErrorKind::Failed(NotFound { what }));
}

#[test]
fn handles_say_that_they_are_gone() {
    for (_server, client) in servers() {
        let session = client.session("main").expect("a session");
        let window = session.current_window().expect("a window");
        let pane = session.active_pane().expect("a pane");
        session.kill().expect("killed");

        assert!(!session.exists().expect("an answer"));
        assert!(!window.exists().expect("an answer"));
        assert!(!pane.exists().expect("an answer"));
        assert_gone(session.info(), Thing::Session);
        assert_gone(session.kill(), Thing::Session);
        assert_gone(session.windows(), Thing::Session);
        assert_gone(window.info(), Thing::Window);
        assert_gone(window.links(), Thing::Window);
        assert_gone(window.kill(), Thing::Window);
        assert_gone(pane.info(), Thing::Pane);
        assert_gone(pane.evaluate("#{pane_id}"), Thing::Pane);
        assert_gone(pane.kill(), Thing::Pane);
        assert_gone(pane.send_text("x"), Thing::Pane);
        assert_gone(pane.send_text("x".repeat(9000)), Thing::Pane);
        assert!(client.buffers().expect("buffers").is_empty(), "none is left behind");
    }
}

#[test]
fn there_is_nothing_to_list() {
    for (server, client) in servers() {
        client.session("main").expect("a session").kill().expect("killed");
        assert_eq!(client.sessions().expect("sessions"), []);
        assert_eq!(client.windows().expect("windows"), []);
        assert_eq!(client.panes().expect("panes"), []);
        assert_eq!(client.clients().expect("clients"), []);
        let version = &server.release().version;
        match client.snapshot() {
            Ok(snapshot) => assert_eq!(snapshot.server().pid, server.pid(), "{version}"),
            // It says nothing of itself.
            Err(error) => assert!(!server.release().is_at_least(3, 3), "{version}: {error}"),
        }
    }
}

#[test]
fn a_runner_has_no_sessions() {
    for (_server, client) in servers() {
        client.session("main").expect("a session").kill().expect("killed");
        let runner = Runner::new(client);
        assert!(runner.list().expect("a list").is_empty());
        let not_found = |answer: Result<(), RunnerError>| {
            assert!(matches!(answer, Err(RunnerError::NotFound { .. })), "{answer:?}");
        };
        not_found(runner.status("work").map(drop));
        not_found(runner.stop("work", Duration::ZERO).map(drop));
        not_found(runner.kill("work"));
        not_found(runner.send_text("work", "x"));
        not_found(runner.logs("work", tmuxwire::runner::LogOptions::default()).map(drop));
    }
}

/// It starts for a command, and without a session it ends.
#[test]
fn a_server_that_ends_at_once_was_asked() {
    for tmux in releases() {
        let directory = tempfile::tempdir().expect("a directory");
        let client = Server::at(directory.path().join("socket")).config_file("/dev/null");
        let client = client.program(&tmux.path);
        for client in [client.clone(), client.through_program()] {
            for _ in 0..8 {
                // Nobody knows which is first, we or the program's end.
                if let Err(error) = client.new_session(NewSession::new().command("true")) {
                    assert!(is_told(&error), "{}: {error:?}", tmux.version);
                }
                let refused = client.new_session(NewSession::new().detached().width(0));
                let error = refused.expect_err("no width");
                assert!(is_told(&error), "{}: {error:?}", tmux.version);

                // A handle belongs to the new one, not to the one that was ending.
                match client.new_session(NewSession::new().command("exec cat")) {
                    Ok(session) => {
                        assert!(session.exists().expect("an answer"), "{}", tmux.version);
                        session.kill().expect("killed");
                    }
                    Err(error) => assert!(is_told(&error), "{}: {error:?}", tmux.version),
                }
            }
        }
    }
}

/// Whether tmux says what failed, or that the program has met the server before while that ended.
fn is_told(error: &tmuxwire::Error) -> bool {
    let said = error.reason().and_then(|reason| reason.downcast_ref::<Failure>());
    error.kind() == &ErrorKind::LostServer || said.is_some()
}

/// Up to 3.7c tmux says so with status 0, up to 3.2a not at all.
#[test]
fn a_server_that_can_not_be_made_is_told_in_the_words_of_tmux() {
    for tmux in releases() {
        let home = TestServer::start(&tmux);
        let server = Server::at(home.home().join("missing/socket")).program(&tmux.path);
        let error = server.new_session(NewSession::new().name("x")).expect_err("no directory");
        let said =
            std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let said: Vec<String> = said.map(ToString::to_string).collect();
        let reason = said.join(": ");
        assert_eq!(reason.contains("error creating"), tmux.is_at_least(3, 3), "{reason}");
    }
}
