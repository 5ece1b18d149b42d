//! Servers that say what no tmux says, or nothing: a channel to one ends, with the reason, and says
//! nothing itself that could harm a server.

use std::fs::File;
use std::io::{Read, Write};

use tmuxwire::{Channel, ChannelOptions, Command, Delivery, End, Error, ErrorKind, Result};
use tmuxwire_protocol::{ClientEvent, Exit, ServerMessage, Stream, WireString};
use tmuxwire_testkit::{FakeServer, Peer};

use crate::support::within;

/// Opens a channel to a server that answers the question for its version, behind a connection that
/// found it unknown, and then behaves so; what becomes of the channel, and of one command if it opens.
fn open_to(behave: fn(Peer)) -> Result<(Channel, Error)> {
    let fake = FakeServer::new();
    let serving = fake.serve([drop, version, behave]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.expect("a runtime").block_on(within(async {
        let server = tmuxwire::Server::at(fake.socket());
        let channel = server.channel(ChannelOptions::default()).await?;
        let error = loop {
            // A stray block may be taken for an answer; it doesn't go on like that.
            if let Err(error) = channel.run(["list-sessions"]).await {
                break error;
            }
        };
        channel.ended().await;
        Ok((channel, error))
    }));
    serving.join().expect("the fake server saw nothing wrong");
    outcome
}

fn version(mut peer: Peer) {
    peer.command();
    let write = ServerMessage::Write { stream: Stream(1), data: "3.8\n".into() };
    peer.say_together(&[
        ServerMessage::WriteOpen { stream: Stream(1), fd: 1, flags: 0, path: None },
        write,
    ]);
    peer.exit(0);
    peer.rest();
}

/// The channel's connection up to its first command; what stands for the server's ends of its
/// pipes.
fn taken(peer: &mut Peer) -> (File, File) {
    let (identity, arguments) = peer.command();
    assert_eq!(arguments.iter().next(), Some(&b"display-message"[..]));
    let (stdin, stdout) = (identity.stdin.expect("a pipe"), identity.stdout.expect("a pipe"));
    (File::from(stdin), File::from(stdout))
}

/// Takes the channel and answers its own questions, so that it opens.
fn opened(peer: &mut Peer) -> (File, File) {
    let (mut stdin, mut stdout) = taken(peer);
    stdout.write_all(b"%begin 1 1 0\n%end 1 1 0\n").expect("room");
    for number in 2..=4 {
        let block = format!("%begin 1 {number} 1\n%end 1 {number} 1\n");
        stdout.write_all(block.as_bytes()).expect("room");
    }
    stdout.write_all(marked(5, &heard(&mut stdin, "tmuxwire-")).as_bytes()).expect("room");
    (stdin, stdout)
}

/// What a server says to the last of these lines, of which it knows none by that name.
fn marked(number: u32, lines: &str) -> String {
    let mark = lines.lines().last().expect("a line");
    assert!(mark.starts_with("tmuxwire-"), "{mark}");
    format!("%begin 1 {number} 1\nparse error: unknown command: {mark}\n%error 1 {number} 1\n")
}

/// Reads what the client asks, to the end of the line that has this and of the mark behind it.
fn heard(stdin: &mut File, text: &str) -> String {
    let mut all = String::new();
    let is_all = |all: &str| {
        let behind = all.find(text).map(|at| &all[at..]);
        behind.is_some_and(|rest| rest.contains("tmuxwire-") && rest.ends_with('\n'))
    };
    while !is_all(&all) {
        let mut piece = [0; 4096];
        let count = stdin.read(&mut piece).expect("readable");
        assert!(count > 0, "the client has closed");
        all.push_str(std::str::from_utf8(&piece[..count]).expect("text"));
    }
    all
}

fn ended(behave: fn(Peer)) -> End {
    let outcome = open_to(behave);
    match outcome {
        Ok((channel, error)) => {
            let end = channel.end().expect("it has ended");
            assert_eq!(error.kind(), &ErrorKind::ChannelEnded(end.clone()), "{error:?}");
            end
        }
        Err(error) => {
            assert_eq!(error.delivery(), Delivery::NotSent, "{error:?}");
            match error.kind() {
                ErrorKind::ChannelEnded(end) => end.clone(),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn broken(behave: fn(Peer), text: &str) {
    match ended(behave) {
        End::Broken(said) => assert!(said.contains(text), "{said}"),
        other => panic!("{other:?}"),
    }
}

fn exit(peer: &mut Peer, status: i32, text: &str) {
    let message = Some(WireString::new(text.to_owned()).expect("valid"));
    peer.say(&ServerMessage::Exit(Exit { status: Some(status), message }));
}

#[test]
fn a_server_that_goes_at_any_step_has_gone() {
    for behave in [
        |peer: Peer| drop(peer),
        |mut peer| drop(peer.hear()),
        |mut peer| drop(taken(&mut peer)),
        |mut peer| {
            let _ends = taken(&mut peer);
            drop(peer);
        },
        |mut peer| drop(opened(&mut peer)),
        |mut peer| {
            let (_stdin, mut stdout) = opened(&mut peer);
            stdout.write_all(b"%begin 1 9 1\nhalf an ans").expect("room");
        },
        |mut peer| {
            let (_stdin, _stdout) = opened(&mut peer);
            peer.say(&ServerMessage::Shutdown);
            peer.rest();
        },
    ] as [fn(Peer); 7]
    {
        assert_eq!(ended(behave), End::ServerGone);
    }
}

#[test]
fn what_an_exit_says_is_the_reason() {
    assert_eq!(
        ended(|mut peer| {
            exit(&mut peer, 1, "access not allowed");
            peer.rest();
        }),
        End::AccessRefused
    );
    assert_eq!(
        ended(|mut peer| {
            let _ends = opened(&mut peer);
            exit(&mut peer, 0, "too far behind");
            peer.rest();
        }),
        End::TooFarBehind
    );
    assert_eq!(
        ended(|mut peer| {
            let (_stdin, mut stdout) = taken(&mut peer);
            stdout.write_all(b"%begin 1 1 0\nno such thing\n%error 1 1 0\n").expect("room");
            peer.exit(1);
            peer.rest();
        }),
        End::Refused("no such thing".to_owned())
    );
    assert_eq!(
        ended(|mut peer| {
            let _ends = opened(&mut peer);
            peer.exit(0);
            peer.rest();
        }),
        End::ServerGone
    );
}

#[test]
fn junk_on_the_socket_breaks_a_channel() {
    broken(
        |mut peer| {
            let _ends = opened(&mut peer);
            peer.say_raw(&[0xff; 64]);
            peer.rest();
        },
        "",
    );
    broken(
        |mut peer| {
            let _ends = opened(&mut peer);
            peer.say(&ServerMessage::Version);
            peer.rest();
        },
        "",
    );
}

#[test]
fn answers_to_nothing_break_a_channel() {
    broken(
        |mut peer| {
            let (_stdin, mut stdout) = opened(&mut peer);
            for number in 10..20 {
                let block = format!("%begin 1 {number} 1\n%end 1 {number} 1\n");
                stdout.write_all(block.as_bytes()).expect("room");
            }
            peer.rest();
        },
        "an answer to nothing that was asked",
    );
}

#[test]
fn a_line_without_an_end_breaks_a_channel() {
    broken(
        |mut peer| {
            let (_stdin, mut stdout) = opened(&mut peer);
            // It stops reading at 16 MiB, and closes.
            while stdout.write_all(&[b'x'; 1 << 16]).is_ok() {}
            peer.rest();
        },
        "a line of more than",
    );
}

/// Text and notifications of no meaning, and blocks of others, are no reason to end.
#[test]
fn what_means_nothing_is_passed_over() {
    let fake = FakeServer::new();
    let serving = fake.serve([drop, version, |mut peer: Peer| {
        let (mut stdin, mut stdout) = taken(&mut peer);
        let said: &[u8] = b"text\n%nonsense 1 2\n%begin\n%ending 1 1 1\n\n\xff\xfe\n\
            %output nothing\n%begin 1 1 0\n%begin 1 1 1\n%end 1 1 0\n\
            %begin 1 2 1\ncommand-alias[0] a=b\n%end 1 2 1\n%begin 1 3 0\n%error 1 3 0\n\
            %begin 1 4 1\n1 0\n%end 1 4 1\n%begin 1 5 1\n1\n%end 1 5 1\n";
        stdout.write_all(said).expect("room");
        let first = heard(&mut stdin, "tmuxwire-");
        stdout.write_all(marked(6, &first).as_bytes()).expect("room");
        let asked = heard(&mut stdin, "list-buffers");
        stdout.write_all(b"%begin 1 7 1\n%end 1 6 1\n%end 1 7 1\n").expect("room");
        stdout.write_all(marked(8, &asked).as_bytes()).expect("room");
        peer.rest();
    }]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(within(async {
        let server = tmuxwire::Server::at(fake.socket());
        let channel = server.channel(ChannelOptions::default()).await.expect("it opens");
        let answer = channel.run(["list-buffers"]).await.expect("an answer");
        assert_eq!(answer.stdout_text(), "%end 1 6 1\n");
        assert_eq!(channel.end(), None);
    }));
    serving.join().expect("the fake server saw nothing wrong");
}

/// Says this when the client has asked something: the channel ends at once, and nobody gets an
/// answer that may be another's.
fn told(said: &'static str, text: &str) {
    let fake = FakeServer::new();
    let behave = move |mut peer: Peer| {
        let (mut stdin, mut stdout) = opened(&mut peer);
        heard(&mut stdin, "list-buffers");
        stdout.write_all(said.as_bytes()).expect("room");
        peer.rest();
    };
    let serving = fake.serve_each([Box::new(drop), Box::new(version), Box::new(behave)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(within(async {
        let server = tmuxwire::Server::at(fake.socket());
        let channel = server.channel(ChannelOptions::default()).await.expect("it opens");
        let error = channel.run(["list-buffers"]).await.expect_err("no answer");
        let end = channel.ended().await;
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(end.clone()), "{said}");
        assert!(matches!(&end, End::Broken(said) if said.contains(text)), "{said}: {end:?}");
    }));
    serving.join().expect("the fake server saw nothing wrong");
}

#[test]
fn guards_that_do_not_fit_break_a_channel_at_once() {
    for said in [
        "%begin 1 18446744073709551615 1\n",
        "%begin 1 4294967296 1\n",
        "%begin 1 2000000000 1\n",
        "%begin 1 4 1\n",
        "%begin x y z\n",
        "%end 1 4 1\n",
        "%error 1 9 0\n",
        "%begin 1 7 1\ncut\n%end 1 7 1\n%end 1 8 1\n",
    ] {
        told(said, "a guard that doesn't fit");
    }
}

#[test]
fn an_answer_without_its_mark_is_nobodys() {
    for said in [
        "%begin 1 7 1\none\n%end 1 7 1\n%begin 1 8 1\ntwo\n%end 1 8 1\n",
        "%begin 1 7 1\none\n%end 1 7 1\n%begin 1 8 1\nunknown command: x\n%error 1 8 1\n",
    ] {
        told(said, "more or fewer answers");
    }
}

/// More than the caller allows is no answer for him; others go on.
#[test]
fn a_huge_answer_ends_at_the_callers_limit() {
    const MEGABYTES: usize = 64;
    let fake = FakeServer::new();
    let serving = fake.serve([drop, version, |mut peer: Peer| {
        let (mut stdin, mut stdout) = opened(&mut peer);
        let asked = heard(&mut stdin, "list-buffers");
        stdout.write_all(b"%begin 1 6 1\n").expect("room");
        let line = [[b'x'; (1 << 20) - 1].as_slice(), b"\n"].concat();
        for _ in 0..MEGABYTES {
            stdout.write_all(&line).expect("room");
        }
        stdout.write_all(b"%end 1 6 1\n%begin 1 7 1\nafter\n%end 1 7 1\n").expect("room");
        stdout.write_all(marked(8, &asked).as_bytes()).expect("room");
        while let Ok(Some(event)) = peer.hear() {
            assert!(matches!(event, ClientEvent::Exiting), "{event:?}");
        }
    }]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(within(async {
        let server = tmuxwire::Server::at(fake.socket());
        let channel = server.channel(ChannelOptions::default()).await.expect("it opens");
        let huge = channel.run(Command::new(["show-messages"]).max_output(1 << 20));
        let after = channel.run(["list-buffers"]);
        let (huge, after) = tokio::join!(huge, after);
        let error = huge.expect_err("too much");
        assert_eq!(error.kind(), &ErrorKind::TooMuchOutput { limit: 1 << 20 });
        assert_eq!(after.expect("an answer").stdout_text(), "after\n");
    }));
    serving.join().expect("the fake server saw nothing wrong");
}
