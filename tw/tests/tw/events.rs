//! `tw events`.

use nix::sys::signal::Signal;

use tmuxwire_testkit::wait_until;

use crate::support::{TW, on_each_release, run, running, until_attached};

fn rename(server: &tmuxwire_testkit::TestServer, name: &str) {
    assert!(server.tmux(["rename-window", "-t", "@0", name]).status.success());
}

#[test]
fn events_are_lines_of_typed_json() {
    on_each_release(|server| {
        let tw = running(server, &["events", "--json", "-t", "main"]);
        let first = &tw.until_event("attached")[0];
        assert_eq!(
            first,
            &serde_json::json!({"event": "attached", "session": "$0", "name": "main"})
        );
        rename(server, "a \"new\" näme");
        let events = tw.until_event("window-renamed");
        let renamed = serde_json::json!({"event": "window-renamed", "window": "@0", "name": "a \"new\" näme"});
        assert_eq!(events.last(), Some(&renamed));
        server.tmux(["new-window", "-d"]);
        let events = tw.until_event("window-add");
        assert_eq!(events.last().map(|event| &event["window"]), Some(&"@1".into()));
        server.tmux(["split-window", "-d", "-t", "@0"]);
        let events = tw.until_event("layout-change");
        assert!(events.last().expect("one")["layout"].as_str().expect("text").contains("80x"));
    });
}

#[test]
fn events_for_people_have_a_time_and_no_colours_in_a_pipe() {
    on_each_release(|server| {
        for (color, wanted) in [("auto", false), ("never", false), ("always", true)] {
            let tw = running(server, &["events", "--color", color]);
            tw.until("it listens", |bytes| bytes.ends_with(b"main\n"));
            rename(server, color);
            let end = format!("@0 {color}\n");
            let bytes = tw.until("the event", |bytes| bytes.ends_with(end.as_bytes()));
            assert_eq!(bytes.contains(&0x1b), wanted, "{color}");
            if !wanted {
                let text = String::from_utf8(bytes).expect("text");
                let line = text.lines().last().expect("a line");
                let (time, rest) = line.split_at(8);
                assert!(time.split(':').all(|part| part.parse::<u8>().is_ok_and(|n| n < 60)));
                assert_eq!(rest, format!(" window-renamed @0 {color}"));
            }
        }
    });
}

#[test]
fn filters_choose_and_count_ends() {
    on_each_release(|server| {
        let only = ["--only", "attached", "--only", "window-renamed"];
        let tw = running(server, &[&["events", "--json", "--count", "2"], &only[..]].concat());
        tw.until_event("attached");
        for name in ["one", "two"] {
            server.tmux(["new-window", "-d"]);
            rename(server, name);
        }
        let seen = tw.finish();
        assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
        let names: Vec<_> = seen.json().iter().map(|event| event["name"].clone()).collect();
        assert_eq!(names, ["main", "one", "two"]);

        let tw = running(server, &["events", "--json", "--not", "window-renamed"]);
        tw.until_event("attached");
        rename(server, "three");
        server.tmux(["rename-session", "-t", "main", "other"]);
        let events = tw.until_event("session-renamed");
        assert!(events.iter().all(|event| event["event"] != "window-renamed"), "{events:?}");
    });
}

#[test]
fn the_time_is_an_end_and_with_a_count_a_failure() {
    on_each_release(|server| {
        let seen = run(server, &["events", "--timeout", "500ms", "--only", "attached"]);
        assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
        assert!(seen.text().ends_with("attached $0 main\n"), "{seen:?}");
        let words = ["events", "--timeout", "500ms", "--only", "exit", "--count", "3"];
        let seen = run(server, &words);
        assert_eq!(seen.status, 1);
        assert_eq!(seen.stderr, "tw: fewer than 3 events within 500ms\n");
    });
}

#[test]
fn the_end_of_a_session_and_of_a_server_are_told_apart() {
    on_each_release(|server| {
        server.tmux(["new-session", "-d", "-s", "other"]);
        let tw = running(server, &["events", "--json", "-t", "other"]);
        tw.until_event("attached");
        server.tmux(["kill-session", "-t", "other"]);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.stderr.as_str()), (4, "tw: the session has ended\n"));
        let tw = running(server, &["events", "--json"]);
        tw.until_event("attached");
        server.signal(Signal::SIGKILL);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.stderr.as_str()), (3, "tw: the server has gone\n"));
    });
}

#[test]
fn a_listener_without_a_session_of_its_own_moves_on() {
    on_each_release(|server| {
        let tw = running(server, &["events", "--json"]);
        tw.until_event("attached");
        server.tmux(["new-session", "-d", "-s", "other"]);
        server.tmux(["kill-session", "-t", "main"]);
        tw.until_event("gap");
        until_attached(server, 1);
        server.tmux(["rename-session", "-t", "other", "another"]);
        tw.until_object("the new name", |event| event["name"] == "another");
        server.tmux(["kill-server"]);
        assert_eq!(tw.finish().status, 3);
    });
}

/// The pane that it runs in is a terminal.
#[test]
fn colours_are_for_terminals_that_want_them() {
    on_each_release(|server| {
        for (variable, wanted) in [("NO_COLOR=", true), ("NO_COLOR=1", false), ("TERM=dumb", false)]
        {
            let socket = server.socket().display().to_string();
            let words =
                ["respawn-pane", "-k", "-t", "%0", "env", variable, TW, "-S", &socket, "events"];
            assert!(server.tmux(words).status.success());
            let screen = || server.tmux(["capture-pane", "-p", "-e", "-t", "%0"]).stdout;
            wait_until("it listens", || String::from_utf8_lossy(&screen()).contains("$0 main"));
            assert_eq!(screen().contains(&0x1b), wanted, "{variable}");
        }
    });
}
