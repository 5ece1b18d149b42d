//! Lists as typed values: ours beside what libtmux gives, and what reading them costs.

use std::hint::black_box;

use tmuxwire::{Command, Environment};
use tmuxwire_operations::read::{Fields, Listing, pane, window};
use tmuxwire_operations::{Release, Unknown};
use tmuxwire_testkit::{TestServer, Tmux, system};

use crate::callers;
use crate::goals::{Goal, at_least, at_most};
use crate::measure::{Measured, Way, find, look, measure, print};
use crate::place::Place;
use crate::rivals::Libtmux;
use crate::work;

const PANES: usize = 100;
const BYTES: &str = "blocking, bytes only";
const BLOCKING: &str = "blocking, typed";
const ASYNC: &str = "async, typed";
const READING: &str = "reading alone";
const IDS_BYTES: &str = "ids, names, bytes only";
const IDS: &str = "ids, names, blocking, typed";
const IDS_ASYNC: &str = "ids, names, async, typed";
const IDS_READING: &str = "ids, names, reading alone";
const LIBTMUX: &str = "libtmux (Rust), typed";

/// A list, asked and read in every way of ours.
struct Typed<'a, F> {
    listing: &'a Listing<F>,
    command: Command,
}

impl<'a, F: Fields> Typed<'a, F> {
    fn new(listing: &'a Listing<F>, tmux: &Tmux) -> Self {
        let release = Release::parse(&tmux.version);
        let words = listing.question(release).render(release, Unknown::Refuse);
        let command = Command::new(words.expect("an operation")).environment(Environment::PaneOnly);
        Self { listing, command }
    }

    fn ways(self, names: [&'static str; 4], server: &TestServer) -> Vec<Way<'a>> {
        let Self { listing, command } = self;
        let runtime = callers::runtime();
        let blocking = tmuxwire::blocking::Server::at(server.socket());
        let library = tmuxwire::Server::at(server.socket());
        let read = move |stdout: &[u8]| {
            let rows = listing.read(stdout).expect("an answer");
            assert_eq!(black_box(rows).len(), PANES);
        };
        let answer = blocking.run(command.clone()).expect("an answer").stdout;
        let (bytes, same) = (blocking.clone(), [command.clone(), command.clone()]);
        let [one, other] = same;
        vec![
            Way::new(names[0], move || drop(bytes.run(one.clone()).expect("an answer"))),
            Way::new(names[1], move || {
                read(&blocking.run(other.clone()).expect("an answer").stdout);
            }),
            Way::new(names[2], move || {
                let output = runtime.block_on(library.run(command.clone()));
                read(&output.expect("an answer").stdout);
            }),
            Way::new(names[3], move || read(&answer)),
        ]
    }
}

/// Prints the table of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let server = work::listing().server(tmux);
    let (records, ids) = (Listing::panes(), Listing::panes().fields((pane::ID, window::NAME)));
    for place in Place::ALL {
        place.pin(server.pid());
        let mut ways = Typed::new(&records, tmux).ways([BYTES, BLOCKING, ASYNC, READING], &server);
        let names = [IDS_BYTES, IDS, IDS_ASYNC, IDS_READING];
        ways.extend(Typed::new(&ids, tmux).ways(names, &server));
        // It finds the system's tmux only.
        if *tmux == system() {
            let libtmux = Libtmux::new(&server.socket());
            ways.push(Way::new(LIBTMUX, move || assert_eq!(libtmux.panes(), PANES)));
        }
        let measured = measure(ways, server.pid());
        let title = format!("tmux {}, {PANES} panes, {}", tmux.version, place.name());
        print(&title, &measured, BYTES);
        set_goals(tmux, place, &measured, goals);
    }
}

fn set_goals(tmux: &Tmux, place: Place, measured: &[Measured], goals: &mut Vec<Goal>) {
    let text =
        |what: &str| format!("tmux {}, {}: {PANES} panes, {what}", tmux.version, place.name());
    let share = |reading, bytes| find(measured, reading).median / find(measured, bytes).server;
    let of_server = "reading, of the server's own time";
    goals.push(at_most(text(of_server), share(READING, BYTES), 0.03));
    goals.push(at_most(
        text(&format!("ids, names, {of_server}")),
        share(IDS_READING, IDS_BYTES),
        0.03,
    ));
    let Some(libtmux) = look(measured, LIBTMUX) else { return };
    let times = |name| libtmux.median / find(measured, name).median;
    for (name, least) in [(BLOCKING, 6.0), (ASYNC, 6.0), (IDS, 25.0), (IDS_ASYNC, 25.0)] {
        goals.push(at_least(text(&format!("{name}, times libtmux")), times(name), least));
    }
}
