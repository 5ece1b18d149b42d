//! Clients of whom nobody wants anything.

use std::time::Duration;

use tmuxwire_testkit::{TestServer, Tmux};

use super::seat::Seat;
use super::{TMUX, clients};
use crate::goals::{Goal, at_most};
use crate::measure::{cpu_of, rounds};
use crate::place::Place;

/// Prints the table. All of them are attached at once, for the same seconds.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let server = TestServer::start(tmux);
    Place::TwoCores.pin(server.pid());
    let mut seats = clients(&server).map(|(name, program)| (name, Seat::start(&program)));
    // Whoever comes makes the server look at all.
    for _ in 0..2 {
        seats.iter_mut().for_each(|(_, seat)| seat.settle());
    }
    let seconds = u64::try_from(rounds().min(5)).expect("few");
    let used = |seat: &Seat| (cpu_of(seat.pid()), seat.sleeps());
    let before = seats.each_ref().map(|(_, seat)| used(seat));
    std::thread::sleep(Duration::from_secs(seconds));
    let after = seats.each_ref().map(|(_, seat)| used(seat));

    println!("\ntmux {}, attached and idle for {seconds} s", tmux.version);
    println!("{:27} {:>9} {:>9}", "", "CPU, us", "wake-ups");
    for ((name, _), (before, after)) in seats.iter().zip(before.into_iter().zip(after)) {
        let cpu = (after.0 - before.0).as_nanos() as f64 / 1e3;
        let wakes = after.1 - before.1;
        println!("{name:27} {cpu:9.1} {wakes:9}");
        if *name != TMUX {
            let text = |what| format!("tmux {}, attached and idle, {name}: {what}", tmux.version);
            goals.push(at_most(text("CPU, us"), cpu, 0.0));
            goals.push(at_most(text("wake-ups"), wakes as f64, 0.0));
        }
    }
    seats.into_iter().for_each(|(_, seat)| seat.leave());
}
