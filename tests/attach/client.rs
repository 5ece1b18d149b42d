//! The two clients, each behind the same name.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tmuxwire_testkit::TestServer;

/// The client's script waits at it. Attaching throws away what was printed and not read yet, which
/// must not be the echo of what was typed.
pub(crate) const GATE: &str = "gate";

/// Who is typed at the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// The tmux program of the server's own release.
    Real,
    /// `tmuxwire`.
    Ours,
}

impl Client {
    /// Whether ours must do without the real program: what it finds as such fails loudly.
    pub(crate) const fn native() -> bool {
        true
    }

    /// Puts a program `client` into a directory of the server's home, which is this client with
    /// the server's socket, and answers the directory.
    pub(crate) fn install(self, server: &TestServer) -> PathBuf {
        let directory = server.home().join("bin");
        fs::create_dir_all(&directory).expect("a directory");
        let program = match self {
            Self::Real => &server.release().path,
            Self::Ours => Path::new(env!("CARGO_BIN_EXE_tmuxwire")),
        };
        let (program, socket) = (program.display(), server.socket());
        let gate = server.home().join(GATE);
        script(
            &directory.join("client"),
            &format!(
                "read line <{}; exec {program} -S {} \"$@\"",
                gate.display(),
                socket.display()
            ),
        );
        let forbidden = "echo \"tmuxwire ran the real tmux: $*\" >&2; exit 99";
        script(&directory.join("forbidden"), forbidden);
        directory
    }

    /// What ours takes for the real tmux.
    pub(crate) fn real_tmux(server: &TestServer) -> PathBuf {
        match Self::native() {
            true => server.home().join("bin/forbidden"),
            false => server.release().path.clone(),
        }
    }
}

fn script(path: &Path, text: &str) {
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
}
