//! Events, output of panes, subscriptions.

use tmuxwire::{
    Channel, ChannelOptions, Event, Events, Notification, OutputOptions, PaneEvent, PaneId,
    PaneOutput, Watch, Watched,
};
use tmuxwire_testkit::TestServer;

use crate::support::{attached, beside_each_release, on_each_release, open, within};

async fn pane(channel: &Channel) -> PaneId {
    let output = channel.run(["display-message", "-p", "-t", "main:", "#{pane_id}"]).await;
    PaneId::parse(output.expect("an answer").stdout_text().trim().as_bytes()).expect("a pane id")
}

async fn until(events: &mut Events, wanted: impl Fn(&Notification) -> bool) {
    let search = async {
        loop {
            match events.next().await.expect("no end") {
                Event::Notification(notification) if wanted(&notification) => return,
                Event::Notification(_) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    within(search).await;
}

/// Reads output up to where it ends so.
async fn output_until(output: &mut PaneOutput, end: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    let search = async {
        while !all.ends_with(end) {
            match output.next().await.expect("no end") {
                PaneEvent::Output(bytes) => all.extend_from_slice(&bytes),
                other => panic!("{other:?}"),
            }
        }
    };
    within(search).await;
    all
}

#[test]
fn every_listener_hears_what_happens() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let (mut one, mut other) = (channel.events(), channel.events());
        assert!(server.tmux(["rename-window", "-t", "main:", "a new name"]).status.success());
        for events in [&mut one, &mut other] {
            until(events, |notification| {
                matches!(notification, Notification::WindowRenamed { name, .. }
                    if name == "a new name")
            })
            .await;
        }
    });
}

#[test]
fn a_slow_listener_is_told_what_it_missed_and_holds_up_nobody() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let mut slow = channel.events_with_room(10);
        let mut fast = channel.events();
        for number in 0..50 {
            let name = format!("name {number}");
            let done = channel.run(["rename-window", "-t", "main:", &name]).await;
            assert_eq!(done.expect("an answer").status, 0);
        }
        until(&mut fast, |notification| {
            matches!(notification, Notification::WindowRenamed { name, .. } if name == "name 49")
        })
        .await;
        let Some(Event::Lagged(missed)) = slow.next().await else { panic!("no lag") };
        assert!(missed >= 40, "{missed}");
        let mut names = Vec::new();
        while names.last() != Some(&49) {
            if let Some(Event::Notification(Notification::WindowRenamed { name, .. })) =
                within(slow.next()).await
            {
                let name = String::from_utf8_lossy(&name).into_owned();
                names.push(name.trim_start_matches("name ").parse().expect("a number"));
            }
        }
        let expected: Vec<i32> = (50 - i32::try_from(names.len()).expect("few")..50).collect();
        assert_eq!(names, expected);
    });
}

#[test]
fn output_begins_with_the_screen_and_goes_on_without_a_gap() {
    on_each_release(|server| async move {
        // The half of an escape sequence, on the way while the screen is asked for.
        let program =
            "printf 'first\\033[3'; read x; printf '1mred\\033[0m \\\\ \\377\\nend'; exec cat";
        server.tmux(["respawn-window", "-k", "-t", "main:", program]);
        tmuxwire_testkit::wait_until("it has printed", || {
            server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout.starts_with(b"first\n")
        });
        let channel = attached(&server).await;
        let mut output = channel.pane_output(pane(&channel).await).await.expect("a stream");
        let Some(PaneEvent::Screen(screen)) = output.next().await else { panic!("no screen") };
        let lines: Vec<_> = screen.text.split(|byte| *byte == b'\n').collect();
        assert_eq!((lines[0], lines.len()), (&b"first"[..], 25));
        assert_eq!((&screen.pending[..], screen.cursor), (&b"\x1b[3"[..], (5, 0)));
        channel.run(["send-keys", "-t", "main:", "Enter"]).await.expect("sent");
        let heard = output_until(&mut output, b"end").await;
        assert_eq!(heard, b"\r\n1mred\x1b[0m \\ \xff\r\nend", "{}", server.release().version);
    });
}

#[test]
fn no_output_comes_unless_someone_listens() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let pane = pane(&channel).await;
        let flags = || {
            let clients = server.tmux(["list-clients", "-F", "#{client_flags}"]).stdout;
            String::from_utf8_lossy(&clients).trim().to_owned()
        };
        let new = server.release().is_at_least(3, 2);
        assert_eq!(flags().contains("no-output"), new);
        assert_eq!(flags().contains("ignore-size"), new);
        let output = channel.pane_output(pane).await.expect("a stream");
        let other = channel.pane_output(pane).await.expect("a stream");
        assert!(!flags().contains("no-output"));
        drop(output);
        channel.run(["list-sessions"]).await.expect("an answer");
        assert!(!flags().contains("no-output"));
        drop(other);
        channel.run(["list-sessions"]).await.expect("an answer");
        assert_eq!(flags().contains("no-output"), new);
    });
}

#[test]
fn a_missing_pane_is_refused() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let error = channel.pane_output(PaneId(99)).await.expect_err("no such pane");
        assert_eq!(error.kind(), &tmuxwire::ErrorKind::Refused);
        assert_eq!(error.to_string(), "the server refused: can't find pane: %99");
        assert!(error.is_not_found());
        let channel = open(&server, ChannelOptions::default()).await;
        let error = channel.pane_output(PaneId(0)).await.expect_err("not attached");
        assert_eq!(error.kind(), &tmuxwire::ErrorKind::NotAttached);
    });
}

