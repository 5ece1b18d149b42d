//! The suite for the tokio driver.

use bisync_macros::internal_noop as bisync;
use tmuxwire::{ChannelOptions, Client, Link, Pane, Server, Session, Window};
use tmuxwire_testkit::TestServer;

use crate::route::{NOT_IN_MEMORY, Route, on_each_memory, on_each_release};

#[path = "suite/mod.rs"]
mod suite;

async fn server(test: &TestServer, route: Route) -> Server {
    let server = Server::at(test.socket()).program(&test.release().path);
    match route {
        Route::Connections => server,
        Route::Channel => {
            server.through_channel(ChannelOptions::default()).await.expect("a channel")
        }
        Route::Program => server.through_program(),
    }
}

fn all(route: Route) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    on_each_release(route, |test| {
        runtime.block_on(async { suite::all(server(&test, route).await, &[]).await });
    });
}

#[test]
fn connections_give_the_same() {
    all(Route::Connections);
}

#[test]
fn a_channel_gives_the_same() {
    all(Route::Channel);
}

#[test]
fn the_program_gives_the_same() {
    all(Route::Program);
}

/// A server is killed, and started again on the same socket.
fn ends(route: Route) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    on_each_release(route, |test| {
        let mut test = test;
        let first = runtime.block_on(server(&test, route));
        let left = runtime.block_on(suite::killed(first, || test.kill()));
        assert!(
            !test.is_alive() && std::os::unix::net::UnixStream::connect(test.socket()).is_err()
        );
        test.restart();
        runtime.block_on(async { suite::restarted(left, server(&test, route).await).await });
        let other = TestServer::start(test.release());
        runtime.block_on(async {
            suite::mixed(server(&test, route).await, server(&other, route).await).await;
        });
    });
}

#[test]
fn connections_know_their_server() {
    ends(Route::Connections);
}

#[test]
fn a_channel_knows_its_server() {
    ends(Route::Channel);
}

#[test]
fn the_program_knows_its_server() {
    ends(Route::Program);
}

#[test]
fn a_tmux_in_memory_gives_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    on_each_memory(|memory| {
        let server = Server::at(memory.socket());
        runtime.block_on(suite::all(server, NOT_IN_MEMORY));
    });
    on_each_memory(|memory| {
        let server = Server::at(memory.socket());
        runtime.block_on(async {
            let server = server.through_channel(ChannelOptions::default()).await;
            suite::all(server.expect("a channel"), NOT_IN_MEMORY).await;
        });
    });
}

/// With a client on a terminal.
fn seen(route: Route) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    on_each_release(route, |test| {
        runtime.block_on(async { suite::clients(server(&test, route).await, &test).await });
    });
}

#[test]
fn connections_see_clients() {
    seen(Route::Connections);
}

#[test]
fn a_channel_sees_clients() {
    seen(Route::Channel);
}

#[test]
fn the_program_sees_clients() {
    seen(Route::Program);
}
