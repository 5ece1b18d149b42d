use tmuxwire_operations::{
    CopyMode, IfShell, KillPane, KillServer, KillSession, KillWindow, LinkWindow, ListPanes,
    NewWindow, Plan, RespawnPane, Script, SendKeys, SessionTarget, UnlinkWindow, WindowTarget,
};

use super::*;

fn inside() -> Inside {
    Inside { socket: "/tmp/s".into(), server: 77, pane: PaneId(3) }
}

#[test]
fn the_environment_says_where_we_are() {
    let read = |tmux: &str, pane: &str| {
        Inside::read(|name| Some(OsString::from(if name == "TMUX" { tmux } else { pane })))
    };
    assert_eq!(read("/tmp/s,77,0", "%3"), Some(inside()));
    let comma = Inside { socket: "/tmp/a,b".into(), ..inside() };
    assert_eq!(read("/tmp/a,b,77,0", "%3"), Some(comma));
    for (tmux, pane) in
        [("", "%3"), ("/tmp/s,77", "%3"), ("/tmp/s,x,0", "%3"), ("/tmp/s,77,0", "3")]
    {
        assert_eq!(read(tmux, pane), None, "{tmux} {pane}");
    }
}

#[test]
fn what_operations_would_end() {
    let to = |victim, target: &str| vec![Threat::To(victim, Some(target.into()))];
    let work = SessionTarget::exact("work");
    let made = Plan::new().create(NewWindow::new());
    let at = |index| WindowTarget::Index(SessionTarget::exact("work"), index);
    let threats_of: [(AnyOperation, Vec<Threat>); 18] = [
        (KillServer::new().into(), vec![Threat::Server]),
        (KillPane::new().into(), vec![Threat::To(Victim::Pane, None)]),
        (KillPane::new().others().target(PaneId(1)).into(), to(Victim::OtherPanes, "%1")),
        (KillWindow::new().target(WindowId(1)).into(), to(Victim::Window, "@1")),
        (KillSession::new().target(work.clone()).into(), to(Victim::Session, "=work")),
        (KillSession::new().others().target(SessionId(1)).into(), to(Victim::OtherSessions, "$1")),
        (KillSession::new().group().target(SessionId(1)).into(), to(Victim::Group, "$1")),
        (KillSession::new().clear_alerts().target(work.clone()).into(), Vec::new()),
        (RespawnPane::new().kill().target(PaneId(1)).into(), to(Victim::Pane, "%1")),
        (RespawnPane::new().target(PaneId(1)).into(), Vec::new()),
        (UnlinkWindow::new().kill().target(at(2)).into(), to(Victim::Link, "=work:2")),
        (LinkWindow::new().kill().target(at(2)).into(), to(Victim::Place, "=work:2")),
        (NewWindow::new().kill().target(work).into(), Vec::new()),
        (NewWindow::new().kill().after().target(at(2)).into(), Vec::new()),
        (CopyMode::new().kill_pane().target(PaneId(1)).into(), to(Victim::Pane, "%1")),
        (KillPane::new().target(made.pane).into(), vec![Threat::ToSlot(Victim::Pane)]),
        (ListPanes::new().into(), Vec::new()),
        (
            IfShell::new(Script::from("true"), SendKeys::text("x"))
                .otherwise(KillPane::new().target(PaneId(1)))
                .into(),
            to(Victim::Pane, "%1"),
        ),
    ];
    for (operation, expected) in threats_of {
        assert_eq!(threats(&operation), expected, "{operation:?}");
    }
}

/// Our pane `%3` is in `@2`, which is at `$1:1` and `$2:5`; `$3` is of the group of `$1`.
const LINKED: &str =
    "%1 $1 @1 0 \n%3 $1 @2 1 \n%4 $1 @2 1 \n%3 $2 @2 5 \n%4 $2 @2 5 \n%5 $2 @4 6 \n";
const ALONE: &str = "%1 $1 @1 0 \n%3 $1 @2 1 \n%4 $1 @2 1 \n%5 $2 @4 6 \n";
const GROUP: &str = "%1 $1 @1 0 g\n%3 $1 @2 1 g\n%1 $3 @1 0 g\n%3 $3 @2 1 g\n%5 $2 @4 6 \n";

fn would_end(victim: Victim, target: &str, aim: &str, rows: &str) -> bool {
    ends_us(victim, Some(target.as_bytes()), &inside(), &answer(&format!("77 {aim}\n{rows}")))
}

/// Lines as a server says them, each with its end.
fn answer(text: &str) -> Output {
    said(&text.replace('\n', " .\n"))
}

fn said(text: &str) -> Output {
    Output { stdout: text.to_owned().into(), ..Output::default() }
}

