//! Finding things.

use std::collections::HashSet;

use tmuxwire::ErrorKind;
use tmuxwire::operations::read::{Listing, pane, session, window};
use tmuxwire::operations::{
    FailureKind, NewSession, NewWindow, PaneId, SessionId, Thing, WindowId,
};

use super::{Stage, bisync, is_missing, kind, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    by_whole_names(server).await;
    by_changed_names(server).await;
    or_nothing(server).await;
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

/// What a server makes of a name is found by the name that it was asked for.
#[bisync]
async fn by_changed_names(server: &Stage) {
    let own = session(server, "names").await;
    let version = server.info().await.expect("a server").version.expect("a version");
    let changes = version.is_at_least(3, 2) && !version.is_at_least(3, 7);
    for name in ["my.app", "a:b.c", "back\\slash", "a$HOME", "tab\there"] {
        let new = NewSession::new().name(name);
        let made = match server.make_session(new.clone()).await {
            Ok(made) => made,
            Err(error) => {
                assert_eq!(
                    error.kind(),
                    &ErrorKind::Failed(FailureKind::Invalid),
                    "{name}: {error}"
                );
                assert!(!server.has_session(name).await.expect("an answer"), "{version} {name}");
                continue;
            }
        };
        assert!(!made.was_there, "{version} {name}");
        assert_eq!(made.session.info().await.expect("what it is").name, made.name);
        assert_eq!(server.session(name).await.expect(name), made.session, "{version}");
        assert_eq!(server.session(&made.name).await.expect(name), made.session, "{version}");
        assert!(server.has_session(name).await.expect("an answer"), "{version} {name}");
        let taken = ErrorKind::Failed(FailureKind::Duplicate);
        assert_eq!(kind(server.new_session(new.clone()).await), taken, "{version} {name}");
        let again = server.make_session(new.attach_if_there()).await.expect("the same");
        assert!(again.was_there && again.session == made.session, "{version} {again:?}");
        made.session.kill().await.expect("an end");
    }
    // What is there keeps its size.
    let larger = NewSession::new().name("names").width(120).height(50);
    let there = server.make_session(larger.attach_if_there()).await.expect("the same");
    assert_eq!((there.was_there, there.size.0), (true, 80), "{version} {there:?}");
    let other = session(server, "my_app").await;
    assert_eq!(server.has_session("my.app").await.expect("an answer"), changes, "{version}");
    other.kill().await.expect("an end");
    for name in ["x.y:z", "back\\slash", "a$HOME"] {
        let window = own.new_window(NewWindow::new().name(name)).await.expect("a window");
        assert_eq!(own.window(name).await.expect(name), window, "{version}");
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn or_nothing(server: &Stage) {
    let own = session(server, "found").await;
    let window = own.current_window().await.expect("a window");
    let pane = own.active_pane().await.expect("a pane");
    let found = server.find_session("found").await.expect("an answer");
    assert_eq!(found.as_ref(), Some(&own));
    assert_eq!(server.find_session("foun").await.expect("an answer"), None);
    assert_eq!(server.find_window(window.id()).await.expect("an answer"), Some(window.clone()));
    assert_eq!(server.find_window(WindowId(999)).await.expect("an answer"), None);
    assert_eq!(server.find_pane(pane.id()).await.expect("an answer"), Some(pane.clone()));
    assert_eq!(server.find_pane(PaneId(999)).await.expect("an answer"), None);
    assert_eq!(server.find_client("/dev/none").await.expect("an answer"), None);
    assert_eq!(own.find_window("first").await.expect("an answer"), Some(window));
    assert_eq!(own.find_window("firs").await.expect("an answer"), None);
    own.kill().await.expect("an end");
    assert_eq!(own.find_window("first").await.expect("an answer"), None);
    assert!(pane.info().await.expect_err("it is gone").is_gone());
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
