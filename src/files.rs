//! The files that a server asks its client to open, with the client's rights (PROTOCOL section 9).

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;

use nix::errno::Errno;
use nix::libc::{O_APPEND, O_NONBLOCK, O_TRUNC};
use tmuxwire_protocol::WireString;

use crate::socket::errno;

/// Opens for writing as tmux's client does: made with mode 0644, never waiting for a reader of a
/// FIFO. Of the server's flags only "append" and "truncate" count.
pub(crate) fn open_for_write(path: &WireString, flags: i32) -> Result<File, Errno> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .mode(0o644)
        .custom_flags((flags & (O_APPEND | O_TRUNC)) | O_NONBLOCK)
        .open(OsStr::from_bytes(path.as_bytes()))
        .map_err(|error| errno(&error))
}

/// Opens for reading as tmux's client does, never waiting for a writer of a FIFO.
pub(crate) fn open_for_read(path: &WireString) -> Result<File, Errno> {
    OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(OsStr::from_bytes(path.as_bytes()))
        .map_err(|error| errno(&error))
}

/// The error to report for a failed read. A directory is "Input/output error", as tmux 3.6 and
/// later say it.
pub(crate) fn read_error(error: Errno) -> Errno {
    match error {
        Errno::EISDIR | Errno::EBADF => Errno::EIO,
        other => other,
    }
}
