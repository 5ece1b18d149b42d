//! The client stops, or gives the terminal to another program, and comes back.

use nix::sys::signal::Signal;
use tmuxwire_testkit::{Gate, releases};

use crate::stage::{TERMS, alike};

const ATTACH: &str = "client attach-session -t main";

#[test]
fn suspended_by_a_key_and_resumed() {
    for release in releases() {
        for term in [TERMS[0], TERMS[4]] {
            alike(&release, term, |stage| {
                stage.attach(ATTACH);
                for round in ["once", "twice"] {
                    stage.keys("\x02\x1a");
                    stage.end(round);
                    stage.resume();
                    stage.look(round);
                }
                stage.keys_for("hello\r", "hello\nhello\n");
                stage.keys("\x02d");
                stage.end("detached");
                stage.look_at_server("detached");
            });
        }
    }
}

#[test]
fn the_terminal_is_resized_while_the_client_is_suspended() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.tmux(&["suspend-client", "-t", stage.terminal.name()]);
            stage.end("suspended");
            stage.terminal.resize(100, 30);
            stage.resume();
            stage.look("resumed");
            stage.resize(90, 20);
            stage.look("resized again");
            stage.tmux(&["detach-client", "-s", "main"]);
            stage.end("detached");
        });
    }
}

/// What is set at the shell meanwhile is what the terminal has in the end.
#[test]
fn settings_that_are_changed_while_the_client_is_suspended_stay() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.tmux(&["suspend-client", "-t", stage.terminal.name()]);
            stage.end("suspended");
            stage.line("stty -ixon erase ^H");
            stage.end("set");
            stage.resume();
            stage.tmux(&["detach-client", "-s", "main"]);
            stage.end("detached");
            stage.line("stty -a");
            stage.end("told");
        });
    }
}

#[test]
fn settings_that_are_changed_before_a_suspended_client_finds_itself_detached_stay() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.tmux(&["suspend-client", "-t", stage.terminal.name()]);
            stage.end("suspended");
            stage.line("stty -ixon erase ^H");
            stage.end("set");
            stage.tmux(&["detach-client", "-s", "main"]);
            stage.line("fg");
            stage.end("detached");
        });
    }
}

#[test]
fn a_suspended_client_is_detached() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.tmux(&["suspend-client", "-t", stage.terminal.name()]);
            stage.end("suspended");
            stage.tmux(&["detach-client", "-s", "main"]);
            stage.line("fg");
            stage.end("resumed");
            stage.look_at_server("resumed");
        });
    }
}

const LOCK: &str = "stty -a | grep -o '.icanon'; echo locked; read word; echo unlocked by $word";

#[test]
fn locked_by_a_command_that_reads() {
    for release in releases() {
        for term in [TERMS[0], TERMS[4]] {
            alike(&release, term, |stage| {
                stage.tmux(&["set", "-g", "lock-command", LOCK]);
                stage.attach(ATTACH);
                stage.tmux(&["lock-client", "-t", stage.terminal.name()]);
                stage.terminal.wait("it is locked", |seen| seen.text().contains("icanon\nlocked"));
                stage.note("locked", stage.terminal.snapshot());
                stage.note_line_state("locked");
                stage.keys("password\r");
                stage.terminal.wait_for("[main]");
                stage.look("unlocked");
                stage.keys_for("hello\r", "hello\nhello\n");
                stage.keys("\x02d");
                stage.end("detached");
            });
        }
    }
}

#[test]
fn a_lock_command_that_fails_unlocks() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            let mut gate = Gate::new(stage.server.home(), "lock");
            stage.tmux(&["set", "-g", "lock-command", &gate.job("kill -9 $$")]);
            stage.attach(ATTACH);
            stage.tmux(&["lock-server"]);
            stage.terminal.wait("it is locked", |seen| !seen.text().contains("[main]"));
            gate.open();
            stage.terminal.wait_for("[main]");
            stage.look("unlocked");
            stage.signal(Signal::SIGTERM);
            stage.end("terminated");
        });
    }
}

#[test]
fn the_server_ends_while_the_client_is_suspended() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            stage.tmux(&["suspend-client", "-t", stage.terminal.name()]);
            stage.end("suspended");
            stage.server.kill();
            stage.line("fg");
            stage.end("resumed");
        });
    }
}

#[test]
fn the_server_ends_while_the_client_is_locked() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            let mut gate = Gate::new(stage.server.home(), "lock");
            // The server may give the terminal back a moment before it tells the client to lock it.
            let lock = format!("echo locked; {}", gate.job("true"));
            stage.tmux(&["set", "-g", "lock-command", &lock]);
            stage.attach(ATTACH);
            stage.tmux(&["lock-server"]);
            stage.terminal.wait_for("locked");
            stage.server.kill();
            gate.open();
            stage.wait_for_shell();
            let screen = stage.terminal.snapshot().text;
            stage.note("the screen", screen);
        });
    }
}
