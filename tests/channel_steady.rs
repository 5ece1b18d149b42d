//! Channels leave nothing behind. One test, in a process of its own, because it counts the
//! process's own things.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;

use tmuxwire::ChannelOptions;
use tmuxwire::blocking::Server;
use tmuxwire_testkit::{TestServer, releases, wait_until};

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("threads").count()
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("descriptors").count()
}

#[test]
fn a_thousand_channels_leave_nothing_behind() {
    for release in releases() {
        let server = TestServer::start(&release);
        let client = Server::at(server.socket());
        client.run(["list-sessions"]).expect("an answer");
        let before = (threads(), descriptors());
        for round in 0..1000 {
            let options = match round % 4 {
                0 => ChannelOptions::default().attach(),
                _ => ChannelOptions::default(),
            };
            let channel = client.channel(options).expect("a channel");
            let output = channel.run(["display-message", "-p", "x"]).expect("an answer");
            assert_eq!(output.stdout_text(), "x\n");
            if round % 2 == 0 {
                channel.close();
            }
        }
        wait_until("threads and descriptors are gone", || (threads(), descriptors()) == before);
        wait_until("the server has let go", || server.connections() == 0);
        assert!(server.is_alive());
    }
}
