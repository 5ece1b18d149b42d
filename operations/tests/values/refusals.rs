//! What operations refuse, and how they say so.

use tmuxwire_operations::{
    AnyOperation, ClientTarget, Commands, DetachClient, IfShell, Key, KillPane, NewSession,
    NewWindow, Operation, OperationError, Refusal, Release, RenameWindow, SelectLayout,
    SelectWindow, SendKeys, SessionTarget, SetBuffer, SetHook, SwitchMode, Unknown, WindowTarget,
};

#[track_caller]
fn refused(operation: &impl Operation) -> Refusal {
    match operation.render(None, Unknown::Drop).expect_err("a refusal") {
        OperationError::Refused { refusal, .. } => refusal,
        other => unreachable!("{other}"),
    }
}

#[test]
fn nul_is_refused_wherever_it_is() {
    assert_eq!(refused(&RenameWindow::new("a\0b")), Refusal::Nul);
    assert_eq!(refused(&NewWindow::new().environment(("A", "\0"))), Refusal::Nul);
    let nested = IfShell::new("1", SetBuffer::new().data(b"\0"));
    let error = nested.render(None, Unknown::Refuse).expect_err("a refusal");
    assert_eq!(error.to_string(), "data of set-buffer has a NUL byte");
    assert_eq!(refused(&IfShell::new("1", Commands::raw("\0"))), Refusal::Nul);
}

#[test]
fn names_that_tmux_would_mistake_are_refused() {
    let window = |name: &str| {
        let session = SessionTarget::exact("s");
        refused(&SelectWindow::new().target(WindowTarget::exact(session, name)))
    };
    assert_eq!(window(""), Refusal::EmptyName);
    assert_eq!(window("0"), Refusal::Ambiguous);
    assert_eq!(window(" -1"), Refusal::Ambiguous);
    assert_eq!(window("@1"), Refusal::Ambiguous);
    assert_eq!(window("a.b"), Refusal::Separator);
    let session = |name: &str| refused(&DetachClient::new().session(SessionTarget::exact(name)));
    assert_eq!(session("$1"), Refusal::Ambiguous);
    assert_eq!(session("a:b"), Refusal::Separator);
    assert_eq!(refused(&DetachClient::new().target(ClientTarget::name(""))), Refusal::EmptyName);
    assert_eq!(refused(&NewWindow::new().environment(("A=B", "c"))), Refusal::Variable);
}

#[test]
fn keys_are_keys() {
    for name in [
        "a",
        "é",
        "Enter",
        "C-c",
        "M-C-Left",
        "^x",
        "^",
        "F12",
        "0x41",
        "KP/",
        "PPage",
        "MouseDown1Pane",
        "WheelUpStatus",
        "C-MouseDrag2Border",
        "C--",
        "-",
    ] {
        assert!(Key::named(name).is_ok(), "{name}");
    }
    for name in ["Enterr", "C-", "F13", "ls", "0x", "MouseDown1", "C-ls", "KP-Enter"] {
        assert_eq!(Key::named(name), Err(Refusal::Key), "{name}");
    }
    assert_eq!(Key::named(""), Err(Refusal::Empty));
    assert_eq!(refused(&SendKeys::text("a").key(Key::enter())), Refusal::Mixed);
}

/// A server 3.3a ends when it is told to arrange panes in a way that it doesn't know.
#[test]
fn only_layouts_are_layouts() {
    let layout = |layout: &str, minor| {
        let select = SelectLayout::new().layout(layout);
        select.render(Some(Release::new(3, minor)), Unknown::Drop).is_ok()
    };
    assert!(layout("tiled", 3) && layout("b25d,80x24,0,0,0", 3));
    assert!(layout("main-vertical-mirrored", 5) && layout("{\"v\":1}", 8));
    for unknown in ["", "tile", "nonsense", "main-vertical-mirrored", "{\"v\":1}", "80x24,0,0,0"] {
        assert!(!layout(unknown, 3), "{unknown}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let hook = SetHook::new().command(KillPane::new());
    let error = hook.render(None, Unknown::Refuse).expect_err("a refusal");
    assert_eq!(error.to_string(), "set-hook needs hook");
    let rename = AnyOperation::named("renamew").expect("an alias");
    let error = rename.render(None, Unknown::Refuse).expect_err("a refusal");
    assert_eq!(error, OperationError::Missing { command: "rename-window", part: "name" });
}

#[test]
fn older_releases_refuse_or_lose_flags() {
    let old = Some(Release::new(3, 1));
    let session = NewSession::new().detached().environment(("A", "b"));
    let error = session.render(old, Unknown::Refuse).expect_err("too old");
    assert_eq!(error.to_string(), "new-session of tmux 3.1 has no flag -e");
    let dropped = session.render(old, Unknown::Drop).expect("dropped");
    assert_eq!(dropped, [b"new-session".as_slice(), b"-d"]);

    // Without its filter it would end every other pane.
    let kill = KillPane::new().others().filter("#{pane_dead}");
    let error = kill.render(Some(Release::new(3, 7)), Unknown::Drop).expect_err("essential");
    assert_eq!(error.to_string(), "kill-pane of tmux 3.7 has no flag -f");
    let error = SwitchMode::new().render(Some(Release::new(3, 7)), Unknown::Drop);
    let error = error.expect_err("too old");
    assert_eq!(error.to_string(), "tmux 3.7 has no command switch-mode");
    let inside = IfShell::new("1", kill).render(Some(Release::new(3, 7)), Unknown::Drop);
    assert!(inside.is_err(), "commands in commands are held to the same release");
}
