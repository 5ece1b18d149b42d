//! One command, one connection: what a call costs.

use std::hint::black_box;
use std::path::Path;

use tmuxwire::{Command, Environment};
use tmuxwire_testkit::{TestServer, Tmux, system};

use crate::callers;
use crate::goals::{Goal, at_least, at_most};
use crate::measure::{Measured, Way, find, measure, print};
use crate::place::Place;
use crate::rivals::{self, Libtmux, Program, std_process, tmux_interface};
use crate::work::{self, Work};

const SPAWN: &str = "posix_spawn tmux";
const BLOCKING: &str = "blocking";
const ASYNC: &str = "async";

/// Ours and all others, for any work. The whole environment goes along unless said otherwise.
fn ways<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let runtime = callers::runtime();
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let words = &work.words;
    let short = Command::new(words).environment(Environment::PaneOnly);
    let (full, short_too) = (Command::new(words), short.clone());
    let blocking_too = blocking.clone();
    let check = |output: tmuxwire::Result<tmuxwire::Output>| {
        let output = output.expect("an answer");
        assert_eq!(output.status, 0, "{output:?}");
        work.check(&output.stdout);
    };
    let tmux = rivals::client(server);
    let spawned = Program::new(&tmux, words);
    let mut ways = vec![
        Way::new(BLOCKING, move || check(blocking.run(short.clone()))),
        Way::new("blocking, whole environment", move || check(blocking_too.run(full.clone()))),
        Way::new(ASYNC, move || check(runtime.block_on(library.run(short_too.clone())))),
        Way::new(SPAWN, move || work.check(&spawned.run())),
        Way::new("std::process tmux", move || work.check(&std_process(&tmux, words))),
    ];
    // These find the system's tmux only.
    if *server.release() == system() {
        let libtmux = Libtmux::new(&server.socket());
        let socket = server.socket();
        ways.push(Way::new("tmux_interface", move || {
            work.check(&tmux_interface(&socket, words));
        }));
        ways.push(Way::new("libtmux (Rust)", move || work.check(&libtmux.run(words))));
    }
    ways
}

/// Whole processes.
fn command_lines<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let program = |path: &Path| vec![path.to_owned(), "-S".into(), server.socket()];
    let ours = |name, target: &str| {
        let program = Program::new(&program(&rivals::ours(target)), &work.words);
        Way::new(name, move || work.check(&program.run()))
    };
    let tmux = Program::new(&rivals::client(server), &work.words);
    let nothing = Program::new(&["/bin/true".into()], &[]);
    vec![
        ours("tmuxwire, static", "x86_64-unknown-linux-musl"),
        ours("tmuxwire, dynamic", ""),
        Way::new("tmux", move || work.check(&tmux.run())),
        Way::new("/bin/true", move || drop(black_box(nothing.run()))),
    ]
}

fn title(work: &Work, tmux: &Tmux, place: Place) -> String {
    format!("tmux {}, {}, {}", tmux.version, work.name, place.name())
}

fn small(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let work = work::small();
    let server = work.server(tmux);
    for place in Place::ALL {
        place.pin(server.pid());
        let mut ways = ways(&work, &server);
        ways.insert(0, Way::new("AF_UNIX echo, the floor", rivals::echo(place.server_core())));
        let measured = measure(ways, server.pid());
        print(&title(&work, tmux, place), &measured, SPAWN);
        small_goals(tmux, place, &measured, goals);
    }
    for place in Place::ALL {
        place.pin(server.pid());
        let measured = measure(command_lines(&work, &server), server.pid());
        print(&format!("{}: whole processes", title(&work, tmux, place)), &measured, "tmux");
        let of_tmux = |name| find(&measured, name).median / find(&measured, "tmux").median;
        let text =
            |what| format!("tmux {}, {}: {what} line, of tmux's time", tmux.version, place.name());
        goals.push(at_most(text("static command"), of_tmux("tmuxwire, static"), 0.24));
        goals.push(at_most(text("dynamic command"), of_tmux("tmuxwire, dynamic"), 0.62));
    }
    callers::compare(&work, &server);
}

fn small_goals(tmux: &Tmux, place: Place, measured: &[Measured], goals: &mut Vec<Goal>) {
    let text = |what: &str| format!("tmux {}, {}: {what}", tmux.version, place.name());
    let median = |name| find(measured, name).median;
    let least = if place == Place::OneCore { 20.0 } else { 12.0 };
    goals.push(at_least(
        text("blocking, times posix_spawn"),
        median(SPAWN) / median(BLOCKING),
        least,
    ));
    goals.push(at_most(text("async, of blocking"), median(ASYNC) / median(BLOCKING), 1.12));
    if place == Place::OneCore {
        goals.push(at_most(text("blocking, own CPU, us"), find(measured, BLOCKING).cpu, 18.0));
    }
}

fn larger(work: &Work, tmux: &Tmux) -> Vec<Measured> {
    let server = work.server(tmux);
    let place = Place::OneCore;
    place.pin(server.pid());
    let measured = measure(ways(work, &server), server.pid());
    print(&title(work, tmux, place), &measured, SPAWN);
    measured
}

/// Prints all tables of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let text = |what: &str| format!("tmux {}, one core: {what}", tmux.version);
    small(tmux, goals);
    larger(&work::send_keys(), tmux);
    larger(&work::listing(), tmux);
    let capture = larger(&work::capture(), tmux);
    goals.push(at_most(text("4 MB capture, own CPU, us"), find(&capture, BLOCKING).cpu, 1000.0));
    let list = larger(&work::list(), tmux);
    let rate = work::LIST as f64 / find(&list, BLOCKING).median * 1e6;
    goals.push(at_least(text("a list of 256, commands a second"), rate, 150_000.0));
    let blocking = find(&list, BLOCKING);
    goals.push(at_least(
        text("a list of 256, the server's share"),
        blocking.server / blocking.median,
        0.95,
    ));
}
