//! The suite for the driver without a runtime.

use bisync_macros::internal_strip_async as bisync;
use tmuxwire::ChannelOptions;
use tmuxwire::blocking::{Client, Link, Pane, Server, Session, Window};
use tmuxwire_testkit::TestServer;

use crate::route::{NOT_IN_MEMORY, Route, on_each_memory, on_each_release};

#[path = "suite/mod.rs"]
mod suite;

fn server(test: &TestServer, route: Route) -> Server {
    let server = Server::at(test.socket()).program(&test.release().path);
    match route {
        Route::Connections => server,
        Route::Channel => server.through_channel(ChannelOptions::default()).expect("a channel"),
        Route::Program => server.through_program(),
    }
}

fn all(route: Route) {
    on_each_release(route, |test| suite::all(server(&test, route), &[]));
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
    on_each_release(route, |test| {
        let mut test = test;
        let left = suite::killed(server(&test, route), || test.kill());
        assert!(
            !test.is_alive() && std::os::unix::net::UnixStream::connect(test.socket()).is_err()
        );
        test.restart();
        suite::restarted(left, server(&test, route));
        let other = TestServer::start(test.release());
        suite::mixed(server(&test, route), server(&other, route));
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
    on_each_memory(|memory| suite::all(Server::at(memory.socket()), NOT_IN_MEMORY));
    on_each_memory(|memory| {
        let server = Server::at(memory.socket()).through_channel(ChannelOptions::default());
        suite::all(server.expect("a channel"), NOT_IN_MEMORY);
    });
}

/// With a client on a terminal.
fn seen(route: Route) {
    on_each_release(route, |test| suite::clients(server(&test, route), &test));
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
