//! What open connections weigh, at both ends.

use std::any::Any;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command as Process, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tmuxwire_testkit::{TestServer, Tmux, releases};

use crate::callers::runtime;
use crate::channel::{HAND, LIBTMUX, TMUX_LIB};
use crate::control_rivals::{Endpoint, Hand, line, tmux_lib};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::{attach, ours, ours_blocking, work};

/// The argument that makes this program a holder of connections, for a table to look at.
pub const HOLD: &str = "--hold";
const COUNTS: [usize; 2] = [1, 50];

/// Opens so many connections, each with an answer, and returns what keeps them open.
pub struct Holder {
    pub name: &'static str,
    pub hold: fn(&Endpoint, usize) -> Box<dyn Any>,
}

const RIVALS: [Holder; 3] = [
    Holder { name: HAND, hold: by_hand },
    Holder { name: TMUX_LIB, hold: by_tmux_lib },
    Holder { name: LIBTMUX, hold: by_libtmux },
];

fn holders() -> impl Iterator<Item = &'static Holder> {
    ours_blocking::HOLDERS.iter().chain(ours::HOLDERS).chain(&RIVALS)
}

/// What so many connections weigh, in kB, and how long it took to open them.
pub struct Weight {
    /// Memory that the process which holds them has got since.
    pub ours: u64,
    /// The same, but only what it shares with nobody.
    pub private: u64,
    /// Memory of its child processes, shared parts divided.
    pub children: u64,
    pub private_of_children: u64,
    /// The server's growth.
    pub server: u64,
    pub took: Duration,
}

/// Prints the table.
pub fn compare(tmux: &Tmux) {
    println!("\ntmux {}, memory of open connections, kB", tmux.version);
    let heads = ["connections", "our growth", "its processes", "the server's growth"];
    println!("{:27} {:>12} {:>12} {:>14} {:>20}", "", heads[0], heads[1], heads[2], heads[3]);
    for Holder { name, .. } in holders() {
        for count in COUNTS {
            let server = TestServer::start(tmux);
            let endpoint = Endpoint::of(&server);
            if (*name == TMUX_LIB && !endpoint.has_tmux_lib())
                || (*name == LIBTMUX && !libtmux::speaks(tmux))
            {
                continue;
            }
            let Weight { ours, children, server, .. } = weigh(name, count, &server);
            println!("{name:27} {count:12} {ours:12} {children:14} {server:20}");
        }
    }
}

/// A process of its own for each: what this one has freed before would hide what is needed.
pub fn weigh(name: &str, count: usize, server: &TestServer) -> Weight {
    let before = resident(server.pid());
    let mut holder = Process::new(std::env::current_exe().expect("ourselves"))
        .args([HOLD, name, &count.to_string(), &server.release().version])
        .arg(server.socket())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut said = String::new();
    BufReader::new(holder.stdout.take().expect("a pipe")).read_line(&mut said).expect("said");
    let said: Vec<u64> =
        said.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let [ours, private, took] = said[..] else { panic!("{name} said {said:?}") };
    let children = children(holder.id());
    let weight = Weight {
        ours,
        private,
        children: children.iter().map(|child| proportional(*child)).sum(),
        private_of_children: children.iter().map(|child| self::private(*child)).sum(),
        server: resident(server.pid()).saturating_sub(before),
        took: Duration::from_micros(took),
    };
    // The end of its input ends it.
    assert!(holder.wait().expect("ended").success(), "{name}");
    weight
}

/// Holds connections until its input ends: name, count, release, socket.
pub fn hold(arguments: &[&str]) {
    let [name, count, version, socket] = arguments else { panic!("{HOLD} is not for you") };
    let tmux = releases().into_iter().find(|tmux| tmux.version == *version).expect("a release");
    let endpoint = Endpoint { tmux, socket: socket.into() };
    let mut all = holders().chain(&attach::HOLDERS);
    let holder = all.find(|holder| holder.name == *name).expect("a holder");
    let count = count.parse().expect("a number");
    let (id, weights) = (std::process::id(), |id| [resident(id), private(id)]);
    let before = weights(id);
    let started = Instant::now();
    let held = (holder.hold)(&endpoint, count);
    let took = started.elapsed().as_micros();
    let after = weights(id);
    let growth = [0, 1].map(|at| after[at].saturating_sub(before[at]));
    println!("{} {} {took}", growth[0], growth[1]);
    std::io::stdin().read_to_end(&mut Vec::new()).expect("an end");
    drop(held);
}

fn resident(process: u32) -> u64 {
    kilobytes(&format!("/proc/{process}/smaps_rollup"), "Rss:")
}

/// Its own memory, and its part of what it shares.
fn proportional(process: u32) -> u64 {
    kilobytes(&format!("/proc/{process}/smaps_rollup"), "Pss:")
}

/// What it shares with nobody.
fn private(process: u32) -> u64 {
    let path = format!("/proc/{process}/smaps_rollup");
    kilobytes(&path, "Private_Clean:") + kilobytes(&path, "Private_Dirty:")
}

fn kilobytes(path: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(path).expect("the process");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn children(process: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("the process");
    tasks
        .map(|task| task.expect("a task").path().join("children"))
        .flat_map(|list| {
            let list = std::fs::read_to_string(list).unwrap_or_default();
            list.split_whitespace().map(|pid| pid.parse().expect("a pid")).collect::<Vec<_>>()
        })
        .collect()
}

fn by_hand(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let request = line(&work::small().words);
    let open = |_| {
        let mut hand = Hand::quiet(endpoint);
        hand.send(&request);
        hand.answer();
        hand
    };
    Box::new((0..count).map(open).collect::<Vec<_>>())
}

fn by_tmux_lib(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let open = |_| {
        let tmux = tmux_lib(endpoint);
        tmux.command(&work::small().words).expect("an answer");
        tmux
    };
    Box::new((0..count).map(open).collect::<Vec<_>>())
}

fn by_libtmux(endpoint: &Endpoint, count: usize) -> Box<dyn Any> {
    let runtime = Rc::new(runtime());
    let known = Known::new(&runtime, endpoint);
    let open = |_| {
        let connection = Connection::open(&runtime, &known);
        connection.run(&work::small().words);
        connection
    };
    Box::new((0..count).map(open).collect::<Vec<_>>())
}
