//! Plans of which something fails, on real servers: exactly that is said to have failed.

use tmuxwire_operations::{
    BindKey, DisplayMessage, FailureKind, Format, HasSession, IfShell, Key, ListBuffers, ListKeys,
    LoadBuffer, NewPane, NewSession, NewWindow, OnFailure, Plan, PlanOptions, PlanReport, Planner,
    Release, RenameSession, RunShell, SelectPane, SessionTarget, SetBuffer, SetHook, SetOption,
    ShowBuffer, Slots, SourceFile, SplitWindow, StepStatus, Thing,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{PLANNERS, execute, execute_on_any, lines, on_each, release, run};

fn nobody() -> HasSession {
    HasSession::new().target(SessionTarget::exact("nobody"))
}

fn buffer(name: &str) -> SetBuffer {
    SetBuffer::new().name(name).data("data")
}

fn buffers(server: &TestServer) -> Vec<String> {
    let mut names = lines(server, &["list-buffers", "-F", "#{buffer_name}"]);
    names.sort();
    names
}

/// A letter for each step: done, found, failed, not run, unknown.
fn letters(report: &PlanReport) -> String {
    let letter = |status: &StepStatus| match status {
        StepStatus::Done => 'd',
        StepStatus::Found => 'f',
        StepStatus::Failed(_) => 'x',
        StepStatus::NotRun { .. } => '-',
        _ => '?',
    };
    report.steps.iter().map(|step| letter(&step.status)).collect()
}

#[test]
fn the_step_that_failed_is_told() {
    let mut plan = Plan::new();
    plan.add(buffer("a"));
    plan.add(nobody());
    plan.label("somebody");
    plan.add(buffer("b"));
    for tmux in releases() {
        for planner in PLANNERS {
            for on_failure in [OnFailure::Stop, OnFailure::Continue] {
                let server = TestServer::start(&tmux);
                let options = PlanOptions::from(planner).on_failure(on_failure);
                let report = execute(&server, &plan, options);
                let (expected, made) = match (planner, on_failure) {
                    (Planner::Folded, _) => ("???", &["a"][..]),
                    (Planner::Pipelined, _) | (_, OnFailure::Continue) => ("dxd", &["a", "b"][..]),
                    _ => ("dx-", &["a"][..]),
                };
                let context = format!("{} {planner:?} {on_failure:?}", tmux.version);
                assert_eq!(letters(&report), expected, "{context}");
                assert_eq!(buffers(&server), made, "{context}");
                if planner == Planner::Folded {
                    assert_eq!(report.complaints[0].text, "can't find session: nobody");
                    continue;
                }
                assert!(report.complaints.is_empty());
                let said = report.ok().expect_err("a failure").to_string();
                assert_eq!(said, "step 1 (somebody): has-session: can't find session: nobody");
                let not_found = FailureKind::NotFound { what: Thing::Session };
                let StepStatus::Failed(failure) = &report.steps[1].status else { panic!() };
                assert_eq!(failure.kind, not_found);
            }
        }
    }
}

#[test]
fn what_needs_a_failed_step_does_not_run() {
    let mut plan = Plan::new();
    let taken = plan.create(NewSession::new().detached().name("main"));
    plan.create(NewWindow::new().detached().target(taken.session));
    plan.add(buffer("a"));
    let planners = [Planner::OneByOne, Planner::Batched, Planner::Pipelined];
    on_each(&planners, |server, planner, context| {
        let options = PlanOptions::from(planner).on_failure(OnFailure::Continue);
        let report = execute(server, &plan, options);
        assert_eq!(letters(&report), "x-d", "{context}");
        assert_eq!(report.steps[1].status, StepStatus::NotRun { needs: Some(0) });
        // The session of that name is somebody else's.
        assert_eq!(lines(server, &["list-windows", "-a"]).len(), 1, "{context}");
    });
}

#[test]
fn what_hooks_say_fails_no_step() {
    let mut plan = Plan::new();
    plan.add(buffer("a"));
    plan.add(DisplayMessage::new().print().message("said"));
    plan.add(buffer("b"));
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        run(&server, SetHook::new().global().hook("after-set-buffer").command(nobody()));
        let report = execute(&server, &plan, Planner::Batched);
        assert_eq!(letters(&report), "ddd", "{}", tmux.version);
        assert_eq!(report.complaints.len(), 1, "{}", tmux.version);
        let complaint = &report.complaints[0];
        assert_eq!((complaint.steps.clone(), complaint.status), (0..=2, 1));
        assert!(complaint.text.contains("can't find session: nobody"), "{complaint:?}");
        let said = report.steps[1].outcome.as_ref().expect("an answer");
        assert_eq!(said.text(), "said");
    }
}

