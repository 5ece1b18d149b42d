//! Many clients of one program at once: what they cost is counted, so they are alone here.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

use tmuxwire::{AttachEnd, AttachOptions, Server};
use tmuxwire_testkit::{Terminal, TestServer, releases};

const CLIENTS: usize = 50;

fn count(directory: &str) -> usize {
    Path::new(directory).read_dir().expect("the kernel's list").count()
}

/// A web terminal holds as many as it has visitors.
#[test]
fn fifty_clients_come_and_go() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    for release in releases() {
        let server = TestServer::start(&release);
        let terminals: Vec<Terminal> = (0..CLIENTS).map(|_| Terminal::open(80, 24)).collect();
        let (descriptors, threads) = (count("/proc/self/fd"), count("/proc/self/task"));
        runtime.block_on(async {
            let handle = Server::at(server.socket());
            let mut clients = Vec::new();
            for terminal in &terminals {
                let slave = terminal.slave();
                clients.push(
                    handle
                        .attach(slave, AttachOptions::new().term("xterm"))
                        .await
                        .expect("attached"),
                );
            }
            for terminal in &terminals {
                terminal.wait_for("five");
            }
            // A socket and the terminal each, and no thread.
            assert_eq!(count("/proc/self/fd"), descriptors + 2 * CLIENTS, "{}", release.version);
            assert_eq!(count("/proc/self/task"), threads, "{}", release.version);
            for client in &clients {
                client.detach();
            }
            for client in &mut clients {
                assert_eq!(client.ended().await.expect("an end"), AttachEnd::Left);
            }
        });
        assert_eq!(count("/proc/self/fd"), descriptors, "{}", release.version);
        assert!(server.tmux(["list-clients"]).stdout.is_empty());
    }
}
