//! A channel keeps no server alive that should end, and ends none that should stay.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tmuxwire::{Channel, ChannelOptions, End, Reconnect};
use tmuxwire_testkit::{Person, TestServer, wait_for_exit};

use crate::support::{asked, beside_each_release, open, within};

/// How long a channel may keep a server that is to end: far less than the second for which it leaves one
/// alone that is ending.
const LIMIT: Duration = Duration::from_millis(500);
/// Of so many times the shortest tells what a channel costs; a busy machine only adds.
const TIMES: usize = 3;

/// How long the server still runs after something that should end it.
fn time_to_end(server: &TestServer, end: impl FnOnce(&TestServer)) -> Duration {
    end(server);
    let since = Instant::now();
    wait_for_exit(server.pid());
    since.elapsed()
}

/// Channels of both kinds, idle and busy ones.
async fn channels(server: &TestServer) -> Vec<Channel> {
    let mut channels = Vec::new();
    for _ in 0..2 {
        channels.push(open(server, ChannelOptions::default()).await);
        channels.push(open(server, ChannelOptions::default().attach_to("main")).await);
        let again = ChannelOptions::default().reconnect(Reconnect::SameServer);
        channels.push(open(server, again).await);
    }
    for channel in &channels[..3] {
        let channel = channel.clone();
        tokio::spawn(
            async move { while channel.run(["list-sessions", "-F", "x"]).await.is_ok() {} },
        );
    }
    channels
}

async fn ends_in_time(mut server: TestServer, end: fn(&TestServer)) {
    let mut took = Vec::new();
    for _ in 0..TIMES {
        let channels = channels(&server).await;
        took.push(time_to_end(&server, end));
        for channel in channels {
            let why = within(channel.ended()).await;
            let attached = why == End::SessionGone;
            assert!(attached || why == End::ServerGone, "{why:?}");
        }
        server.restart();
    }
    let version = &server.release().version;
    println!("tmux {version}: gone after {took:?}");
    assert!(took.iter().any(|took| *took <= LIMIT), "tmux {version}: {took:?}");
}

fn last_session_ends(server: &TestServer) {
    assert!(server.tmux(["kill-session", "-t", "main"]).status.success());
}

#[test]
fn a_killed_server_is_gone_at_once() {
    beside_each_release(|server| {
        ends_in_time(server, |server| {
            assert!(server.tmux(["kill-server"]).status.success());
        })
    });
}

#[test]
fn a_server_that_is_told_to_end_is_gone_at_once() {
    beside_each_release(|server| ends_in_time(server, |server| server.signal(Signal::SIGTERM)));
}

#[test]
fn a_server_without_sessions_is_gone_at_once() {
    beside_each_release(|server| ends_in_time(server, last_session_ends));
}

#[test]
fn a_server_whose_last_program_ends_is_gone_at_once() {
    beside_each_release(|server| {
        ends_in_time(server, |server| {
            server.tmux(["send-keys", "-t", "main:", "C-d"]);
        })
    });
}

#[test]
fn a_server_that_is_to_end_with_its_last_person_does() {
    beside_each_release(|mut server| async move {
        let release = server.release().clone();
        if !release.is_at_least(3, 2) {
            // It tells no control client that somebody has detached; `ChannelOptions` says so.
            return;
        }
        let mut took = Vec::new();
        for _ in 0..TIMES {
            let person = Person::attach(&server, "main", 80, 24);
            server.tmux(["set-option", "-s", "exit-unattached", "on"]);
            let channel = open(&server, ChannelOptions::default()).await;
            let busy = channel.clone();
            tokio::spawn(async move { while busy.run(["list-sessions"]).await.is_ok() {} });
            took.push(time_to_end(&server, |server| person.detach(server)));
            assert_eq!(within(channel.ended()).await, End::ServerGone);
            server.restart();
        }
        println!("tmux {}: gone after {took:?}", release.version);
        assert!(took.iter().any(|took| *took <= LIMIT), "tmux {}: {took:?}", release.version);
    });
}

#[test]
fn a_server_that_stays_without_sessions_keeps_its_channel() {
    beside_each_release(|server| async move {
        server.tmux(["set-option", "-s", "exit-empty", "off"]);
        let channel = open(&server, ChannelOptions::default()).await;
        let attached = open(&server, ChannelOptions::default().attach_to("main")).await;
        last_session_ends(&server);
        assert_eq!(within(attached.ended()).await, End::SessionGone);
        assert_eq!(asked(&server, ["list-sessions", "-F", "#{session_name}"]), "");
        for name in ["one", "two"] {
            let made = channel.run(["new-session", "-d", "-s", name]).await;
            assert_eq!(made.expect("an answer").status, 0);
        }
        let list = channel.run(["list-sessions", "-F", "#{session_name}"]).await;
        assert_eq!(list.expect("an answer").stdout_text(), "one\ntwo\n");
        assert!(server.is_alive() && channel.end().is_none());
    });
}
