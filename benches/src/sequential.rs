//! One command after the other on a connection.

use std::rc::Rc;
use std::time::Duration;

use tmuxwire_testkit::{TestServer, Tmux};

use crate::callers::runtime;
use crate::channel::{
    ASYNC, BLOCKING, HAND, LIBTMUX, SPAWN, SPIN, SPINNING, TMUX_LIB, title, without_connection,
};
use crate::control_rivals::{Endpoint, Hand, line, spinning_echo, tmux_lib};
use crate::goals::{Goal, at_least, at_most};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::measure::{Measured, Way, find, look, measure, print};
use crate::place::Place;
use crate::rivals::echo;
use crate::work::Work;
use crate::{ours, ours_blocking};

/// What our channel says, by hand: a line that the server refuses by a name nobody can guess behind
/// each command, so that nobody gets what answers another.
const MARKED: &str = "tmux -C by hand, with marks";
const MARK: &[u8] = b"bench-0123456789abcdef0123456789abcdef";
const ECHO: &str = "AF_UNIX echo, the floor";
const BOTH_SPIN: &str = "AF_UNIX echo, both spin";
const WE_SPIN: &str = "AF_UNIX echo, we spin";

/// Prints the table.
pub fn compare(work: &Work, server: &TestServer, place: Place, goals: &mut Vec<Goal>) {
    let mut ways = vec![Way::new(ECHO, echo(place.server_core()))];
    ways.extend(ours_blocking::sequential(work, server));
    ways.extend(ours::sequential(work, server));
    ways.extend(by_control(work, server));
    ways.extend(without_connection(work, server));
    // Both ends on one core would only take turns at waiting for each other.
    if place == Place::TwoCores {
        let core = place.server_core();
        ways.push(Way::new(BOTH_SPIN, spinning_echo(core, SPIN, SPIN)));
        ways.push(Way::new(WE_SPIN, spinning_echo(core, SPIN, Duration::ZERO)));
        ways.extend(ours_blocking::spinning(work, server));
        ways.extend(ours::spinning(work, server));
    }
    let measured = measure(ways, server.pid());
    let title = title(server.release(), "one after the other on a connection", place);
    print(&title, &measured, SPAWN);
    set_goals(server.release(), place, &measured, goals);
}

/// One command after the other, each by hand or through a crate.
fn by_control<'a>(work: &'a Work, server: &'a TestServer) -> Vec<Way<'a>> {
    let endpoint = Endpoint::of(server);
    let request = line(&work.words);
    let marked_request = [&request, MARK, b"\n"].concat();
    let marked = endpoint.clone();
    let mut ways = Vec::new();
    if endpoint.has_tmux_lib() {
        let endpoint = endpoint.clone();
        ways.push(Way::opened(TMUX_LIB, move || {
            let tmux = tmux_lib(&endpoint);
            Box::new(move || work.check(&tmux.command(&work.words).expect("an answer")))
        }));
    }
    if libtmux::speaks(&endpoint.tmux) {
        let runtime = Rc::new(runtime());
        let known = Known::new(&runtime, &endpoint);
        ways.push(Way::opened(LIBTMUX, move || {
            let connection = Connection::open(&runtime, &known);
            Box::new(move || work.check(&connection.run(&work.words)))
        }));
    }
    ways.push(Way::opened(HAND, move || {
        let (mut hand, request) = (Hand::quiet(&endpoint), request.clone());
        Box::new(move || {
            hand.send(&request);
            work.check(&hand.answer());
        })
    }));
    ways.push(Way::opened(MARKED, move || {
        let (mut hand, request) = (Hand::quiet(&marked), marked_request.clone());
        Box::new(move || {
            hand.send(&request);
            work.check(&hand.answer());
            hand.mark(MARK);
        })
    }));
    ways
}

fn set_goals(tmux: &Tmux, place: Place, measured: &[Measured], goals: &mut Vec<Goal>) {
    let (Some(blocking), Some(asynchronous)) = (look(measured, BLOCKING), look(measured, ASYNC))
    else {
        return;
    };
    let text = |what: &str| format!("tmux {}, {}: channel, {what}", tmux.version, place.name());
    let median = |name| find(measured, name).median;
    let of_hand = |name| blocking.median / median(name);
    goals.push(at_most(text("blocking, of tmux -C by hand"), of_hand(HAND), 1.5));
    goals.push(at_most(text("blocking, of the same with marks"), of_hand(MARKED), 1.25));
    let of_blocking = asynchronous.median / blocking.median;
    goals.push(at_most(text("async, of blocking"), of_blocking, 1.10));
    if place == Place::OneCore {
        let times = median(SPAWN) / blocking.median;
        goals.push(at_least(text("blocking, times posix_spawn"), times, 50.0));
        let of_hand = blocking.cpu / find(measured, MARKED).cpu;
        goals.push(at_most(text("blocking, own CPU, of by hand with marks"), of_hand, 2.0));
    }
    if let Some(spinning) = look(measured, SPINNING) {
        // A server sleeps between two commands, whatever we do.
        let of_echo = spinning.median / median(WE_SPIN);
        goals.push(at_most(text("spinning, of an echo for which we spin"), of_echo, 1.2));
    }
}
