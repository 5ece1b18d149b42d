//! No server on the socket: what starts one, and what says so.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tmuxwire_protocol::{Exit, ServerMessage, WireString};
use tmuxwire_testkit::{TestServer, Tmux, releases, wait_until};

use crate::support::{Seen, TMUXWIRE, client};

/// Command lines, none of which leaves a server behind that matters.
const LINES: &[&[&str]] = &[
    &["ls"],
    &["has-session"],
    &["has-session", "-t", "x"],
    &["kill-server"],
    &["frobnicate"],
    &["display-message", "-p", "x"],
    &["list"],
    &["new-window"],
    &["if-shell", "true", "new-session -d"],
    &[""],
    &[";"],
    &["ls;"],
    &["-N", "new-session", "-d"],
    &["-N", "ls"],
    &["new-session", "-d", "-Z"],
    &["start-server", ";", "frobnicate"],
    &["attach"],
    &["a"],
    &["start-server"],
    &["ls", ";", "start-server"],
    &["start-server;", "display-message", "-p", "x"],
    &["list-commands", "ls"],
    &["lscm", "start"],
    &["list-keys", "-T", "prefix", "d"],
    &["new-session", "-d", "-s", "x", "cat"],
    &["new", "-d", "-P", "-F", "#{session_name}", "-s", "y", "cat", ";", "kill-server"],
];

fn command(program: &Path, release: &Tmux, home: &Path) -> Command {
    let mut command = client(program, home);
    command.env("TMUXWIRE_TMUX", &release.path).args(["-f", "/dev/null", "-S", "socket"]);
    command
}

fn outcome(program: &Path, release: &Tmux, words: &[&str]) -> (Seen, bool) {
    let home = tempfile::tempdir().expect("a directory");
    let (global, words) = words.split_at(usize::from(words.first() == Some(&"-N")));
    let mut command = command(program, release, home.path());
    let seen = Seen::from(command.args(global).args(words).output().expect("runs"));
    let server = tmuxwire::blocking::Server::at(home.path().join("socket")).never_start();
    let stays = words[0].starts_with("new") && server.run(["has-session"]).is_ok();
    server.kill_server(Duration::from_secs(10)).expect("killed");
    (seen, stays)
}

#[test]
fn without_a_server_both_clients_do_the_same() {
    for release in releases().iter().filter(|release| release.is_at_least(3, 2)) {
        for words in LINES {
            let real = outcome(&release.path, release, words);
            let ours = outcome(Path::new(TMUXWIRE), release, words);
            assert_eq!(real, ours, "{} {words:?}", release.version);
        }
    }
}

#[test]
fn our_own_words_do_nothing_to_a_terminal() {
    let home = tempfile::tempdir().expect("a directory");
    let path = "a\x1b[31m\u{202e}\x7fb";
    let seen = Seen::from(
        client(Path::new(TMUXWIRE), home.path()).args(["-S", path, "ls"]).output().expect("runs"),
    );
    assert_eq!(
        seen.stderr,
        "error connecting to a\\u{1b}[31m\\u{202e}\\u{7f}b (No such file or directory)\n"
    );
}

/// tmux's own client fails here now and then: a server that is just exiting takes its connection
/// and drops it.
#[test]
fn a_new_session_right_after_kill_server_always_succeeds() {
    for release in releases() {
        let home = tempfile::tempdir().expect("a directory");
        let ours = |words: &[&str]| {
            let mut command = command(Path::new(TMUXWIRE), &release, home.path());
            let seen = Seen::from(command.args(words).output().expect("runs"));
            assert_eq!((seen.status, seen.stderr.as_str()), (0, ""), "{words:?}");
        };
        for _ in 0..15 {
            ours(&["new-session", "-d", "-s", "x", "cat"]);
            ours(&["kill-server"]);
        }
        let server = tmuxwire::blocking::Server::at(home.path().join("socket")).never_start();
        wait_until("the server is gone", || server.run(["ls"]).is_err());
    }
}

#[test]
fn sizes_are_refused_at_the_same_byte() {
    for release in releases() {
        let server = TestServer::start(&release);
        for size in [16351usize, 16352, 16353, 16368, 16369, 20000, 120_000] {
            let text = "x".repeat(size);
            let [real, ours] = [release.path.as_path(), Path::new(TMUXWIRE)].map(|program| {
                let mut command = server.program(program);
                Seen::from(command.args(["set-buffer", &text]).output().expect("runs"))
            });
            assert_eq!(real, ours, "{} {size}", release.version);
        }
    }
}

/// One more line than tmux's client, and only where it is true.
#[test]
fn a_server_whose_socket_was_deleted_is_named_with_the_remedy() {
    for release in releases() {
        let server = TestServer::start(&release);
        std::fs::remove_file(server.socket()).expect("removed");
        let both = |words: &[&str]| {
            [release.path.as_path(), Path::new(TMUXWIRE)].map(|program| {
                let mut command = client(program, server.home());
                Seen::from(command.args(["-S", "socket"]).args(words).output().expect("runs"))
            })
        };
        let [tmux, ours] = both(&["list-sessions"]);
        let pid = server.pid();
        assert_eq!((ours.status, &ours.stdout), (tmux.status, &tmux.stdout));
        let mut lines = ours.stderr.lines();
        assert_eq!(lines.next(), tmux.stderr.lines().next());
        let remedy = lines.next().expect("one more line");
        assert!(remedy.contains(&format!("process {pid}")), "{remedy}");
        assert!(remedy.contains(&format!("`kill -USR1 {pid}`")), "{remedy}");
        assert_eq!(lines.next(), None);
        server.kill();
        let [tmux, ours] = both(&["list-sessions"]);
        assert_eq!(ours, tmux, "{}: nothing runs there", release.version);
    }
}

#[test]
fn a_server_that_lets_nobody_in_comes_with_a_remedy() {
    let fake = tmuxwire_testkit::FakeServer::new();
    let serving = fake.serve([|mut peer| {
        let message = WireString::new("access not allowed".to_owned()).ok();
        peer.say(&ServerMessage::Exit(Exit { status: Some(1), message }));
        peer.rest();
    }]);
    let home = tempfile::tempdir().expect("a directory");
    let mut command = client(Path::new(TMUXWIRE), home.path());
    let seen = Seen::from(command.arg("-S").arg(fake.socket()).arg("ls").output().expect("runs"));
    let remedy = "tmuxwire: the server's owner can let you in: `tmux server-access -a USER`\n";
    assert_eq!(seen.stderr, format!("access not allowed\n{remedy}"));
    assert_eq!(seen.status, 1);
    serving.join().expect("served");
}

#[test]
fn another_protocol_version_comes_with_a_remedy() {
    let fake = tmuxwire_testkit::FakeServer::new();
    let serving = fake.serve([|mut peer| {
        let header = [12_u32, 16, 9, u32::MAX].map(u32::to_ne_bytes);
        peer.say_raw(&header.concat());
        peer.rest();
    }]);
    let home = tempfile::tempdir().expect("a directory");
    let mut command = client(Path::new(TMUXWIRE), home.path());
    let seen = Seen::from(command.arg("-S").arg(fake.socket()).arg("ls").output().expect("runs"));
    let mut lines = seen.stderr.lines();
    assert_eq!(lines.next(), Some("protocol version mismatch (client 8, server 9)"));
    assert!(lines.next().expect("one more line").contains("started by another tmux"));
    assert_eq!((seen.status, lines.next()), (1, None));
    serving.join().expect("served");
}
