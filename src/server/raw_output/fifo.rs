//! The FIFOs between a pane's pipe and us.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;

use super::failed;
use crate::error::Result;

/// What the server runs: `cat` from its pipe into the FIFO, ended when nobody holds the other FIFO
/// open any more. Paths are plain ones.
pub(super) fn helper(fifo: &Path, control: &Path) -> String {
    let (fifo, control) = (fifo.display(), control.display());
    format!(
        "exec 3>{fifo} 4<&0 && echo >&3 && {{ cat <&4 >&3 3>&- 4<&- & }} && \
         exec 3>&- 4<&- </dev/null && read x <{control}; kill $! 2>/dev/null"
    )
}

/// A private directory, gone when dropped.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn new() -> Result<Self, nix::errno::Errno> {
        let wanted = std::env::temp_dir();
        // The path becomes part of a shell command in a tmux format.
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
        let base = match wanted.is_absolute() && wanted.as_os_str().as_bytes().iter().all(plain) {
            true => wanted.as_path(),
            false => Path::new("/tmp"),
        };
        nix::unistd::mkdtemp(&base.join("tmuxwire-XXXXXX")).map(Self)
    }

    pub(super) fn fifo(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(OsStr::new(name));
        nix::unistd::mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).map_err(failed)?;
        Ok(path)
    }
}

/// Why a server's shell can't open a file of ours, if that is known beforehand. What can't be found
/// out isn't in the way.
pub(super) fn in_the_way(server: i32, file: &Path) -> Option<String> {
    let process = Path::new("/proc").join(server.to_string());
    let owner = fs::metadata(&process).ok()?.uid();
    let own = fs::metadata(file).ok()?;
    if owner != own.uid() && owner != 0 {
        return Some(format!("the server runs as another user (uid {owner})"));
    }
    let relative = file.strip_prefix("/").ok()?;
    let seen = match fs::metadata(process.join("root").join(relative)) {
        Ok(seen) => (seen.dev(), seen.ino()) == (own.dev(), own.ino()),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    let place = file.parent()?.parent()?.display();
    (!seen).then(|| format!("the server sees another {place} than we do"))
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
