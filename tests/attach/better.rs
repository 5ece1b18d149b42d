//! Where ours does better than the real client: what it owes to the person at the terminal, even if
//! the server can do nothing anymore.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tmuxwire_testkit::{Terminal, Tmux, releases, system, wait_for_exit, wait_until};

use crate::client::Client;
use crate::stage::{COLUMNS, ROWS, Stage, TERMS};

const ATTACH: &str = "client attach-session -t main";

/// Ours, on a terminal of a type.
fn ours(release: &Tmux, term: &str) -> Stage {
    Stage::set(release, Client::Ours, term, Terminal::open(COLUMNS, ROWS))
}

/// All that a program can have switched on when the end comes.
fn switch_everything_on(stage: &mut Stage) {
    let modes = "printf '\\033[?2004h\\033[?1003h\\033[?1006h\\033[?1004h\\033[?25l\\033[?1h\\033=\\033[4 q\\033[31mon'; cat";
    stage.tmux(&["set", "-g", "mouse", "on", ";", "set", "-g", "focus-events", "on"]);
    stage.tmux(&["respawn-pane", "-k", "-t", "main:", modes]);
    stage.terminal.wait_for("on");
    stage.rest();
}

/// The client has ended with this status and last line, and the terminal is as it was before.
fn is_restored(stage: &mut Stage, status: i32, last: &str) {
    stage.wait_for_shell();
    let place = format!("{} {}", stage.release().version, stage.term());
    let seen = stage.terminal.snapshot();
    assert_eq!(seen.modes.leftovers(), [""; 0], "{place}");
    assert!(stage.has_settings_of_before(), "{place}: {:?}", stage.terminal.settings());
    assert!(stage.terminal.is_blocking(), "{place}");
    assert_eq!(stage.status(), status, "{place}:\n{seen:?}");
    assert!(seen.contents().contains(&format!("{last}\nstatus=")), "{place}:\n{seen:?}");
    // The next line is typed into a usable shell.
    stage.line("echo colour; printf '%s\\n' plain");
    stage.wait_for_shell();
    let seen = stage.terminal.snapshot();
    assert!(seen.contents().contains("\ncolour\nplain\nstatus=0\n"), "{place}:\n{seen:?}");
    assert_eq!(seen.look, [""; 0], "{place}:\n{seen:?}");
}

const LOST: &str = "[server exited unexpectedly]";

#[test]
fn a_killed_server_leaves_a_clean_terminal() {
    for release in releases() {
        let mut stage = ours(&release, "xterm-256color");
        stage.attach(ATTACH);
        switch_everything_on(&mut stage);
        stage.server.kill();
        is_restored(&mut stage, 1, LOST);
    }
}

#[test]
fn a_killed_server_leaves_terminals_of_any_type_clean() {
    for release in [system(), releases().pop().expect("a release")] {
        for term in TERMS {
            let mut stage = ours(&release, term);
            stage.attach(ATTACH);
            switch_everything_on(&mut stage);
            stage.server.kill();
            is_restored(&mut stage, 1, LOST);
        }
    }
}

/// It was resized, suspended and resumed before.
#[test]
fn a_server_killed_after_a_long_visit_leaves_a_clean_terminal() {
    for release in releases() {
        let mut stage = ours(&release, "xterm-256color");
        stage.attach(ATTACH);
        stage.keys("\x02\x1a");
        stage.wait_for_shell();
        stage.resume();
        stage.resize(100, 30);
        switch_everything_on(&mut stage);
        stage.server.kill();
        is_restored(&mut stage, 1, LOST);
    }
}

/// The real client waits for the server's goodbye for ever.
#[test]
fn a_stopped_server_does_not_hold_a_client_that_is_told_to_end() {
    for (signal, last) in [(Signal::SIGTERM, "[terminated]"), (Signal::SIGHUP, "[lost tty]")] {
        for release in [system(), releases().pop().expect("a release")] {
            let mut stage = ours(&release, "xterm-256color");
            stage.attach(ATTACH);
            switch_everything_on(&mut stage);
            let client = stage.client_pid().expect("a client");
            stage.server.signal(Signal::SIGSTOP);
            kill(Pid::from_raw(client), signal).expect("the client");
            is_restored(&mut stage, 1, last);
            stage.server.signal(Signal::SIGCONT);
            wait_until("no client is left", || stage.client_pid().is_none());
            stage.rest();
            assert!(stage.server.is_alive());
            let modes = stage.terminal.snapshot().modes;
            assert_eq!(modes.leftovers(), [""; 0], "{}", release.version);
            assert!(stage.has_settings_of_before() && stage.terminal.is_blocking());
        }
    }
}

