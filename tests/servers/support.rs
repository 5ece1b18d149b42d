//! Searches that see this test's servers alone. Other tests run on the same machine, so what the
//! kernel tells is filtered by process.

use std::path::Path;
use std::time::Duration;

use tmuxwire::{FoundServer, FoundServers, SearchOptions, find_servers};
use tmuxwire_testkit::{TestServer, releases};

/// Long enough for a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);
/// Where a server is known not to answer.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

pub(crate) fn on_each_release(test: impl Fn(&TestServer)) {
    for release in releases() {
        eprintln!("tmux {}", release.version);
        test(&TestServer::start(&release));
    }
}

/// Never the user's own servers.
pub(crate) fn nowhere() -> SearchOptions {
    SearchOptions::default().without_usual_places().without_processes().limit(LIMIT)
}

pub(crate) fn search(options: SearchOptions) -> FoundServers {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(find_servers(options))
}

/// The servers of a directory, whatever they are.
pub(crate) fn in_directory(directory: &Path, limit: Duration) -> Vec<FoundServer> {
    search(nowhere().directory(directory).limit(limit)).servers
}

/// The one server of a directory.
pub(crate) fn only(directory: &Path, limit: Duration) -> FoundServer {
    let mut servers = in_directory(directory, limit);
    assert_eq!(servers.len(), 1, "{servers:?}");
    servers.remove(0)
}

/// A server by its process, found among those of the machine.
pub(crate) fn by_pid(pid: u32) -> Vec<FoundServer> {
    let options = SearchOptions::default().without_usual_places().limit(LIMIT);
    let mut servers = search(options).servers;
    servers.retain(|server| server.pid == Some(pid.cast_signed()));
    servers
}
