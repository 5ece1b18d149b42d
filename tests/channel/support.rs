//! What these tests share.

use std::future::Future;
use std::time::Duration;

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

/// Runs a test on a server of each release, while other threads answer for its channels: the test
/// may block.
pub(crate) fn beside_each_release<F: Future<Output = ()>>(test: impl Fn(TestServer) -> F) {
    for release in releases() {
        eprintln!("tmux {}", release.version);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(test(TestServer::start(&release)));
    }
}

/// What the real client prints.
pub(crate) fn asked<const N: usize>(server: &TestServer, words: [&str; N]) -> String {
    let output = server.tmux(words);
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).trim_end().to_owned()
}

pub(crate) async fn open(server: &TestServer, options: ChannelOptions) -> Channel {
    let channel = Server::at(server.socket()).channel(options).await;
    channel.unwrap_or_else(|error| panic!("tmux {}: {error:?}", server.release().version))
}

/// A channel that is attached to the session.
pub(crate) async fn attached(server: &TestServer) -> Channel {
    open(server, ChannelOptions::default().attach_to("main")).await
}

/// What must come within a while; a test that waits for ever tells nothing.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, future).await.expect("within 60 s")
}
