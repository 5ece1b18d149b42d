//! Servers that misbehave: every failure is typed, tells whether the command may have run, and
//! nothing that could harm a server is ever said.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use bytes::Bytes;
use tmuxwire::{Command, Delivery, Error, ErrorKind, Output, Result};
use tmuxwire_protocol::{ClientEvent, Exit, OldData, ServerMessage, Stream, WireString};
use tmuxwire_testkit::{FakeServer, Peer};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs one command on each client, each time against servers that behave as given.
fn each<const N: usize>(
    behave: [fn(Peer); N],
    command: &Command,
    mut check: impl FnMut(Result<Output>),
) {
    for which in ["async", "blocking"] {
        let fake = FakeServer::new();
        let serving = fake.serve(behave);
        let outcome = match which {
            "async" => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let server = tmuxwire::Server::at(fake.socket());
                runtime.expect("a runtime").block_on(server.run(command.clone()))
            }
            _ => tmuxwire::blocking::Server::at(fake.socket()).run(command.clone()),
        };
        check(outcome);
        serving.join().expect("the fake server saw nothing wrong");
    }
}

/// A command that changes something.
fn rename() -> Command {
    Command::new(["rename-session", "new"]).deadline(LIMIT)
}

/// A command that only prints: its output is answered in advance.
fn list() -> Command {
    Command::new(["list-sessions"]).deadline(LIMIT)
}

fn failed(kind: &ErrorKind, delivery: Delivery) -> impl FnMut(Result<Output>) {
    move |outcome| {
        let error: Error = outcome.expect_err("a failure");
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{error:?}");
    }
}

fn write_open(stream: i32, fd: i32, path: Option<&str>) -> ServerMessage {
    let path = path.map(|path| WireString::new(path.to_owned()).expect("valid"));
    ServerMessage::WriteOpen { stream: Stream(stream), fd, flags: 0, path }
}

fn write(stream: i32, text: &'static str) -> ServerMessage {
    ServerMessage::Write { stream: Stream(stream), data: Bytes::from_static(text.as_bytes()) }
}

fn read_open(stream: i32) -> ServerMessage {
    let path = WireString::new("-").expect("valid");
    ServerMessage::ReadOpen { stream: Stream(stream), fd: 0, path }
}

#[test]
fn identity_and_command_come_in_one_piece_and_the_answer_takes_one_more() {
    let serve = |mut peer: Peer| {
        let (identity, arguments) = peer.command();
        assert_eq!(peer.reads, 1, "one send for identify and command");
        assert!(identity.stdin.is_none() && identity.stdout.is_none(), "no descriptor");
        assert_eq!(identity.flags, 0x40_0001_0000);
        assert_eq!(arguments.iter().collect::<Vec<_>>(), [&b"rename-session"[..], b"new"]);
        peer.say(&write_open(1, 1, None));
        let answer = peer.hear().expect("harmless").expect("an answer");
        assert!(matches!(answer, ClientEvent::WriteReady { stream: Stream(1), error: 0 }));
        peer.say(&write(1, "one\n"));
        peer.exit(3);
        assert!(peer.rest().is_empty(), "nothing after the exit");
        assert_eq!(peer.reads, 2, "two sends in all");
    };
    each([serve], &rename(), |outcome| {
        let output = outcome.expect("an answer");
        assert_eq!((output.status, output.stdout_text().as_ref()), (3, "one\n"));
    });
}

/// The answer to an open that is sure to come travels behind the command, in a read of its own.
#[test]
fn output_is_answered_in_advance_and_not_again() {
    let serve = |mut peer: Peer| {
        let (identity, _) = peer.command();
        assert_eq!(peer.reads, 1, "one send for identify and command");
        assert!(identity.stdin.is_none() && identity.stdout.is_none(), "no descriptor");
        let ready = peer.hear().expect("harmless").expect("said in advance");
        assert!(matches!(ready, ClientEvent::WriteReady { stream: Stream(1), error: 0 }));
        assert_eq!(peer.reads, 2, "in a read of its own");
        peer.say_together(&[write_open(1, 1, None), write(1, "one\n")]);
        peer.exit(0);
        assert!(peer.rest().is_empty(), "nothing more");
    };
    each([serve], &list(), |outcome| assert_eq!(outcome.expect("text").stdout_text(), "one\n"));
}

