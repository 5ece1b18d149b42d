//! Starting: K6 to K9, K21.

use std::time::Duration;

use tmuxwire::runner::{Invalid, Part, RunnerError, SessionConfig, SessionState};
use tmuxwire::{Delivery, ErrorKind};
use tmuxwire_testkit::{releases, wait_until};

use crate::stage;

#[test]
fn k7_a_command_runs_by_the_shell_where_and_with_what_it_was_told() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let directory = server.home().join("a #{pid} place");
        std::fs::create_dir(&directory).expect("a directory");
        let config = SessionConfig::new("dev")
            .command("printf '%s' \"$PWD|$GREETING;\" > ../said; mv ../said ../done; exec cat")
            .working_directory(&directory)
            .watch(Duration::ZERO);
        let config = match tmux.is_at_least(3, 2) {
            true => config.variable("GREETING", "it's #{pid} \"$HOME\";"),
            false => config,
        };
        let status = runner.start(&config).expect("started");
        assert_eq!((status.name.as_slice(), status.windows), (b"dev".as_slice(), 1));
        assert!(status.is_running());
        assert_eq!(status.server_pid, server.pid().cast_signed());
        let done = server.home().join("done");
        wait_until("the command has said it", || done.exists());
        let greeting = if tmux.is_at_least(3, 2) { "it's #{pid} \"$HOME\";" } else { "" };
        let said = std::fs::read_to_string(done).expect("what it said");
        assert_eq!(said, format!("{}|{greeting};", directory.display()), "{}", tmux.version);
        // It ends with its session as always.
        assert_eq!(server.tmux(["show-options", "-wv", "-t", "dev", "remain-on-exit"]).stdout, b"");
    }
}

#[test]
fn k6_k23_a_name_that_is_taken() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        let error = runner.start(&SessionConfig::new("main")).expect_err("it is there");
        assert!(matches!(&error, RunnerError::Exists { name } if name == "main"), "{error}");
        assert_eq!(error.to_string(), "tmux session 'main' already exists");
        assert_eq!(error.session(), Some("main"));
        // One that only begins so is another.
        runner.start(&SessionConfig::new("mai").watch(Duration::ZERO)).expect("started");
    }
}

#[test]
fn k8_k23_what_tmux_refuses() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        let config = SessionConfig::new("dev").size(0, 0);
        let error = runner.start(&config).expect_err("no size");
        assert!(matches!(&error, RunnerError::Start { .. }), "{}: {error}", tmux.version);
        assert!(error.to_string().starts_with("failed to start tmux session 'dev': "), "{error}");
        assert!(!runner.exists("dev").expect("an answer"));
    }
    let (_server, runner) = stage(&releases()[0]);
    let config = SessionConfig::new("dev").variable("A", "b");
    let error = runner.start(&config).expect_err("3.1 has no -e");
    let RunnerError::Start { source, .. } = error else { panic!("{error}") };
    assert_eq!((source.kind(), source.delivery()), (&ErrorKind::Operation, Delivery::NotSent));
}

#[test]
fn k9_k20_a_command_that_ends_at_once_is_told_with_what_it_said() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        // Servers lose the last lines of what ends right behind them, so it ends when its last one is there.
        let shown = |text: &str| {
            let tmux = tmux.path.display();
            format!("until {tmux} capture-pane -p -t \"$TMUX_PANE\" | grep -q '{text}'; do :; done")
        };
        let patient = |command: &str| {
            SessionConfig::new("dev").command(command).watch(Duration::from_secs(60))
        };
        let command = format!("echo one; echo two; {}; exit 3", shown("two"));
        let ended = runner.start(&patient(&command)).expect("an answer");
        let SessionState::Exited { status, output, .. } = &ended.state else { panic!("{ended:?}") };
        assert_eq!(*status, Some(3), "{}", tmux.version);
        assert_eq!(output, &["one", "two"], "{}", tmux.version);
        assert!(!runner.exists("dev").expect("an answer"), "{}", tmux.version);

        let command = format!("no-such-program; status=$?; {}; exit $status", shown("not found"));
        let ended = runner.start(&patient(&command)).expect("an answer");
        let SessionState::Exited { status, output, .. } = &ended.state else { panic!("{ended:?}") };
        assert_eq!(*status, Some(127), "{}", tmux.version);
        assert!(output[0].ends_with(b"not found"), "{output:?}");

        let ended = runner.start(&patient("kill -9 $$")).expect("an answer");
        let SessionState::Exited { status, signal, .. } = &ended.state else { panic!("{ended:?}") };
        assert_eq!(*status, None, "{}", tmux.version);
        assert_eq!(signal.is_some(), tmux.is_at_least(3, 3), "{}", tmux.version);

        let ended = runner.start(&patient("echo bye").stays()).expect("an answer");
        assert!(!ended.is_running());
        assert_eq!(
            runner.status("dev").expect("it stays").state,
            SessionState::Exited { status: Some(0), signal: None, output: Vec::new() }
        );
        runner.kill("dev").expect("killed");
        assert!(server.is_alive());
    }
}

