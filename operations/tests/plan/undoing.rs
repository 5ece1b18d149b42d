//! Ensuring and undoing, on real servers: what others have made stays.

use tmuxwire_operations::{
    BreakPane, DeleteBuffer, DisplayMessage, HasSession, IfShell, ListPanes, Made, NewSession,
    NewWindow, PaneId, Plan, PlanReport, Planner, Script, SelectWindow, SessionTarget, SetBuffer,
    ShowBuffer, SplitWindow, StepStatus, WindowId, WindowTarget,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{PLANNERS, execute, lines, on_each, run};

fn panes(server: &TestServer) -> Vec<String> {
    let mut panes = lines(server, &["list-panes", "-a", "-F", "#{pane_id}"]);
    panes.sort();
    panes
}

fn undo(server: &TestServer, report: &PlanReport) {
    let undo = report.undo();
    for buffer in undo.buffers {
        if buffer.is_in(&run(server, buffer.question())) {
            run(server, buffer.removal());
        }
    }
    for operation in undo.operations {
        run(server, operation);
    }
}

#[test]
fn what_is_there_is_not_made_again() {
    let work = || WindowTarget::In(SessionTarget::exact("work"));
    let mut plan = Plan::new();
    let probe = ListPanes::new().format(Made::FORMAT).target(work());
    let made = plan.ensure(probe, NewSession::new().detached().name("work"));
    // This one prints nothing where nothing is, the other one fails.
    let name = "#{?#{==:#{window_name},logs},#{session_id} #{window_id} #{pane_id},}";
    let probe = DisplayMessage::new().print().message(name);
    let probe = probe.target(WindowTarget::raw("=work:$"));
    let window = NewWindow::new().detached().name("logs").target(made.session);
    let logs = plan.ensure(probe, window);
    plan.add(SelectWindow::new().target(logs.window));
    on_each(&PLANNERS, |server, planner, context| {
        let first = execute(server, &plan, planner);
        first.ok().unwrap_or_else(|failure| panic!("{context}: {failure}"));
        assert_eq!(first.steps[1].status, StepStatus::Done, "{context}");
        let there = panes(server);
        assert_eq!(there.len(), 3, "{context}");

        let again = execute(server, &plan, planner);
        again.ok().unwrap_or_else(|failure| panic!("{context}: {failure}"));
        assert_eq!(again.steps[0].status, StepStatus::Found, "{context}");
        assert_eq!(again.steps[1].status, StepStatus::Found, "{context}");
        assert_eq!(again.session(made.session), first.session(made.session), "{context}");
        assert_eq!(again.window(logs.window), first.window(logs.window), "{context}");
        assert_eq!(panes(server), there, "{context}");

        undo(server, &again);
        assert_eq!(panes(server), there, "{context}: what was found stays");
        undo(server, &first);
        assert_eq!(panes(server), ["%0"], "{context}");
    });
}

#[test]
fn undoing_leaves_what_a_user_has_put_there() {
    let mut plan = Plan::new();
    let work = plan.create(NewSession::new().detached().name("work").command("cat"));
    let logs = plan.create(NewWindow::new().detached().target(work.session).command("cat"));
    plan.create(SplitWindow::new().detached().target(logs.window).command("cat"));
    plan.create(SplitWindow::new().detached().target(PaneId(0)).command("cat"));
    plan.add(HasSession::new().target(SessionTarget::exact("nobody")));
    plan.create(NewWindow::new().detached().target(work.session));
    let planners = [Planner::OneByOne, Planner::Batched, Planner::Pipelined];
    on_each(&planners, |server, planner, context| {
        let report = execute(server, &plan, planner);
        assert!(!report.is_ok());
        let window = report.window(logs.window).expect("a window");
        let users = SplitWindow::new().detached().target(window).command("cat");
        let users = run(server, users.print().format("#{pane_id}")).text().into_owned();
        undo(server, &report);
        assert_eq!(panes(server), ["%0".to_owned(), users], "{context}");
        // Their window and session stay with them.
        assert_eq!(
            lines(server, &["list-windows", "-a", "-F", "#{session_name}"]),
            ["main", "work"]
        );
        assert_eq!(report.undo().left, [] as [usize; 0], "{context}");
    });
}

#[test]
fn what_was_only_moved_or_shared_is_left() {
    let mut plan = Plan::new();
    plan.create(NewSession::new().detached().name("too").group(SessionTarget::exact("main")));
    plan.create(BreakPane::new().detached().source(PaneId(1)));
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["split-window", "-d", "-t", "=main:"]);
        let report = execute(&server, &plan, Planner::Batched);
        report.ok().unwrap_or_else(|failure| panic!("{}: {failure}", tmux.version));
        assert!(report.window(plan.slots(1).expect("slots").window) > Some(WindowId(0)));
        let undo = report.undo();
        assert!(undo.operations.is_empty());
        assert_eq!(undo.left, [0, 1]);
    }
}

