//! The ways to attach: options, new sessions, read-only, and what is no attachment after all.

use tmuxwire_testkit::releases;

use crate::stage::{Stage, alike};

/// Attaches with a line, compares what the server makes of it, types, and detaches.
fn visit(stage: &mut Stage, line: &str) {
    stage.attach(line);
    stage.look(&format!("{line}: attached"));
    stage.look_at_client(line);
    stage.keys("typed\r");
    if stage.tmux(&["list-clients", "-F", "#{client_readonly}"]) == "0\n" {
        stage.terminal.wait_for("typed\ntyped\n");
    }
    stage.look(&format!("{line}: typed"));
    stage.tmux(&["detach-client", "-t", stage.terminal.name()]);
    stage.end(line);
    stage.look_at_server(line);
}

fn visits(lines: &[&str], from: (u32, u32)) {
    for release in releases() {
        if release.is_at_least(from.0, from.1) {
            alike(&release, "xterm-256color", |stage| {
                for line in lines {
                    stage.clear();
                    visit(stage, line);
                }
            });
        }
    }
}

#[test]
fn options_before_the_command() {
    visits(
        &[
            "client -2 attach-session -t main",
            "client -u attach-session -t main",
            "LANG=C client attach-session -t main",
            "LC_ALL=C client -u attach-session -t main",
            "TERM=screen COLORTERM=truecolor client attach-session -t main",
            "client -uu2qN attach -t main",
        ],
        (3, 2),
    );
    visits(&["client -2u attach -t main", "LANG=C client attach -t main"], (3, 0));
    visits(
        &[
            "client -T 256,RGB attach-session -t main",
            "client -T title,mouse,nosuchfeature attach-session -t main",
            "client -T '' attach-session -t main",
        ],
        (3, 2),
    );
}

#[test]
fn read_only_and_the_other_flags() {
    visits(&["client attach-session -r -t main"], (3, 0));
    visits(
        &[
            "client attach-session -f read-only -t main",
            "client attach-session -f ignore-size -t main",
            "client attach-session -f read-only,ignore-size,active-pane -t main",
            "client attach-session -f '!read-only,no-output' -t main",
        ],
        (3, 2),
    );
    visits(&["client attach-session -f no-detach-on-destroy -t main"], (3, 6));
}

/// The terminal is standard input; where the last line goes is another matter.
#[test]
fn other_descriptors_may_lead_elsewhere() {
    visits(
        &[
            "client attach-session -t main >/dev/null",
            "client attach-session -t main 2>/dev/null",
            "client attach-session -t main >/dev/null 2>&1",
            "client attach-session -t main 2>&1 | cat",
            "client attach-session -t main >&-",
        ],
        (3, 0),
    );
}

#[test]
fn new_sessions() {
    visits(
        &[
            "client new-session -A -s main",
            "client new-session -A -D -s main",
            "client new-session -A -s fresh",
            "client new-session -s named -n window 'echo in the pane; cat'",
            "client new-session -t main -s grouped",
            "cd /; client new-session -s root -c /tmp",
            "client new-session -d -s behind \\; attach-session -t behind",
            "client",
        ],
        (3, 0),
    );
}

/// What a session takes from the client's environment and directory.
#[test]
fn the_environment_and_the_directory_go_along() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            let line = "cd bin; SSH_CONNECTION='a b' DISPLAY=:7 client new-session -s there";
            stage.attach(line);
            let environment = stage.tmux(&["show-environment", "-t", "there"]);
            stage.note("the environment", environment);
            let path = stage.tmux(&[
                "display-message",
                "-p",
                "-t",
                "there:",
                "#{session_path} #{pane_current_path}",
            ]);
            stage.note("the directory", path);
            stage.keys("\x02d");
            stage.end("detached");
            stage.attach("SSH_CONNECTION='c d' client attach-session -t there -c /tmp");
            let environment = stage.tmux(&["show-environment", "-t", "there"]);
            stage.note("the environment again", environment);
            let path = stage.tmux(&["display-message", "-p", "-t", "there:", "#{session_path}"]);
            stage.note("the directory again", path);
            stage.keys("\x02d");
            stage.end("detached again");
        });
    }
}

#[test]
fn a_switch_to_another_session_is_told_at_the_end() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.tmux(&["new-session", "-d", "-s", "other", "-n", "there", "echo other; cat"]);
            stage.attach("client attach-session -t main");
            stage.tmux(&["switch-client", "-c", stage.terminal.name(), "-t", "other"]);
            stage.terminal.wait_for("[other]");
            stage.look("switched");
            stage.keys_for("\x02)", "[main]");
            stage.rest();
            stage.keys_for("\x02)", "[other]");
            stage.look("switched by keys");
            stage.keys("\x02d");
            stage.end("detached");
        });
    }
}

#[test]
fn a_shell_command_in_place_of_the_client() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            for line in [
                "client -c 'echo hi; exit 7'",
                "client -c 'echo $0 $SHELL'",
                "client -l -c 'echo $0'",
                "client -c 'read line; echo $line' </dev/null",
                "client -c ''",
                "client -c 'kill -9 $$'",
            ] {
                stage.line(line);
                stage.end(line);
            }
            stage.line("client -c 'read word; echo got $word'");
            stage.keys("word\r");
            stage.end("a command that reads the terminal");
        });
    }
}

#[test]
fn nothing_to_attach_but_a_terminal_all_the_same() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            for line in [
                "client display-message -p '#{client_tty} #{session_name}'",
                "client new-session -d -s sized -x - -y -",
                "client start-server",
                "client list-clients",
                "client refresh-client",
                "client if-shell -F 1 'display-message -p yes'",
                "client if-shell -F 1 'attach-session -t missing'",
                "client command-prompt",
                "client confirm-before kill-server",
            ] {
                stage.line(line);
                stage.end(line);
            }
            stage.look_at_server("afterwards");
        });
    }
}

/// Attaching is one of several commands.
#[test]
fn attaching_among_other_commands() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            for line in [
                "client attach-session -t main \\; set -g status-left '<#S> '",
                "client if-shell -F 1 'attach-session -t main'",
                "client set -g @x 1 \\; attach -t main \\; split-window -h",
            ] {
                stage.line(line);
                stage.wait_for_client();
                stage.rest();
                stage.look(line);
                stage.keys("\x02d");
                stage.end(line);
            }
        });
    }
}
