//! `tw`: watch tmux and wait for it, from scripts and by hand.
//!
//! A thin command line on the public items of `tmuxwire`: what a command does, the library does.
//! Here is only what a program adds: arguments, forms of output, exit statuses, signals.
//!
//! | layer | files | one sentence |
//! |---|---|---|
//! | 0 | `duration`, `filled`, `object`, `signals` | values of arguments, lines of JSON, signals |
//! | 1 | `ending`, `global`, `pane_end`, `printer` | how it ends, as a status and a text; options of every command; how a pane's program did; standard output |
//! | 2 | `chosen`, `target`, `stage` | which socket, which pane, and what every command stands on |
//! | 3 | `doctor`, `events`, `output`, `servers`, `wait` | the commands |
//! | 4 | `arguments` | which command |

mod arguments;
mod chosen;
mod doctor;
mod duration;
mod ending;
mod events;
mod filled;
mod global;
mod object;
mod output;
mod pane_end;
mod printer;
mod servers;
mod signals;
mod stage;
mod target;
mod wait;

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;

use self::arguments::{Arguments, Task};
use self::ending::{Failure, Status};
use self::stage::Stage;

fn main() -> ExitCode {
    let arguments = arguments::read();
    let status = match &arguments.task {
        Task::Completions { shell } => completions(*shell),
        _ => within_runtime(&arguments),
    };
    ExitCode::from(status)
}

fn completions(shell: clap_complete::Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tw", &mut script);
    let written = std::io::stdout().write_all(&script).and_then(|()| std::io::stdout().flush());
    match written {
        Ok(()) => Status::DONE,
        Err(error) => Failure::from(error).tell(false),
    }
}

/// Descriptors that the event loop and one server take.
const DESCRIPTORS: usize = 16;

/// The event loop. Without enough descriptors tokio would end us on the spot.
fn event_loop() -> std::io::Result<tokio::runtime::Runtime> {
    let one = std::fs::File::open("/dev/null")?;
    let all: std::io::Result<Vec<_>> = (1..DESCRIPTORS).map(|_| one.try_clone()).collect();
    drop(all?);
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn within_runtime(arguments: &Arguments) -> u8 {
    let runtime = event_loop();
    let status = match &runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Failure::new(Status::LOST, format!("no event loop: {error}")).tell(false),
    };
    // A write to a reader that doesn't read must not hold up the end.
    if let Ok(runtime) = runtime {
        runtime.shutdown_background();
    }
    status
}

/// Runs a command to its end or to a signal; answers the exit status.
async fn run(arguments: &Arguments) -> u8 {
    let global = &arguments.global;
    let outcome = match &arguments.task {
        Task::Servers(task) => signals::or_signal(servers::run(global, task)).await,
        Task::Doctor(task) => signals::or_signal(doctor::run(global, task)).await,
        _ => on_stage(arguments).await,
    };
    match outcome {
        Ok(Ok(status)) => status,
        Ok(Err(failure)) => {
            let failure = failure.hinted(|| chosen::how_to_start(global));
            let failure = match &arguments.task {
                Task::Wait(_) if global.json => wait::print_failure(failure).await,
                _ => failure,
            };
            failure.tell(global.colours_on_stderr())
        }
        Err(signal) => Status::SIGNAL + signal,
    }
}

/// Runs a command that is about one server.
async fn on_stage(arguments: &Arguments) -> Result<Result<u8, Failure>, u8> {
    let stage = match Stage::new(&arguments.global) {
        Ok(stage) => stage,
        Err(failure) => return Ok(Err(failure)),
    };
    let work = async {
        match &arguments.task {
            Task::Events(task) => events::run(&stage, task).await,
            Task::Output(task) => output::run(&stage, task).await,
            Task::Wait(task) => wait::run(&stage, task).await,
            Task::Servers(_) | Task::Doctor(_) | Task::Completions { .. } => Ok(Status::DONE),
        }
    };
    let outcome = signals::or_signal(work).await;
    stage.close().await;
    outcome
}