#[test]
fn an_answer_that_came_too_early_is_given_again() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.hear().expect("harmless").expect("said in advance");
        peer.say(&write_open(1, 1, None));
        let again = peer.hear().expect("harmless").expect("an answer");
        assert!(matches!(again, ClientEvent::WriteReady { stream: Stream(1), error: 0 }));
        peer.say(&write(1, "one\n"));
        peer.exit(0);
        assert!(peer.rest().is_empty(), "nothing more");
    };
    each([serve], &list(), |outcome| assert_eq!(outcome.expect("text").stdout_text(), "one\n"));
}

/// With something behind the command, what is left unread doesn't prove that it has not run. One
/// that only reads is tried again all the same, but never called "not sent".
#[test]
fn a_command_that_only_reads_is_tried_again() {
    let closes: fn(Peer) = |mut peer| drop(peer.command());
    let answers = |mut peer: Peer| {
        peer.command();
        peer.exit(0);
    };
    each([closes, closes, answers], &list(), |outcome| {
        assert!(outcome.expect("an answer").is_success());
    });
    let fake = FakeServer::new();
    let server = tmuxwire::blocking::Server::at(fake.socket());
    let serving = std::thread::spawn(move || {
        let first = fake.accept();
        // Nobody listens any more.
        drop(fake);
        drop(first);
    });
    let error = server.run(list()).expect_err("no server");
    assert!(matches!(error.kind(), ErrorKind::NoServer { .. }), "{error:?}");
    serving.join().expect("no panic");
}

#[test]
fn data_may_come_before_anything_was_answered() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&write(1, "never opened"));
        peer.say(&write_open(1, 1, None));
        peer.say(&write(1, "early\n"));
        peer.say(&write_open(2, 2, None));
        peer.say(&write(2, "text\n"));
        let message = WireString::new("because").expect("valid");
        peer.say(&ServerMessage::Exit(Exit { status: Some(1), message: Some(message) }));
        peer.rest();
    };
    each([serve], &rename(), |outcome| {
        let output = outcome.expect("an answer");
        assert_eq!((output.status, output.stdout_text().as_ref()), (1, "early\n"));
        assert_eq!(output.stderr_text(), "text\nbecause\n");
    });
}

#[test]
fn an_exit_before_everything_is_an_exit() {
    let serve = |mut peer: Peer| {
        peer.say(&ServerMessage::Exit(Exit::default()));
        peer.rest();
    };
    each([serve], &rename(), |outcome| assert!(outcome.expect("an answer").is_success()));
}

#[test]
fn refused_access_is_known_as_such() {
    let serve = |mut peer: Peer| {
        let message = WireString::new("access not allowed").expect("valid");
        peer.say(&ServerMessage::Exit(Exit { status: Some(1), message: Some(message) }));
    };
    each([serve], &rename(), failed(&ErrorKind::AccessRefused { status: 1 }, Delivery::NotSent));
}

/// It closed without reading all of what we said, and the command stands at the end of that.
#[test]
fn a_server_that_closes_unread_is_asked_again() {
    let closes: fn(Peer) = drop;
    let answers = |mut peer: Peer| {
        peer.command();
        peer.exit(0);
        peer.rest();
    };
    each([closes, closes, answers], &rename(), |outcome| {
        assert!(outcome.expect("an answer").is_success());
    });
}

#[test]
fn a_server_that_reads_and_closes_may_have_run_it() {
    let serve = |mut peer: Peer| drop(peer.command());
    each([serve], &rename(), failed(&ErrorKind::LostServer, Delivery::MayHaveRun));
}

#[test]
fn a_server_that_never_stops_closing_is_given_up() {
    let fake = FakeServer::new();
    let socket = fake.socket();
    let serving = std::thread::spawn(move || {
        let mut count = 0;
        // Ends with the last connection: a marker that says something.
        while fake.accept().hear_byte() != Some(b'!') {
            count += 1;
        }
        count
    });
    let server = tmuxwire::blocking::Server::at(&socket);
    for (command, delivery) in [(rename(), Delivery::NotSent), (list(), Delivery::MayHaveRun)] {
        let error = server.run(command).expect_err("never");
        assert_eq!((error.kind(), error.delivery()), (&ErrorKind::LostServer, delivery));
    }
    let mut marker = std::os::unix::net::UnixStream::connect(&socket).expect("a connection");
    std::io::Write::write_all(&mut marker, b"!").expect("taken");
    let attempts: usize = serving.join().expect("no panic");
    assert!((6..400).contains(&attempts), "{attempts} attempts");
}

