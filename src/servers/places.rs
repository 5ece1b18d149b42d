//! Where sockets of servers may be, and which are there.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::SearchOptions;
use crate::address::{Address, UNSAFE_BITS};
use crate::processes::{ServerProcess, is_same_place, server_processes};
use crate::socket;

/// Of a directory with more entries than any for sockets, only so many are looked at.
const MOST_ENTRIES: usize = 10_000;

/// A directory for sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundDirectory {
    /// Its path.
    pub path: PathBuf,
    /// How it is.
    pub state: DirectoryState,
}

/// How a directory for sockets is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DirectoryState {
    /// Ours, and safe.
    Fine,
    /// It isn't there.
    Missing,
    /// Something that is no directory, or leads to one elsewhere.
    NotDirectory,
    /// Another user's. It is looked into only if it is given.
    OtherUser {
        /// The user.
        uid: u32,
    },
    /// Ours, but others may get in, so that tmux refuses it. It is looked into only if it is given.
    Unsafe {
        /// Its permission bits.
        mode: u32,
    },
    /// It can't be read.
    Unreadable {
        /// The error.
        errno: i32,
    },
}

/// A socket that may be a server's.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) inode: (u64, u64),
    pub(super) owner: u32,
}

/// What there is to ask.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) directories: Vec<FoundDirectory>,
    pub(super) processes: Vec<ServerProcess>,
    pub(super) candidates: Vec<Candidate>,
}

impl Places {
    pub(super) fn look(options: &SearchOptions) -> Self {
        let variable = |name: &str| std::env::var_os(name);
        let mut directories = Vec::new();
        let mut sockets = Vec::new();
        if options.usual_places {
            for path in Address::directories(variable) {
                let directory = FoundDirectory::at(path);
                if directory.state == DirectoryState::Fine {
                    sockets.extend(entries(&directory.path));
                }
                directories.push(directory);
            }
            sockets.extend(variable("TMUX").and_then(|tmux| {
                let path = tmux.as_bytes().split(|byte| *byte == b',').next()?;
                (!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(path)))
            }));
        }
        for path in &options.directories {
            sockets.extend(entries(path));
            directories.push(FoundDirectory::at(path));
        }
        sockets.extend(options.sockets.iter().cloned());
        let mut processes = Vec::new();
        if options.processes || !options.sockets.is_empty() {
            processes = server_processes();
        }
        if !options.processes {
            processes.retain(|process| {
                options.sockets.iter().any(|path| is_same_place(&process.socket, path))
            });
        }
        sockets.extend(processes.iter().map(|process| process.socket.clone()));
        let mut seen = HashSet::new();
        let mut candidates: Vec<Candidate> =
            sockets.into_iter().filter_map(Candidate::look).collect();
        candidates.retain(|candidate| seen.insert(candidate.inode));
        Self { directories, processes, candidates }
    }
}

impl Candidate {
    /// `None` if it isn't a socket, wherever its links lead.
    fn look(path: PathBuf) -> Option<Self> {
        let status = fs::metadata(&path).ok().filter(|status| status.file_type().is_socket())?;
        Some(Self { path, inode: (status.dev(), status.ino()), owner: status.uid() })
    }

    pub(super) fn is_at(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|status| (status.dev(), status.ino()) == self.inode)
    }
}

impl FoundDirectory {
    /// Looks at a directory.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let state = match fs::symlink_metadata(&path) {
            Ok(status) => judge(&path, &status),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => DirectoryState::Missing,
            Err(error) => DirectoryState::Unreadable { errno: socket::errno(&error) as i32 },
        };
        Self { path, state }
    }
}

fn judge(path: &Path, status: &Metadata) -> DirectoryState {
    let mode = status.permissions().mode() & 0o7777;
    if !status.is_dir() {
        return DirectoryState::NotDirectory;
    }
    if status.uid() != nix::unistd::getuid().as_raw() {
        return DirectoryState::OtherUser { uid: status.uid() };
    }
    match fs::read_dir(path) {
        Err(error) => DirectoryState::Unreadable { errno: socket::errno(&error) as i32 },
        Ok(_) if mode & UNSAFE_BITS != 0 => DirectoryState::Unsafe { mode },
        Ok(_) => DirectoryState::Fine,
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> =
        entries.flatten().take(MOST_ENTRIES).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
