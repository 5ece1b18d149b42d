//! A channel that nobody uses doesn't hold its server up. In a process of its own, one after the
//! other, because a busy machine would count as the channel's fault.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use tmuxwire::blocking::{Channel, Server};
use tmuxwire::{ChannelOptions, End};
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// Longest that a channel may keep a server that would go: far less than the second for which it leaves
/// one alone that is ending.
const GOES_WITHIN: Duration = Duration::from_millis(500);
/// Of so many times the shortest tells what a channel costs; a busy machine only adds.
const TIMES: usize = 3;

/// Lets a server with an idle channel go, and tells how long that took and how the channel ended.
fn let_go(server: &TestServer, channel: &Channel, end: &[&str]) -> (Duration, End) {
    let mut tmux = server.command();
    let started = Instant::now();
    assert!(tmux.args(end).status().expect("tmux runs").success());
    wait_until("the server is gone", || !server.is_alive());
    let took = started.elapsed();
    println!("tmux {}, {}: {took:?}", server.release().version, end[0]);
    wait_until("the channel has ended", || channel.end().is_some());
    (took, channel.end().expect("an end"))
}

/// A server that goes in this way does so at once.
fn goes(way: impl Fn() -> Duration) {
    let took = [(); TIMES].map(|()| way());
    assert!(took.iter().any(|took| *took <= GOES_WITHIN), "{took:?}");
}

fn last_session_goes(server: &TestServer, channel: &Channel) -> Duration {
    let (took, end) = let_go(server, channel, &["kill-session", "-t", "main"]);
    assert!(matches!(end, End::ServerGone | End::SessionGone), "{end:?}");
    took
}

#[test]
fn an_idle_channel_lets_its_server_go() {
    for release in releases() {
        for options in [ChannelOptions::default(), ChannelOptions::default().attach()] {
            let start = || {
                let server = TestServer::start(&release);
                let channel = Server::at(server.socket()).channel(options.clone());
                (server, channel.expect("a channel"))
            };
            goes(|| {
                let (server, channel) = start();
                let (took, end) = let_go(&server, &channel, &["kill-server"]);
                assert_eq!(end, End::ServerGone);
                took
            });
            // The last session's end, long after the last command and right behind it.
            goes(|| {
                let (server, channel) = start();
                assert!(server.tmux(["new-session", "-d"]).status.success());
                assert!(server.tmux(["kill-session", "-a", "-t", "main"]).status.success());
                last_session_goes(&server, &channel)
            });
            goes(|| {
                let (server, channel) = start();
                channel.run(["list-sessions"]).expect("an answer");
                last_session_goes(&server, &channel)
            });
        }
    }
}