#[test]
fn another_protocol_version_is_told_with_its_number() {
    let serve = |mut peer: Peer| {
        let mut frame = Vec::new();
        for field in [12u32, 16, 9, u32::MAX] {
            frame.extend_from_slice(&field.to_ne_bytes());
        }
        peer.say_raw(&frame);
        peer.rest();
    };
    let kind = ErrorKind::VersionMismatch { server: 9 };
    each([serve], &rename(), |outcome| {
        let error = outcome.expect_err("another version");
        assert_eq!((error.kind(), error.delivery()), (&kind, Delivery::NotSent));
        assert_eq!(error.to_string(), "protocol version mismatch (client 8, server 9)");
    });
}

#[test]
fn junk_half_frames_and_wrong_messages_are_a_malformed_peer() {
    let junk: fn(Peer) = |mut peer| {
        peer.command();
        peer.say_raw(&[0xff; 4096]);
        peer.rest();
    };
    let zeros: fn(Peer) = |mut peer| {
        peer.command();
        peer.say_raw(&[0; 64]);
        peer.rest();
    };
    let ready: fn(Peer) = |mut peer| {
        peer.command();
        peer.say(&ServerMessage::Ready);
        peer.rest();
    };
    let twice: fn(Peer) = |mut peer| {
        peer.command();
        peer.say(&write_open(7, 1, None));
        peer.say(&write_open(7, 1, None));
        peer.rest();
    };
    for serve in [junk, zeros, ready, twice] {
        each([serve], &rename(), failed(&ErrorKind::MalformedPeer, Delivery::MayHaveRun));
    }
    let half = |mut peer: Peer| {
        peer.command();
        peer.say_raw(&203u32.to_ne_bytes());
    };
    each([half], &rename(), failed(&ErrorKind::LostServer, Delivery::MayHaveRun));
}

#[test]
fn a_stalling_server_costs_no_more_than_the_deadline() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&write_open(1, 1, None));
        peer.say_raw(&[0; 7]);
        peer.rest();
    };
    let command = rename().deadline(Duration::from_millis(300));
    each([serve], &command, failed(&ErrorKind::TimedOut, Delivery::MayHaveRun));
}

#[test]
fn endless_output_ends_at_the_limit() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&write_open(1, 1, None));
        let text: &str = Box::leak("y".repeat(16000).into_boxed_str());
        for _ in 0..200 {
            peer.say(&write(1, text));
        }
    };
    let kind = ErrorKind::TooMuchOutput { limit: 100_000 };
    each([serve], &rename().max_output(100_000), failed(&kind, Delivery::MayHaveRun));
}

#[test]
fn a_cancelled_read_is_ended_once() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&read_open(5));
        peer.say(&ServerMessage::ReadCancel(Stream(5)));
        peer.say(&ServerMessage::ReadCancel(Stream(5)));
        let mut done = 0;
        while done == 0 {
            match peer.hear().expect("harmless").expect("an answer") {
                ClientEvent::ReadDone { stream: Stream(5), .. } => done += 1,
                ClientEvent::Read { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        peer.exit(1);
        assert!(peer.rest().iter().all(|event| !matches!(event, ClientEvent::ReadDone { .. })));
    };
    let command = Command::new(["load-buffer", "-"]).stdin(vec![b'x'; 3_000_000]).deadline(LIMIT);
    each([serve], &command, |outcome| assert_eq!(outcome.expect("an answer").status, 1));
}

/// The exit may come while megabytes of input still wait to be sent.
#[test]
fn an_exit_stops_the_input() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&read_open(5));
        assert!(matches!(peer.hear(), Ok(Some(ClientEvent::Read { .. }))));
        peer.exit(1);
        peer.rest();
    };
    let command = Command::new(["load-buffer", "-"]).stdin(vec![b'x'; 3_000_000]).deadline(LIMIT);
    each([serve], &command, |outcome| assert_eq!(outcome.expect("an answer").status, 1));
}

#[test]
fn descriptors_that_are_not_ours_are_refused() {
    let serve = |mut peer: Peer| {
        peer.command();
        peer.say(&write_open(9, 7, None));
        let answer = peer.hear().expect("harmless");
        assert!(matches!(answer, Some(ClientEvent::WriteReady { stream: Stream(9), error: 9 })));
        let path = WireString::new("-").expect("valid");
        peer.say(&ServerMessage::ReadOpen { stream: Stream(10), fd: 4, path });
        let answer = peer.hear().expect("harmless");
        assert!(matches!(answer, Some(ClientEvent::ReadDone { stream: Stream(10), error: 9 })));
        peer.exit(0);
    };
    each([serve], &rename(), |outcome| assert!(outcome.expect("an answer").is_success()));
}

