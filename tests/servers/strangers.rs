//! What a search makes of listeners that are no friends.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use tmuxwire::{FoundServer, SearchOptions, ServerState};
use tmuxwire_protocol::{ServerMessage, Stream};
use tmuxwire_testkit::{FakeServer, Flood, NOBODY, Peer, as_root, system, wait_until};

use crate::support::{LIMIT, nowhere, search};

fn at(socket: &Path, options: SearchOptions) -> FoundServer {
    search(options.socket(socket)).servers.remove(0)
}

fn answer(mut peer: Peer, text: &'static str) {
    peer.command();
    let stream = Stream(1);
    peer.say(&ServerMessage::WriteOpen { stream, fd: 1, flags: 0, path: None });
    peer.say(&ServerMessage::Write { stream, data: text.into() });
    peer.exit(0);
    peer.rest();
}

/// All that a server says of itself is only text.
#[test]
fn numbers_of_any_size_are_told_without_harm() {
    for serve in [
        |peer| {
            let most = "server 18446744073709551615 3.8\nsession $0 4294967295 4294967295 a\n\
                        session $4294967295 4294967295 4294967295 b\n";
            answer(peer, most);
        },
        |peer| answer(peer, "server -1 3.8\nsession $-1 -1 -1 a\nsession $0 4294967296 0 b\n"),
        |peer| answer(peer, "server 9223372036854775807 3.8\nsession\nserver\n\n"),
    ] as [fn(Peer); 3]
    {
        let fake = FakeServer::new();
        let serving = fake.serve([serve]);
        let found = at(&fake.socket(), nowhere());
        serving.join().expect("served");
        assert_eq!(found.state, ServerState::Running);
        assert!(found.attached() == 0 || found.attached() == u32::MAX);
        let _ = found.started.map(|started| started.elapsed());
        assert_eq!(found.pid, Some(std::process::id().cast_signed()), "as the kernel says");
    }
}

#[test]
fn endless_output_is_no_tmux_and_costs_little() {
    let flood = Flood::start();
    assert_eq!(at(&flood.socket(), nowhere()).state, ServerState::NotTmux);
    wait_until("the connection has ended", || flood.taken() > 0);
    assert!(flood.taken() < 32 << 20, "{}", flood.taken());
}

/// Only root can be somebody else, and may reach everybody.
#[test]
fn a_server_of_another_user_is_told_and_not_asked() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let socket = home.path().join("socket");
        let program = home.path().join("tmux");
        std::fs::copy(system().path, &program).expect("a copy");
        std::os::unix::fs::chown(home.path(), Some(NOBODY), None).expect("given away");
        let tmux = |words: &[&str]| {
            let mut command = Command::new(&program);
            command.env_clear().env("HOME", home.path()).env("SHELL", "/bin/sh").current_dir("/");
            command.env("PATH", "/usr/bin:/bin");
            command.args(["-f", "/dev/null", "-S"]).arg(&socket).args(words);
            command.uid(NOBODY).gid(NOBODY);
            command.output().expect("tmux runs")
        };
        let started = tmux(&["new-session", "-d", "-s", "theirs", "cat"]);
        assert!(started.status.success(), "{started:?}");
        let quiet = at(&socket, nowhere());
        let asked = at(&socket, nowhere().other_users().limit(LIMIT));
        tmux(&["kill-server"]);
        let told = |found: &FoundServer| (found.state, found.sessions.len());
        assert_eq!(told(&asked), (ServerState::Running, 1));
        assert_eq!(told(&quiet), (ServerState::OtherUser, 0));
        assert_eq!((quiet.uid, quiet.pid), (Some(NOBODY), asked.pid));
    });
}
