//! Servers that say the end, and go on writing lines for ever.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::sync::mpsc::channel as pair;
use std::sync::{Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;

use tmuxwire::ChannelOptions;
use tmuxwire::blocking::{Channel, Server};
use tmuxwire_protocol::{ClientEvent, Identified, ServerMessage, Stream};
use tmuxwire_testkit::{FakeServer, Peer, Serve};

/// More than any of this takes.
const PATIENCE: Duration = Duration::from_secs(60);
const NEWS: &[u8] = b"%sessions-changed\n";

/// Who a client is, if it is a control client; other clients are told that this is a 3.8.
fn control_client(peer: &mut Peer) -> Option<Box<Identified>> {
    loop {
        match peer.hear().expect("no harm") {
            Some(ClientEvent::Identified(client)) if client.stdout.is_some() => {
                return Some(client);
            }
            Some(ClientEvent::Command(_)) => break,
            Some(_) => {}
            None => return None,
        }
    }
    let stream = Stream(1);
    peer.say(&ServerMessage::WriteOpen { stream, fd: 1, flags: 0, path: None });
    peer.say(&ServerMessage::Write { stream, data: "3.8\n".into() });
    peer.exit(0);
    None
}

/// Writes lines for as long as somebody could read them.
fn write_for_ever(mut out: File) {
    let lines = NEWS.repeat(3000);
    while out.write_all(&lines).is_ok() {}
}

/// Says the end when the pipe has been filled to the brim by writes that block.
fn floods_an_opening(mut peer: Peer) {
    let Some(client) = control_client(&mut peer) else { return drop(peer.rest()) };
    let mut out = File::from(client.stdout.expect("a pipe"));
    let again = out.try_clone().expect("a descriptor");
    out.write_all(NEWS).expect("a reader");
    spawn(move || write_for_ever(again));
    peer.exit(0);
    peer.rest();
}

/// Answers each line, and then says the end while eight write.
fn floods_the_end(mut peer: Peer, open: impl FnOnce()) {
    let Some(client) = control_client(&mut peer) else { return drop(peer.rest()) };
    let lines = BufReader::new(File::from(client.stdin.expect("a pipe")));
    let out = File::from(client.stdout.expect("a pipe"));
    let mut answers = out.try_clone().expect("a descriptor");
    spawn(move || {
        let mut number = 0;
        for line in lines.lines().map_while(Result::ok) {
            let mark = line.starts_with("tmuxwire-");
            for _ in 0..if mark { 1 } else { line.matches(" ; ").count() + 1 } {
                number += 1;
                let guard = format!("1700000000 {number} 1");
                let answer = match mark {
                    true => format!(
                        "%begin {guard}\nparse error: unknown command: {line}\n%error {guard}\n"
                    ),
                    false => format!("%begin {guard}\n%end {guard}\n"),
                };
                if answers.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        }
    });
    open();
    for _ in 0..8 {
        let out = out.try_clone().expect("a descriptor");
        spawn(move || write_for_ever(out));
    }
    peer.exit(0);
    peer.rest();
}

/// A server that serves each connection of a client in this way.
fn serve(how: impl Fn(Peer) + Clone + Send + 'static) -> FakeServer {
    let fake = FakeServer::new();
    let ways: [Serve; 4] = std::array::from_fn(|_| {
        let how = how.clone();
        Box::new(move |peer: Peer| drop(spawn(move || how(peer)))) as Serve
    });
    let _ends_with_the_test = fake.serve_each(ways);
    fake
}

fn within<T: Send + 'static>(what: &str, act: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = pair();
    spawn(move || drop(sender.send(act())));
    receiver.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{what} takes for ever"))
}

fn open(fake: &FakeServer) -> tmuxwire::Result<Channel> {
    Server::at(fake.socket()).channel(ChannelOptions::default())
}

#[test]
fn an_end_while_a_channel_opens_is_not_held_up_by_a_full_pipe() {
    let fake = serve(floods_an_opening);
    let socket = fake.socket();
    let opened =
        within("opening", move || Server::at(socket).channel(ChannelOptions::default()).map(drop));
    opened.expect_err("the server has said the end");
}

#[test]
fn an_end_is_an_end_for_one_who_never_stops_writing() {
    let (opened, is_open) = pair();
    let (opened, is_open) = (opened, Arc::new(Mutex::new(is_open)));
    let fake = serve(move |peer| {
        let is_open = is_open.clone();
        floods_the_end(peer, move || {
            let _ = is_open.lock().map(|is_open| is_open.recv());
        });
    });
    let channel = open(&fake).expect("a channel");
    opened.send(()).expect("a server");
    within("the end", move || {
        while channel.end().is_none() {
            std::thread::yield_now();
        }
        channel.run(["list-sessions"]).expect_err("it has ended");
    });
}
