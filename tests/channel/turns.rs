//! Who reads the stream changes from call to call: the caller who is alone, or the driver. However
//! it comes, every call is answered.

use tmuxwire::{Channel, ChannelOptions, Output, Result};
use tmuxwire_testkit::TestServer;

use crate::support::{beside_each_release, on_each_release, open, within};

/// On the caller's own thread, and with the driver on another.
fn both_ways<F: Future<Output = ()>>(test: impl Fn(TestServer) -> F + Copy) {
    on_each_release(test);
    beside_each_release(test);
}

fn is_fine(answer: Result<Output>) {
    let answer = answer.expect("an answer");
    assert_eq!((answer.status, &*answer.stderr_text()), (0, ""));
}

/// What a caller who reads for himself learns of sessions is the driver's business: it asks a
/// question of its own meanwhile.
#[test]
fn calls_that_make_news_are_answered() {
    both_ways(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        for _ in 0..100 {
            for words in [
                &["new-session", "-d", "-s", "passing"][..],
                &["rename-session", "-t", "passing", "other"],
                &["kill-session", "-t", "other"],
            ] {
                is_fine(within(channel.run(words)).await);
            }
        }
    });
}

async fn says(channel: &Channel, text: &str) {
    let answer = channel.run(["display-message", "-p", text]).await.expect("an answer");
    assert_eq!(answer.stdout_text().trim_end(), text);
}

#[test]
fn calls_of_one_task_or_of_many_are_answered() {
    both_ways(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        for _ in 0..500 {
            within(async { tokio::join!(says(&channel, "a"), says(&channel, "b")) }).await;
            let both = ["c", "d"].map(|text| {
                let channel = channel.clone();
                tokio::spawn(async move { says(&channel, text).await })
            });
            within(says(&channel, "e")).await;
            for task in both {
                within(task).await.expect("its answer");
            }
            // One goes on after the other has its answer.
            let slow = async {
                says(&channel, "f").await;
                says(&channel, "g").await;
            };
            within(async { tokio::join!(slow, says(&channel, "h")) }).await;
        }
    });
}

/// Lines that wait for one that takes another route are sent all the same.
#[test]
fn a_list_with_commands_of_both_routes_is_answered() {
    both_ways(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        let kinds = [&["list-sessions"][..], &["run-shell", "true"], &["list-buffers"]];
        for length in 0..20 {
            let commands: Vec<_> = kinds.iter().cycle().take(length).copied().collect();
            let answers = within(channel.run_all(commands)).await;
            assert_eq!(answers.len(), length);
            answers.into_iter().for_each(is_fine);
        }
    });
}
