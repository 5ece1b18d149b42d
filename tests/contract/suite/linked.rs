//! Windows that several sessions have.

use tmuxwire::ErrorKind;
use tmuxwire::operations::{FailureKind, NewWindow, Thing};

use super::{Link, Session, Stage, Window, bisync, is_missing, kind, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    let one = session(server, "link-one").await;
    let two = session(server, "link-two").await;
    let window = one.current_window().await.expect("a window");
    let base = window.info().await.expect("what it is").index;
    let other = two.current_window().await.expect("a window");

    two.link_window(&window, base + 5).await.expect("a link");
    assert_eq!(two.current_window().await.expect("a window"), other);
    let taken = window.link_to(&two, base + 5).await;
    assert_eq!(kind(taken), ErrorKind::Failed(FailureKind::Duplicate));
    assert_eq!(places(&window).await, [(one.clone(), base), (two.clone(), base + 5)]);
    let all = server.windows().await.expect("windows");
    assert_eq!(all.iter().filter(|known| **known == window).count(), 1);
    let pane = window.active_pane().await.expect("a pane");
    let all = server.panes().await.expect("panes");
    assert_eq!(all.iter().filter(|known| **known == pane).count(), 1);

    // Each session has a current window of its own.
    two.select_window(&window).await.expect("another window");
    assert_eq!(two.current_window().await.expect("a window"), window);
    is_missing(one.select_window(&other).await, Thing::Window);
    assert_eq!(one.current_window().await.expect("a window"), window);

    link_of(&window, &two).await.move_to(&two, base + 6).await.expect("a move");
    assert_eq!(places(&window).await, [(one.clone(), base), (two.clone(), base + 6)]);
    let link = link_of(&window, &two).await;
    link.swap(&link_of(&other, &two).await).await.expect("a change");
    assert_eq!(two.window_at(base).await.expect("a window"), window);
    assert_eq!(one.window_at(base).await.expect("a window"), window);
    link.select().await.expect("another window");
    assert_eq!(two.current_window().await.expect("a window"), window);

    window.unlink(&two).await.expect("one place less");
    assert_eq!(places(&window).await, [(one.clone(), base)]);
    is_missing(link.select().await, Thing::Window);
    assert!(matches!(kind(window.unlink(&one).await), ErrorKind::Failed(_)));

    two.link_window(&window, None).await.expect("a link");
    let third = two.new_window(NewWindow::new()).await.expect("a window");
    // At two places of one session: `kill-window -a` would end it, too.
    two.link_window(&window, base + 20).await.expect("a link");
    link_of(&window, &two).await.kill_others().await.expect("an end of others");
    link_of(&window, &two).await.unlink().await.expect("one place less");
    assert_eq!(two.windows().await.expect("windows"), std::slice::from_ref(&window));
    assert!(!third.exists().await.expect("an answer"));
    link_of(&window, &two).await.unlink().await.expect("one place less");
    // It was the session's only one.
    assert!(!two.exists().await.expect("an answer"));
    assert!(window.exists().await.expect("an answer"));
    one.kill().await.expect("an end");
}

#[bisync]
async fn places(window: &Window) -> Vec<(Session, u32)> {
    let links = window.links().await.expect("places");
    let mut places: Vec<_> = links.into_iter().map(|link| (link.session, link.index)).collect();
    places.sort_by_key(|(session, _)| session.id().0);
    places
}

#[bisync]
async fn link_of(window: &Window, session: &Session) -> Link {
    let mut links = window.links().await.expect("places").into_iter();
    links.find(|link| link.session == *session).expect("a place in the session")
}
