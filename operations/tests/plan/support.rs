//! How these tests run commands: by the `tmux` program.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use tmuxwire_operations::{
    Answer, AnyOperation, Outcome, Plan, PlanOptions, PlanReport, PlanRun, Planner, Release,
    Unknown,
};
use tmuxwire_testkit::{TestServer, Tmux, releases};

pub(crate) const PLANNERS: [Planner; 4] =
    [Planner::OneByOne, Planner::Batched, Planner::Pipelined, Planner::Folded];

/// Does it once for each of these planners, on a server of each release, with both told in words.
pub(crate) fn on_each(planners: &[Planner], test: impl Fn(&TestServer, Planner, &str)) {
    for tmux in releases() {
        for planner in planners {
            let server = TestServer::start(&tmux);
            test(&server, *planner, &format!("{} {planner:?}", tmux.version));
        }
    }
}

pub(crate) fn release(tmux: &Tmux) -> Release {
    Release::parse(&tmux.version).unwrap_or_else(|| panic!("{}", tmux.version))
}

fn answer(server: &TestServer, arguments: Vec<Vec<u8>>) -> Answer {
    let output = server.tmux(arguments.into_iter().map(OsString::from_vec));
    Answer::new(output.status.code().expect("a status"), output.stdout, output.stderr)
}

pub(crate) fn run(server: &TestServer, operation: impl Into<AnyOperation>) -> Outcome {
    let operation = operation.into();
    let release = release(server.release());
    let arguments = operation.render(Some(release), Unknown::Refuse).expect("an operation");
    let answer = answer(server, arguments);
    Outcome::new(operation.spec(), answer.status, answer.stdout, answer.stderr)
}

pub(crate) fn lines(server: &TestServer, words: &[&str]) -> Vec<String> {
    let printed = String::from_utf8(server.tmux(words).stdout).expect("text");
    printed.lines().map(str::to_owned).collect()
}

/// Runs a plan to its end.
pub(crate) fn execute(
    server: &TestServer,
    plan: &Plan,
    options: impl Into<PlanOptions>,
) -> PlanReport {
    execute_on_any(server, plan, options.into().release(release(server.release())))
}

/// Runs a plan to its end, which may not know the server's release.
pub(crate) fn execute_on_any(server: &TestServer, plan: &Plan, options: PlanOptions) -> PlanReport {
    let mut plan = PlanRun::new(plan, options).expect("a plan");
    while let Some(ask) = plan.poll() {
        let answers = ask.commands.into_iter().map(|arguments| answer(server, arguments));
        plan.handle(answers.collect::<Vec<_>>());
    }
    plan.finish()
}
