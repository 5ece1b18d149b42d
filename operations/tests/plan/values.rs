//! Plans as values: previews, refusals, files.

use tmuxwire_operations::{
    BindKey, Commands, Key, ListPanes, Made, MovePane, NewSession, NewWindow, Operation,
    PaneTarget, Plan, PlanError, PlanOptions, PlanRun, Planner, Refusal, Release, RunShell,
    Secrets, SelectPane, SelectWindow, SendKeys, SessionTarget, SetBuffer, SetEnvironment,
    SplitWindow, Unknown, WindowTarget,
};

fn sample() -> Plan {
    let mut plan = Plan::new();
    let there = WindowTarget::In(SessionTarget::exact("it's"));
    let probe = ListPanes::new().format(Made::FORMAT).target(there);
    let made = plan.ensure(probe, NewSession::new().detached().name("it's"));
    let split = SplitWindow::new().environment(("TOKEN", "hunter2")).target(made.window);
    let right = plan.create(split.command("read hunter2"));
    plan.label("right");
    plan.add(SendKeys::text("hunter2\n").target(right.pane));
    let third = WindowTarget::Index(SessionTarget::Slot(made.session), 3);
    plan.add(MovePane::new().source(right.pane).target(PaneTarget::Index(third, 1)));
    let select = SelectPane::new().target(right.pane);
    let key = Key::character('x');
    plan.add(BindKey::new(key).command(Commands::from(select).then(Commands::raw("hunter2"))));
    plan.ensure_buffer(SetBuffer::new().name("a,#}").data("hunter2"));
    plan
}

#[test]
fn a_preview_is_lines_for_a_shell() {
    let hidden = sample().preview(None, Secrets::Hidden).expect("lines");
    let made = "-F '#{session_id} #{window_id} #{pane_id}'";
    assert_eq!(
        hidden,
        [
            format!(
                "tmux list-panes {made} -t '=it'\\''s:' 2>/dev/null | grep -q . \
                || tmux new-session -d -P {made} -s 'it'\\''s'"
            ),
            format!("tmux split-window -P -e 'TOKEN=..' {made} -t '<0.window>' .."),
            "tmux send-keys -l -t '<1.pane>' ..".to_owned(),
            "tmux move-pane -s '<1.pane>' -t '<0.session>:3.1'".to_owned(),
            "tmux bind-key .. 'select-pane -t \"<1.pane>\" ; ..'".to_owned(),
            "tmux list-buffers -F .. 2>/dev/null | grep -q . || tmux set-buffer -b 'a,#}' .."
                .to_owned(),
        ]
    );
    let shown = sample().preview(None, Secrets::Shown).expect("lines");
    let split = format!("-P -e 'TOKEN=hunter2' {made} -t '<0.window>' 'read hunter2'");
    assert_eq!(shown[1], format!("tmux split-window {split}"));
    assert_eq!(shown[2], "tmux send-keys -l -t '<1.pane>' $'hunter2\\012'");
    assert_eq!(shown[4], "tmux bind-key x 'select-pane -t \"<1.pane>\" ; hunter2'");
    assert!(!format!("{:?}", sample()).contains("hunter2"));
    assert!(!format!("{:?}", PlanRun::new(&sample(), Planner::Batched)).contains("hunter2"));
}

#[test]
fn what_a_release_does_not_know_is_found_before_anything_runs() {
    let old = Release::new(3, 1);
    let mut plan = Plan::new();
    plan.add(SelectPane::new());
    plan.create(NewSession::new().detached().environment(("A", "b")));
    let error = plan.preview(Some(old), Secrets::Hidden).expect_err("too old");
    assert_eq!(error.to_string(), "step 1: new-session of tmux 3.1 has no flag -e");
    let options = PlanOptions::default().release(old);
    assert_eq!(PlanRun::new(&plan, options).expect_err("too old"), error);
    assert_eq!(plan.explain(options), Err(error));
    assert!(PlanRun::new(&plan, options.unknown(Unknown::Drop)).is_ok());
}

fn refusal(plan: &Plan) -> String {
    let error = PlanRun::new(plan, Planner::Batched).expect_err("a refusal");
    assert_eq!(plan.preview(None, Secrets::Hidden), Err(error));
    error.to_string()
}

#[test]
fn a_slot_is_of_its_plan() {
    let (mut plan, mut other) = (Plan::new(), Plan::new());
    let made = plan.create(NewSession::new().detached());
    other.create(NewSession::new().detached());
    other.add(SelectWindow::new().target(made.window));
    assert_eq!(refusal(&other), "step 1: target of select-window is a slot of another plan");

    let mut nested = Plan::new();
    nested.create(NewSession::new().detached());
    nested.add(RunShell::tmux(SelectWindow::new().target(made.window)));
    assert_eq!(refusal(&nested), "step 1: target of select-window is a slot of another plan");

    let mut clone = plan.clone();
    clone.add(SelectWindow::new().target(made.window));
    assert!(PlanRun::new(&clone, Planner::Batched).is_ok());
    assert_ne!(plan, clone);
    assert_eq!(plan.slots(0), Some(made));
    assert_eq!(plan.slots(1), None);
    // Of a step that it doesn't have.
    let later = clone.create(NewWindow::new());
    plan.add(SelectWindow::new().target(later.window));
    let said = "step 1: target of select-window is a slot that no earlier step of the plan fills";
    assert_eq!(refusal(&plan), said);
}

