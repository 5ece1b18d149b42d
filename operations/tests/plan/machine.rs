//! Random plans against a server that is a few lines of code: what is asked, bound and concluded.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tmuxwire_operations::{
    Answer, AnyOperation, DisplayMessage, ListPanes, Made, NewSession, NewWindow, OnFailure,
    PaneId, PaneTarget, Plan, PlanOptions, PlanReport, PlanRun, Planner, Release, SessionId,
    ShowBuffer, Slots, SplitWindow, StepStatus, WindowId,
};

/// A step, of which `of` is the step that makes what it is about: one of those before it.
#[derive(Clone, Debug)]
enum Sketch {
    Session { named: bool },
    Window { of: usize },
    Split { of: usize, by_pane: bool },
    Say { of: usize, part: u8 },
    Alone,
    Ensure { there: Option<bool> },
}

#[derive(Clone, Debug)]
struct Case {
    steps: Vec<Sketch>,
    prints: Vec<Vec<u8>>,
    fails: BTreeSet<usize>,
    on_failure: OnFailure,
}

const NONCE: u64 = 0x1234;

fn sketch() -> impl Strategy<Value = Sketch> {
    prop_oneof![
        2 => any::<bool>().prop_map(|named| Sketch::Session { named }),
        4 => any::<usize>().prop_map(|of| Sketch::Window { of }),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(of, by_pane)| Sketch::Split { of, by_pane }),
        6 => (any::<usize>(), 0u8..3).prop_map(|(of, part)| Sketch::Say { of, part }),
        1 => Just(Sketch::Alone),
        2 => any::<Option<bool>>().prop_map(|there| Sketch::Ensure { there }),
    ]
}

/// Any bytes, and what looks like marks of this run and others.
fn printed() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        Just(b"m0000000000001235n0\n".to_vec()),
        Just(b"m0000000000001234n".to_vec()),
        Just(b"m0000000000001234n0 \nm".to_vec()),
        Just(b"$0 @0 %0\n".to_vec()),
        Just(Vec::new()),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    (1usize..24).prop_flat_map(|count| {
        (
            prop::collection::vec(sketch(), count),
            prop::collection::vec(printed(), count),
            prop::collection::btree_set(0..count * 4, 0..4),
            prop_oneof![Just(OnFailure::Stop), Just(OnFailure::Continue)],
        )
            .prop_map(|(steps, prints, fails, on_failure)| Case {
                steps,
                prints,
                fails,
                on_failure,
            })
    })
}

/// What a step needs: the step that makes it, and which part.
type Need = Option<(usize, usize)>;

/// The plan, and what each step needs. Each step has its number somewhere.
fn plan(case: &Case) -> (Plan, Vec<Need>) {
    let (mut plan, mut makers, mut needs) = (Plan::new(), Vec::<Slots>::new(), Vec::new());
    for (step, sketch) in case.steps.iter().enumerate() {
        let tag = format!("t{step}");
        let of = |of: usize| makers.get(of % makers.len().max(1)).copied();
        let mut need = None;
        let made = match *sketch {
            Sketch::Session { named } => {
                let session = NewSession::new().detached().window_name(tag.as_str());
                let name = format!("name{step}");
                Some(plan.create(if named { session.name(name) } else { session }))
            }
            Sketch::Window { of: index } => {
                let mut window = NewWindow::new().detached().name(tag.as_str());
                if let Some(slots) = of(index) {
                    need = Some((slots.step(), 0));
                    window = window.target(slots.session);
                }
                Some(plan.create(window))
            }
            Sketch::Split { of: index, by_pane } => {
                let mut split = SplitWindow::new().detached().command(tag.as_str());
                if let Some(slots) = of(index) {
                    need = Some((slots.step(), if by_pane { 2 } else { 1 }));
                    split = match by_pane {
                        true => split.target(slots.pane),
                        false => split.target(slots.window),
                    };
                }
                Some(plan.create(split))
            }
            Sketch::Say { of: index, part } => {
                let mut say = DisplayMessage::new().print().message(tag.as_str());
                if let Some(slots) = of(index) {
                    need = Some((slots.step(), usize::from(part)));
                    say = say.target(match part {
                        0 => PaneTarget::from(slots.session),
                        1 => PaneTarget::from(slots.window),
                        _ => PaneTarget::from(slots.pane),
                    });
                }
                plan.add(say);
                None
            }
            Sketch::Alone => {
                plan.add(ShowBuffer::new().name(tag.as_str()));
                None
            }
            Sketch::Ensure { .. } => {
                let probe = ListPanes::new().all().format(format!("probe{step}"));
                Some(plan.ensure(probe, NewWindow::new().detached().name(tag.as_str())))
            }
        };
        makers.extend(made);
        needs.push(need);
    }
    (plan, needs)
}

