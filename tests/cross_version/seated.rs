//! Somebody at a terminal attaches, works, and goes.

use std::path::Path;

use tmuxwire_testkit::{Terminal, wait_until};

use crate::client::{Outcome, Visit};

/// Runs the client and tells its status, after all that it prints.
const SHELL: &str = "\"$@\"; echo \"status $? over\"";
const GOODBYE: &str = "status 0: [detached (from session main)]";

fn shows(terminal: &Terminal, text: &str) -> bool {
    terminal.snapshot().contents().contains(text)
}

/// The client's status and the last line that it has printed, if it has ended.
fn end(terminal: &Terminal) -> Option<String> {
    let text = terminal.snapshot().contents();
    let (before, status) = text.trim_end().strip_suffix(" over")?.rsplit_once("status ")?;
    let last = before.lines().rev().find(|line| !line.is_empty());
    Some(format!("status {status}: {}", last.unwrap_or("not a word")))
}

/// Attaches, sees what is in the pane, types and sees the echo, resizes, and detaches, which leaves
/// the terminal as it was.
pub(crate) fn attach(visit: &Visit<'_>) -> Outcome {
    let server = visit.server;
    let name = visit.client.name().replace(' ', "-");
    let (marker, typed) = (format!("here-before-{name}"), format!("typed-by-{name}"));
    server.tmux(["send-keys", "-t", "main:", &marker, "Enter"]);
    wait_until("the pane shows the marker", || {
        let screen = server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout;
        String::from_utf8_lossy(&screen).contains(&marker)
    });
    let mut terminal = Terminal::open(80, 24);
    let before = terminal.settings();
    start(visit, &mut terminal);
    let wait = |has_come: &dyn Fn() -> bool| visit.wait(has_come, || end(&terminal));
    wait(&|| shows(&terminal, &marker))?;
    terminal.write(format!("{typed}\r"));
    wait(&|| shows(&terminal, &format!("{typed}\n{typed}\n")))?;
    terminal.resize(100, 30);
    wait(&|| {
        let size = ["list-clients", "-F", "#{client_width}x#{client_height}"];
        server.tmux(size).stdout == b"100x30\n"
    })?;
    terminal.write("\x02d");
    visit.wait(|| end(&terminal).is_some(), || None)?;
    let leftovers = terminal.snapshot().modes.leftovers();
    match end(&terminal) {
        Some(end) if end != GOODBYE => Err(end),
        _ if !leftovers.is_empty() => Err(format!("leaves {leftovers:?}")),
        _ if terminal.settings() != before => Err("changes the terminal's settings".into()),
        _ if !terminal.is_blocking() => Err("leaves the terminal without blocking".into()),
        _ => Ok(()),
    }
}

fn start(visit: &Visit<'_>, terminal: &mut Terminal) {
    let (socket, forbidden) = (visit.server.socket(), visit.forbidden());
    let text = |path: &Path| path.to_str().expect("a printable path").to_owned();
    let (program, socket) = (text(visit.client.program()), text(&socket));
    let words = ["-c", SHELL, "sh", &program, "-S", &socket, "attach-session", "-t", "main"];
    let more = [("TERM", "xterm-256color"), ("TMUXWIRE_TMUX", &text(&forbidden))];
    terminal.start(visit.server.home(), Path::new("/bin/sh"), &words, &more);
}
