//! A pane that prints a lot, and a client whose terminal shows it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::time::{Duration, Instant};

use memchr::memmem;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tmuxwire_testkit::{TestServer, Tmux};

use super::seat::Seat;
use super::{TMUX, clients};
use crate::goals::{Goal, at_least, at_most};
use crate::measure::{cpu_of, rounds};
use crate::place::Place;
use crate::rivals::Program;

/// Lines of 79 columns that are printed in a turn, 16 MB of them.
const LINES: usize = 200_000;
const TURNS: usize = 15;

/// A pane that prints each time it is told to, and then a word.
struct Screen {
    server: TestServer,
    start: File,
    turn: usize,
}

/// What one turn took.
struct Turn {
    wall: Duration,
    drawn: usize,
    client: Duration,
    sleeps: u64,
    server: Duration,
}

impl Screen {
    fn new(tmux: &Tmux) -> Self {
        let server = TestServer::start(tmux);
        let home = server.home();
        let text = ["x".repeat(79), "\n".into()].concat().repeat(LINES);
        std::fs::write(home.join("text"), text).expect("a file");
        let fifo = home.join("start");
        mkfifo(&fifo, Mode::S_IRWXU).expect("a FIFO");
        // Open for both directions, so that nobody waits for an other end.
        let start = OpenOptions::new().read(true).write(true).open(fifo).expect("the FIFO");
        let print = "while read turn <start; do cat text; echo turn $turn is over; done";
        let made = server.tmux(["new-window", "-t", "main:", print]);
        assert!(made.status.success(), "{made:?}");
        Self { server, start, turn: 0 }
    }

    /// One client is attached until the word is on its screen.
    fn turn(&mut self, program: &Program) -> Turn {
        let mut seat = Seat::start(program);
        seat.settle();
        self.turn += 1;
        let word = format!("turn {} is over", self.turn);
        let (client, sleeps) = (cpu_of(seat.pid()), seat.sleeps());
        let server = cpu_of(self.server.pid());
        let started = Instant::now();
        writeln!(self.start, "{}", self.turn).expect("room");
        let drawn = read_until(&mut seat, word.as_bytes());
        let turn = Turn {
            wall: started.elapsed(),
            drawn,
            client: cpu_of(seat.pid()) - client,
            sleeps: seat.sleeps() - sleeps,
            server: cpu_of(self.server.pid()) - server,
        };
        seat.leave();
        turn
    }
}

/// Reads until a word is drawn; answers how much that was.
fn read_until(seat: &mut Seat, word: &[u8]) -> usize {
    let (mut bytes, mut kept, mut drawn) = (vec![0; 1 << 16], 0, 0);
    loop {
        let count = seat.read(&mut bytes[kept..]);
        assert!(count > 0, "the client has gone");
        drawn += count;
        let end = kept + count;
        if memmem::find(&bytes[..end], word).is_some() {
            return drawn;
        }
        // The word may have come in part.
        kept = end.min(word.len() - 1);
        bytes.copy_within(end - kept..end, 0);
    }
}

/// What was measured of a client, medians.
struct Seen {
    name: &'static str,
    wall: f64,
    /// The median of what each round says, as rounds differ more than clients do.
    times: f64,
    drawn: f64,
    client: f64,
    sleeps: f64,
    server: f64,
}

impl Seen {
    fn of(name: &'static str, turns: &[Turn], base: &[Turn]) -> Self {
        let median = |value: &dyn Fn(&Turn) -> f64| median(turns.iter().map(value));
        Self {
            name,
            wall: median(&|turn| turn.wall.as_secs_f64() * 1e3),
            times: times(base, turns),
            drawn: median(&|turn| turn.drawn as f64 / turn.wall.as_secs_f64() / 1e6),
            client: median(&|turn| turn.client.as_secs_f64() * 1e6),
            sleeps: median(&|turn| turn.sleeps as f64),
            server: median(&|turn| turn.server.as_secs_f64() * 1e3),
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How many times as fast as the first, in the same round each.
fn times(first: &[Turn], turns: &[Turn]) -> f64 {
    let pairs = first.iter().zip(turns);
    median(pairs.map(|(first, turn)| first.wall.as_secs_f64() / turn.wall.as_secs_f64()))
}

/// Prints the table. Who reads the terminal has a core of its own, which the pane's program shares.
pub fn compare(tmux: &Tmux, goals: &mut Vec<Goal>) {
    let mut screen = Screen::new(tmux);
    Place::TwoCores.pin(screen.server.pid());
    let clients = clients(&screen.server);
    let mut turns = clients.each_ref().map(|_| Vec::new());
    for _ in 0..TURNS.min(rounds()) {
        for ((_, program), turns) in clients.iter().zip(&mut turns) {
            turns.push(screen.turn(program));
        }
    }
    println!("\ntmux {}, 16 MB printed in the pane, until the end is on the screen", tmux.version);
    let heads =
        ["ms", "times as fast", "drawn, MB/s", "client's CPU, us", "wake-ups", "server's CPU, ms"];
    println!(
        "{:27} {:>9} {:>14} {:>12} {:>17} {:>9} {:>17}",
        "", heads[0], heads[1], heads[2], heads[3], heads[4], heads[5]
    );
    let seen: Vec<Seen> =
        clients.iter().zip(&turns).map(|((name, _), own)| Seen::of(name, own, &turns[0])).collect();
    for Seen { name, wall, times, drawn, client, sleeps, server } in &seen {
        println!(
            "{name:27} {wall:9.0} {times:14.2} {drawn:12.1} {client:17.1} {sleeps:9.0} {server:17.0}"
        );
    }
    set_goals(tmux, &seen, goals);
}

fn set_goals(tmux: &Tmux, seen: &[Seen], goals: &mut Vec<Goal>) {
    for ours in seen.iter().filter(|seen| seen.name != TMUX) {
        let text = |what| format!("tmux {}, a busy screen, {}: {what}", tmux.version, ours.name);
        goals.push(at_least(text("speed, times that with tmux"), ours.times, 0.97));
        goals.push(at_most(text("CPU, us"), ours.client, 0.0));
        goals.push(at_most(text("wake-ups"), ours.sleeps, 0.0));
    }
}
