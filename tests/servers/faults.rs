//! What is told of servers that can't be used, each made for real.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tmuxwire::{DirectoryState, ServerProcess, ServerState};
use tmuxwire_protocol::{Exit, ServerMessage, WireString};
use tmuxwire_testkit::{FakeServer, NOBODY, TestServer, as_root, releases, system, wait_until};

use crate::support::{LIMIT, SHORT, by_pid, in_directory, nowhere, on_each_release, only, search};

#[test]
fn a_socket_that_a_killed_server_left_is_stale() {
    on_each_release(|server| {
        server.kill();
        let found = only(server.home(), LIMIT);
        assert_eq!((found.state, found.pid), (ServerState::Stale, None));
        assert!(by_pid(server.pid()).is_empty());
    });
}

#[test]
fn a_deleted_socket_leaves_a_server_that_is_found_by_its_process() {
    on_each_release(|server| {
        std::fs::remove_file(server.socket()).expect("removed");
        assert!(in_directory(server.home(), LIMIT).is_empty());
        let found = by_pid(server.pid());
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].state, &found[0].socket), (ServerState::SocketGone, &server.socket()));
        let listening = ServerProcess::listening_on(&server.socket()).expect("it listens");
        assert_eq!(listening.pid, server.pid().cast_signed());
    });
}

#[test]
fn a_socket_in_a_removed_directory_is_gone_as_well() {
    let server = TestServer::start(&system());
    let away = tempfile::tempdir().expect("a directory");
    std::fs::rename(server.home(), away.path().join("home")).expect("renamed");
    let found = by_pid(server.pid());
    assert_eq!((found[0].state, &found[0].socket), (ServerState::SocketGone, &server.socket()));
    // (Back again, so that it can be cleaned up.)
    std::fs::rename(away.path().join("home"), server.home()).expect("renamed");
}

#[test]
fn a_socket_that_another_server_took_is_replaced() {
    let server = TestServer::start(&system());
    std::fs::remove_file(server.socket()).expect("removed");
    let mut other = server.command();
    let started = other.args(["new-session", "-d", "-s", "other", "cat"]).output().expect("runs");
    assert!(started.status.success());
    let found = by_pid(server.pid());
    assert_eq!(found[0].state, ServerState::SocketReplaced);
    let running = only(server.home(), LIMIT);
    assert_eq!((running.state, running.sessions[0].name.as_str()), (ServerState::Running, "other"));
    server.tmux(["kill-server"]);
}

#[test]
fn what_is_left_of_another_does_not_hide_a_lost_server() {
    let server = TestServer::start(&system());
    std::fs::remove_file(server.socket()).expect("removed");
    drop(UnixListener::bind(server.socket()).expect("a socket"));
    let found = by_pid(server.pid());
    assert_eq!(found[0].state, ServerState::SocketGone);
    let all = search(nowhere().directory(server.home()).socket(server.socket())).servers;
    assert_eq!(all.len(), 1, "{all:?}");
}

/// Stops a server, and waits until it is.
fn stop(server: &TestServer) {
    server.signal(Signal::SIGSTOP);
    let is_stopped =
        || ServerProcess::listening_on(&server.socket()).expect("it listens").is_stopped;
    wait_until("it is stopped", is_stopped);
}

#[test]
fn a_stopped_server_is_told_without_waiting_for_it() {
    on_each_release(|server| {
        stop(server);
        // More than the test is given for all releases.
        let limit = Duration::from_secs(60);
        let options = nowhere().directory(server.home()).socket(server.socket()).limit(limit);
        let started = Instant::now();
        let found = search(options).servers.remove(0);
        assert!(started.elapsed() < limit / 2);
        assert_eq!(found.state, ServerState::NotAnswering);
        assert!(found.process.expect("known").is_stopped);
        assert_eq!(found.pid, Some(server.pid().cast_signed()));
        server.signal(Signal::SIGCONT);
        assert_eq!(only(server.home(), LIMIT).state, ServerState::Running);
    });
}

#[test]
fn a_server_without_room_for_connections_is_not_answering() {
    let server = TestServer::start(&system());
    stop(&server);
    let mut held = Vec::new();
    // Connecting never waits, so that it fails when there is no room.
    while let Ok(socket) = connect_at_once(&server) {
        held.push(socket);
    }
    let found = search(nowhere().socket(server.socket()).limit(SHORT)).servers.remove(0);
    assert_eq!(found.state, ServerState::NotAnswering);
    assert_eq!(found.pid, Some(server.pid().cast_signed()), "by the kernel's table");
    server.signal(Signal::SIGCONT);
}

