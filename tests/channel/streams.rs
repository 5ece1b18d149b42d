//! What streams, through `StreamExt`.

use futures_util::{StreamExt, pin_mut};
use tmuxwire::operations::read::{Listing, session};
use tmuxwire::{Change, Event, Notification, PaneEvent, PaneId, Server, Watch, Watched};

use crate::support::{asked, attached, beside_each_release, within};

#[test]
fn what_streams_is_a_stream() {
    beside_each_release(|server| async move {
        let channel = attached(&server).await;
        let is_renamed = |event: &Event| {
            matches!(event, Event::Notification(Notification::WindowRenamed { .. }))
        };
        let renamed = channel.events().filter(|event| std::future::ready(is_renamed(event)));
        pin_mut!(renamed);
        let output = channel.pane_output(PaneId(0)).await.expect("output").into_stream();
        let raw = Server::at(server.socket()).raw_output(PaneId(0)).await.expect("output");
        let changes = Server::at(server.socket()).watch(Listing::sessions().fields(session::NAME));

        assert_eq!(asked(&server, ["rename-window", "-t", "main:", "new"]), "");
        assert!(within(renamed.next()).await.is_some());
        assert_eq!(asked(&server, ["send-keys", "-t", "main:", "hello", "Enter"]), "");
        let is_done = |text: &[u8]| text.windows(5).any(|part| part == b"hello");
        let seen = output.scan(Vec::new(), |seen, event| {
            if let PaneEvent::Output(bytes) = event {
                seen.extend_from_slice(&bytes);
            }
            std::future::ready(Some(seen.clone()))
        });
        pin_mut!(seen);
        while !is_done(&within(seen.next()).await.expect("more output")) {}
        let mut raw = raw.into_stream();
        let mut bytes = Vec::new();
        while !is_done(&bytes) {
            bytes.extend_from_slice(&within(raw.next()).await.expect("more").expect("output"));
        }
        let first: Vec<_> = within(changes.take(2).collect()).await;
        assert!(matches!(&first[0], Ok(Change::Server(_))), "{first:?}");
        assert!(matches!(&first[1], Ok(Change::Appeared(name)) if name == "main"), "{first:?}");
        if server.release().is_at_least(3, 2) {
            let mut watched =
                channel.subscribe(Watch::Session, "#{session_name}").await.expect("it");
            let value = within(StreamExt::next(&mut watched)).await;
            assert!(matches!(value, Some(Watched::Value { value, .. }) if value == "main"));
        }
    });
}
