//! A channel that nobody uses doesn't hold its server up: it sleeps until the server tells, and not by the
//! clock. What it asks of the clock is counted, as strace sees it, so that no busy machine counts.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use tmuxwire::ChannelOptions;
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// Names a worker's task in its environment: which driver, whether it attaches and whether it is used
/// before, and the server's socket.
const TASK: &str = "TMUXWIRE_IDLE";
/// Looked at, in vain, before and after what is counted.
const MARK: &str = "/tmuxwire/mark";

/// Most that an idle channel may sleep by the clock while its server goes: a few times as long as it leaves
/// the lines to a caller who may come back at once, and far less than the second for which it leaves a server
/// alone that is ending.
const SLEEPS: Duration = Duration::from_millis(100);

/// How a server is made to go.
const WAYS: [&[&[&str]]; 2] = [
    &[&["kill-server"]],
    // The last session's end, long after the last command.
    &[
        &["new-session", "-d"],
        &["kill-session", "-a", "-t", "main"],
        &["kill-session", "-t", "main"],
    ],
];
/// The same right behind a command.
const BEHIND: &[&[&str]] = &[&["kill-session", "-t", "main"]];

fn mark() {
    assert!(std::fs::metadata(MARK).is_err());
}

/// A channel that is idle until its server has gone. It says that it is open, and how it has ended, in files
/// beside the socket.
fn be_idle(task: &str) {
    let [driver, attach, used, socket] = task.split(' ').collect::<Vec<_>>()[..] else {
        unreachable!("{task}");
    };
    // Nothing is held up here, so that it needn't be looked for.
    let options = ChannelOptions::default().held_up_after(Duration::from_secs(3600));
    let options = if attach == "attach" { options.attach() } else { options };
    let say = |what: &str, text: &str| {
        std::fs::write(Path::new(socket).with_extension(what), text).expect("room");
    };
    let end = match driver {
        "blocking" => {
            let server = tmuxwire::blocking::Server::at(socket);
            let channel = server.channel(options).expect("a channel");
            if used == "used" {
                channel.run(["list-sessions"]).expect("an answer");
            }
            mark();
            say("open", "");
            std::io::stdin().read_to_end(&mut Vec::new()).expect("the server has gone");
            mark();
            wait_until("the channel has ended", || channel.end().is_some());
            channel.end()
        }
        _ => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let channel = tmuxwire::Server::at(socket).channel(options).await;
                let channel = channel.expect("a channel");
                if used == "used" {
                    channel.run(["list-sessions"]).await.expect("an answer");
                }
                mark();
                say("open", "");
                let end = channel.ended().await;
                mark();
                Some(end)
            })
        }
    };
    say("end", &format!("{:?}", end.expect("an end")));
}

/// A process with an idle channel, under strace.
fn idle(task: &str, trace: &Path) -> Child {
    Process::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(trace)
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "an_idle_channel_lets_its_server_go", "--test-threads=1"])
        .env(TASK, task)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("strace runs; install it, on Debian with: apt-get install strace")
}

/// Lets a server with an idle channel go; answers how that ended, and for how long it slept by the clock.
fn let_go(server: &TestServer, task: &str, way: &[&[&str]]) -> (String, Duration) {
    let trace = server.home().join("trace");
    let mut worker = idle(&format!("{task} {}", server.socket().display()), &trace);
    let file = |what: &str| server.socket().with_extension(what);
    wait_until("the channel is open", || file("open").exists());
    for words in way {
        assert!(server.tmux(*words).status.success(), "{words:?}");
    }
    wait_until("the server is gone", || !server.is_alive());
    drop(worker.stdin.take());
    assert!(worker.wait().expect("a worker").success(), "{task}");
    let trace = std::fs::read_to_string(trace).expect("a trace");
    let between = trace.split(MARK).nth(1).expect("two marks");
    (std::fs::read_to_string(file("end")).expect("an end"), slept(between))
}

/// The waits that ran out, each for as long as it was to be.
fn slept(trace: &str) -> Duration {
    let mut begun = HashMap::new();
    let mut sum = Duration::ZERO;
    for line in trace.lines().skip(1) {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(begin) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, begin);
            continue;
        }
        let whole = match call.split_once(" resumed>") {
            Some((_, rest)) => begun.remove(thread).unwrap_or_default().to_owned() + rest,
            None => call.to_owned(),
        };
        sum = sum.saturating_add(ran_out(&whole));
    }
    sum
}

/// How long a call was to wait, if it did until its time was up.
fn ran_out(call: &str) -> Duration {
    let (name, rest) = call.split_once('(').unwrap_or_default();
    let (arguments, result) = rest.rsplit_once(" = ").unwrap_or_default();
    let last = arguments.trim_end().trim_end_matches(')').rsplit(", ").next().unwrap_or_default();
    match name {
        "poll" | "epoll_wait" if result.starts_with('0') => {
            Duration::from_millis(last.trim().parse().unwrap_or_else(|_| unreachable!("{call}")))
        }
        // None of these is called for a time at all.
        "ppoll" | "epoll_pwait" | "epoll_pwait2" if result.starts_with('0') => Duration::MAX,
        "futex" if result.contains("ETIMEDOUT") => Duration::MAX,
        "nanosleep" | "clock_nanosleep" => Duration::MAX,
        _ => Duration::ZERO,
    }
}

#[test]
fn any_number_of_waits_is_told() {
    let trace = "1 mark\n1 nanosleep({tv_sec=0, tv_nsec=1000}, NULL) = 0\n";
    assert_eq!(slept(trace), Duration::MAX);
    assert_eq!(slept(&trace.repeat(3)), Duration::MAX);
    assert_eq!(slept("1 mark\n1 poll([], 0, 20) = 0 (Timeout)\n"), Duration::from_millis(20));
}

#[test]
fn an_idle_channel_lets_its_server_go() {
    if let Ok(task) = std::env::var(TASK) {
        return be_idle(&task);
    }
    for release in releases() {
        for driver in ["blocking", "async"] {
            for attach in ["alone", "attach"] {
                let unused = WAYS.map(|way| ("unused", way));
                for (used, way) in unused.into_iter().chain([("used", BEHIND)]) {
                    let server = TestServer::start(&release);
                    let task = format!("{driver} {attach} {used}");
                    let (end, slept) = let_go(&server, &task, way);
                    let said =
                        format!("tmux {}, {task}, {way:?}: {end}, {slept:?}", release.version);
                    println!("{said}");
                    let ends: &[&str] = match way.len() {
                        1 if used == "unused" => &["ServerGone"],
                        _ => &["ServerGone", "SessionGone"],
                    };
                    assert!(ends.contains(&end.as_str()), "{said}");
                    assert!(slept <= SLEEPS, "{said}");
                }
            }
        }
    }
}