fn connect_at_once(server: &TestServer) -> Result<std::os::fd::OwnedFd, nix::errno::Errno> {
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
    use std::os::fd::AsRawFd;
    let socket = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_NONBLOCK, None)?;
    connect(socket.as_raw_fd(), &UnixAddr::new(&server.socket())?)?;
    Ok(socket)
}

#[test]
fn listeners_that_are_not_tmux_are_known_as_such() {
    let home = tempfile::tempdir().expect("a directory");
    let silent = UnixListener::bind(home.path().join("silent")).expect("a socket");
    assert_eq!(only(home.path(), SHORT).state, ServerState::NotTmux);
    drop(silent);
    std::fs::remove_file(home.path().join("silent")).expect("removed");
    let answers: [fn(UnixStream); 2] =
        [|mut socket| socket.write_all(&[0x55; 64]).expect("written"), |socket| drop(socket)];
    for answer in answers {
        let listener = UnixListener::bind(home.path().join("socket")).expect("a socket");
        let serving = std::thread::spawn(move || {
            answer(listener.accept().expect("a connection").0);
        });
        assert_eq!(only(home.path(), LIMIT).state, ServerState::NotTmux);
        serving.join().expect("served");
        std::fs::remove_file(home.path().join("socket")).expect("removed");
    }
    let _datagrams = UnixDatagram::bind(home.path().join("socket")).expect("a socket");
    assert_eq!(only(home.path(), LIMIT).state, ServerState::NotTmux);
}

#[test]
fn a_server_that_refuses_us_and_one_of_another_protocol_are_told() {
    let fake = FakeServer::new();
    let serving = fake.serve([
        |mut peer| {
            let message = WireString::new(b"access not allowed".to_vec()).ok();
            peer.say(&ServerMessage::Exit(Exit { status: Some(1), message }));
            peer.rest();
        },
        |mut peer| {
            let mut header = Vec::new();
            for word in [12_u32, 16, 9, u32::MAX] {
                header.extend_from_slice(&word.to_ne_bytes());
            }
            peer.say_raw(&header);
            peer.rest();
        },
    ]);
    let directory = fake.socket().parent().expect("a directory").to_owned();
    assert_eq!(only(&directory, LIMIT).state, ServerState::AccessRefused);
    assert_eq!(only(&directory, LIMIT).state, ServerState::OtherProtocol { server: 9 });
    serving.join().expect("served");
}

#[test]
fn directories_are_told_as_they_are() {
    let home = tempfile::tempdir().expect("a directory");
    let state = |mode| {
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(mode)).expect("set");
        search(nowhere().directory(home.path())).directories[0].state
    };
    assert_eq!(state(0o700), DirectoryState::Fine);
    assert_eq!(state(0o770), DirectoryState::Fine, "tmux takes it");
    assert_eq!(state(0o755), DirectoryState::Unsafe { mode: 0o755 });
    let file = home.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let found = search(nowhere().directory(&file)).directories[0].state;
    assert_eq!(found, DirectoryState::NotDirectory);
}

#[test]
fn a_directory_of_another_user_is_told() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        std::os::unix::fs::chown(home.path(), Some(NOBODY), None).expect("given away");
        let found = search(nowhere().directory(home.path())).directories[0].state;
        assert_eq!(found, DirectoryState::OtherUser { uid: NOBODY });
    });
}

/// Two of each release, one of them lost.
#[test]
fn many_faults_at_once_are_told_apart() {
    let servers: Vec<TestServer> = releases()
        .iter()
        .flat_map(|release| [TestServer::start(release), TestServer::start(release)])
        .collect();
    for pair in servers.chunks(2) {
        std::fs::remove_file(pair[1].socket()).expect("removed");
    }
    let options = tmuxwire::SearchOptions::default().without_usual_places().limit(LIMIT);
    let found = search(options).servers;
    for (number, server) in servers.iter().enumerate() {
        let pid = Some(server.pid().cast_signed());
        let states: Vec<ServerState> =
            found.iter().filter(|found| found.pid == pid).map(|found| found.state).collect();
        let lost = number % 2 == 1;
        assert_eq!(states, [if lost { ServerState::SocketGone } else { ServerState::Running }]);
    }
}
