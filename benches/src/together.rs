//! Many callers on one connection: commands a second.

use std::rc::Rc;

use tmuxwire_testkit::TestServer;

use crate::callers::{
    CALLS, SPAWNED_CALLS, TURNS, by_tasks, by_threads, command, one_shot_by_tasks, runtime,
};
use crate::channel::{ASYNC, LIBTMUX, ONE_SHOT, SPAWN, TMUX_LIB};
use crate::control_rivals::{Endpoint, tmux_lib};
use crate::goals::{Goal, at_least};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::measure::rounds;
use crate::place::pin;
use crate::rivals::{Program, client};
use crate::work::Work;
use crate::{ours, ours_blocking};

const CALLERS: [usize; 2] = [8, 64];

/// A way for many to call at once: so many callers to commands a second.
pub struct Crowd<'a> {
    pub name: &'static str,
    pub rate: Box<dyn Fn(usize) -> f64 + 'a>,
}

impl<'a> Crowd<'a> {
    pub fn new(name: &'static str, rate: impl Fn(usize) -> f64 + 'a) -> Self {
        Self { name, rate: Box::new(rate) }
    }
}

/// Prints the table; nothing is pinned.
pub fn compare(work: &Work, server: &TestServer, goals: &mut Vec<Goal>) {
    pin(0, &[0, 1]);
    pin(server.pid(), &[0, 1]);
    let mut crowds = ours_blocking::crowds(work, server);
    crowds.extend(ours::crowds(work, server));
    crowds.extend(rivals(work, server));
    let mut best = vec![[0_f64; CALLERS.len()]; crowds.len()];
    for _ in 0..TURNS.min(rounds()) {
        for (crowd, best) in crowds.iter().zip(&mut best) {
            for (best, callers) in best.iter_mut().zip(CALLERS) {
                *best = best.max((crowd.rate)(callers));
            }
        }
    }
    let version = &server.release().version;
    println!(
        "\ntmux {version}, callers at once on one connection, nothing pinned: commands a second"
    );
    println!("{:30} {:>10} {:>10}", "", CALLERS[0], CALLERS[1]);
    for (crowd, best) in crowds.iter().zip(&best) {
        println!("{:30} {:10.0} {:10.0}", crowd.name, best[0], best[1]);
    }
    let of = |name| crowds.iter().position(|crowd| crowd.name == name).map(|at| best[at][1]);
    if let (Some(ours), Some(theirs)) = (of(ASYNC), of(LIBTMUX)) {
        let text = format!("tmux {version}: channel, 64 tasks, times libtmux (Rust)");
        goals.push(at_least(text, ours / theirs, 1.0));
    }
}

fn rivals<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Crowd<'a>> {
    let endpoint = Endpoint::of(server);
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let tmux = Program::new(&client(server), &work.words);
    let one_shot = move || drop(blocking.run(command(work)).expect("an answer"));
    let mut crowds = Vec::new();
    if endpoint.has_tmux_lib() {
        crowds.push(Crowd::new(TMUX_LIB, {
            let endpoint = endpoint.clone();
            move |callers| by_tmux_lib(callers, &endpoint, work)
        }));
    }
    if libtmux::speaks(&endpoint.tmux) {
        crowds.push(Crowd::new(LIBTMUX, move |callers| by_libtmux(callers, &endpoint, work)));
    }
    crowds.extend([
        Crowd::new(ONE_SHOT, move |callers| by_threads(callers, CALLS, &one_shot)),
        Crowd::new("one-shot, async", move |callers| {
            one_shot_by_tasks(callers, CALLS, server, work)
        }),
        Crowd::new(SPAWN, move |callers| by_threads(callers, SPAWNED_CALLS, || drop(tmux.run()))),
    ]);
    crowds
}

fn by_tmux_lib(callers: usize, endpoint: &Endpoint, work: &Work) -> f64 {
    let tmux = tmux_lib(endpoint);
    by_threads(callers, CALLS, || work.check(&tmux.command(&work.words).expect("an answer")))
}

fn by_libtmux(callers: usize, endpoint: &Endpoint, work: &Work) -> f64 {
    let runtime = Rc::new(runtime());
    let known = Known::new(&runtime, endpoint);
    let connection = Connection::open(&runtime, &known);
    let (sender, words) = (connection.sender.clone(), work.words.clone());
    by_tasks(&runtime, callers, CALLS, move || {
        let (sender, words) = (sender.clone(), words.clone());
        async move { drop(libtmux::ask(&sender, &words).await) }
    })
}
