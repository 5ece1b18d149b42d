//! Windows.

use tmuxwire::operations::{NewWindow, RespawnWindow, SplitWindow, Thing};

use super::{Stage, bisync, is_missing, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    made_and_ended(server).await;
    arranged(server).await;
    moved(server).await;
}

#[bisync]
async fn made_and_ended(server: &Stage) {
    let own = session(server, "ends").await;
    let first = own.current_window().await.expect("a window");
    let window = own.new_window(NewWindow::new().name("a|b; 'c'")).await.expect("a window");
    let info = window.info().await.expect("what it is");
    assert_eq!((info.id, info.session, info.name), (window.id(), own.id(), "a|b; 'c'".into()));
    assert!(info.active && !info.zoomed && info.panes == 1);
    window.rename("#{pid}").await.expect("a name");
    assert_eq!(window.evaluate("#{window_name}!").await.expect("a text"), b"#{pid}!");
    first.select().await.expect("another window");
    assert_eq!(own.current_window().await.expect("a window"), first);

    let pane = window.split(SplitWindow::new().detached()).await.expect("a pane");
    assert_ne!(window.active_pane().await.expect("a pane"), pane);
    assert!(window.panes().await.expect("panes").contains(&pane));
    let respawn = RespawnWindow::new().kill().command("exec cat");
    window.respawn(respawn).await.expect("a program");
    assert_eq!(window.panes().await.expect("panes").len(), 1);

    let third = own.new_window(NewWindow::new()).await.expect("a window");
    window.kill_others(&own).await.expect("an end of others");
    assert_eq!(own.windows().await.expect("windows"), std::slice::from_ref(&window));
    assert!(!third.exists().await.expect("an answer"));
    assert!(window.exists().await.expect("an answer"));
    own.new_window(NewWindow::new()).await.expect("a window");
    window.kill().await.expect("an end");
    assert!(!window.exists().await.expect("an answer"));
    is_missing(window.info().await, Thing::Window);
    is_missing(window.panes().await, Thing::Window);
    is_missing(window.links().await, Thing::Window);
    is_missing(window.evaluate("x").await, Thing::Window);
    is_missing(window.split(SplitWindow::new()).await, Thing::Window);
    is_missing(own.select_window(&window).await, Thing::Window);
    own.kill().await.expect("an end");
}

#[bisync]
async fn arranged(server: &Stage) {
    let own = session(server, "arranged").await;
    let window = own.current_window().await.expect("a window");
    let one = window.active_pane().await.expect("a pane");
    let two = window.split(SplitWindow::new()).await.expect("a pane");
    let three = window.split(SplitWindow::new()).await.expect("a pane");
    assert_eq!(window.panes().await.expect("panes"), [one.clone(), two.clone(), three.clone()]);

    if server.has("rotate-window") {
        window.rotate_up().await.expect("a turn");
        assert_eq!(window.panes().await.expect("panes"), [two.clone(), three.clone(), one.clone()]);
        window.rotate_down().await.expect("a turn");
        assert_eq!(window.panes().await.expect("panes"), [one.clone(), two, three]);
    }

    window.resize(120, 40).await.expect("a size");
    let info = window.info().await.expect("what it is");
    assert_eq!((info.width, info.height), (120, 40));
    window.select_layout("even-horizontal").await.expect("a layout");
    assert_eq!(one.info().await.expect("what it is").height, 40);
    window.next_layout().await.expect("a layout");
    assert_eq!(one.info().await.expect("what it is").width, 120);
    window.previous_layout().await.expect("a layout");
    assert_eq!(one.info().await.expect("what it is").height, 40);
    if server.has("spread") {
        window.spread_panes().await.expect("a layout");
    }
    let before = window.info().await.expect("what it is").layout;
    window.select_layout("tiled").await.expect("a layout");
    assert_ne!(window.info().await.expect("what it is").layout, before);
    if server.has("layout strings") {
        window.select_layout(before.to_vec()).await.expect("a layout");
        assert_eq!(window.info().await.expect("what it is").layout, before);
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn moved(server: &Stage) {
    let own = session(server, "from").await;
    let other = session(server, "to").await;
    let first = own.current_window().await.expect("a window");
    let base = first.info().await.expect("what it is").index;
    let second = own.new_window(NewWindow::new().detached()).await.expect("a window");
    first.swap(&second).await.expect("a change");
    // The place stays current.
    assert_eq!(own.current_window().await.expect("a window"), second);
    assert_eq!(own.windows().await.expect("windows"), [second.clone(), first.clone()]);
    second.move_to(&other, base + 4).await.expect("a move");
    assert_eq!(other.window_at(base + 4).await.expect("a window"), second);
    assert_eq!(own.windows().await.expect("windows"), [first]);
    second.move_to(&own, None).await.expect("a move");
    assert_eq!(own.windows().await.expect("windows").len(), 2);
    for session in [own, other] {
        session.kill().await.expect("an end");
    }
}
