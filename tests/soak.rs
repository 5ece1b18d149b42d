//! Very many commands through channels without a session, while everything around them comes and
//! goes: each answer is the right one, nothing grows, nobody sees them, the server lives.
//!
//! `TMUXWIRE_SOAK` is the number of commands for each release; 20,000 unless it says otherwise.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use tmuxwire::{Channel, ChannelOptions, Event, Notification, PaneEvent, PaneId, Server};
use tmuxwire_testkit::{Person, TestServer, releases, wait_until};
use tokio::runtime::Runtime;

const CHANNELS: usize = 4;
const BATCH: usize = 200;
/// What a million commands, and whatever goes on beside them, may add to the memory of either side.
const FLAT: u64 = 8_000_000;

/// What goes on beside the commands, counted.
#[derive(Debug, Default)]
struct Beside {
    stop: AtomicBool,
    sessions: AtomicUsize,
    people: AtomicUsize,
    events: AtomicUsize,
    output: AtomicUsize,
}

impl Beside {
    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn count(counter: &AtomicUsize, by: usize) {
        counter.fetch_add(by, Ordering::Relaxed);
    }
}

#[test]
fn a_soak_leaves_every_server_as_it_was() {
    let wanted = std::env::var("TMUXWIRE_SOAK").ok();
    let wanted: usize = wanted.map_or(20_000, |text| text.parse().expect("a number"));
    for release in releases() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        soak(&TestServer::start(&release), &runtime.expect("a runtime"), wanted);
    }
}

fn soak(server: &TestServer, runtime: &Runtime, wanted: usize) {
    let library = Server::at(server.socket());
    set_hooks(server);
    wait_until("nobody is connected", || server.connections() == 0);
    let fds = descriptors(server);
    let open =
        |options: ChannelOptions| runtime.block_on(library.channel(options)).expect("a channel");
    let channels: Vec<Channel> = (0..CHANNELS).map(|_| open(ChannelOptions::default())).collect();
    assert!(channels.iter().all(|channel| !channel.is_attached()));
    let listening = open(ChannelOptions::default().attach_to("main"));
    let beside = Arc::new(Beside::default());
    let listeners = [
        runtime.spawn(listen(listening.clone(), Arc::clone(&beside))),
        runtime.spawn(read_output(listening.clone(), Arc::clone(&beside))),
    ];
    // Everything has been asked once, and every buffer has its size, after a fifth.
    let started = Instant::now();
    let (before, after) = std::thread::scope(|scope| {
        let _stop = StopAtEnd(&beside);
        scope.spawn(|| sessions_come_and_go(server, &beside));
        scope.spawn(|| people_come_and_go(server, &beside));
        ask(runtime, &channels, 0, wanted / 5);
        let before = sizes(server);
        ask(runtime, &channels, wanted / 5, wanted - wanted / 5);
        (before, sizes(server))
    });
    let took = started.elapsed();
    println!(
        "tmux {}: {wanted} commands in {took:.2?}; memory (ours, the server's) {before:?} -> \
         {after:?}; {beside:?}",
        server.release().version
    );
    assert!(after.0 < before.0 + FLAT, "ours grew");
    assert!(after.1 < before.1 + FLAT, "the server's grew");
    for counter in [&beside.sessions, &beside.people, &beside.events, &beside.output] {
        assert!(counter.load(Ordering::Relaxed) > 0, "{beside:?}");
    }
    // What came has gone, but for the channels; of those one alone is seen.
    let listed = || String::from_utf8_lossy(&server.tmux(["list-clients"]).stdout).lines().count();
    wait_until("all others have gone", || server.connections() == CHANNELS + 1);
    assert_eq!(listed(), 1);
    listening.close();
    for listener in listeners {
        runtime.block_on(listener).expect("no panic");
    }
    wait_until("one has gone", || server.connections() == CHANNELS);
    assert_eq!(listed(), 0);
    assert!(channels.iter().all(|channel| channel.end().is_none()));
    drop(channels);
    wait_until("nobody is connected", || server.connections() == 0);
    wait_until("its descriptors are as before", || descriptors(server) == fds);
    assert!(server.is_alive());
}

/// The rest stops also when something has failed.
struct StopAtEnd<'b>(&'b Beside);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Ordering::Relaxed);
    }
}

