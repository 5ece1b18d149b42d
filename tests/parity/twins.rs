//! Servers in the same state, each asked through another client.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::Ordering;

use nix::sys::signal::Signal;
use tmuxwire::Environment;
use tmuxwire_testkit::{TestServer, Tmux, wait_until};

use crate::by_channel::{ByChannel, exception};
use crate::case::{Case, Through};

/// What a client answered, with everything replaced that differs between twins.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("stdout", &String::from_utf8_lossy(&self.stdout))
            .field("stderr", &String::from_utf8_lossy(&self.stderr))
            .finish()
    }
}

impl Answer {
    pub(crate) fn of(output: Output, home: &Path) -> Self {
        Self::new(output.status.code().unwrap_or(-1), &output.stdout, &output.stderr, home)
    }

    pub(crate) fn new(status: i32, stdout: &[u8], stderr: &[u8], home: &Path) -> Self {
        Self { status, stdout: same(stdout, home), stderr: same(stderr, home) }
    }
}

impl Answer {
    /// The client of 3.1 parses commands itself, too, and its getopt says a word of its own before
    /// the server does. The command line says it as well; what asks the server alone doesn't.
    fn without_getopt_lines(&mut self) {
        let text = String::from_utf8_lossy(&self.stderr).into_owned();
        let own = ["tmux: unknown option -- ", "tmux: option requires an argument -- "];
        if own.iter().any(|start| text.starts_with(start)) {
            let (_, rest) = text.split_once('\n').expect("a line");
            self.stderr = rest.into();
        }
    }

    /// The first lines that differ, for people.
    fn difference(&self, other: &Self) -> String {
        let lines = |answer: &Self| -> Vec<String> {
            let text = [answer.stdout.as_slice(), b"\nstderr:\n", &answer.stderr].concat();
            String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
        };
        let (ours, theirs) = (lines(self), lines(other));
        let differs = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        format!("{differs:?}; lines {} and {}", ours.len(), theirs.len())
    }
}

/// Replaces the server's directory, times and block numbers.
fn same(text: &[u8], home: &Path) -> Vec<u8> {
    let mut same = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else {
            same.extend_from_slice(line);
            continue;
        };
        let line = line.replace(home.to_str().expect("a printable path"), "HOME");
        let line = match line.split_once("(created ") {
            Some((before, after)) => {
                format!("{before}(created{}", after.get(24..).unwrap_or_default())
            }
            None => line,
        };
        let guard = ["%begin ", "%end ", "%error "].iter().find(|guard| line.starts_with(**guard));
        let line = match guard {
            Some(guard) => format!("{guard}T N{}", &line[line.rfind(' ').expect("a field")..]),
            None => line,
        };
        same.extend_from_slice(line.as_bytes());
    }
    same
}

/// The state that a command may leave behind.
const STATE: &[&str] = &[
    "list-panes",
    "-a",
    "-F",
    "#{session_name}:#{window_index}.#{pane_index} #{session_id} #{window_id} #{pane_id} \
     #{window_name} #{window_layout} #{pane_width}x#{pane_height} #{pane_active} #{window_active} \
     #{pane_in_mode} #{pane_title} #{pane_pipe}",
    ";",
    "show-options",
    "-g",
    ";",
    "show-options",
    "-s",
    ";",
    "show-options",
    "-gw",
    ";",
    "show-options",
    "-t",
    "main:",
    ";",
    "show-options",
    "-w",
    "-t",
    "main:",
    ";",
    "show-environment",
    "-g",
    ";",
    "show-hooks",
    "-t",
    "main",
    ";",
    "list-buffers",
    "-F",
    "#{buffer_name} #{buffer_size} #{buffer_sample}",
    ";",
    "list-keys",
];

pub(crate) struct Twins {
    release: Tmux,
    real: TestServer,
    command_line: TestServer,
    library: TestServer,
    blocking: TestServer,
    by_channel: ByChannel,
    runtime: tokio::runtime::Runtime,
    pub(crate) answers: usize,
}

impl Twins {
    pub(crate) fn start(release: &Tmux) -> Self {
        let [real, command_line, library, blocking] =
            std::array::from_fn(|_| TestServer::start(release));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        Self {
            release: release.clone(),
            real,
            command_line,
            library,
            blocking,
            by_channel: ByChannel::start(release),
            runtime,
            answers: 0,
        }
    }

    /// Cases that the channel carried.
    pub(crate) fn carried(&self) -> usize {
        self.by_channel.carried.load(Ordering::Relaxed)
    }

    fn real(&self, case: &Case) -> Answer {
        run(self.real.command(), case, &self.real)
    }

