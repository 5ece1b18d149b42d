//! A workspace: one session, 7 windows of 4 panes, layouts and keys, 60 commands.

use std::time::{Duration, Instant};

use tmuxwire::{ChannelOptions, Command, Environment, Output, blocking};
use tmuxwire_operations::{
    Answer, Ask, Key, NewSession, NewWindow, Plan, PlanOptions, PlanRun, Planner, Release,
    SelectLayout, SelectWindow, SendKeys, SplitWindow,
};
use tmuxwire_testkit::{TestServer, Tmux, system, wait_until};

use crate::goals::{Goal, at_most};
use crate::measure::{Measured, cpu, cpu_of, find, print, rounds};
use crate::place::Place;
use crate::rivals::{self, Libtmux, Program, tmux_interface};

const FLOOR: &str = "one message, no answers";
const BATCHED: &str = "plan, batched";
const PIPELINED: &str = "plan, on a channel";
const CHAIN: &str = "one tmux, chained";

const WINDOWS: usize = 7;
const PANES: usize = 4;

/// Each kind of command before the next.
fn plan() -> Plan {
    let mut plan = Plan::new();
    let session = NewSession::new().detached().name("work").window_name("w0");
    let first = plan.create(session.width(200u32).height(60u32).command("cat"));
    let mut windows = vec![first];
    for number in 1..WINDOWS {
        let window = NewWindow::new().detached().name(format!("w{number}"));
        windows.push(plan.create(window.target(first.session).command("cat")));
    }
    let mut last = Vec::new();
    for window in &windows {
        for pane in 1..PANES {
            let split = SplitWindow::new().detached().target(window.window).command("cat");
            let made = plan.create(split);
            plan.add(SelectLayout::new().layout("tiled").target(window.window));
            last.extend((pane + 1 == PANES).then_some(made));
        }
    }
    for made in &last {
        plan.add(SendKeys::text("hello").target(made.pane));
    }
    for made in &last[..3] {
        plan.add(SendKeys::keys([Key::enter()]).target(made.pane));
    }
    plan.add(SelectWindow::new().target(first.window));
    assert_eq!(plan.len(), 60);
    plan
}

/// The same as one writes it without ids: each command's last word ends in `;`.
fn words() -> Vec<String> {
    let mut lines = vec!["new-session -d -s work -n w0 -x 200 -y 60 cat".to_owned()];
    lines.extend((1..WINDOWS).map(|window| format!("new-window -d -t =work: -n w{window} cat")));
    for window in 0..WINDOWS {
        for _ in 1..PANES {
            lines.push(format!("split-window -d -t =work:w{window} cat"));
            lines.push(format!("select-layout -t =work:w{window} tiled"));
        }
    }
    lines.extend((0..WINDOWS).map(|window| format!("send-keys -l -t =work:w{window}.3 hello")));
    lines.extend((0..3).map(|window| format!("send-keys -t =work:w{window}.3 Enter")));
    lines.push("select-window -t =work:w0".to_owned());
    assert_eq!(lines.len(), 60);
    let ended = lines
        .iter()
        .flat_map(|line| format!("{line};").split(' ').map(str::to_owned).collect::<Vec<_>>());
    ended.collect()
}

fn each<'w>(words: &'w [&'w str]) -> Vec<Vec<&'w str>> {
    let commands = words.split_inclusive(|word| word.ends_with(';'));
    commands.map(|words| words.iter().map(|word| word.trim_end_matches(';')).collect()).collect()
}

struct Way<'a> {
    name: &'static str,
    build: Box<dyn FnMut() + 'a>,
    times: Vec<Duration>,
    cpu: Vec<Duration>,
    served: Vec<Duration>,
}

impl<'a> Way<'a> {
    fn new(name: &'static str, build: impl FnMut() + 'a) -> Self {
        let (times, cpu, served) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, build: Box::new(build), times, cpu, served }
    }

    fn turn(&mut self, server: &TestServer) {
        let (cpu_before, served_before) = (cpu(), cpu_of(server.pid()));
        let started = Instant::now();
        (self.build)();
        self.times.push(started.elapsed());
        self.served.push(cpu_of(server.pid()) - served_before);
        self.cpu.push(cpu() - cpu_before);
        clear(server);
    }

    fn forget(&mut self) {
        self.times.clear();
        self.cpu.clear();
        self.served.clear();
    }

    fn measured(mut self) -> Measured {
        let microseconds = |times: &mut Vec<Duration>, of: usize| {
            times.sort_unstable();
            times[(times.len() - 1) * of / 100].as_secs_f64() * 1e6
        };
        Measured {
            name: self.name,
            median: microseconds(&mut self.times, 50),
            p99: microseconds(&mut self.times, 99),
            cpu: microseconds(&mut self.cpu, 50),
            server: microseconds(&mut self.served, 50),
        }
    }
}

