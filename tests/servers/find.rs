//! What is told of servers that run.

use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tmuxwire::{ExecutableNow, HeaderLayout, SearchOptions, ServerState, server_processes};
use tmuxwire_testkit::{Person, TestServer, Tmux, command, system, wait_until};

use crate::support::{LIMIT, by_pid, in_directory, nowhere, on_each_release, only, search};

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn a_server_is_told_with_all_it_has() {
    on_each_release(|server| {
        server.tmux(["new-session", "-d", "-s", "zwei Wörter 日本", ";", "new-window"]);
        let person = Person::attach(server, "main", 80, 24);
        let before = files(server.home());
        let found = only(server.home(), LIMIT);
        let release = server.release();
        assert_eq!(found.state, ServerState::Running);
        assert_eq!(found.socket, server.socket());
        assert_eq!(found.pid, Some(server.pid().cast_signed()));
        assert_eq!(found.uid, Some(nix::unistd::getuid().as_raw()));
        assert_eq!(found.version.as_deref(), Some(release.version.as_str()));
        let layout = if release.is_new() { HeaderLayout::New } else { HeaderLayout::Old };
        assert_eq!(found.layout, Some(layout));
        let age = SystemTime::now().duration_since(found.started.expect("a time"));
        assert!(age.expect("the past") < Duration::from_secs(60));
        let sessions: Vec<(String, String, u32, u32)> = found
            .sessions
            .iter()
            .map(|session| {
                (session.id.to_string(), session.name.clone(), session.windows, session.attached)
            })
            .collect();
        let expected = [("$0", "main", 1, 1), ("$1", "zwei Wörter 日本", 2, 0)];
        let expected = expected.map(|(id, name, windows, attached)| {
            (id.to_owned(), name.to_owned(), windows, attached)
        });
        assert_eq!(sessions, expected);
        assert_eq!(found.attached(), 1);
        let process = found.process.as_ref().expect("known to the kernel");
        assert_eq!(process.socket, server.socket());
        assert_eq!(process.executable.as_ref().expect("a program").now, ExecutableNow::Same);
        person.detach(server);
        // Nothing is left behind.
        assert_eq!(files(server.home()), before);
        wait_until("nobody is connected", || server.connections() == 0);
        // Its process leads to the same.
        let again = by_pid(server.pid());
        assert_eq!(again.len(), 1, "{again:?}");
        assert_eq!((again[0].state, &again[0].socket), (found.state, &found.socket));
    });
}

/// Servers 3.0 and 3.1 answer nothing about themselves then.
#[test]
fn a_server_without_sessions_is_told() {
    on_each_release(|server| {
        server.tmux(["set-option", "-g", "exit-empty", "off", ";", "kill-session"]);
        let found = only(server.home(), LIMIT);
        let release = server.release();
        assert_eq!((found.state, found.sessions.len()), (ServerState::Running, 0));
        let version = release.is_at_least(3, 2).then_some(release.version.as_str());
        assert_eq!(found.version.as_deref(), version);
        let layout = if release.is_new() { HeaderLayout::New } else { HeaderLayout::Old };
        assert_eq!(found.layout, Some(layout));
        assert_eq!(found.pid, Some(server.pid().cast_signed()));
        assert!(found.started.is_some());
    });
}

#[test]
fn a_search_finds_nothing_where_nothing_is() {
    let empty = tempfile::tempdir().expect("a directory");
    std::fs::write(empty.path().join("file"), "").expect("a file");
    std::fs::create_dir(empty.path().join("directory")).expect("a directory");
    symlink("missing", empty.path().join("link")).expect("a link");
    assert!(in_directory(empty.path(), LIMIT).is_empty());
    let missing = search(nowhere().directory(empty.path().join("missing")));
    assert!(missing.servers.is_empty());
    assert_eq!(missing.directories[0].state, tmuxwire::DirectoryState::Missing);
}

#[test]
fn a_server_with_many_names_is_one_server() {
    let server = TestServer::start(&system());
    symlink(server.socket(), server.home().join("a link")).expect("a link");
    let elsewhere = tempfile::tempdir().expect("a directory");
    let linked = elsewhere.path().join("linked");
    symlink(server.home(), &linked).expect("a link");
    let options = nowhere().directory(server.home()).directory(&linked).socket(server.socket());
    assert_eq!(search(options).servers.len(), 1);
}