/// A 3.0 server prints without streams, and wants input in messages of its own fixed size.
#[test]
fn a_3_0_server_is_fed_in_its_own_size() {
    fn say(peer: &mut Peer, text: &'static [u8]) {
        let data = OldData { data: Some(Bytes::from_static(text)), capacity: 1024 };
        peer.say(&ServerMessage::OldStdout(data));
    }
    let asks = |mut peer: Peer| {
        peer.command();
        peer.say(&ServerMessage::OldStdin);
        peer.rest();
    };
    let tells = |mut peer: Peer| {
        let (_, arguments) = peer.command();
        assert_eq!(arguments.iter().next(), Some(b"display-message".as_slice()));
        say(&mut peer, b"3.0a\n");
        peer.exit(0);
        peer.rest();
    };
    // The question goes over one connection, and the command over a new one.
    let takes = |mut peer: Peer| {
        peer.command();
        peer.say(&ServerMessage::OldStdin);
        let mut input = Vec::new();
        loop {
            let event = peer.hear().expect("harmless").expect("an answer");
            let ClientEvent::OldStdin(data) = event else { panic!("{event:?}") };
            assert_eq!(data.capacity, 1024);
            match data.data.expect("no error") {
                data if data.is_empty() => break,
                data => input.extend_from_slice(&data),
            }
        }
        assert_eq!(input.len(), 5000);
        say(&mut peer, b"done\n");
        peer.exit(0);
        peer.rest();
    };
    let command = Command::new(["load-buffer", "-"]).stdin(vec![b'x'; 5000]).deadline(LIMIT);
    each([asks, tells, takes], &command, |outcome| {
        assert_eq!(outcome.expect("an answer").stdout_text(), "done\n");
    });
}

/// Commands in front of one that reads would run twice if the size were learned on the way.
#[test]
fn a_list_with_a_reader_runs_once_on_a_3_0_server() {
    let tells = |mut peer: Peer| {
        let (_, arguments) = peer.command();
        assert_eq!(arguments.iter().next(), Some(b"display-message".as_slice()));
        let data = OldData { data: Some(Bytes::from_static(b"3.0a\n")), capacity: 1024 };
        peer.say(&ServerMessage::OldStdout(data));
        peer.exit(0);
        peer.rest();
    };
    let takes = |mut peer: Peer| {
        let (_, arguments) = peer.command();
        assert_eq!(arguments.iter().next(), Some(b"new-window".as_slice()));
        peer.say(&ServerMessage::OldStdin);
        while let Some(ClientEvent::OldStdin(data)) = peer.hear().expect("harmless") {
            if data.data.expect("no error").is_empty() {
                break;
            }
        }
        peer.exit(0);
        peer.rest();
    };
    let list = Command::new(["new-window", ";", "load-buffer", "-"]).stdin("text").deadline(LIMIT);
    // Whose process it is shows on a connection, too.
    each([drop, tells, takes], &list, |outcome| assert!(outcome.expect("an answer").is_success()));
    // Where a reader doesn't show, its list is not run again.
    let asks = |mut peer: Peer| {
        peer.command();
        peer.say(&ServerMessage::OldStdin);
        peer.rest();
    };
    let hidden = Command::new(["new-window", ";", "mine"]).stdin("text").deadline(LIMIT);
    each([asks], &hidden, failed(&ErrorKind::MalformedPeer, Delivery::MayHaveRun));
}

#[test]
fn a_relative_path_is_seen_from_where_it_was_given() {
    let here = std::env::current_dir().expect("a directory");
    assert_eq!(tmuxwire::Server::at("a/b").socket_path(), here.join("a/b"));
    assert_eq!(tmuxwire::blocking::Server::at("b").socket_path(), here.join("b"));
    assert_eq!(tmuxwire::Server::at("/a/b").socket_path(), std::path::Path::new("/a/b"));
}

