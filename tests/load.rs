//! Many commands: a hundred thousand in a row, a thousand at once, and servers that die among
//! them. One test, in a process of its own, because it counts the process's own things.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tmuxwire::{Command, Delivery, Environment, ErrorKind};
use tmuxwire_testkit::{TestServer, system, wait_until};

const IN_A_ROW: usize = 100_000;
const AT_ONCE: usize = 1_000;
/// What all that may add to the memory of either side.
const FLAT: u64 = 3_000_000;

fn memory(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a field");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") * 1024
}

fn count(process: &str, what: &str) -> usize {
    fs::read_dir(format!("/proc/{process}/{what}")).expect("a process").count()
}

fn question() -> Command {
    let words = ["display-message", "-p", "#{session_name}"];
    Command::new(words).environment(Environment::PaneOnly)
}

#[test]
fn a_hundred_thousand_in_a_row_a_thousand_at_once_and_deaths_among_them() {
    let limits = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE);
    let (_, most) = limits.expect("limits");
    nix::sys::resource::setrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE, most, most)
        .expect("as many descriptors as we may have");
    let mut server = TestServer::start(&system());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    in_a_row(&server, &runtime);
    at_once(&server, &runtime);
    deaths(&mut server, &runtime);
}

fn in_a_row(server: &TestServer, runtime: &tokio::runtime::Runtime) {
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let half = |rounds: usize| {
        for _ in 0..rounds {
            let output = blocking.run(question()).expect("an answer");
            assert_eq!(output.stdout.as_ref(), b"main\n");
        }
        runtime.block_on(async {
            for _ in 0..rounds {
                let output = library.run(question()).await.expect("an answer");
                assert_eq!(output.stdout.as_ref(), b"main\n");
            }
        });
    };
    half(500);
    wait_until("nobody is connected", || server.connections() == 0);
    let theirs = server.pid().to_string();
    let sizes = || (memory("self"), memory(&theirs));
    let counts = || (count("self", "fd"), count("self", "task"), count(&theirs, "fd"));
    let (memory_before, counts_before) = (sizes(), counts());
    half(IN_A_ROW / 2);
    wait_until("nobody is connected", || server.connections() == 0);
    let memory_after = sizes();
    println!("{IN_A_ROW} in a row: memory {memory_before:?} -> {memory_after:?}");
    assert_eq!(counts(), counts_before, "descriptors, threads, the server's descriptors");
    assert!(memory_after.0 < memory_before.0 + FLAT, "ours grew");
    assert!(memory_after.1 < memory_before.1 + FLAT, "the server's grew");
    assert!(server.is_alive());
}

fn at_once(server: &TestServer, runtime: &tokio::runtime::Runtime) {
    let library = tmuxwire::Server::at(server.socket());
    let fds = count("self", "fd");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|at| {
                let library = library.clone();
                tokio::spawn(async move {
                    let text = format!("answer {at}");
                    let output = library.run(["display-message", "-p", &text]).await;
                    assert_eq!(output.expect("an answer").stdout_text(), text + "\n");
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("its own answer");
        }
    });
    wait_until("nobody is connected", || server.connections() == 0);
    assert_eq!(count("self", "fd"), fds);
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    std::thread::scope(|scope| {
        for at in 0..200 {
            let blocking = &blocking;
            scope.spawn(move || {
                let text = format!("answer {at}");
                let output = blocking.run(["display-message", "-p", &text]).expect("an answer");
                assert_eq!(output.stdout_text(), text + "\n");
            });
        }
    });
    assert_eq!(count("self", "fd"), fds);
}

/// Kills the server at another moment of a command each time. Every call ends in one of the ways
/// that a dying server leaves, and says whether the command may have run.
fn deaths(server: &mut TestServer, runtime: &tokio::runtime::Runtime) {
    let fds = count("self", "fd");
    let (answered, lost, none) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    for round in 0..40u64 {
        let library = tmuxwire::Server::at(server.socket());
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let library = library.clone();
                let limit = Duration::from_secs(60);
                runtime.spawn(async move { library.run(question().deadline(limit)).await })
            })
            .collect();
        std::thread::sleep(Duration::from_micros(round * 60));
        server.kill();
        for call in calls {
            let counter = match runtime.block_on(call).expect("no panic") {
                Ok(output) => {
                    assert!(output.is_success());
                    &answered
                }
                Err(error) => match (error.kind(), error.delivery()) {
                    (ErrorKind::LostServer, Delivery::MayHaveRun) => &lost,
                    (ErrorKind::LostServer | ErrorKind::NoServer { .. }, Delivery::NotSent) => {
                        &none
                    }
                    other => unreachable!("{other:?}"),
                },
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
        server.restart();
    }
    println!("of 800 calls {answered:?} were answered, {lost:?} lost, {none:?} found no server");
    assert_eq!(count("self", "fd"), fds);
}
