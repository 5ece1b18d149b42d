//! Many callers at once: commands a second.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tmuxwire::Environment;
use tmuxwire_testkit::TestServer;
use tokio::runtime::{Builder, Runtime};

use crate::measure::rounds;
use crate::place::pin;
use crate::rivals::{self, Program};
use crate::work::Work;

const CALLERS: [usize; 3] = [1, 8, 64];
pub const CALLS: usize = 4000;
/// Running a program takes its time.
pub const SPAWNED_CALLS: usize = 500;
/// The best of several turns, which alternate: scheduling of so many is noisy.
pub const TURNS: usize = 5;

/// Shares `calls` among threads.
pub fn by_threads(callers: usize, calls: usize, call: impl Fn() + Sync) -> f64 {
    let left = AtomicUsize::new(calls);
    let take =
        || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                while take().is_ok() {
                    call()
                }
            });
        }
    });
    calls as f64 / started.elapsed().as_secs_f64()
}

/// Shares `calls` among tasks of one thread.
pub fn by_tasks<C, F>(runtime: &Runtime, callers: usize, calls: usize, call: C) -> f64
where
    C: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = ()> + Send,
{
    let started = Instant::now();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..callers)
            .map(|_| {
                let call = call.clone();
                tokio::spawn(async move {
                    for _ in 0..calls / callers {
                        call().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    calls as f64 / started.elapsed().as_secs_f64()
}

/// One-shot calls in tasks.
pub fn one_shot_by_tasks(callers: usize, calls: usize, server: &TestServer, work: &Work) -> f64 {
    let library = tmuxwire::Server::at(server.socket());
    let command = command(work);
    by_tasks(&runtime(), callers, calls, move || {
        let (library, command) = (library.clone(), command.clone());
        async move { drop(library.run(command).await.expect("an answer")) }
    })
}

/// A runtime of one thread.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The work as a one-shot command.
pub fn command(work: &Work) -> tmuxwire::Command {
    tmuxwire::Command::new(&work.words).environment(Environment::PaneOnly)
}

/// Prints the table; nothing is pinned.
pub fn compare(work: &Work, server: &TestServer) {
    pin(0, &[0, 1]);
    pin(server.pid(), &[0, 1]);
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let tmux = Program::new(&rivals::client(server), &work.words);
    println!("\n{}, callers at once, nothing pinned: commands a second", work.name);
    println!("{:30} {:>10} {:>10} {:>10}", "", "1", "8", "64");
    let mut best = [[0_f64; CALLERS.len()]; 3];
    for _ in 0..TURNS.min(rounds()) {
        for (at, callers) in CALLERS.into_iter().enumerate() {
            let run = || drop(blocking.run(command(work)).expect("an answer"));
            let spawn = || drop(tmux.run());
            let measured = [
                by_threads(callers, CALLS, run),
                one_shot_by_tasks(callers, CALLS, server, work),
                by_threads(callers, SPAWNED_CALLS, spawn),
            ];
            for (best, measured) in best.iter_mut().zip(measured) {
                best[at] = best[at].max(measured);
            }
        }
    }
    for (name, rates) in
        ["blocking, a thread each", "async, one thread", "posix_spawn tmux"].iter().zip(best)
    {
        println!("{name:30} {:10.0} {:10.0} {:10.0}", rates[0], rates[1], rates[2]);
    }
    let ratio = |at: usize| best[0][at].max(best[1][at]) / best[2][at];
    println!("{:30} {:10.1} {:10.1} {:10.1}", "times posix_spawn", ratio(0), ratio(1), ratio(2));
}
