//! What open connections weigh, at both ends.

use std::any::Any;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command as Process, Stdio};
use std::rc::Rc;

use tmuxwire_testkit::{TestServer, Tmux, releases};

use crate::callers::runtime;
use crate::channel::{HAND, LIBTMUX, TMUX_LIB};
use crate::control_rivals::{Endpoint, Hand, line, tmux_lib};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::{ours, ours_blocking, work};

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
            let [ours, children, theirs] = weigh(name, count, &server);
            println!("{name:27} {count:12} {ours:12} {children:14} {theirs:20}");
        }
    }
}

/// A process of its own for each: what this one has freed before would hide what is needed.
fn weigh(name: &str, count: usize, server: &TestServer) -> [u64; 3] {
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
    let ours = said.trim().parse().expect("a number");
    let theirs = resident(server.pid()).saturating_sub(before);
    let children = children(holder.id()).into_iter().map(proportional).sum();
    // The end of its input ends it.
    assert!(holder.wait().expect("ended").success(), "{name}");
    [ours, children, theirs]
}

/// Holds connections until its input ends: name, count, release, socket.
pub fn hold(arguments: &[&str]) {
    let [name, count, version, socket] = arguments else { panic!("{HOLD} is not for you") };
    let tmux = releases().into_iter().find(|tmux| tmux.version == *version).expect("a release");
    let endpoint = Endpoint { tmux, socket: socket.into() };
    let holder = holders().find(|holder| holder.name == *name).expect("a holder");
    let count = count.parse().expect("a number");
    let before = resident(std::process::id());
    let held = (holder.hold)(&endpoint, count);
    println!("{}", resident(std::process::id()).saturating_sub(before));
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
