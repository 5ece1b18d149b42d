//! What being attached costs, counted: system calls as strace sees them.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use tmuxwire_testkit::{Terminal, TestServer, Tmux, releases, wait_until};

/// How what is said begins, as strace shows it.
const READY: &str = r#""\317\0"#;
const RESIZE: &str = r#""\320\0"#;
const DETACH: &str = r#""\311\0"#;
const EXITING: &str = r#""\315\0"#;
/// Lines of 64 bytes that the pane prints: 1 MB.
const LINES: usize = 16_384;
/// What talks to the server, or waits.
const TALK: [&str; 9] =
    ["socket", "connect", "sendto", "sendmsg", "poll", "recvfrom", "recvmsg", "clone", "execve"];

/// The system calls of a client that attaches, is attached while the pane prints, and is detached
/// by key.
fn trace(release: &Tmux) -> Vec<String> {
    let server = TestServer::start(release);
    let home = server.home();
    let text = [&"x".repeat(63), "\n"].concat().repeat(LINES);
    std::fs::write(home.join("text"), text).expect("a file");
    let (socket, trace) = (server.socket(), home.join("trace"));
    let path = |path: &Path| path.to_str().expect("a printable path").to_owned();
    let (socket, output) = (path(&socket), path(&trace));
    let ours = env!("CARGO_BIN_EXE_tmuxwire");
    let words = ["-qq", "-f", "-o", &output, ours, "-S", &socket, "attach-session", "-t", "main"];
    let more = [("TERM", "xterm-256color"), ("TMUXWIRE_TMUX", "/missing/tmux")];
    let mut terminal = Terminal::open(80, 24);
    // If this waits in vain: strace is missing.
    terminal.start(home, Path::new("strace"), &words, &more);
    terminal.wait_for("five");
    let told = || std::fs::read_to_string(&trace).expect("a trace");
    wait_until("the client has told its size", || told().contains(RESIZE));
    server.tmux(["respawn-pane", "-k", "-t", "main:", "cat text; echo printed; exec cat"]);
    terminal.wait_for("printed");
    terminal.write("\x02d");
    terminal.wait_for("[detached (from session main)]");
    assert!(terminal.wait_for_program().success());
    let calls = told();
    let calls = calls.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start()));
    calls.map(str::to_owned).collect()
}

fn name(call: &str) -> &str {
    call.split('(').next().unwrap_or_default()
}

fn names(calls: &[String]) -> Vec<&str> {
    calls.iter().map(|call| name(call)).collect()
}

/// The conversation with the server.
fn talk(calls: &[String]) -> Vec<&str> {
    names(calls).into_iter().filter(|name| TALK.contains(name)).collect()
}

/// Where something is said or heard.
fn at(calls: &[String], what: &str) -> usize {
    let found = calls.iter().position(|call| call.contains(what));
    found.unwrap_or_else(|| panic!("no {what} in {calls:#?}"))
}

/// One connection to ask for the version, one to stay; no other process. A descriptor needs a
/// `sendmsg` of its own.
fn check_start(calls: &[String], release: &Tmux) {
    let version = &release.version;
    let connections: Vec<usize> =
        (0..calls.len()).filter(|at| name(&calls[*at]) == "socket").collect();
    let [question, attach] = connections[..] else { panic!("{version}: {calls:#?}") };
    assert_eq!(talk(&calls[..question]), ["execve"], "{version}");
    let question = talk(&calls[question..attach]).join(" ");
    // The second send answers in advance; a server that was quicker is answered again, and one that
    // says in a piece of its own that it is done is read again.
    let rest = question.strip_prefix("socket connect sendto sendto poll recvfrom");
    let rests =
        ["", " sendto poll recvfrom", " poll recvfrom", " sendto poll recvfrom poll recvfrom"];
    assert!(rest.is_some_and(|rest| rests.contains(&rest)), "{version}: {question}");

    let descriptors = if release.is_at_least(3, 2) { 2 } else { 1 };
    let ready = &calls[attach..=at(calls, READY)];
    let sent = ["sendmsg"].repeat(descriptors);
    let expected = [&["socket", "connect"], &sent[..], &["poll", "recvfrom"]].concat();
    assert_eq!(talk(ready), expected, "{version}");
    for call in ready.iter().filter(|call| name(call) == "sendmsg") {
        let passed = call.split_once("cmsg_data=[").and_then(|(_, rest)| rest.split_once(']'));
        let passed = passed.map(|(passed, _)| passed.split(',').count());
        assert_eq!(passed, Some(1), "{version}: {call}");
    }
    let between = &calls[at(calls, READY)..at(calls, RESIZE)];
    assert_eq!(talk(between), ["recvfrom"], "{version}");
}

/// From the word that the terminal is there to the word that we are detached there is one system
/// call: the wait for it. What the pane prints costs the client nothing.
fn check_attached(calls: &[String], version: &str) {
    let (resize, detach) = (at(calls, RESIZE), at(calls, DETACH));
    assert_eq!(names(&calls[resize..=detach]), ["sendto", "poll", "recvfrom"], "{version}");
    let end = talk(&calls[at(calls, EXITING)..]);
    assert_eq!(end, ["sendto", "poll", "recvfrom"], "{version}");
}

/// The terminal's entry is read in one piece, and a second look finds its end.
fn check_terminfo(calls: &[String], version: &str) {
    let open = |call: &String| name(call).starts_with("open") && call.contains("xterm-256color");
    let opened: Vec<usize> = (0..calls.len()).filter(|at| open(&calls[*at])).collect();
    let [opened] = opened[..] else { panic!("{version}: {calls:#?}") };
    let reads = calls[opened..].iter().map(|call| name(call)).take_while(|name| *name != "close");
    assert_eq!(reads.filter(|name| *name == "read").count(), 2, "{version}");
}

#[test]
fn an_attached_client_makes_these_system_calls() {
    for release in releases() {
        let calls = trace(&release);
        check_start(&calls, &release);
        check_attached(&calls, &release.version);
        check_terminfo(&calls, &release.version);
    }
}
