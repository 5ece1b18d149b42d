//! Commands through a channel.

use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::blocking::Server;
use tmuxwire::{ChannelOptions, Command, Delivery, ErrorKind};

use crate::support::{on_each_release, open, print, text_of, ways};

#[test]
fn commands_are_answered_on_one_connection() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            for number in 0..100 {
                let text = format!("answer {number}");
                assert_eq!(text_of(channel.run(print(&text))), format!("{text}\n"));
            }
            let list = channel.run(["ls", "-F", "a", ";", "ls", "-F", "b"]);
            assert_eq!(text_of(list), "a\nb\n");
            assert_eq!(channel.end(), None);
        }
    });
}

#[test]
fn errors_read_as_on_a_connection_of_their_own() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().attach());
        let commands: [&[&str]; 8] = [
            &["kill-session", "-t", "=nobody"],
            &["has-session", "-t", "=nobody"],
            &["list-panes", "-t", "main:7"],
            &["list-sessions", "-Z"],
            &["set-option", "-g", "no-such-option", "1"],
            &["resize-pane", "-t", "main", "-x", "wide"],
            &["list-sessions", "-F", "x", ";", "kill-session", "-t", "=nobody"],
            &["frobnicate"],
        ];
        for command in commands {
            let apart = Server::at(server.socket()).run(command).expect("an answer");
            assert_eq!(channel.run(command).expect("an answer"), apart, "{command:?}");
        }
    });
}

#[test]
fn a_deadline_loses_that_answer_only() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            server.signal(Signal::SIGSTOP);
            let late = Command::new(print("late")).deadline(Duration::from_millis(200));
            let error = channel.run(late.clone()).expect_err("nobody answers");
            assert_eq!(error.kind(), &ErrorKind::TimedOut);
            assert_eq!(error.delivery(), Delivery::MayHaveRun);
            // Now one who waits while another one reads.
            std::thread::scope(|scope| {
                let patient = scope.spawn(|| text_of(channel.run(print("patient"))));
                let error = channel.run(late).expect_err("nobody answers");
                assert_eq!(error.kind(), &ErrorKind::TimedOut);
                server.signal(Signal::SIGCONT);
                assert_eq!(patient.join().expect("an answer"), "patient\n");
            });
            assert_eq!(text_of(channel.run(print("next"))), "next\n");
        }
    });
}

#[test]
fn an_answer_beyond_the_limit_is_an_error() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default());
        let command = Command::new(print("twelve bytes")).max_output(12);
        let error = channel.run(command).expect_err("an LF too much");
        assert_eq!(error.kind(), &ErrorKind::TooMuchOutput { limit: 12 });
        assert_eq!(error.delivery(), Delivery::Answered);
        assert_eq!(text_of(channel.run(print("next"))), "next\n");
    });
}

#[test]
fn what_a_channel_cannot_carry_takes_another_way() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default());
        let file = server.home().join("file");
        std::fs::write(&file, "from a file").expect("a file");
        let file = file.to_str().expect("printable");
        assert!(channel.run(["load-buffer", "-b", "x", file]).expect("an answer").is_success());
        assert_eq!(text_of(channel.run(["show-buffer", "-b", "x"])), "from a file");
        // A name that gets another meaning has it from then on.
        assert_eq!(text_of(channel.run(["list-sessions", "-F", "own"])), "own\n");
        let alias = "list-sessions=display-message -p other ; display-message -p more";
        let set = channel.run(["set-option", "-s", "command-alias[50]", alias]);
        assert!(set.expect("an answer").is_success());
        let apart = text_of(Server::at(server.socket()).run(["list-sessions"]));
        assert_eq!(text_of(channel.run(["list-sessions"])), apart);
        assert_eq!(text_of(channel.run(print("next"))), "next\n");
    });
}

#[test]
fn a_line_longer_than_the_pipe_is_carried() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().attach());
        let text = "x".repeat(300_000);
        assert!(channel.run(["set-buffer", "-b", "x", &text]).expect("an answer").is_success());
        assert_eq!(channel.run(["show-buffer", "-b", "x"]).expect("text").stdout, text);
    });
}

#[test]
fn looking_before_sleeping_changes_no_answer() {
    on_each_release(|server| {
        let options = ChannelOptions::default().spin(Duration::from_micros(60));
        let channel = open(&server, options);
        for number in 0..500 {
            let text = number.to_string();
            let command = Command::new(print(&text)).deadline(Duration::from_secs(60));
            assert_eq!(text_of(channel.run(command)), format!("{text}\n"));
        }
    });
}
