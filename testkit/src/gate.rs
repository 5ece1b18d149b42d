//! Jobs that end when the test says so, and not after a time.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A closed gate that shell commands wait at.
#[derive(Debug)]
pub struct Gate {
    path: PathBuf,
    /// Open for both directions, so that nobody waits for an other end.
    fifo: File,
}

impl Gate {
    /// A gate in a directory, under a name of its own.
    pub fn new(directory: &Path, name: &str) -> Self {
        let path = directory.join(name);
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
        let fifo = OpenOptions::new().read(true).write(true).open(&path).expect("the FIFO");
        Self { path, fifo }
    }

    /// A shell command that waits at the gate, then does the rest.
    pub fn job(&self, rest: &str) -> String {
        format!("read line <{}; {rest}", self.path.display())
    }

    /// Lets one job through.
    pub fn open(&mut self) {
        self.fifo.write_all(b"\n").expect("room");
    }
}
