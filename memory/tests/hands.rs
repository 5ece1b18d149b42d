//! What a test can see and do by hand, on the wire of several versions.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::ErrorKind as IoErrorKind;
use std::path::PathBuf;

use tmuxwire::blocking::Server;
use tmuxwire::{ChannelOptions, Command, ErrorKind, NotTyped};
use tmuxwire_memory::{Fault, MemoryTmux, PaneId};
use tmuxwire_operations::{Key, Plan, SetBuffer};
use tmuxwire_testkit::{command, releases, wait_until};

const VERSIONS: [&str; 6] = ["3.2a", "3.3a", "3.5a", "3.6", "3.7c", "3.8"];

fn server(memory: &MemoryTmux) -> Server {
    Server::at(memory.socket()).never_start()
}

fn out(server: &Server, words: &[&str]) -> String {
    let output = server.run(Command::new(words)).expect("an answer");
    assert_eq!((output.stderr_text().as_ref(), output.status), ("", 0), "{words:?}");
    output.stdout_text().into_owned()
}

/// As with a real server, the answer is that it goes.
fn kill(server: &Server) {
    let gone = server.run(["kill-server"]).expect_err("a server that goes");
    assert!(matches!(gone.kind(), ErrorKind::ServerShutdown), "{gone:?}");
}

#[test]
fn screens_and_typed_text() {
    let memory = MemoryTmux::start().expect("a server");
    let server = server(&memory);
    out(&server, &["new-session", "-d", "-x", "20", "-y", "3"]);
    let pane = PaneId(0);
    memory.set_screen(pane, "one\ntwo  \nthree\nfour\nfive\n").expect("a pane");
    assert_eq!(out(&server, &["capture-pane", "-p"]), "three\nfour\nfive\n");
    assert_eq!(out(&server, &["capture-pane", "-p", "-S", "-"]), "one\ntwo\nthree\nfour\nfive\n");
    assert_eq!(out(&server, &["capture-pane", "-p", "-J", "-S", "-1", "-E", "-1"]), "two  \n");
    assert_eq!(out(&server, &["display-message", "-p", "#{history_size}"]), "2\n");
    out(&server, &["clear-history"]);
    assert_eq!(out(&server, &["capture-pane", "-p", "-S", "-"]), "three\nfour\nfive\n");

    out(&server, &["send-keys", "echo hi", "Enter", "C-c", "M-x", "Up", "Space"]);
    out(&server, &["send-keys", "-l", "Enter;", ";", "send-keys", "-H", "00", "ff"]);
    out(&server, &["set-buffer", "a\nb", ";", "paste-buffer", "-d"]);
    out(&server, &["send-keys", "-N", "3", "q"]);
    let expected = b"echo hi\r\x03\x1bx\x1b[A Enter\0\xffa\rbqqq";
    assert_eq!(memory.typed(pane).expect("a pane"), &expected[..]);

    memory.set_field(pane, "pane_current_path", "/work").expect("a pane");
    assert_eq!(out(&server, &["display-message", "-p", "#{pane_current_path}"]), "/work\n");
    let error = memory.typed(PaneId(9)).expect_err("no such pane");
    assert_eq!(error.kind(), IoErrorKind::NotFound);
    let error = memory.set_screen(pane, "\x1b[2J").expect_err("no text");
    assert_eq!(error.kind(), IoErrorKind::InvalidInput);
}

#[test]
fn a_screen_may_have_colours() {
    let memory = MemoryTmux::start().expect("a server");
    let server = server(&memory);
    out(&server, &["new-session", "-d", "-x", "20", "-y", "2"]);
    memory.set_screen(PaneId(0), "\x1b[1;32mok\x1b[m \x1b[4m1\x1b[0m\n").expect("a pane");
    assert_eq!(out(&server, &["capture-pane", "-p"]), "ok 1\n\n");
    assert_eq!(
        out(&server, &["capture-pane", "-p", "-e"]),
        "\x1b[1;32mok\x1b[m \x1b[4m1\x1b[0m\n\n"
    );
}

#[test]
fn programs_end() {
    let memory = MemoryTmux::start().expect("a server");
    let server = server(&memory);
    out(&server, &["new-session", "-d", ";", "split-window", "-d"]);
    memory.end_program(PaneId(0), 0).expect("a pane");
    assert_eq!(out(&server, &["list-panes", "-F", "#{pane_id}"]), "%1\n");
    out(&server, &["set-option", "-p", "remain-on-exit", "on"]);
    memory.end_program(PaneId(1), 3).expect("a pane");
    let state = "#{pane_dead} #{pane_dead_status}";
    assert_eq!(out(&server, &["display-message", "-p", state]), "1 3\n");
    out(&server, &["respawn-pane", "cat"]);
    assert_eq!(out(&server, &["display-message", "-p", state]), "0 \n");
    out(&server, &["set-option", "-pu", "remain-on-exit"]);
    memory.end_program(PaneId(1), 0).expect("a pane");
    assert!(!memory.is_running());
}

