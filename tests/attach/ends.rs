//! Every way in which an attachment ends, on all releases.

use nix::sys::signal::Signal;
use tmuxwire_testkit::{releases, wait_until};

use crate::stage::{Stage, alike};

const ATTACH: &str = "client attach-session -t main";

/// Attaches, does something that ends it, and compares everything.
fn ends_alike(what: &str, end: impl Fn(&mut Stage) + Sync) {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            end(stage);
            stage.end(what);
            stage.look_at_server(what);
        });
    }
}

/// The same for what ends the server, too.
fn both_end_alike(what: &str, end: impl Fn(&mut Stage) + Sync) {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            end(stage);
            stage.end(what);
            wait_until("the server has ended", || !stage.server.is_alive());
        });
    }
}

#[test]
fn detaching_from_outside_by_key_and_by_prompt() {
    ends_alike("detach-client", |stage| {
        stage.tmux(&["detach-client", "-s", "main"]);
    });
    ends_alike("the key", |stage| stage.keys("\x02d"));
    ends_alike("the prompt", |stage| {
        stage.keys_for("\x02:", "\n:");
        stage.keys_for("detach-client", ":detach-client");
        stage.rest();
        stage.keys("\r");
    });
}

#[test]
fn detaching_for_another_program() {
    ends_alike("detach-client -E", |stage| {
        let program = "printf '%s %s\\n' replaced \"$SHELL\"; exit 7";
        stage.tmux(&["detach-client", "-s", "main", "-E", program]);
    });
    ends_alike("a program that is not there", |stage| {
        stage.tmux(&["detach-client", "-s", "main", "-E", "/missing/program"]);
    });
}

#[test]
fn detaching_hangs_up_the_parent() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(&format!("sh -c 'trap \"echo hung up\" HUP; {ATTACH}; echo after'"));
            stage.tmux(&["detach-client", "-s", "main", "-P"]);
            stage.end("detach-client -P");
            stage.look_at_server("detach-client -P");
        });
    }
}

#[test]
fn the_end_of_the_session() {
    both_end_alike("kill-session, the last", |stage| {
        stage.tmux(&["kill-session", "-t", "main"]);
    });
    ends_alike("kill-session, one of two", |stage| {
        stage.tmux(&["new-session", "-d", "-s", "other"]);
        stage.rest();
        stage.tmux(&["kill-session", "-t", "main"]);
    });
    both_end_alike("the last pane", |stage| stage.keys("\x04"));
    ends_alike("the session goes on without us", |stage| {
        stage.tmux(&[
            "new-session",
            "-d",
            "-s",
            "other",
            ";",
            "set",
            "-g",
            "detach-on-destroy",
            "off",
        ]);
        stage.rest();
        stage.tmux(&["kill-session", "-t", "main"]);
        stage.terminal.wait_for("[other]");
        stage.look("the other session");
        stage.keys("\x02d");
    });
}

#[test]
fn the_end_of_the_server() {
    both_end_alike("kill-server", |stage| {
        stage.tmux(&["kill-server"]);
    });
    both_end_alike("SIGTERM to the server", |stage| stage.server.signal(Signal::SIGTERM));
}

#[test]
fn signals_to_the_client() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        ends_alike(signal.as_str(), |stage| stage.signal(signal));
    }
}

/// The server notices, and restores the terminal, while the shell tells of the signal: so the
/// bytes come in any order, and some are thrown away. But the modes are what the server left.
#[test]
fn a_client_that_is_killed() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            // The shell doesn't touch the terminal before the server has given it back: it would find it
            // non-blocking, and stop reading.
            stage.attach(&format!("{ATTACH}; until [ -e go ]; do sleep .01; done"));
            stage.signal(Signal::SIGKILL);
            stage.look_at_server("killed");
            stage.rest();
            wait_until("the server has let go", || stage.server.connections() == 0);
            std::fs::write(stage.server.home().join("go"), "").expect("a file");
            stage.wait_for_shell();
            stage.line("true");
            stage.wait_for_shell();
            let modes = stage.terminal.snapshot().modes;
            stage.note("modes", modes);
            stage.note_line_state("killed");
        });
    }
}

#[test]
fn signals_that_do_nothing_to_an_attached_client() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            for signal in [Signal::SIGINT, Signal::SIGTSTP, Signal::SIGUSR1, Signal::SIGPIPE] {
                still_there_after(stage, signal);
            }
            // It ends the client of 3.1.
            if release.is_at_least(3, 2) {
                still_there_after(stage, Signal::SIGQUIT);
            }
            stage.keys("\x02d");
            stage.end("detached");
        });
    }
}

fn still_there_after(stage: &mut Stage, signal: Signal) {
    stage.signal(signal);
    let text = format!("after {signal}");
    stage.keys_for(format!("{text}\r"), &format!("{text}\n{text}\n"));
    stage.look(&text);
}

#[test]
fn attaching_elsewhere_detaches() {
    ends_alike("attach -d", |stage| {
        let other = stage.companion("client attach-session -d -t main");
        stage.wait_for_shell();
        drop(other);
    });
    ends_alike("detach-client -a", |stage| {
        let other = stage.companion(ATTACH);
        stage.rest();
        stage.tmux(&["detach-client", "-a", "-t", other.name()]);
        stage.wait_for_shell();
        drop(other);
    });
}
