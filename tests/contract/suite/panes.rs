//! Panes.

use tmuxwire::ErrorKind;
use tmuxwire::operations::read::pane;
use tmuxwire::operations::{
    BreakPane, CopyMode, FailureKind, JoinPane, NewWindow, ResizePane, RespawnPane, SplitWindow,
    Thing,
};

use super::{Pane, Stage, bisync, is_missing, kind, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    made_and_ended(server).await;
    sized(server).await;
    moved(server).await;
    evaluated(server).await;
}

#[bisync]
async fn made_and_ended(server: &Stage) {
    let own = session(server, "panes").await;
    let first = own.active_pane().await.expect("a pane");
    let second = first.split(SplitWindow::new().horizontal()).await.expect("a pane");
    let info = second.info().await.expect("what it is");
    assert_eq!((info.id, info.session, info.active), (second.id(), own.id(), true));
    assert_eq!(first.fields((pane::ACTIVE, pane::DEAD)).await.expect("fields"), (false, false));
    first.select().await.expect("another pane");
    assert_eq!(own.active_pane().await.expect("a pane"), first);
    first.set_title("a #{pid} |; b").await.expect("a title");
    assert_eq!(first.title().await.expect("a title"), "a #{pid} |; b");
    if server.has("programs") {
        let pid = first.info().await.expect("what it is").pid;
        first.respawn(RespawnPane::new().kill().command("exec cat")).await.expect("a program");
        assert_ne!(first.info().await.expect("what it is").pid, pid);
    }
    assert!(matches!(kind(first.respawn(RespawnPane::new()).await), ErrorKind::Failed(_)));

    let third = second.split(SplitWindow::new()).await.expect("a pane");
    first.kill_others().await.expect("an end of others");
    let window = first.window().await.expect("a window");
    assert_eq!(window.panes().await.expect("panes"), std::slice::from_ref(&first));
    for gone in [second, third] {
        assert!(!gone.exists().await.expect("an answer"));
        is_missing(gone.info().await, Thing::Pane);
        is_missing(gone.window().await, Thing::Pane);
        is_missing(gone.evaluate("x").await, Thing::Pane);
        is_missing(gone.select().await, Thing::Pane);
        if server.has("zoom") {
            is_missing(gone.zoom().await, Thing::Pane);
            is_missing(gone.unzoom().await, Thing::Pane);
        }
        is_missing(gone.split(SplitWindow::new()).await, Thing::Pane);
        is_missing(gone.clear_history().await, Thing::Pane);
        is_missing(gone.kill().await, Thing::Pane);
        is_missing(gone.break_out(BreakPane::new()).await, Thing::Pane);
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn sized(server: &Stage) {
    let own = session(server, "sized").await;
    let first = own.active_pane().await.expect("a pane");
    let second = first.split(SplitWindow::new().horizontal()).await.expect("a pane");
    first.resize(ResizePane::new().width(30)).await.expect("a size");
    assert_eq!(first.info().await.expect("what it is").width, 30);

    if server.has("zoom") {
        zoomed(&first, &second).await;
    }
    let error = loop {
        if let Err(error) = first.split(SplitWindow::new()).await {
            break error;
        }
    };
    assert_eq!(error.kind(), &ErrorKind::Failed(FailureKind::NoSpace));

    if server.has("copy-mode") {
        first.copy_mode(CopyMode::new()).await.expect("a mode");
        let mode = first.info().await.expect("what it is").mode;
        assert_eq!(mode.expect("a mode"), "copy-mode");
        first.leave_modes().await.expect("no mode");
        assert_eq!(first.info().await.expect("what it is").mode, None);
    }
    first.clear_history().await.expect("no history");
    own.kill().await.expect("an end");
}

/// Each twice: they are no switches.
#[bisync]
async fn zoomed(first: &Pane, second: &Pane) {
    for pane in [first, first, second, second] {
        pane.zoom().await.expect("a zoom");
        assert_eq!(is_zoomed(pane).await, (true, true));
    }
    for _ in 0..2 {
        first.unzoom().await.expect("no zoom");
        assert_eq!(is_zoomed(second).await, (false, true));
    }
}

#[bisync]
async fn is_zoomed(pane: &Pane) -> (bool, bool) {
    use tmuxwire::operations::read::window;
    pane.fields((window::ZOOMED, pane::ACTIVE)).await.expect("fields")
}

#[bisync]
async fn moved(server: &Stage) {
    let own = session(server, "moved").await;
    let one = own.active_pane().await.expect("a pane");
    let two = one.split(SplitWindow::new()).await.expect("a pane");
    let window = one.window().await.expect("a window");
    one.swap(&two).await.expect("a change");
    assert_eq!(window.panes().await.expect("panes"), [two.clone(), one.clone()]);
    let other = two.break_out(BreakPane::new().name("broken").detached()).await.expect("a window");
    assert_ne!(other, window);
    assert_eq!(other.info().await.expect("what it is").name, "broken");
    assert_eq!(two.window().await.expect("a window"), other);
    assert_eq!(own.current_window().await.expect("a window"), window);
    two.join_to(&one, JoinPane::new().horizontal()).await.expect("a move");
    assert_eq!(two.window().await.expect("a window"), window);
    assert!(!other.exists().await.expect("an answer"));
    let third = own.new_window(NewWindow::new()).await.expect("a window");
    let third = third.active_pane().await.expect("a pane");
    third.swap(&one).await.expect("a change");
    assert_eq!(third.window().await.expect("a window"), window);
    own.kill().await.expect("an end");
}

/// Whatever bytes there are, and though 3.4 and 3.5 print some in another way.
#[bisync]
async fn evaluated(server: &Stage) {
    let own = session(server, "evaluated").await;
    let pane = own.active_pane().await.expect("a pane");
    assert_eq!(pane.evaluate("").await.expect("a text"), b"");
    assert_eq!(pane.evaluate("}#{session_name}}").await.expect("a text"), b"}evaluated}");
    if server.has("substitution") {
        exactly(&pane).await;
    }
    own.kill().await.expect("an end");
}

#[bisync]
async fn exactly(pane: &Pane) {
    for text in [
        &b"plain"[..],
        b"two\nlines\n",
        b"\x1b[1m\\033 \\n \t\x01\x7f",
        b"\xff\xc3 \\377",
        b"$HOME ${X} \\$HOME $1",
        b"a}b{,;|'\" %H",
    ] {
        let set = tmuxwire::operations::SetOption::new("@text").pane().value(text.to_vec());
        let set = set.target(pane.id());
        pane.server().perform(set).await.expect("an answer").ok().expect("an option");
        let read = pane.evaluate("#{@text}").await.expect("a text");
        assert_eq!(read.escape_ascii().to_string(), text.escape_ascii().to_string());
        let framed = pane.evaluate("}\\#{@text}\\").await.expect("a text");
        let expected = [b"}\\", text, b"\\"].concat();
        assert_eq!(framed.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}
