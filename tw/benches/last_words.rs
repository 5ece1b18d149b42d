//! How many programs' last words get lost, and by which way of listening:
//!
//! ```sh
//! cargo test -p tw --bench last_words            # 20 runs each
//! cargo test -p tw --bench last_words -- 100 3.8 # 100, on one release
//! ```
//!
//! A program prints and ends at once, in a pane of its own for each way and run, the ways in turn: tmux's own
//! client (`tmux -C`) and a pipe (`pipe-pane 'cat >file'`) beside ours. A cell counts the runs in
//! which the last line didn't arrive. It measures; it asserts nothing.
#![expect(clippy::expect_used, clippy::panic, reason = "who measures wants to know")]

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tmuxwire::{ChannelOptions, OutputOptions, PaneEvent, PaneId, Server};
use tmuxwire_testkit::{Gate, TestServer, releases, wait_until};

/// Silence after the end that counts as the end of what comes.
const SILENCE: Duration = Duration::from_millis(100);
const LAST: &str = "the last line";

const WAYS: [(&str, Way); 7] = [
    ("tmux -C", real_client),
    ("pane_output", pane_output),
    ("lossless", lossless),
    ("tw output", tw_output),
    ("wait text", wait_text),
    ("pipe-pane", pipe),
    ("raw_output", raw_output),
];

/// Listens, lets the program go, and answers what came.
type Way = fn(&mut Run<'_>) -> Vec<u8>;

/// What is different between the rows of the table.
struct Row {
    name: &'static str,
    lines: usize,
    remain: bool,
    /// Whether its session has another window.
    alone: bool,
}

const ROWS: [Row; 6] = [
    Row { name: "1 line", lines: 0, remain: false, alone: false },
    Row { name: "10 kB", lines: 256, remain: false, alone: false },
    Row { name: "1 line, session ends", lines: 0, remain: false, alone: true },
    Row { name: "10 kB, session ends", lines: 256, remain: false, alone: true },
    Row { name: "1 line, pane remains", lines: 0, remain: true, alone: false },
    Row { name: "10 kB, pane remains", lines: 256, remain: true, alone: false },
];

/// One program in one pane.
struct Run<'a> {
    server: &'a TestServer,
    gate: Gate,
    pane: String,
}

fn main() {
    // `cargo test` and `cargo bench` add flags of their own.
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let runs = words.first().map_or(20, |word| word.parse().expect("a number of runs"));
    for release in releases() {
        if words.get(1).is_none_or(|wanted| *wanted == release.version) {
            println!("tmux {}: runs of {runs} without the last line", release.version);
            print!("{:24}", "");
            WAYS.iter().for_each(|(name, _)| print!("{name:>12}"));
            println!();
            for row in ROWS {
                measure(&TestServer::start(&release), &row, runs);
            }
        }
    }
}

fn measure(server: &TestServer, row: &Row, runs: usize) {
    let text: String = (0..row.lines).map(|line| format!("{line:>38}\n")).collect();
    std::fs::write(server.home().join("text"), text + LAST + "\n").expect("a file");
    let mut missing = [0; WAYS.len()];
    for run in 0..runs {
        for (at, (name, way)) in WAYS.iter().enumerate() {
            if !is_there(name, server) {
                continue;
            }
            let mut run = Run::start(server, row, &format!("run-{run}-{at}"));
            let came = way(&mut run);
            missing[at] += usize::from(!contains(&came, LAST));
            server.tmux(["kill-pane", "-t", &run.pane]);
        }
    }
    print!("{:24}", row.name);
    for ((name, _), count) in WAYS.iter().zip(missing) {
        match is_there(name, server) {
            true => print!("{count:>12}"),
            false => print!("{:>12}", "-"),
        }
    }
    println!();
}

