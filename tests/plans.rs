//! Plans by every route that the library has: what they do and say is the same.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use tmuxwire::{ChannelOptions, Command, Delivery, ErrorKind, Output, Version, blocking};
use tmuxwire_operations::{
    Answer, Ask, DisplayMessage, HasSession, NewSession, NewWindow, OnFailure, Plan, PlanOptions,
    PlanReport, PlanRun, Planner, Release, RunShell, SelectLayout, SendKeys, SessionTarget,
    SetBuffer, ShowBuffer, SplitWindow, StepStatus,
};
use tmuxwire_testkit::{TestServer, Tmux, releases};

fn answer(output: tmuxwire::Result<Output>) -> Option<Answer> {
    let output = output.ok()?;
    Some(Answer::new(output.status, output.stdout, output.stderr))
}

type Run = Box<dyn FnMut(Ask) -> Vec<Answer>>;

/// A way to run what a plan asks for.
struct Route {
    name: &'static str,
    open: fn(&TestServer) -> Run,
}

const ROUTES: &[Route] = &[
    Route { name: "blocking, one-shot", open: blocking_one_shot },
    Route { name: "blocking, channel", open: blocking_channel },
    Route { name: "tokio, channel", open: tokio_channel },
];

fn blocking_one_shot(server: &TestServer) -> Run {
    let server = blocking::Server::at(server.socket());
    Box::new(move |ask| {
        let answers = ask.commands.iter().map(|words| answer(server.run(Command::new(words))));
        answers.map_while(|answer| answer).collect()
    })
}

fn blocking_channel(server: &TestServer) -> Run {
    let server = blocking::Server::at(server.socket());
    let channel = server.channel(ChannelOptions::default()).expect("a channel");
    Box::new(move |ask| {
        let answers = channel.run_all(ask.commands.iter().map(Command::new));
        answers.into_iter().map_while(answer).collect()
    })
}

fn tokio_channel(server: &TestServer) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let server = tmuxwire::Server::at(server.socket());
    let channel = runtime.block_on(server.channel(ChannelOptions::default())).expect("a channel");
    Box::new(move |ask| {
        let answers = channel.run_all(ask.commands.iter().map(Command::new));
        runtime.block_on(answers).into_iter().map_while(answer).collect()
    })
}

fn execute(
    tmux: &Tmux,
    route: &Route,
    plan: &Plan,
    options: PlanOptions,
) -> (TestServer, PlanReport) {
    let server = TestServer::start(tmux);
    let mut run = (route.open)(&server);
    let release = Version::parse(&tmux.version).expect("a version");
    let mut plan = PlanRun::new(plan, options.release(Release::from(&release))).expect("a plan");
    while let Some(ask) = plan.poll() {
        plan.handle(run(ask));
    }
    (server, plan.finish())
}

/// Makes things, prints things, fails in the middle.
fn plan() -> Plan {
    let mut plan = Plan::new();
    let work = plan.create(NewSession::new().detached().name("work").command("cat"));
    let logs = plan.create(NewWindow::new().detached().target(work.session).command("cat"));
    let right = plan.create(SplitWindow::new().detached().target(logs.window).command("cat"));
    plan.add(SelectLayout::new().layout("even-horizontal").target(logs.window));
    plan.add(SendKeys::text("it's; \"x\" $HOME\n;").target(right.pane));
    plan.add(DisplayMessage::new().print().target(right.pane).message("#{session_name};"));
    plan.add(SetBuffer::new().name("kept").data("no newline at its end;"));
    plan.add(ShowBuffer::new().name("kept"));
    plan.add(HasSession::new().target(SessionTarget::exact("nobody")));
    plan.add(RunShell::new().command("exit 3"));
    plan.add(DisplayMessage::new().print().message("the end"));
    plan
}

#[test]
fn every_route_does_and_says_the_same() {
    let plan = plan();
    for tmux in releases() {
        for on_failure in [OnFailure::Stop, OnFailure::Continue] {
            let options = PlanOptions::default().on_failure(on_failure);
            let mut reports = Vec::new();
            for planner in [Planner::OneByOne, Planner::Batched, Planner::Pipelined] {
                for route in ROUTES {
                    let (_server, report) = execute(&tmux, route, &plan, options.planner(planner));
                    reports.push((route.name, planner, report.steps));
                }
            }
            let (_, _, expected) = reports[0].clone();
            assert_eq!(expected[5].outcome.as_ref().expect("an answer").stdout, b"work;\n");
            let kept = &expected[7].outcome.as_ref().expect("an answer").stdout;
            assert_eq!(kept, b"no newline at its end;");
            assert_eq!(
                expected.iter().filter(|step| step.is_ok()).count() > 8,
                on_failure == OnFailure::Continue
            );
            for (route, planner, steps) in reports {
                assert_eq!(steps, expected, "{} {route} {planner:?} {on_failure:?}", tmux.version);
            }
        }
    }
}

