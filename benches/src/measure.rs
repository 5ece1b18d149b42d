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

/// Gets the work done once.
pub type Call<'a> = Box<dyn FnMut() + 'a>;
/// The same where there is more to do than counts.
type Timed<'a> = Box<dyn FnMut() -> Duration + 'a>;

enum Source<'a> {
    Kept(Call<'a>),
    /// Made for each batch: an open connection costs the server something in every turn of its
    /// loop, which must not count against the others.
    Opened(Box<dyn FnMut() -> Call<'a> + 'a>),
    Timed(Timed<'a>),
}

impl Source<'_> {
    fn lend(&mut self, act: impl FnOnce(&mut dyn FnMut() -> Duration)) {
        match self {
            Self::Kept(call) => act(&mut || time(call)),
            Self::Timed(call) => act(call),
            Self::Opened(open) => {
                let mut call = open();
                // The first answers are not what a connection is kept for.
                call();
                call();
                act(&mut || time(&mut call));
            }
        }
    }
}

fn time(call: &mut dyn FnMut()) -> Duration {
    let started = Instant::now();
    call();
    started.elapsed()
}

/// A way to get the work done.
pub struct Way<'a> {
    pub name: &'static str,
    source: Source<'a>,
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
    /// Processor time of this process and its children for one call, the median batch's mean, in
    /// microseconds.
    pub cpu: f64,
    /// Processor time of the server for one call, mean, in microseconds.
    pub server: f64,
}

impl<'a> Way<'a> {
    pub fn new(name: &'static str, call: impl FnMut() + 'a) -> Self {
        Self::of(name, Source::Kept(Box::new(call)))
    }

    /// A way whose calls share what `open` makes.
    pub fn opened(name: &'static str, open: impl FnMut() -> Call<'a> + 'a) -> Self {
        Self::of(name, Source::Opened(Box::new(open)))
    }

    /// A way that tells itself how long it took.
    pub fn timed(name: &'static str, call: impl FnMut() -> Duration + 'a) -> Self {
        Self::of(name, Source::Timed(Box::new(call)))
    }

    fn of(name: &'static str, source: Source<'a>) -> Self {
        Self { name, source, batch: 1, times: Vec::new(), cpu: Vec::new(), server: Duration::ZERO }
    }

    /// Two calls to warm up; the second tells how many make a batch.
    fn prepare(&mut self) {
        let mut one = Duration::ZERO;
        self.source.lend(|call| {
            call();
            one = call();
        });
        self.batch = usize::try_from(BATCH.as_nanos() / one.as_nanos().max(1))
            .unwrap_or(1)
            .clamp(*BATCH_CALLS.start(), *BATCH_CALLS.end());
        self.times.reserve(self.batch * rounds());
        self.cpu.reserve(rounds());
    }

    fn run_batch(&mut self, server: u32) {
        let Self { source, batch, times, cpu: used, server: served, .. } = self;
        source.lend(|call| {
            let (server_before, before) = (cpu_of(server), cpu());
            for _ in 0..*batch {
                times.push(call());
            }
            // Once for all calls: to ask the kernel costs a good part of what the cheapest need.
            used.push((cpu() - before).div_f64(*batch as f64));
            *served += cpu_of(server) - server_before;
        });
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
            cpu: microseconds(self.cpu[self.cpu.len() / 2]),
            server: microseconds(self.server) / calls as f64,
        }
    }
}

/// Processor time used so far by this process and its children that have ended.
pub fn cpu() -> Duration {
    let own = clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).expect("a clock");
    let children = getrusage(UsageWho::RUSAGE_CHILDREN).expect("usage");
    let children = children.user_time() + children.system_time();
    Duration::from(own) + duration(children)
}

/// Processor time used so far by a process of one thread.
pub fn cpu_of(pid: u32) -> Duration {
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
    look(measured, name).expect("a way of that name")
}

/// The same for one that not every release has.
pub fn look<'m>(measured: &'m [Measured], name: &str) -> Option<&'m Measured> {
    measured.iter().find(|way| way.name == name)
}