/// Fills a pane with numbered lines, without a prompt or an echo, then says so.
fn print_lines(server: &TestServer, lines: u32) -> String {
    let release = format!("stty -echo; printf ready; read x; seq {lines}; printf done; exec cat");
    server.tmux(["respawn-window", "-k", "-t", "main:", &release]);
    tmuxwire_testkit::wait_until("it waits", || {
        server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout.starts_with(b"ready\n")
    });
    let lines: Vec<String> = (1..=lines).map(|line| format!("{line}\r\n")).collect();
    format!("{}done", lines.concat())
}

#[test]
fn output_is_complete_and_in_order() {
    on_each_release(|server| async move {
        let expected = print_lines(&server, 100_000);
        let channel = attached(&server).await;
        let options = OutputOptions::default().room(usize::MAX);
        let mut output =
            channel.pane_output_with(pane(&channel).await, options).await.expect("a stream");
        assert!(matches!(output.next().await, Some(PaneEvent::Screen(_))));
        channel.run(["send-keys", "-t", "main:", "Enter"]).await.expect("sent");
        let heard = output_until(&mut output, b"done").await;
        assert!(heard == expected.as_bytes(), "{} bytes", heard.len());
    });
}

#[test]
fn a_slow_listener_that_must_lose_nothing_gets_all() {
    on_each_release(|server| async move {
        let expected = print_lines(&server, 200_000);
        let channel = attached(&server).await;
        let limit = std::time::Duration::from_secs(60);
        let options = OutputOptions::default().room(1000).lossless(limit);
        if !server.release().is_at_least(3, 2) {
            return;
        }
        let mut output =
            channel.pane_output_with(pane(&channel).await, options).await.expect("a stream");
        assert!(matches!(output.next().await, Some(PaneEvent::Screen(_))));
        channel.run(["send-keys", "-t", "main:", "Enter"]).await.expect("sent");
        // Nothing is read until the server itself has nothing more to read from the pane.
        let size = || server.tmux(["display-message", "-p", "-t", "main:", "#{history_bytes}"]);
        let mut before = Vec::new();
        tmuxwire_testkit::wait_until("the pane stands still", || {
            let now = size().stdout;
            std::mem::replace(&mut before, now.clone()) == now
        });
        let heard = output_until(&mut output, b"done").await;
        assert!(heard == expected.as_bytes(), "{} bytes", heard.len());
    });
}

#[test]
fn a_paused_pane_goes_on_with_a_new_screen() {
    on_each_release(|server| async move {
        if !server.release().is_at_least(3, 2) {
            return;
        }
        server.tmux(["respawn-window", "-k", "-t", "main:", "seq 1000000000"]);
        let channel = attached(&server).await;
        let limit = std::time::Duration::from_secs(1);
        let options = OutputOptions::default().room(1000).lossless(limit);
        let mut output =
            channel.pane_output_with(pane(&channel).await, options).await.expect("a stream");
        let mut screens = Vec::new();
        let slowly = async {
            while screens.len() < 2 {
                match output.next().await {
                    Some(PaneEvent::Screen(screen)) => screens.push(screen),
                    Some(PaneEvent::Output(_)) => {
                        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    }
                    other => panic!("{other:?}"),
                }
            }
        };
        within(slowly).await;
        assert!(screens[1].text.len() > 100);
        // What follows comes exactly after the new screen.
        let mut text = screens[1].text.trim_ascii_end().to_vec();
        text.extend((screens[1].cursor.0 == 0).then_some(b'\n'));
        let end = text.len() + 1000;
        while text.len() < end {
            if let Some(PaneEvent::Output(bytes)) = within(output.next()).await {
                text.extend_from_slice(&bytes);
            }
        }
        text.truncate(end);
        let text = String::from_utf8_lossy(&text).into_owned();
        let numbers: Vec<u64> =
            text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let whole = &numbers[1..numbers.len() - 1];
        assert!(whole.len() > 50);
        assert!(whole.windows(2).all(|pair| pair[1] == pair[0] + 1), "{text}");
    });
}

#[test]
fn values_of_a_format_come_when_they_change() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let watched = channel.subscribe(Watch::Session, "#{@answer}").await;
        if !server.release().is_at_least(3, 2) {
            let error = watched.expect_err("there are none before 3.2");
            assert_eq!(error.kind(), &tmuxwire::ErrorKind::Refused);
            return;
        }
        let mut watched = watched.expect("a subscription");
        let mut panes = channel.subscribe(Watch::AllPanes, "#{pane_id}").await.expect("another");
        for answer in ["", "42", "43"] {
            if !answer.is_empty() {
                server.tmux(["set-option", "-g", "@answer", answer]);
            }
            let value = within(watched.next()).await;
            assert!(
                matches!(&value, Some(Watched::Value { value, .. }) if value == answer),
                "{value:?}"
            );
        }
        let value = within(panes.next()).await;
        assert!(matches!(value, Some(Watched::Value { pane: Some(PaneId(0)), .. })), "{value:?}");
    });
}

/// Also when the answer comes while the caller is about to listen, on another thread.
#[test]
fn a_stream_hears_from_its_screen_on_whoever_reads() {
    beside_each_release(|server| async move {
        let channel = attached(&server).await;
        let pane = pane(&channel).await;
        for _ in 0..100 {
            let mut output = channel.pane_output(pane).await.expect("a stream");
            assert!(matches!(output.next().await, Some(PaneEvent::Screen(_))));
            channel.run(["send-keys", "-t", "main:", "x"]).await.expect("sent");
            assert_eq!(output_until(&mut output, b"x").await, b"x");
        }
    });
}
