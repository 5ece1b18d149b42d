//! The same command lines through `tmux`, through `tmuxwire` and through the library, async,
//! blocking and by a channel, on twin servers: the same output, error text, status and state left behind.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "parity/by_channel.rs"]
mod by_channel;
#[path = "parity/case.rs"]
mod case;
#[path = "parity/commands.rs"]
mod commands;
#[path = "parity/forms.rs"]
mod forms;
#[path = "parity/lists.rs"]
mod lists;
#[path = "parity/text.rs"]
mod text;
#[path = "parity/twins.rs"]
mod twins;

use std::collections::BTreeSet;
use std::process::Stdio;

use tmuxwire_testkit::{Gate, TestServer, releases, wait_until};

use crate::case::{Case, all, fed};
use crate::twins::{Answer, Twins};

/// Runs cases in order on fresh twins of every release. At least so many of them must have gone
/// through the channel itself.
fn same_answers(name: &str, cases: &[Case], carried: usize) {
    for release in releases() {
        let mut twins = Twins::start(&release);
        for case in cases {
            twins.compare(case);
        }
        println!("tmux {}: {} {name}, {} answers", release.version, cases.len(), twins.answers);
        println!("tmux {}: {} through the channel itself", release.version, twins.carried());
        assert!(twins.answers >= 2 * cases.len());
        assert!(twins.carried() >= carried, "{} through the channel", twins.carried());
    }
}

#[test]
fn the_most_used_forms_answer_the_same() {
    same_answers("most used forms", forms::FORMS, 70);
}

#[test]
fn every_command_answers_the_same() {
    same_answers("commands", commands::COMMANDS, 155);
}

#[test]
fn lists_and_failures_answer_the_same() {
    same_answers("lists and failures", lists::LISTS, 40);
}

#[test]
fn any_text_answers_the_same() {
    same_answers("texts", text::TEXTS, 55);
}

/// Commands that wait for each other, for locks and for jobs, and others in between.
#[test]
fn what_waits_at_the_same_time_answers_the_same() {
    const WAITING: &[Case] = &[
        all(&["wait-for", "a"]),
        all(&["display-message", "-p", "before", ";", "wait-for", "b", ";", "ls", "-F", "after"]),
        all(&["wait-for", "c", ";", "kill-session", "-t", "missing", ";", "wait-for", "never"]),
        all(&["wait-for", "-L", "lock", ";", "display-message", "-p", "locked"]),
        all(&["if-shell", "read x <HOME/gate1", "display-message -p yes", "display-message -p no"]),
        all(&["run-shell", "read x <HOME/gate2; echo out; echo error >&2; exit 5"]),
        fed(&["load-buffer", "-b", "fed", "-", ";", "wait-for", "d"], b"input"),
    ];
    const OTHERS: &[Case] = &[
        all(&["list-sessions", "-F", "#{session_name}"]),
        all(&["display-message", "-p", "text"]),
        all(&["kill-session", "-t", "missing"]),
        all(&["set-option", "-g", "@set", "value"]),
        all(&["capture-pane", "-p", "-t", "main"]),
    ];
    let cases = || WAITING.iter().chain(OTHERS.iter().cycle().take(25));
    for release in releases() {
        let mut twins = Twins::start(&release);
        let cases: Vec<&Case> = cases().collect();
        let _gates = twins.each(|server| {
            assert!(server.tmux(["wait-for", "-L", "lock"]).status.success());
            ["gate1", "gate2"].map(|name| Gate::new(server.home(), name))
        });
        twins.compare_at_once(&cases, WAITING.len(), |server| {
            server.tmux(["wait-for", "-U", "lock"]);
            for channel in ["a", "b", "c", "d"] {
                server.tmux(["wait-for", "-S", channel]);
            }
            for gate in ["gate1", "gate2"] {
                std::fs::write(server.home().join(gate), "go\n").expect("a gate");
            }
        });
        twins.compare_states(&WAITING[0]);
        println!("tmux {}: {} at once", release.version, cases.len());
    }
}

/// Whatever a server lists as a command stands in some case, by its name or its alias.
#[test]
fn no_command_is_left_out() {
    let cases = [forms::FORMS, commands::COMMANDS, lists::LISTS, text::TEXTS];
    assert!(cases.iter().map(|cases| cases.len()).sum::<usize>() >= 250);
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for case in cases.iter().flat_map(|cases| cases.iter()) {
        let mut first = true;
        for word in case.arguments.iter().filter(|word| !word.starts_with('-')) {
            if first {
                words.insert(word);
            }
            first = *word == ";";
        }
    }
    // These need a terminal or the end of the server, and have tests of their own.
    words.extend(["attach-session", "kill-server"]);
    for release in releases() {
        let server = TestServer::start(&release);
        let format = "#{command_list_name} #{command_list_alias}";
        let listed = server.tmux(["list-commands", "-F", format]).stdout;
        let listed = String::from_utf8(listed).expect("text");
        assert!(listed.lines().count() > 80);
        let missing: Vec<&str> = listed
            .lines()
            .filter(|line| !line.split(' ').any(|name| words.contains(name)))
            .collect();
        assert!(missing.is_empty(), "{}: {missing:?}", release.version);
    }
}

/// Whole sessions of a client that speaks control mode on its standard input.
#[test]
fn control_clients_are_the_real_ones() {
    for release in releases() {
        let twins = Twins::start(&release);
        for arguments in [
            &["-C", "attach", "-t", "main"][..],
            &["-C", "attach-session", "-t", "main"],
            &["-C", "attach-session", "-E", "-t", "main"],
        ] {
            let [real, ours] = twins.control(arguments);
            assert_eq!(real, ours, "{} {arguments:?}", release.version);
            assert!(ours.stdout.starts_with(b"%begin T N 0\n%end T N 0\n"), "{ours:?}");
        }
    }
}

/// `tmux -D`: a server in the foreground.
#[test]
fn a_foreground_server_is_the_real_one() {
    for release in releases().iter().filter(|release| release.is_at_least(3, 2)) {
        let answers = ["tmux", "tmuxwire"].map(|which| {
            let directory = TestServer::start(release);
            let socket = directory.home().join("foreground");
            let program = match which {
                "tmux" => release.path.clone(),
                _ => env!("CARGO_BIN_EXE_tmuxwire").into(),
            };
            let mut server = tmuxwire_testkit::command(program, directory.home())
                .env("TMUXWIRE_TMUX", &release.path)
                .args(["-f", "/dev/null", "-D", "-S"])
                .arg(&socket)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("runs");
            let server_at = tmuxwire::blocking::Server::at(&socket).never_start();
            wait_until("the server listens", || server_at.run(["show-options", "-s"]).is_ok());
            assert!(server.try_wait().expect("a child").is_none(), "{which} is in the foreground");
            server_at.run(["kill-server"]).expect("killed");
            Answer::of(server.wait_with_output().expect("ends"), directory.home())
        });
        assert_eq!(answers[0], answers[1], "{}", release.version);
    }
}
