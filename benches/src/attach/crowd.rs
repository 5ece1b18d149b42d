//! Many who are attached at once: what they weigh, and how long it takes until all see something.

use std::any::Any;
use std::fs::File;

use futures_util::future::join_all;
use nix::poll::PollTimeout;
use tmuxwire::{AttachOptions, Server};
use tmuxwire_testkit::{TestServer, Tmux};

use super::seat::{Pty, Seat, is_readable};
use super::{DYNAMIC, STATIC, TMUX, client};
use crate::callers::runtime;
use crate::control_rivals::Endpoint;
use crate::goals::{Goal, at_most};
use crate::measure::rounds;
use crate::memory::{Holder, Weight, weigh};
use crate::place::pin;
use crate::rivals::TERM;

const COUNTS: [usize; 2] = [1, 50];
const LIBRARY: &str = "Server::attach, one process";
const TURNS: usize = 5;

pub const HOLDERS: [Holder; 4] = [
    Holder { name: TMUX, hold: |endpoint, count| by_processes(TMUX, endpoint, count) },
    Holder { name: DYNAMIC, hold: |endpoint, count| by_processes(DYNAMIC, endpoint, count) },
    Holder { name: STATIC, hold: |endpoint, count| by_processes(STATIC, endpoint, count) },
    Holder { name: LIBRARY, hold: by_library },
];

/// The client's side of it.
struct Crowd {
    private: f64,
    shared: f64,
    server: f64,
    took: f64,
}

impl Crowd {
    /// Medians.
    fn of(weights: &[Weight]) -> Self {
        let median = |value: &dyn Fn(&Weight) -> f64| {
            let mut values: Vec<f64> = weights.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let is_library = weights.iter().all(|weight| weight.children == 0);
        let of_process = |ours, children| if is_library { ours } else { children } as f64;
        Self {
            private: median(&|weight| of_process(weight.private, weight.private_of_children)),
            shared: median(&|weight| of_process(weight.ours, weight.children)),
            server: median(&|weight| weight.server as f64),
            took: median(&|weight| weight.took.as_secs_f64() * 1e3),
        }
    }
}

/// Prints the table; nothing is pinned. Of the library it is what a process gains by it.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    pin(0, &[0, 1]);
    println!(
        "\ntmux {}, so many attached at once; memory of all in kB, nothing pinned",
        tmux.version
    );
    let heads = ["clients", "private", "with shared", "server's growth", "all see it, ms"];
    println!(
        "{:27} {:>8} {:>8} {:>12} {:>16} {:>15}",
        "", heads[0], heads[1], heads[2], heads[3], heads[4]
    );
    for count in COUNTS {
        let crowds = measure(tmux, count);
        for (Holder { name, .. }, crowd) in HOLDERS.iter().zip(&crowds) {
            let Crowd { private, shared, server, took } = crowd;
            println!("{name:27} {count:8} {private:8} {shared:12} {server:16} {took:15.1}");
        }
        // One alone has the program's own pages to itself, which the server shares with tmux.
        if count > 1 {
            set_goals(tmux, count, &crowds, goals);
        }
    }
}

fn set_goals(tmux: &Tmux, count: usize, crowds: &[Crowd], goals: &mut Vec<Goal>) {
    let [theirs, ours @ ..] = crowds else { return };
    for (Holder { name, .. }, ours) in HOLDERS[1..].iter().zip(ours) {
        let text = |what| format!("tmux {}, {count} attached, {name}: {what}", tmux.version);
        let memory = ours.private / theirs.private;
        goals.push(at_most(text("private memory, of tmux's"), memory, 1.0));
        goals.push(at_most(text("until all see it, of tmux's"), ours.took / theirs.took, 1.0));
    }
}

fn measure(tmux: &Tmux, count: usize) -> Vec<Crowd> {
    let mut weights = HOLDERS.map(|_| Vec::new());
    for _ in 0..TURNS.min(rounds()) {
        for (Holder { name, .. }, weights) in HOLDERS.iter().zip(&mut weights) {
            let server = TestServer::start(tmux);
            pin(server.pid(), &[0, 1]);
            weights.push(weigh(name, count, &server));
        }
    }
    weights.iter().map(|weights| Crowd::of(weights)).collect()
}

/// Ends them all at the end.
struct Seats(Vec<Seat>);

impl Drop for Seats {
    fn drop(&mut self) {
        self.0.drain(..).for_each(Seat::leave);
    }
}

fn by_processes(name: &str, endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let program = client(name, endpoint);
    let seats: Vec<Seat> = (0..count).map(|_| Seat::start(&program)).collect();
    seats.iter().for_each(|seat| wait_for_screen(&seat.master));
    Box::new(Seats(seats))
}

fn by_library(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let runtime = runtime();
    let server = Server::at(&endpoint.socket);
    let options = AttachOptions::new().command(["attach-session", "-t", "main"]).term(TERM);
    let (masters, slaves): (Vec<_>, Vec<_>) =
        (0..count).map(|_| Pty::open()).map(|Pty { master, slave }| (master, slave)).unzip();
    let attaching = slaves.into_iter().map(|slave| server.attach(slave, options.clone()));
    let attached: Vec<_> = runtime
        .block_on(join_all(attaching))
        .into_iter()
        .map(|client| client.expect("attached"))
        .collect();
    masters.iter().for_each(wait_for_screen);
    Box::new((attached, masters, runtime))
}

fn wait_for_screen(master: &File) {
    assert!(is_readable(master, PollTimeout::NONE), "nothing is drawn");
}
