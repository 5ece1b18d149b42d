//! Repairs, and what they leave alone.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::Signal;
use tmuxwire::{
    NotRepaired, ServerProcess, ServerState, make_private, recreate_socket, remove_stale_socket,
};
use tmuxwire_testkit::{NOBODY, TestServer, as_root, system};

use crate::support::{LIMIT, SHORT, on_each_release, only};

fn process(server: &TestServer) -> ServerProcess {
    ServerProcess::listening_on(&server.socket()).expect("it listens")
}

#[test]
fn a_deleted_socket_is_made_again_on_each_release() {
    on_each_release(|server| {
        let process = process(server);
        // Of a server that can be reached, nothing is asked.
        let before = fs::metadata(server.socket()).expect("a socket").modified().expect("a time");
        recreate_socket(&process, LIMIT).expect("nothing to do");
        let after = fs::metadata(server.socket()).expect("a socket").modified().expect("a time");
        assert_eq!(before, after);
        fs::remove_file(server.socket()).expect("removed");
        recreate_socket(&process, LIMIT).expect("made again");
        let found = only(server.home(), LIMIT);
        assert_eq!((found.state, found.pid), (ServerState::Running, Some(process.pid)));
        assert_eq!(found.sessions[0].name, "main");
        let listed = server.tmux(["list-sessions", "-F", "#{session_name}"]);
        assert_eq!(listed.stdout, b"main\n", "with its own client");
    });
}

#[test]
fn a_deleted_directory_is_made_again_with_its_socket() {
    on_each_release(|server| {
        let directory = server.home().join("sockets");
        fs::create_dir(&directory).expect("a directory");
        let socket = directory.join("socket");
        let tmux = |words: &[&str]| {
            let mut command = tmuxwire_testkit::command(&server.release().path, server.home());
            command.args(["-f", "/dev/null", "-S"]).arg(&socket).args(words);
            command.output().expect("tmux runs")
        };
        assert!(tmux(&["new-session", "-d", "-s", "deep", "cat"]).status.success());
        let process = ServerProcess::listening_on(&socket).expect("it listens");
        fs::remove_dir_all(&directory).expect("removed");
        assert_eq!(
            process.recreation(),
            Some(format!("mkdir -p -m 700 {} && kill -USR1 {}", directory.display(), process.pid))
        );
        let mut other = process.clone();
        other.socket = directory.join("a\nb/socket");
        assert_eq!(other.recreation(), None, "that would be another directory");
        std::os::unix::fs::symlink("nowhere", server.home().join("link")).expect("a link");
        other.socket = server.home().join("link/socket");
        assert_eq!(other.recreation(), None, "it can't be made");
        recreate_socket(&process, LIMIT).expect("made again");
        let mode = fs::metadata(&directory).expect("a directory").permissions().mode();
        assert_eq!(mode & 0o7777, 0o700);
        assert_eq!(process.recreation(), Some(format!("kill -USR1 {}", process.pid)));
        assert!(tmux(&["kill-session", "-t", "deep"]).status.success());
        tmux(&["kill-server"]);
        tmuxwire_testkit::wait_for_exit(process.pid.cast_unsigned());
    });
}

/// SIGUSR1 would take the path away from whoever has it now.
#[test]
fn a_path_that_somebody_else_has_is_left_to_them() {
    let server = TestServer::start(&system());
    let process = process(&server);
    fs::remove_file(server.socket()).expect("removed");
    let other = UnixListener::bind(server.socket()).expect("a socket");
    let refused = recreate_socket(&process, SHORT);
    assert!(matches!(refused, Err(NotRepaired::InUse)), "{refused:?}");
    drop(other);
    fs::remove_file(server.socket()).expect("removed");
    fs::write(server.socket(), "somebody's notes").expect("a file");
    let refused = recreate_socket(&process, SHORT);
    assert!(matches!(refused, Err(NotRepaired::InUse)), "{refused:?}");
    assert_eq!(fs::read(server.socket()).expect("a file"), b"somebody's notes");
}

#[test]
fn a_stopped_server_makes_its_socket_when_it_goes_on() {
    let server = TestServer::start(&system());
    let process = process(&server);
    fs::remove_file(server.socket()).expect("removed");
    server.signal(Signal::SIGSTOP);
    let late = recreate_socket(&process, SHORT);
    assert!(matches!(late, Err(NotRepaired::TimedOut)), "{late:?}");
    server.signal(Signal::SIGCONT);
    recreate_socket(&process, LIMIT).expect("made again");
}

