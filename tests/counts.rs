//! What a call costs, counted: system calls as strace sees them, and allocations.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command as Process, Stdio};

use bytes::Bytes;
use tmuxwire::{ChannelOptions, Command, Environment};
use tmuxwire_protocol::{ServerMessage, Stream};
use tmuxwire_testkit::{FakeServer, Peer, TestServer, releases, system, wait_for_exit};

/// Names a worker's task in its environment: which driver, which words, which socket.
const TASK: &str = "TMUXWIRE_COUNTED";
/// Looked at, in vain, before and after what is counted.
const MARK: &str = "/tmuxwire/mark";

/// The allocator's system calls, and a check that unoptimised builds make before they close.
const NOT_COUNTED: [&str; 6] = ["brk", "mmap", "munmap", "mremap", "madvise", "fcntl"];

/// The second call counts: the first one packs the identity.
fn call_twice(driver: &str, socket: &Path, words: &[&str]) {
    match driver {
        "blocking" => {
            let server = tmuxwire::blocking::Server::at(socket);
            server.run(words).expect("an answer");
            mark();
            server.run(words).expect("an answer");
            mark();
        }
        "blocking channel" => {
            let server = tmuxwire::blocking::Server::at(socket);
            let channel = server.channel(ChannelOptions::default()).expect("a channel");
            channel.run(words).expect("an answer");
            mark();
            channel.run(words).expect("an answer");
            mark();
        }
        "async" => {
            let server = tmuxwire::Server::at(socket);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                server.run(words).await.expect("an answer");
                mark();
                server.run(words).await.expect("an answer");
                mark();
            });
        }
        "async channel" => {
            let server = tmuxwire::Server::at(socket);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let channel = server.channel(ChannelOptions::default()).await.expect("a channel");
                channel.run(words).await.expect("an answer");
                mark();
                channel.run(words).await.expect("an answer");
                mark();
            });
        }
        "blocking, server killed" => {
            let server = tmuxwire::blocking::Server::at(socket);
            let channel = server.channel(ChannelOptions::default()).expect("a channel");
            channel.run(words).expect("an answer");
            kill(channel.info());
            (0..3).for_each(|_| drop(channel.run(words).expect_err("no server")));
        }
        "async, server killed" => {
            let server = tmuxwire::Server::at(socket);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let channel = server.channel(ChannelOptions::default()).await.expect("a channel");
                channel.run(words).await.expect("an answer");
                kill(channel.info());
                for _ in 0..3 {
                    channel.run(words).await.expect_err("no server");
                }
            });
        }
        "pipe" => {
            let (reader, mut writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            std::io::Write::write_all(&mut writer, b"x").expect_err("nobody reads");
        }
        _ => unreachable!("{driver}"),
    }
}

/// Kills a channel's server. Whoever writes next, writes to nobody.
fn kill(server: Option<tmuxwire::ServerInfo>) {
    let pid = server.expect("a server").pid;
    let process = nix::unistd::Pid::from_raw(pid);
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGKILL).expect("a server");
    wait_for_exit(pid.cast_unsigned());
}

fn mark() {
    assert!(std::fs::metadata(MARK).is_err());
}

/// Makes the calls of a task, under strace; without a task, those of both drivers.
#[test]
fn both_drivers_answer_twice() {
    if let Ok(task) = std::env::var(TASK) {
        let parts: Vec<&str> = task.split('\n').collect();
        let [driver, socket, words @ ..] = parts.as_slice() else { panic!("{task}") };
        return call_twice(driver, Path::new(socket), words);
    }
    for driver in ["blocking", "async"] {
        let fake = FakeServer::new();
        let serving = fake.serve([prints, prints]);
        call_twice(driver, &fake.socket(), &["list-sessions"]);
        serving.join().expect("asked twice");
    }
}

/// The system calls between the marks, by name.
fn system_calls(driver: &str, socket: &Path, words: &[&str]) -> Vec<String> {
    let (lines, _) = traced(driver, socket, words);
    let names = lines.iter().filter_map(|line| name(line));
    names.filter(|name| !NOT_COUNTED.contains(name)).map(str::to_owned).collect()
}

