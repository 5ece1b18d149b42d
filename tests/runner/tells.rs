//! What a session is and shows, and what is typed: K14 to K20, K22.

use std::time::{Duration, SystemTime};

use tmuxwire::operations::Key;
use tmuxwire::runner::{LogOptions, RunnerError, SessionConfig};
use tmuxwire::{AttachEnd, ErrorKind, NotTyped};
use tmuxwire_testkit::{releases, wait_until};

use crate::stage;

#[test]
fn k15_a_beginning_is_not_a_name() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        assert!(runner.exists("main").expect("an answer"));
        for name in ["mai", "m", "Main", "main2"] {
            assert!(!runner.exists(name).expect("an answer"), "{} {name}", tmux.version);
            let error = runner.status(name).expect_err("there is none");
            assert!(matches!(error, RunnerError::NotFound { .. }), "{error}");
        }
        // A pattern would match.
        assert!(matches!(runner.exists("m*"), Err(RunnerError::Invalid(_))));
    }
}

#[test]
fn k16_k17_k22_status_and_list() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        server.tmux(["new-session", "-d", "-s", "a|b; c", "-n", "x|y"]);
        server.tmux(["new-window", "-t", "=main:"]);
        let before = runner.server().round_trips();
        let all = runner.list().expect("a list");
        assert_eq!(runner.server().round_trips() - before, 1);
        let names: Vec<&[u8]> = all.iter().map(|status| status.name.as_slice()).collect();
        assert_eq!(names, [b"a|b; c".as_slice(), b"main"], "{}", tmux.version);

        let main = runner.status("main").expect("a status");
        assert_eq!((main.windows, main.attached), (2, 0));
        assert_eq!(main.server_pid, server.pid().cast_signed());
        assert_eq!(main, all[1]);
        assert!(main.is_running() && main.pid.is_some_and(|pid| pid != server.pid()));
        let age = SystemTime::now()
            .duration_since(main.created.expect("a time"))
            .expect("not in the future");
        assert!(age < Duration::from_secs(60), "{age:?}");
    }
}

#[test]
fn k18_logs_with_their_colours_or_without() {
    for tmux in releases() {
        let (_server, runner) = stage(&tmux);
        let program = "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done; \
                       printf '\\033[31mred\\033[0m\\n\\n'; exec cat";
        let config = SessionConfig::new("dev").command(program).watch(Duration::ZERO);
        runner.start(&config).expect("started");
        let logs = |options| runner.logs("dev", options).expect("logs");
        wait_until("it has printed", || logs(LogOptions::last(1)) == ["red"]);
        let lines = logs(LogOptions::last(150));
        assert_eq!(lines.len(), 150, "{}", tmux.version);
        assert_eq!(
            (lines[0].as_slice(), lines[148].as_slice()),
            (b"line 52".as_slice(), b"line 200".as_slice())
        );
        assert_eq!(logs(LogOptions::default()).len(), 100);
        assert_eq!(logs(LogOptions::last(0)), [] as [&str; 0]);
        let coloured = logs(LogOptions::last(1).colours());
        assert!(coloured[0].starts_with(b"\x1b[31mred"), "{}: {coloured:?}", tmux.version);

        let error = runner.logs("de", LogOptions::default()).expect_err("there is none");
        assert!(matches!(error, RunnerError::NotFound { .. }), "{}: {error}", tmux.version);
    }
}

#[test]
fn k19_text_is_text_and_keys_are_keys() {
    for tmux in releases() {
        let (server, runner) = stage(&tmux);
        let config = SessionConfig::new("dev")
            .command("stty raw -echo; printf ready; exec cat > got")
            .working_directory(server.home())
            .watch(Duration::ZERO);
        runner.start(&config).expect("started");
        wait_until("it reads", || {
            runner.logs("dev", LogOptions::last(1)).expect("logs") == ["ready"]
        });
        for text in ["Up", "C-c", "ls;", ";", "-l", "Enter"] {
            runner.send_text("dev", text).expect("typed");
        }
        runner.send_line("dev", "x;").expect("typed");
        let keys = ["C-a", "Enter", "M-x"].map(|name| Key::named(name).expect("a key"));
        runner.send_keys("dev", keys).expect("typed");
        let expected = b"UpC-cls;;-lEnterx;\r\x01\r\x1bx";
        let got = server.home().join("got");
        wait_until("it has read everything", || {
            std::fs::read(&got).is_ok_and(|read| read.len() >= expected.len())
        });
        assert_eq!(std::fs::read(got).expect("what it read"), expected, "{}", tmux.version);

        let error = runner.send_text("de", "x").expect_err("there is none");
        assert!(matches!(error, RunnerError::NotFound { .. }), "{error}");
        server.tmux(["copy-mode", "-t", "=dev:"]);
        let error = runner.send_text("dev", "x").expect_err("a mode");
        let RunnerError::Server(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), &ErrorKind::NotTyped(NotTyped::InMode));
    }
}

#[tokio::test]
async fn k14_k23_attach() {
    for tmux in releases() {
        let server = tmuxwire_testkit::TestServer::start(&tmux);
        let runner = tmuxwire::Runner::new(tmuxwire::Server::at(server.socket()));
        let pty = nix::pty::openpty(None, None).expect("a terminal");
        let terminal = pty.slave.try_clone().expect("a copy");
        let error = runner.attach("mai", terminal).await.expect_err("there is none");
        assert!(matches!(error, RunnerError::NotFound { .. }), "{error}");
        let (file, _) = nix::unistd::pipe().expect("a pipe");
        let error = runner.attach("main", file).await.expect_err("no terminal");
        assert!(
            error.to_string().starts_with("failed to attach to tmux session 'main': "),
            "{error}"
        );

        let mut client = runner.attach("main", pty.slave).await.expect("attached");
        assert_eq!(runner.status("main").await.expect("a status").attached, 1, "{}", tmux.version);
        client.detach();
        assert_eq!(client.ended().await.expect("an end"), AttachEnd::Left);
    }
}