#[test]
fn an_answer_that_was_cut_may_end_us() {
    let ends = |text: &str| ends_us(Victim::Pane, None, &inside(), &said(text));
    assert!(!ends("77 $1 @1 %1 .\n%1 $1 @1 0  .\n%3 $1 @2 1  .\n"));
    for (pane, ends_us) in [("@1 %1", false), ("@2 %3", true)] {
        let hooks = format!("77 $1 {pane} .\na hook printed this\n%3 $1 @2 1  .\n");
        assert_eq!(ends(&hooks), ends_us, "{pane}");
    }
    for cut in [
        "\n%3 $1 @2 1  .\n",
        "77 $1 @1\n%3 $1 @2 1  .\n",
        "77 $1 @1 %1 .\n%3 $1 @2\n",
        "77 $1 @1 %1 .\n\n%1 $1 @2 1  .\n",
    ] {
        assert!(ends(cut), "{cut}");
    }
}

#[test]
fn panes_and_windows_that_hold_ours() {
    for rows in [LINKED, ALONE, GROUP] {
        assert!(would_end(Victim::Pane, "%3", "$1 @2 %3", rows));
        assert!(!would_end(Victim::Pane, "%1", "$1 @1 %1", rows));
        assert!(would_end(Victim::OtherPanes, "%4", "$1 @2 %4", rows));
        assert!(!would_end(Victim::OtherPanes, "%3", "$1 @2 %3", rows));
        assert!(!would_end(Victim::OtherPanes, "%1", "$1 @1 %1", rows));
        assert!(would_end(Victim::Window, "@2", "$1 @2 %4", rows));
        assert!(!would_end(Victim::Window, "@1", "$1 @1 %1", rows));
        // There is no such window, and the server took the current one for it.
        assert!(!would_end(Victim::Window, "=a:9", "$1 @2 %3", rows));
        assert!(!would_end(Victim::Window, "=a:9", "$1 @2 %3 a 9", rows));
        assert!(would_end(Victim::Window, "=a:9", "$1 @2 %3 9 a", rows), "it is named so");
        assert!(would_end(Victim::OtherWindows, "@1", "$1 @1 %1", rows));
        assert!(!would_end(Victim::OtherWindows, "@2", "$1 @2 %3", rows));
    }
}

#[test]
fn a_window_with_another_place_stays() {
    assert!(would_end(Victim::Place, "=a:1", "$1 @2 %3", ALONE));
    assert!(!would_end(Victim::Place, "=a:1", "$1 @2 %3", LINKED));
    assert!(would_end(Victim::Place, "=a:1", "$1 @2 %3", GROUP));
    assert!(!would_end(Victim::Place, "=a:0", "$1 @1 %1", ALONE));
    // Where that is counts free places.
    for place in ["=a:+2", "=a:-2", "+", ":{next}", "{previous}"] {
        assert!(would_end(Victim::Place, place, "$1 @1 %1", ALONE), "{place}");
        assert!(!would_end(Victim::Place, place, "$1 @1 %1", LINKED), "{place}");
        assert!(!would_end(Victim::Place, place, "$2 @4 %5", ALONE), "{place}");
        assert!(!would_end(Victim::Link, place, "$1 @1 %1", ALONE), "{place}");
    }

    assert!(would_end(Victim::Session, "$1:", "$1 @1 %1", ALONE));
    assert!(!would_end(Victim::Session, "$1:", "$1 @1 %1", LINKED));
    assert!(!would_end(Victim::Session, "$1:", "$1 @1 %1", GROUP));
    assert!(!would_end(Victim::Session, "$2:", "$2 @4 %5", ALONE));

    assert!(would_end(Victim::OtherSessions, "$2:", "$2 @4 %5", ALONE));
    assert!(would_end(Victim::OtherSessions, "$2:", "$2 @4 %5", GROUP));
    assert!(!would_end(Victim::OtherSessions, "$2:", "$2 @4 %5", LINKED));
    assert!(!would_end(Victim::OtherSessions, "$1:", "$1 @1 %1", ALONE));

    assert!(would_end(Victim::Group, "$3:", "$3 @1 %1", GROUP));
    assert!(!would_end(Victim::Group, "$2:", "$2 @4 %5", GROUP));
}

#[test]
fn another_server_and_nothing_end_nothing() {
    let ends = |text: &str| ends_us(Victim::Pane, None, &inside(), &answer(text));
    assert!(ends("77 $1 @2 %3\n%3 $1 @2 1 \n"));
    assert!(!ends("78 $1 @2 %3\n%3 $1 @2 1 \n"), "the server was started anew");
    assert!(!ends("77   \n%3 $1 @2 1 \n"), "there is no such target");
    assert!(!ends("77 $1 @2 %3\n%4 $1 @2 1 \n"), "our pane is gone");
    assert!(!ends(""));
}