/// Asks so many questions on all channels together; each has its own answer.
fn ask(runtime: &Runtime, channels: &[Channel], first: usize, count: usize) {
    let share = count / channels.len();
    let tasks: Vec<_> = channels
        .iter()
        .enumerate()
        .map(|(which, channel)| {
            let channel = channel.clone();
            let first = first + which * share;
            runtime.spawn(async move {
                for start in (first..first + share).step_by(BATCH) {
                    let numbers: Vec<usize> = (start..(start + BATCH).min(first + share)).collect();
                    let questions: Vec<_> = numbers.iter().map(|at| question(which, *at)).collect();
                    let answers = channel.run_all(questions).await;
                    assert_eq!(answers.len(), numbers.len());
                    for (number, answer) in numbers.into_iter().zip(answers) {
                        check(which, number, &answer.expect("an answer"));
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        runtime.block_on(task).expect("its own answers");
    }
}

fn question(which: usize, number: usize) -> Vec<String> {
    let token = format!("{which}-{number}");
    let words: &[&str] = match number % 10 {
        0 => &["kill-session", "-t", &format!("=no-{token}")],
        1 => &["display-message", "-p", &token, ";", "list-sessions", "-F", &token],
        2 => &["set-buffer", "-b", &format!("b{which}"), &token, ";", "list-buffers", "-F", &token],
        3 => &["display-message", "-p", &format!("%%end 1 2 1 {token}")],
        4 => &["display-message", "-p", "-t", "main:", &format!("#{{session_name}} {token}")],
        _ => &["display-message", "-p", &token],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn check(which: usize, number: usize, answer: &tmuxwire::Output) {
    let token = format!("{which}-{number}");
    let (stdout, stderr) = (answer.stdout_text(), answer.stderr_text());
    let right = match number % 10 {
        0 => answer.status == 1 && *stderr == *format!("can't find session: no-{token}\n"),
        1 => stdout.lines().all(|line| line == token) && stdout.lines().count() > 1,
        2 => stdout.lines().all(|line| line == token) && !stdout.is_empty(),
        3 => *stdout == *format!("%end 1 2 1 {token}\n"),
        4 => *stdout == *format!("main {token}\n"),
        _ => *stdout == *format!("{token}\n"),
    };
    assert!(right, "{token}: {answer:?} {stdout} {stderr}");
}

fn set_hooks(server: &TestServer) {
    for option in ["history-limit", "message-limit"] {
        let scope = if option == "message-limit" { "-s" } else { "-g" };
        assert!(server.tmux(["set-option", scope, option, "50"]).status.success());
    }
    for hook in [
        "after-display-message",
        "after-new-session",
        "after-split-window",
        "session-created",
        "session-closed",
        "session-renamed",
        "client-attached",
        "client-detached",
        "client-session-changed",
        "window-linked",
        "window-layout-changed",
    ] {
        let note = "set-option -g @hooked '#{hook}'";
        assert!(server.tmux(["set-hook", "-g", hook, note]).status.success(), "{hook}");
    }
    // A pane of the session that is listened to, which never stops printing.
    let program = "while :; do echo '%begin 1 1 1'; echo text; sleep 0.01; done";
    server.tmux(["respawn-window", "-k", "-t", "main:", program]);
}

fn sessions_come_and_go(server: &TestServer, beside: &Beside) {
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let run = |words: &[&str]| {
        let output = blocking.run(words).expect("an answer");
        assert_eq!(output.status, 0, "{words:?}: {}", output.stderr_text());
    };
    while beside.goes_on() {
        run(&["new-session", "-d", "-s", "passing"]);
        run(&["split-window", "-d", "-t", "passing:"]);
        run(&["new-window", "-d", "-t", "passing:"]);
        run(&["rename-session", "-t", "passing", "%end 1 1 1"]);
        run(&["kill-pane", "-t", "=%end 1 1 1:0.1"]);
        run(&["kill-session", "-t", "=%end 1 1 1"]);
        Beside::count(&beside.sessions, 1);
    }
}

fn people_come_and_go(server: &TestServer, beside: &Beside) {
    while beside.goes_on() {
        let person = Person::attach(server, "main", 60, 20);
        person.detach(server);
        Beside::count(&beside.people, 1);
    }
}

async fn listen(channel: Channel, beside: Arc<Beside>) {
    let mut events = channel.events();
    while let Some(event) = events.next().await {
        match event {
            Event::Notification(Notification::Unknown(line)) => panic!("{line:?}"),
            Event::Notification(_) => Beside::count(&beside.events, 1),
            _ => {}
        }
    }
}

async fn read_output(channel: Channel, beside: Arc<Beside>) {
    let mut output = channel.pane_output(PaneId(0)).await.expect("a stream");
    while let Some(event) = output.next().await {
        if let PaneEvent::Output(bytes) = event {
            Beside::count(&beside.output, bytes.len());
        }
    }
}

fn memory(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a field");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") * 1024
}

fn sizes(server: &TestServer) -> (u64, u64) {
    (memory("self"), memory(&server.pid().to_string()))
}

fn descriptors(server: &TestServer) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.pid())).expect("a process").count()
}
