//! What real servers say of failures, and of what they make.

use tmuxwire_operations::{
    AnyOperation, BreakPane, CommandPrompt, Creates, DeleteBuffer, DisplayMessage, FailureKind,
    HasSession, JoinPane, LinkWindow, ListKeys, LoadBuffer, Made, NewPane, NewSession, NewWindow,
    PaneId, PaneTarget, PasteBuffer, Release, RenameSession, RespawnPane, SelectPane, SelectWindow,
    SendKeys, SessionTarget, SetEnvironment, SetOption, ShowBuffer, ShowEnvironment, ShowOptions,
    SourceFile, SplitWindow, SwitchClient, Thing, WindowId, WindowTarget,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{release, run};

fn main() -> SessionTarget {
    SessionTarget::exact("main")
}

fn nobody() -> SessionTarget {
    SessionTarget::exact("nobody")
}

fn not_found(what: Thing) -> FailureKind {
    FailureKind::NotFound { what }
}

fn any(name: &str, parts: &[(&str, &str)]) -> AnyOperation {
    let any = AnyOperation::named(name).expect("an operation");
    parts.iter().fold(any, |any, (part, value)| any.with(part, value).expect("a part"))
}

/// What fails, and what it comes down to, on every release.
fn failures() -> Vec<(AnyOperation, FailureKind)> {
    let first = || WindowTarget::Index(main(), 0);
    vec![
        (HasSession::new().target(nobody()).into(), not_found(Thing::Session)),
        (ShowOptions::new().target(PaneTarget::from(nobody())).into(), not_found(Thing::Session)),
        (RenameSession::new("x").target(nobody()).into(), not_found(Thing::Session)),
        (SelectWindow::new().target(WindowId(77)).into(), not_found(Thing::Window)),
        (
            SelectWindow::new().target(WindowTarget::exact(main(), "nobody")).into(),
            not_found(Thing::Window),
        ),
        (any("last-window", &[("target", "=other")]), not_found(Thing::Window)),
        (any("next-window", &[("target", "=other")]), not_found(Thing::Window)),
        (SendKeys::text("x").target(PaneId(77)).into(), not_found(Thing::Pane)),
        (SelectPane::new().target(PaneTarget::Index(first(), 7)).into(), not_found(Thing::Pane)),
        (SetOption::new("@x").pane().target(PaneId(77)).value("x").into(), not_found(Thing::Pane)),
        (any("detach-client", &[("target", "nobody")]), not_found(Thing::Client)),
        (ShowBuffer::new().into(), not_found(Thing::Buffer)),
        (ShowBuffer::new().name("nobody").into(), not_found(Thing::Buffer)),
        (DeleteBuffer::new().name("nobody").into(), not_found(Thing::Buffer)),
        (PasteBuffer::new().name("nobody").into(), not_found(Thing::Buffer)),
        (SetOption::new("nobody").value("x").into(), not_found(Thing::Option)),
        (ShowOptions::new().option("nobody").into(), not_found(Thing::Option)),
        (any("set-hook", &[("hook", "nobody"), ("command", "x")]), not_found(Thing::Option)),
        (ShowEnvironment::new().variable("NOBODY").into(), not_found(Thing::Variable)),
        (ListKeys::new().table("nobody").into(), not_found(Thing::KeyTable)),
        (any("unbind-key", &[("table", "nobody"), ("key", "x")]), not_found(Thing::KeyTable)),
        (NewSession::new().detached().name("main").into(), FailureKind::Duplicate),
        (NewWindow::new().target(first()).into(), FailureKind::Duplicate),
        (LinkWindow::new().source(first()).target(first()).into(), FailureKind::Duplicate),
        (
            LinkWindow::new().source(first()).target(WindowTarget::Index(main(), 1)).into(),
            FailureKind::Duplicate,
        ),
        (BreakPane::new().source(PaneId(2)).target(first()).into(), FailureKind::Duplicate),
        (SwitchClient::new().target(main()).into(), FailureKind::NoTarget),
        (CommandPrompt::new().into(), FailureKind::NoTarget),
        (SetOption::new("s").value("x").into(), FailureKind::Ambiguous),
        (SetOption::new("status").value("maybe").into(), FailureKind::Invalid),
        (SetOption::new("history-limit").value("many").into(), FailureKind::Invalid),
        (SetEnvironment::new("A=B").value("c").into(), FailureKind::Invalid),
        (any("bind-key", &[("key", "Nobody"), ("command", "x")]), FailureKind::Invalid),
        (any("select-layout", &[("layout", "ffff,")]), FailureKind::Invalid),
        (LoadBuffer::new("/nobody").into(), FailureKind::File),
        (SourceFile::new("/nobody").into(), FailureKind::File),
        (any("attach-session", &[("target", "=main")]), FailureKind::NoTerminal),
        (RespawnPane::new().target(PaneId(0)).into(), FailureKind::Other),
    ]
}

#[test]
fn every_release_says_the_same_in_its_own_words() {
    let mut wrong = Vec::new();
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["new-window", "-d", "-t", "=main:1"]);
        server.tmux(["split-window", "-d", "-t", "=main:1"]);
        server.tmux(["new-session", "-d", "-s", "other"]);
        for (operation, kind) in failures() {
            let shown = format!("{}: {operation:?}", tmux.version);
            let outcome = run(&server, operation);
            let failure = outcome.failure().unwrap_or_else(|| panic!("{shown} works"));
            if failure.kind != kind {
                wrong.push(format!("{shown}: {kind:?}, but {:?}: {}", failure.kind, failure.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the server's parser refuses: every release before it runs anything.
#[test]
fn what_no_server_takes_is_told_apart() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let kind = |words: &[&str]| FailureKind::read(&server.tmux(words).stderr);
        let says = |words: &[&str], expected: FailureKind| {
            assert_eq!(kind(words), expected, "{}: {words:?}", tmux.version);
        };
        says(&["frobnicate"], FailureKind::UnknownCommand);
        says(&["sel"], FailureKind::Ambiguous);
        says(&["list-panes", "-Q"], FailureKind::Arguments);
        says(&["list-panes", "a", "b"], FailureKind::Arguments);
        says(&["rename-window"], FailureKind::Arguments);
        says(&["resize-pane", "-x", "x"], FailureKind::Invalid);
        says(&["split-window", "-l", "x"], FailureKind::Invalid);
        says(&["split-window", "-l", "-5"], FailureKind::Invalid);
        server.kill();
        says(&["list-panes"], FailureKind::NoServer);
    }
    assert_eq!(FailureKind::read(b"client is read-only\n"), FailureKind::ReadOnly);
}

#[test]
fn a_window_is_full_in_every_release() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["new-session", "-d", "-s", "other"]);
        let split = || SplitWindow::new().detached().target(PaneId(0));
        let full = (0..30).find_map(|_| run(&server, split()).failure()).expect("no space");
        assert_eq!(full.kind, FailureKind::NoSpace, "{}: {full}", tmux.version);
        let join = JoinPane::new().source(PaneId(1)).target(PaneId(0));
        let full = run(&server, join).failure().expect("no space");
        assert_eq!(full.kind, FailureKind::NoSpace, "{}: {full}", tmux.version);
    }
}

