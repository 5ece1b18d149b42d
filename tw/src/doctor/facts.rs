//! What the checks look at, gathered once.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tmuxwire::{
    Address, Binary, FoundDirectory, FoundServer, FoundServers, SearchOptions, ServerState,
    Version, find_servers,
};

use crate::chosen::{self, By, Chosen};
use crate::ending::Failure;
use crate::global::Global;

/// How long the tmux program may take to tell its version.
const PROGRAM_LIMIT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Facts {
    /// The server that is meant, and whether it is the only one.
    pub(super) chosen: Chosen,
    pub(super) is_narrow: bool,
    pub(super) found: FoundServers,
    /// The tmux program, or why there is none.
    pub(super) program: Result<Program, String>,
    pub(super) inside: Option<Inside>,
    /// The directory for sockets that the environment leads to.
    pub(super) directory: Option<FoundDirectory>,
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    /// What it calls itself.
    pub(super) says: String,
    pub(super) version: Option<Version>,
}

/// What `$TMUX` names, and what is there.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) socket: PathBuf,
    pub(super) pid: Option<i32>,
    pub(super) server: Option<FoundServer>,
}

pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

impl Facts {
    pub(super) async fn gather(global: &Global, limit: Duration) -> Result<Self, Failure> {
        let by_option = chosen::by_option(global)?;
        let is_narrow = by_option.is_some();
        let chosen = match by_option {
            Some(chosen) => chosen,
            None => chosen::by_environment()?,
        };
        let mut options = SearchOptions::default().limit(limit).socket(&chosen.socket);
        if is_narrow {
            options = options.without_usual_places().without_processes().other_users();
        }
        let directory = match chosen.by {
            By::Path => None,
            _ => directory(),
        };
        let (found, program, inside) =
            tokio::join!(find_servers(options), program(), inside(limit));
        Ok(Self { chosen, is_narrow, found, program, inside, directory })
    }

    pub(super) fn running(&self) -> impl Iterator<Item = &FoundServer> {
        self.found.servers.iter().filter(|server| server.state == ServerState::Running)
    }
}

fn directory() -> Option<FoundDirectory> {
    let paths = Address::directories(|name| std::env::var_os(name));
    paths.into_iter().next().map(FoundDirectory::at)
}

async fn inside(limit: Duration) -> Option<Inside> {
    let (socket, pid) = chosen::inside()?;
    let options = SearchOptions::default().without_usual_places().without_processes();
    let found = find_servers(options.socket(&socket).limit(limit)).await;
    Some(Inside { socket, pid, server: found.servers.into_iter().next() })
}

async fn program() -> Result<Program, String> {
    let binary = Binary::find(|name| std::env::var_os(name)).map_err(|error| error.to_string())?;
    let mut asking = tokio::process::Command::new(binary.path());
    asking.arg("-V").envs(binary.marker()).stdin(Stdio::null()).kill_on_drop(true);
    let said = tokio::time::timeout(PROGRAM_LIMIT, asking.output()).await;
    let shown = binary.path().display();
    let said = said
        .map_err(|_| format!("{shown} doesn't tell its version"))?
        .map_err(|error| format!("{shown} doesn't run: {error}"))?;
    let says = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    match said.status.success() && !says.is_empty() {
        true => {
            Ok(Program { path: binary.path().to_owned(), version: Version::parse(&says), says })
        }
        false => Err(format!("{shown} doesn't tell its version")),
    }
}