/// The reason of an exit goes to standard error, after everything that was printed before.
#[test]
fn the_command_line_prints_the_reason_of_an_exit() {
    let fake = FakeServer::new();
    let serving = fake.serve([|mut peer: Peer| {
        peer.command();
        peer.say(&write_open(1, 1, None));
        peer.say(&write(1, "printed\n"));
        let message = WireString::new("because").expect("valid");
        peer.say(&ServerMessage::Exit(Exit { status: Some(263), message: Some(message) }));
        peer.rest();
    }]);
    let home = tempfile::tempdir().expect("a directory");
    let output = tmuxwire_testkit::command(env!("CARGO_BIN_EXE_tmuxwire"), home.path())
        .arg("-S")
        .arg(fake.socket())
        .arg("list-sessions")
        .output()
        .expect("runs");
    assert_eq!(output.stdout, b"printed\n");
    assert_eq!(output.stderr, b"because\n");
    assert_eq!(output.status.code(), Some(7), "the low eight bits");
    serving.join().expect("the fake server saw nothing wrong");
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let secret = "hunter2";
    let command = Command::new(["set-buffer", secret]).stdin(secret);
    assert!(!format!("{command:?}").contains(secret), "{command:?}");
    let identity = tmuxwire_protocol::Identity::builder().environment([("PASSWORD", secret)]);
    assert!(!format!("{identity:?}").contains(secret));
    let identity = identity.build();
    let arguments = tmuxwire_protocol::Arguments::new(["set-buffer", secret]).expect("valid");
    let request = tmuxwire_protocol::Request::new(&identity, &arguments);
    assert!(!format!("{identity:?} {request:?}").contains(secret), "{request:?}");
    let home = std::env::var("PATH").expect("a path");
    let server = tmuxwire::blocking::Server::at("/missing/socket");
    assert!(!format!("{server:?}").contains(&home), "{server:?}");
}

/// From 3.3 on a server may let a user only read, and then doesn't tell its version. A control
/// client passes its descriptors all the same: without them it would never hear anything.
#[test]
fn a_control_client_that_may_only_read_passes_its_descriptors() {
    let fake = FakeServer::new();
    let refuses = |mut peer: Peer| {
        peer.command();
        peer.say(&write_open(2, 2, None));
        peer.say(&write(2, "client is read-only\n"));
        peer.exit(1);
    };
    let serves = |mut peer: Peer| {
        let (identity, _) = peer.command();
        assert!(identity.stdin.is_some() && identity.stdout.is_some());
        peer.exit(0);
        peer.rest();
    };
    // Between the two it asks for the layout, which a server of the new one answers by hanging up.
    let serving = fake.serve([refuses, drop, serves]);
    let home = tempfile::tempdir().expect("a directory");
    let output = tmuxwire_testkit::command(env!("CARGO_BIN_EXE_tmuxwire"), home.path())
        .arg("-S")
        .arg(fake.socket())
        .args(["-C", "attach-session"])
        .output()
        .expect("runs");
    assert_eq!(output.stdout, b"%exit\n", "{output:?}");
    serving.join().expect("the fake server saw nothing wrong");
}

/// What a server may say to a client on a terminal, that no tmux says: the client ends, and the
/// terminal is as it was.
#[test]
fn nothing_that_a_server_says_keeps_the_terminal() {
    let lies: [fn(&mut Peer); 5] = [
        |peer| peer.say(&ServerMessage::Version),
        |peer| peer.say_raw(&[7; 16]),
        |peer| peer.say(&ServerMessage::Shell(WireString::new("/bin/sh").expect("valid"))),
        |peer| {
            peer.say(&write_open(1, 1, None));
            peer.say(&write_open(1, 1, None));
        },
        |_| {},
    ];
    for lie in lies {
        let fake = FakeServer::new();
        let terminal = tmuxwire_testkit::Terminal::open(80, 24);
        let before = terminal.settings();
        let serving = {
            let socket = fake.socket();
            let slave = terminal.slave();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(async {
                    let server = tmuxwire::Server::at(socket);
                    let options = tmuxwire::AttachOptions::new().term("xterm");
                    let mut client = server.attach(slave, options).await?;
                    client.ended().await
                })
            })
        };
        let mut peer = fake.accept();
        peer.command();
        peer.say(&write_open(1, 1, None));
        peer.say(&write(1, "3.8\n"));
        peer.exit(0);
        peer.rest();
        let mut peer = fake.accept();
        let (identity, _) = peer.command();
        let theirs = identity.stdin.expect("the terminal");
        peer.say(&ServerMessage::Ready);
        let mut raw = before.clone();
        nix::sys::termios::cfmakeraw(&mut raw);
        let now = nix::sys::termios::SetArg::TCSANOW;
        nix::sys::termios::tcsetattr(&theirs, now, &raw).expect("a terminal");
        assert_ne!(terminal.settings(), before);
        lie(&mut peer);
        drop((peer, theirs));
        let outcome = serving.join().expect("no panic");
        match outcome {
            Ok(end) => assert_eq!(end, tmuxwire::AttachEnd::LostServer),
            Err(error) => assert!(
                matches!(
                    error.kind(),
                    ErrorKind::MalformedPeer | ErrorKind::VersionMismatch { .. }
                ),
                "{error}"
            ),
        }
        assert_eq!(terminal.settings(), before);
    }
}
