//! A server, a terminal with a shell, a client, and a record of all that can be seen.

use std::fmt::Debug;

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::termios::Termios;
use nix::unistd::Pid;
use tmuxwire_testkit::{Gate, PROMPT, Terminal, TestServer, Tmux, wait_until};

use crate::client::{Client, GATE};
use crate::record::{Noted, compare};

pub(crate) const COLUMNS: u16 = 80;
pub(crate) const ROWS: u16 = 24;

/// Types that every Debian has, with nothing installed but `ncurses-base`.
pub(crate) const TERMS: [&str; 7] =
    ["xterm-256color", "xterm", "screen-256color", "tmux-256color", "vt100", "linux", "rxvt"];

/// A status line without times, and keys that are keys however fast they come, besides what the
/// test servers are configured with anyway.
#[rustfmt::skip]
const OPTIONS: &[&str] = &[
    "set", "-g", "status-right", "", ";",
    "set", "-g", "status-left", "[#S] ", ";",
    "set", "-g", "status-left-length", "20", ";",
    "set", "-g", "display-time", "0", ";",
    "set", "-g", "assume-paste-time", "0",
];

/// One side of a comparison.
pub(crate) struct Stage {
    pub(crate) server: TestServer,
    pub(crate) terminal: Terminal,
    client: Client,
    term: String,
    settings: Termios,
    gate: Gate,
    line: String,
    mark: usize,
    resumed: bool,
    record: Vec<Noted>,
}

/// Plays a script with both clients on one release and compares the records.
pub(crate) fn alike(release: &Tmux, term: &str, script: impl Fn(&mut Stage) + Sync) {
    alike_on(release, term, terminal, script);
}

/// A terminal that answers when it is asked who it is: from 3.3 on, the server waits 5 s for that,
/// and then draws once more.
pub(crate) fn terminal() -> Terminal {
    Terminal::open_talkative(COLUMNS, ROWS)
}

