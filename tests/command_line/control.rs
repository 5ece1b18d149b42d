//! `tmuxwire -C` and a server that hangs, or never stops.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tmuxwire_testkit::{Flood, TestServer, releases, wait_until};

use crate::support::{Seen, TMUXWIRE};

#[test]
fn a_stopped_server_is_waited_for() {
    for release in releases() {
        let server = TestServer::start(&release);
        server.signal(Signal::SIGSTOP);
        let mut client = tmuxwire_testkit::command(TMUXWIRE, server.home())
            .arg("-S")
            .arg(server.socket())
            .args(["-C", "attach"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("runs");
        // As long as a question of our own is waited for.
        let asked = tmuxwire::blocking::Server::at(server.socket()).info();
        assert_eq!(asked.expect_err("stopped").kind(), &tmuxwire::ErrorKind::TimedOut);
        assert!(client.try_wait().expect("a child").is_none(), "{}", release.version);
        server.signal(Signal::SIGCONT);
        wait_until("it is attached", || !server.tmux(["list-clients"]).stdout.is_empty());
        drop(client.stdin.take());
        let seen = Seen::from(client.wait_with_output().expect("ends"));
        assert!(seen.stdout.contains("%session-changed"), "{} {seen:?}", release.version);
    }
}

#[test]
fn endless_output_takes_no_endless_memory() {
    let flood = Flood::start();
    for words in [&["-C"][..], &["-C", "attach"], &["attach"], &["ls"]] {
        let mut command = Command::new("/bin/sh");
        // 200 MB of address space; the client takes all that the server says, or gives it up.
        let seen = command
            .args(["-c", "ulimit -v 200000; exec \"$0\" \"$@\" >/dev/null", TMUXWIRE, "-S"])
            .arg(flood.socket())
            .args(words)
            .stdin(Stdio::null())
            .output()
            .expect("runs");
        let seen = Seen::from(seen);
        assert_ne!(seen.status, 1006, "{words:?} {seen:?}");
        if words[0] == "-C" {
            assert_eq!(seen.status, 1, "{words:?} {seen:?}");
            assert!(seen.stderr.starts_with("the command printed more than"), "{words:?} {seen:?}");
        }
    }
}
