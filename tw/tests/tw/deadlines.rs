//! A wait takes no longer than it may, and a server that hangs isn't mistaken for a quiet pane.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;
use tmuxwire_testkit::wait_until;

use crate::support::{Running, on_each_release, program, run, running, until_attached};

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
            &["wait", "channel", "never"],
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
fn a_server_that_stops_meanwhile_is_told_when_the_time_is_over() {
    on_each_release(|server| {
        program(server, "while :; do echo x; sleep 0.05; done");
        let waits = [
            &["text", "never"][..],
            &["idle", "--settle", "1s"],
            &["exit"],
            &["format", "#{@never}"],
            &["ready", "--settle", "1m"],
            &["channel", "never"],
        ];
        let began = Instant::now();
        let running = waits.map(|words| {
            let form = ["wait", "--timeout", "3s", "--json"];
            running(server, &[&form[..], words].concat())
        });
        until_attached(server, 5);
        wait_until("the channel's is connected", || server.connections() == 6);
        server.signal(Signal::SIGSTOP);
        let seen = running.map(Running::finish);
        let took = began.elapsed();
        server.signal(Signal::SIGCONT);
        for (seen, words) in seen.into_iter().zip(waits) {
            let error = "the server doesn't answer";
            let object = json!({"met": false, "reason": "no-server", "error": error});
            assert_eq!((seen.status, seen.json()), (3, vec![object]), "{words:?} {seen:?}");
            assert_eq!(seen.stderr, format!("tw: {error}\n"), "{words:?}");
        }
        assert!(took < Duration::from_millis(3900), "{took:?}");
    });
}