/// The name of a system call; none of a line that goes on with one.
fn name(line: &str) -> Option<&str> {
    Some(line.split_whitespace().next()?.split_once('(')?.0)
}

/// All that strace sees of a task.
fn trace(driver: &str, socket: &Path, words: &[&str]) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let trace = directory.path().join("trace");
    let socket = socket.to_str().expect("a printable path");
    let task = [&[driver, socket], words].concat().join("\n");
    let status = Process::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "both_drivers_answer_twice", "--test-threads=1"])
        .env(TASK, task)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("strace runs; install it, on Debian with: apt-get install strace");
    assert!(status.success(), "{driver} {words:?}");
    std::fs::read_to_string(trace).expect("a trace")
}

/// The system calls between the marks, and those of other threads.
fn traced(driver: &str, socket: &Path, words: &[&str]) -> (Vec<String>, Vec<String>) {
    let trace = trace(driver, socket, words);
    let between = trace.split(MARK).nth(1).expect("two marks");
    // Who waits for room to write is woken each time that the server reads.
    assert!(!between.contains("EPOLLOUT"), "{driver} {words:?}: {between}");
    // The first line is the rest of the mark's, the last one the begin of the other mark's. What
    // other threads do is no part of the call.
    let lines = between.lines().skip(1).filter_map(|line| line.split_once(' '));
    let mut lines: Vec<(&str, &str)> = lines.collect();
    let caller = lines.pop().map(|(thread, _)| thread);
    let (ours, others): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|(thread, _)| Some(*thread) == caller);
    let calls = |lines: Vec<(&str, &str)>| {
        lines.into_iter().map(|(_, call)| call.trim_start().to_owned()).collect()
    };
    (calls(ours), calls(others))
}

fn write(text: &'static str) -> ServerMessage {
    ServerMessage::Write { stream: Stream(1), data: Bytes::from_static(text.as_bytes()) }
}

const OPEN: ServerMessage =
    ServerMessage::WriteOpen { stream: Stream(1), fd: 1, flags: 0, path: None };

/// Prints all in one piece.
fn prints(mut peer: Peer) {
    peer.command();
    let exit = ServerMessage::Exit(tmuxwire_protocol::Exit::default());
    peer.say_together(&[OPEN, write("text\n"), exit]);
    peer.rest();
}

/// Waits for the answer to its open before it prints.
fn asks_first(mut peer: Peer) {
    peer.command();
    peer.say(&OPEN);
    peer.hear().expect("harmless").expect("an answer");
    let exit = ServerMessage::Exit(tmuxwire_protocol::Exit::default());
    peer.say_together(&[write("text\n"), exit]);
    peer.rest();
}

fn says_nothing(mut peer: Peer) {
    peer.command();
    peer.exit(0);
    peer.rest();
}

fn assert_calls(driver: &str, words: &[&str], serve: fn(Peer), expected: &str) {
    let fake = FakeServer::new();
    let serving = fake.serve([serve, serve]);
    let calls = system_calls(driver, &fake.socket(), words).join(" ");
    serving.join().expect("the fake server saw nothing wrong");
    assert_eq!(calls, expected, "{driver} {words:?}");
}

/// One connect, one send for identity and command, no descriptor passed (that takes `sendmsg`), no
/// thread and no process (`clone`, `execve`), and as many reads as the server writes.
#[test]
fn a_call_makes_these_system_calls_and_no_others() {
    let list = ["list-sessions"];
    let rename = ["rename-session", "new"];
    assert_calls("blocking", &rename, says_nothing, "socket connect sendto poll recvfrom close");
    assert_calls("blocking", &list, prints, "socket connect sendto sendto poll recvfrom close");
    assert_calls(
        "blocking",
        &rename,
        asks_first,
        "socket connect sendto poll recvfrom sendto poll recvfrom close",
    );
    assert_calls(
        "async",
        &rename,
        says_nothing,
        "socket connect epoll_ctl sendto epoll_wait recvfrom epoll_ctl close",
    );
    assert_calls(
        "async",
        &list,
        prints,
        "socket connect epoll_ctl sendto sendto epoll_wait recvfrom epoll_ctl close",
    );
    assert_calls(
        "async",
        &rename,
        asks_first,
        "socket connect epoll_ctl sendto epoll_wait recvfrom sendto epoll_wait recvfrom epoll_ctl \
         close",
    );
}

