//! Ways to do the same work, measured in turns.

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::time::{ClockId, clock_gettime};

/// Batches of each way; a batch of every way makes a round.
const ROUNDS: usize = 40;
/// How long a batch is meant to last: long enough that caches are as warm as for somebody who
/// calls often, short enough that a change of the machine's mood hits every way.
const BATCH: Duration = Duration::from_millis(20);
const LARGEST_BATCH: usize = 50;

/// A way to get the work done.
pub struct Way<'a> {
    pub name: &'static str,
    call: Box<dyn FnMut() + 'a>,
    batch: usize,
    times: Vec<Duration>,
    cpu: Duration,
}

/// What was measured of a way.
pub struct Measured {
    pub name: &'static str,
    /// Median of all calls, in microseconds.
    pub median: f64,
    /// 99 of 100 calls took no longer, in microseconds.
    pub p99: f64,
    /// Processor time of this process and its children for one call, in microseconds.
    pub cpu: f64,
}

impl<'a> Way<'a> {
    pub fn new(name: &'static str, call: impl FnMut() + 'a) -> Self {
        Self { name, call: Box::new(call), batch: 1, times: Vec::new(), cpu: Duration::ZERO }
    }

    /// Two calls to warm up; the second tells how many make a batch.
    fn prepare(&mut self) {
        (self.call)();
        let started = Instant::now();
        (self.call)();
        let one = started.elapsed().as_nanos().max(1);
        self.batch = usize::try_from(BATCH.as_nanos() / one).unwrap_or(1).clamp(1, LARGEST_BATCH);
        self.times.reserve(self.batch * ROUNDS);
    }

    fn run_batch(&mut self) {
        let before = cpu();
        for _ in 0..self.batch {
            let started = Instant::now();
            (self.call)();
            self.times.push(started.elapsed());
        }
        self.cpu += cpu() - before;
    }

    fn measured(mut self) -> Measured {
        self.times.sort_unstable();
        let calls = self.times.len();
        let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
        Measured {
            name: self.name,
            median: microseconds(self.times[calls / 2]),
            p99: microseconds(self.times[calls * 99 / 100]),
            cpu: microseconds(self.cpu) / calls as f64,
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

fn duration(time: TimeVal) -> Duration {
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}

/// Measures all ways, interleaved.
pub fn measure(mut ways: Vec<Way<'_>>) -> Vec<Measured> {
    ways.iter_mut().for_each(Way::prepare);
    for _ in 0..ROUNDS {
        ways.iter_mut().for_each(Way::run_batch);
    }
    ways.into_iter().map(Way::measured).collect()
}

/// Prints a table; ratios are to the way called `base`.
pub fn print(title: &str, measured: &[Measured], base: &str) {
    let base_median = find(measured, base).median;
    println!("\n{title}");
    println!(
        "{:30} {:>10} {:>10} {:>10}   times as fast as {base}",
        "", "median us", "p99 us", "CPU us"
    );
    for way in measured {
        let Measured { name, median, p99, cpu } = way;
        println!("{name:30} {median:10.1} {p99:10.1} {cpu:10.1}   {:8.2}", base_median / median);
    }
}

/// A way's figures by its name.
pub fn find<'m>(measured: &'m [Measured], name: &str) -> &'m Measured {
    measured.iter().find(|way| way.name == name).expect("a way of that name")
}
