//! The work that is measured, and a server that it makes sense on.

use tmuxwire_testkit::{TestServer, Tmux, wait_until};

/// Commands in one list.
pub const LIST: usize = 256;

pub struct Work {
    pub name: &'static str,
    pub words: Vec<&'static str>,
    /// The least that a right answer has, in bytes.
    pub least: usize,
    prepare: fn(&TestServer),
}

impl Work {
    pub fn server(&self, tmux: &Tmux) -> TestServer {
        let server = TestServer::start(tmux);
        (self.prepare)(&server);
        server
    }

    pub fn check(&self, answer: &[u8]) {
        assert!(answer.len() >= self.least, "{}: {} bytes", self.name, answer.len());
    }
}

pub fn small() -> Work {
    Work { name: "a small answer", words: SMALL.to_vec(), least: 5, prepare: |_| {} }
}

const SMALL: [&str; 3] = ["display-message", "-p", "#{session_name}"];

/// 20 fields, as a tool that shows everything asks for.
const FIELDS: &str = "#{session_id} #{session_name} #{window_id} #{window_index} #{window_name} \
#{pane_id} #{pane_index} #{pane_pid} #{pane_tty} #{pane_width} #{pane_height} #{pane_top} \
#{pane_left} #{pane_active} #{pane_dead} #{pane_title} #{cursor_x} #{cursor_y} \
#{pane_current_command} #{pane_current_path}";

pub fn listing() -> Work {
    let words = vec!["list-panes", "-a", "-F", FIELDS];
    Work { name: "a listing of 100 panes, 20 fields", words, least: 5000, prepare: hundred_panes }
}

pub fn capture() -> Work {
    let words = vec!["capture-pane", "-p", "-t", "main:", "-S", "-"];
    Work { name: "a capture of 4 MB", words, least: 4_000_000, prepare: long_history }
}

pub fn send_keys() -> Work {
    let words = vec!["send-keys", "-t", "main:", "Enter"];
    Work { name: "send-keys", words, least: 0, prepare: |_| {} }
}

/// So many small commands as one list.
pub fn list_of(commands: usize) -> Vec<&'static str> {
    // With the `;` as part of a word: tmux 3.8 takes no more than 1000 words.
    [SMALL[0], SMALL[1], "#{session_name};"].repeat(commands)
}

pub fn list() -> Work {
    let words = list_of(LIST);
    Work { name: "a list of 256 small commands", words, least: 5 * LIST, prepare: |_| {} }
}

fn hundred_panes(server: &TestServer) {
    for _ in 0..99 {
        let made = server.tmux(["new-window", "-d", "-t", "main:", "exec cat"]);
        assert!(made.status.success(), "{made:?}");
    }
}

fn long_history(server: &TestServer) {
    server.tmux(["set", "-g", "history-limit", "60000"]);
    let print = "awk 'BEGIN { for (i = 0; i < 52000; i++) printf \"%079d\\n\", i }'; exec cat";
    server.tmux(["new-window", "-t", "main:", print]);
    wait_until("the history is there", || {
        let size = server.tmux(["display-message", "-p", "-t", "main:", "#{history_size}"]).stdout;
        String::from_utf8_lossy(&size).trim().parse::<u32>().is_ok_and(|lines| lines > 51_900)
    });
}
