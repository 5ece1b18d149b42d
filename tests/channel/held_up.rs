//! What waits for somebody else holds nobody up, or is told.

use std::os::unix::net::UnixListener;
use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::{ChannelOptions, End, ErrorKind, OutputOptions, Reconnect, Server};
use tmuxwire_testkit::wait_until;

use crate::support::{asked, attached, beside_each_release, on_each_release, open, within};

#[test]
fn keys_for_a_mode_hold_nobody_up() {
    beside_each_release(|server| async move {
        for options in [ChannelOptions::default(), ChannelOptions::default().attach()] {
            let channel = open(&server, options).await;
            for keys in [&["g"][..], &["-l", "g"]] {
                server.tmux(["copy-mode", "-t", "main:"]);
                let asking = tokio::spawn({
                    let (channel, words) =
                        (channel.clone(), [&["send-keys", "-t", "main:"], keys].concat());
                    async move { channel.run(words).await.map(drop) }
                });
                let answer =
                    within(channel.run(["send-keys", "-t", "main:", "-X", "cancel"])).await;
                answer.expect("an answer");
                let answer = within(channel.run(["display-message", "-p", "text"])).await;
                assert_eq!(answer.expect("an answer").stdout_text(), "text\n");
                asking.abort();
            }
            server.tmux(["send-keys", "-t", "main:", "-X", "cancel"]);
            let answer = within(channel.run(["send-keys", "-t", "main:", "typed"])).await;
            assert!(answer.expect("an answer").is_success());
            wait_until("it was typed", || {
                asked(&server, ["capture-pane", "-p", "-t", "main:"]).contains("typed")
            });
            server.tmux(["send-keys", "-t", "main:", "Enter"]);
            channel.close();
        }
    });
}

#[test]
fn a_hook_that_waits_is_told() {
    on_each_release(|server| async move {
        let options = ChannelOptions::default().held_up_after(Duration::from_millis(300));
        let channel = open(&server, options).await;
        server.tmux(["set-hook", "-g", "after-list-panes", "wait-for never"]);
        let _ = within(channel.run(["list-panes", "-t", "main:"])).await;
        let error = within(channel.run(["list-buffers"])).await.expect_err("held up");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::HeldUp));
        assert_eq!(channel.end(), Some(End::HeldUp));
    });
}

/// Each question that is given up stays in its backlog.
#[test]
fn a_stopped_server_is_asked_once_whether_it_answers_others() {
    beside_each_release(|server| async move {
        let options = ChannelOptions::default().held_up_after(Duration::from_millis(20));
        let channel = open(&server, options).await;
        server.signal(Signal::SIGSTOP);
        let asking = channel.clone();
        let asking = tokio::spawn(async move { asking.run(["list-buffers"]).await });
        wait_until("it is asked", || server.backlog() > 0);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(server.backlog(), 1);
        server.signal(Signal::SIGCONT);
        let answer = within(asking).await.expect("no panic").expect("an answer");
        assert!(answer.is_success() && channel.end().is_none(), "{answer:?}");
    });
}

#[test]
fn closing_ends_a_channel_that_is_connecting() {
    on_each_release(|server| async move {
        let channel =
            open(&server, ChannelOptions::default().reconnect(Reconnect::AnyServer)).await;
        server.kill();
        let _ = std::fs::remove_file(server.socket());
        let silent = UnixListener::bind(server.socket()).expect("a socket");
        let taken =
            tokio::task::spawn_blocking(move || silent.accept().map(|taken| (taken, silent)));
        let _taken = within(taken).await.expect("no panic").expect("it connects");
        channel.close();
        assert_eq!(within(channel.ended()).await, End::Closed);
    });
}

#[test]
fn a_lossless_stream_can_be_asked_at_any_time() {
    beside_each_release(|server| async move {
        if !server.release().is_at_least(3, 2) {
            return;
        }
        let channel = attached(&server).await;
        let pane = asked(&server, ["display-message", "-p", "-t", "main:", "#{pane_id}"]);
        let pane = pane[1..].parse().map(tmuxwire::PaneId).expect("an id");
        let options = OutputOptions::default().room(1000).lossless(Duration::from_secs(60));
        let stream = channel.pane_output_with(pane, options).await.expect("a stream");
        let text = "x".repeat(2000);
        for _ in 0..20 {
            server.tmux(["send-keys", "-l", "-t", "main:", &text]);
            let answer = within(stream.channel().run(["display-message", "-p", "text"])).await;
            assert_eq!(answer.expect("an answer").stdout_text(), "text\n");
        }
    });
}

#[test]
fn the_reason_is_not_that_of_another_failure() {
    on_each_release(|server| async move {
        server.tmux(["new-session", "-d", "-s", "other"]);
        let channel = open(&server, ChannelOptions::default().attach_to("other")).await;
        let failed = within(channel.run(["select-window", "-t", "no:such"])).await;
        assert!(!failed.expect("an answer").is_success());
        let name = asked(&server, ["list-clients", "-F", "#{client_name}"]);
        for words in
            [&["suspend-client", "-t", &name][..], &["detach-client", "-E", "true", "-t", &name]]
        {
            server.tmux(words.iter().copied());
            let answer = within(channel.run(["display-message", "-p", "text"])).await;
            assert_eq!(answer.expect("an answer").stdout_text(), "text\n", "{words:?}");
        }
        server.tmux(["kill-session", "-t", "other"]);
        assert_eq!(within(channel.ended()).await, End::SessionGone);
    });
}

#[test]
fn a_first_channel_can_wait_for_a_server() {
    beside_each_release(|mut server| async move {
        server.kill();
        let waiting = tokio::spawn({
            let server = Server::at(server.socket());
            let options = ChannelOptions::default().wait_for_server(Duration::from_secs(20));
            async move { server.channel(options).await }
        });
        let none = Server::at(server.socket()).channel(ChannelOptions::default()).await;
        assert!(none.is_err());
        server.restart();
        let channel = within(waiting).await.expect("no panic").expect("a channel");
        assert_eq!(channel.end(), None);
    });
}