/// Whether the release can do it.
fn is_there(way: &str, server: &TestServer) -> bool {
    way != "lossless" || server.release().is_at_least(3, 2)
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

impl<'a> Run<'a> {
    fn start(server: &'a TestServer, row: &Row, name: &str) -> Self {
        let gate = Gate::new(server.home(), name);
        let program = gate.job(&format!("cat {}", server.home().join("text").display()));
        let format = ["-P", "-F", "#{pane_id}"];
        let new: &[&str] = match row.alone {
            true => &["new-session", "-d", "-s", name],
            false => &["new-window", "-d", "-t", "main:"],
        };
        let output = server.tmux([new, &format, &[&program]].concat());
        let pane = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(pane.starts_with('%'), "{output:?}");
        if row.remain {
            let window = ["set-option", "-w", "-t", &pane, "remain-on-exit", "on"];
            assert!(server.tmux(window).status.success());
        }
        Self { server, gate, pane }
    }

    fn id(&self) -> PaneId {
        PaneId::parse(self.pane.as_bytes()).expect("an id")
    }

    /// Whether the program has ended, as the server knows.
    fn is_over(&self) -> bool {
        let there = self.server.tmux(["capture-pane", "-p", "-t", &self.pane]).status.success();
        let dead = ["display-message", "-p", "-t", &self.pane, "#{pane_dead}"];
        !there || self.server.tmux(dead).stdout != b"0\n"
    }
}

/// What a child prints, as it comes.
struct Printed {
    child: Child,
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: std::thread::JoinHandle<()>,
}

impl Printed {
    fn start(mut command: std::process::Command) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = child.spawn().expect("it runs");
        let mut stdout = child.stdout.take().expect("a pipe");
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut piece = vec![0; 1 << 16];
            while let Ok(count @ 1..) = stdout.read(&mut piece) {
                all.lock().expect("unharmed").extend_from_slice(&piece[..count]);
            }
        });
        Self { child, bytes, reader }
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().expect("unharmed").clone()
    }

    /// What it has printed when it has ended, or nothing more came.
    fn finish(mut self, run: &Run<'_>) -> Vec<u8> {
        let mut before = usize::MAX;
        while !self.reader.is_finished() {
            if run.is_over() && before == self.bytes().len() {
                break;
            }
            before = self.bytes().len();
            std::thread::sleep(SILENCE);
        }
        drop(self.child.kill());
        drop(self.child.wait());
        self.bytes()
    }
}

fn real_client(run: &mut Run<'_>) -> Vec<u8> {
    let mut command = run.server.command();
    command.args(["-C", "attach-session", "-t", &run.pane]);
    let mut client = Printed::start(command);
    let mut stdin = client.child.stdin.take().expect("a pipe");
    writeln!(stdin, "display-message -p ready").expect("written");
    wait_until("it is attached", || contains(&client.bytes(), "\nready\n"));
    run.gate.open();
    client.finish(run)
}

fn tw_output(run: &mut Run<'_>) -> Vec<u8> {
    let mut command = run.server.program(env!("CARGO_BIN_EXE_tw"));
    command.args(["output", "--screen", &run.pane]);
    let tw = Printed::start(command);
    wait_until("it listens", || !tw.bytes().is_empty());
    run.gate.open();
    tw.finish(run)
}

fn wait_text(run: &mut Run<'_>) -> Vec<u8> {
    let mut command = run.server.program(env!("CARGO_BIN_EXE_tw"));
    command.args(["wait", "text", LAST, "-t", &run.pane, "--timeout", "5s"]);
    let tw = Printed::start(command);
    wait_until("it is attached", || !run.server.tmux(["list-clients"]).stdout.is_empty());
    run.gate.open();
    tw.finish(run)
}

fn pipe(run: &mut Run<'_>) -> Vec<u8> {
    let file: PathBuf = run.server.home().join(format!("pipe{}", run.id().0));
    let command = format!("exec cat >{}", file.display());
    assert!(run.server.tmux(["pipe-pane", "-O", "-t", &run.pane, &command]).status.success());
    wait_until("cat runs", || file.exists());
    run.gate.open();
    wait_until("it is over", || run.is_over());
    std::thread::sleep(SILENCE);
    std::fs::read(file).expect("a file")
}

fn pane_output(run: &mut Run<'_>) -> Vec<u8> {
    control(run, OutputOptions::default())
}

fn lossless(run: &mut Run<'_>) -> Vec<u8> {
    control(run, OutputOptions::default().lossless(Duration::from_secs(30)))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

fn control(run: &mut Run<'_>, options: OutputOptions) -> Vec<u8> {
    runtime().block_on(async {
        let server = Server::at(run.server.socket());
        let attached = ChannelOptions::default().attach_to(&run.pane);
        let channel = server.channel(attached).await.expect("a channel");
        let mut output = channel.pane_output_with(run.id(), options).await.expect("a stream");
        run.gate.open();
        let mut came = Vec::new();
        loop {
            match tokio::time::timeout(SILENCE, output.next()).await {
                Ok(Some(PaneEvent::Output(bytes))) => came.extend_from_slice(&bytes),
                Ok(Some(_)) => {}
                Ok(None) => return came,
                Err(_) if run.is_over() => return came,
                Err(_) => {}
            }
        }
    })
}

fn raw_output(run: &mut Run<'_>) -> Vec<u8> {
    runtime().block_on(async {
        let server = Server::at(run.server.socket());
        let mut output = server.raw_output(run.id()).await.expect("a pipe");
        run.gate.open();
        let mut came = Vec::new();
        loop {
            match tokio::time::timeout(SILENCE, output.next()).await {
                Ok(Ok(Some(bytes))) => came.extend_from_slice(&bytes),
                Ok(Ok(None)) => return came,
                Ok(Err(error)) => panic!("{error}"),
                Err(_) if run.is_over() => return came,
                Err(_) => {}
            }
        }
    })
}