#[test]
fn buffers_have_names_that_can_be_asked_for() {
    let refused = |set: SetBuffer| {
        let mut plan = Plan::new();
        plan.ensure_buffer(set);
        refusal(&plan)
    };
    let named = |name: &[u8]| refused(SetBuffer::new().name(name).data("x"));
    assert_eq!(refused(SetBuffer::new()), "step 0: format of list-buffers is an empty name");
    assert_eq!(named(b""), "step 0: format of list-buffers is an empty name");
    for name in [&b"a\\b"[..], b"\xff", b"a\nb", b"#[x]"] {
        assert_eq!(named(name), "step 0: format of list-buffers is a name that can't be asked for");
    }
}

#[test]
fn only_a_plan_renders_slots() {
    let mut plan = Plan::new();
    let made = plan.create(NewSession::new().detached());
    let select = SelectWindow::new().target(made.session);
    let error = select.render(None, Unknown::Drop).expect_err("unresolved");
    assert_eq!(error.to_string(), "target of select-window is a slot that nothing fills yet");
    assert_eq!(format!("{select:?}"), "select-window(-t \"<0.session>:\")");
    let mut other = plan.clone();
    assert_eq!(plan.add(select.clone()), other.add(select));
    assert_eq!(plan, other);
    let error = PlanError::Operation { step: 0, error };
    assert!(error.to_string().contains("step 0: "), "{error}");
    assert_ne!(Refusal::Unresolved, Refusal::OtherPlan);
    assert!(SetEnvironment::new("A").render(None, Unknown::Drop).is_ok());
}

#[cfg(feature = "serde")]
mod files {
    use super::*;
    use tmuxwire_operations::{AnyOperation, SessionSlot, Slots};

    #[test]
    fn a_plan_comes_back_from_a_file() {
        let plan = sample();
        let text = serde_json::to_string(&plan).expect("a map");
        let mut back: Plan = serde_json::from_str(&text).expect("a plan");
        assert_eq!(back, plan, "{text}");
        assert!(text.contains(r#""target":{"part":"window","step":0}"#), "{text}");
        assert!(text.contains(r#""target":{"part":"session","rest":":3.1","step":0}"#), "{text}");
        assert!(text.contains(r#""label":"right""#) && !text.contains("session_id} #{w\",\"print"));
        assert!(PlanRun::new(&back, Planner::Batched).is_ok());
        // Slots of the one are not slots of the other.
        let Slots { session, .. } = plan.slots(0).expect("slots");
        let ours: SessionSlot = back.slots(0).expect("slots").session;
        back.add(SelectWindow::new().target(ours));
        assert!(PlanRun::new(&back, Planner::Batched).is_ok());
        back.add(SelectWindow::new().target(session));
        assert!(PlanRun::new(&back, Planner::Batched).is_err());
    }

    #[test]
    fn a_tool_writes_slots() {
        let text = r#"{"steps": [
            {"create": {"operation": "new-session", "detached": true, "name": "work"}},
            {"label": "logs", "create": {"operation": "new-window", "target": {"step": 0, "part": "session"}}},
            {"run": {"operation": "send-keys", "target": {"step": 1, "part": "window"}, "word": ["x"]}}
        ]}"#;
        let plan: Plan = serde_json::from_str(text).expect("a plan");
        let lines = plan.preview(None, Secrets::Hidden).expect("lines");
        assert_eq!(
            lines[1],
            "tmux new-window -P -F '#{session_id} #{window_id} #{pane_id}' -t '<0.session>:'"
        );
        assert_eq!(lines[2], "tmux send-keys -t '<1.window>' ..");
        let operation = r#"{"operation": "select-pane", "target": {"step": 1, "part": "pane"}}"#;
        let operation: AnyOperation = serde_json::from_str(operation).expect("an operation");
        let mut plan = plan;
        plan.add(operation);
        assert!(PlanRun::new(&plan, Planner::Batched).is_ok());
    }

    #[test]
    fn what_is_wrong_in_a_file_is_said() {
        let wrong = |text: &str| {
            let error = serde_json::from_str::<Plan>(text).expect_err("wrong").to_string();
            error.split(" at line").next().unwrap_or_default().to_owned()
        };
        let step = |step: &str| wrong(&format!(r#"{{"steps": [{step}]}}"#));
        let nothing = "step 0 needs `run`, `create`, `probe` and `create`, or `ensure_buffer`";
        assert_eq!(step("{}"), nothing);
        let list = r#"{"operation": "list-panes"}"#;
        assert_eq!(step(&format!(r#"{{"probe": {list}}}"#)), nothing);
        assert_eq!(step(&format!(r#"{{"run": {list}, "create": {list}}}"#)), nothing);
        let told = step(&format!(r#"{{"create": {list}}}"#));
        assert_eq!(told, "step 0 creates nothing that can be told");
        assert!(step(&format!(r#"{{"run": {list}, "x": 1}}"#)).starts_with("unknown field `x`"));
        assert!(wrong(r#"{"steps": [], "more": 1}"#).starts_with("unknown field `more`"));
        let slot = |name: &str, slot: &str| {
            step(&format!(r#"{{"run": {{"operation": "{name}", "target": {slot}}}}}"#))
        };
        let form = "target of select-window has a value of another form";
        assert_eq!(
            slot("select-window", r#"{"step": 0, "part": "pane"}"#),
            "target of select-window can't be a slot of a pane"
        );
        assert_eq!(slot("select-window", r#"{"step": 0, "part": "x"}"#), form);
        assert_eq!(slot("select-window", r#"{"step": 0}"#), form);
        assert_eq!(slot("select-window", r#"{"step": 0, "part": "window", "x": 1}"#), form);
        let later = r#"{"steps": [{"run": {"operation": "select-window", "target": {"step": 0, "part": "window"}}}]}"#;
        let plan: Plan = serde_json::from_str(later).expect("a plan");
        assert!(refusal(&plan).contains("no earlier step"));
    }
}
