//! Handles belong to one process of a server.

use tmuxwire::operations::{NewSession, RenameSession, SessionTarget};
use tmuxwire::{Delivery, ErrorKind, Result};

use super::{Pane, Server, bisync};

/// What is left of a server's objects after it.
pub(crate) struct Left {
    server: Server,
    pane: Pane,
}

/// Ends the server behind handles.
#[bisync]
pub(crate) async fn killed(server: Server, kill: impl Fn()) -> Left {
    let main = server.session("main").await.expect("the session");
    let pane = main.active_pane().await.expect("the pane");
    kill();
    // A channel may notice it only by a command that gets no answer.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !matches!(failed(pane.info().await), (ErrorKind::NoServer { .. }, Delivery::NotSent)) {
        assert!(std::time::Instant::now() < deadline, "no server, and nobody says so");
    }
    let answers = [
        failed(pane.kill().await),
        failed(main.windows().await),
        failed(pane.evaluate("x").await),
        // It would start a server, but not for a handle of this one.
        failed(pane.server().new_session(NewSession::new()).await),
        failed(pane.server().snapshot().await),
    ];
    for (kind, delivery) in answers {
        assert!(matches!(kind, ErrorKind::NoServer { .. }), "{kind:?}");
        assert_eq!(delivery, Delivery::NotSent);
    }
    assert!(!pane.exists().await.expect("an answer"));
    assert!(!main.exists().await.expect("an answer"));
    let again = server.session("main").await;
    assert!(matches!(failed(again).0, ErrorKind::NoServer { .. }));
    Left { server: pane.server().clone(), pane }
}

/// Another server has the socket, and a pane of the same id.
#[bisync]
pub(crate) async fn restarted(left: Left, fresh: Server) {
    let Left { server, pane } = left;
    let main = fresh.session("main").await.expect("the session");
    let same = main.active_pane().await.expect("the pane");
    assert_eq!(pane.id(), same.id());
    assert_ne!(pane, same);
    assert_ne!(pane.server().id(), same.server().id());
    let answers = [
        failed(pane.kill().await),
        failed(pane.info().await),
        failed(pane.evaluate("x").await),
        failed(pane.swap(&same).await),
        failed(same.swap(&pane).await),
        failed(server.sessions().await),
        failed(server.snapshot().await),
        failed(server.set_buffer("x", vec![0; 10_000]).await),
        failed(server.perform(RenameSession::new("x").target(SessionTarget::exact("main"))).await),
    ];
    for answer in answers {
        assert_eq!(answer, (ErrorKind::AnotherServer, Delivery::NotSent));
    }
    assert!(!pane.exists().await.expect("an answer"));
    assert!(same.exists().await.expect("an answer"));
    assert_eq!(main.info().await.expect("what it is").name, "main");
}

/// Two servers know nothing of each other.
#[bisync]
pub(crate) async fn mixed(one: Server, other: Server) {
    let main = one.session("main").await.expect("the session");
    let theirs = other.session("main").await.expect("the session");
    assert_ne!(main, theirs);
    let window = main.current_window().await.expect("the window");
    let their_window = theirs.current_window().await.expect("the window");
    let link = window.links().await.expect("places").remove(0);
    let their_link = their_window.links().await.expect("places").remove(0);
    let pane = window.active_pane().await.expect("the pane");
    let their_pane = their_window.active_pane().await.expect("the pane");
    let trips = one.round_trips() + other.round_trips();
    let answers = [
        failed(pane.swap(&their_pane).await),
        failed(pane.join_to(&their_pane, tmuxwire::operations::JoinPane::new()).await),
        failed(window.swap(&their_window).await),
        failed(window.move_to(&theirs, None).await),
        failed(window.link_to(&theirs, 7).await),
        failed(window.unlink(&theirs).await),
        failed(window.kill_others(&theirs).await),
        failed(main.select_window(&their_window).await),
        failed(main.link_window(&their_window, None).await),
        failed(link.move_to(&theirs, None).await),
        failed(link.swap(&their_link).await),
    ];
    for answer in answers {
        assert_eq!(answer, (ErrorKind::AnotherServer, Delivery::NotSent));
    }
    assert_eq!(one.round_trips() + other.round_trips(), trips);
}

#[track_caller]
fn failed<T: std::fmt::Debug>(result: Result<T>) -> (ErrorKind, Delivery) {
    let error = result.expect_err("an error");
    (error.kind().clone(), error.delivery())
}
