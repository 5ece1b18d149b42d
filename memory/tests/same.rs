//! The same conversations with a real tmux 3.8 and with the one in memory: every answer is the same,
//! byte for byte.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Child, Stdio};

use tmuxwire::blocking::Server;
use tmuxwire::{Command, Output};
use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::{command, releases, wait_until};

/// What both servers are told first, so that nothing depends on the user's shell or on time.
const FIRST: [&[&str]; 4] = [
    &["set-option", "-s", "exit-empty", "off"],
    &["set-option", "-g", "default-command", "cat"],
    &["set-option", "-gw", "automatic-rename", "off"],
    &["set-option", "-g", "update-environment", ""],
];

/// A real server in the foreground, as a child that ends with it.
struct Real {
    directory: tempfile::TempDir,
    child: Child,
}

impl Real {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("conf"), "set -g default-shell /bin/sh\n")
            .expect("a configuration");
        let tmux = releases().into_iter().find(|tmux| tmux.version == "3.8").expect("tmux 3.8");
        let child = command(&tmux.path, directory.path())
            .env("TZ", "UTC")
            .arg("-D")
            .arg("-S")
            .arg(directory.path().join("socket"))
            .arg("-f")
            .arg(directory.path().join("conf"))
            .stdin(Stdio::null())
            .spawn()
            .expect("tmux runs");
        let real = Self { directory, child };
        wait_until("the server answers", || real.server().run(["start-server"]).is_ok());
        real
    }

    fn server(&self) -> Server {
        Server::at(self.directory.path().join("socket")).never_start()
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One line of a conversation: words, with single quotes around some; `<<` and text is its input.
fn words(line: &str) -> (Vec<String>, String) {
    let (line, input) = line.split_once(" << ").unwrap_or((line, ""));
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (words, input.replace("\\n", "\n"))
}

fn ask(server: &Server, line: &str) -> Output {
    let (words, input) = words(line);
    server.run(Command::new(words).stdin(input.into_bytes())).expect("an answer")
}

fn told(output: &Output) -> String {
    let (out, error) = (output.stdout_text(), output.stderr_text());
    format!("{out}{error}[{}]", output.status)
}

fn compare(name: &str, text: &str) -> Vec<String> {
    let real = Real::start();
    let memory = MemoryTmux::start().expect("a server in memory");
    let (real, fake) = (real.server(), Server::at(memory.socket()).never_start());
    for first in FIRST {
        for server in [&real, &fake] {
            let output = server.run(Command::new(first)).expect("an answer");
            assert_eq!(told(&output), "[0]", "{first:?}");
        }
    }
    let mut differences = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let (real, fake) = (told(&ask(&real, line)), told(&ask(&fake, line)));
        if real != fake {
            differences.push(format!("{name}: {line}\n  real: {real}\n  memory: {fake}"));
        }
    }
    assert_eq!(memory.harm(), []);
    differences
}

#[test]
fn conversations_are_the_same_as_with_a_real_server() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .expect("the conversations")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "few conversations: {files:?}");
    let mut differences = Vec::new();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a conversation");
        for conversation in text.split("\n## ") {
            let (name, lines) = conversation.split_once('\n').expect("a title");
            differences.extend(compare(name.trim_start_matches("## "), lines));
            count += 1;
        }
    }
    assert!(count >= 24, "only {count} conversations");
    assert!(
        differences.is_empty(),
        "{} answers differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