#[derive(Default)]
struct Fake {
    /// Steps in the order in which they ran, with what they were about; and probes.
    ran: Vec<(usize, bool, Option<String>)>,
    made: BTreeMap<usize, Made>,
    messages: usize,
}

impl Fake {
    fn answer(&mut self, case: &Case, message: &[Vec<u8>]) -> Answer {
        self.messages += 1;
        let (mut stdout, mut status) = (Vec::new(), 0);
        for command in message.split(|argument| argument == b";") {
            match self.command(case, command) {
                Ok(printed) => stdout.extend(printed),
                Err(said) => {
                    status = 1;
                    return Answer::new(status, stdout, said);
                }
            }
        }
        Answer::new(status, stdout, "")
    }

    fn command(&mut self, case: &Case, command: &[Vec<u8>]) -> Result<Vec<u8>, String> {
        let words: Vec<_> = command.iter().map(|word| String::from_utf8_lossy(word)).collect();
        let number = |prefix: &str| {
            words.iter().find_map(|word| word.strip_prefix(prefix)?.parse::<usize>().ok())
        };
        if let Some(step) = number("probe") {
            self.ran.push((step, true, None));
            let Sketch::Ensure { there } = case.steps[step] else { panic!("step {step}") };
            return match there {
                None => Err("can't find window: x\n".to_owned()),
                Some(false) => Ok(Vec::new()),
                Some(true) => Ok(self.make(step)),
            };
        }
        let Some(step) = number("t") else {
            // A mark.
            let mark = words.last().expect("an argument");
            assert_eq!(words.len(), 3, "{words:?}");
            return Ok(format!("{mark}\n").into_bytes());
        };
        let target = words.iter().position(|word| word == "-t").map(|at| words[at + 1].to_string());
        self.ran.push((step, false, target));
        if case.fails.contains(&step) {
            return Err(format!("step {step} failed\n"));
        }
        Ok(match words.iter().any(|word| word == "-P") {
            true => self.make(step),
            false => case.prints[step].clone(),
        })
    }

    fn make(&mut self, step: usize) -> Vec<u8> {
        let number = 100 + u32::try_from(self.made.len()).expect("few");
        let made = Made::new(SessionId(number), WindowId(number), PaneId(number));
        self.made.insert(step, made);
        format!("${number} @{number} %{number}\n").into_bytes()
    }
}

fn execute(case: &Case, plan: &Plan, planner: Planner) -> (Fake, PlanReport, Vec<usize>) {
    let options = PlanOptions::from(planner).on_failure(case.on_failure).nonce(NONCE);
    let mut run = PlanRun::new(plan, options).expect("a plan");
    let (mut fake, mut trips) = (Fake::default(), Vec::new());
    while let Some(ask) = run.poll() {
        assert_eq!(run.poll().as_ref(), Some(&ask), "the same until it is answered");
        assert!(ask.commands.len() == 1 || planner == Planner::Pipelined);
        let answers: Vec<_> =
            ask.commands.iter().map(|message| fake.answer(case, message)).collect();
        run.handle(answers);
        trips.push(fake.ran.len());
    }
    (fake, run.finish(), trips)
}

/// The step that makes the session of a session or window, if it gives it a name.
fn owner(case: &Case, needs: &[Need], step: usize) -> Option<usize> {
    match case.steps[step] {
        Sketch::Session { named } => named.then_some(step),
        Sketch::Window { .. } => owner(case, needs, needs[step]?.0),
        _ => None,
    }
}

