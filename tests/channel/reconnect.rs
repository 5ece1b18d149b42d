//! Connections that end and are made again, or not.

use std::time::Duration;

use tmuxwire::{
    Channel, ChannelOptions, End, ErrorKind, Event, Notification, Reconnect, Watch, Watched,
};
use tmuxwire_testkit::{FakeServer, Peer, TestServer, wait_until};

use crate::support::{asked, beside_each_release, open, within};

fn attached(reconnect: Reconnect) -> ChannelOptions {
    ChannelOptions::default().attach_to("main").reconnect(reconnect)
}

async fn answers(channel: &Channel) {
    let answer = within(channel.run(["display-message", "-p", "text"])).await;
    assert_eq!(answer.expect("an answer").stdout_text(), "text\n");
}

/// Reads events up to the gap; nothing else is told in between but what happened.
async fn gap(events: &mut tmuxwire::Events) {
    let search = async {
        loop {
            match events.next().await {
                Some(Event::Gap) => return,
                Some(Event::Notification(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    within(search).await;
}

async fn value(watched: &mut tmuxwire::Subscription, wanted: &str) {
    let value = within(watched.next()).await;
    assert!(
        matches!(&value, Some(Watched::Value { value, .. }) if value == wanted),
        "{value:?} is not {wanted}"
    );
}

async fn detach(server: &TestServer, channel: &Channel) {
    assert!(channel.is_attached());
    let name = asked(server, ["list-clients", "-F", "#{client_name}"]);
    assert_eq!(asked(server, ["detach-client", "-t", &name]), "");
}

#[test]
fn a_detached_channel_comes_back_to_the_same_server() {
    beside_each_release(|server| async move {
        let channel = open(&server, attached(Reconnect::SameServer)).await;
        let mut events = channel.events();
        let watches = server.release().is_at_least(3, 2);
        server.tmux(["set-option", "-g", "@value", "before"]);
        let mut watched = match watches {
            true => Some(channel.subscribe(Watch::Session, "#{@value}").await.expect("watched")),
            false => None,
        };
        if let Some(watched) = &mut watched {
            value(watched, "before").await;
        }
        for round in 0..3 {
            detach(&server, &channel).await;
            gap(&mut events).await;
            answers(&channel).await;
            assert_eq!(channel.end(), None);
            if let Some(watched) = &mut watched {
                assert_eq!(within(watched.next()).await, Some(Watched::Gap));
                // The values of now come once more.
                value(watched, if round == 0 { "before" } else { "after" }).await;
                if round == 0 {
                    server.tmux(["set-option", "-g", "@value", "after"]);
                    value(watched, "after").await;
                }
            }
        }
    });
}

#[test]
fn another_server_on_the_socket_is_not_the_same() {
    beside_each_release(|mut server| async move {
        for options in [
            attached(Reconnect::SameServer),
            ChannelOptions::default().reconnect(Reconnect::SameServer),
        ] {
            let channel = open(&server, options).await;
            let mut events = channel.events();
            server.kill();
            server.restart();
            assert_eq!(within(channel.ended()).await, End::ServerGone);
            let error = channel.run(["list-sessions"]).await.expect_err("it has ended");
            assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::ServerGone));
            while within(events.next()).await.is_some() {}
            wait_until("nobody is connected", || server.connections() == 0);
        }
    });
}

#[test]
fn any_server_on_the_socket_is_taken_if_that_is_wanted() {
    beside_each_release(|mut server| async move {
        for options in [
            attached(Reconnect::AnyServer),
            ChannelOptions::default().reconnect(Reconnect::AnyServer),
        ] {
            let channel = open(&server, options).await;
            let mut events = channel.events();
            for _ in 0..2 {
                let before = channel.info().expect("open").pid;
                server.kill();
                // Asked while nobody is there, it waits for the next one.
                let asking = tokio::spawn({
                    let channel = channel.clone();
                    async move { channel.run(["display-message", "-p", "asked"]).await }
                });
                server.restart();
                gap(&mut events).await;
                match within(asking).await.expect("no panic") {
                    Ok(answer) => assert_eq!(answer.stdout_text(), "asked\n"),
                    // It was written before the channel knew.
                    Err(error) => {
                        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::ServerGone));
                    }
                }
                answers(&channel).await;
                let now = channel.info().expect("open").pid;
                assert!(now != before && now.cast_unsigned() == server.pid());
            }
        }
    });
}

#[test]
fn a_channel_that_is_not_to_come_back_does_not() {
    beside_each_release(|server| async move {
        let channel = open(&server, attached(Reconnect::Never)).await;
        let mut events = channel.events();
        detach(&server, &channel).await;
        let end = End::Detached { session: "main".to_owned() };
        assert_eq!(within(channel.ended()).await, end);
        while let Some(event) = within(events.next()).await {
            assert!(matches!(event, Event::Notification(_)), "{event:?}");
        }
    });
}

/// A server that closes whatever it is asked.
fn refuse(peer: Peer) {
    peer.hear_byte();
}

/// Connections that no try makes more than a few of.
const REFUSED: usize = 16;

#[test]
fn a_new_connection_is_one_gap_however_many_were_tried() {
    beside_each_release(|mut server| async move {
        let again = attached(Reconnect::AnyServer).reconnect_pause(Duration::from_millis(1));
        let channel = open(&server, again).await;
        let mut events = channel.events();
        // Somebody reads all the time: gaps that wait side by side would be one.
        let reading = tokio::spawn(async move {
            let mut gaps = 0;
            loop {
                match events.next().await.expect("the window's new name") {
                    Event::Gap => gaps += 1,
                    Event::Notification(Notification::WindowRenamed { name, .. })
                        if name == "last" =>
                    {
                        return gaps;
                    }
                    _ => {}
                }
            }
        });
        for round in 1..=2 {
            server.kill();
            let fake = FakeServer::new();
            std::fs::rename(fake.socket(), server.socket()).expect("a socket");
            let refused = fake.serve([refuse; REFUSED]);
            tokio::task::spawn_blocking(|| refused.join()).await.expect("it ends").expect("all");
            std::fs::remove_file(server.socket()).expect("a socket");
            drop(fake);
            server.restart();
            answers(&channel).await;
            let name = if round == 2 { "last" } else { "first" };
            server.tmux(["rename-window", "-t", "main:", name]);
        }
        assert_eq!(within(reading).await.expect("no panic"), 2);
    });
}
