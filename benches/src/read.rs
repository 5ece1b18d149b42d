//! Lists as typed values: ours beside what libtmux gives, and what reading them costs.

use std::hint::black_box;

use tmuxwire::{ChannelOptions, Command, Environment};
use tmuxwire_operations::read::{Fields, Listing, Snapshot, pane, window};
use tmuxwire_operations::{Release, Unknown};
use tmuxwire_testkit::{TestServer, Tmux, system};

use crate::callers;
use crate::goals::{Goal, at_least, at_most};
use crate::measure::{Measured, Way, find, look, measure, print};
use crate::place::Place;
use crate::rivals::Libtmux;
use crate::work;

const PANES: usize = 100;
const LIBTMUX: &str = "libtmux (Rust), typed";

/// The names of our ways with one list.
struct Names {
    bytes: &'static str,
    blocking: &'static str,
    asynchronous: &'static str,
    channel: &'static str,
    async_channel: &'static str,
    reading: &'static str,
}

const RECORDS: Names = Names {
    bytes: "blocking, bytes only",
    blocking: "blocking",
    asynchronous: "async",
    channel: "channel, blocking",
    async_channel: "channel, async",
    reading: "reading alone",
};

const IDS: Names = Names {
    bytes: "ids, names: bytes only",
    blocking: "ids, names: blocking",
    asynchronous: "ids, names: async",
    channel: "ids, names: channel",
    async_channel: "ids, names: async channel",
    reading: "ids, names: reading alone",
};

/// Asks and reads a list in every way of ours.
fn ways<'a, F: Fields>(
    listing: &'a Listing<F>,
    names: &Names,
    server: &'a TestServer,
) -> Vec<Way<'a>> {
    let release = Release::parse(&server.release().version);
    let words = listing.question(release).render(release, Unknown::Refuse);
    let command = Command::new(words.expect("an operation")).environment(Environment::PaneOnly);
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let read = move |stdout: &[u8]| {
        let rows = listing.read(stdout).expect("an answer");
        assert_eq!(black_box(rows).len(), PANES);
    };
    let answer = blocking.run(command.clone()).expect("an answer").stdout;
    let again = || (blocking.clone(), library.clone(), command.clone());
    let ((bytes, _, one), (typed, _, other), (_, one_shot, third)) = (again(), again(), again());
    let one_shot_runtime = callers::runtime();
    vec![
        Way::new(names.bytes, move || drop(bytes.run(one.clone()).expect("an answer"))),
        Way::new(names.blocking, move || {
            read(&typed.run(other.clone()).expect("an answer").stdout);
        }),
        Way::new(names.asynchronous, move || {
            let output = one_shot_runtime.block_on(one_shot.run(third.clone()));
            read(&output.expect("an answer").stdout);
        }),
        Way::opened(names.channel, {
            let (blocking, _, command) = again();
            move || {
                let channel = blocking.channel(ChannelOptions::default()).expect("a channel");
                let command = command.clone();
                Box::new(move || read(&channel.run(command.clone()).expect("an answer").stdout))
            }
        }),
        Way::opened(names.async_channel, move || {
            let (runtime, command) = (callers::runtime(), command.clone());
            let channel = runtime.block_on(library.channel(ChannelOptions::default()));
            let channel = channel.expect("a channel");
            Box::new(move || {
                let output = runtime.block_on(channel.run(command.clone()));
                read(&output.expect("an answer").stdout);
            })
        }),
        Way::new(names.reading, move || read(&answer)),
    ]
}

const SNAPSHOT: &str = "snapshot: blocking";
const SNAPSHOT_BYTES: &str = "snapshot: bytes only";
const SNAPSHOT_READING: &str = "snapshot: reading alone";

/// The whole server.
fn snapshots(server: &TestServer) -> Vec<Way<'_>> {
    let release = Release::parse(&server.release().version);
    let words = Snapshot::question().operations().into_iter().flat_map(|operation| {
        let words = operation.render(release, Unknown::Refuse).expect("an operation");
        words.into_iter().chain([b";".to_vec()])
    });
    let command = Command::new(words).environment(Environment::PaneOnly);
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let read = |stdout: &[u8]| {
        let snapshot = Snapshot::read(stdout).expect("an answer");
        assert_eq!(black_box(snapshot).panes().count(), PANES);
    };
    let answer = blocking.run(command.clone()).expect("an answer").stdout;
    let (bytes, same) = (blocking.clone(), command.clone());
    vec![
        Way::new(SNAPSHOT_BYTES, move || drop(bytes.run(same.clone()).expect("an answer"))),
        Way::new(SNAPSHOT, move || {
            read(&blocking.run(command.clone()).expect("an answer").stdout);
        }),
        Way::new(SNAPSHOT_READING, move || read(&answer)),
    ]
}

/// Prints the table of one release.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let server = work::listing().server(tmux);
    let (records, ids) = (Listing::panes(), Listing::panes().fields((pane::ID, window::NAME)));
    for place in Place::ALL {
        place.pin(server.pid());
        let mut ways = ways(&records, &RECORDS, &server);
        ways.extend(self::ways(&ids, &IDS, &server));
        ways.extend(snapshots(&server));
        // It finds the system's tmux only.
        if *tmux == system() {
            let libtmux = Libtmux::new(&server.socket());
            ways.push(Way::new(LIBTMUX, move || assert_eq!(libtmux.panes(), PANES)));
        }
        let measured = measure(ways, server.pid());
        let title = format!("tmux {}, {PANES} panes, {}", tmux.version, place.name());
        print(&title, &measured, RECORDS.bytes);
        set_goals(tmux, place, &measured, goals);
    }
}

fn set_goals(tmux: &Tmux, place: Place, measured: &[Measured], goals: &mut Vec<Goal>) {
    let text =
        |what: &str| format!("tmux {}, {}: {PANES} panes, {what}", tmux.version, place.name());
    for (reading, bytes) in [
        (RECORDS.reading, RECORDS.bytes),
        (IDS.reading, IDS.bytes),
        (SNAPSHOT_READING, SNAPSHOT_BYTES),
    ] {
        let share = find(measured, reading).median / find(measured, bytes).server;
        goals.push(at_most(text(&format!("{reading}, of the server's own time")), share, 0.03));
    }
    let Some(libtmux) = look(measured, LIBTMUX) else { return };
    // A connection of its own costs a server with so many panes more than two fields of all do.
    for (name, least) in [
        (RECORDS.blocking, 6.0),
        (RECORDS.asynchronous, 6.0),
        (RECORDS.channel, 6.0),
        (RECORDS.async_channel, 6.0),
        (IDS.blocking, 16.0),
        (IDS.asynchronous, 16.0),
        (IDS.channel, 25.0),
        (IDS.async_channel, 25.0),
    ] {
        let times = libtmux.median / find(measured, name).median;
        goals.push(at_least(text(&format!("{name}, times libtmux")), times, least));
    }
}
