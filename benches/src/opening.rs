//! From nothing to a first answer, and everything closed again.

use std::rc::Rc;

use tmuxwire_testkit::TestServer;

use crate::callers::runtime;
use crate::channel::{BLOCKING, HAND, LIBTMUX, ONE_SHOT, TMUX_LIB, title, without_connection};
use crate::control_rivals::{Endpoint, Hand, line, tmux_lib};
use crate::goals::{Goal, at_least, at_most};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::measure::{Measured, Way, find, look, measure, print};
use crate::place::Place;
use crate::work::Work;
use crate::{ours, ours_blocking};

/// Prints the table. Who can know the server before does.
pub fn compare(work: &Work, server: &TestServer, place: Place, goals: &mut Vec<Goal>) {
    let mut ways = ours_blocking::opening(work, server);
    ways.extend(ours::opening(work, server));
    ways.extend(without_connection(work, server));
    ways.extend(rivals(work, server));
    let measured = measure(ways, server.pid());
    print(&title(server.release(), "from nothing to a first answer", place), &measured, HAND);
    let text =
        format!("tmux {}, {}: channel and a first answer", server.release().version, place.name());
    set_goals(&text, &measured, goals);
}

fn rivals<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let endpoint = Endpoint::of(server);
    let mut ways = Vec::new();
    if endpoint.has_tmux_lib() {
        let endpoint = endpoint.clone();
        ways.push(Way::new(TMUX_LIB, move || {
            work.check(&tmux_lib(&endpoint).command(&work.words).expect("an answer"));
        }));
    }
    if libtmux::speaks(&endpoint.tmux) {
        let runtime = Rc::new(runtime());
        let known = Known::new(&runtime, &endpoint);
        ways.push(Way::new(LIBTMUX, move || {
            work.check(&Connection::open(&runtime, &known).run(&work.words));
        }));
    }
    let request = line(&work.words);
    ways.push(Way::new(HAND, move || {
        let mut hand = Hand::quiet(&endpoint);
        hand.send(&request);
        work.check(&hand.answer());
    }));
    ways
}

fn set_goals(text: &str, measured: &[Measured], goals: &mut Vec<Goal>) {
    let Some(blocking) = look(measured, BLOCKING) else { return };
    let of_one_shot = blocking.median / find(measured, ONE_SHOT).median;
    goals.push(at_most(format!("{text}, of a one-shot"), of_one_shot, 3.0));
    let times = find(measured, HAND).median / blocking.median;
    goals.push(at_least(format!("{text}, times tmux -C"), times, 5.0));
}
