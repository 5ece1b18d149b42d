//! Finding things.

use std::collections::HashSet;

use tmuxwire::operations::read::{Listing, pane, session, window};
use tmuxwire::operations::{NewWindow, PaneId, SessionId, Thing, WindowId};

use super::{Stage, bisync, is_missing, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    by_whole_names(server).await;
    by_ids(server).await;
    in_lists(server).await;
}

#[bisync]
async fn by_whole_names(server: &Stage) {
    let long = session(server, "lookup-longer").await;
    is_missing(server.session("lookup").await, Thing::Session);
    is_missing(server.session("lookup*").await, Thing::Session);
    is_missing(server.session("").await, Thing::Session);
    assert!(!server.has_session("lookup").await.expect("an answer"));
    assert!(server.has_session("lookup-longer").await.expect("an answer"));
    let short = session(server, "lookup").await;
    assert_eq!(server.session("lookup").await.expect("a session"), short);
    assert_ne!(long, short);
    // What tmux's own targets would take for something else.
    let odd = session(server, "= it's a|b; #{x} \"é\"*").await;
    assert_eq!(server.session("= it's a|b; #{x} \"é\"*").await.expect("a session"), odd);
    for session in [long, short, odd] {
        session.kill().await.expect("an end");
    }
}

#[bisync]
async fn by_ids(server: &Stage) {
    let own = session(server, "ids").await;
    let window = own.current_window().await.expect("a window");
    let pane = own.active_pane().await.expect("a pane");
    assert_eq!(server.session_by_id(own.id()).await.expect("a session"), own);
    assert_eq!(server.window(window.id()).await.expect("a window"), window);
    assert_eq!(server.pane(pane.id()).await.expect("a pane"), pane);
    assert_eq!(pane.window().await.expect("a window"), window);
    assert_eq!(pane.session().await.expect("a session"), own);
    assert_eq!(window.active_pane().await.expect("a pane"), pane);
    is_missing(server.session_by_id(SessionId(999)).await, Thing::Session);
    is_missing(server.window(WindowId(999)).await, Thing::Window);
    is_missing(server.pane(PaneId(999)).await, Thing::Pane);

    let text = format!("{own:?} {window:?} {pane:?}");
    let shown = format!("Session({} of server", own.id());
    assert!(text.starts_with(&shown) && !text.contains("socket"), "{text}");
    #[expect(
        clippy::mutable_key_type,
        reason = "what can change of a server is no part of its hash"
    )]
    let handles: HashSet<_> = [pane.clone(), pane].into();
    assert_eq!(handles.len(), 1);
    own.kill().await.expect("an end");
}

#[bisync]
async fn in_lists(server: &Stage) {
    let own = session(server, "lists").await;
    let second = own.new_window(NewWindow::new().name("second")).await.expect("a window");
    let listing = Listing::windows().filter(session::NAME.eq("lists"));
    let rows = server.list(listing.fields((window::ID, window::NAME))).await.expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(rows.contains(&(second.id(), "second".into())), "{rows:?}");
    let panes = Listing::panes_of_session(own.id()).fields(pane::ID);
    let panes = server.list(panes).await.expect("rows");
    assert_eq!(panes.len(), 2);
    let all = server.panes().await.expect("panes");
    assert!(panes.iter().all(|id| all.iter().any(|pane| pane.id() == *id)));
    assert!(server.sessions().await.expect("sessions").contains(&own));
    assert!(server.windows().await.expect("windows").contains(&second));
    is_missing(server.list(Listing::windows_of(SessionId(999))).await, Thing::Session);
    own.kill().await.expect("an end");
}
