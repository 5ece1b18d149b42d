//! Without a server: K1 to K3, K5. What depends on the environment runs in a process of its own.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Output;
use std::time::Duration;

use tmuxwire::blocking::{Runner, Server};
use tmuxwire::runner::{Invalid, LogOptions, Part, RunnerError, SessionConfig, live_sockets};
use tmuxwire_testkit::command;

const INNER: &str = "TMUXWIRE_RUNNER_TEST";

/// Runs a test of this file once more, with nothing inherited but what is said here.
fn inner(name: &str, home: &std::path::Path, tmux: Option<&str>) -> Output {
    let program = std::env::current_exe().expect("this program");
    let mut command = command(program, home);
    if let Some(tmux) = tmux {
        command.env("TMUXWIRE_TMUX", tmux);
    }
    command.args(["--exact", name, "--nocapture"]).env(INNER, "1").output().expect("it runs")
}

fn assert_passed(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{errors}");
}

#[test]
fn k1_k17_without_a_server_there_is_nothing() {
    let home = tempfile::tempdir().expect("a directory");
    let runner = Runner::new(Server::at(home.path().join("socket")));
    assert_eq!(runner.server().round_trips(), 0);
    assert_eq!(runner.list().expect("a list"), []);
    assert!(!runner.exists("dev").expect("an answer"));
    let not_found = |error: RunnerError| matches!(error, RunnerError::NotFound { .. });
    assert!(runner.status("dev").is_err_and(not_found));
    assert!(runner.logs("dev", LogOptions::default()).is_err_and(not_found));
    assert!(runner.send_line("dev", "x").is_err_and(not_found));
    assert!(runner.stop("dev", Duration::from_secs(1)).is_err_and(not_found));
    assert!(!home.path().join("socket").exists(), "nothing was started");
}

#[test]
fn k2_a_socket_cannot_have_every_name() {
    for name in ["", "a/b", "a\\b", "a\0b"] {
        let Err(RunnerError::Invalid(invalid)) = Runner::named(name) else {
            panic!("{name:?} was taken")
        };
        let is_expected = match invalid {
            Invalid::Empty(part) | Invalid::Nul(part) => part == Part::SocketName,
            Invalid::Character { part, position: 1, .. } => part == Part::SocketName,
            _ => false,
        };
        assert!(is_expected, "{name:?}");
    }
}

#[test]
fn k3_without_a_tmux_program_no_server_starts() {
    let name = "alone::k3_without_a_tmux_program_no_server_starts";
    if std::env::var_os(INNER).is_none() {
        let home = tempfile::tempdir().expect("a directory");
        return assert_passed(&inner(name, home.path(), Some("/nonexistent/tmux")));
    }
    let runner = Runner::named("dev").expect("a name");
    let error = runner.start(&SessionConfig::new("dev")).expect_err("no program");
    assert!(matches!(error, RunnerError::TmuxNotFound(_)), "{error}");
    assert!(error.to_string().contains("/nonexistent/tmux does not exist"), "{error}");
}

/// Also K7: a server is started if none runs.
#[test]
fn a_server_starts_with_its_first_session() {
    let name = "alone::a_server_starts_with_its_first_session";
    if std::env::var_os(INNER).is_none() {
        let home = tempfile::tempdir().expect("a directory");
        return assert_passed(&inner(name, home.path(), None));
    }
    let socket = std::env::current_dir().expect("a directory").join("socket");
    let server = Server::at(socket).config_file("/dev/null");
    let runner = Runner::new(server.clone());
    let config = SessionConfig::new("dev").command("exec cat");
    let started = runner.start(&config);
    let found = runner.status("dev");
    let ended = server.kill_server(Duration::from_secs(60));
    assert_eq!(started.expect("started"), found.expect("it is there"));
    ended.expect("ended");
}

#[test]
fn k5_only_sockets_that_somebody_listens_on() {
    let name = "alone::k5_only_sockets_that_somebody_listens_on";
    if std::env::var_os(INNER).is_some() {
        let names: Vec<_> = live_sockets().into_iter().map(|socket| socket.name).collect();
        return assert_eq!(names, ["default", "live"]);
    }
    let home = tempfile::tempdir().expect("a directory");
    let directory = home.path().join(format!("tmux-{}", nix::unistd::getuid()));
    std::fs::create_dir(&directory).expect("a directory");
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o700)).expect("a mode");
    let bind = |name: &str| UnixListener::bind(directory.join(name)).expect("a socket");
    let _listening = [bind("live"), bind("default")];
    drop(bind("stale"));
    std::fs::write(directory.join("file"), "").expect("a file");
    assert_passed(&inner(name, home.path(), None));
}
