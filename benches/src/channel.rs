//! Many commands on one connection: what a call costs, and what the connection does.

use std::time::Duration;

use tmuxwire_testkit::{TestServer, Tmux};

use crate::callers::{self, runtime};
use crate::goals::Goal;
use crate::measure::Way;
use crate::place::Place;
use crate::rivals::{Program, client};
use crate::work::{self, Work};
use crate::{bulk, memory, opening, pipelined, sequential, together};

pub const BLOCKING: &str = "channel, blocking";
pub const ASYNC: &str = "channel, async";
pub const SPINNING: &str = "channel, blocking, spins";
pub const HAND: &str = "tmux -C by hand";
pub const LIBTMUX: &str = "libtmux (Rust), control";
pub const TMUX_LIB: &str = "tmux-lib, control";
pub const ONE_SHOT: &str = "one-shot, blocking";
const ONE_SHOT_ASYNC: &str = "one-shot, async";
pub const SPAWN: &str = "posix_spawn tmux";

/// How long whoever spins does so before it sleeps.
pub const SPIN: Duration = Duration::from_micros(60);

/// Prints all tables of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let work = work::small();
    let server = work.server(tmux);
    for place in Place::ALL {
        place.pin(server.pid());
        sequential::compare(&work, &server, place, goals);
        opening::compare(&work, &server, place, goals);
        for depth in pipelined::DEPTHS {
            pipelined::compare(&work, &server, place, depth, goals);
        }
    }
    together::compare(&work, &server, goals);
    drop(server);
    bulk::compare(tmux, goals);
    memory::compare(tmux);
}

/// What a table is of.
pub fn title(tmux: &Tmux, what: &str, place: Place) -> String {
    format!("tmux {}, {what}, {}", tmux.version, place.name())
}

/// What each call connects for.
pub fn without_connection<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let runtime = runtime();
    let command = callers::command(work);
    let command_too = command.clone();
    let check = |output: tmuxwire::Result<tmuxwire::Output>| {
        work.check(&output.expect("an answer").stdout);
    };
    let tmux = Program::new(&client(server), &work.words);
    vec![
        Way::new(ONE_SHOT, move || check(blocking.run(command.clone()))),
        Way::new(ONE_SHOT_ASYNC, move || {
            check(runtime.block_on(library.run(command_too.clone())));
        }),
        Way::new(SPAWN, move || work.check(&tmux.run())),
    ]
}