#[test]
fn without_sessions_there_is_no_target() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        run(&server, SetOption::new("exit-empty").server().value("off"));
        server.tmux(["kill-session", "-t", "=main"]);
        let failure = run(&server, SplitWindow::new()).failure().expect("no target");
        assert_eq!(failure.kind, FailureKind::NoTarget, "{}: {failure}", tmux.version);
    }
}

/// Each is where it says, also when hooks print something.
#[test]
fn what_is_made_is_told() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        for hook in ["after-new-window", "after-split-window", "after-new-session"] {
            server.tmux(["set-hook", "-g", hook, "display-message -p hook"]);
        }
        let told = |outcome: tmuxwire_operations::Outcome| {
            let made = outcome.made().unwrap_or_else(|error| panic!("{error}: {outcome:?}"));
            let ask = DisplayMessage::new().print().target(made.pane).message(Made::FORMAT);
            assert_eq!(run(&server, ask).made(), Ok(made), "{}", tmux.version);
            made
        };
        let session = told(run(&server, NewSession::new().detached().name("made").reporting()));
        let window =
            told(run(&server, NewWindow::new().detached().target(session.session).reporting()));
        assert_eq!(window.session, session.session);
        let pane = told(run(&server, SplitWindow::new().target(window.window).reporting()));
        assert_eq!((pane.session, pane.window), (window.session, window.window));
        let broken = told(run(&server, BreakPane::new().source(pane.pane).reporting()));
        assert_eq!(broken.pane, pane.pane);
        assert_ne!(broken.window, pane.window);
        if release(&tmux) >= Release::new(3, 7) {
            let floats = told(run(&server, NewPane::new().target(pane.window).reporting()));
            assert_eq!(floats.window, pane.window);
        }
        let again = NewSession::new().detached().name("made").reporting();
        assert!(run(&server, again).made().is_err());
        if release(&tmux) >= Release::new(3, 2) {
            let there = NewWindow::new().name("work").select_if_there().target(main());
            let outcome = run(&server, there.reporting());
            assert!(outcome.is_ok() && outcome.made().is_err(), "{}: {outcome:?}", tmux.version);
        }
    }
}