#[test]
fn what_a_server_does_not_know_is_told_though_nothing_ran() {
    let mut plan = Plan::new();
    plan.add(buffer("a"));
    plan.create(NewPane::new());
    plan.add(buffer("b"));
    for tmux in releases() {
        if release(&tmux) >= Release::new(3, 7) {
            continue;
        }
        for (on_failure, expected) in [(OnFailure::Stop, "dx-"), (OnFailure::Continue, "dxd")] {
            let server = TestServer::start(&tmux);
            let options = PlanOptions::default().on_failure(on_failure);
            let report = execute_on_any(&server, &plan, options);
            assert_eq!(letters(&report), expected, "{}", tmux.version);
            let StepStatus::Failed(failure) = &report.steps[1].status else { panic!() };
            assert_eq!(failure.kind, FailureKind::UnknownCommand);
            assert_eq!(buffers(&server).len(), expected.matches('d').count());
        }
    }
}

/// For a server these end well in a list, whatever they say.
#[test]
fn what_waits_fails_by_itself() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let mut plan = Plan::new();
        plan.add(buffer("a"));
        plan.add(RunShell::new().command("echo said; exit 3"));
        plan.add(IfShell::new("1", nobody()).format());
        plan.add(IfShell::new("exit 0", nobody()));
        plan.add(SourceFile::new(server.home().join("nothing")));
        plan.add(LoadBuffer::new(server.home().join("nothing")));
        plan.add(ShowBuffer::new().name("a"));
        plan.add(DisplayMessage::new().print().message("behind"));
        plan.add(buffer("b"));
        let options = PlanOptions::default().on_failure(OnFailure::Continue);
        let report = execute(&server, &plan, options);
        // 3.1 doesn't tell how a program ended.
        let expected = if release(&tmux) < Release::new(3, 2) { "ddxxxxddd" } else { "dxxxxxddd" };
        assert_eq!(letters(&report), expected, "{}: {report:?}", tmux.version);
        assert_eq!(report.round_trips, 8);
        let printed = |step: usize| report.steps[step].outcome.as_ref().expect("one").text();
        assert_eq!((printed(6), printed(7)), ("data".into(), "behind".into()));
        let StepStatus::Failed(failure) = &report.steps[5].status else { panic!() };
        assert_eq!(failure.kind, FailureKind::File, "{}", tmux.version);
    }
}

/// Marks are no steps: they can't fail.
#[test]
fn steps_work_on_a_server_without_sessions() {
    let mut plan = Plan::new();
    plan.add(SetOption::new("@a").server().value("b"));
    plan.add(ListBuffers::new());
    let made = plan.create(NewSession::new().detached().name("work"));
    plan.create(NewWindow::new().detached().target(made.session));
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        server.tmux(["set-option", "-s", "exit-empty", "off"]);
        server.tmux(["kill-session", "-t", "=main"]);
        let report = execute(&server, &plan, Planner::Batched);
        assert_eq!(letters(&report), "dddd", "{}: {report:?}", tmux.version);
        assert_eq!(report.round_trips, 1);
    }
}

#[test]
fn a_session_that_is_renamed_at_once_is_found_by_its_id() {
    let mut plan = Plan::new();
    let made = plan.create(NewSession::new().detached().name("work"));
    plan.create(NewWindow::new().detached().target(made.session));
    plan.add(RenameSession::new("play").target(made.session));
    plan.create(NewWindow::new().detached().target(made.session));
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let report = execute(&server, &plan, Planner::Batched);
        assert_eq!((letters(&report).as_str(), report.round_trips), ("dddd", 2));
        server.tmux(["kill-session", "-t", "=play"]);

        server.tmux(["set-hook", "-g", "after-new-session", "rename-session -t =work rest"]);
        let report = execute(&server, &plan, Planner::Batched);
        assert_eq!(letters(&report), "dddd", "{}: {report:?}", tmux.version);
        assert_eq!(report.round_trips, 2, "{}", tmux.version);
        assert_eq!(lines(&server, &["list-windows", "-t", "=play:"]).len(), 3);
    }
}

