//! The tmux releases that tests run against.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One tmux program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tmux {
    /// What it calls itself, such as `3.5a`.
    pub version: String,
    /// Where it is.
    pub path: PathBuf,
}

impl Tmux {
    fn ask(path: PathBuf) -> Self {
        let said = Command::new(&path)
            .arg("-V")
            .output()
            .unwrap_or_else(|error| panic!("{} does not run: {error}", path.display()));
        let said = String::from_utf8(said.stdout).expect("a version in UTF-8");
        let version = said.trim().strip_prefix("tmux ").expect("`tmux VERSION`").to_owned();
        Self { version, path }
    }

    /// Whether it is 3.6 or later, with the new header layout.
    pub fn is_new(&self) -> bool {
        self.is_at_least(3, 6)
    }

    /// Whether it is at least `major.minor`.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self
            .version
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse::<u32>().ok());
        (numbers.next(), numbers.next()) >= (Some(major), Some(minor))
    }
}

/// The system's own tmux.
pub fn system() -> Tmux {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|directory| directory.join("tmux"))
        .find(|path| path.is_file());
    Tmux::ask(found.expect("tmux in PATH; install it, on Debian with: apt-get install tmux"))
}

/// The system's tmux and every release that `testkit/install-tmux.sh` has fetched, or that
/// `TMUXWIRE_TMUX_DIR` holds in the same form: both header layouts are among them.
pub fn releases() -> Vec<Tmux> {
    let directory = std::env::var_os("TMUXWIRE_TMUX_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tmux"), PathBuf::from);
    let mut releases: Vec<Tmux> = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| {
            panic!("{}: {error}; run testkit/install-tmux.sh first", directory.display())
        })
        .map(|entry| entry.expect("a readable directory").path().join("bin/tmux"))
        .filter(|path| path.is_file())
        .map(Tmux::ask)
        .collect();
    let system = system();
    releases.retain(|release| release.version != system.version);
    releases.push(system);
    releases.sort_by(|left, right| left.version.cmp(&right.version));
    for (is_new, name) in [(false, "up to 3.5a"), (true, "3.6 or later")] {
        assert!(
            releases.iter().any(|release| release.is_new() == is_new),
            "no tmux {name} in {}; run testkit/install-tmux.sh",
            directory.display()
        );
    }
    releases
}
