//! From the start of a client to the first thing that is drawn.

use tmuxwire_testkit::{TestServer, Tmux};

use super::seat::Seat;
use super::{DYNAMIC, STATIC, TMUX, clients};
use crate::goals::{Goal, at_most};
use crate::measure::{Way, find, measure, print};
use crate::place::Place;

/// Prints the tables.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let server = TestServer::start(tmux);
    for place in Place::ALL {
        place.pin(server.pid());
        let ways = clients(&server).into_iter().map(|(name, program)| {
            Way::timed(name, move || {
                let (seat, took) = Seat::take(&program);
                seat.leave();
                took
            })
        });
        let measured = measure(ways.collect(), server.pid());
        let version = &tmux.version;
        let title = format!(
            "tmux {version}, attaching, until something is drawn, {} (CPU: with detaching)",
            place.name()
        );
        print(&title, &measured, TMUX);
        for name in [DYNAMIC, STATIC] {
            let share = find(&measured, name).median / find(&measured, TMUX).median;
            let text = format!("tmux {version}, {}: attaching, {name}, of tmux's", place.name());
            goals.push(at_most(text, share, 1.0));
        }
    }
}
