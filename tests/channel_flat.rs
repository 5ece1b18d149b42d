//! What must not grow: memory while listeners don't read and panes print, descriptors while
//! channels open and close. One test, in a process of its own, because it counts the process's own
//! things.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;

use tmuxwire::{
    Channel, ChannelOptions, Event, OutputOptions, PaneEvent, PaneId, PaneOutput, Server,
};
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// What all that may add to our memory: the rooms of two listeners, and buffers.
const FLAT: u64 = 12_000_000;
const OPENINGS: usize = 10_000;
/// Lines that a pane prints: some 16 MB, as fast as the server takes them.
const NUMBERS: u32 = 2_000_000;

fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel's word");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a field");
    line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") * 1024
}

fn descriptors(process: &str) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).expect("a process").count()
}

#[test]
fn listeners_that_never_read_and_thousands_of_openings_cost_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let releases = releases();
    for release in &releases {
        let server = TestServer::start(release);
        let openings = OPENINGS / releases.len();
        runtime.block_on(async {
            events_flood(&server).await;
            output_floods(&server).await;
            open_and_close(&server, openings).await;
        });
        assert!(server.is_alive());
    }
}

async fn attached(server: &TestServer) -> Channel {
    let options = ChannelOptions::default().attach_to("main");
    Server::at(server.socket()).channel(options).await.expect("a channel")
}

/// 100,000 events that nobody reads.
async fn events_flood(server: &TestServer) {
    let channel = attached(server).await;
    let mut deaf = channel.events();
    let mut grown = 0;
    for round in 0..100 {
        let names: Vec<_> = (0..1000).map(|at| ["renamew", "-t", "%0", NAMES[at % 2]]).collect();
        for answer in channel.run_all(names).await {
            assert_eq!(answer.expect("an answer").status, 0);
        }
        if round == 10 {
            grown = memory();
        }
    }
    assert!(memory() < grown + FLAT, "{grown} -> {}", memory());
    assert!(matches!(deaf.next().await, Some(Event::Lagged(90_000..))));
}

const NAMES: [&str; 2] = ["one", "another"];

/// A pane that prints as fast as it can for a while: a listener that reads gets all of it in order,
/// one that doesn't costs no more than its room.
async fn output_floods(server: &TestServer) {
    let program = format!("stty -echo; read x; seq {NUMBERS}; echo done; exec cat");
    server.tmux(["respawn-window", "-k", "-t", "main:", &program]);
    let channel = attached(server).await;
    let options = OutputOptions::default();
    let _deaf = channel.pane_output(PaneId(0)).await.expect("a stream");
    let mut output =
        channel.pane_output_with(PaneId(0), options.room(usize::MAX)).await.expect("a stream");
    let Some(PaneEvent::Screen(_)) = output.next().await else { panic!("no screen") };
    let before = memory();
    channel.run(["send-keys", "-t", "%0", "Enter"]).await.expect("sent");
    let most = numbers(&mut output).await;
    println!("tmux {}: {before} -> {most} at most", server.release().version);
    assert!(most < before + FLAT, "{before} -> {most}");
}

/// Reads the numbers, one on a line; answers how much memory we had at most.
async fn numbers(output: &mut PaneOutput) -> u64 {
    let (mut next, mut line, mut most) = (1, Vec::new(), 0);
    loop {
        let Some(PaneEvent::Output(bytes)) = output.next().await else { panic!("an end") };
        for byte in bytes {
            match byte {
                b'\r' => {}
                b'\n' if next > NUMBERS => {
                    assert_eq!(line, b"done");
                    return most;
                }
                b'\n' if line.is_empty() && next == 1 => {}
                b'\n' => {
                    assert_eq!(line, next.to_string().into_bytes());
                    line.clear();
                    next += 1;
                    if next % 100_000 == 0 {
                        most = most.max(memory());
                    }
                }
                byte => line.push(byte),
            }
        }
    }
}

async fn open_and_close(server: &TestServer, openings: usize) {
    let library = Server::at(server.socket());
    let theirs = server.pid().to_string();
    let counts = || (descriptors("self"), descriptors(&theirs));
    let open = async |count: usize| {
        for number in 0..count {
            let options = match number % 4 {
                0 => ChannelOptions::default().attach_to("main"),
                _ => ChannelOptions::default(),
            };
            let channel = library.channel(options).await.expect("a channel");
            if number % 2 == 0 {
                channel.run(["list-sessions"]).await.expect("an answer");
            }
            channel.close();
            channel.ended().await;
        }
        wait_until("nobody is connected", || server.connections() == 0);
    };
    open(20).await;
    let (before, bytes) = (counts(), memory());
    open(openings).await;
    wait_until("all descriptors are closed", || counts() == before);
    assert!(memory() < bytes + FLAT, "{bytes} -> {}", memory());
}
