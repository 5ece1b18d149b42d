//! A snapshot has the whole server, whatever is linked and grouped, and tells what has changed.

use tmuxwire_operations::read::snapshot::{Change, SnapshotQuestion};
use tmuxwire_operations::read::{AnyValue, Snapshot, diff, pane, session, window};
use tmuxwire_operations::{PaneId, Release, SessionId, WindowId};
use tmuxwire_testkit::{Terminal, TestServer, Tmux, releases, wait_until};

use crate::support::{lists, release, run_list, tell};

fn take(server: &TestServer, question: &SnapshotQuestion) -> Snapshot {
    let answer = lists(server, question.operations());
    question.read(&answer).unwrap_or_else(|error| {
        panic!("{}: {error}: {}", server.release().version, answer.escape_ascii())
    })
}

fn now(server: &TestServer) -> Snapshot {
    take(server, &Snapshot::question())
}

fn tell_all(server: &TestServer, commands: &[&str]) {
    for command in commands {
        let words: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
        tell(server, &words);
    }
}

/// `main` with two windows, the second linked to `other` at 7; `twin` in a group with `main`.
fn linked(tmux: &Tmux) -> TestServer {
    let server = TestServer::start(tmux);
    tell_all(
        &server,
        &[
            "split-window -d -t =main:work cat",
            "new-window -t =main: -n logs cat",
            "new-session -d -s other -n own cat",
            "link-window -d -s =main:logs -t =other:7",
            "new-session -d -s twin -t =main",
            "select-window -t =twin:1",
        ],
    );
    server
}

#[test]
fn linked_windows_and_groups_are_found_both_ways() {
    for tmux in releases() {
        let server = linked(&tmux);
        let snapshot = now(&server);
        let info = snapshot.server();
        assert_eq!((info.pid, info.version.to_string()), (server.pid(), tmux.version.clone()));
        assert_eq!(info.socket_path, server.socket().display().to_string().as_str());
        let names: Vec<_> = snapshot.sessions().map(|it| it.name.to_string()).collect();
        assert_eq!(names, ["main", "other", "twin"]);
        assert_eq!((snapshot.windows().count(), snapshot.panes().count()), (3, 4));

        let main = snapshot.session_named("main").expect("main");
        let other = snapshot.session_named("other").expect("other");
        let twin = snapshot.session_named("twin").expect("twin");
        let logs = snapshot.windows_named("logs").next().expect("logs");
        let places: Vec<_> = logs.links.iter().map(|it| (it.session, it.index)).collect();
        assert_eq!(places, [(main.id, 1), (other.id, 7), (twin.id, 1)]);
        let sessions: Vec<_> = snapshot.sessions_of(logs.id).map(|it| it.id).collect();
        assert_eq!(sessions, [main.id, other.id, twin.id]);
        let of_other: Vec<_> = snapshot
            .windows_of(other.id)
            .map(|(link, it)| (link.index, it.name.to_string()))
            .collect();
        assert_eq!(of_other, [(0, "own".to_owned()), (7, "logs".to_owned())]);
        let group = main.group.clone().expect("a group");
        assert_eq!(twin.group, Some(group.clone()));
        assert_eq!(snapshot.group(group).count(), 2);
        assert_eq!(other.group, None);

        let current = |id| snapshot.current_window(id).map(|it| it.name.to_string());
        assert_eq!(current(main.id).as_deref(), Some("logs"));
        assert_eq!(current(other.id).as_deref(), Some("own"));
        assert_eq!(snapshot.last_window(main.id).map(|it| it.id), Some(WindowId(0)));
        assert_eq!(snapshot.last_window(other.id), None);
        let panes: Vec<_> = snapshot.panes_of(WindowId(0)).map(|it| (it.id, it.index)).collect();
        assert_eq!(panes, [(PaneId(0), 0), (PaneId(1), 1)]);
        assert_eq!(snapshot.active_pane(WindowId(0)).map(|it| it.id), Some(PaneId(0)));
        assert_eq!(snapshot.window_of(PaneId(2)).map(|it| it.id), Some(logs.id));
        assert_eq!(snapshot.pane(PaneId(9)), None);
        assert_eq!(snapshot.clients().count(), 0);
        let copy = snapshot.clone();
        assert!(std::ptr::eq(copy.server(), snapshot.server()));
    }
}

#[test]
fn a_server_without_sessions_is_empty() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        tell_all(&server, &["set-option -s exit-empty off", "kill-session -t =main"]);
        let told = run_list(&server, Snapshot::question().operations());
        assert_eq!(told.stderr, b"no current target\n", "{}", tmux.version);
        let snapshot = Snapshot::read(&told.stdout);
        if release(&tmux) < Release::new(3, 2) {
            assert!(snapshot.is_err());
            continue;
        }
        let snapshot = snapshot.expect("an empty server");
        assert_eq!((snapshot.server().pid, snapshot.sessions().count()), (server.pid(), 0));
        assert_eq!((snapshot.windows().count(), snapshot.panes().count()), (0, 0));
    }
}

#[test]
fn clients_are_those_that_are_attached() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let mut terminal = Terminal::open(100, 30);
        let socket = server.socket().display().to_string();
        let words = ["-S", socket.as_str(), "attach-session", "-t", "=main"];
        terminal.start(server.home(), &tmux.path, &words, &[("TERM", "xterm")]);
        terminal.wait_for("[main]");
        let snapshot = now(&server);
        let client = snapshot.client(terminal.name()).expect("the client");
        assert_eq!((client.width, client.height), (Some(100), Some(30)));
        assert_eq!(client.termname.as_ref().map(ToString::to_string).as_deref(), Some("xterm"));
        assert_eq!(snapshot.clients_of(client.session).count(), 1);
        assert_eq!(snapshot.session(client.session).map(|it| it.attached), Some(1));
    }
}

