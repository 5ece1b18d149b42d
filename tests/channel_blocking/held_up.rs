//! What waits for somebody else holds nobody up, or is told.

use std::os::unix::net::UnixListener;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::blocking::Server;
use tmuxwire::{ChannelOptions, End, ErrorKind, Reconnect};
use tmuxwire_testkit::wait_until;

use crate::support::{on_each_release, open, print, text_of, ways};

#[test]
fn keys_for_a_mode_hold_nobody_up() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            for keys in [&["g"][..], &["-l", "g"]] {
                assert!(server.tmux(["copy-mode", "-t", "main:"]).status.success());
                // They ask a person, and nobody answers: it ends with the server.
                let asking = channel.clone();
                let words = [&["send-keys", "-t", "main:"], keys].concat();
                let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
                thread::spawn(move || asking.run(words).map(drop));
                let answer = channel.run(["send-keys", "-t", "main:", "-X", "cancel"]);
                answer.expect("an answer");
                assert_eq!(text_of(channel.run(print("text"))), "text\n");
            }
            channel.close();
        }
    });
}

#[test]
fn a_hook_that_waits_is_told() {
    on_each_release(|server| {
        let options = ChannelOptions::default().held_up_after(Duration::from_millis(300));
        let channel = open(&server, options);
        server.tmux(["set-hook", "-g", "after-list-panes", "wait-for never"]);
        let _ = channel.run(["list-panes", "-t", "main:"]);
        let error = channel.run(["list-buffers"]).expect_err("held up");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::HeldUp));
        assert_eq!(channel.end(), Some(End::HeldUp));
    });
}

/// Each question that is given up stays in its backlog.
#[test]
fn a_stopped_server_is_asked_less_and_less_often_whether_it_answers_others() {
    on_each_release(|server| {
        let options = ChannelOptions::default().held_up_after(Duration::from_millis(20));
        let channel = open(&server, options);
        server.signal(Signal::SIGSTOP);
        thread::scope(|scope| {
            let asking = scope.spawn(|| channel.run(["list-buffers"]));
            wait_until("it is asked", || server.backlog() > 0);
            thread::sleep(Duration::from_millis(600));
            let asked = server.backlog();
            server.signal(Signal::SIGCONT);
            assert!(asked <= 6, "{asked}");
            let answer = asking.join().expect("no panic").expect("an answer");
            assert!(answer.is_success() && channel.end().is_none(), "{answer:?}");
        });
    });
}

/// Whoever it meets there takes the connection and says nothing.
#[test]
fn closing_ends_a_channel_that_is_connecting() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().reconnect(Reconnect::AnyServer));
        server.kill();
        wait_until("the channel has noticed", || channel.info().is_none());
        std::fs::remove_file(server.socket()).expect("a socket");
        let silent = UnixListener::bind(server.socket()).expect("a socket");
        thread::scope(|scope| {
            let call = scope.spawn(|| channel.run(print("never")));
            let _taken = silent.accept().expect("it connects");
            channel.close();
            assert_eq!(channel.end(), Some(End::Closed));
            let error = call.join().expect("it returns").expect_err("closed");
            assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::Closed));
        });
        let error = channel.run(print("late")).expect_err("closed");
        assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::Closed));
    });
}

#[test]
fn the_reason_is_not_that_of_another_failure() {
    on_each_release(|server| {
        server.tmux(["new-session", "-d", "-s", "other"]);
        let channel = open(&server, ChannelOptions::default().attach_to("other"));
        let failed = channel.run(["select-window", "-t", "no:such"]);
        assert!(!failed.expect("an answer").is_success());
        let names = server.tmux(["list-clients", "-F", "#{client_name}"]).stdout;
        let name = String::from_utf8_lossy(&names).trim().to_owned();
        for words in
            [&["suspend-client", "-t", &name][..], &["detach-client", "-E", "true", "-t", &name]]
        {
            server.tmux(words.iter().copied());
            assert_eq!(text_of(channel.run(print("text"))), "text\n", "{words:?}");
        }
        server.tmux(["kill-session", "-t", "other"]);
        wait_until("the channel has ended", || channel.end().is_some());
        assert_eq!(channel.end(), Some(End::SessionGone));
    });
}

#[test]
fn a_first_channel_can_wait_for_a_server() {
    on_each_release(|mut server| {
        server.kill();
        let socket = server.socket();
        let waiting = thread::spawn(move || {
            let options = ChannelOptions::default().wait_for_server(Duration::from_secs(60));
            Server::at(socket).channel(options)
        });
        let none = Server::at(server.socket()).channel(ChannelOptions::default());
        assert!(none.is_err());
        server.restart();
        let channel = waiting.join().expect("no panic").expect("a channel");
        assert_eq!(channel.end(), None);
    });
}
