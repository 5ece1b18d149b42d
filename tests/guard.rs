//! What ends our own pane or the server that everybody uses must be asked for explicitly. These
//! tests run themselves once more, in a pane.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::time::Duration;

use tmuxwire::blocking::{Pane, Server, Session};
use tmuxwire::operations::{
    AnyOperation, BreakPane, Commands, IfShell, KillPane, KillServer, KillSession, KillWindow,
    LinkWindow, MoveWindow, NewSession, NewWindow, PaneTarget, Plan, Planner, RenameWindow,
    RespawnPane, RespawnWindow, RunShell, Script, SessionTarget, SetOption, SplitWindow,
    UnlinkWindow, WindowTarget,
};
use tmuxwire::{ChannelOptions, Delivery, ErrorKind, Guarded, Result};
use tmuxwire_testkit::{TestServer, Tmux, command, releases, wait_until};

const INNER: &str = "TMUXWIRE_GUARD_TEST";
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a test of this file in a pane of each release.
fn in_a_pane(name: &str, test: fn(&Server)) {
    if std::env::var_os(INNER).is_some() {
        return test(&Server::from_env().expect("the server of the pane"));
    }
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        start_in_a_pane(&server, name);
        let status = server.home().join("status");
        wait_until("the inner test has ended", || status.exists());
        let said = std::fs::read_to_string(server.home().join("said")).expect("what it said");
        let status = std::fs::read_to_string(status).expect("a status");
        assert_eq!(status.trim(), "0", "{}: {said}", tmux.version);
        assert!(said.contains("1 passed"), "{}: {said}", tmux.version);
    }
}

fn start_in_a_pane(server: &TestServer, name: &str) {
    let program = std::env::current_exe().expect("this program");
    // A program of another release may wait for ever.
    let tmux = server.release().path.display();
    let program = format!(
        "{INNER}=1 TMUXWIRE_TMUX={tmux} {} --exact {name} --nocapture >said 2>&1; \
         echo $? >status.new; mv status.new status; exec cat",
        program.display()
    );
    let home = server.home().to_str().expect("a printable path");
    let made = server.tmux(["new-window", "-t", "main", "-n", "ours", "-c", home, &program]);
    assert!(made.status.success(), "{made:?}");
}

#[track_caller]
fn assert_refused<T>(outcome: Result<T>, what: Guarded) {
    let Err(error) = outcome else { unreachable!("it was not refused") };
    assert_eq!(error.kind(), &ErrorKind::Guarded(what));
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.to_string().contains("`Server::unguarded` allows that"), "{error}");
}

fn ours(server: &Server) -> (Pane, Session) {
    let pane = server.current_pane().expect("our pane");
    (pane, server.session("main").expect("our session"))
}

