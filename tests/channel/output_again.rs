//! A pane's stream over connections that are lost: what a screen shows comes once.

use std::pin::pin;
use std::task::Poll;

use tmuxwire::{
    Channel, ChannelOptions, Event, Events, OutputOptions, PaneEvent, PaneId, PaneOutput, Reconnect,
};
use tmuxwire_testkit::{TestServer, wait_until};

use crate::support::{asked, on_each_release, open, within};

/// A server whose pane prints each line that it gets once, and a channel that comes back to it.
async fn begin(server: &TestServer) -> (Channel, Events) {
    let program = "stty -echo; echo ready; exec cat";
    server.tmux(["respawn-window", "-k", "-t", "main:", program]);
    shown(server, "ready");
    let options = ChannelOptions::default().attach_to("main").reconnect(Reconnect::SameServer);
    let channel = open(server, options).await;
    let events = channel.events();
    (channel, events)
}

fn shown(server: &TestServer, text: &str) {
    wait_until("it is printed", || {
        asked(server, ["capture-pane", "-p", "-t", "main:"]).contains(text)
    });
}

/// Has the pane print a line; when this returns, the server has it.
fn print(server: &TestServer, line: &str) {
    server.tmux(["send-keys", "-t", "main:", line, "Enter"]);
    shown(server, line);
}

/// Loses the channel's connection, and returns when there is another one.
async fn lose(server: &TestServer, events: &mut Events) {
    let name = asked(server, ["list-clients", "-F", "#{client_name}"]);
    assert_eq!(asked(server, ["detach-client", "-t", &name]), "");
    while within(events.next()).await.expect("an event") != Event::Gap {}
}

/// All that the server has written by now is in the listeners' mailboxes.
async fn arrive(channel: &Channel) {
    let answer = within(channel.run(["display-message", "-p", "text"])).await;
    assert_eq!(answer.expect("an answer").stdout_text(), "text\n");
}

/// Adds an event to what is known of the pane: a screen is all of it.
fn add(seen: &mut String, event: Option<PaneEvent>) {
    match event.expect("an event") {
        PaneEvent::Screen(screen) => *seen = String::from_utf8_lossy(&screen.text).into_owned(),
        PaneEvent::Output(bytes) => seen.push_str(&String::from_utf8_lossy(&bytes)),
        PaneEvent::Gap | PaneEvent::Lagged(_) => {}
        other => panic!("{other:?}"),
    }
}

/// Reads on until a line is there.
async fn read(output: &mut PaneOutput, seen: &mut String, line: &str) {
    while !seen.contains(line) {
        add(seen, within(output.next()).await);
    }
}

/// Polls a future so many times, each when it wants to be, then drops it.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), times);
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

fn once(seen: &str, line: &str, said: &str) {
    assert_eq!(seen.matches(line).count(), 1, "{said}: {line} in {seen:?}");
}

#[test]
fn what_a_new_screen_shows_does_not_come_behind_it() {
    on_each_release(|server| async move {
        let said = server.release().version.clone();
        let (channel, mut events) = begin(&server).await;
        let mut output = channel.pane_output(PaneId(0)).await.expect("a stream");
        assert!(matches!(within(output.next()).await, Some(PaneEvent::Screen(_))));
        for round in 0..3 {
            lose(&server, &mut events).await;
            // It waits in the mailbox, behind the gap and before the question for the screen.
            let [early, late] = ["early", "late"].map(|word| format!("{word}-{round}."));
            print(&server, &early);
            arrive(&channel).await;
            assert_eq!(within(output.next()).await, Some(PaneEvent::Gap), "{said}");
            let Some(PaneEvent::Screen(screen)) = within(output.next()).await else {
                panic!("{said}: no screen")
            };
            let mut seen = String::from_utf8_lossy(&screen.text).into_owned();
            once(&seen, &early, &said);
            print(&server, &late);
            read(&mut output, &mut seen, &late).await;
            once(&seen, &early, &said);
            once(&seen, &late, &said);
        }
    });
}

#[test]
fn a_dropped_wait_for_the_screen_loses_and_repeats_nothing() {
    on_each_release(|server| async move {
        let (channel, mut events) = begin(&server).await;
        let mut output = channel.pane_output(PaneId(0)).await.expect("a stream");
        assert!(matches!(within(output.next()).await, Some(PaneEvent::Screen(_))));
        let mut interrupted = 0;
        for times in 0..8 {
            let said = format!("{}, {times}", server.release().version);
            lose(&server, &mut events).await;
            assert_eq!(within(output.next()).await, Some(PaneEvent::Gap), "{said}");
            let lines = ["before", "between", "behind"].map(|word| format!("{word}-{times}."));
            let mut seen = String::new();
            print(&server, &lines[0]);
            arrive(&channel).await;
            match within(polled(output.next(), times)).await {
                Some(event) => add(&mut seen, event),
                None => interrupted += 1,
            }
            print(&server, &lines[1]);
            // Once with the screen's answer behind it, once without.
            if times % 2 == 0 {
                arrive(&channel).await;
            }
            if seen.is_empty() {
                let event = within(output.next()).await;
                assert!(matches!(event, Some(PaneEvent::Screen(_))), "{said}: {event:?}");
                add(&mut seen, event);
            }
            print(&server, &lines[2]);
            read(&mut output, &mut seen, &lines[2]).await;
            for line in &lines {
                once(&seen, line, &said);
            }
        }
        assert!(interrupted >= 2, "{interrupted}");
    });
}

#[test]
fn a_full_mailbox_keeps_its_gap() {
    on_each_release(|server| async move {
        let said = server.release().version.clone();
        let (channel, mut events) = begin(&server).await;
        let options = OutputOptions::default().room(1);
        let mut output = channel.pane_output_with(PaneId(0), options).await.expect("a stream");
        assert!(matches!(within(output.next()).await, Some(PaneEvent::Screen(_))));
        lose(&server, &mut events).await;
        // Each takes the place of all before it, the gap among them.
        for number in 0..3 {
            print(&server, &format!("line-{number}."));
            arrive(&channel).await;
        }
        let mut told = Vec::new();
        loop {
            match within(output.next()).await {
                Some(PaneEvent::Screen(screen)) => {
                    let seen = String::from_utf8_lossy(&screen.text).into_owned();
                    (0..3).for_each(|number| once(&seen, &format!("line-{number}."), &said));
                    break;
                }
                Some(event) => told.push(event),
                None => panic!("{said}: an end behind {told:?}"),
            }
        }
        assert!(matches!(told[..], [PaneEvent::Lagged(_), PaneEvent::Gap]), "{said}: {told:?}");
    });
}