/// The same on a real server, which may open its output before our early answer has arrived.
#[test]
fn a_real_server_is_read_twice_at_most() {
    let server = TestServer::start(&system());
    for driver in ["blocking", "async"] {
        let calls = system_calls(driver, &server.socket(), &["list-sessions"]);
        let count = |name: &str| calls.iter().filter(|call| *call == name).count();
        assert_eq!((count("connect"), count("close")), (1, 1), "{calls:?}");
        assert!((2..=3).contains(&count("sendto")), "{calls:?}");
        assert!((1..=2).contains(&count("recvfrom")), "{calls:?}");
    }
}

/// What a sleeping thread's word is, other than that of a lock that is taken.
const ASLEEP: &str = "4294967295";

/// One write and one read for a command on a channel, whatever the thread behind it does. The caller
/// sleeps for no other thread; where that one has just looked at the same moment, the lock is waited for.
#[test]
fn a_command_on_a_channel_is_written_and_read() {
    for release in releases().into_iter().filter(|release| release.is_at_least(3, 2)) {
        let server = TestServer::start(&release);
        server.rest(&[]);
        let words = ["display-message", "-p", "text"];
        let (ours, others) = traced("blocking channel", &server.socket(), &words);
        let said = format!("tmux {}: {ours:#?}, beside it {others:#?}", release.version);
        let is_lock = |call: &&String| call.starts_with("futex") || call.contains("futex resumed");
        let (locks, calls): (Vec<_>, Vec<_>) = ours.iter().partition(is_lock);
        let names = calls.iter().filter_map(|call| name(call));
        let names: Vec<_> = names.filter(|name| !NOT_COUNTED.contains(name)).collect();
        assert_eq!(names, ["sendto", "read"], "{said}");
        assert!(locks.is_empty() || !others.is_empty(), "{said}");
        assert!(!locks.iter().any(|call| call.contains(ASLEEP)), "{said}");
    }
}

/// On a channel: one write, to a socket and so without SIGPIPE, one wait, one read.
#[test]
fn a_call_on_a_channel_makes_three_system_calls() {
    for release in releases().iter().filter(|release| release.is_at_least(3, 2)) {
        let server = TestServer::start(release);
        let calls = system_calls("async channel", &server.socket(), &["list-sessions"]);
        assert_eq!(calls.join(" "), "sendto epoll_wait read", "{}", release.version);
    }
}

/// A program for which SIGPIPE means its end lives on when the server under its channel dies: nothing
/// that it writes gives the signal. What is ignored, as in this test, is traced all the same.
#[test]
fn no_dead_server_gives_a_signal() {
    let socket = Path::new("none");
    assert!(trace("pipe", socket, &[]).contains("--- SIGPIPE"));
    for release in releases() {
        for driver in ["async, server killed", "blocking, server killed"] {
            let server = TestServer::start(&release);
            let words = ["display-message", "-p", "text"];
            let trace = trace(driver, &server.socket(), &words);
            assert!(!trace.contains("--- SIGPIPE"), "tmux {}, {driver}", release.version);
            // Elsewhere a thread may notice first, or the line waits to be relayed.
            let is_sure = driver.starts_with("async") && release.is_at_least(3, 2);
            let tried = trace.contains("EPIPE (") || !is_sure;
            assert!(tried, "tmux {}, {driver}: nothing was written", release.version);
        }
    }
}

