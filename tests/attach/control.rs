//! Control mode, typed at a shell: `-C` keeps the terminal as it is, `-CC` is for programs.

use nix::sys::signal::Signal;
use nix::sys::termios::LocalFlags;
use tmuxwire_testkit::{Tmux, releases};

use crate::stage::{Stage, alike};

type End = dyn Fn(&mut Stage) + Sync;

/// A conversation up to an end of one kind.
fn talk(stage: &mut Stage, option: &str, what: &str, end: &End) {
    let mark = stage.terminal.printed();
    stage.line(&format!("client {option} attach-session -t main"));
    wait_for_answer(stage, mark, "%session-changed");
    stage.rest();
    // Of the other settings, the real client fills some with what its memory happens to hold.
    let flags = LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::ISIG;
    let flags = stage.terminal.settings().local_flags & flags;
    stage.note(format!("{option}, {what}: settings at work"), flags);
    for (command, answer) in [
        ("list-windows -F '#{window_name} #{window_panes}'\r", "work 1\r\n"),
        ("display-message -p 'a b'\r", "\na b\r\n"),
        ("nosuchcommand\r", "%error"),
    ] {
        stage.keys(command);
        wait_for_answer(stage, mark, answer);
        stage.rest();
    }
    end(stage);
    stage.wait_for_shell();
    let told = stage.terminal.since(mark);
    stage.note_printed(format!("{option}, {what}"), &told);
    stage.note_line_state(&format!("{option}, {what}"));
    let modes = stage.terminal.snapshot().modes;
    stage.note(format!("{option}, {what}: modes"), modes);
}

/// Not on the screen: terminals don't show what `-CC` prints.
fn wait_for_answer(stage: &Stage, mark: usize, answer: &str) {
    stage.terminal.wait(answer, |seen| {
        seen.since(mark).windows(answer.len()).any(|bytes| bytes == answer.as_bytes())
    });
}

fn talks_alike(option: &str) {
    for release in releases() {
        let ends: &[(&str, &End)] = &[
            ("an empty line", &|stage| stage.keys("\r")),
            ("detach", &|stage| stage.keys("detach-client\r")),
            ("detached from outside", &|stage| drop(stage.tmux(&["detach-client", "-s", "main"]))),
            ("SIGTERM", &|stage| stage.signal(Signal::SIGTERM)),
            ("SIGHUP", &|stage| stage.signal(Signal::SIGHUP)),
            ("kill-session", &|stage| drop(stage.tmux(&["kill-session", "-t", "main"]))),
        ];
        alike(&release, "xterm-256color", |stage| {
            stage.tmux(&["new-session", "-d", "-s", "other"]);
            for (what, end) in ends {
                // The client of 3.1 hangs when it gets one.
                if what.starts_with("SIG") && !release.is_at_least(3, 2) {
                    continue;
                }
                stage.clear();
                talk(stage, option, what, end);
            }
        });
        let ends: &[(&str, &End)] = &[
            ("kill-server", &|stage| drop(stage.tmux(&["kill-server"]))),
            ("SIGKILL", &|stage| stage.server.signal(Signal::SIGKILL)),
        ];
        for (what, end) in ends {
            alike(&release, "xterm-256color", |stage| talk(stage, option, what, end));
        }
    }
}

#[test]
fn a_conversation_typed_by_hand() {
    talks_alike("-C");
}

#[test]
fn a_conversation_of_a_program() {
    talks_alike("-CC");
}

fn lines_alike(release: &Tmux, lines: &[&str]) {
    alike(release, "xterm-256color", |stage| {
        for line in lines {
            let mark = stage.terminal.printed();
            stage.line(line);
            stage.wait_for_shell();
            let told = stage.terminal.since(mark);
            stage.note_printed(*line, &told);
            stage.note_line_state(line);
        }
    });
}

#[test]
fn commands_that_do_not_attach() {
    for release in releases() {
        lines_alike(
            &release,
            &[
                "client -C list-windows -t main -F '#{window_name}'",
                "client -CC list-windows -t main -F '#{window_name}'",
                "client -C new-session -d -s behind",
            ],
        );
    }
}

#[test]
fn commands_from_a_pipe() {
    // Up to 3.3 they may be read before the client is attached.
    for release in releases().iter().filter(|release| release.is_at_least(3, 4)) {
        lines_alike(
            release,
            &[
                "printf 'display-message -p one\n\n' | client -C attach-session -t main",
                "echo 'display-message -p two' | client -C attach-session -t main",
                "client -C attach-session -t main </dev/null",
            ],
        );
    }
}
