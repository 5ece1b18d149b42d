//! Which socket is meant, without making or checking anything.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use tmuxwire::{Address, DirectoryState, FoundServers, harmless};

use crate::ending::{Failure, Status};
use crate::global::Global;
use crate::printer::shown;

/// A socket, and why it is this one.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) socket: PathBuf,
    pub(crate) by: By,
}

/// How a socket was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Path,
    /// A label in the directory for sockets.
    Label,
    /// `$TMUX`
    Inside,
}

/// What -L or -S say.
///
/// # Errors
/// If there is no directory for the label.
pub(crate) fn by_option(global: &Global) -> Result<Option<Chosen>, Failure> {
    Ok(match (&global.socket, &global.label) {
        (Some(path), _) => {
            let socket = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            Some(Chosen { socket, by: By::Path })
        }
        (None, Some(label)) => Some(Chosen { socket: in_directory(label)?, by: By::Label }),
        (None, None) => None,
    })
}

/// What the environment leads to.
///
/// # Errors
/// As for [`by_option`].
pub(crate) fn by_environment() -> Result<Chosen, Failure> {
    match inside() {
        Some((socket, _)) => Ok(Chosen { socket, by: By::Inside }),
        None => Ok(Chosen { socket: in_directory(OsStr::new("default"))?, by: By::Label }),
    }
}

/// The socket and the process that `$TMUX` names.
pub(crate) fn inside() -> Option<(PathBuf, Option<i32>)> {
    let tmux = std::env::var_os("TMUX")?;
    let text = tmux.to_string_lossy();
    let mut fields = text.split(',');
    let socket = fields.next().filter(|socket| !socket.is_empty())?;
    Some((socket.into(), fields.next().and_then(|pid| pid.parse().ok())))
}

/// How to start the server that is meant, or to get at another.
pub(crate) fn how_to_start(global: &Global) -> String {
    let at = |socket: &Path| start(harmless::path(socket).map(|path| format!("tmux -S {path}")));
    let tmux = match (&global.socket, &global.label, inside()) {
        (Some(path), ..) => return at(path),
        (None, Some(label), _) => {
            harmless::word(label.as_encoded_bytes()).map(|label| format!("tmux -L {label}"))
        }
        (None, None, Some((socket, _))) => {
            return format!("$TMUX names it: forget that with `unset TMUX`, or {}", at(&socket));
        }
        (None, None, None) => Some("tmux".to_owned()),
    };
    let Some(base) = std::env::var_os("TMUX_TMPDIR").filter(|base| !base.is_empty()) else {
        return start(tmux);
    };
    let base = harmless::path(Path::new(&base));
    start(base.zip(tmux).map(|(base, tmux)| format!("TMUX_TMPDIR={base} {tmux}")))
}

/// With the command, if it can be shown.
fn start(tmux: Option<String>) -> String {
    let how = tmux.map(|tmux| format!(" with `{tmux} new-session -d`")).unwrap_or_default();
    format!("start one{how}, or name another by -L or -S")
}

fn in_directory(label: &OsStr) -> Result<PathBuf, Failure> {
    let directory = Address::directories(|name| std::env::var_os(name)).into_iter().next();
    let missing = || Failure::new(Status::LOST, "no suitable socket path");
    Ok(directory.ok_or_else(missing)?.join(label))
}

/// Tells of directories that were not looked into.
pub(crate) fn warn_of(found: &FoundServers, colours: bool) {
    for directory in &found.directories {
        let why = match directory.state {
            DirectoryState::OtherUser { uid } => format!("belongs to user {uid}"),
            DirectoryState::NotDirectory => "is not a directory".to_owned(),
            DirectoryState::Unreadable { errno } => {
                std::io::Error::from_raw_os_error(errno).to_string()
            }
            _ => continue,
        };
        Failure::new(Status::DONE, format!("{}: {why}", shown(&directory.path))).tell(colours);
    }
}
