//! The routes that commands can take.

use tmuxwire_testkit::{TestServer, releases};

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Connections,
    Channel,
    Program,
}

/// On a server of its own for each release.
pub(crate) fn on_each_release(route: Route, test: impl Fn(TestServer)) {
    for release in releases() {
        eprintln!("tmux {} by {route:?}", release.version);
        test(TestServer::start(&release));
    }
}
