//! Who visits a server.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tmuxwire_testkit::{TestServer, Tmux};

/// Works, or how it fails.
pub(crate) type Outcome = Result<(), String>;

/// What works gets all the time that a busy machine may need.
const ENOUGH: Duration = Duration::from_secs(60);
/// After so long without what is waited for, a client of another release counts as hanging.
const HANGS: Duration = Duration::from_millis(2500);
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) enum Client {
    Ours,
    /// A release's own.
    Real(Tmux),
}

impl Client {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Ours => "tmuxwire".into(),
            Self::Real(tmux) => format!("tmux {}", tmux.version),
        }
    }

    pub(crate) fn program(&self) -> &Path {
        match self {
            Self::Ours => Path::new(env!("CARGO_BIN_EXE_tmuxwire")),
            Self::Real(tmux) => &tmux.path,
        }
    }

    /// Whether it is promised to work with a server of this release.
    pub(crate) fn must_work_on(&self, server: &Tmux) -> bool {
        match self {
            Self::Ours => true,
            Self::Real(tmux) => tmux.version == server.version,
        }
    }
}

/// A client on a server.
pub(crate) struct Visit<'a> {
    pub(crate) client: &'a Client,
    pub(crate) server: &'a TestServer,
}

impl Visit<'_> {
    /// Waits for something to come; answers how it failed if the client ends before, or hangs.
    pub(crate) fn wait(
        &self,
        mut has_come: impl FnMut() -> bool,
        mut end: impl FnMut() -> Option<String>,
    ) -> Outcome {
        let patience = match self.client.must_work_on(self.server.release()) {
            true => ENOUGH,
            false => HANGS,
        };
        let until = Instant::now() + patience;
        while !has_come() {
            if let Some(end) = end() {
                return Err(end);
            }
            if Instant::now() >= until {
                return Err("hangs".into());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// A program that fails loudly, for ours to find as tmux: it must do without.
    pub(crate) fn forbidden(&self) -> PathBuf {
        let path = self.server.home().join("forbidden");
        let text = "#!/bin/sh\necho \"tmuxwire ran the real tmux: $*\"\nexit 99\n";
        fs::write(&path, text).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
        path
    }
}
