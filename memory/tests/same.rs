//! The same conversations with a real tmux and with the one in memory: every answer is the same, byte
//! for byte. On releases before 3.8 the one in memory may say that it doesn't know.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "real/mod.rs"]
mod real;

use std::path::Path;

use tmuxwire::blocking::Server;
use tmuxwire::{Command, Output};
use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::{Tmux, releases};

use real::{Real, both, told};

/// Whose conversations are compared.
const RELEASES: [&str; 3] = ["3.5a", "3.7c", "3.8"];

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

fn compare(tmux: &Tmux, name: &str, text: &str) -> Vec<String> {
    let real = Real::start(tmux);
    let memory = MemoryTmux::builder().version(&*tmux.version).start().expect("a server in memory");
    let (real, fake) = both(&real, &memory);
    let mut differences = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let (real, fake) = (told(&ask(&real, line)), told(&ask(&fake, line)));
        let is_known = tmux.version == "3.8" || !fake.contains("tmuxwire-memory doesn't model");
        if real != fake && is_known {
            differences
                .push(format!("{} {name}: {line}\n  real: {real}\n  memory: {fake}", tmux.version));
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
    let compared: Vec<Tmux> =
        releases().into_iter().filter(|tmux| RELEASES.contains(&&*tmux.version)).collect();
    assert_eq!(compared.len(), RELEASES.len());
    let mut differences = Vec::new();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a conversation");
        for conversation in text.split("\n## ") {
            let (name, lines) = conversation.split_once('\n').expect("a title");
            for tmux in &compared {
                differences.extend(compare(tmux, name.trim_start_matches("## "), lines));
            }
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