#[test]
fn a_server_that_has_ended_is_not_signalled() {
    let server = TestServer::start(&system());
    let process = process(&server);
    server.kill();
    let ended = recreate_socket(&process, SHORT);
    assert!(matches!(ended, Err(NotRepaired::Ended)), "{ended:?}");
}

fn stale(directory: &Path) -> PathBuf {
    let path = directory.join("stale");
    drop(UnixListener::bind(&path).expect("a socket"));
    path
}

#[test]
fn a_stale_socket_is_removed_under_the_lock_of_tmux() {
    let home = tempfile::tempdir().expect("a directory");
    let path = stale(home.path());
    remove_stale_socket(&path).expect("removed");
    let left = fs::read_dir(home.path()).expect("a directory").count();
    assert_eq!(left, 0, "neither the socket nor the lock");
    // While a client starts a server there.
    let path = stale(home.path());
    let lock = File::create(home.path().join("stale.lock")).expect("a lock");
    let lock = Flock::lock(lock, FlockArg::LockExclusive).expect("locked");
    let refused = remove_stale_socket(&path);
    assert!(matches!(refused, Err(NotRepaired::Starting)), "{refused:?}");
    assert!(path.exists());
    drop(lock);
    remove_stale_socket(&path).expect("removed");
    assert!(home.path().join("stale.lock").exists(), "it was there before");
}

#[test]
fn what_is_no_stale_socket_is_left_alone() {
    let server = TestServer::start(&system());
    let refused = remove_stale_socket(&server.socket());
    assert!(matches!(refused, Err(NotRepaired::InUse)), "{refused:?}");
    // What is left there while a lost server is bound to the path.
    fs::remove_file(server.socket()).expect("removed");
    drop(UnixListener::bind(server.socket()).expect("a socket"));
    let refused = remove_stale_socket(&server.socket());
    assert!(matches!(refused, Err(NotRepaired::Starting)), "{refused:?}");
    let file = server.home().join("file");
    fs::write(&file, "").expect("a file");
    let refused = remove_stale_socket(&file);
    assert!(matches!(refused, Err(NotRepaired::InUse)), "{refused:?}");
    let refused = remove_stale_socket(&server.home().join("missing"));
    assert!(matches!(refused, Err(NotRepaired::Io(_))), "{refused:?}");
    assert!(server.is_alive());
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let path = stale(home.path());
        std::os::unix::fs::chown(&path, Some(NOBODY), None).expect("given away");
        let refused = remove_stale_socket(&path);
        assert!(matches!(refused, Err(NotRepaired::NotOurs)), "{refused:?}");
        std::os::unix::fs::chown(home.path(), Some(NOBODY), None).expect("given away");
        let refused = make_private(home.path());
        assert!(matches!(refused, Err(NotRepaired::NotOurs)), "{refused:?}");
    });
}

#[test]
fn a_directory_is_made_private() {
    let home = tempfile::tempdir().expect("a directory");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).expect("set");
    make_private(home.path()).expect("made private");
    let mode = fs::metadata(home.path()).expect("a directory").permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    let link = home.path().join("link");
    std::os::unix::fs::symlink(home.path(), &link).expect("a link");
    assert!(make_private(&link).is_err(), "links are not followed");
}

/// What else may have the lock's name: a FIFO, which would keep us waiting, or a directory.
#[test]
fn a_lock_that_is_none_is_left_alone() {
    let home = tempfile::tempdir().expect("a directory");
    let path = stale(home.path());
    let mut lock = path.clone().into_os_string();
    lock.push(".lock");
    nix::unistd::mkfifo(lock.as_os_str(), nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
    let refused = remove_stale_socket(&path).expect_err("no lock");
    assert!(matches!(refused, NotRepaired::InUse), "{refused}");
    // Also with a reader at its other end.
    let _reader = File::options().read(true).write(true).open(&lock).expect("opened");
    let refused = remove_stale_socket(&path).expect_err("no lock");
    assert!(matches!(refused, NotRepaired::InUse), "{refused}");
    assert!(path.exists());
}
