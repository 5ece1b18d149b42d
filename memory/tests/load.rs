//! Many clients at once, clients that go, and bytes that no client says.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use proptest::prelude::*;
use tmuxwire::blocking::Server;
use tmuxwire::{ChannelOptions, Command};
use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::wait_until;

fn server(memory: &MemoryTmux) -> Server {
    Server::at(memory.socket()).never_start()
}

#[test]
fn a_hundred_clients_at_once() {
    let memory = MemoryTmux::start().expect("a server");
    server(&memory).run(["new-session", "-d", "-s", "all"]).expect("an answer");
    let made: BTreeSet<String> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..100)
            .map(|client| {
                let memory = &memory;
                scope.spawn(move || {
                    let server = server(memory);
                    let name = format!("window-{client}");
                    let made = ["new-window", "-d", "-P", "-F", "#{window_id}", "-n", &name];
                    let made = server.run(made).expect("an answer").stdout_text().into_owned();
                    let target = format!("=all:={name}");
                    let read = ["display-message", "-p", "-t", &target, "#{window_id}"];
                    for _ in 0..10 {
                        let read = server.run(read).expect("an answer");
                        assert_eq!(read.stdout_text(), made);
                    }
                    made
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client")).collect()
    });
    assert_eq!(made.len(), 100);
    let count = server(&memory).run(["display-message", "-p", "#{session_windows}"]);
    assert_eq!(count.expect("an answer").stdout_text(), "101\n");
}

#[test]
fn lists_of_commands_are_not_mixed() {
    let memory = MemoryTmux::start().expect("a server");
    server(&memory).run(["new-session", "-d"]).expect("an answer");
    std::thread::scope(|scope| {
        for client in 0..8 {
            let memory = &memory;
            scope.spawn(move || {
                let value = client.to_string();
                for _ in 0..50 {
                    let set = ["set-option", "-g", "@x", &value, ";", "show-options", "-gv", "@x"];
                    let shown = server(memory).run(set).expect("an answer");
                    assert_eq!(shown.stdout_text().trim_end(), value);
                }
            });
        }
    });
}

#[test]
fn who_waits_is_woken_and_who_goes_is_forgotten() {
    let memory = MemoryTmux::start().expect("a server");
    std::thread::scope(|scope| {
        let waits: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| server(&memory).run(["wait-for", "done"]).expect("an answer")))
            .collect();
        wait_until("all wait", || memory.round_trips() == 20);
        // Taken down just before they wait.
        wait_until("all are woken", || {
            server(&memory).run(["wait-for", "-S", "done"]).expect("an answer");
            waits.iter().all(|wait| wait.is_finished())
        });
        for wait in waits {
            assert_eq!(wait.join().expect("a client").status, 0);
        }
    });
    let late = Command::new(["wait-for", "never"]).deadline(Duration::from_millis(50));
    assert!(server(&memory).run(late).is_err());
    let answer = server(&memory).run(["start-server"]).expect("an answer");
    assert_eq!(answer.status, 0);
}

#[test]
fn clients_that_go_at_any_byte_do_no_harm() {
    let memory = MemoryTmux::start().expect("a server");
    server(&memory).run(["new-session", "-d"]).expect("an answer");
    let said = conversation(&memory);
    for end in (0..said.len()).step_by(7) {
        let mut client = UnixStream::connect(memory.socket()).expect("a connection");
        client.write_all(&said[..end]).expect("a server that reads");
        drop(client);
    }
    let answer = server(&memory).run(["display-message", "-p", "#{session_name}"]);
    assert_eq!(answer.expect("an answer").stdout_text(), "0\n");
    assert_eq!(memory.harm(), []);
}

/// What a client says to have a command run.
fn conversation(memory: &MemoryTmux) -> Vec<u8> {
    let path = memory.socket().with_file_name("listener");
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let client = std::thread::spawn(move || {
        let command = Command::new(["list-sessions", "-F", "#{session_id}"]);
        drop(Server::at(path).never_start().run(command));
    });
    let (mut peer, _) = listener.accept().expect("a connection");
    peer.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket option");
    let mut said = vec![0; 65536];
    let count = peer.read(&mut said).expect("a client that says something");
    said.truncate(count);
    drop(listener);
    peer.shutdown(Shutdown::Both).expect("a connection");
    client.join().expect("a client");
    said
}

#[test]
fn a_control_client_that_goes_mid_line_does_no_harm() {
    let memory = MemoryTmux::start().expect("a server");
    server(&memory).run(["new-session", "-d"]).expect("an answer");
    for _ in 0..20 {
        let channel = server(&memory).channel(ChannelOptions::default()).expect("a channel");
        channel.run(["list-windows"]).expect("an answer");
        channel.close();
    }
    assert_eq!(memory.harm(), []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn garbage_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let memory = MemoryTmux::start().expect("a server");
        let mut client = UnixStream::connect(memory.socket()).expect("a connection");
        // It may be cut off before it has said all.
        let _ = client.write_all(&bytes);
        drop(client);
        let answer = server(&memory).run(["start-server"]).expect("an answer");
        prop_assert_eq!(answer.status, 0);
    }

    #[test]
    fn any_words_are_answered(
        commands in proptest::collection::vec((0usize..60, proptest::collection::vec(word(), 0..5)), 1..6)
    ) {
        let memory = MemoryTmux::start().expect("a server");
        let server = server(&memory);
        server.run(["new-session", "-d", ";", "set-option", "-s", "exit-empty", "off"])
            .expect("an answer");
        let specs = tmuxwire_operations::commands();
        for (at, words) in commands {
            let name = specs[at % specs.len()].name;
            if ["wait-for", "kill-server"].contains(&name) {
                continue;
            }
            let words = std::iter::once(name.to_owned()).chain(words);
            let command = Command::new(words).stdin("x").deadline(Duration::from_secs(60));
            let answer = server.run(command).expect("an answer");
            prop_assert!(answer.status == 0 || !answer.stderr.is_empty());
        }
        prop_assert_eq!(memory.harm(), []);
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "-[a-zA-Z]",
        Just("-t".to_owned()),
        "[%@$=:.+!{}*0-9a]{0,4}",
        "#\\{[a-z:?,=#{}]{0,12}\\}",
        "[a-z#{}%;\\[\\]'\"$~^ ]{0,10}",
        "[0-9-]{1,5}",
    ]
}