#[test]
fn more_fields_come_with_their_objects() {
    for tmux in releases() {
        let server = linked(&tmux);
        let fields =
            [pane::START_COMMAND.spec(), pane::CURRENT_COMMAND.spec(), session::STACK.spec()];
        let question = Snapshot::question().with(fields).with([window::MARKED_FLAG.spec()]);
        let text = |name| match &take(&server, &question).pane(PaneId(1)).expect("it").extra[name] {
            AnyValue::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(text("pane_start_command").contains("cat"));
        wait_until("the program runs", || !text("pane_current_command").is_empty());
        let snapshot = take(&server, &question);
        let window = snapshot.window(WindowId(0)).expect("the window");
        assert_eq!(window.extra["window_marked_flag"], AnyValue::Flag(false));
        let stack = &snapshot.session_named("main").expect("main").extra["session_stack"];
        assert!(matches!(stack, AnyValue::Text(_)));
    }
}

#[test]
fn what_has_changed_is_told() {
    for tmux in releases() {
        let server = linked(&tmux);
        let before = now(&server);
        assert!(diff(&before, &now(&server)).is_empty());
        tell_all(
            &server,
            &[
                "rename-window -t =main:0 build",
                "rename-session -t =other another",
                "split-window -d -t =main:1 cat",
                "kill-pane -t %1",
                "move-window -d -s =another:0 -t =another:3",
                "unlink-window -t =another:7",
                "new-window -d -t =another: -n fresh cat",
                "select-window -t =twin:0",
            ],
        );
        let after = now(&server);
        let changes = diff(&before, &after);
        let (other, twin) = (SessionId(1), SessionId(2));
        let expected = [
            Change::SessionRenamed { session: other, from: "other".into(), to: "another".into() },
            Change::CurrentWindow { session: twin, from: Some(WindowId(1)), to: Some(WindowId(0)) },
            Change::WindowRenamed { window: WindowId(0), from: "work".into(), to: "build".into() },
            Change::WindowUnlinked { window: WindowId(1), session: other, index: 7 },
            Change::WindowMoved { window: WindowId(2), session: other, from: 0, to: 3 },
            Change::PaneRemoved(PaneId(1)),
        ];
        for change in expected {
            assert!(changes.contains(&change), "{}: {change:?} {changes:?}", tmux.version);
        }
        let fresh = after.windows_named("fresh").next().expect("it").id;
        assert!(changes.contains(&Change::WindowAdded(fresh)), "{changes:?}");
        let added = changes.iter().filter(|it| matches!(it, Change::PaneAdded(_)));
        assert_eq!(added.count(), 2, "{changes:?}");
        let changed = changes.iter().filter(|it| {
            matches!(it, Change::WindowChanged { window, fields }
            if *window == WindowId(1) && fields.contains(&"panes") && fields.contains(&"layout"))
        });
        assert_eq!(changed.count(), 1, "{changes:?}");
        let active =
            |it: &Change| matches!(it, Change::ActivePane { .. } | Change::PaneMoved { .. });
        assert!(!changes.iter().any(active), "{changes:?}");
        let ids: Vec<_> =
            changes.iter().filter(|it| matches!(it, Change::SessionAdded(_))).collect();
        assert!(ids.is_empty());
    }
}

#[test]
fn panes_that_move_and_other_servers_are_told() {
    let tmux = releases().pop().expect("a release");
    let mut server = linked(&tmux);
    let before = now(&server);
    tell_all(&server, &["join-pane -d -s %1 -t %3", "select-pane -t %3", "kill-session -t =twin"]);
    let changes = diff(&before, &now(&server));
    let moved = Change::PaneMoved { pane: PaneId(1), from: WindowId(0), to: WindowId(2) };
    assert!(changes.contains(&moved), "{changes:?}");
    assert!(changes.contains(&Change::SessionRemoved(SessionId(2))), "{changes:?}");
    server.kill();
    server.restart();
    assert_eq!(diff(&before, &now(&server)), [Change::AnotherServer]);
}

#[cfg(feature = "serde")]
#[test]
fn a_snapshot_is_the_same_after_it_was_json() {
    for tmux in releases() {
        let server = linked(&tmux);
        tell(&server, &[b"new-window", b"-d", b"-t", b"=main:", b"-n", b"a|b;", b"cat"]);
        let fields =
            [pane::START_COMMAND.spec(), session::GROUP_SIZE.spec(), pane::DEAD_TIME.spec()];
        let question = Snapshot::question().with(fields);
        let mut answer = lists(&server, question.operations());
        // No release lets such a name in; others of the record may have any bytes.
        let at = answer.windows(4).position(|part| part == b"work").expect("a name");
        answer[at] = b'\xff';
        let snapshot = question.read(&answer).expect("a snapshot");
        let json = serde_json::to_string(&snapshot).expect("JSON");
        let back: Snapshot = serde_json::from_str(&json).expect("a snapshot");
        assert_eq!(back, snapshot);
        assert!(diff(&snapshot, &back).is_empty());
        assert_eq!(back.windows_of(SessionId(0)).count(), 3);
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["windows"][0]["name"]["bytes"][0], 255);
        assert_eq!(json["windows"][2]["name"], "a|b;");
        assert_eq!(json["windows"][1]["links"][1]["session"], "$1");
        assert_eq!(json["panes"][0]["id"], "%0");
        assert_eq!(json["panes"][0]["extra"]["pane_dead_time"], serde_json::Value::Null);
        assert_eq!(json["server"]["pid"], server.pid());
        assert!(serde_json::from_str::<Snapshot>("{}").is_err());
    }
}
