//! A channel keeps no server alive that should end, and ends none that should stay.

use nix::sys::signal::Signal;
use tmuxwire::{Channel, ChannelOptions, End, Reconnect};
use tmuxwire_testkit::{Person, TestServer, wait_for_exit};

use crate::support::{asked, beside_each_release, on_each_release, open, within};

/// Ends a server, and returns once it is gone. Meanwhile the channels' clock stands still: a server that
/// stays for anything but what it is told, stays for ever.
async fn end_without_time(
    server: TestServer,
    end: impl FnOnce(&TestServer) + Send + 'static,
) -> TestServer {
    tokio::time::pause();
    let ended = tokio::task::spawn_blocking(move || {
        end(&server);
        wait_for_exit(server.pid());
        server
    });
    let server = ended.await.expect("it ends by itself");
    tokio::time::resume();
    server
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

async fn ends_at_once(server: TestServer, end: fn(&TestServer)) {
    let channels = channels(&server).await;
    let _server = end_without_time(server, end).await;
    for channel in channels {
        let why = within(channel.ended()).await;
        let attached = why == End::SessionGone;
        assert!(attached || why == End::ServerGone, "{why:?}");
    }
}

fn last_session_ends(server: &TestServer) {
    assert!(server.tmux(["kill-session", "-t", "main"]).status.success());
}

#[test]
fn a_killed_server_is_gone_at_once() {
    on_each_release(|server| {
        ends_at_once(server, |server| {
            assert!(server.tmux(["kill-server"]).status.success());
        })
    });
}

#[test]
fn a_server_that_is_told_to_end_is_gone_at_once() {
    on_each_release(|server| ends_at_once(server, |server| server.signal(Signal::SIGTERM)));
}

#[test]
fn a_server_without_sessions_is_gone_at_once() {
    on_each_release(|server| ends_at_once(server, last_session_ends));
}

#[test]
fn a_server_whose_last_program_ends_is_gone_at_once() {
    on_each_release(|server| {
        ends_at_once(server, |server| {
            server.tmux(["send-keys", "-t", "main:", "C-d"]);
        })
    });
}

#[test]
fn a_server_that_is_to_end_with_its_last_person_does() {
    on_each_release(|server| async move {
        if !server.release().is_at_least(3, 2) {
            // It tells no control client that somebody has detached; `ChannelOptions` says so.
            return;
        }
        let person = Person::attach(&server, "main", 80, 24);
        server.tmux(["set-option", "-s", "exit-unattached", "on"]);
        let channel = open(&server, ChannelOptions::default()).await;
        let busy = channel.clone();
        tokio::spawn(async move { while busy.run(["list-sessions"]).await.is_ok() {} });
        let _server = end_without_time(server, |server| person.detach(server)).await;
        assert_eq!(within(channel.ended()).await, End::ServerGone);
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
