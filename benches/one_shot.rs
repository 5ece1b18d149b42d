//! One small command, every way: `cargo bench --bench one_shot`.
//!
//! Every way gets a batch of calls in every round; medians of the calls are printed, once with this
//! process and the server on one core and once on two. The command line is measured as a whole process; a static build is taken from
//! `target/x86_64-unknown-linux-musl/release/tmuxwire` if there is one.
#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use tmuxwire::{Command, Environment};
use tmuxwire_testkit::{TestServer, releases};

const ROUNDS: usize = 60;
/// Calls in a batch: caches are as warm as for somebody who calls often.
const BATCH: usize = 20;
const WORDS: [&str; 3] = ["display-message", "-p", "#{session_name}"];

/// A way to get the answer, and how long each call took.
struct Way<'a> {
    name: &'static str,
    call: Box<dyn FnMut() + 'a>,
    times: Vec<Duration>,
}

impl<'a> Way<'a> {
    fn new(name: &'static str, call: impl FnMut() + 'a) -> Self {
        Self { name, call: Box::new(call), times: Vec::with_capacity(ROUNDS * BATCH) }
    }

    fn median(&mut self) -> f64 {
        self.times.sort_unstable();
        self.times[self.times.len() / 2].as_secs_f64() * 1e6
    }
}

fn pin(pid: Pid, cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu).expect("a processor");
    sched_setaffinity(pid, &set).expect("pinned");
}

fn quiet(mut process: Process) {
    let output = process.stdin(Stdio::null()).output().expect("runs");
    assert_eq!(black_box(output).stdout, b"main\n");
}

/// The least that two processes can do: a byte there and back over a socket.
fn echo(cpu: usize) -> impl FnMut() {
    let (mut ours, mut theirs) = UnixStream::pair().expect("a pair");
    std::thread::spawn(move || {
        pin(Pid::from_raw(0), cpu);
        let mut byte = [0];
        while theirs.read_exact(&mut byte).is_ok() && theirs.write_all(&byte).is_ok() {}
    });
    move || {
        let mut byte = [1];
        ours.write_all(&byte).expect("sent");
        ours.read_exact(&mut byte).expect("answered");
    }
}

fn static_build() -> Option<PathBuf> {
    let path = "target/x86_64-unknown-linux-musl/release/tmuxwire";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    path.is_file().then_some(path)
}

fn compare(server: &TestServer, server_cpu: usize, title: &str) {
    pin(Pid::from_raw(server.pid().cast_signed()), server_cpu);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let short = || Command::new(WORDS).environment(Environment::PaneOnly);
    let program = |path: &Path| {
        let mut process = server.program(path);
        process.args(WORDS);
        quiet(process);
    };
    let tmux = server.release().path.clone();
    let mut ways = vec![
        Way::new("AF_UNIX echo, the floor", echo(server_cpu)),
        Way::new("blocking, TMUX_PANE only", || drop(blocking.run(short()).expect("an answer"))),
        Way::new("blocking, whole environment", || drop(blocking.run(WORDS).expect("an answer"))),
        Way::new("async, TMUX_PANE only", || {
            drop(runtime.block_on(library.run(short())).expect("an answer"));
        }),
        Way::new("tmuxwire, dynamic", || program(Path::new(env!("CARGO_BIN_EXE_tmuxwire")))),
        Way::new("tmux", || program(&tmux)),
    ];
    if let Some(path) = static_build() {
        ways.insert(4, Way::new("tmuxwire, static musl", move || program(&path)));
    }
    for _ in 0..ROUNDS {
        for way in &mut ways {
            for _ in 0..BATCH {
                let started = Instant::now();
                (way.call)();
                way.times.push(started.elapsed());
            }
        }
    }
    let tmux = ways.last_mut().expect("tmux").median();
    println!(
        "
tmux {}, {title}: median of {}",
        server.release().version,
        ROUNDS * BATCH
    );
    for way in &mut ways {
        let median = way.median();
        println!("{:28} {median:9.1} us   {:6.1} x faster than tmux", way.name, tmux / median);
    }
}

fn main() {
    // With --test, as `cargo test --benches` runs it, there is nothing to measure.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    for release in releases().into_iter().filter(|release| {
        // A shell script in front of tmux would count against it.
        std::fs::read(&release.path).is_ok_and(|program| !program.starts_with(b"#!"))
    }) {
        let server = TestServer::start(&release);
        pin(Pid::from_raw(0), 0);
        compare(&server, 0, "both on one core");
        compare(&server, 1, "on two cores");
    }
}
