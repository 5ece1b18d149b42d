//! What these tests share.

use std::future::Future;

use tmuxwire::{Channel, ChannelOptions, Server};
use tmuxwire_testkit::{TestServer, Tmux, releases};

/// Runs a test on a server of each release.
pub(crate) fn on_each_release<F: Future<Output = ()>>(test: impl Fn(TestServer) -> F) {
    for release in releases() {
        eprintln!("tmux {}", release.version);
        on(&release, &test);
    }
}

/// Runs a test on a server of one release.
pub(crate) fn on<F: Future<Output = ()>>(release: &Tmux, test: impl Fn(TestServer) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test(TestServer::start(release)));
}

pub(crate) async fn open(server: &TestServer, options: ChannelOptions) -> Channel {
    let channel = Server::at(server.socket()).channel(options).await;
    channel.unwrap_or_else(|error| panic!("tmux {}: {error:?}", server.release().version))
}