#[test]
fn a_server_that_dies_leaves_what_nobody_knows() {
    for tmux in releases() {
        for route in ROUTES {
            let server = TestServer::start(&tmux);
            let mut run = (route.open)(&server);
            let mut plan = Plan::new();
            plan.create(NewSession::new().detached());
            plan.add(RunShell::new().command("exit 0"));
            let mut plan = PlanRun::new(&plan, Planner::Batched).expect("a plan");
            let ask = plan.poll().expect("a step");
            plan.handle(run(ask));
            server.kill();
            let ask = plan.poll().expect("a step");
            plan.handle(run(ask));
            assert_eq!(plan.poll(), None);
            let report = plan.finish();
            let said = report.ok().map(|_| ()).expect_err("a failure").to_string();
            assert_eq!(said, "step 1 may have run or not", "{} {}", tmux.version, route.name);
        }
    }
}

/// The routes of a handle.
fn handles(server: &TestServer) -> [blocking::Server; 3] {
    let handle = blocking::Server::at(server.socket()).program(&server.release().path);
    let channel = handle.through_channel(ChannelOptions::default()).expect("a channel");
    [handle.clone(), handle.through_program(), channel]
}

#[test]
fn a_server_that_dies_of_the_first_step_may_have_run_it() {
    for tmux in releases() {
        for route in 0..3 {
            let server = TestServer::start(&tmux);
            let mut plan = Plan::new();
            plan.add(RunShell::new().command(format!("kill -9 {}", server.pid()).as_str()));
            plan.create(NewSession::new().detached());
            let ran = handles(&server)[route].run_plan(&plan).expect("a report");
            let statuses: Vec<_> =
                ran.report.steps.iter().map(|step| step.status.clone()).collect();
            let expected = [StepStatus::Unknown, StepStatus::NotRun { needs: None }];
            assert_eq!(statuses, expected, "{} {route}", tmux.version);
            let error = ran.ok().map(drop).expect_err("it was lost");
            assert_eq!(error.kind(), &ErrorKind::LostServer, "{} {route}", tmux.version);
            assert_eq!(error.delivery(), Delivery::MayHaveRun, "{} {route}", tmux.version);
        }
    }
}

#[test]
fn what_is_gone_is_undone() {
    for tmux in releases() {
        for route in 0..3 {
            let server = TestServer::start(&tmux);
            assert!(server.tmux(["set-option", "-s", "exit-empty", "off"]).status.success());
            let handle = &handles(&server)[route];
            let mut plan = Plan::new();
            plan.create(NewSession::new().detached().name("made"));
            plan.ensure_buffer(SetBuffer::new().name("made").data("x"));
            let ran = handle.run_plan(&plan).expect("a report");
            assert!(ran.report.is_ok(), "{:?}", ran.report);
            assert!(server.tmux(["delete-buffer", "-b", "made"]).status.success());
            assert!(server.tmux(["kill-session", "-t", "main"]).status.success());
            assert!(server.tmux(["kill-session", "-t", "made"]).status.success());
            assert_eq!(ran.undo().expect("gone"), [], "{} {route}", tmux.version);
            server.kill();
            assert_eq!(ran.undo().expect("gone"), [], "{} {route}", tmux.version);
        }
    }
}

/// Whoever gave the name to another buffer keeps it, and is told of; up to 3.2a the newest one would
/// go where there is none of the name.
#[test]
fn undoing_removes_no_buffer_of_others() {
    for tmux in releases() {
        for route in 0..3 {
            let server = TestServer::start(&tmux);
            let handle = &handles(&server)[route];
            let mut plan = Plan::new();
            for name in ["gone", "again", "mine"] {
                plan.ensure_buffer(SetBuffer::new().name(name).data("ours"));
            }
            let ran = handle.run_plan(&plan).expect("a report").ok().expect("all of it");
            handle.set_buffer("precious", "theirs").expect("a buffer");
            handle.set_buffer("again", "theirs").expect("a buffer");
            handle.delete_buffer("gone").expect("it was there");
            assert!(handle.delete_buffer("gone").expect_err("it is gone").is_not_found());
            assert_eq!(ran.undo().expect("an answer"), [1], "{} {route}", tmux.version);
            let mut left: Vec<_> =
                handle.buffers().expect("buffers").into_iter().map(|buffer| buffer.name).collect();
            left.sort();
            assert_eq!(left, ["again", "precious"], "{} {route}", tmux.version);
        }
    }
}

#[test]
fn what_could_not_be_sent_has_not_run() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let mut plan = Plan::new();
        let made = plan.create(NewSession::new().detached());
        // Needs an id, and so a message of its own.
        plan.add(SelectLayout::new().layout("tiled").target(made.window));
        let mut run = PlanRun::new(&plan, Planner::Batched).expect("a plan");
        let ask = run.poll().expect("a step");
        let mut route = blocking_one_shot(&server);
        run.handle(route(ask));
        assert!(run.poll().is_some());
        run.withdraw();
        let report = run.finish();
        assert_eq!(report.steps[1].status, StepStatus::NotRun { needs: None });
    }
}
