//! Many commands under way at once on a connection.

use std::rc::Rc;

use futures_util::future::join_all;
use tmuxwire_testkit::{TestServer, Tmux};

use crate::callers::runtime;
use crate::channel::{BLOCKING, HAND, LIBTMUX, SPAWN, title};
use crate::control_rivals::{Endpoint, Hand, line};
use crate::goals::{Goal, at_least};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::measure::{Measured, Way, find, look, measure};
use crate::place::Place;
use crate::rivals::{Program, client};
use crate::work::{self, Work};
use crate::{ours, ours_blocking};

/// How many.
pub const DEPTHS: [usize; 2] = [16, 256];
const CEILING: &str = "the server's own ceiling";

/// Prints the table.
pub fn compare(
    work: &Work,
    server: &TestServer,
    place: Place,
    depth: usize,
    goals: &mut Vec<Goal>,
) {
    let mut ways = ours_blocking::pipelined(work, server, depth);
    ways.extend(ours::pipelined(work, server, depth));
    ways.extend(rivals(work, server, depth));
    let measured = measure(ways, server.pid());
    let title = title(server.release(), &format!("{depth} under way on a connection"), place);
    print_rates(&title, &measured, depth);
    if depth == DEPTHS[1] {
        set_goals(server.release(), place, &measured, goals);
    }
}

fn set_goals(tmux: &Tmux, place: Place, measured: &[Measured], goals: &mut Vec<Goal>) {
    let Some(blocking) = look(measured, BLOCKING) else { return };
    let text = |what: &str| {
        format!("tmux {}, {}: channel, 256 under way, {what}", tmux.version, place.name())
    };
    let of_ceiling = find(measured, CEILING).median / blocking.median;
    goals.push(at_least(text("of the server's ceiling"), of_ceiling, 0.85));
}

fn rivals<'a>(work: &'a Work, server: &'a TestServer, depth: usize) -> Vec<Way<'a>> {
    let endpoint = Endpoint::of(server);
    let requests = line(&work.words).repeat(depth);
    let mut ways = Vec::new();
    if libtmux::speaks(&endpoint.tmux) {
        let runtime = Rc::new(runtime());
        let known = Known::new(&runtime, &endpoint);
        ways.push(Way::opened(LIBTMUX, move || {
            let connection = Connection::open(&runtime, &known);
            Box::new(move || {
                let ask = || libtmux::ask(&connection.sender, &work.words);
                let answers = connection.runtime.block_on(join_all((0..depth).map(|_| ask())));
                answers.iter().for_each(|answer| work.check(answer));
            })
        }));
    }
    let (endpoint_too, requests_too) = (endpoint.clone(), requests.clone());
    ways.push(Way::opened(HAND, move || {
        let (mut hand, requests) = (Hand::quiet(&endpoint_too), requests_too.clone());
        Box::new(move || {
            hand.send(&requests);
            (0..depth).for_each(|_| work.check(&hand.answer()));
        })
    }));
    ways.push(Way::opened(CEILING, move || {
        let (mut hand, requests) = (Hand::quiet(&endpoint), requests.clone());
        Box::new(move || {
            hand.send(&requests);
            hand.count(depth);
        })
    }));
    // What is left without a connection: all commands in one list.
    let list = work::list_of(depth);
    let tmux = Program::new(&client(server), &list);
    ways.push(Way::new(SPAWN, move || work.check(&tmux.run())));
    ways
}

fn print_rates(title: &str, measured: &[Measured], depth: usize) {
    let ceiling = find(measured, CEILING).median;
    println!("\n{title}; processor time in microseconds for a command");
    let heads = ["commands/s", "our CPU", "server's", "of the ceiling"];
    println!("{:27} {:>10} {:>9} {:>9} {:>14}", "", heads[0], heads[1], heads[2], heads[3]);
    for Measured { name, median, cpu, server, .. } in measured {
        let depth = depth as f64;
        let (rate, cpu, server) = (depth / median * 1e6, cpu / depth, server / depth);
        println!("{name:27} {rate:10.0} {cpu:9.2} {server:9.2} {:14.2}", ceiling / median);
    }
}
