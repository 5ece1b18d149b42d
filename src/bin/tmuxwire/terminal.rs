//! Whether the terminal on standard input has a terminfo entry. tmux's client (3.2 and later)
//! refuses every command without one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where systems keep their compiled entries.
const DIRECTORIES: [&str; 6] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/local/share/terminfo",
    "/usr/share/misc/terminfo",
];

/// Whether standard input is a terminal.
pub(crate) fn is_on_stdin() -> bool {
    nix::unistd::isatty(std::io::stdin()).unwrap_or(false)
}

/// Whether `$TERM` names a type that has an entry, or names none at all.
pub(crate) fn is_known() -> bool {
    let Some(term) = std::env::var_os("TERM").filter(|term| !term.is_empty()) else {
        return true;
    };
    let Some(first) = term.as_bytes().first().copied().filter(|_| !contains_slash(&term)) else {
        return false;
    };
    directories().iter().any(|directory| {
        let by_letter = OsStr::from_bytes(std::slice::from_ref(&first));
        directory.join(by_letter).join(&term).exists()
            || directory.join(format!("{first:02x}")).join(&term).exists()
    })
}

fn contains_slash(term: &OsStr) -> bool {
    term.as_bytes().contains(&b'/')
}

fn directories() -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = Vec::new();
    directories.extend(std::env::var_os("TERMINFO").map(PathBuf::from));
    directories.extend(std::env::var_os("HOME").map(|home| Path::new(&home).join(".terminfo")));
    if let Some(list) = std::env::var_os("TERMINFO_DIRS") {
        directories
            .extend(std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()));
    }
    directories.extend(DIRECTORIES.iter().map(PathBuf::from));
    directories
}
