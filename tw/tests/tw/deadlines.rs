//! A wait takes no longer than it may, and a server that hangs isn't mistaken for a quiet pane.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;
use tmuxwire_testkit::{TestServer, wait_until};

use crate::support::{Running, on_each_release, press_enter, program, run, running};

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

/// Waits that have all begun when less than half of their time is over, however busy the machine is;
/// with the moment when it is.
fn begun<const N: usize>(server: &TestServer, waits: [&[&str]; N]) -> ([Running; N], Instant) {
    let mut limit = Duration::from_secs(3);
    loop {
        let began = Instant::now();
        let time = format!("{}s", limit.as_secs());
        let running = waits.map(|words| {
            running(server, &[&["wait", "--timeout", &time, "--json"], words].concat())
        });
        wait_until("all are connected, or it takes long", || {
            server.connections() == N && attached(server) == N - 1 || began.elapsed() > limit / 2
        });
        if began.elapsed() <= limit / 2 {
            return (running, began + limit);
        }
        drop(running);
        wait_until("nobody is connected", || server.connections() == 0);
        limit *= 4;
        assert!(limit < Duration::from_secs(60), "the waits begin in time");
    }
}

fn attached(server: &TestServer) -> usize {
    server.tmux(["list-clients"]).stdout.split(|byte| *byte == b'\n').count() - 1
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
        let (running, until) = begun(server, waits);
        server.signal(Signal::SIGSTOP);
        let seen = running.map(Running::finish);
        let over = until.elapsed();
        server.signal(Signal::SIGCONT);
        for (seen, words) in seen.into_iter().zip(waits) {
            let error = "the server doesn't answer";
            let object = json!({"met": false, "reason": "no-server", "error": error});
            assert_eq!((seen.status, seen.json()), (3, vec![object]), "{words:?} {seen:?}");
            assert_eq!(seen.stderr, format!("tw: {error}\n"), "{words:?}");
        }
        // Asking only then would take 5 seconds.
        assert!(over < Duration::from_secs(4), "{over:?}");
    });
}

/// By ^Z, say. What has come meanwhile is met, though the time is over.
#[test]
fn a_wait_that_is_stopped_itself_blames_no_server() {
    on_each_release(|server| {
        program(server, "read x; echo came; exec cat");
        let other = ["split-window", "-d", "-P", "-F", "#{pane_id}", "-t", "%0", "read x"];
        let other = String::from_utf8_lossy(&server.tmux(other).stdout).trim().to_owned();
        let waits = [
            (&["text", "never", "-t", "%0"][..], 1),
            (&["exit", "-t", "%0"], 1),
            (&["format", "#{@never}", "-t", "%0"], 1),
            (&["text", "came", "-t", "%0"], 0),
            (&["exit", "-t", &other], 0),
            (&["format", "#{@came}", "-t", "%0"], 0),
            (&["channel", "came"], 0),
        ];
        let (running, until) = begun(server, waits.map(|(words, _)| words));
        running.iter().for_each(|tw| tw.signal(Signal::SIGSTOP));
        press_enter(server);
        server.tmux(["send-keys", "-t", &other, "Enter"]);
        server.tmux(["set-option", "-g", "@came", "yes"]);
        server.tmux(["wait-for", "-S", "came"]);
        wait_until("all has come", || {
            let dead = server.tmux(["display-message", "-p", "-t", &other, "#{pane_dead}"]);
            let screen = server.tmux(["capture-pane", "-p", "-t", "%0"]).stdout;
            dead.stdout == b"1\n" && String::from_utf8_lossy(&screen).contains("came")
        });
        wait_until("their time is over", || until.elapsed() > Duration::from_millis(500));
        running.iter().for_each(|tw| tw.signal(Signal::SIGCONT));
        for (seen, (words, status)) in running.map(Running::finish).into_iter().zip(waits) {
            assert_eq!(seen.status, status, "{words:?} {seen:?}");
            assert_eq!(seen.json()[0]["met"], status == 0, "{words:?} {seen:?}");
            assert_eq!(seen.stderr, "", "{words:?}");
        }
    });
}

#[test]
fn a_wait_for_nobody_that_is_stopped_itself_gives_up() {
    on_each_release(|server| {
        let ([tw], until) = begun(server, [&["channel", "never"]]);
        tw.signal(Signal::SIGSTOP);
        wait_until("its time is over", || until.elapsed() > Duration::from_millis(500));
        tw.signal(Signal::SIGCONT);
        let seen = tw.finish();
        assert_eq!((seen.status, &seen.json()[0]["reason"]), (1, &json!("gave-up")), "{seen:?}");
    });
}
