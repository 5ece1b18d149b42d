//! What does not become an attachment, and what it says instead.

use tmuxwire_testkit::{Tmux, releases, wait_until};

use crate::client::Client;
use crate::stage::{Stage, alike};

/// What only the client of 3.1 refuses, or tells in its C library's words: ours is of no release.
fn is_for(release: &Tmux, line: &str) -> bool {
    let too_new = [" -N ", " -T ", " -Z", " extra words"].iter().any(|words| line.contains(words));
    release.is_at_least(3, 2) || !too_new && !line.ends_with("-N")
}

/// Lines at the shell that end at once.
const REFUSED: &[&str] = &[
    "client attach-session -t missing",
    "client attach-session -t =main:7",
    "client attach-session -Z",
    "client attach-session extra words",
    "client attach-session -t main </dev/null",
    "echo | client attach-session -t main",
    "TERM=dumb client attach-session -t main",
    "client new-session -s main",
    "client new-session -A -d -s main </dev/null",
    "TERM=dumb client new-session -s dumb",
    "client new-session -s piped </dev/null",
    "client attach-session -t main \\; nosuchcommand",
    "client ''",
    "client nosuchcommand \\; attach-session -t main",
    "client -C attach-session -t missing",
    "client -CC attach-session -t missing",
    "client -C nosuchcommand",
    "client switch-client -t main",
    "client detach-client",
    "client suspend-client",
    "client lock-client",
    "client -N attach-session -t missing",
    "client -T nosuchfeature attach-session -t missing",
];

/// Ours finds no entry for these, and leaves them to the real tmux.
const HANDED_OVER: &[&str] = &[
    "TERM=ansi+enq client attach-session -t main",
    "TERM=nosuchterm client attach-session -t main",
    "TERM=../lib client attach-session -t main",
    "TERM= client attach-session -t main",
    "env -u TERM client attach-session -t main",
    "TERM=nosuchterm client new-session -s unknown",
];

#[test]
fn unknown_terminals_are_left_to_tmux() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            for line in HANDED_OVER {
                stage.line(&format!("TMUXWIRE_TMUX=$REAL_TMUX {line}"));
                stage.end(line);
            }
        });
    }
}

#[test]
fn what_can_not_attach_says_why() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            for line in REFUSED.iter().filter(|line| is_for(&release, line)) {
                stage.line(line);
                stage.end(line);
            }
            stage.look_at_server("afterwards");
        });
    }
}

#[test]
fn a_server_without_sessions_has_nothing_to_attach_to() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.tmux(&["set", "-g", "exit-empty", "off", ";", "kill-session", "-t", "main"]);
            let lines = ["client attach-session", "client -N attach -t x", "client -C attach"];
            for line in lines.iter().filter(|line| is_for(&release, line)) {
                stage.line(line);
                stage.end(line);
            }
            assert!(stage.server.is_alive());
        });
    }
}

#[test]
fn no_server_at_all() {
    for release in releases().iter().filter(|release| release.is_at_least(3, 2)) {
        alike(release, "xterm-256color", |stage| {
            stage.server.kill();
            for line in [
                "client -N attach",
                "client -N new-session",
                "client -N",
                "client -CN attach",
                "client -CCN attach",
            ] {
                stage.line(line);
                stage.end(line);
            }
        });
    }
}

/// In a pane, the client's terminal is the server's own.
fn nested(stage: &mut Stage) {
    let directory = stage.server.home().join("bin");
    let client = directory.join("client").display().to_string();
    let tmux = Client::real_tmux(&stage.server).display().to_string();
    for (number, words) in
        ["attach-session", "new-session", "", "-C attach-session", "attach -t missing"]
            .iter()
            .enumerate()
    {
        let line = format!("export TMUXWIRE_TMUX={tmux}; {client} {words}; echo status=$?; cat");
        let target = format!("main:{}", number + 1);
        stage.tmux(&["new-window", "-d", "-t", &target, &line]);
        stage.open_gate();
        let mut screen = String::new();
        wait_until("the client has been refused", || {
            screen = stage.tmux(&["capture-pane", "-p", "-t", &target]);
            screen.contains("status=")
        });
        let screen = screen.replace(&directory.display().to_string(), "");
        stage.note_printed(format!("nested: {words}"), screen.trim_end().as_bytes());
    }
    stage.look_at_server("nested");
}

#[test]
fn a_nested_client_is_told_to_take_care() {
    for release in releases() {
        alike(&release, "xterm-256color", nested);
    }
}