fn check(case: &Case, planner: Planner) -> Result<(), TestCaseError> {
    let (plan, needs) = plan(case);
    let (fake, report, trips) = execute(case, &plan, planner);
    prop_assert_eq!(report.round_trips, trips.len());
    prop_assert_eq!(report.steps.len(), case.steps.len());

    // In order, and each once; a probe before what it probes for.
    let order: Vec<_> = fake.ran.iter().map(|(step, probe, _)| (*step, !*probe)).collect();
    prop_assert!(order.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", order);

    // About what was made, by its id, or by the name of what the same message makes.
    for (step, _, target) in &fake.ran {
        let Some((maker, part)) = needs[*step] else { continue };
        let made = fake.made.get(&maker).expect("made before");
        let id = [made.session.to_string(), made.window.to_string(), made.pane.to_string()];
        let target = target.as_deref().expect("a target").trim_end_matches(':');
        let owner = owner(case, &needs, maker);
        let by_name = match (owner, part) {
            (Some(owner), 0) => target == format!("=name{owner}"),
            (Some(owner), 1) => target == format!("=name{owner}:=t{maker}"),
            _ => false,
        };
        prop_assert!(target == id[part] || by_name, "{} {:?}", target, id);
        prop_assert!(!by_name || planner != Planner::Pipelined);
    }

    let ran: BTreeSet<_> = fake.ran.iter().filter(|ran| !ran.1).map(|(step, ..)| *step).collect();
    let first = fake.ran.iter().position(|(step, probe, _)| !probe && case.fails.contains(step));
    if let (Some(first), OnFailure::Stop) = (first, case.on_failure) {
        let end = match planner {
            Planner::Pipelined => trips.iter().copied().find(|trip| *trip > first).expect("a trip"),
            _ => first + 1,
        };
        prop_assert_eq!(fake.ran.len(), end, "nothing runs behind a failure");
    }
    for (step, of) in report.steps.iter().enumerate() {
        let failed = case.fails.contains(&step) && ran.contains(&step);
        match &of.status {
            StepStatus::Done => {
                prop_assert!(ran.contains(&step) && !failed);
                prop_assert_eq!(of.made, fake.made.get(&step).copied());
                let printed = &of.outcome.as_ref().expect("an answer").stdout;
                if of.made.is_none() && planner != Planner::Folded {
                    prop_assert_eq!(printed, &case.prints[step]);
                }
            }
            StepStatus::Found => {
                let is_there = matches!(case.steps[step], Sketch::Ensure { there: Some(true) });
                prop_assert!(is_there);
                prop_assert_eq!(of.made, fake.made.get(&step).copied());
            }
            StepStatus::Failed(failure) => {
                prop_assert!(failed);
                prop_assert_eq!(&failure.text, &format!("step {step} failed"));
            }
            StepStatus::NotRun { needs: Some(maker) } => {
                prop_assert!(!ran.contains(&step) && !fake.made.contains_key(maker));
            }
            StepStatus::NotRun { needs: None } => {
                prop_assert!(
                    !ran.contains(&step) && case.on_failure == OnFailure::Stop
                        || planner == Planner::Folded
                );
            }
            StepStatus::Unknown => prop_assert_eq!(planner, Planner::Folded),
            other => prop_assert!(false, "{:?}", other),
        }
    }
    // Exactly what was made and not found.
    let made = fake.made.iter().rev();
    let ours = made.filter(|(step, _)| report.steps[**step].status == StepStatus::Done);
    let kills: Vec<_> = ours.map(|(_, made)| format!("kill-pane(-t \"{}\")", made.pane)).collect();
    let undo = report.undo();
    let operations: Vec<_> = undo.operations.iter().map(|kill| format!("{kill:?}")).collect();
    prop_assert_eq!(operations, kills);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_planner_asks_in_order_and_concludes_rightly(case in case()) {
        for planner in crate::support::PLANNERS {
            check(&case, planner)?;
        }
    }

    /// What would be asked if all went well is what is asked when it does.
    #[test]
    fn what_is_explained_comes_true(case in case()) {
        let mut case = case;
        case.fails.clear();
        for step in &mut case.steps {
            if let Sketch::Ensure { there } = step {
                *there = Some(false);
            }
        }
        let (plan, _) = plan(&case);
        for planner in crate::support::PLANNERS {
            let (fake, report, trips) = execute(&case, &plan, planner);
            prop_assert!(report.is_ok());
            let explained = plan.explain(planner).expect("a plan");
            let counts: Vec<_> = explained.iter().map(|trip| trip.steps.len()).collect();
            let ran: Vec<_> = std::iter::once(0).chain(trips.clone()).collect();
            let real: Vec<_> = ran.windows(2).map(|pair| pair[1] - pair[0]).collect();
            prop_assert_eq!(counts, real);
            let all: Vec<_> = explained.iter().flat_map(|trip| trip.steps.clone()).collect();
            let order: Vec<_> = fake.ran.iter().map(|(step, ..)| *step).collect();
            prop_assert_eq!(all, order);
        }
    }
}

#[test]
fn a_message_has_at_most_1000_arguments_and_16364_bytes() {
    let mut plan = Plan::new();
    for step in 0..400 {
        plan.add(DisplayMessage::new().print().message("x".repeat(step * 3)));
    }
    for planner in [Planner::Batched, Planner::Folded] {
        let mut run = PlanRun::new(&plan, planner).expect("a plan");
        let mut all = 0;
        while let Some(ask) = run.poll() {
            let message = &ask.commands[0];
            let size: usize = message.iter().map(|argument| argument.len() + 1).sum();
            assert!(size <= 16_364 && message.len() <= 1000, "{size} {}", message.len());
            let printed = message.split(|argument| argument == b";");
            let printed =
                printed.flat_map(|command| [command.last().expect("one"), &b"\n"[..]].concat());
            all += 1;
            run.handle([Answer::new(0, printed.collect::<Vec<_>>(), "")]);
        }
        assert!(run.finish().is_ok(), "{planner:?}");
        assert!(planner == Planner::Folded || (16..30).contains(&all), "{all}");
    }
    let mut plan = Plan::new();
    plan.add(AnyOperation::from(DisplayMessage::new().message("x".repeat(16_364))));
    let error = PlanRun::new(&plan, Planner::Batched).expect_err("too long");
    assert!(error.to_string().starts_with("step 0: the command doesn't fit"), "{error}");
    assert!(PlanRun::new(&plan, Planner::Pipelined).is_ok());
}

#[test]
fn what_nobody_answers_is_unknown() {
    let mut plan = Plan::new();
    plan.add(DisplayMessage::new().print().message("a"));
    let made = plan.create(NewSession::new().detached().name("x"));
    plan.add(DisplayMessage::new().print().target(made.pane).message("b"));
    for planner in [Planner::Batched, Planner::Pipelined] {
        let mut run = PlanRun::new(&plan, planner).expect("a plan");
        run.poll().expect("something to ask");
        let report = run.finish();
        let statuses: Vec<_> = report.steps.iter().map(|step| step.status.clone()).collect();
        let not_run = StepStatus::NotRun { needs: None };
        assert_eq!(statuses, [StepStatus::Unknown, StepStatus::Unknown, not_run], "{planner:?}");
        assert_eq!((report.undo().operations.len(), report.undo().left), (0, vec![1]));
        let said = report.ok().expect_err("unknown").to_string();
        assert_eq!(said, "step 0 may have run or not");
    }
}

/// Before 3.3 another command prints marks, one that needs no session.
#[test]
fn marks_suit_the_release() {
    let mut plan = Plan::new();
    plan.add(DisplayMessage::new().print().message("a"));
    plan.add(DisplayMessage::new().print().message("b"));
    for (minor, name) in
        [(1, &b"list-commands"[..]), (2, b"list-commands"), (3, b"display-message")]
    {
        let options = PlanOptions::default().release(Release::new(3, minor)).nonce(NONCE);
        let mut run = PlanRun::new(&plan, options).expect("a plan");
        let ask = run.poll().expect("something to ask");
        assert_eq!(ask.commands[0][4], name);
        assert!(ask.commands[0].iter().any(|word| word == b"m0000000000001234n0"));
    }
}
