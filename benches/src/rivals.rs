//! What a user would pick instead: running tmux, by hand or through a crate.

use std::env::vars_os;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use nix::fcntl::OFlag;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, pipe2};
use tmuxwire_testkit::{TestServer, Tmux};

use crate::place::pin;

/// The type of the terminals that clients are attached on.
pub const TERM: &str = "xterm-256color";

/// How to run a release's own client: the program and its first arguments. The fetched releases
/// are called through a shell script; that script is left out, or it would count against them.
pub fn client(server: &TestServer) -> Vec<PathBuf> {
    client_at(server.release(), server.socket())
}

/// The same for a server that somebody else started.
pub fn client_at(tmux: &Tmux, socket: PathBuf) -> Vec<PathBuf> {
    let path = &tmux.path;
    let root = path.parent().and_then(Path::parent).expect("a directory above bin");
    let loader = root.join("lib/ld-linux-x86-64.so.2");
    let mut program = match loader.is_file() {
        true => vec![loader, "--library-path".into(), root.join("lib"), root.join("libexec/tmux")],
        false => vec![path.clone()],
    };
    program.extend(["-S".into(), socket]);
    program
}

/// A build of our command line: the target's directory, empty for the usual one.
pub fn ours(target: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(target);
    let path = target.join("release/tmuxwire");
    assert!(path.is_file(), "{} is missing; call benches/run", path.display());
    path
}

/// A program with its arguments, run in the cheapest way there is: `posix_spawn`, read to the
/// end, wait. Standard input is ours.
pub struct Program {
    arguments: Vec<CString>,
    environment: Vec<CString>,
}

impl Program {
    pub fn new(program: &[PathBuf], words: &[&str]) -> Self {
        Self::with_environment(program, words, vars_os())
    }

    /// The same as somebody runs it who sits at a terminal outside of tmux.
    pub fn at_terminal(program: &[PathBuf], words: &[&str]) -> Self {
        let inherited = vars_os().filter(|(name, _)| name != "TERM" && name != "TMUX");
        let environment = inherited.chain([("TERM".into(), TERM.into())]);
        Self::with_environment(program, words, environment)
    }

    fn with_environment(
        program: &[PathBuf],
        words: &[&str],
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Self {
        let text = |word: &OsStr| CString::new(word.as_bytes()).expect("no NUL");
        let words = words.iter().map(OsStr::new);
        let entry = |name: OsString, value: OsString| [name, value].join(OsStr::new("="));
        Self {
            arguments: program.iter().map(|word| word.as_os_str()).chain(words).map(text).collect(),
            environment: environment.map(|(name, value)| text(&entry(name, value))).collect(),
        }
    }

    /// Starts it on a terminal.
    pub fn start(&self, terminal: &OwnedFd) -> Pid {
        let mut actions = PosixSpawnFileActions::init().expect("actions");
        for standard in 0..3 {
            actions.add_dup2(terminal.as_raw_fd(), standard).expect("an action");
        }
        self.spawn(&actions)
    }

    fn spawn(&self, actions: &PosixSpawnFileActions) -> Pid {
        let attributes = PosixSpawnAttr::init().expect("attributes");
        let path = self.arguments[0].as_c_str();
        posix_spawn(path, actions, &attributes, &self.arguments, &self.environment)
            .expect("spawned")
    }

    pub fn run(&self) -> Vec<u8> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC).expect("a pipe");
        let mut actions = PosixSpawnFileActions::init().expect("actions");
        actions.add_dup2(writer.as_raw_fd(), 1).expect("an action");
        let child = self.spawn(&actions);
        drop(writer);
        let mut output = Vec::new();
        File::from(reader).read_to_end(&mut output).expect("read");
        assert_eq!(waitpid(child, None).expect("ended"), WaitStatus::Exited(child, 0));
        output
    }
}

/// What most programs do.
pub fn std_process(program: &[PathBuf], words: &[&str]) -> Vec<u8> {
    let output = Process::new(&program[0])
        .args(&program[1..])
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("runs");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// The commands of a list: these crates put the `;` in between themselves.
fn commands_of<'w>(words: &'w [&'w str]) -> impl Iterator<Item = Vec<&'w str>> {
    words
        .split_inclusive(|word| word.ends_with(';'))
        .map(|words| words.iter().map(|word| word.trim_end_matches(';')).collect())
}

/// The crate tmux_interface.
pub fn tmux_interface(socket: &Path, words: &[&str]) -> Vec<u8> {
    use tmux_interface::{Tmux, TmuxCommand, TmuxCommands};
    let mut commands = TmuxCommands::new();
    for words in commands_of(words) {
        let mut command = TmuxCommand::new();
        command.name(words[0]);
        for word in &words[1..] {
            command.push_param(*word);
        }
        commands.push(command);
    }
    let socket = socket.to_str().expect("a printable path");
    let output = Tmux::new().socket_path(socket).commands(commands).output().expect("runs");
    assert!(output.success(), "{output:?}");
    output.stdout()
}

/// The crate libtmux, in Rust.
pub struct Libtmux {
    runtime: libtmux::blocking::Runtime,
    server: libtmux::Server,
}

impl Libtmux {
    pub fn new(socket: &Path) -> Self {
        let server = libtmux::Server::builder().socket_path(socket).build().expect("a server");
        Self { runtime: libtmux::blocking::Runtime::new().expect("a runtime"), server }
    }

    pub fn run(&self, words: &[&str]) -> Vec<u8> {
        use libtmux::{Command, CommandChain};
        let mut commands = commands_of(words).map(|words| {
            words[1..].iter().fold(Command::new(words[0]), |command, word| command.arg(*word))
        });
        let chain = CommandChain::new(commands.next().expect("a command"));
        let chain = commands.fold(chain, CommandChain::then);
        let result = self.runtime.run(self.server.chain(chain)).expect("an answer");
        assert!(result.success(), "{result:?}");
        result.stdout().to_vec()
    }
}

impl Libtmux {
    /// All panes as its own values: how many there are.
    pub fn panes(&self) -> usize {
        self.runtime.run(self.server.panes()).expect("an answer").len()
    }
}

/// The least that two processes can do: a byte there and back over a socket.
pub fn echo(core: usize) -> impl FnMut() {
    let (mut ours, mut theirs) = UnixStream::pair().expect("a pair");
    std::thread::spawn(move || {
        pin(0, &[core]);
        let mut byte = [0];
        while theirs.read_exact(&mut byte).is_ok() && theirs.write_all(&byte).is_ok() {}
    });
    move || {
        let mut byte = [1];
        ours.write_all(&byte).expect("sent");
        ours.read_exact(&mut byte).expect("answered");
    }
}
