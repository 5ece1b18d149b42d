//! A real server's parser, asked without running anything.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use tmuxwire_operations::Release;
use tmuxwire_protocol::control::CommandLine;
use tmuxwire_testkit::{TestServer, Tmux};

pub(crate) fn release(tmux: &Tmux) -> Release {
    Release::parse(&tmux.version).unwrap_or_else(|| panic!("{}", tmux.version))
}

/// A control client: thousands of questions a second.
pub(crate) struct Parser {
    client: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    // After the client, which ends before its server.
    pub(crate) server: TestServer,
}

impl Parser {
    pub(crate) fn start(tmux: &Tmux) -> Self {
        let server = TestServer::start(tmux);
        let mut client = server
            .command()
            .args(["-C", "attach-session", "-t", "=main"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tmux runs");
        let stdin = client.stdin.take();
        let stdout = BufReader::new(client.stdout.take().expect("piped"));
        let mut parser = Self { client, stdin, stdout, server };
        let (attached, text) = parser.answer();
        assert!(attached, "{text}");
        parser
    }

    fn answer(&mut self) -> (bool, String) {
        let mut text = String::new();
        let mut inside = false;
        loop {
            let mut line = Vec::new();
            let read = self.stdout.read_until(b'\n', &mut line).expect("readable");
            assert!(read > 0, "{}: the server has hung up: {text}", self.server.release().version);
            let line = String::from_utf8_lossy(&line);
            if line.starts_with("%begin ") {
                inside = true;
            } else if inside && line.starts_with("%end ") {
                return (true, text);
            } else if inside && line.starts_with("%error ") {
                return (false, text);
            } else if inside {
                text.push_str(&line);
            }
        }
    }

    /// Whether a command succeeds.
    pub(crate) fn works<A: AsRef<[u8]>>(&mut self, command: &[A]) -> bool {
        let line = CommandLine::new([command]).expect("a line");
        self.stdin.as_mut().expect("open").write_all(line.as_bytes()).expect("written");
        self.answer().0
    }

    /// What the server's parser has against a command, which it never runs: everything is parsed
    /// before anything runs, and what runs first fails.
    pub(crate) fn objection<A: AsRef<[u8]>>(&mut self, command: &[A]) -> Option<String> {
        let fails: &[&[u8]] = &[b"has-session", b"-t", b"=nobody"];
        let command: Vec<&[u8]> = command.iter().map(AsRef::as_ref).collect();
        let line = CommandLine::new([fails, &command]).expect("a line");
        self.stdin.as_mut().expect("open").write_all(line.as_bytes()).expect("written");
        let (worked, text) = self.answer();
        assert!(!worked, "it ran: {text}");
        (text.trim_end() != "can't find session: nobody").then_some(text)
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It may be gone already.
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}
