//! Ways to do the same work, measured in turns.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::time::{ClockId, clock_gettime};

/// Batches of each way; a batch of every way makes a round.
const ROUNDS: usize = 40;

/// How many rounds to measure: `TMUXWIRE_BENCH_ROUNDS`, else enough for steady medians.
pub fn rounds() -> usize {
    std::env::var("TMUXWIRE_BENCH_ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"))
}
/// How long a batch is meant to last: long enough that caches are as warm as for somebody who
/// calls often, short enough that a change of the machine's mood hits every way.
const BATCH: Duration = Duration::from_millis(20);
const BATCH_CALLS: std::ops::RangeInclusive<usize> = 3..=50;

/// A way to get the work done.
pub struct Way<'a> {
    pub name: &'static str,
    call: Box<dyn FnMut() + 'a>,
    batch: usize,
    times: Vec<Duration>,
    cpu: Vec<Duration>,
    server: Duration,
}

/// What was measured of a way.
pub struct Measured {
    pub name: &'static str,
    /// Median of all calls, in microseconds.
    pub median: f64,
    /// 99 of 100 calls took no longer, in microseconds.
    pub p99: f64,
    /// Processor time of this process and its children for one call, median, in microseconds.
    pub cpu: f64,
    /// Processor time of the server for one call, mean, in microseconds.
    pub server: f64,
}

impl<'a> Way<'a> {
    pub fn new(name: &'static str, call: impl FnMut() + 'a) -> Self {
        Self {
            name,
            call: Box::new(call),
            batch: 1,
            times: Vec::new(),
            cpu: Vec::new(),
            server: Duration::ZERO,
        }
    }

    /// Two calls to warm up; the second tells how many make a batch.
    fn prepare(&mut self) {
        (self.call)();
        let started = Instant::now();
        (self.call)();
        let one = started.elapsed().as_nanos().max(1);
        self.batch = usize::try_from(BATCH.as_nanos() / one)
            .unwrap_or(1)
            .clamp(*BATCH_CALLS.start(), *BATCH_CALLS.end());
        self.times.reserve(self.batch * rounds());
        self.cpu.reserve(self.batch * rounds());
    }

    fn run_batch(&mut self, server: u32) {
        let server_before = cpu_of(server);
        for _ in 0..self.batch {
            let before = cpu();
            let started = Instant::now();
            (self.call)();
            self.times.push(started.elapsed());
            self.cpu.push(cpu() - before);
        }
        self.server += cpu_of(server) - server_before;
    }

    fn measured(mut self) -> Measured {
        self.times.sort_unstable();
        self.cpu.sort_unstable();
        let calls = self.times.len();
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        Measured {
            name: self.name,
            median: microseconds(self.times[calls / 2]),
            p99: microseconds(self.times[calls * 99 / 100]),
            cpu: microseconds(self.cpu[calls / 2]),
            server: microseconds(self.server) / calls as f64,
        }
    }
}

/// Processor time used so far by this process and its children that have ended.
fn cpu() -> Duration {
    let own = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock");
    let children = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let children = children.user_time() + children.system_time();
    Duration::from(own) + duration(children)
}

/// Processor time used so far by a process of one thread.
fn cpu_of(pid: u32) -> Duration {
    let line = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).expect("the process");
    let nanoseconds = line.split(' ').next().and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

fn duration(time: TimeVal) -> Duration {
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}

/// Measures all ways, interleaved, on a server's process.
pub fn measure(mut ways: Vec<Way<'_>>, server: u32) -> Vec<Measured> {
    ways.iter_mut().for_each(Way::prepare);
    for _ in 0..rounds() {
        ways.iter_mut().for_each(|way| way.run_batch(server));
    }
    ways.into_iter().map(Way::measured).collect()
}

/// Prints a table; ratios are to the way called `base`.
pub fn print(title: &str, measured: &[Measured], base: &str) {
    let base_median = find(measured, base).median;
    println!("\n{title}; microseconds, ratios to {base}");
    let heads = ["median", "p99", "our CPU", "server's", "times as fast"];
    println!(
        "{:27} {:>9} {:>9} {:>9} {:>9} {:>14}",
        "", heads[0], heads[1], heads[2], heads[3], heads[4]
    );
    for way in measured {
        let Measured { name, median, p99, cpu, server } = way;
        let ratio = base_median / median;
        println!("{name:27} {median:9.1} {p99:9.1} {cpu:9.1} {server:9.1} {ratio:14.2}");
    }
}

/// A way's figures by its name.
pub fn find<'m>(measured: &'m [Measured], name: &str) -> &'m Measured {
    measured.iter().find(|way| way.name == name).expect("a way of that name")
}