#[test]
fn what_was_asked_and_faults() {
    let memory = MemoryTmux::start().expect("a server");
    let server = server(&memory);
    out(&server, &["new-session", "-d", ";", "new-window"]);
    assert_eq!(memory.commands(), [vec!["new-session", "-d"], vec!["new-window"]]);
    assert_eq!((memory.round_trips(), memory.connections()), (1, 1));
    memory.forget();
    memory.fail_next(Fault::Refuse("no space for a new pane".into()));
    memory.fail_next(Fault::HangUp);
    let refused = server.run(["split-window"]).expect("an answer");
    assert_eq!((refused.stderr_text().as_ref(), refused.status), ("no space for a new pane\n", 1));
    let lost = server.run(["new-window"]).expect_err("no answer");
    assert!(matches!(lost.kind(), ErrorKind::LostServer), "{lost:?}");
    assert_eq!(out(&server, &["list-panes", "-F", "#{pane_id}"]), "%1\n");
    assert_eq!(memory.commands().len(), 3);
    // What only reads is asked again.
    memory.forget();
    memory.fail_next(Fault::HangUp);
    assert_eq!(out(&server, &["list-panes", "-F", "#{pane_id}"]), "%1\n");
    assert_eq!((memory.commands().len(), memory.connections()), (2, 2));
}

#[test]
fn servers_end_and_come_back() {
    let mut memory = MemoryTmux::start().expect("a server");
    let server = server(&memory);
    out(&server, &["new-session", "-d", "-s", "old"]);
    let started = out(&server, &["display-message", "-p", "#{start_time}"]);
    kill(&server);
    assert!(!memory.is_running());
    let refused = server.run(["list-sessions"]).expect_err("no server");
    assert!(matches!(refused.kind(), ErrorKind::NoServer { .. }), "{refused:?}");
    memory.restart().expect("a server");
    assert_eq!(out(&server, &["list-sessions"]), "");
    assert_ne!(out(&server, &["display-message", "-p", "#{start_time}"]), started);
    memory.crash();
    assert!(server.run(["list-sessions"]).is_err());
    memory.restart().expect("a server");
    memory.end_server();
    assert!(server.run(["list-sessions"]).is_err());
}

#[test]
fn channels_of_all_versions() {
    for version in VERSIONS {
        let memory = MemoryTmux::builder().version(version).start().expect("a server");
        let server = server(&memory);
        out(&server, &["new-session", "-d", "-s", "a"]);
        assert_eq!(
            server.info().expect("info").version.map(|v| v.to_string()).as_deref(),
            Some(version)
        );
        // Others attach, which can't be here.
        if !["3.3a", "3.5a", "3.7c", "3.8"].contains(&version) {
            continue;
        }
        let channel = server.channel(ChannelOptions::default()).expect("a channel");
        let answer = channel.run(["list-sessions", "-F", "#{session_name}"]).expect("an answer");
        assert_eq!((answer.stdout_text().as_ref(), answer.status), ("a\n", 0), "{version}");
        let answer = channel.run(["has-session", "-t", "=b"]).expect("an answer");
        assert_eq!((answer.stderr_text().as_ref(), answer.status), ("can't find session: b\n", 1));
        let odd = "it's $5 {x} ; \"q\" \\ #,";
        let answer =
            channel.run(["set-option", "-g", "@odd", odd, ";", "show-options", "-gv", "@odd"]);
        assert_eq!(answer.expect("an answer").stdout_text(), format!("{odd}\n"), "{version}");
        let all = channel.run_all((0..100).map(|_| Command::new(["new-window", "-dP", "-F", "x"])));
        assert_eq!(all.len(), 100);
        assert!(all.iter().all(|answer| answer.as_ref().is_ok_and(|it| it.stdout == b"x\n"[..])));
        kill(&server);
        wait_until("the channel has ended", || channel.run(["list-sessions"]).is_err());
        assert_eq!(memory.harm(), [], "{version}");
    }
}

#[test]
fn the_tmux_program_talks_to_it() {
    for tmux in releases().iter().filter(|tmux| tmux.is_at_least(3, 2)) {
        let memory = MemoryTmux::builder().version(&*tmux.version).start().expect("a server");
        let home = memory.socket().parent().expect("a directory").to_owned();
        let run = |words: &[&str]| {
            let mut program = command(&tmux.path, &home);
            let output = program.arg("-S").arg(memory.socket()).args(words).output();
            let output = output.expect("tmux runs");
            let text = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8_lossy(&text).into_owned())
        };
        let version = &tmux.version;
        assert_eq!(run(&["new-session", "-d", "-s", "a"]), (Some(0), String::new()), "{version}");
        assert_eq!(run(&["list-sessions", "-F", "#S é"]), (Some(0), "a é\n".to_owned()));
        assert_eq!(run(&["kill-pane", "-t", "%9"]), (Some(1), "can't find pane: %9\n".to_owned()));
        let file = home.join("file");
        std::fs::write(&file, "x".repeat(100_000)).expect("a file");
        let path = file.to_str().expect("a path");
        assert_eq!(run(&["load-buffer", path]), (Some(0), String::new()), "{version}");
        let (status, text) = run(&["show-buffer"]);
        assert_eq!((status, text.len()), (Some(0), 100_000), "{version}");
        assert_eq!(run(&["set-buffer", "y", ";", "save-buffer", path]), (Some(0), String::new()));
        assert_eq!(std::fs::read(&file).expect("the file"), b"y");
        assert_eq!(run(&["kill-server"]).0, Some(0), "{version}");
        assert_eq!(memory.harm(), [], "{version}");
    }
}

