//! Connections after the first.

use std::thread;
use std::time::Duration;

use tmuxwire::{ChannelOptions, Command, Delivery, End, ErrorKind, Reconnect};
use tmuxwire_testkit::wait_until;

use crate::support::{on_each_release, open, print, text_of};

#[test]
fn a_channel_finds_the_next_server() {
    on_each_release(|mut server| {
        let channel = open(&server, ChannelOptions::default().reconnect(Reconnect::AnyServer));
        let before = channel.info().expect("a server").pid;
        server.kill();
        wait_until("the channel has noticed", || channel.info().is_none());
        assert_eq!(channel.end(), None);
        let soon = Command::new(print("x")).deadline(Duration::from_millis(150));
        let error = channel.run(soon).expect_err("no server");
        assert_eq!((error.kind(), error.delivery()), (&ErrorKind::TimedOut, Delivery::NotSent));
        server.restart();
        thread::scope(|scope| {
            for number in 0..8 {
                let channel = channel.clone();
                scope.spawn(move || {
                    let text = number.to_string();
                    assert_eq!(text_of(channel.run(print(&text))), format!("{text}\n"));
                });
            }
        });
        assert_ne!(channel.info().expect("a server").pid, before);
    });
}

#[test]
fn a_channel_comes_back_to_the_same_server_only() {
    on_each_release(|mut server| {
        let options = ChannelOptions::default().attach().reconnect(Reconnect::SameServer);
        let channel = open(&server, options);
        assert!(server.tmux(["detach-client", "-s", "main"]).status.success());
        wait_until("the channel has noticed", || channel.info().is_none());
        assert_eq!(text_of(channel.run(print("again"))), "again\n");
        assert!(channel.is_attached());
        server.kill();
        server.restart();
        wait_until("the channel has noticed", || channel.info().is_none());
        let error = channel.run(print("late")).expect_err("another server");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::ServerGone));
        assert_eq!(error.delivery(), Delivery::NotSent);
        assert_eq!(channel.end(), Some(End::ServerGone));
    });
}

#[test]
fn a_closed_channel_stays_closed() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().reconnect(Reconnect::AnyServer));
        channel.close();
        wait_until("it is closed", || channel.end().is_some());
        let error = channel.run(print("late")).expect_err("closed");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::Closed));
    });
}
