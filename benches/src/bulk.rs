//! A pane that prints a lot: how fast a listener gets it, and what that costs.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tmuxwire_testkit::{TestServer, Tmux};

use crate::callers::runtime;
use crate::channel::{HAND, LIBTMUX};
use crate::control_rivals::{Endpoint, Hand};
use crate::goals::{Goal, at_least, at_most};
use crate::libtmux_control::{self as libtmux, Connection, Known};
use crate::measure::{cpu, cpu_of, rounds};
use crate::ours;
use crate::place::Place;

pub const OUTPUT: &str = "channel, %output";
pub const RAW: &str = "raw output";
const NOBODY: &str = "nobody listens";

/// Lines of 79 columns that are printed, 20 MB of them.
const LINES: usize = 250_000;
/// What the pane's terminal makes of each: it ends with two bytes.
const LINE: usize = 81;
const TURNS: usize = 5;

/// Reads all that is printed in one turn.
pub type Listen<'a> = Box<dyn FnOnce() + 'a>;

/// A way to listen; connects at once, reads later.
#[derive(Clone, Copy)]
pub struct Listener {
    pub name: &'static str,
    pub open: for<'a> fn(&'a Flood) -> Listen<'a>,
}

/// A pane that prints each time it is told to.
pub struct Flood {
    pub server: TestServer,
    pub pane: String,
    start: File,
    done: File,
}

impl Flood {
    /// What a listener gets in a turn.
    pub const BYTES: usize = LINES * LINE;

    fn new(tmux: &Tmux) -> Self {
        let server = TestServer::start(tmux);
        let home = server.home();
        std::fs::write(home.join("text"), ["x".repeat(79), "\n".into()].concat().repeat(LINES))
            .expect("a file");
        let (start, done) = (fifo(&home.join("start")), fifo(&home.join("done")));
        let print = "while read line <start; do cat text; echo >done; done";
        let made =
            server.tmux(["new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}", print]);
        assert!(made.status.success(), "{made:?}");
        let pane = String::from_utf8(made.stdout).expect("a pane's name").trim().to_owned();
        Self { server, pane, start, done }
    }

    /// Wall time, our processor time and the server's while one listener listens.
    fn turn(&mut self, listener: &Listener) -> [Duration; 3] {
        let listen = (listener.open)(self);
        let (ours, theirs) = (cpu(), cpu_of(self.server.pid()));
        let started = Instant::now();
        (&self.start).write_all(b"\n").expect("room");
        listen();
        // All has been read, or nobody does that.
        (&self.done).read_exact(&mut [0]).expect("done");
        let wall = started.elapsed();
        [wall, cpu() - ours, cpu_of(self.server.pid()) - theirs]
    }
}

/// Open for both directions, so that nobody waits for an other end.
fn fifo(path: &Path) -> File {
    mkfifo(path, Mode::S_IRWXU).expect("a FIFO");
    OpenOptions::new().read(true).write(true).open(path).expect("the FIFO")
}

/// What was measured of a listener, medians.
struct Heard {
    name: &'static str,
    rate: f64,
    share: f64,
    server: f64,
}

impl Heard {
    fn of(name: &'static str, turns: &[[Duration; 3]]) -> Self {
        let median = |at: usize| {
            let mut times: Vec<f64> = turns.iter().map(|turn| turn[at].as_secs_f64()).collect();
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        };
        let rate = Flood::BYTES as f64 / median(0) / 1e6;
        Self { name, rate, share: median(1) / median(2), server: median(2) * 1e3 }
    }
}

/// Prints the table. We have a core of our own, which the pane's program shares.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let mut flood = Flood::new(tmux);
    Place::TwoCores.pin(flood.server.pid());
    let mut listeners = vec![
        Listener { name: NOBODY, open: |_| Box::new(|| ()) },
        Listener { name: HAND, open: by_hand },
    ];
    // The crate tmux-lib throws panes' output away.
    if libtmux::speaks(tmux) {
        listeners.push(Listener { name: LIBTMUX, open: by_libtmux });
    }
    listeners.extend(ours::LISTENERS);
    let mut turns = vec![Vec::new(); listeners.len()];
    for _ in 0..TURNS.min(rounds()) {
        for (listener, turns) in listeners.iter().zip(&mut turns) {
            turns.push(flood.turn(listener));
        }
    }
    println!("\ntmux {}, 20 MB of a pane's output, on two cores", tmux.version);
    println!("{:27} {:>9} {:>12} {:>16}", "", "MB/s", "server, ms", "our CPU, of its");
    let heard: Vec<_> =
        listeners.iter().zip(&turns).map(|(each, turns)| Heard::of(each.name, turns)).collect();
    for Heard { name, rate, share, server } in &heard {
        println!("{name:27} {rate:9.1} {server:12.0} {share:16.3}");
    }
    set_goals(tmux, &heard, goals);
}

fn set_goals(tmux: &Tmux, heard: &[Heard], goals: &mut Vec<Goal>) {
    let find = |name| heard.iter().find(|heard| heard.name == name);
    let text = |what: &str| format!("tmux {}, 20 MB of a pane's output: {what}", tmux.version);
    let (Some(output), Some(hand)) = (find(OUTPUT), find(HAND)) else { return };
    goals.push(at_least(text("%output, times tmux -C by hand"), output.rate / hand.rate, 0.97));
    goals.push(at_most(text("%output, our CPU, of the server's"), output.share, 0.05));
    // From 3.6 the server writes %output nearly as fast as it can read the pane.
    if let Some(raw) = find(RAW).filter(|_| !tmux.is_new()) {
        goals.push(at_least(text("raw, times %output"), raw.rate / output.rate, 2.4));
    }
}

fn by_hand(flood: &Flood) -> Listen<'_> {
    let mut hand = Hand::attach(&Endpoint::of(&flood.server), &[]);
    // An answer means that it is attached.
    hand.send(b"display-message -p x\n");
    hand.answer();
    Box::new(move || {
        let mut seen = 0;
        while seen < Flood::BYTES {
            seen += hand.output(&flood.pane).len();
        }
    })
}

fn by_libtmux(flood: &Flood) -> Listen<'_> {
    let runtime = Rc::new(runtime());
    let known = Known::new(&runtime, &Endpoint::of(&flood.server));
    let mut connection = Connection::open(&runtime, &known);
    Box::new(move || connection.read(Flood::BYTES))
}
