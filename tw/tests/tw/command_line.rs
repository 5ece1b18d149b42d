//! What needs no server, or finds none.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tmuxwire_testkit::Terminal;

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
        (&["wait", "text", ""], "'<PATTERN>': it may not be empty"),
        (&["wait", "format", ""], "it may not be empty"),
        (&["wait", "channel", ""], "it may not be empty"),
        (&["wait", "ready", "-t", ""], "'-t <PANE>': it may not be empty"),
        (&["wait", "format", "1", "-t", ""], "it may not be empty"),
        (&["events", "-t", ""], "it may not be empty"),
        (&["output", ""], "it may not be empty"),
        (&["-L", "", "events"], "it may not be empty"),
        (&["-S", "", "events"], "it may not be empty"),
        (&["wait", "text", "a\nb"], "several lines"),
        (&["wait", "text", "a\nb"], "Usage: tw wait text [OPTIONS] <PATTERN>"),
        (&["wait", "idle", "--settle", "60s"], "can't pass within --timeout 30s"),
        (&["wait", "idle", "--settle", "60s"], "Usage: tw wait idle [OPTIONS]"),
        (&["-L", "a", "-S", "b", "events"], "cannot be used with"),
        (&["completions", "tcsh"], "possible values"),
        (&["servers", "--only-given"], "--directory"),
        (&["servers", "--timeout", "0"], "in no time nobody can answer"),
        (&["doctor", "--timeout", "0s"], "in no time nobody can answer"),
        (&["servers", "--directory", "/nonexistent"], "--directory /nonexistent: No such file"),
        (&["servers", "--directory", "/dev/null"], "/dev/null: it is not a directory"),
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
    for (words, start) in [
        (&["events"][..], "`tmux new-session -d`"),
        (&["-L", "no body", "events"], "`tmux -L 'no body' new-session -d`"),
        (&["-S", "/nonexistent/s", "output"], "`tmux -S /nonexistent/s new-session -d`"),
        (&["wait", "text", "x"], "`tmux new-session -d`"),
        (&["wait", "channel", "x"], "`tmux new-session -d`"),
    ] {
        let home = tempfile::tempdir().expect("a directory");
        let base = home.path().display();
        let seen = start_in(home.path(), words, &[]);
        assert_eq!((seen.status, seen.text().as_str()), (3, ""), "{words:?} {seen:?}");
        assert!(seen.stderr.starts_with("tw: "), "{}", seen.stderr);
        // The clean environment has a directory for sockets of its own.
        let start = match words.contains(&"-S") {
            true => start.to_owned(),
            false => start.replace("`tmux", &format!("`TMUX_TMPDIR={base} tmux")),
        };
        assert!(seen.stderr.contains(&format!("start one with {start}")), "{}", seen.stderr);
        assert!(!seen.stderr.contains('\x1b'));
    }
    let home = tempfile::tempdir().expect("a directory");
    let seen = start_in(home.path(), &["events"], &[("TMUX", "/nonexistent/s,1,0")]);
    assert!(seen.stderr.contains("; $TMUX names it: forget that with `unset TMUX`"), "{seen:?}");
    // What can't be shown has no command, which would be another one.
    for base in ["a\nb", "a\x1bb"] {
        fs::create_dir(home.path().join(base)).expect("a directory");
        let base = home.path().join(base);
        let set = [("TMUX_TMPDIR", base.to_str().expect("text"))];
        let seen = start_in(home.path(), &["events"], &set);
        assert!(seen.stderr.ends_with("; start one, or name another by -L or -S\n"), "{seen:?}");
        assert_eq!(seen.stderr.lines().count(), 1, "{seen:?}");
    }
    let seen = start_in(home.path(), &["-L-a", "events"], &[]);
    assert!(seen.stderr.contains(" tmux -L -a new-session -d`"), "{seen:?}");
    let seen = start_in(home.path(), &["-S-a", "events"], &[]);
    assert!(seen.stderr.contains("`tmux -S ./-a new-session -d`"), "{seen:?}");
}

fn start_in(home: &Path, words: &[&str], variables: &[(&str, &str)]) -> Seen {
    start(tmuxwire_testkit::command(TW, home).envs(variables.iter().copied()).args(words)).finish()
}

/// On a terminal, too; nothing of a word that is repeated is left out.
#[test]
fn refusals_are_coloured_as_said_and_show_words_as_they_are() {
    let home = tempfile::tempdir().expect("a directory");
    for (words, coloured) in [
        (&["--color", "never", "events", "a\x1b[31mb"][..], false),
        (&["events", "--color=never", "a\x1b[31mb"], false),
        (&["wait", "idle", "--settle", "1m", "--color", "never"], false),
        (&["events", "a\x1b[31mb"], true),
        (&["--color", "always", "events", "a\x1b[31mb"], true),
    ] {
        let mut terminal = Terminal::open(100, 30);
        terminal.start(home.path(), Path::new(TW), words, &[("TERM", "xterm")]);
        assert_eq!(terminal.wait_for_program().code(), Some(2), "{words:?}");
        terminal.wait_for("--help");
        let said = String::from_utf8_lossy(&terminal.since(0)).into_owned();
        assert_eq!(said.contains('\x1b'), coloured, "{words:?} {said}");
        let repeats = words.last().is_some_and(|word| word.contains('\x1b'));
        assert_eq!(said.contains("a\\u{1b}[31mb"), repeats, "{words:?} {said}");
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