/// Silent ones take their whole time, which must not add up.
#[test]
fn fifty_servers_are_asked_at_once_and_silent_ones_hold_up_nobody() {
    let home = tempfile::tempdir().expect("a directory");
    let tmux = |name: &str| {
        let mut command = command(system().path, home.path());
        command.args(["-f", "/dev/null", "-S"]).arg(home.path().join(name));
        command
    };
    struct Ended<'a>(&'a dyn Fn(&str) -> std::process::Command);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            for number in 0..50 {
                let _ = (self.0)(&number.to_string()).arg("kill-server").output();
            }
        }
    }
    let _ended = Ended(&tmux);
    for number in 0..50 {
        let started =
            tmux(&number.to_string()).args(["new-session", "-d", "-s", "x", "cat"]).output();
        assert!(started.expect("tmux runs").status.success());
    }
    let silent: Vec<UnixListener> = (0..10)
        .map(|number| UnixListener::bind(home.path().join(format!("silent{number}"))))
        .collect::<Result<_, _>>()
        .expect("sockets");
    let limit = Duration::from_secs(5);
    let started = Instant::now();
    let found = in_directory(home.path(), limit);
    assert!(started.elapsed() < 5 * limit, "{:?}", started.elapsed());
    let count = |state| found.iter().filter(|server| server.state == state).count();
    assert_eq!((count(ServerState::Running), count(ServerState::NotTmux)), (50, 10));
    let mut sorted = found.iter().map(|server| server.socket.clone()).collect::<Vec<_>>();
    sorted.sort();
    assert!(found.iter().map(|server| &server.socket).eq(&sorted));
    drop(silent);
}

#[test]
fn a_program_that_was_replaced_since_is_told() {
    let programs = tempfile::tempdir().expect("a directory");
    let path = programs.path().join("tmux");
    std::fs::copy(system().path, &path).expect("a copy");
    let tmux = Tmux { path: path.clone(), ..system() };
    let server = TestServer::start(&tmux);
    let now = |server: &TestServer| {
        let found = only(server.home(), LIMIT);
        let executable = found.process.expect("known").executable.expect("a program");
        assert_eq!(executable.path, path);
        executable.now
    };
    assert_eq!(now(&server), ExecutableNow::Same);
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(now(&server), ExecutableNow::Gone);
    std::fs::write(&path, "an upgrade").expect("written");
    assert_eq!(now(&server), ExecutableNow::Replaced);
}

/// It calls its server `NAME: server`, and the kernel cuts that short.
#[test]
fn a_tmux_of_another_name_is_found() {
    for name in ["tmux-3.3a", "my-own-tmux-with-a-long-name"] {
        let programs = tempfile::tempdir().expect("a directory");
        let path = programs.path().join(name);
        std::fs::copy(system().path, &path).expect("a copy");
        let server = TestServer::start(&Tmux { path, ..system() });
        let found = only(server.home(), LIMIT);
        assert_eq!(found.process.expect("known").socket, server.socket());
        if name.starts_with("tmux") {
            let listed = server_processes();
            assert!(listed.iter().any(|process| process.pid == server.pid().cast_signed()));
        }
    }
}

/// Servers and clients that come and go while it looks.
#[test]
fn what_vanishes_meanwhile_is_left_out() {
    let home = tempfile::tempdir().expect("a directory");
    let (tmux, socket) = (system().path, home.path().join("socket"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let mut command = command(&tmux, home.path());
                command.args(["-f", "/dev/null", "-S"]).arg(&socket);
                let words = ["new-session", "-d", "cat", ";", "kill-server"];
                command.args(words).output().expect("tmux runs");
            }
        });
        let mut found = Vec::new();
        for _ in 0..50 {
            let options = SearchOptions::default().without_usual_places().limit(LIMIT);
            let all = search(options.directory(home.path())).servers;
            found.extend(all.into_iter().filter(|server| server.socket == socket));
        }
        stop.store(true, Ordering::Relaxed);
        let odd = [ServerState::SocketReplaced, ServerState::NotTmux];
        assert!(!found.iter().any(|server| odd.contains(&server.state)), "{found:?}");
    });
}

/// Between fork and exec, a program that a server starts looks like the server.
#[test]
fn children_of_a_server_are_no_servers() {
    let server = TestServer::start(&system());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let words = std::iter::repeat_n(["run-shell", "-b", ":", ";"], 50).flatten();
                server.tmux(words);
            }
        });
        let own = |process: &tmuxwire::ServerProcess| process.socket == server.socket();
        let counts: Vec<usize> = (0..100)
            .map(|_| server_processes().iter().filter(|process| own(process)).count())
            .collect();
        stop.store(true, Ordering::Relaxed);
        assert!(counts.iter().all(|count| *count == 1), "{counts:?}");
    });
}
