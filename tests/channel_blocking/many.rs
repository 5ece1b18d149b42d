//! Many commands, many threads, many channels.

use std::thread;

use tmuxwire::ChannelOptions;
use tmuxwire_testkit::{TestServer, releases, system};

use crate::support::{on_each_release, open, print, text_of, ways};

#[test]
fn every_thread_gets_its_own_answers() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            thread::scope(|scope| {
                for thread in 0..16 {
                    let channel = channel.clone();
                    scope.spawn(move || {
                        for number in 0..500 {
                            let text = format!("{thread} {number}");
                            assert_eq!(text_of(channel.run(print(&text))), format!("{text}\n"));
                        }
                    });
                }
            });
        }
    });
}

#[test]
fn many_commands_are_answered_in_order() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default());
        let texts: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
        let answers = channel.run_all(texts.iter().map(|text| print(text)));
        assert_eq!(answers.len(), texts.len());
        for (text, answer) in texts.iter().zip(answers) {
            assert_eq!(text_of(answer), format!("{text}\n"));
        }
    });
}

/// Both pipes are full for most of the time.
#[test]
fn large_commands_with_large_answers_hold_nobody_up() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().attach());
        let text = "y".repeat(100_000);
        assert!(channel.run(["set-buffer", "-b", "y", &text]).expect("an answer").is_success());
        let commands: Vec<[&str; 4]> = (0..200)
            .map(|number| match number % 2 {
                0 => ["set-buffer", "-b", "z", &text],
                _ => ["show-buffer", "-b", "y", ";"],
            })
            .collect();
        thread::scope(|scope| {
            let all = scope.spawn(|| channel.run_all(commands));
            for number in 0..100 {
                let text = number.to_string();
                assert_eq!(text_of(channel.run(print(&text))), format!("{text}\n"));
            }
            let answers = all.join().expect("answers");
            let sizes = answers.into_iter().map(|answer| answer.expect("an answer").stdout.len());
            assert_eq!(sizes.sum::<usize>(), 100 * text.len());
        });
    });
}

/// A server runs lines as fast as it reads them; it must not have to hold all that they print.
#[test]
fn the_server_holds_few_answers_at_a_time() {
    on_each_release(|server| {
        let peak = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid()));
            let status = status.expect("the kernel's word");
            let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
            line.split_whitespace().nth(1).expect("kB").parse::<u64>().expect("a number")
        };
        let text = "z".repeat(10_000);
        assert!(server.tmux(["set-option", "-g", "@big", &text]).status.success());
        let channel = open(&server, ChannelOptions::default().attach());
        let before = peak();
        let answers = channel.run_all((0..5000).map(|_| print("#{@big}")));
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|a| a.stdout.len() > 9_000)));
        let grown = peak() - before;
        assert!(grown < 10_000, "{grown} kB for 50 MB of answers");
    });
}

#[test]
fn a_list_of_commands_goes_on_after_what_is_refused_or_goes_apart() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default());
        let missing = ["kill-session", "-t", "=nobody"];
        let apart = ["run-shell", "-b", "true"];
        let answers =
            channel.run_all([print("a"), missing, print("b"), apart, print("c"), print("d")]);
        let seen: Vec<(i32, String)> = answers
            .into_iter()
            .map(|answer| answer.expect("an answer"))
            .map(|output| (output.status, output.stdout_text().into_owned()))
            .collect();
        let text = |status: i32, text: &str| (status, text.to_owned());
        assert_eq!(
            seen,
            [
                text(0, "a\n"),
                text(1, ""),
                text(0, "b\n"),
                text(0, ""),
                text(0, "c\n"),
                text(0, "d\n")
            ]
        );
    });
}

#[test]
fn fifty_channels_live_side_by_side() {
    for release in releases() {
        let server = TestServer::start(&release);
        let channels: Vec<_> = (0..50).map(|_| open(&server, ChannelOptions::default())).collect();
        for round in 0..3 {
            for (number, channel) in channels.iter().enumerate() {
                let text = format!("{round} {number}");
                assert_eq!(text_of(channel.run(print(&text))), format!("{text}\n"));
            }
        }
    }
}

/// Two threads with lists that keep both pipes busy, and nobody starves.
#[test]
fn lists_of_several_threads_are_all_answered() {
    let server = TestServer::start(&system());
    let channel = open(&server, ChannelOptions::default());
    thread::scope(|scope| {
        for thread in 0..4 {
            let channel = channel.clone();
            scope.spawn(move || {
                let texts: Vec<String> = (0..5000).map(|n| format!("{thread} {n}")).collect();
                let answers = channel.run_all(texts.iter().map(|text| print(text)));
                for (text, answer) in texts.iter().zip(answers) {
                    assert_eq!(text_of(answer), format!("{text}\n"));
                }
            });
        }
    });
}