/// The same on terminals of a kind.
pub(crate) fn alike_on(
    release: &Tmux,
    term: &str,
    open: impl Fn() -> Terminal + Sync,
    script: impl Fn(&mut Stage) + Sync,
) {
    let play = |client| {
        let mut stage = Stage::set(release, client, term, open());
        script(&mut stage);
        stage.record
    };
    let [real, ours] = std::thread::scope(|scope| {
        [Client::Real, Client::Ours]
            .map(|client| {
                let name = format!("{} {client:?} {term}", release.version);
                let builder = std::thread::Builder::new().name(name);
                let play = &play;
                builder.spawn_scoped(scope, move || play(client)).expect("a thread")
            })
            .map(|side| side.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    compare(&format!("{} {term}", release.version), &real, &ours);
}

impl Stage {
    /// A server, and a shell on a terminal.
    pub(crate) fn set(release: &Tmux, client: Client, term: &str, mut terminal: Terminal) -> Self {
        let server = TestServer::start(release);
        assert!(server.tmux(OPTIONS).status.success(), "options");
        shell(&server, &mut terminal, client, term);
        let settings = terminal.settings();
        Self {
            gate: Gate::new(server.home(), GATE),
            server,
            terminal,
            client,
            term: term.to_owned(),
            settings,
            line: String::new(),
            mark: 0,
            resumed: false,
            record: Vec::new(),
        }
    }

    /// The release of the server.
    pub(crate) fn release(&self) -> &Tmux {
        self.server.release()
    }

    /// Runs commands of tmux from outside, as another client would.
    pub(crate) fn tmux(&self, words: &[&str]) -> String {
        let said = self.server.tmux(words);
        let text = [said.stdout, said.stderr].concat();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Adds to the record. What is different for every server and terminal gets a name, and blocks
    /// of control mode lose their times and numbers.
    pub(crate) fn note(&mut self, what: impl Into<String>, seen: impl Debug) {
        let home = self.server.home().to_str().expect("a printable path");
        let seen = format!("{seen:#?}").replace(home, "HOME").replace(self.terminal.name(), "TTY");
        let printed = self.terminal.since(self.terminal.printed().saturating_sub(1200));
        self.record.push(Noted::new(what, &seen, &printed));
    }

    /// Adds what was printed to the record.
    pub(crate) fn note_printed(&mut self, what: impl Into<String>, printed: &[u8]) {
        self.note(what, printed.escape_ascii().to_string());
    }

    /// Types a line at the shell, which tells the status when it is done.
    pub(crate) fn line(&mut self, line: &str) {
        line.clone_into(&mut self.line);
        self.mark = self.terminal.printed();
        self.terminal.write(format!("{line}; echo status=$?\r"));
        let mark = self.mark;
        // What brings a stopped client back waits at no gate: its drawing may throw the echo away.
        let echo: &[u8] = if line.contains("client") { b"; echo status=$?\r\n" } else { b"\n" };
        self.terminal.wait("the line is echoed", |seen| {
            seen.since(mark).windows(echo.len()).any(|part| part == echo)
        });
        if line.contains("client") {
            self.gate.open();
        }
    }

    /// Lets one client start that was not typed.
    pub(crate) fn open_gate(&mut self) {
        self.gate.open();
    }

    /// Types at the shell what brings a stopped client back, and waits until it has drawn.
    pub(crate) fn resume(&mut self) {
        self.line("fg");
        self.terminal.wait_for("[main]");
        self.rest();
        self.resumed = true;
    }

    /// Empties the screen, as `reset` does.
    pub(crate) fn clear(&mut self) {
        self.line("printf '\\033c'");
        self.wait_for_shell();
    }

    /// Attaches with this line, and returns when everything is drawn.
    pub(crate) fn attach(&mut self, line: &str) {
        self.line(line);
        self.wait_for_client();
        self.rest();
    }

    /// Waits until the server has a client on the terminal, attached.
    pub(crate) fn wait_for_client(&self) {
        wait_until("the client is attached", || self.client_pid().is_some());
    }

    /// The process of the client on the terminal, if one is attached.
    pub(crate) fn client_pid(&self) -> Option<i32> {
        let list = self.tmux(&["list-clients", "-F", "#{client_tty} #{client_pid}"]);
        let line = list.lines().find_map(|line| line.strip_prefix(self.terminal.name()));
        line.and_then(|pid| pid.trim().parse().ok())
    }

    /// Sends the client a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = self.client_pid().expect("a client");
        kill(Pid::from_raw(pid), signal).expect("the client");
    }

    /// Types keys.
    pub(crate) fn keys(&self, keys: impl AsRef<[u8]>) {
        self.terminal.write(keys);
    }

    /// Types keys and waits for a text that they bring to the screen.
    pub(crate) fn keys_for(&self, keys: impl AsRef<[u8]>, text: &str) {
        self.keys(keys);
        self.terminal.wait_for(text);
    }

    /// Gives the terminal another size, and waits until the server knows.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.resize(columns, rows);
        let size = format!("{columns}x{rows}\n");
        wait_until("the server knows the new size", || {
            self.tmux(&["list-clients", "-F", "#{client_width}x#{client_height}"]) == size
        });
        self.rest();
    }

    /// Waits until a format has a value: what keys do that change nothing that can be waited for
    /// on the screen.
    pub(crate) fn wait_for_format(&self, format: &str, value: &str) {
        wait_until(&format!("{format} is {value}"), || {
            self.tmux(&["display-message", "-p", "-t", "main:", format]).trim_end() == value
        });
    }

    /// Returns when the server has nothing more to draw, and everything that it has drawn is on
    /// the screen.
    pub(crate) fn rest(&mut self) {
        let list = self.tmux(&["list-clients", "-F", "#{client_pid}"]);
        let clients: Vec<u32> = list.lines().filter_map(|pid| pid.parse().ok()).collect();
        self.terminal.rest(&self.server, &clients);
        self.mark = self.terminal.printed();
    }

    /// Records what the server knows of the client: who it is, and what its terminal can do.
    pub(crate) fn look_at_client(&mut self, what: &str) {
        let format = "#{client_session} #{client_termname} #{client_termtype} #{client_flags} \
             #{client_utf8} #{client_readonly} #{client_width}x#{client_height} \
             #{client_termfeatures} #{client_control_mode} #{client_key_table}";
        let client = self.tmux(&["list-clients", "-F", format]);
        self.note(format!("{what}: the client"), client);
        let capabilities = self.tmux(&["show-messages", "-T"]);
        self.note(format!("{what}: its terminal"), capabilities);
    }

    /// Records the screen, at rest.
    pub(crate) fn look(&mut self, what: &str) {
        self.rest();
        let seen = self.terminal.snapshot();
        self.note(what, seen);
    }

    /// Waits until the shell is back, and records how the client has ended: what was printed
    /// since the last rest, with the exit status, the screen, the terminal's settings.
    pub(crate) fn end(&mut self, what: &str) {
        self.wait_for_shell();
        let printed = self.terminal.since(self.mark);
        self.note_printed(format!("{what}: the last bytes"), &printed);
        // Whether the line that resumed the client is on it is chance: drawing throws away what
        // the terminal has not read.
        if !self.resumed {
            self.note(format!("{what}: the screen"), self.terminal.snapshot());
        }
        self.note_line_state(what);
        self.mark = self.terminal.printed();
    }

    /// Records the terminal's settings, and whether they are as they were at first.
    pub(crate) fn note_line_state(&mut self, what: &str) {
        self.note(format!("{what}: blocking"), self.terminal.is_blocking());
        self.note(format!("{what}: settings of before"), self.has_settings_of_before());
        self.note(format!("{what}: settings"), self.terminal.settings());
    }

    /// Another terminal with a shell where this line attaches; the server must come to list it.
    pub(crate) fn companion(&mut self, line: &str) -> Terminal {
        let mut terminal = terminal();
        shell(&self.server, &mut terminal, self.client, &self.term);
        terminal.write(format!("{line}\r"));
        self.gate.open();
        wait_until("the other client is attached", || {
            self.tmux(&["list-clients", "-F", "#{client_tty}"]).contains(terminal.name())
        });
        terminal
    }

    /// Waits until the shell has told a status, and takes the next line.
    pub(crate) fn wait_for_shell(&self) {
        let mark = self.mark;
        let what = format!("the shell is back after {}", self.line);
        self.terminal.wait(&what, |seen| tells_status(seen.since(mark)));
    }

    /// Whether the shell has told a status.
    pub(crate) fn is_back(&self) -> bool {
        tells_status(&self.terminal.since(self.mark))
    }

    /// The status that the shell has told.
    pub(crate) fn status(&self) -> i32 {
        let printed = String::from_utf8_lossy(&self.terminal.since(self.mark)).into_owned();
        let told = printed.rsplit_once("status=").expect("a status").1;
        told.lines().next().and_then(|line| line.parse().ok()).expect("a number")
    }

    /// Whether the terminal's settings are as they were before the first line.
    pub(crate) fn has_settings_of_before(&self) -> bool {
        self.terminal.settings() == self.settings
    }

    /// The type of the terminal.
    pub(crate) fn term(&self) -> &str {
        &self.term
    }

    /// Sends a signal to the terminal's foreground processes, as its keys do.
    pub(crate) fn signal_foreground(&self, signal: Signal) {
        killpg(self.terminal.foreground(), signal).expect("its processes");
    }

    /// Records what the server has.
    pub(crate) fn look_at_server(&mut self, what: &str) {
        wait_until("no client is left", || self.client_pid().is_none());
        let list = self.tmux(&[
            "list-sessions", "-F", "#{session_name} #{session_windows} #{session_attached}", ";",
            "list-panes", "-a", "-F",
            "#{session_name}:#{window_index}.#{pane_index} #{window_name} #{pane_width}x#{pane_height} #{pane_in_mode}",
            ";", "list-clients", "-F", "#{client_session}",
        ]);
        self.note(format!("{what}: the server"), list);
    }
}

fn tells_status(printed: &[u8]) -> bool {
    let printed = String::from_utf8_lossy(printed);
    let told = printed.rsplit_once("status=").map(|(_, rest)| rest);
    told.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(PROMPT))
}

/// A shell on the terminal that finds the client under its name.
fn shell(server: &TestServer, terminal: &mut Terminal, client: Client, term: &str) {
    let directory = client.install(server);
    let inherited = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{inherited}", directory.display());
    let tmux = Client::real_tmux(server);
    let more = [
        ("TERM", term),
        ("PATH", &path),
        ("TMUXWIRE_TMUX", tmux.to_str().expect("a printable path")),
        ("REAL_TMUX", server.release().path.to_str().expect("a printable path")),
    ];
    terminal.shell(server.home(), &more);
}