#[test]
fn a_closed_terminal_ends_a_client_whose_server_is_stopped() {
    for release in [system(), releases().pop().expect("a release")] {
        let mut stage = ours(&release, "xterm-256color");
        stage.attach(ATTACH);
        let client = stage.client_pid().expect("a client");
        stage.server.signal(Signal::SIGSTOP);
        stage.terminal.close();
        wait_for_exit(client.cast_unsigned());
        stage.server.signal(Signal::SIGCONT);
        wait_until("no client is left", || stage.client_pid().is_none());
        assert!(stage.server.is_alive());
    }
}

/// A server that is stopped before it has answered anything. The statuses are tmux's own.
#[test]
fn a_client_that_waits_for_a_stopped_server_can_be_ended() {
    for (signal, status) in [(Signal::SIGTERM, 0), (Signal::SIGHUP, 0), (Signal::SIGINT, 130)] {
        for release in releases() {
            let mut stage = ours(&release, "xterm-256color");
            wait_until("nobody is connected", || stage.server.connections() == 0);
            stage.server.signal(Signal::SIGSTOP);
            stage.line(ATTACH);
            wait_until("the client is connected", || stage.server.backlog() == 1);
            if signal == Signal::SIGINT {
                // The shell gives up the rest of the line.
                stage.keys_for("\x03", "^C\nshell>");
                stage.line("(exit $?)");
            } else {
                stage.signal_foreground(signal);
            }
            stage.wait_for_shell();
            let told = stage.terminal.snapshot().contents();
            let expected = format!("status={status}\n");
            assert!(told.contains(&expected), "{} {signal}: {told}", release.version);
            assert!(stage.has_settings_of_before() && stage.terminal.is_blocking());
            stage.server.signal(Signal::SIGCONT);
            wait_until("the server has let go", || stage.server.connections() == 0);
            assert!(stage.server.is_alive(), "{}", release.version);
        }
    }
}

/// The real client has closed its standard output by then, and says nothing.
#[test]
fn what_is_printed_before_leaves_the_last_line_its_place() {
    for release in releases() {
        let mut stage = ours(&release, "xterm-256color");
        stage.attach("client display-message -p before \\; attach-session -t main");
        stage.keys("\x02d");
        is_restored(&mut stage, 0, "[detached (from session main)]");
    }
}

/// The real client of 3.1 goes on waiting for a line.
#[test]
fn signals_end_a_control_client_of_any_release() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        for release in releases() {
            let mut stage = ours(&release, "xterm-256color");
            stage.line("client -C attach-session -t main");
            stage.terminal.wait_for("%session-changed");
            stage.rest();
            stage.signal_foreground(signal);
            stage.wait_for_shell();
            assert!(stage.has_settings_of_before() && stage.terminal.is_blocking());
            wait_until("no client is left", || stage.client_pid().is_none());
            assert!(stage.server.is_alive(), "{}", release.version);
        }
    }
}

/// Attaches with so few descriptors that it may not work, and comes back to a whole terminal.
fn attach_with(stage: &mut Stage, descriptors: u32) -> bool {
    let ours = env!("CARGO_BIN_EXE_tmuxwire");
    let socket = stage.server.socket().display().to_string();
    stage.line(&format!("(ulimit -n {descriptors}; exec {ours} -S {socket} attach -t main)"));
    let mut attached = false;
    wait_until("it has attached or given up", || {
        attached = stage.client_pid().is_some();
        attached || stage.is_back()
    });
    if attached {
        stage.rest();
        stage.keys("\x02d");
    }
    stage.wait_for_shell();
    let place = format!("{} {descriptors}", stage.release().version);
    let seen = stage.terminal.snapshot();
    assert_eq!(seen.modes.leftovers(), [""; 0], "{place}\n{seen:?}");
    assert!(stage.has_settings_of_before() && stage.terminal.is_blocking(), "{place}");
    if !attached {
        eprintln!("{}", seen.contents().trim());
        let told = seen.contents();
        assert!(stage.status() != 0 && !told.contains("panicked"), "{place}\n{told}");
    }
    attached
}

#[test]
fn a_client_without_descriptors_says_so_and_leaves_the_terminal_alone() {
    for release in [system(), releases().pop().expect("a release")] {
        let mut stage = ours(&release, "xterm-256color");
        let mut attached = Vec::new();
        // The dynamic loader needs one more than the three.
        for descriptors in 4..=12 {
            stage.clear();
            attached.push(attach_with(&mut stage, descriptors));
        }
        assert!(attached.contains(&true) && attached.contains(&false), "{attached:?}");
        assert!(attached.is_sorted(), "more descriptors are worse: {attached:?}");
        wait_until("the server has let go", || stage.server.connections() == 0);
        assert!(stage.server.is_alive());
    }
}
