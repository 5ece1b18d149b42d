//! Whether standard input is a terminal, and of a type that is known.

use std::os::unix::ffi::OsStrExt;

use tmuxwire::knows_terminal;

/// Whether standard input is a terminal.
pub(crate) fn is_on_stdin() -> bool {
    nix::unistd::isatty(std::io::stdin()).unwrap_or(false)
}

/// Whether `$TERM` names a type that has an entry, or names none at all.
pub(crate) fn is_known() -> bool {
    match std::env::var_os("TERM").filter(|term| !term.is_empty()) {
        Some(term) => knows_terminal(term.as_bytes(), |name| std::env::var_os(name)),
        None => true,
    }
}
