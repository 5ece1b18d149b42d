//! A program runs the client, with pipes.

use std::cell::RefCell;
use std::io::{PipeReader, Read, Write, pipe};
use std::process::{Child, ExitStatus, Stdio};

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use crate::client::{Outcome, Visit};

/// A client and what it has printed, killed when it is dropped.
struct Piped {
    child: Child,
    /// Never read to its end: some servers don't close what clients of other releases passed them.
    output: PipeReader,
    printed: Vec<u8>,
}

impl Piped {
    fn start(visit: &Visit<'_>, words: &[&str]) -> Self {
        let (output, writer) = pipe().expect("a pipe");
        fcntl(&output, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("ours");
        let child = visit
            .server
            .program(visit.client.program())
            .args(words)
            .env("TMUXWIRE_TMUX", visit.forbidden())
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().expect("a descriptor"))
            .stderr(writer)
            .spawn()
            .expect("the client runs");
        Self { child, output, printed: Vec::new() }
    }

    fn type_line(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().expect("a pipe");
        // Who doesn't take it has ended, which is seen.
        let _ = input.write_all(format!("{line}\n").as_bytes());
    }

    /// All that is printed up to now.
    fn text(&mut self) -> String {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = self.output.read(&mut bytes) {
            self.printed.extend_from_slice(&bytes[..count]);
        }
        String::from_utf8_lossy(&self.printed).into_owned()
    }

    fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child")
    }

    /// Its status and the last line that it has printed, if it has ended.
    fn end(&mut self) -> Option<String> {
        let status = self.status()?;
        let status = status.code().map_or_else(|| status.to_string(), |code| code.to_string());
        let text = self.text();
        let last = text.lines().rev().find(|line| !line.is_empty());
        Some(format!("status {status}: {}", last.unwrap_or("not a word")))
    }

    /// Whether it has ended with status 0 and this text.
    fn check(mut self, is_good: impl FnOnce(&str) -> bool) -> Outcome {
        match self.status() {
            Some(status) if status.success() && is_good(&self.text()) => Ok(()),
            _ => Err(self.end().unwrap_or_default()),
        }
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Attaches in control mode, asks something, and leaves by an empty line.
pub(crate) fn control(visit: &Visit<'_>) -> Outcome {
    let mut client = Piped::start(visit, &["-C", "attach-session", "-t", "main"]);
    client.type_line("list-windows -F '#{window_name} is listed'");
    let client = RefCell::new(client);
    visit.wait(
        || client.borrow_mut().text().contains("work is listed\n"),
        || client.borrow_mut().end(),
    )?;
    client.borrow_mut().type_line("");
    visit.wait(|| client.borrow_mut().status().is_some(), || None)?;
    // 3.1 says nothing more.
    let last = if visit.server.release().is_at_least(3, 2) { "\n%exit\n" } else { "\n" };
    client.into_inner().check(|text| text.ends_with(last))
}

/// Asks something that the server answers.
pub(crate) fn command(visit: &Visit<'_>) -> Outcome {
    let question = "#{session_name} of #{version}";
    let mut client = Piped::start(visit, &["display-message", "-p", "-t", "main", question]);
    visit.wait(|| client.status().is_some(), || None)?;
    let answer = format!("main of {}\n", visit.server.release().version);
    client.check(|text| text == answer)
}
