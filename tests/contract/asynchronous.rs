//! The suite for the tokio driver.

use bisync_macros::internal_noop as bisync;
use tmuxwire::{ChannelOptions, Link, Pane, Server, Session, Window};
use tmuxwire_testkit::TestServer;

use crate::route::{Route, on_each_release};

#[path = "suite/mod.rs"]
mod suite;

async fn server(test: &TestServer, route: Route) -> Server {
    let server = Server::at(test.socket()).program(&test.release().path).never_start();
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
        runtime.block_on(async { suite::all(server(test, route).await).await });
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
