//! Which socket: `-L`, `-S`, `$TMUX`, `TMUX_TMPDIR`, and the checks that tmux makes
//! (PROTOCOL section 2).

use std::ffi::{OsStr, OsString};
use std::fs::DirBuilder;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result, open_to_others};
use crate::system_text::system_text;

/// Permission bits that make a socket directory unsafe: any for "other".
pub(crate) const UNSAFE_BITS: u32 = 0o007;

/// A server's socket, and how it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    path: PathBuf,
    origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Path,
    Label(OsString),
    Environment,
}

impl Address {
    /// `tmux -S path`: this very path. If it is relative, it is so to the working directory at each
    /// connection.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), origin: Origin::Path }
    }

    /// From the working directory of now, unless that is gone, or makes it too long for a socket.
    pub(crate) fn made_absolute(mut self) -> Self {
        if !self.path.as_os_str().is_empty()
            && let Ok(path) = std::path::absolute(&self.path)
            && path.as_os_str().len() <= crate::socket::MAX_PATH
        {
            self.path = path;
        }
        self
    }

    /// `tmux -L label`: a socket of this name in the user's socket directory, which is made if
    /// it is missing.
    ///
    /// Where `$TMUX_TMPDIR` names a directory that is missing, that is the one in `/tmp`, as for tmux
    /// from 3.2 on; a tmux 3.0 or 3.1 fails there.
    ///
    /// # Errors
    /// [`ErrorKind::SocketDirectory`] with tmux's own text if the directory can't be made or used.
    pub fn label(
        label: impl Into<OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self> {
        let label = label.into();
        let path = socket_directory(variable)?;
        // Joined as text: a label may contain or be anything, also nothing.
        let mut path = path.into_os_string();
        path.push("/");
        path.push(&label);
        Ok(Self { path: path.into(), origin: Origin::Label(label) })
    }

    /// What tmux chooses without `-L` and `-S`: `$TMUX` up to its first comma, else the label
    /// `default`.
    ///
    /// # Errors
    /// As for [`label`](Self::label), if `$TMUX` says nothing.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let tmux = variable("TMUX").unwrap_or_default();
        let path = tmux.as_bytes().split(|byte| *byte == b',').next().unwrap_or_default();
        let path = match path.is_empty() {
            true => Self::label("default", variable)?.path,
            false => OsStr::from_bytes(path).into(),
        };
        Ok(Self { path, origin: Origin::Environment })
    }

    /// The directories in which tmux looks for the sockets of labels, as `BASE/tmux-UID` for each
    /// base that is there: `$TMUX_TMPDIR`, then `/tmp`. `tmux -L` uses the first. They are neither
    /// made nor checked, and need not be there.
    pub fn directories(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
        let wanted = variable("TMUX_TMPDIR").filter(|base| !base.is_empty());
        let uid = nix::unistd::getuid().as_raw();
        let mut directories: Vec<PathBuf> = Vec::new();
        for base in wanted.into_iter().chain([OsString::from("/tmp/")]) {
            let Ok(base) = std::fs::canonicalize(base) else { continue };
            let mut directory = base.into_os_string().into_vec();
            directory.extend_from_slice(format!("/tmux-{uid}").as_bytes());
            let directory = PathBuf::from(OsString::from_vec(directory));
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        directories
    }

    /// The socket's path.
    pub fn as_path(&self) -> &Path {
        &self.path
    }

    /// The options that make tmux choose this socket, given the same environment.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        match &self.origin {
            Origin::Path => vec!["-S".into(), self.path.clone().into()],
            Origin::Label(label) => vec!["-L".into(), label.clone()],
            Origin::Environment => Vec::new(),
        }
    }
}

/// The checked directory `BASE/tmux-UID`.
fn socket_directory(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let directory = Address::directories(variable).into_iter().next();
    let directory = directory.ok_or_else(|| refuse("no suitable socket path".to_owned()))?;
    check_directory(&directory, nix::unistd::getuid().as_raw())?;
    Ok(directory)
}

fn check_directory(directory: &Path, uid: u32) -> Result<()> {
    let shown = directory.display();
    let status = match std::fs::symlink_metadata(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_directory(directory).map_err(|e| {
                refuse(format!("couldn't create directory {shown} ({})", text_of(&e)))
            })?;
            std::fs::symlink_metadata(directory)
        }
        // tmux tries to make it first, so what stands in the way shows there.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(refuse(format!("couldn't create directory {shown} ({})", text_of(&error))));
        }
        other => other,
    };
    let status =
        status.map_err(|e| refuse(format!("couldn't read directory {shown} ({})", text_of(&e))))?;
    if !status.is_dir() {
        return Err(refuse(format!("{shown} is not a directory")));
    }
    if status.uid() != uid || status.permissions().mode() & UNSAFE_BITS != 0 {
        return Err(refuse(open_to_others(directory)));
    }
    Ok(())
}

fn make_directory(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

fn refuse(text: String) -> Error {
    Error::not_sent(ErrorKind::SocketDirectory(text))
}

fn text_of(error: &io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), system_text)
}