/// Whole processes: no thread, no other process, one write for all output.
#[test]
fn the_command_line_does_it_alone() {
    let fake = FakeServer::new();
    let serving = fake.serve([prints]);
    let directory = tempfile::tempdir().expect("a directory");
    let trace = directory.path().join("trace");
    let output = Process::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args([env!("CARGO_BIN_EXE_tmuxwire"), "-S"])
        .arg(fake.socket())
        .arg("list-sessions")
        .output()
        .expect("strace runs");
    serving.join().expect("the fake server saw nothing wrong");
    assert!(output.status.success(), "{output:?}");
    let trace = std::fs::read_to_string(trace).expect("a trace");
    let count = |name: &str| {
        let calls = trace.lines().filter_map(|line| line.split_whitespace().nth(1));
        calls.filter(|call| call.starts_with(name)).count()
    };
    for name in ["clone", "fork(", "vfork(", "sendmsg("] {
        assert_eq!(count(name), 0, "{trace}");
    }
    for (name, times) in
        [("execve(", 1), ("prctl(", 1), ("connect(", 1), ("sendto(", 2), ("write(", 1)]
    {
        assert_eq!(count(name), times, "{name}: {trace}");
    }
}

/// Callers hold these in futures of their own, and each layer may hold them more than once.
#[test]
fn what_is_awaited_is_small() {
    use std::mem::size_of_val;
    let fake = FakeServer::new();
    let server = tmuxwire::Server::at(fake.socket());
    let sizes = [
        size_of_val(&server.run(["list-sessions"])),
        size_of_val(&server.channel(ChannelOptions::default())),
        size_of_val(&server.info()),
    ];
    println!("{sizes:?}");
    assert!(sizes.iter().all(|size| *size < 8192), "{sizes:?}");
}

/// Allocations of a call on a channel.
#[test]
fn a_call_on_a_channel_allocates_this_often() {
    let server = TestServer::start(&system());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let client = tmuxwire::Server::at(server.socket());
    let channel = runtime.block_on(client.channel(ChannelOptions::default())).expect("a channel");
    let command = Command::new(["display-message", "-p", "#{session_name}"]);
    let call = || {
        let info = allocation_counter::measure(|| {
            let answer = runtime.block_on(channel.run(command.clone()));
            assert!(answer.expect("an answer").is_success());
        });
        info.count_total
    };
    let mut seen: Vec<u64> = (0..100).map(|_| call()).collect();
    seen.sort_unstable();
    println!("{seen:?}");
    // Now and then a buffer is full and another one is made.
    assert!(seen[50] == 7 && seen[99] <= 14, "{seen:?}");
}

/// Who waits for the end beside something else, again and again, leaves nothing behind.
#[test]
fn waiting_for_the_end_in_a_loop_takes_no_more_each_time() {
    let server = TestServer::start(&system());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let client = tmuxwire::Server::at(server.socket());
    let channel = runtime.block_on(client.channel(ChannelOptions::default())).expect("a channel");
    let taken = allocation_counter::measure(|| {
        runtime.block_on(async {
            for _ in 0..10_000 {
                tokio::select! {
                    biased;
                    end = channel.ended() => panic!("{end:?}"),
                    () = std::future::ready(()) => {}
                }
            }
        });
    });
    // Less than one byte each; the list has its first room.
    assert!(taken.bytes_current < 4096, "{taken:?}");
}

/// Allocations of a whole call, in a state where nothing is new.
#[test]
fn a_call_allocates_this_often() {
    let server = TestServer::start(&system());
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    // Without the environment, whose size is the caller's.
    let command = Command::new(["display-message", "-p", "#{session_name}"])
        .environment(Environment::PaneOnly);
    let allocations = |command: Command| {
        let info = allocation_counter::measure(|| {
            assert!(blocking.run(command).expect("an answer").is_success());
        });
        (info.count_total, info.bytes_max)
    };
    // The first call packs the identity.
    allocations(command.clone());
    let mut seen: Vec<(u64, u64)> = (0..20).map(|_| allocations(command.clone())).collect();
    seen.sort_unstable();
    println!("{seen:?}");
    let most = seen.last().expect("some");
    assert!(most.0 <= 17 && most.1 <= 10_000, "{most:?}");
}
