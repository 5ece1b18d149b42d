//! Futures that are dropped after any number of polls lose their own answer, and nothing else.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use tmuxwire::{ChannelOptions, PaneId, Server, Watch};
use tmuxwire_testkit::wait_until;

use crate::support::{asked, attached, beside_each_release, on_each_release, open, within};

/// Polls a future so many times, each when it wants to be polled, then drops it; answers whether
/// it came to its end.
async fn polled<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    let mut left = times;
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        if future.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        if left == 0 { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

#[test]
fn a_dropped_call_loses_its_own_answer_alone() {
    let test = |server: tmuxwire_testkit::TestServer| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        let ran = || asked(&server, ["show-options", "-gv", "@ran"]);
        for times in 0..6 {
            server.tmux(["set-option", "-g", "@ran", "x"]);
            let call = channel.run(["set-option", "-ga", "@ran", "1"]);
            within(polled(call, times)).await;
            let lines: Vec<_> = (0..5).map(|at| ["display", "-p", ["a", "b"][at % 2]]).collect();
            within(polled(channel.run_all(lines), times)).await;
            let dropped = polled(channel.run(["display-message", "-p", "dropped"]), times);
            let kept = channel.run(["display-message", "-p", "kept"]);
            let (_, kept) = within(async { tokio::join!(dropped, kept) }).await;
            assert_eq!(kept.expect("an answer").stdout_text(), "kept\n", "{times}");
            let alone = within(channel.run(["display-message", "-p", "alone"])).await;
            assert_eq!(alone.expect("an answer").stdout_text(), "alone\n", "{times}");
            // Polled once, it runs; and once only.
            assert_eq!(ran(), if times == 0 { "x" } else { "x1" }, "{times}");
        }
    };
    on_each_release(test);
    beside_each_release(test);
}

#[test]
fn a_dropped_opening_leaves_nothing() {
    beside_each_release(|server| async move {
        for times in 0..12 {
            let library = Server::at(server.socket());
            within(polled(library.channel(ChannelOptions::default()), times)).await;
            within(polled(library.channel(ChannelOptions::default().attach()), times)).await;
        }
        wait_until("nobody is connected", || server.connections() == 0);
        assert!(server.is_alive());
    });
}

#[test]
fn dropped_streams_leave_the_channel_as_it_was() {
    beside_each_release(|server| async move {
        let channel = attached(&server).await;
        let flags = || asked(&server, ["list-clients", "-F", "#{client_flags}"]);
        let before = flags();
        for times in 0..8 {
            within(polled(channel.pane_output(PaneId(0)), times)).await;
            within(polled(channel.subscribe(Watch::Session, "#{pid}"), times)).await;
            let answer = within(channel.run(["display-message", "-p", "text"])).await;
            assert_eq!(answer.expect("an answer").stdout_text(), "text\n");
        }
        wait_until("nothing is left on", || flags() == before);
        assert_eq!(channel.end(), None);
    });
}
