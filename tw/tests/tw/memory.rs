//! Memory has a bound, whatever a server says and however slow the reader is.

use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tmuxwire_testkit::{Flood, TestServer, system, wait_until};

use crate::support::{TW, on_each_release, press_enter, program, start, tw, until_attached};

/// Address space that `tw` gets in KiB: threads and allocators reserve some of it.
const ROOM: &str = "400000";

/// `tw` with so much memory that it aborts if it wants more.
fn bounded(socket: &Path, words: &[&str]) -> Command {
    let home = socket.parent().expect("a directory");
    let mut command = tmuxwire_testkit::command("/bin/sh", home);
    command.args(["-c", "ulimit -v \"$0\"; exec \"$@\"", ROOM, TW, "-S"]).arg(socket).args(words);
    command
}

#[test]
fn a_server_that_never_stops_printing_is_given_up() {
    let flood = Flood::start();
    for words in [
        &["wait", "text", "x"][..],
        &["wait", "ready"],
        &["wait", "idle"],
        &["wait", "exit"],
        &["wait", "format", "#{pane_id}"],
        &["wait", "channel", "x"],
        &["events"],
        &["events", "-t", "x"],
        &["output"],
    ] {
        let seen = start(&mut bounded(&flood.socket(), words)).finish();
        assert!(
            seen.stderr.starts_with("tw: the command printed more than "),
            "{words:?} {seen:?}"
        );
        assert_eq!((seen.status, seen.stdout.len()), (3, 0), "{words:?} {seen:?}");
    }
}

/// A `tw` whose standard output is a pipe that nobody reads yet.
struct Unread {
    child: Child,
    pipe: Option<ChildStdout>,
}

impl Unread {
    fn start(server: &TestServer, words: &[&str]) -> Self {
        let mut command = tw(server, words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("runs");
        let pipe = child.stdout.take();
        Self { child, pipe }
    }

    /// The most memory that it has had, in MiB.
    fn peak(&self) -> u64 {
        number(self.child.id(), "status", "VmHWM:") >> 10
    }

    /// Reads from now on; answers how much was read.
    fn read(&mut self, mut see: impl FnMut(&[u8]) + Send + 'static) -> Arc<AtomicU64> {
        let count = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&count);
        let mut pipe = self.pipe.take().expect("a pipe");
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(some @ 1..) = pipe.read(&mut buffer) {
                see(&buffer[..some]);
                counted.fetch_add(some as u64, Ordering::Relaxed);
            }
        });
        count
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the kernel tells of a process under a name.
fn number(pid: u32, file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).expect("a process");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).expect(name);
    line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
}

/// Lets `yes` run in the pane until it has printed so many MiB. Its process.
fn flood(server: &TestServer, most: u64) -> u32 {
    press_enter(server);
    let pid = server.tmux(["display-message", "-p", "-t", "%0", "#{pane_pid}"]).stdout;
    let pid = String::from_utf8_lossy(&pid).trim().parse().expect("a process");
    for step in 1..=most {
        wait_until("the flood goes on", || printed(pid) >= step << 20);
    }
    pid
}

fn printed(flood: u32) -> u64 {
    number(flood, "io", "wchar:")
}

/// A flood that nobody reads for so many MiB; then it goes on, behind what was kept.
fn output_goes_on(server: &TestServer, words: &[&str], most: u64, kept: u64) {
    let context = format!("{} {words:?}", server.release().version);
    program(server, "read x; exec yes $(printf %01000d 0)");
    let mut tw = Unread::start(server, words);
    until_attached(server, 1);
    let flood = flood(server, most);
    let bound = kept + 32;
    assert!(tw.peak() < bound, "{context}: {} MiB", tw.peak());
    let before = printed(flood);
    let read = tw.read(|_| {});
    for step in 1..=kept + 4 {
        wait_until("it goes on", || read.load(Ordering::Relaxed) >= step << 20);
    }
    wait_until("the flood goes on", || printed(flood) > before);
    assert!(tw.peak() < bound, "{context}: {} MiB", tw.peak());
    drop(tw);
    until_attached(server, 0);
}

#[test]
fn output_that_nobody_reads_has_a_bound_and_goes_on() {
    // Old servers take long; what we keep doesn't depend on them.
    let server = TestServer::start(&system());
    // What is too much is left out.
    output_goes_on(&server, &["output", "%0"], 80, 64);
    // What is too much is the server's.
    output_goes_on(&server, &["output", "%0", "--raw"], 40, 0);
    output_goes_on(&server, &["output", "%0", "--lossless"], 40, 0);
}

#[test]
fn events_that_nobody_reads_have_a_bound_and_go_on() {
    on_each_release(|server| {
        let version = &server.release().version;
        program(server, "read x; exec yes $(printf %01000d 0)");
        let renames: String =
            (0..2000).map(|n| format!("rename-window -t @0 name-{n}\n")).collect();
        let file = server.home().join("renames");
        std::fs::write(&file, renames).expect("a file");
        let mut tw = Unread::start(server, &["events", "--json"]);
        until_attached(server, 1);
        flood(server, 4);
        // 4096 wait for a reader, and some are in the pipe.
        for _ in 0..4 {
            let done = server.tmux(["source-file".as_ref(), file.as_os_str()]);
            assert!(done.status.success(), "{version}: {done:?}");
        }
        assert!(tw.peak() < 64, "{version}: {} MiB", tw.peak());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        tw.read(move |bytes| kept.lock().expect("a buffer").extend_from_slice(bytes));
        let says = |what: &str| {
            let seen = seen.lock().expect("a buffer");
            seen.windows(what.len()).any(|part| part == what.as_bytes())
        };
        wait_until("what was dropped is told", || says("\"event\":\"lagged\""));
        server.tmux(["rename-window", "-t", "@0", "the-last"]);
        wait_until("it goes on", || says("the-last"));
        assert!(tw.peak() < 64, "{version}: {} MiB", tw.peak());
    });
}
