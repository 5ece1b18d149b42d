//! Stopping: K10 to K13.

use std::time::{Duration, Instant};

use tmuxwire::runner::{LogOptions, RunnerError, SessionConfig, Stopped};
use tmuxwire_testkit::{TestServer, releases, wait_until};

use crate::stage;

const LONG: Duration = Duration::from_secs(60);

fn config(command: &str) -> SessionConfig {
    SessionConfig::new("dev").command(command).watch(Duration::ZERO)
}

/// Waits until a pane shows something.
fn shows(server: &TestServer, text: &str) {
    wait_until("it shows what is expected", || {
        let screen = server.tmux(["capture-pane", "-p", "-t", "=dev:"]).stdout;
        String::from_utf8_lossy(&screen).contains(text)
    });
}

#[test]
fn k11_k13_what_runs_may_end_in_peace() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let program = "trap 'sleep 0.3; echo done > farewell; exit' INT; echo ready; \
                       while :; do sleep 0.05; done";
        let config = config(program).working_directory(server.home());
        runner.start(&config).expect("started");
        shows(&server, "ready");
        let began = Instant::now();
        assert_eq!(runner.stop("dev", LONG).expect("stopped"), Stopped::Ended, "{}", tmux.version);
        assert!(began.elapsed() < LONG / 2, "it doesn't wait longer than the program");
        let farewell = std::fs::read_to_string(server.home().join("farewell"));
        assert_eq!(farewell.expect("it had the time"), "done\n", "{}", tmux.version);
        assert!(!runner.exists("dev").expect("an answer"));
    }
}

#[test]
fn k13_what_does_not_end_in_time_is_killed() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        runner.start(&config("trap '' INT; echo ready; exec cat")).expect("started");
        shows(&server, "ready");
        let pid = runner.status("dev").expect("a status").pid.expect("a process");
        let stopped = runner.stop("dev", Duration::from_millis(100)).expect("stopped");
        assert_eq!(stopped, Stopped::Killed, "{}", tmux.version);
        assert!(!runner.exists("dev").expect("an answer"));
        tmuxwire_testkit::wait_for_exit(pid);
    }
}

#[test]
fn a_mode_and_several_panes_do_not_keep_it() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let wait = "trap 'echo end >> ends; exit' INT; echo ready; while :; do sleep 0.05; done";
        runner.start(&config(wait).working_directory(server.home())).expect("started");
        let home = server.home().to_str().expect("a path");
        server.tmux(["split-window", "-t", "=dev:", "-c", home, wait]);
        server.tmux(["new-window", "-t", "=dev:", "-c", home, wait]);
        for pane in ["=dev:0.0", "=dev:0.1", "=dev:1.0"] {
            wait_until("it is ready", || {
                server.tmux(["capture-pane", "-p", "-t", pane]).stdout.starts_with(b"ready")
            });
        }
        server.tmux(["copy-mode", "-t", "=dev:0.0"]);
        // Keys for one would go to the other.
        server.tmux(["set-option", "-w", "-t", "=dev:0", "synchronize-panes", "on"]);
        assert_eq!(runner.stop("dev", LONG).expect("stopped"), Stopped::Ended, "{}", tmux.version);
        let ends = std::fs::read_to_string(server.home().join("ends")).expect("their ends");
        assert_eq!(ends, "end\nend\nend\n", "{}", tmux.version);
    }
}

#[test]
fn a_shell_for_a_user_ends_at_once_but_not_what_it_runs() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        server.tmux(["set-option", "-g", "default-command", ""]);
        let config = SessionConfig::new("dev").working_directory(server.home());
        runner.start(&config.clone()).expect("started");
        wait_until("the shell prompts", || {
            let screen = server.tmux(["capture-pane", "-p", "-t", "=dev:"]).stdout;
            !screen.trim_ascii().is_empty()
        });
        let began = Instant::now();
        assert_eq!(runner.stop("dev", LONG).expect("stopped"), Stopped::Ended);
        assert!(began.elapsed() < LONG / 2, "{}", tmux.version);

        runner.start(&config).expect("started");
        let job = "sh -c 'trap \"sleep 0.3; echo done > job; exit\" INT; echo rea''dy; while :; do sleep 0.05; done'";
        runner.send_line("dev", job).expect("typed");
        shows(&server, "ready");
        assert_eq!(runner.stop("dev", LONG).expect("stopped"), Stopped::Ended, "{}", tmux.version);
        let said = std::fs::read_to_string(server.home().join("job"));
        assert_eq!(said.expect("it had the time"), "done\n", "{}", tmux.version);
    }
}

#[test]
fn k10_k12_k23_what_is_not_there_cannot_be_stopped() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        for name in ["dev", "mai"] {
            let error = runner.stop(name, LONG).expect_err("there is none");
            assert!(matches!(&error, RunnerError::NotFound { .. }), "{}: {error}", tmux.version);
            assert_eq!(error.to_string(), format!("tmux session '{name}' not found"));
            assert!(matches!(runner.kill(name), Err(RunnerError::NotFound { .. })));
        }
        assert!(runner.exists("main").expect("an answer"));
        runner.kill("main").expect("killed");
    }
}

#[test]
fn a_limit_may_be_longer_than_there_is_time() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        let ends = config("true").watch(Duration::MAX);
        runner.start(&ends).expect("watched to its end");
        runner.start(&config("exec sleep 1000")).expect("started");
        assert_eq!(runner.stop("dev", Duration::MAX).expect("stopped"), Stopped::Ended);
    }
}

#[test]
fn the_last_session_goes_with_its_server() {
    for tmux in releases() {
        for exit_empty in ["on", "off"] {
            let (server, runner) = stage(&tmux);
            server.tmux(["set-option", "-s", "exit-empty", exit_empty]);
            runner.start(&config("exec cat")).expect("started");
            runner.kill("main").expect("killed");
            let stopped = runner.stop("dev", LONG);
            assert_eq!(stopped.expect("stopped"), Stopped::Ended, "{}", tmux.version);
            for name in ["dev", "main"] {
                let error = runner.kill(name).expect_err("it is gone");
                assert!(matches!(error, RunnerError::NotFound { .. }), "{}: {error}", tmux.version);
                let logs = runner.logs(name, LogOptions::default());
                let error = logs.expect_err("it is gone");
                assert!(matches!(error, RunnerError::NotFound { .. }), "{}: {error}", tmux.version);
                assert!(!runner.exists(name).expect("an answer"));
            }
        }
    }
}

#[test]
fn what_lives_on_is_named() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let program = "setsid sleep 1000 & trap exit INT; echo ready; while :; do sleep 0.05; done";
        runner.start(&config(program)).expect("started");
        shows(&server, "ready");
        let stopped = runner.stop("dev", LONG).expect("stopped");
        let Stopped::LeftBehind(left) = stopped else { panic!("{}: {stopped:?}", tmux.version) };
        assert_eq!((left.len(), left[0].name.as_slice()), (1, &b"sleep"[..]), "{left:?}");
        let pid = nix::unistd::Pid::from_raw(left[0].pid.cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("it lives");
    }
}
