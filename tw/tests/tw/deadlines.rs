//! A wait takes no longer than it may, and a server that hangs isn't mistaken for a quiet pane.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::{on_each_release, program, run, running, until_attached};

#[test]
fn all_of_a_wait_is_within_its_time() {
    on_each_release(|server| {
        server.signal(Signal::SIGSTOP);
        for words in [
            &["wait", "text", "x"][..],
            &["wait", "idle", "--settle", "10ms"],
            &["wait", "exit"],
            &["wait", "format", "1"],
            &["wait", "ready"],
            &["events"],
            &["events", "--count", "1"],
            &["output"],
            &["output", "--raw", "--bytes", "1"],
        ] {
            let began = Instant::now();
            let seen = run(server, &[words, &["--timeout", "100ms"]].concat());
            // Finding the pane alone would take 5 seconds.
            assert!(began.elapsed() < Duration::from_secs(4), "{words:?} {:?}", began.elapsed());
            assert_eq!((seen.status, seen.stderr.as_str()), (3, "tw: the server doesn't answer\n"));
        }
        let seen = run(server, &["wait", "exit", "--propagate", "--timeout", "100ms"]);
        assert_eq!(seen.status, 125, "{seen:?}");
        server.signal(Signal::SIGCONT);
    });
}

#[test]
fn the_silence_of_a_stopped_server_is_not_the_panes() {
    on_each_release(|server| {
        program(server, "while :; do echo x; sleep 0.05; done");
        let tw = running(server, &["wait", "idle", "--settle", "1s", "--timeout", "3s"]);
        until_attached(server, 1);
        server.signal(Signal::SIGSTOP);
        let seen = tw.finish();
        server.signal(Signal::SIGCONT);
        assert_eq!((seen.status, seen.stdout.len()), (1, 0), "{seen:?}");
        assert!(seen.stderr.contains("last seen: the server doesn't answer"), "{seen:?}");
    });
}
