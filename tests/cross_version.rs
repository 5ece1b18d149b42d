//! One client for every server: ours visits each release, beside what the releases' own clients do.
//!
//! `cargo test --test cross_version -- --nocapture` prints the tables.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "cross_version/client.rs"]
mod client;
#[path = "cross_version/piped.rs"]
mod piped;
#[path = "cross_version/seated.rs"]
mod seated;
#[path = "cross_version/table.rs"]
mod table;

use tmuxwire_testkit::{TestServer, Tmux, releases, wait_until};

use client::{Client, Outcome, Visit};
use table::Table;

type Way = fn(&Visit<'_>) -> Outcome;

/// What is tried of each client on each server.
const WAYS: [(&str, Way); 3] = [
    ("attached: sees the pane, types, resizes, detaches", seated::attach),
    ("control mode: -C attach, a command, an empty line", piped::control),
    ("a plain command: display-message -p", piped::command),
];

/// All that the clients do on a server of one release: a row for each client.
fn visits(release: &Tmux, clients: &[Client]) -> Vec<[Outcome; WAYS.len()]> {
    let mut server = TestServer::start(release);
    let visit = |client| WAYS.map(|(_, way)| visit(&mut server, client, way));
    clients.iter().map(visit).collect()
}

/// The server must be as before, whatever the client has done.
fn visit(server: &mut TestServer, client: &Client, way: Way) -> Outcome {
    let before = descriptors(server);
    let outcome = way(&Visit { client, server });
    if !server.is_alive() {
        server.restart();
        return Err("ends the server".into());
    }
    wait_until("no client is left", || server.tmux(["list-clients"]).stdout.is_empty());
    if matches!(client, Client::Ours) {
        // A server that keeps some of each visit comes to its limit one day.
        wait_until("the server has closed what it was passed", || descriptors(server) <= before);
    }
    outcome
}

/// How many descriptors a server has open.
fn descriptors(server: &TestServer) -> usize {
    let list = format!("/proc/{}/fd", server.pid());
    std::fs::read_dir(list).expect("the server's process").count()
}

#[test]
fn one_client_for_every_server() {
    let releases = releases();
    let mut clients = vec![Client::Ours];
    clients.extend(releases.iter().cloned().map(Client::Real));
    let columns: Vec<_> = std::thread::scope(|scope| {
        let clients = &clients;
        let start = |release| scope.spawn(move || visits(release, clients));
        let started: Vec<_> = releases.iter().map(start).collect();
        started.into_iter().map(|column| column.join().expect("all visits made")).collect()
    });
    let servers: Vec<&str> = releases.iter().map(|release| release.version.as_str()).collect();
    let mut table = Table::new(&servers);
    for (way, (name, _)) in WAYS.iter().enumerate() {
        table.section(name);
        for (row, client) in clients.iter().enumerate() {
            let cells: Vec<_> = columns.iter().map(|column| &column[row][way]).collect();
            table.row(&client.name(), &cells);
        }
    }
    println!("{table}");
    for (release, column) in releases.iter().zip(&columns) {
        for (client, outcomes) in clients.iter().zip(column) {
            // A release's own client shows that the visit asks for nothing strange.
            if client.must_work_on(release) {
                for ((way, _), outcome) in WAYS.iter().zip(outcomes) {
                    let name = client.name();
                    assert_eq!(outcome, &Ok(()), "{name} on a {} server, {way}", release.version);
                }
            }
        }
    }
}