/// Ends what was built, with all its programs: they must not count against what comes next.
fn clear(server: &TestServer) {
    let panes = server.tmux(["list-panes", "-s", "-t", "=work:"]).stdout;
    assert_eq!(panes.split(|byte| *byte == b'\n').count() - 1, WINDOWS * PANES);
    server.tmux(["kill-session", "-t", "=work"]);
    let pid = server.pid();
    wait_until("the programs have ended", || {
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        children.expect("the server").split_whitespace().count() == 1
    });
}

fn answer(output: tmuxwire::Result<Output>) -> Answer {
    let output = output.expect("an answer");
    Answer::new(output.status, output.stdout, output.stderr)
}

/// Answers how many round trips it took.
fn run(tmux: &Tmux, planner: Planner, mut ask: impl FnMut(Ask) -> Vec<Answer>) -> usize {
    let release = Release::parse(&tmux.version).expect("a release");
    let options = PlanOptions::from(planner).release(release);
    let mut run = PlanRun::new(&plan(), options).expect("a plan");
    while let Some(asked) = run.poll() {
        run.handle(ask(asked));
    }
    let report = run.finish();
    report.ok().expect("a workspace");
    report.round_trips
}

fn short(words: &Vec<Vec<u8>>) -> Command {
    Command::new(words).environment(Environment::PaneOnly)
}

fn ours<'a>(tmux: &'a Tmux, server: &'a TestServer) -> Vec<Way<'a>> {
    let one_shot = || blocking::Server::at(server.socket());
    let (floor, batched, one_by_one) = (one_shot(), one_shot(), one_shot());
    let channel = one_shot().channel(ChannelOptions::default()).expect("a channel");
    let words: Vec<Vec<u8>> = words().into_iter().map(String::into_bytes).collect();
    let asked = move |server: &blocking::Server, ask: Ask| {
        ask.commands.iter().map(|words| answer(server.run(short(words)))).collect()
    };
    vec![
        Way::new(FLOOR, move || {
            let answer = answer(floor.run(short(&words)));
            assert_eq!(answer.status, 0, "{answer:?}");
        }),
        Way::new(BATCHED, move || {
            let round_trips = run(tmux, Planner::Batched, |ask| asked(&batched, ask));
            assert!(round_trips <= 3, "{round_trips}");
        }),
        Way::new(PIPELINED, move || {
            run(tmux, Planner::Pipelined, |ask| {
                let answers = channel.run_all(ask.commands.iter().map(Command::new));
                answers.into_iter().map(answer).collect()
            });
        }),
        Way::new("plan, one by one", move || {
            run(tmux, Planner::OneByOne, |ask| asked(&one_by_one, ask));
        }),
    ]
}

fn others<'a>(server: &'a TestServer, words: &'a [&'a str]) -> Vec<Way<'a>> {
    let tmux = rivals::client(server);
    let chain = Program::new(&tmux, words);
    let single: Vec<_> = each(words).iter().map(|words| Program::new(&tmux, words)).collect();
    let mut ways = vec![
        Way::new(CHAIN, move || drop(chain.run())),
        Way::new("a tmux each", move || single.iter().for_each(|program| drop(program.run()))),
    ];
    if *server.release() == system() {
        let socket = server.socket();
        let (chained, called) = (Libtmux::new(&socket), Libtmux::new(&socket));
        ways.extend([
            Way::new("tmux_interface, chained", move || drop(tmux_interface(&socket, words))),
            Way::new("libtmux (Rust), chained", move || drop(chained.run(words))),
            Way::new("libtmux (Rust), a call each", move || {
                each(words).iter().for_each(|words| drop(called.run(words)));
            }),
        ]);
    }
    ways
}

/// Prints the tables of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let owned = words();
    let words: Vec<&str> = owned.iter().map(String::as_str).collect();
    for place in Place::ALL {
        let server = TestServer::start(tmux);
        place.pin(server.pid());
        let mut ways = ours(tmux, &server);
        ways.extend(others(&server, &words));
        // The first is not what is measured.
        for turn in 0..=rounds() {
            for way in &mut ways {
                way.turn(&server);
                if turn == 0 {
                    way.forget();
                }
            }
        }
        let measured: Vec<_> = ways.into_iter().map(Way::measured).collect();
        let title = format!("tmux {}, a workspace of 60 commands, {}", tmux.version, place.name());
        print(&title, &measured, CHAIN);
        let ratio = find(&measured, BATCHED).median / find(&measured, FLOOR).median;
        let text = format!("tmux {}, {}: a plan, of one message", tmux.version, place.name());
        goals.push(at_most(text, ratio, 1.10));
    }
}
