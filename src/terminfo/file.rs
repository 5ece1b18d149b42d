//! One file of the database, whatever stands in its place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;

use super::Fault;

/// Longest entry, in bytes: ncurses' own limit.
pub(super) const LIMIT: u64 = 32768;

/// The file's bytes, or `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    match read_regular(path) {
        Err(Fault::Io(Errno::ENOENT | Errno::ENOTDIR)) => Ok(None),
        Ok(entry) if entry.len() as u64 > LIMIT => Err(Fault::TooLong),
        other => other.map(Some),
    }
}

fn read_regular(path: &Path) -> Result<Vec<u8>, Fault> {
    // Opening a device may do things to it, so it is looked at first.
    regular(&fs::metadata(path).map_err(fault)?)?;
    let file = open(path).map_err(fault)?;
    let metadata = file.metadata().map_err(fault)?;
    regular(&metadata)?;
    // Without room for all of it and the end, it would be read in a dozen pieces.
    let room = usize::try_from(metadata.len().min(LIMIT)).unwrap_or_default();
    let mut entry = Vec::with_capacity(room + 1);
    file.take(LIMIT + 1).read_to_end(&mut entry).map_err(fault)?;
    Ok(entry)
}

/// Doesn't wait, should a pipe have taken the file's place since.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)
}

fn regular(metadata: &fs::Metadata) -> Result<(), Fault> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(Fault::NotAFile),
    }
}

fn fault(error: io::Error) -> Fault {
    Fault::Io(Errno::try_from(error).unwrap_or(Errno::EIO))
}