#[test]
fn k21_k28_what_is_not_taken_is_not_started() {
    let (_server, runner) = stage(&releases()[0]);
    let refused = |config: SessionConfig| match runner.start(&config) {
        Err(RunnerError::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    };
    let before = runner.server().round_trips();
    assert_eq!(refused(SessionConfig::new("")), Invalid::Empty(Part::Name));
    assert_eq!(refused(SessionConfig::new("dev").command("a\0b")), Invalid::Nul(Part::Command));
    let blocked = SessionConfig::new("dev").variable("LD_PRELOAD", "x.so");
    assert_eq!(refused(blocked), Invalid::BlockedVariable("LD_PRELOAD".into()));
    assert_eq!(runner.server().round_trips(), before);

    let secret = SessionConfig::new("dev").command("secret").variable("TOKEN", "secret");
    assert!(!format!("{secret:?}").contains("secret"));
}

#[test]
fn k26_k27_strict_rules_are_for_who_asks() {
    let (_server, runner) = stage(&releases()[0]);
    let config = SessionConfig::new("dev").command("true; exec cat");
    let strict = runner.clone().strict();
    let error = strict.start(&config).expect_err("a `;`");
    assert_eq!(error.to_string(), "the command has `;`, which a shell acts on");
    runner.start(&config).expect("started");
    let error = strict.send_text("dev", "a | b").expect_err("a `|`");
    assert_eq!(error.delivery(), Delivery::NotSent);
    runner.send_text("dev", "a | b").expect("typed");
}

#[tokio::test]
async fn the_async_runner_does_the_same() {
    for tmux in releases() {
        let server = tmuxwire_testkit::TestServer::start(&tmux);
        let runner = tmuxwire::Runner::new(tmuxwire::Server::at(server.socket()));
        let config = SessionConfig::new("dev").command("exec sleep 1000").watch(Duration::ZERO);
        assert!(runner.start(&config).await.expect("started").is_running());
        assert_eq!(runner.server().round_trips(), 2, "{}", tmux.version);
        let before = runner.server().round_trips();
        let stopped = runner.stop("dev", Duration::from_secs(60)).await.expect("stopped");
        assert_eq!(stopped, tmuxwire::runner::Stopped::Ended, "{}", tmux.version);
        assert_eq!(runner.server().round_trips() - before, 3);
        assert!(!runner.exists("dev").await.expect("an answer"));
    }
}

#[test]
fn another_session_that_got_the_name_is_left_alone() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let program = tmux.path.display();
        let command =
            format!("{program} rename-session moved \\; new-session -d -s dev 'exec cat'; exit 3");
        let config = SessionConfig::new("dev").command(&command).watch(Duration::from_secs(20));
        let status = runner.start(&config).expect("started");
        let is_ours = matches!(&status.state, SessionState::Exited { status: Some(3), .. });
        assert!(is_ours, "{}: {status:?}", tmux.version);
        let names = server.tmux(["list-sessions", "-F", "#{session_name}"]).stdout;
        assert_eq!(String::from_utf8_lossy(&names), "dev\nmain\n", "{}", tmux.version);
    }
}
