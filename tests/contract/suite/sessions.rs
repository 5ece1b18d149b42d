//! Sessions.

use tmuxwire::ErrorKind;
use tmuxwire::operations::{FailureKind, NewSession, NewWindow, SessionTarget, Thing};

use super::{Stage, bisync, is_missing, kind, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    made_and_ended(server).await;
    named(server).await;
    windows_of_one(server).await;
    if server.has("groups") {
        in_groups(server).await;
    }
}

#[bisync]
async fn made_and_ended(server: &Stage) {
    let made = NewSession::new().name("made").width(100).height(30).window_name("one");
    let own = server.new_session(made).await.expect("a session");
    let info = own.info().await.expect("what it is");
    assert_eq!((info.id, info.name, info.windows), (own.id(), "made".into(), 1));
    assert_eq!((info.attached, info.group), (0, None));
    let taken = server.new_session(NewSession::new().name("made")).await;
    assert_eq!(kind(taken), ErrorKind::Failed(FailureKind::Duplicate));
    assert!(own.exists().await.expect("an answer"));
    assert_eq!(own.evaluate("#{session_name}").await.expect("a text"), b"made");
    own.kill().await.expect("an end");
    assert!(!own.exists().await.expect("an answer"));
    is_missing(own.info().await, Thing::Session);
    is_missing(own.evaluate("#{session_name}").await, Thing::Session);
    is_missing(own.kill().await, Thing::Session);
}

#[bisync]
async fn named(server: &Stage) {
    let own = session(server, "before").await;
    own.rename("after #{pid}").await.expect("a name");
    assert_eq!(own.info().await.expect("what it is").name, "after #{pid}");
    let other = session(server, "other").await;
    let taken = other.rename("after #{pid}").await;
    assert_eq!(kind(taken), ErrorKind::Failed(FailureKind::Duplicate));
    for session in [own, other] {
        session.kill().await.expect("an end");
    }
}

#[bisync]
async fn windows_of_one(server: &Stage) {
    let own = session(server, "windows").await;
    let first = own.current_window().await.expect("a window");
    let base = first.info().await.expect("what it is").index;
    let last = own.new_window(NewWindow::new().name("last")).await.expect("a window");
    assert_eq!(own.current_window().await.expect("a window"), last);
    let behind = NewWindow::new().name("far.off:9").detached();
    let far = own.new_window_at(base + 7, behind).await.expect("a window");
    assert_eq!(own.current_window().await.expect("a window"), last);
    let taken = own.new_window_at(base + 7, NewWindow::new()).await;
    assert_eq!(kind(taken), ErrorKind::Failed(FailureKind::Duplicate));

    assert_eq!(own.windows().await.expect("windows"), [first, last.clone(), far.clone()]);
    assert_eq!(own.window("far.off:9").await.expect("a window"), far);
    is_missing(own.window("far").await, Thing::Window);
    assert_eq!(own.window_at(base + 7).await.expect("a window"), far);
    is_missing(own.window_at(base + 5).await, Thing::Window);
    far.rename("last").await.expect("a name");
    assert_eq!(kind(own.window("last").await), ErrorKind::Failed(FailureKind::Ambiguous));

    own.select_window(&far).await.expect("another window");
    assert_eq!(own.current_window().await.expect("a window"), far);
    own.last_window().await.expect("another window");
    assert_eq!(own.current_window().await.expect("a window"), last);
    own.next_window().await.expect("another window");
    assert_eq!(own.current_window().await.expect("a window"), far);
    own.previous_window().await.expect("another window");
    assert_eq!(own.current_window().await.expect("a window"), last);

    own.renumber_windows().await.expect("numbers");
    let indexes: Vec<u32> =
        own.links().await.expect("places").into_iter().map(|link| link.index).collect();
    assert_eq!(indexes, [base, base + 1, base + 2]);
    assert_eq!(own.panes().await.expect("panes").len(), 3);
    own.clear_alerts().await.expect("nothing to hear");
    assert_eq!(own.clients().await.expect("clients"), []);
    own.kill().await.expect("an end");
}

#[bisync]
async fn in_groups(server: &Stage) {
    let own = session(server, "grouped").await;
    assert_eq!(own.group_members().await.expect("members"), std::slice::from_ref(&own));
    let shared = NewSession::new().name("partner").group(SessionTarget::Id(own.id()));
    let partner = server.new_session(shared).await.expect("a session");
    // It has the windows of the group, and their size.
    let larger = NewSession::new().name("larger").width(120).height(50);
    let made = server.make_session(larger.group(SessionTarget::Id(own.id()))).await;
    let made = made.expect("a session");
    let first = own.current_window().await.expect("a window").info().await.expect("what it is");
    assert_eq!((made.size, made.size.0), ((first.width, first.height), 80));
    made.session.kill().await.expect("an end");
    let mut members = own.group_members().await.expect("members");
    members.sort_by_key(|session| session.id().0);
    assert_eq!(members, [own.clone(), partner.clone()]);
    assert_eq!(own.windows().await.expect("windows"), partner.windows().await.expect("windows"));
    for session in [own, partner] {
        session.kill().await.expect("an end");
    }
}