#[test]
fn versions_have_their_own_flags_and_layouts() {
    let layout = |version: &str| {
        let memory = MemoryTmux::builder().version(version).start().expect("a server");
        out(&server(&memory), &["new-session", "-d", ";", "split-window", "-h"]);
        out(&server(&memory), &["display-message", "-p", "#{window_layout}"])
    };
    assert_eq!(layout("3.5a"), "8205,80x24,0,0{40x24,0,0,0,39x24,41,0,1}\n");
    assert!(layout("3.8").starts_with("{\"V\":2,"));
    let memory = MemoryTmux::builder().version("3.3a").start().expect("a server");
    let refused = server(&memory).run(["kill-session", "-f", "x"]).expect("an answer");
    assert_eq!(refused.stderr_text(), "command kill-session: unknown flag -f\n");
    for version in ["3.1c", "x", "", "2.9"] {
        let error = MemoryTmux::builder().version(version).start().expect_err("no such version");
        assert_eq!(error.kind(), IoErrorKind::InvalidInput);
    }
}

#[test]
fn nothing_is_left_behind() {
    let descriptors = || std::fs::read_dir("/proc/self/fd").expect("descriptors").count();
    let places: Vec<PathBuf> = (0..20)
        .map(|_| {
            let memory = MemoryTmux::start().expect("a server");
            let server = server(&memory);
            out(&server, &["new-session", "-d"]);
            let channel = server.channel(ChannelOptions::default()).expect("a channel");
            let waits = std::thread::spawn({
                let server = Server::at(memory.socket()).never_start();
                move || drop(server.run(["wait-for", "never"]))
            });
            wait_until("it waits", || memory.commands().iter().any(|words| words[0] == "wait-for"));
            let place = memory.socket().parent().expect("a directory").to_owned();
            drop(memory);
            waits.join().expect("a client that ends");
            drop(channel);
            place
        })
        .collect();
    assert!(places.iter().all(|place| !place.exists()));
    // Other tests in this process have some of their own.
    assert!(descriptors() < 400, "{}", descriptors());
}

/// A release that no test has as a real server: where there is no buffer of the name it removes the
/// newest one.
#[test]
fn no_other_buffer_is_removed_by_a_3_2() {
    for version in ["3.2", "3.2a", "3.3a", "3.8"] {
        let memory = MemoryTmux::builder().version(version).start().expect("a server");
        let server = server(&memory);
        out(&server, &["new-session", "-d", ";", "set-buffer", "-b", "precious", "x"]);
        let error = server.delete_buffer("gone").expect_err("none");
        assert!(error.is_not_found(), "{version}: {error:?}");
        let mut plan = Plan::new();
        plan.ensure_buffer(SetBuffer::new().name("mine").data("ours"));
        let done = server.run_plan(&plan).expect("an answer").ok().expect("all of it");
        server.delete_buffer("mine").expect("it was there");
        assert_eq!(done.undo().expect("an answer"), [], "{version}");
        assert_eq!(
            out(&server, &["list-buffers", "-F", "#{buffer_name}"]),
            "precious\n",
            "{version}"
        );
    }
}

#[test]
fn typing_is_for_one_pane_among_synchronized_ones() {
    for version in VERSIONS {
        let memory = MemoryTmux::builder().version(version).start().expect("a server");
        let server = server(&memory);
        out(
            &server,
            &[
                "new-session",
                "-d",
                ";",
                "split-window",
                ";",
                "set",
                "-w",
                "synchronize-panes",
                "on",
            ],
        );
        let pane = server.pane(PaneId(0)).expect("a pane");
        pane.send_line("ls").expect("typed");
        pane.send_line("x".repeat(4_000)).expect("typed");
        let error = pane.send_keys([Key::enter()]).expect_err("both would get it");
        assert_eq!(error.kind(), &ErrorKind::NotTyped(NotTyped::Synchronized), "{version}");
        let expected = format!("ls\r{}\r", "x".repeat(4_000));
        assert_eq!(memory.typed(PaneId(0)).expect("a pane"), expected.as_bytes(), "{version}");
        assert_eq!(memory.typed(PaneId(1)).expect("a pane"), b"", "{version}");
    }
}