    fn command_line(&self, case: &Case) -> Answer {
        let mut command = self.command_line.program(env!("CARGO_BIN_EXE_tmuxwire"));
        command.env("TMUXWIRE_TMUX", &self.release.path);
        command.arg("-f").arg(self.command_line.home().join("conf"));
        run(command, case, &self.command_line)
    }

    /// A control client's whole session, through tmux and through tmuxwire.
    pub(crate) fn control(&self, words: &[&str]) -> [Answer; 2] {
        let mut ours = self.command_line.program(env!("CARGO_BIN_EXE_tmuxwire"));
        ours.env("TMUXWIRE_TMUX", &self.release.path);
        [control(self.real.command(), words, &self.real), control(ours, words, &self.command_line)]
    }

    fn library(&self, case: &Case) -> Answer {
        let server = tmuxwire::Server::at(self.library.socket());
        let command = tmuxwire::Command::new(arguments(case, &self.library)).stdin(case.stdin);
        let output = self.runtime.block_on(server.run(command));
        let output = output.unwrap_or_else(|error| panic!("{case:?}: {error:?}"));
        Answer::new(output.status, &output.stdout, &output.stderr, self.library.home())
    }

    fn blocking(&self, case: &Case) -> Answer {
        let server = tmuxwire::blocking::Server::at(self.blocking.socket());
        let command = tmuxwire::Command::new(arguments(case, &self.blocking)).stdin(case.stdin);
        // Where leaving the environment out is said to change nothing, it is left out.
        let environment = match starts_something(case) {
            true => Environment::Full,
            false => Environment::PaneOnly,
        };
        let output = server.run(command.environment(environment));
        let output = output.unwrap_or_else(|error| panic!("{case:?}: {error:?}"));
        Answer::new(output.status, &output.stdout, &output.stderr, self.blocking.home())
    }

    /// Runs a case on every twin and compares answers, then the states.
    pub(crate) fn compare(&mut self, case: &Case) {
        let mut real = self.real(case);
        assert_eq!(self.command_line(case), real, "tmuxwire on {}: {case:?}", self.release.version);
        self.answers += 1;
        if !self.release.is_at_least(3, 2) {
            real.without_getopt_lines();
        }
        let mut answers = Vec::new();
        if case.through == Through::All {
            answers.push(("library", self.library(case)));
            answers.push(("blocking", self.blocking(case)));
            let answer = self.by_channel.ask(case);
            match exception(case, &self.release) {
                None => answers.push(("channel", answer)),
                // The list doesn't outlive its reasons.
                Some(why) => assert_ne!(answer, real, "{case:?} is the same, though listed: {why}"),
            }
        }
        for (through, answer) in answers {
            assert_eq!(answer, real, "{through} on {}: {case:?}", self.release.version);
            self.answers += 1;
        }
        if case.through != Through::All {
            // The library's twins are brought to the same state.
            run(self.library.command(), case, &self.library);
            run(self.blocking.command(), case, &self.blocking);
            run(self.by_channel.server.command(), case, &self.by_channel.server);
        }
        self.compare_states(case);
    }

    /// Does something with every twin.
    pub(crate) fn each<T>(&self, act: impl FnMut(&TestServer) -> T) -> Vec<T> {
        let servers = [&self.real, &self.command_line, &self.library, &self.blocking];
        servers.into_iter().chain([&self.by_channel.server]).map(act).collect()
    }

