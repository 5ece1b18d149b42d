//! What needs no server, or finds none.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Seen, TW, start};

fn seen(words: &[&str]) -> Seen {
    let home = tempfile::tempdir().expect("a directory");
    start(tmuxwire_testkit::command(TW, home.path()).args(words)).finish()
}

#[test]
fn a_wrong_command_line_is_status_2() {
    for (words, text) in [
        (&[][..], "Usage:"),
        (&["nonsense"], "unrecognized subcommand"),
        (&["events", "--only", "windows-added"], "window-add"),
        (&["events", "--timeout", "1 week"], "write a number and a unit"),
        (&["events", "--count", "0"], "0"),
        (&["wait", "text", "--regex", "a("], "unclosed group"),
        (&["wait", "text", ""], "a value is required"),
        (&["wait", "text", "a\nb"], "several lines"),
        (&["wait", "idle", "--settle", "60s"], "can't pass within --timeout 30s"),
        (&["-L", "a", "-S", "b", "events"], "cannot be used with"),
        (&["completions", "tcsh"], "possible values"),
        (&["servers", "--only-given"], "--directory"),
        (&["doctor", "--timeout", "soon"], "write a number and a unit"),
    ] {
        let seen = seen(words);
        assert_eq!((seen.status, seen.text().as_str()), (2, ""), "{words:?} {seen:?}");
        assert!(seen.stderr.contains(text), "{words:?} {}", seen.stderr);
        assert!(!seen.stderr.contains('\x1b'), "{}", seen.stderr);
    }
}

#[test]
fn help_tells_the_statuses_and_has_examples() {
    for words in [
        &["--help"][..],
        &["events", "--help"],
        &["output", "--help"],
        &["wait", "--help"],
        &["servers", "--help"],
        &["doctor", "--help"],
    ] {
        let seen = seen(words);
        assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
        assert!(seen.text().contains("Exit status:\n  0 "), "{}", seen.text());
        assert!(!seen.text().contains('\x1b'));
    }
    for wait in ["text", "idle", "exit", "format", "ready", "channel"] {
        assert!(seen(&["wait", wait, "--help"]).text().contains("Example"), "{wait}");
    }
    assert!(seen(&["--color", "always", "--help"]).text().contains('\x1b'));
    let version = format!("tw {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(seen(&["--version"]).text(), version);
}

#[test]
fn without_a_server_it_says_what_to_do() {
    for words in [
        &["events"][..],
        &["-L", "nobody", "events"],
        &["-S", "/nonexistent/socket", "output"],
        &["wait", "text", "x"],
        &["wait", "channel", "x"],
    ] {
        let seen = seen(words);
        assert_eq!((seen.status, seen.text().as_str()), (3, ""), "{words:?} {seen:?}");
        assert!(seen.stderr.starts_with("tw: "), "{}", seen.stderr);
        assert!(seen.stderr.contains("start one with `tmux new-session -d`"), "{}", seen.stderr);
        assert!(!seen.stderr.contains('\x1b'));
    }
}

#[test]
fn shells_take_the_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = seen(&["completions", shell]);
        assert_eq!(script.status, 0);
        assert!(script.text().contains("propagate"), "{shell}");
        assert!(script.text().contains("window-renamed"), "{shell}");
        if shell == "bash" && Path::new("/bin/bash").exists() {
            let mut bash =
                Command::new("/bin/bash").arg("-n").stdin(Stdio::piped()).spawn().expect("runs");
            let mut stdin = bash.stdin.take().expect("a pipe");
            std::io::Write::write_all(&mut stdin, &script.stdout).expect("written");
            drop(stdin);
            assert!(bash.wait().expect("an end").success());
        }
    }
}