#[test]
fn only_buffers_that_were_not_there_are_taken_back() {
    let names =
        ["a,b", "a}b", "a#b", "#{pid}", "#", "##", "%H", "a b", "\u{e9}", "-x", "$HOME", "0"];
    let set = |name: &str, data: &str| SetBuffer::new().name(name).data(data);
    let mut plan = Plan::new();
    for name in names {
        plan.ensure_buffer(set(name, "ours"));
    }
    plan.add(set("other", "ours"));
    on_each(&PLANNERS, |server, planner, context| {
        for name in names.iter().step_by(2) {
            run(server, set(name, "theirs"));
        }
        let report = execute(server, &plan, planner);
        report.ok().unwrap_or_else(|failure| panic!("{context}: {failure}"));
        for (index, name) in names.iter().enumerate() {
            let there = run(server, ShowBuffer::new().name(*name));
            let (data, status) = match index % 2 {
                0 => ("theirs", StepStatus::Found),
                _ => ("ours", StepStatus::Done),
            };
            assert_eq!((there.text().as_ref(), &report.steps[index].status), (data, &status));
        }
        undo(server, &report);
        let left = lines(server, &["list-buffers"]).len();
        assert_eq!(left, names.len() / 2 + 1, "{context}");
        assert!(run(server, ShowBuffer::new().name("a}b")).failure().is_some(), "{context}");
    });
}

#[test]
fn a_buffer_that_somebody_replaced_stays() {
    let set = |name: &str, data: &str| SetBuffer::new().name(name).data(data);
    let long = "a".repeat(1_000);
    let mut plan = Plan::new();
    for name in ["kept", "gone", "again", "longer", "after"] {
        plan.ensure_buffer(set(name, &long));
    }
    on_each(&PLANNERS, |server, planner, context| {
        let report = execute(server, &plan, planner);
        report.ok().unwrap_or_else(|failure| panic!("{context}: {failure}"));
        for name in ["gone", "again"] {
            run(server, DeleteBuffer::new().name(name));
        }
        run(server, set("again", "theirs"));
        run(server, set("longer", "b").append());
        run(server, set("precious", "theirs"));
        undo(server, &report);
        let mut left = lines(server, &["list-buffers", "-F", "#{buffer_name}"]);
        left.sort();
        assert_eq!(left, ["again", "longer", "precious"], "{context}");
    });
}

/// Up to 3.2a the newest one would go.
#[test]
fn only_the_buffer_of_the_name_is_removed() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        run(&server, SetBuffer::new().name("precious").data("theirs"));
        for name in ["mine", "it's; #{pid} $HOME"] {
            for made in [true, false] {
                if made {
                    run(&server, SetBuffer::new().name(name).data("ours"));
                }
                let only = DeleteBuffer::only(name);
                run(&server, IfShell::new(Script::format("1"), only).format());
                let left = lines(&server, &["list-buffers", "-F", "#{buffer_name}"]);
                assert_eq!(left, ["precious"], "{} {name} {made}", tmux.version);
            }
        }
    }
}
