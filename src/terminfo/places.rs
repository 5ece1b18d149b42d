//! Where systems keep their compiled entries, in ncurses' order.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::embedded;

/// The directories of Linux systems and the BSDs first: most lookups end there.
const SYSTEM: [&str; 15] = [
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
    "/usr/lib/terminfo",
    "/usr/local/share/terminfo",
    "/usr/share/misc/terminfo",
    // pkgsrc, MacPorts, Homebrew
    "/usr/pkg/share/terminfo",
    "/opt/local/share/terminfo",
    "/opt/homebrew/share/terminfo",
    "/opt/homebrew/opt/ncurses/share/terminfo",
    "/home/linuxbrew/.linuxbrew/share/terminfo",
    // NixOS, Nix
    "/run/current-system/sw/share/terminfo",
    "/nix/var/nix/profiles/default/share/terminfo",
    // Termux, Haiku
    "/data/data/com.termux/files/usr/share/terminfo",
    "/boot/system/data/terminfo",
];
/// What an empty part of `$TERMINFO_DIRS` means: the one directory that ncurses installs to, not
/// the list of those where it looks.
const DEFAULT: &str = "/usr/share/terminfo";
/// Longest name of a file.
const NAME_LIMIT: usize = 255;

/// Where the entry of one terminal type may be.
pub(super) struct Search<'a> {
    term: &'a OsStr,
    first: u8,
    directories: Vec<Cow<'static, Path>>,
}

impl<'a> Search<'a> {
    /// `None` if no file can have that name.
    pub(super) fn new(term: &'a [u8], variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let first = *term.first()?;
        let is_name = term.len() <= NAME_LIMIT
            && !matches!(term, b"." | b"..")
            && !term.iter().any(|byte| matches!(byte, b'/' | 0));
        is_name.then(|| Self {
            term: OsStr::from_bytes(term),
            first,
            directories: directories(variable),
        })
    }

    /// The places to look, best first: by the name's first letter, or by that letter in
    /// hexadecimal where file names have no case.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.directories.iter().flat_map(|directory| {
            let letter = OsStr::from_bytes(std::slice::from_ref(&self.first));
            let by_letter = directory.join(letter).join(self.term);
            let by_number = || directory.join(format!("{:02x}", self.first)).join(self.term);
            std::iter::once(by_letter).chain(std::iter::once_with(by_number))
        })
    }

    /// A database in one file, ncurses' or NetBSD's, in place of a directory or beside it.
    pub(super) fn database(&self) -> Option<PathBuf> {
        let places = self.directories.iter().flat_map(|directory| {
            ["", ".db", ".cdb"].map(|suffix| {
                let mut path = directory.as_os_str().to_owned();
                path.push(suffix);
                PathBuf::from(path)
            })
        });
        places.into_iter().find(|path| path.is_file())
    }
}

fn directories(variable: impl Fn(&str) -> Option<OsString>) -> Vec<Cow<'static, Path>> {
    let named = |name: &str| variable(name).filter(|value| !value.is_empty());
    let system = SYSTEM.iter().map(|path| Cow::Borrowed(Path::new(*path)));
    let mut directories = Vec::with_capacity(SYSTEM.len() + 3);
    let own = named("TERMINFO").filter(|value| !embedded::is_one(value));
    directories.extend(own.map(|path| Cow::Owned(path.into())));
    let home = named("HOME").map(PathBuf::from);
    directories.extend(home.as_ref().map(|home| Cow::Owned(home.join(".terminfo"))));
    for path in named("TERMINFO_DIRS").iter().flat_map(std::env::split_paths) {
        match path.as_os_str().is_empty() {
            true => directories.push(Cow::Borrowed(Path::new(DEFAULT))),
            false => directories.push(Cow::Owned(path)),
        }
    }
    directories.extend(system);
    directories.extend(home.map(|home| Cow::Owned(home.join(".nix-profile/share/terminfo"))));
    directories
}