#[test]
fn a_name_that_another_session_has_by_then_is_not_used() {
    let mut plan = Plan::new();
    let first = plan.create(NewSession::new().detached().name("work"));
    plan.add(RenameSession::new("play").target(first.session));
    plan.create(NewSession::new().detached().name("work"));
    let window = plan.create(NewWindow::new().detached().target(first.session));
    on_each(&PLANNERS, |server, planner, context| {
        let report = execute(server, &plan, planner);
        assert_eq!(letters(&report), "dddd", "{context}");
        assert_eq!(report.session(window.session), report.session(first.session));
    });
}

#[test]
fn windows_go_by_names_only_where_these_are_sure() {
    let mut plan = Plan::new();
    let split = |slots: Slots| SplitWindow::new().detached().target(slots.window);
    let window = |name: &str| NewWindow::new().detached().name(name);
    let work = plan.create(NewSession::new().detached().name("work").window_name("a"));
    let first = plan.create(window("b").target(work.session));
    let in_first = plan.create(split(first));
    // The same name again.
    let second = plan.create(window("b").target(work.session));
    let in_second = plan.create(split(second));
    // Called as what runs in it.
    let play = plan.create(NewSession::new().detached().name("play").command("cat"));
    let third = plan.create(window("cat").target(play.session));
    let in_third = plan.create(split(third));
    // A number is an index.
    let rest = plan.create(NewSession::new().detached().name("rest").window_name("1"));
    let fourth = plan.create(window("x").target(rest.session));
    let in_fourth = plan.create(split(rest));
    let in_last = plan.create(split(fourth));
    for tmux in releases() {
        for hook in ["", "rename-window renamed"] {
            let server = TestServer::start(&tmux);
            server.tmux(["set-hook", "-g", "after-new-window", hook]);
            let report = execute(&server, &plan, Planner::Batched);
            report.ok().unwrap_or_else(|failure| panic!("{} {hook}: {failure}", tmux.version));
            let pairs = [(first, in_first), (second, in_second), (third, in_third)];
            for (made, inside) in pairs.into_iter().chain([(rest, in_fourth), (fourth, in_last)]) {
                let windows = (report.window(made.window), report.window(inside.window));
                assert_eq!(windows.0, windows.1, "{} {hook} {made:?}", tmux.version);
            }
        }
    }
    let trips = plan.explain(Planner::Batched).expect("a plan");
    assert_eq!(trips[0].steps, [0, 1, 2, 3]);
}

#[test]
fn commands_in_commands_have_ids() {
    let mut plan = Plan::new();
    let made = plan.create(NewSession::new().detached().name("work"));
    let key = || Key::character('x');
    plan.add(BindKey::new(key()).table("own").command(SelectPane::new().target(made.session)));
    // Not of that table alone: 3.7 says nothing of it then.
    plan.add(ListKeys::new());
    on_each(&PLANNERS, |server, planner, context| {
        let report = execute(server, &plan, planner);
        report.ok().unwrap_or_else(|failure| panic!("{context} {failure}"));
        let keys = report.steps[2].outcome.as_ref().expect("one").text().into_owned();
        let session = report.session(made.session).expect("a session").to_string();
        let keys = keys.lines().find(|line| line.contains(" own ")).expect("a key");
        // Some releases quote it.
        let target = keys.split("-t ").nth(1);
        let target = target.unwrap_or_else(|| panic!("{context}: {keys}"));
        let target = target.trim_matches(|c: char| "\"'\\{} ".contains(c));
        assert_eq!(target, format!("{session}:"), "{context}: {keys}");
    });
}

/// Whatever it is, the marks behind it are found; what servers 3.4 and 3.5 print is escaped.
#[test]
fn any_bytes_between_marks() {
    let value: Vec<u8> = (1..=255).filter(|byte| *byte != b'\n').collect();
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let mut plan = Plan::new();
        plan.add(SetOption::new("@a").server().value(value.as_slice()));
        for _ in 0..3 {
            plan.add(DisplayMessage::new().print().message("#{@a}"));
            plan.add(DisplayMessage::new().print().message(Format::literal("")));
        }
        let report = execute(&server, &plan, Planner::Batched);
        report.ok().unwrap_or_else(|failure| panic!("{}: {failure}", tmux.version));
        assert_eq!(report.round_trips, 1);
        let printed =
            |step: usize| report.steps[step].outcome.as_ref().expect("one").stdout.clone();
        assert_eq!(printed(2), b"\n");
        assert!(printed(1).len() >= 200, "{}", tmux.version);
        assert_eq!((printed(1), printed(1)), (printed(3), printed(5)));
    }
}
