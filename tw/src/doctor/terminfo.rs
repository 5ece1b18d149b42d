//! Does the system know the terminal? tmux's client refuses to attach, and from 3.2 on to do
//! anything, on one that it doesn't.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::facts::{Facts, variable};
use super::finding::Finding;

const CHECK: &str = "terminal";
/// Where systems keep their compiled entries.
const DIRECTORIES: [&str; 6] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/local/share/terminfo",
    "/usr/share/misc/terminfo",
];

pub(super) fn check(_: &Facts) -> Vec<Finding> {
    let term = variable("TERM");
    let advice = "install the entry (ncurses-term has most), or use another name:";
    vec![match term {
        None if !std::io::stdin().is_terminal() => return Vec::new(),
        None => Finding::problem(CHECK, "$TERM is not set, so tmux can't attach here", "set it:")
            .with_command("export TERM=xterm-256color"),
        Some(term) => match is_known(&term) {
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

/// Whether a terminal type has an entry.
fn is_known(term: &OsStr) -> bool {
    let bytes = term.as_encoded_bytes();
    let Some(first) = bytes.first().filter(|_| !bytes.contains(&b'/')) else { return false };
    directories().iter().any(|directory| {
        directory.join(char::from(*first).to_string()).join(term).exists()
            || directory.join(format!("{first:02x}")).join(term).exists()
    })
}

fn directories() -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> =
        variable("TERMINFO").map(PathBuf::from).into_iter().collect();
    directories.extend(variable("HOME").map(|home| Path::new(&home).join(".terminfo")));
    if let Some(list) = variable("TERMINFO_DIRS") {
        directories
            .extend(std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()));
    }
    directories.extend(DIRECTORIES.iter().map(PathBuf::from));
    directories
}
