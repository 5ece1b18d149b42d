//! What anybody wrote does nothing to the terminal of whoever runs `tw`.

use tmuxwire_testkit::wait_until;

use crate::support::{Seen, on_each_release, press_enter, program, run, running};

/// Colours, by C0 and by C1; a turn of direction; a line's end that is none.
const HOSTILE: &str = "no\x1b[31mpe\u{9b}31m\u{202e}\u{2028}\x7f";

/// Checks both streams: nothing is in them that does something, but ends of lines and tabs.
fn check(seen: &Seen) {
    for text in [&seen.text(), &seen.stderr] {
        let harms = |c: char| tmuxwire::harmless::is_harmful(c) && !"\n\t".contains(c);
        assert!(!text.contains(harms), "{seen:?}");
    }
}

#[test]
fn what_is_refused_is_shown_as_text() {
    on_each_release(|server| {
        for words in [
            &["wait", "text", "x", "-t", HOSTILE][..],
            &["wait", "format", "#{@none}", "-t", HOSTILE],
            &["wait", "format", HOSTILE, "--timeout", "50ms"],
            &["wait", "text", HOSTILE, "--timeout", "50ms"],
            &["wait", "channel", HOSTILE, "--timeout", "50ms"],
            &["events", "-t", HOSTILE],
            &["output", HOSTILE],
            &["-S", HOSTILE, "wait", "text", "x"],
            &["doctor", "-S", HOSTILE],
            &["servers", "-S", HOSTILE],
            &[HOSTILE],
            &["events", HOSTILE],
            &["events", "--timeout", HOSTILE],
            &["wait", "text", "--regex", "(\x1b[31m"],
            &["--color", "always", "wait", "text", "x", "-t", HOSTILE, "--count", HOSTILE],
        ] {
            let seen = run(server, words);
            assert!(!seen.stderr.is_empty() || !seen.stdout.is_empty(), "{words:?}");
            if words.contains(&"always") {
                // Our own colours are there, but nothing of theirs.
                assert!(!seen.stderr.contains("[31mpe\u{9b}"), "{seen:?}");
                continue;
            }
            check(&seen);
        }
    });
}

#[test]
fn what_is_found_is_shown_as_text() {
    on_each_release(|server| {
        server.tmux(["set-option", "-g", "@hostile", HOSTILE]);
        let seen = run(server, &["wait", "format", "#{@hostile}"]);
        assert!(seen.status == 0 && seen.text().contains("pe"), "{seen:?}");
        check(&seen);

        let print =
            "while read x; do printf 'LINE \\302\\23331m \\342\\200\\256 \\177 END\\n'; done";
        program(server, print);
        for words in [
            &["wait", "text", "END"][..],
            &["output", "--text", "--bytes", "100"],
            &["events", "--count", "1", "--only", "window-renamed"],
        ] {
            let mut tw = running(server, words);
            wait_until("it is heard", || {
                press_enter(server);
                server.tmux(["rename-window", "-t", "main:", "a\u{202e}b"]);
                server.tmux(["rename-window", "-t", "main:", "a\u{202e}c"]);
                tw.has_ended()
            });
            let seen = tw.finish();
            assert!(seen.status == 0 && !seen.stdout.is_empty(), "{words:?} {seen:?}");
            check(&seen);
        }
    });
}

#[test]
fn lists_show_names_as_text_and_json_keeps_them() {
    on_each_release(|server| {
        server.tmux(["rename-session", "-t", "main", "a\u{202e}b"]);
        let socket = server.socket();
        let socket = socket.to_str().expect("text");
        let seen = run(server, &["servers", "-S", socket]);
        assert!(seen.text().contains("a\\u{202e}b"), "{seen:?}");
        check(&seen);
        let seen = run(server, &["servers", "-S", socket, "--json"]);
        assert_eq!(seen.json()[0]["sessions"][0]["name"], "a\u{202e}b", "{seen:?}");
        check(&seen);
    });
}