    /// Runs cases at the same time on every twin, lets `wake` end those that wait, and compares.
    pub(crate) fn compare_at_once(
        &self,
        cases: &[&Case],
        waiting: usize,
        wake: impl Fn(&TestServer),
    ) {
        type Client = fn(&Twins, &Case) -> Answer;
        let clients: [(&str, &TestServer, Client); 5] = [
            ("tmux", &self.real, Self::real),
            ("tmuxwire", &self.command_line, Self::command_line),
            ("library", &self.library, Self::library),
            ("blocking", &self.blocking, Self::blocking),
            ("channel", &self.by_channel.server, |twins, case| {
                twins.by_channel.ask_among_others(case)
            }),
        ];
        let answers = clients.map(|(name, server, client)| {
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let _end = EndOnPanic(server);
                let running: Vec<_> =
                    cases.iter().map(|case| scope.spawn(move || client(self, case))).collect();
                let waiting = waiting + usize::from(name == "channel");
                wait_until("all that wait are connected", || server.connections() == waiting);
                wake(server);
                running.into_iter().map(|one| one.join().expect("no panic")).collect()
            });
            (name, answers)
        });
        for (name, theirs) in &answers[1..] {
            assert_eq!(theirs, &answers[0].1, "{name} on {}", self.release.version);
        }
    }

    pub(crate) fn compare_states(&mut self, case: &Case) {
        let mut servers = [
            &mut self.real,
            &mut self.command_line,
            &mut self.library,
            &mut self.blocking,
            &mut self.by_channel.server,
        ];
        if case.arguments.first() == Some(&"kill-server") {
            servers.iter().for_each(|server| tmuxwire_testkit::wait_for_exit(server.pid()));
        }
        let alive: Vec<bool> = servers.iter().map(|server| server.is_alive()).collect();
        assert!(alive.iter().all(|one| *one == alive[0]), "{case:?}: alive {alive:?}");
        if !alive[0] {
            for server in &mut servers[..4] {
                server.restart();
            }
            return self.by_channel.restart();
        }
        // What a command has started may still change something.
        let states = servers.each_ref().map(|server| server.at_rest(&[], || whole_state(server)));
        for (at, name) in ["tmuxwire", "library", "blocking", "channel"].into_iter().enumerate() {
            let (theirs, ours) = (&states[0], &states[at + 1]);
            if ours != theirs {
                let stays = [0, at + 1].map(|at| whole_state(servers[at]) == states[at]);
                panic!(
                    "{name}'s state after {case:?} on {}: {}; asked again, theirs and ours are as \
                     before: {stays:?}",
                    self.release.version,
                    ours.difference(theirs)
                );
            }
        }
    }
}

/// The state of a twin as it is twice in a row. From 3.7 on a server leaves out, here and there, what
/// takes it more than 100 ms to expand: it has been interrupted there, on a busy machine.
fn whole_state(server: &TestServer) -> Answer {
    let mut last = state(server);
    loop {
        let again = state(server);
        if again == last {
            return again;
        }
        last = again;
    }
}

/// The state of a twin, asked in the same way of each.
fn state(server: &TestServer) -> Answer {
    let question = tmuxwire::Command::new(STATE).environment(Environment::PaneOnly);
    let output = tmuxwire::blocking::Server::at(server.socket()).run(question).expect("a state");
    Answer::new(output.status, &output.stdout, &output.stderr, server.home())
}

/// Whether a command of the list can start a program, or takes variables into a session.
fn starts_something(case: &Case) -> bool {
    const STARTING: [&str; 12] = [
        "new",
        "neww",
        "split",
        "respawn",
        "run",
        "if",
        "source",
        "pipe",
        "display-popup",
        "popup",
        "attach",
        "switch",
    ];
    let heads = case.arguments.split(|word| word.ends_with(';')).filter_map(<[_]>::first);
    heads.into_iter().any(|head| STARTING.iter().any(|name| head.starts_with(name)))
}

/// Ends what waits for a server when the test has failed already.
struct EndOnPanic<'s>(&'s TestServer);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.signal(Signal::SIGKILL);
        }
    }
}

fn run(mut command: std::process::Command, case: &Case, server: &TestServer) -> Answer {
    // 3.1 has no -N; without it the command is the same.
    let lacks_option = !server.release().is_at_least(3, 2) && case.arguments[0] == "-N";
    let mut child = command
        .args(
            arguments(case, server)
                .into_iter()
                .skip(usize::from(lacks_option))
                .map(OsString::from_vec),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    // A client that doesn't read its input closes it; that is no failure.
    let _ = child.stdin.take().expect("a pipe").write_all(case.stdin);
    let output = child.wait_with_output().expect("ends");
    Answer::of(output, server.home())
}

/// The arguments for one twin, with their placeholders filled in.
pub(crate) fn arguments(case: &Case, server: &TestServer) -> Vec<Vec<u8>> {
    let home = server.home().to_str().expect("a printable path");
    let fill = |argument: &&str| {
        let parts: Vec<Vec<u8>> =
            argument.replace("HOME", home).split("XFF").map(Vec::from).collect();
        parts.join(&0xff)
    };
    case.arguments.iter().map(fill).collect()
}

/// A control client from its attach to its detach, which it is told once it has attached.
fn control(mut command: std::process::Command, words: &[&str], server: &TestServer) -> Answer {
    let mut child = command
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut printed = Vec::new();
    while !printed.windows(16).any(|part| part == b"%session-changed") {
        let count = stdout.read_until(b'\n', &mut printed).expect("readable");
        assert!(count > 0, "no session in {:?}", String::from_utf8_lossy(&printed));
    }
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"detach-client\n").expect("taken");
    stdout.read_to_end(&mut printed).expect("readable");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    let status = output.status.code().unwrap_or(-1);
    Answer::new(status, &printed, &output.stderr, server.home())
}
