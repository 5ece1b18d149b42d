//! How a channel ends, and that everybody learns of it.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tmuxwire::blocking::Channel;
use tmuxwire::{ChannelOptions, Command, Delivery, End, ErrorKind};
use tmuxwire_testkit::{TestServer, wait_until};

use crate::support::{is_answer_or_end, on_each_release, open, print, text_of, ways};

fn ended(channel: &Channel) -> End {
    wait_until("the channel has ended", || channel.end().is_some());
    channel.end().expect("an end")
}

#[test]
fn closing_ends_every_call_and_the_servers_client() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            assert_eq!(text_of(channel.run(print("x"))), "x\n");
            // A server that doesn't even answer.
            server.signal(Signal::SIGSTOP);
            thread::scope(|scope| {
                let calls: Vec<_> =
                    (0..4).map(|_| scope.spawn(|| channel.run(print("never")))).collect();
                // The others get their time to fall asleep.
                let late = Command::new(print("late")).deadline(Duration::from_millis(20));
                assert_eq!(channel.run(late).expect_err("late").kind(), &ErrorKind::TimedOut);
                channel.close();
                for call in calls {
                    let error = call.join().expect("it returns").expect_err("no answer");
                    assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::Closed));
                }
            });
            server.signal(Signal::SIGCONT);
            assert_eq!(ended(&channel), End::Closed);
            let error = channel.run(print("late")).expect_err("closed");
            assert_eq!(error.delivery(), Delivery::NotSent);
            wait_until("the server has let go", || server.connections() == 0);
        }
    });
}

#[test]
fn the_last_clone_closes() {
    on_each_release(|server| {
        for options in ways() {
            let channel = open(&server, options);
            let clone = channel.clone();
            drop(channel);
            assert_eq!(text_of(clone.run(print("x"))), "x\n");
            drop(clone);
            wait_until("the server has let go", || server.connections() == 0);
            assert!(server.is_alive());
        }
    });
}

#[test]
fn detaching_from_outside_is_told() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default().attach());
        assert!(channel.is_attached());
        assert!(server.tmux(["detach-client", "-s", "main"]).status.success());
        assert_eq!(ended(&channel), End::Detached { session: "main".into() });
        let error = channel.run(print("late")).expect_err("detached");
        assert_eq!(error.delivery(), Delivery::NotSent);
    });
}

#[test]
fn the_end_of_its_session_is_told() {
    on_each_release(|server| {
        assert!(server.tmux(["new-session", "-d", "-s", "other"]).status.success());
        let channel = open(&server, ChannelOptions::default().attach_to("other"));
        assert!(server.tmux(["kill-session", "-t", "other"]).status.success());
        assert_eq!(ended(&channel), End::SessionGone);
        assert!(server.is_alive());
    });
}

/// A server that is stopped is given up when the caller says, not after the usual five seconds, and waited
/// for if he says so.
#[test]
fn a_server_that_does_not_answer_is_given_up_when_the_caller_says() {
    on_each_release(|server| {
        let client = tmuxwire::blocking::Server::at(server.socket());
        let channel = |limit| client.channel(ChannelOptions::default().open_within(limit));
        server.signal(Signal::SIGSTOP);
        let started = Instant::now();
        let error = channel(Duration::from_millis(50)).expect_err("it is stopped");
        assert_eq!(error.kind(), &ErrorKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(5));
        server.signal(Signal::SIGCONT);
        channel(Duration::MAX).expect("a channel");
    });
}

#[test]
fn a_target_that_is_not_there_is_refused() {
    on_each_release(|server| {
        let options = ChannelOptions::default().attach_to("nobody");
        let error = tmuxwire::blocking::Server::at(server.socket()).channel(options);
        let error = error.expect_err("nobody");
        assert!(matches!(error.kind(), ErrorKind::ChannelEnded(End::Refused(_))), "{error:?}");
        assert!(error.is_not_found());
    });
}

/// Starts many calls, ends the server in their midst, and counts those that return as they should.
fn end_in_the_midst(server: &TestServer, options: ChannelOptions, end: impl FnOnce()) {
    const THREADS: usize = 20;
    const CALLS: usize = 50;
    let channel = open(server, options);
    let (answered, returned) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begin = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                let calls = (0..CALLS).map(|_| print("x"));
                for outcome in channel.run_all(calls) {
                    assert!(is_answer_or_end(&outcome), "{outcome:?}");
                    answered.fetch_add(usize::from(outcome.is_ok()), Ordering::Relaxed);
                    returned.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        begin.wait();
        end();
    });
    assert_eq!(returned.load(Ordering::Relaxed), THREADS * CALLS);
    assert!(matches!(ended(&channel), End::ServerGone | End::SessionGone), "{:?}", channel.end());
    assert!(channel.run(print("late")).is_err());
}

#[test]
fn no_call_hangs_when_the_server_is_ended() {
    on_each_release(|server| {
        end_in_the_midst(&server, ChannelOptions::default(), || {
            server.tmux(["kill-server"]);
        });
        wait_until("the server is gone", || !server.is_alive());
    });
}

#[test]
fn no_call_hangs_when_the_server_dies() {
    for options in ways() {
        on_each_release(|server| end_in_the_midst(&server, options.clone(), || server.kill()));
    }
}

/// No call returns before the server does, and it never does.
#[test]
fn a_server_that_dies_in_its_sleep_ends_every_call() {
    on_each_release(|server| {
        let channel = open(&server, ChannelOptions::default());
        server.signal(Signal::SIGSTOP);
        thread::scope(|scope| {
            let calls: Vec<_> = (0..8).map(|_| scope.spawn(|| channel.run(print("x")))).collect();
            server.kill();
            for call in calls {
                let error = call.join().expect("it returns").expect_err("no answer");
                assert_eq!(error.kind(), &ErrorKind::ChannelEnded(End::ServerGone));
            }
        });
    });
}
