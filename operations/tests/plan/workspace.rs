//! Plans on real servers.

use tmuxwire_operations::{
    Boundary, Key, Layout, NewSession, NewWindow, Plan, PlanOptions, Planner, SelectLayout,
    SelectWindow, SendKeys, Slots, SplitWindow,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{PLANNERS, execute, lines};

/// One session, 7 windows of 4 panes, their layouts, and keys for each first pane: 60 commands,
/// each kind before the next.
fn workspace() -> (Plan, Vec<Slots>) {
    let mut plan = Plan::new();
    let session = NewSession::new().detached().name("work").window_name("w0").width(200u32);
    let first = plan.create(session.height(60u32).command("cat"));
    let mut windows = vec![first];
    for number in 1..7 {
        let window = NewWindow::new().detached().name(format!("w{number}"));
        windows.push(plan.create(window.target(first.session).command("cat")));
    }
    let mut panes = Vec::new();
    for window in &windows {
        panes.push(*window);
        for _ in 0..3 {
            let split = SplitWindow::new().detached().target(window.window).command("cat");
            panes.push(plan.create(split));
            plan.add(SelectLayout::new().layout("tiled").target(window.window));
        }
    }
    for pane in panes.iter().step_by(4) {
        plan.add(SendKeys::text("hello").target(pane.pane));
    }
    let last = panes.last().expect("a pane");
    plan.add(SendKeys::keys([Key::enter()]).target(last.pane));
    plan.add(SelectLayout::new().layout(Layout::from("main-vertical")).target(last.pane));
    plan.add(SelectWindow::new().target(first.window));
    plan.add(SelectWindow::new().target(first.session));
    (plan, panes)
}

#[test]
fn sixty_commands_take_two_round_trips() {
    let (plan, panes) = workspace();
    assert_eq!(plan.len(), 60);
    for tmux in releases() {
        for (planner, round_trips) in PLANNERS.into_iter().zip([60, 2, 4, 29]) {
            let server = TestServer::start(&tmux);
            let report = execute(&server, &plan, planner);
            report.ok().unwrap_or_else(|failure| panic!("{} {planner:?}: {failure}", tmux.version));
            assert_eq!(report.round_trips, round_trips, "{} {planner:?}", tmux.version);
            let explained = plan.explain(planner).expect("a plan");
            assert_eq!(explained.len(), round_trips);
            assert!(explained.iter().all(|trip| trip.is_exact) || planner == Planner::Folded);

            let there = lines(
                &server,
                &["list-panes", "-s", "-t", "=work:", "-F", "#{window_name} #{pane_id}"],
            );
            let ids = panes.iter().map(|slots| report.pane(slots.pane).expect("a pane"));
            let expected = ids.enumerate().map(|(index, pane)| format!("w{} {pane}", index / 4));
            let (mut there, mut expected) = (there, expected.collect::<Vec<_>>());
            there.sort();
            expected.sort();
            assert_eq!(there, expected, "{} {planner:?}", tmux.version);
        }
    }
}

#[test]
fn what_goes_together_is_explained() {
    let (plan, _) = workspace();
    let trips = plan.explain(Planner::Batched).expect("a plan");
    let counts: Vec<_> = trips.iter().map(|trip| trip.steps.len()).collect();
    assert_eq!(counts, [49, 11]);
    assert_eq!(trips[0].ends, Boundary::Needs { step: 49, of: 0 });
    assert_eq!(trips[1].ends, Boundary::End);
    let all: Vec<_> = trips.into_iter().flat_map(|trip| trip.steps).collect();
    assert_eq!(all, (0..60).collect::<Vec<_>>());
    // A name that could be another session's is no help where nothing stops at a failure.
    let pipelined = plan.explain(PlanOptions::from(Planner::Pipelined)).expect("a plan");
    assert_eq!(pipelined[0].ends, Boundary::Needs { step: 1, of: 0 });
}