#[test]
fn our_own_pane_stays() {
    in_a_pane("our_own_pane_stays", |server| {
        let (pane, session) = ours(server);
        let window = pane.window().expect("our window");
        assert_refused(pane.kill(), Guarded::OwnPane);
        assert_refused(window.kill(), Guarded::OwnPane);
        assert_refused(session.kill(), Guarded::OwnPane);
        // Without a target tmux would take ours.
        assert_refused(server.perform(KillPane::new()), Guarded::OwnPane);
        assert_refused(server.perform(KillWindow::new()), Guarded::OwnPane);
        assert_refused(server.perform(KillSession::new()), Guarded::OwnPane);

        let other = pane.split(SplitWindow::new()).expect("another pane");
        assert_refused(other.kill_others(), Guarded::OwnPane);
        let elsewhere = server.new_session(NewSession::new().name("elsewhere")).expect("a session");
        assert_refused(elsewhere.kill_others(), Guarded::OwnPane);
        let work = SessionTarget::exact("main");
        let place = WindowTarget::Index(work.clone(), 1);
        let refused: [AnyOperation; 7] = [
            KillWindow::new().others().target(WindowTarget::Index(work.clone(), 0)).into(),
            KillSession::new().target(work).into(),
            RespawnPane::new().kill().target(pane.id()).into(),
            RespawnWindow::new().kill().target(window.id()).into(),
            UnlinkWindow::new().kill().target(place.clone()).into(),
            NewWindow::new().kill().target(place).into(),
            IfShell::new(Script::from("true"), KillPane::new().target(PaneTarget::from(pane.id())))
                .into(),
        ];
        for operation in refused {
            assert_refused(server.perform(operation.clone()), Guarded::OwnPane);
            let through = server.through_program().perform(operation);
            assert_refused(through, Guarded::OwnPane);
        }
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn a_plan_is_looked_at_before_its_first_step() {
    in_a_pane("a_plan_is_looked_at_before_its_first_step", |server| {
        let (pane, _) = ours(server);
        let windows = server.windows().expect("windows").len();
        let mut plan = Plan::new();
        plan.create(NewWindow::new().detached());
        plan.add(KillPane::new().target(pane.id()));
        assert_refused(server.run_plan(&plan), Guarded::OwnPane);
        assert_eq!(server.windows().expect("windows").len(), windows);

        let mut plan = Plan::new();
        let made = plan.create(NewWindow::new().detached());
        plan.add(KillWindow::new().target(made.window));
        let _ = server.run_plan(&plan).expect("run").ok().expect("its own may go");
        let mut plan = Plan::new();
        let made = plan.create(NewSession::new().detached());
        plan.add(KillSession::new().others().target(made.session));
        assert_refused(server.run_plan(&plan), Guarded::OwnPane);
    });
}

#[test]
fn the_question_takes_the_route_of_the_command() {
    in_a_pane("the_question_takes_the_route_of_the_command", |server| {
        let (pane, _) = ours(server);
        pane.select().expect("selected");
        let other = server.new_session(NewSession::new().name("other")).expect("a session");
        let spare = other.active_pane().expect("a pane");
        spare.split(SplitWindow::new()).expect("another pane");
        let channel = server.through_channel(ChannelOptions::default().attach_to("other"));
        let channel = channel.expect("a channel");
        let now = |operation: AnyOperation| {
            IfShell::new(Script::format("1"), Commands::from(operation)).format()
        };
        // These take a connection, of which the current pane is ours.
        assert_refused(channel.perform(now(KillPane::new().into())), Guarded::OwnPane);
        assert_refused(channel.perform(now(KillWindow::new().into())), Guarded::OwnPane);
        assert_refused(channel.perform(now(KillSession::new().into())), Guarded::OwnPane);
        let here = KillWindow::new().target(WindowTarget::raw(":ours"));
        assert_refused(channel.perform(now(here.into())), Guarded::OwnPane);
        for planner in [Planner::OneByOne, Planner::Batched, Planner::Pipelined] {
            let mut plan = Plan::new();
            plan.add(now(KillPane::new().into()));
            assert_refused(channel.run_plan_with(&plan, planner), Guarded::OwnPane);
        }
        // This one goes by the channel.
        assert!(channel.perform(KillPane::new()).expect("an answer").is_ok());
        assert_eq!(other.panes().expect("panes").len(), 1);
        assert!(pane.exists().expect("an answer"));
        // A name that means something else now is not for the channel.
        let alias = ["set-option", "-s", "command-alias[99]", "kill-pane=kill-pane"];
        assert!(channel.run(alias).expect("an answer").is_success());
        assert_refused(channel.perform(KillPane::new()), Guarded::OwnPane);
    });
}

#[test]
fn a_name_without_a_session_is_asked_for_by_every_route() {
    in_a_pane("a_name_without_a_session_is_asked_for_by_every_route", |server| {
        let (pane, _) = ours(server);
        server.new_session(NewSession::new().name("other")).expect("a session");
        let channel = server.through_channel(ChannelOptions::default().attach_to("other"));
        let channel = channel.expect("a channel");
        for planner in [Planner::Batched, Planner::OneByOne, Planner::Pipelined] {
            // Only the session `main` has such a window, and what a connection has as current is
            // that. For this text, a batch goes by a connection.
            let mut plan = Plan::new();
            plan.add(RespawnWindow::new().kill().target(WindowTarget::raw("=ours")));
            plan.add(SetOption::new("@note").value("about command-alias"));
            assert_refused(channel.run_plan_with(&plan, planner), Guarded::OwnPane);
        }
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn a_target_means_what_it_means_to_the_command() {
    in_a_pane("a_target_means_what_it_means_to_the_command", |server| {
        let (pane, session) = ours(server);
        // `1` is a window here, and to other commands a pane of the current window.
        let work = session.window("work").expect("the other window");
        work.split(SplitWindow::new()).expect("a pane 1");
        work.select().expect("selected");
        let channel = server.through_channel(ChannelOptions::default()).expect("a channel");
        for server in [server, &server.through_program(), &channel] {
            for target in
                ["1", ":1", "=main:1", "ours", "main:=ours", "main:ours", "main:$", "{end}"]
            {
                let kill = KillWindow::new().target(WindowTarget::raw(target));
                assert_refused(server.perform(kill), Guarded::OwnPane);
            }
            let session_of = |target: String| KillSession::new().target(SessionTarget::raw(target));
            for target in ["main".to_owned(), "ma".to_owned(), pane.id().to_string()] {
                assert_refused(server.perform(session_of(target)), Guarded::OwnPane);
            }
            assert!(pane.exists().expect("an answer"));
        }
    });
}

#[test]
fn a_place_with_a_sign_is_counted_from_the_current_window() {
    in_a_pane("a_place_with_a_sign_is_counted_from_the_current_window", |server| {
        // The windows are 0, ours, and 2.
        let (pane, session) = ours(server);
        let work = session.window("work").expect("the window 0");
        work.select().expect("selected");
        let free = WindowTarget::Index(SessionTarget::exact("main"), 2);
        let last = NewWindow::new().detached().name("last").target(free);
        server.perform(last).expect("made").ok().expect("a window 2");
        let refused = |target: &str| {
            let kill = KillWindow::new().target(WindowTarget::raw(target));
            assert_refused(server.perform(kill), Guarded::OwnPane);
        };
        refused("main:+1");
        refused("main:-2");
        session.window("last").expect("the window 2").select().expect("selected");
        refused("main:+2");
        pane.window().expect("ours").select().expect("selected");
        // The number 1 is ours, and one further isn't.
        let next = KillWindow::new().target(WindowTarget::raw("main:+1"));
        assert!(server.perform(next).expect("allowed").is_ok());
        assert!(session.window("last").is_err(), "it is gone");
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn a_windows_name_may_have_a_colon() {
    in_a_pane("a_windows_name_may_have_a_colon", |server| {
        // The windows are 0, ours, and 2.
        let (pane, session) = ours(server);
        let rename = RenameWindow::new("a:0").target(pane.window().expect("ours").id());
        assert!(server.perform(rename).expect("an answer").is_ok());
        let free = WindowTarget::Index(SessionTarget::exact("main"), 2);
        let last = NewWindow::new().detached().name("b:1").target(free);
        server.perform(last).expect("made").ok().expect("a window 2");
        for target in ["main:a:0", "main:=a:0", "main:a:0.0"] {
            let kill = KillWindow::new().target(WindowTarget::raw(target));
            assert_refused(server.perform(kill), Guarded::OwnPane);
            let kill = KillPane::new().target(PaneTarget::raw(target));
            assert_refused(server.perform(kill), Guarded::OwnPane);
        }
        // The number behind its second colon is ours, and it isn't.
        let other = KillWindow::new().target(WindowTarget::raw("main:b:1"));
        assert!(server.perform(other).expect("allowed").is_ok());
        assert!(session.window("b:1").is_err(), "it is gone");
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn a_place_to_make_a_window_at_is_counted_with_the_free_ones() {
    in_a_pane("a_place_to_make_a_window_at_is_counted_with_the_free_ones", |server| {
        let (pane, session) = ours(server);
        let work = session.window("work").expect("the window 0").id();
        let new = |name: &str, place| {
            let free = WindowTarget::Index(SessionTarget::exact("main"), place);
            let window = NewWindow::new().detached().name(name).target(free);
            server.perform(window).expect("made").ok().expect("a free place");
            session.window(name).expect("the new window")
        };
        let refused = |place: &str| {
            let at = || WindowTarget::raw(place);
            assert_refused(server.perform(NewWindow::new().kill().target(at())), Guarded::OwnPane);
            let link = LinkWindow::new().kill().source(work).target(at());
            assert_refused(server.perform(link), Guarded::OwnPane);
            let moved = MoveWindow::new().kill().source(work).target(at());
            assert_refused(server.perform(moved), Guarded::OwnPane);
        };
        // Ours is 1: two places before 3, and one window.
        new("three", 3).select().expect("selected");
        refused("main:-2");
        refused(":-2");
        // And now 5: two places behind 3, and one window.
        let five = WindowTarget::Index(SessionTarget::exact("main"), 5);
        let source = pane.window().expect("ours").id();
        let moved = MoveWindow::new().detached().source(source).target(five);
        assert!(server.perform(moved).expect("allowed").is_ok());
        new("seven", 7);
        refused("main:+2");
        // What is unlinked is counted by windows: the second behind 3 is 7.
        let unlink = UnlinkWindow::new().kill().target(WindowTarget::raw("main:+2"));
        assert!(server.perform(unlink).expect("allowed").is_ok());
        assert!(session.window("seven").is_err(), "it is gone");
        // Ours is in no other session.
        server.new_session(NewSession::new().name("other")).expect("a session");
        let there = NewWindow::new().detached().kill().target(WindowTarget::raw("other:+0"));
        let _ = server.perform(there).expect("allowed");
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn a_number_may_be_the_name_of_our_window() {
    in_a_pane("a_number_may_be_the_name_of_our_window", |server| {
        let (pane, _) = ours(server);
        let at = |place| WindowTarget::Index(SessionTarget::exact("main"), place);
        let rename = RenameWindow::new("77").target(pane.window().expect("ours").id());
        assert!(server.perform(rename).expect("an answer").is_ok());
        // In full, and its beginning.
        for place in [77, 7] {
            let window = KillWindow::new().target(at(place));
            assert_refused(server.perform(window), Guarded::OwnPane);
            let pane = KillPane::new().target(PaneTarget::Index(at(place), 0));
            assert_refused(server.perform(pane), Guarded::OwnPane);
            let unlink = UnlinkWindow::new().kill().target(at(place));
            assert_refused(server.perform(unlink), Guarded::OwnPane);
        }
        // What is neither a place nor a name is nobody's.
        let none = KillPane::new().target(PaneTarget::Index(at(8), 0));
        assert!(!server.perform(none).expect("allowed").is_ok());
        // A place goes before a name.
        let there = NewWindow::new().detached().target(at(77));
        assert!(server.perform(there).expect("allowed").is_ok());
        assert!(server.perform(KillWindow::new().target(at(77))).expect("allowed").is_ok());
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn commands_within_commands_have_their_target() {
    in_a_pane("commands_within_commands_have_their_target", |server| {
        let (pane, session) = ours(server);
        let target = PaneTarget::from(pane.id());
        let channel = server.through_channel(ChannelOptions::default()).expect("a channel");
        session.window("work").expect("the other window").select().expect("selected");
        let now = || Script::format("1");
        for server in [server, &channel] {
            let nested = IfShell::new(now(), KillPane::new()).format().target(target.clone());
            assert_refused(server.perform(nested), Guarded::OwnPane);
            let deep = IfShell::new(now(), IfShell::new(now(), KillWindow::new()).format());
            assert_refused(server.perform(deep.format().target(target.clone())), Guarded::OwnPane);
        }
        let run = RunShell::tmux(KillPane::new().target(target));
        assert_refused(server.perform(run), Guarded::OwnPane);
        assert_refused(server.perform(RunShell::tmux(KillServer::new())), Guarded::OwnServer);
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn what_a_plan_makes_something_in_is_not_its_own() {
    in_a_pane("what_a_plan_makes_something_in_is_not_its_own", |server| {
        let (pane, session) = ours(server);
        let window = pane.window().expect("our window");
        let refused = |record: &dyn Fn(&mut Plan)| {
            let mut plan = Plan::new();
            record(&mut plan);
            assert_refused(server.run_plan(&plan), Guarded::OwnPane);
        };
        refused(&|plan| {
            let made = plan.create(NewWindow::new().detached().target(session.id()));
            plan.add(KillSession::new().target(made.session));
        });
        refused(&|plan| {
            let free = WindowTarget::Index(SessionTarget::from(session.id()), 7);
            let made = plan.create(NewWindow::new().detached().target(free));
            plan.add(KillSession::new().target(made.session));
        });
        refused(&|plan| {
            let made = plan.create(SplitWindow::new().target(pane.id()));
            plan.add(KillWindow::new().target(made.window));
        });
        refused(&|plan| {
            let made = plan.create(SplitWindow::new());
            plan.add(KillWindow::new().target(made.window));
        });
        refused(&|plan| {
            let made = plan.create(BreakPane::new().detached().source(pane.id()));
            plan.add(KillWindow::new().target(made.window));
        });
        refused(&|plan| {
            let made = plan.create(NewSession::new().detached().group(session.id()));
            plan.add(KillWindow::new().target(made.window));
        });
        assert_eq!(window.panes().expect("panes"), std::slice::from_ref(&pane));

        let may = |record: &dyn Fn(&mut Plan)| {
            let mut plan = Plan::new();
            record(&mut plan);
            let _ = server.run_plan(&plan).expect("allowed").ok().expect("it runs");
        };
        may(&|plan| {
            let made = plan.create(SplitWindow::new().target(pane.id()));
            plan.add(KillPane::new().target(made.pane));
        });
        may(&|plan| {
            let made = plan.create(NewSession::new().detached());
            let more = plan.create(NewWindow::new().detached().target(made.session));
            let split = plan.create(SplitWindow::new().target(more.pane));
            plan.add(KillWindow::new().target(split.window));
            plan.add(KillSession::new().target(more.session));
        });
        assert!(pane.exists().expect("an answer"));
    });
}

#[test]
fn everything_else_may_go() {
    in_a_pane("everything_else_may_go", |server| {
        let (pane, session) = ours(server);
        let other = pane.split(SplitWindow::new()).expect("another pane");
        let before = server.round_trips();
        other.kill().expect("killed");
        assert_eq!(server.round_trips() - before, 2, "one to see whether it is ours");
        assert!(!other.exists().expect("an answer"));

        pane.kill_others().expect("nothing to end");
        let elsewhere = server.new_session(NewSession::new().name("elsewhere")).expect("a session");
        let free = WindowTarget::Index(SessionTarget::exact("main"), 7);
        server.perform(NewWindow::new().detached().kill().target(free)).expect("made");

        // Our window is in two sessions: each may go, but not both.
        let there = WindowTarget::Index(SessionTarget::from(elsewhere.id()), 0);
        let window = pane.window().expect("our window");
        let link = LinkWindow::new().detached().kill().source(window.id()).target(there.clone());
        assert!(server.perform(link).expect("linked").ok().is_ok());
        assert_refused(window.kill(), Guarded::OwnPane);
        session.kill().expect("our window is elsewhere, too");
        assert!(pane.exists().expect("an answer"));
        assert_refused(elsewhere.kill(), Guarded::OwnPane);
        assert_refused(server.perform(UnlinkWindow::new().kill().target(there)), Guarded::OwnPane);
    });
}

#[test]
fn the_server_around_us_stays() {
    in_a_pane("the_server_around_us_stays", |server| {
        assert_refused(server.kill_server(PATIENCE), Guarded::OwnServer);
        assert_refused(server.perform(KillServer::new()), Guarded::OwnServer);
        // By another name, too.
        let link = std::env::current_dir().expect("a directory").join("link");
        std::os::unix::fs::symlink(server.socket_path(), &link).expect("a link");
        let same = Server::at(link);
        assert_refused(same.kill_server(PATIENCE), Guarded::OwnServer);
        let (pane, _) = ours(server);
        assert_refused(same.perform(KillPane::new().target(pane.id())), Guarded::OwnPane);

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let server = tmuxwire::Server::from_env().expect("the server");
            assert_refused(server.kill_server(PATIENCE).await, Guarded::OwnServer);
            assert_refused(server.perform(KillServer::new()).await, Guarded::OwnServer);
            let pane = server.current_pane().await.expect("our pane");
            assert_refused(pane.kill().await, Guarded::OwnPane);
        });
    });
}

#[test]
fn who_asks_for_it_gets_it() {
    if std::env::var_os(INNER).is_some() {
        let server = Server::from_env().expect("the server of the pane").unguarded();
        let (pane, _) = ours(&server);
        let _ = pane.kill();
        std::thread::sleep(PATIENCE);
    }
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        start_in_a_pane(&server, "who_asks_for_it_gets_it");
        wait_until("the pane is gone", || {
            let windows = server.tmux(["list-windows", "-F", "#{window_name}"]).stdout;
            windows == b"work\n"
        });
    }
}

#[test]
fn the_default_server_stays() {
    let name = "the_default_server_stays";
    if std::env::var_os(INNER).is_some() {
        return default_server();
    }
    let Tmux { path, .. } = tmuxwire_testkit::system();
    let home = tempfile::tempdir().expect("a directory");
    let inner = command(std::env::current_exe().expect("this program"), home.path())
        .args(["--exact", name, "--nocapture"])
        .env(INNER, "1")
        .env("TMUXWIRE_TMUX", path)
        .output()
        .expect("it runs");
    assert!(inner.status.success(), "{}", String::from_utf8_lossy(&inner.stderr));
}

/// In a directory for sockets of its own.
fn default_server() {
    let server = Server::from_env().expect("the default server").config_file("/dev/null");
    let home = std::env::var("HOME").expect("a home");
    assert!(server.socket_path().starts_with(home), "never the user's own");
    assert_refused(server.kill_server(PATIENCE), Guarded::DefaultServer);
    let session = server.new_session(NewSession::new().command("exec cat")).expect("a session");
    for same in [&server, &Server::at(server.socket_path()), session.server()] {
        assert_refused(same.kill_server(PATIENCE), Guarded::DefaultServer);
        assert_refused(same.perform(KillServer::new()), Guarded::DefaultServer);
        let nested = IfShell::new(Script::from("true"), KillServer::new());
        assert_refused(same.perform(nested), Guarded::DefaultServer);
    }
    assert!(session.exists().expect("an answer"));
    server.unguarded().kill_server(PATIENCE).expect("it was asked for");
    assert!(!session.exists().expect("an answer"));

    let other = Server::named("other").expect("another server").config_file("/dev/null");
    other.new_session(NewSession::new().command("exec cat")).expect("a session");
    other.kill_server(PATIENCE).expect("nobody's but ours");
}

#[test]
fn outside_it_costs_nothing() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let client = Server::at(server.socket());
        let pane = client.panes().expect("panes").remove(0);
        let other = pane.split(SplitWindow::new()).expect("another pane");
        let before = client.round_trips();
        other.kill().expect("killed");
        assert_eq!(client.round_trips() - before, 1, "{}", tmux.version);
        client.kill_server(PATIENCE).expect("a private one");
    }
}
