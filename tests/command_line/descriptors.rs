//! Closed, full and odd standard descriptors, as tmux's own client treats them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tmuxwire_testkit::{TestServer, Tmux, releases, system};

use crate::support::{Seen, TMUXWIRE, program};

const COMMANDS: &[&str] = &[
    "display-message -p x",
    "show-buffer",
    "save-buffer -",
    "save-buffer saved",
    "load-buffer -b loaded -",
    "source-file -",
    "frobnicate",
    "list-keys -T copy-mode",
    "display-message -p a ';' show-buffer",
    "show-buffer ';' display-message -p lost",
    "load-buffer -b one - ';' load-buffer -b two -",
    "load-buffer -b one - ';' show-buffer -b one",
    "set-buffer x ';' has-session -t =nope",
];

/// Shell redirections.
const REDIRECTIONS: &[&str] = &[
    "",
    "<&-",
    ">&-",
    "2>&-",
    "<&- >&-",
    ">&- 2>&-",
    "<&- 2>&-",
    "<&- >&- 2>&-",
    ">/dev/full",
    "2>/dev/full",
    ">/dev/full 2>&1",
    "</dev/null",
    ">/dev/null 1</dev/null",
    "<input",
];

/// Where tmux's client writes to the wrong descriptor: what it closes gets another meaning. With
/// standard error closed it may end before it has printed its output; with standard output full
/// a later command's output goes to standard error. We print what belongs where.
fn tmux_mixes_up(command: &str, redirection: &str) -> bool {
    (redirection.contains("2>&-") && command == "display-message -p a ';' show-buffer")
        || ((redirection.contains("full") || redirection.contains("1<"))
            && command == "show-buffer ';' display-message -p lost")
}

/// Runs a command line of the shell with the client as `$@`.
fn shell(client: &[String], line: &str, home: &Path, release: &Tmux) -> Seen {
    let script = format!("exec \"$@\" -S socket {line}");
    let mut command = tmuxwire_testkit::command("/bin/sh", home);
    let pipe = command
        .args(["-c", &script, "sh"])
        .args(client)
        .env("TMUXWIRE_TMUX", &release.path)
        .stdin(Stdio::null())
        .output();
    pipe.expect("runs").into()
}

#[test]
fn odd_descriptors_change_the_same_in_both_clients() {
    for release in releases() {
        let server = TestServer::start(&release);
        let home = server.home();
        fs::write(home.join("input"), "set -g @x 1\ndisplay-message -p sourced\n").expect("a file");
        let ours = [TMUXWIRE.to_owned()];
        let real = program(&release);
        for redirection in REDIRECTIONS {
            for command in COMMANDS {
                if tmux_mixes_up(command, redirection) {
                    continue;
                }
                // What stands in a buffer must not depend on who ran before.
                server.tmux(["delete-buffer", "-b", "one", ";", "delete-buffer", "-b", "two"]);
                server.tmux(["set-buffer", "-b", "zz", "buffer text"]);
                let line = format!("{command} {redirection}");
                let real = shell(&real, &line, home, &release);
                server.tmux(["delete-buffer", "-b", "one", ";", "delete-buffer", "-b", "two"]);
                server.tmux(["set-buffer", "-b", "zz", "buffer text"]);
                let ours = shell(&ours, &line, home, &release);
                assert_eq!(real, ours, "{} {line}", release.version);
            }
        }
    }
}

/// `| head -1` and a reader that never comes.
#[test]
fn a_closed_reader_is_no_failure() {
    for release in releases() {
        let server = TestServer::start(&release);
        let big = vec![b'z'; 2_000_000];
        fs::write(server.home().join("big"), big).expect("a file");
        server.tmux(["load-buffer", "-b", "big", "big"]);
        for command in ["list-keys", "show-buffer -b big", "save-buffer -b big -"] {
            let clients = [program(&release), vec![TMUXWIRE.to_owned()]];
            let [real, ours] = clients.map(|client| {
                let script = format!(
                    "{{ \"$@\" -S socket {command}; echo $? >status; }} | head -c 10; cat status"
                );
                let mut shell = tmuxwire_testkit::command("/bin/sh", server.home());
                shell.args(["-c", &script, "sh"]).args(client).stdin(Stdio::null());
                Seen::from(shell.output().expect("runs"))
            });
            assert_eq!(real, ours, "{} {command}", release.version);
        }
    }
}

/// tmux up to 3.7c says nothing and exits with 0; a file that is not written is worth a word.
#[test]
fn a_file_that_is_not_on_disk_is_reported_on_every_release() {
    for release in releases() {
        let server = TestServer::start(&release);
        server.tmux(["set-buffer", "text"]);
        let said: Seen = server
            .program(TMUXWIRE)
            .args(["save-buffer", "/dev/full"])
            .output()
            .expect("runs")
            .into();
        assert_eq!(said.status, 1, "{said:?}");
        assert_eq!(said.stderr, "No space left on device: /dev/full\n", "{}", release.version);
    }
}

#[test]
fn input_that_nobody_asked_for_stays_in_the_pipe() {
    let server = TestServer::start(&system());
    let script = "printf 'one\\ntwo\\n' | { \"$1\" -S socket display-message -p x; cat; }";
    let said: Seen = tmuxwire_testkit::command("/bin/sh", server.home())
        .args(["-c", script, "sh", TMUXWIRE])
        .output()
        .expect("runs")
        .into();
    assert_eq!(said.stdout, "x\none\ntwo\n");
}

/// Descriptors that were closed are closed again for what is handed over.
#[test]
fn closed_descriptors_stay_closed_for_the_real_tmux() {
    let home = tempfile::tempdir().expect("a directory");
    let script = home.path().join("tmux");
    fs::write(&script, "#!/bin/sh\nls -l /proc/$$/fd >fds\n").expect("a script");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&script, mode).expect("a mode");
    let mut shell = Command::new("/bin/sh");
    let status = shell
        .arg0("sh")
        .args(["-c", "\"$0\" -S missing new-session -d <&- 2>&-", TMUXWIRE])
        .current_dir(home.path())
        .env("TMUXWIRE_TMUX", &script)
        .stdout(Stdio::null())
        .status()
        .expect("runs");
    assert!(status.success());
    let fds = fs::read_to_string(home.path().join("fds")).expect("a listing");
    assert!(!fds.contains(" 0 -> "), "{fds}");
    assert!(!fds.contains(" 2 -> "), "{fds}");
}
