//! Does the system know the terminal? tmux's client refuses to attach, and from 3.2 on to do
//! anything, on one that it doesn't.

use std::io::IsTerminal;
use std::os::unix::ffi::OsStrExt;

use tmuxwire::knows_terminal;

use super::facts::{Facts, variable};
use super::finding::Finding;

const CHECK: &str = "terminal";

pub(super) fn check(_: &Facts) -> Vec<Finding> {
    let term = variable("TERM");
    let advice = "install the entry (ncurses-term has most), or use another name:";
    vec![match term {
        None if !std::io::stdin().is_terminal() => {
            Finding::fine(CHECK, "$TERM is not set, which matters only on a terminal")
        }
        None => Finding::problem(CHECK, "$TERM is not set, so tmux can't attach here", "set it:")
            .with_command("export TERM=xterm-256color"),
        Some(term) => match knows_terminal(term.as_bytes(), variable) {
            true => Finding::fine(CHECK, format!("{} is known", term.to_string_lossy())),
            false => Finding::problem(
                CHECK,
                format!("$TERM is {}, which has no terminfo entry", term.to_string_lossy()),
                advice,
            )
            .with_command("export TERM=xterm-256color"),
        },
    }]
}
