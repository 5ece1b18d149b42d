//! What these tests share.

use tmuxwire::blocking::{Channel, Server};
use tmuxwire::{ChannelOptions, Error, ErrorKind, Output};
use tmuxwire_testkit::{TestServer, releases};

/// Runs a test on a server of each release.
pub(crate) fn on_each_release(test: impl Fn(TestServer)) {
    for release in releases() {
        eprintln!("tmux {}", release.version);
        test(TestServer::start(&release));
    }
}

/// The ways in which a channel can be open.
pub(crate) fn ways() -> [ChannelOptions; 2] {
    [ChannelOptions::default(), ChannelOptions::default().attach()]
}

pub(crate) fn open(server: &TestServer, options: ChannelOptions) -> Channel {
    let channel = Server::at(server.socket()).channel(options);
    channel.unwrap_or_else(|error| panic!("tmux {}: {error:?}", server.release().version))
}

/// A command that prints a text, and what it prints.
pub(crate) fn print(text: &str) -> [&str; 3] {
    ["display-message", "-p", text]
}

pub(crate) fn text_of(output: Result<Output, Error>) -> String {
    output.expect("an answer").stdout_text().into_owned()
}

/// Whether a call has come back as it should from a channel that ended.
pub(crate) fn is_answer_or_end(outcome: &Result<Output, Error>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => matches!(error.kind(), ErrorKind::ChannelEnded(_)),
    }
}
