//! Plans and snapshots.

use tmuxwire::operations::read::diff;
use tmuxwire::operations::{
    FailureKind, HasSession, KillSession, KillWindow, NewSession, NewWindow, Plan, Planner,
    RenameSession, SelectWindow, SendKeys, SessionTarget, SplitWindow, StepStatus, Thing,
};
use tmuxwire::{Delivery, ErrorKind};

use super::{Stage, bisync, is_missing, session};

#[bisync]
pub(super) async fn all(server: &Stage) {
    seen(server).await;
    for planner in [None, Some(Planner::OneByOne), Some(Planner::Batched), Some(Planner::Folded)] {
        built(server, planner).await;
    }
    survived(server).await;
    failed(server).await;
    undone(server).await;
}

#[bisync]
async fn seen(server: &Stage) {
    let before = server.snapshot().await.expect("a snapshot");
    let own = session(server, "seen").await;
    let window = own.current_window().await.expect("a window");
    let after = server.snapshot().await.expect("a snapshot");
    let seen = after.session_named("seen").expect("the session");
    assert_eq!(seen.id, own.id());
    assert_eq!(after.current_window(own.id()).expect("a window").id, window.id());
    assert_eq!(after.windows_of(own.id()).count(), 1);
    assert!(!diff(&before, &after).is_empty());
    own.kill().await.expect("an end");
}

#[bisync]
async fn built(server: &Stage, planner: Option<Planner>) {
    let mut plan = Plan::new();
    let work = plan.create(NewSession::new().detached().name("built").width(80).height(24));
    let logs = plan.create(NewWindow::new().name("logs").target(work.session));
    let right = plan.create(SplitWindow::new().horizontal().target(logs.window));
    plan.add(SendKeys::text("it's; #{x}").target(right.pane));
    let finished = match planner {
        None => server.run_plan(&plan).await,
        Some(planner) => server.run_plan_with(&plan, planner).await,
    };
    let finished = finished.expect("a plan").ok().expect("all of it");
    let own = finished.session(work.session).expect("a session");
    assert_eq!(own.info().await.expect("what it is").name, "built");
    let window = finished.window(logs.window).expect("a window");
    assert_eq!(own.current_window().await.expect("a window"), window);
    let pane = finished.pane(right.pane).expect("a pane");
    assert_eq!(window.active_pane().await.expect("a pane"), pane);
    assert_eq!(finished.undo().await.expect("an end"), [0; 0]);
    assert!(!own.exists().await.expect("an answer"));
}

#[bisync]
async fn failed(server: &Stage) {
    let own = session(server, "failed").await;
    let mut plan = Plan::new();
    plan.add(RenameSession::new("half").target(own.id()));
    plan.add(HasSession::new().target(SessionTarget::exact("no-such-session")));
    plan.add(RenameSession::new("whole").target(own.id()));
    let finished = server.run_plan_with(&plan, Planner::Batched).await.expect("a plan");
    assert_eq!(finished.report.steps[0].status, StepStatus::Done);
    assert_eq!(finished.report.steps[2].status, StepStatus::NotRun { needs: None });
    let error = finished.ok().expect_err("a failure");
    let kind = FailureKind::NotFound { what: Thing::Session };
    assert_eq!(error.kind(), &ErrorKind::Failed(kind));
    assert_eq!(error.delivery(), Delivery::Answered);
    assert!(error.to_string().starts_with("step 1: has-session: "), "{error}");
    assert_eq!(own.info().await.expect("what it is").name, "half");
    own.kill().await.expect("an end");
}

/// What was made goes, what was there stays.
#[bisync]
async fn undone(server: &Stage) {
    let own = session(server, "undone").await;
    let mut plan = Plan::new();
    let window = plan.create(NewWindow::new().target(own.id()));
    let pane = plan.create(SplitWindow::new().target(window.window));
    plan.add(RenameSession::new("renamed").target(own.id()));
    let finished = server.run_plan(&plan).await.expect("a plan").ok().expect("all of it");
    let made = finished.pane(pane.pane).expect("a pane");
    made.kill().await.expect("an end");
    assert_eq!(finished.undo().await.expect("an end"), [0; 0]);
    is_missing(finished.window(window.window).expect("a window").info().await, Thing::Window);
    assert_eq!(own.info().await.expect("what it is").name, "renamed");
    own.kill().await.expect("an end");
}

/// Servers up to 3.7c that have a control client end by a message that does both.
#[bisync]
async fn survived(server: &Stage) {
    for planner in [Planner::Batched, Planner::Pipelined, Planner::Folded] {
        let own = session(server, "survived").await;
        let first = own.current_window().await.expect("a window");
        own.new_window(NewWindow::new()).await.expect("a window");
        let mut plan = Plan::new();
        plan.add(SelectWindow::new().target(first.id()));
        plan.add(KillWindow::new().target(first.id()));
        plan.add(KillSession::new().target(own.id()));
        let finished = server.run_plan_with(&plan, planner).await.expect("a plan");
        assert!(finished.report.is_ok(), "{finished:?}");
        server.snapshot().await.expect("a server");
    }
}
