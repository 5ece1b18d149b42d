//! The twin that is asked through one channel, kept open from case to case.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use tmuxwire::{Channel, ChannelOptions, Command, ErrorKind, Output, Server};
use tmuxwire_testkit::{TestServer, Tmux};
use tokio::runtime::Runtime;

use crate::case::Case;
use crate::twins::{Answer, arguments};

/// Longest that an answer may take; a test that waits for ever tells nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, its channel, and a name for the server's socket that can be taken away: what is
/// answered without that name has travelled on the channel.
pub(crate) struct ByChannel {
    pub(crate) server: TestServer,
    name: PathBuf,
    runtime: Runtime,
    channel: Channel,
    /// Cases that the channel itself carried.
    pub(crate) carried: AtomicUsize,
}

impl ByChannel {
    pub(crate) fn start(release: &Tmux) -> Self {
        let server = TestServer::start(release);
        // A worker of its own answers the server while nobody asks anything.
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let name = server.home().join("name");
        symlink(server.socket(), &name).expect("a link");
        let channel = open(&runtime, &name);
        Self { server, name, runtime, channel, carried: AtomicUsize::new(0) }
    }

    /// Starts the server again, and opens another channel.
    pub(crate) fn restart(&mut self) {
        self.server.restart();
        self.channel = open(&self.runtime, &self.name);
    }

    /// Asks a case, and counts it if no connection of its own was needed.
    pub(crate) fn ask(&self, case: &Case) -> Answer {
        self.lead_to("/dev/null/nowhere".into());
        let outcome = self.run(case);
        self.lead_to(self.server.socket());
        let output = match outcome {
            Err(error) if is_nowhere(error.kind()) => self.run(case),
            outcome => {
                self.carried.fetch_add(1, Ordering::Relaxed);
                outcome
            }
        };
        self.answer(case, output)
    }

    /// Asks a case while others are being asked.
    pub(crate) fn ask_among_others(&self, case: &Case) -> Answer {
        self.answer(case, self.run(case))
    }

    fn run(&self, case: &Case) -> tmuxwire::Result<Output> {
        let command = Command::new(arguments(case, &self.server)).stdin(case.stdin);
        let answer = async { tokio::time::timeout(PATIENCE, self.channel.run(command)).await };
        self.runtime.block_on(answer).unwrap_or_else(|_| panic!("channel, {case:?}: no answer"))
    }

    fn answer(&self, case: &Case, output: tmuxwire::Result<Output>) -> Answer {
        let output = output.unwrap_or_else(|error| panic!("channel, {case:?}: {error:?}"));
        Answer::new(output.status, &output.stdout, &output.stderr, self.server.home())
    }

    fn lead_to(&self, place: PathBuf) {
        std::fs::remove_file(&self.name).expect("a link");
        symlink(place, &self.name).expect("a link");
    }
}

fn open(runtime: &Runtime, name: &Path) -> Channel {
    let channel = runtime.block_on(Server::at(name).channel(ChannelOptions::default()));
    let channel = channel.expect("a channel");
    assert!(!channel.is_attached());
    channel
}

/// Cases that a channel answers in another way than tmux's own client, from a version on, and why.
const EXCEPTIONS: [(&[&str], (u32, u32), &str); 2] = [
    (
        &["list-windows", "-t", "second"],
        (3, 8),
        "a 3.8 tells control clients layouts in the old form, all others in the new one",
    ),
    (&["display-message", "-p", "#{window_layout}"], (3, 8), "the same"),
];

/// Why a case is answered in another way on this release.
pub(crate) fn exception(case: &Case, release: &Tmux) -> Option<&'static str> {
    let listed = EXCEPTIONS.iter().find(|(arguments, (major, minor), _)| {
        *arguments == case.arguments && release.is_at_least(*major, *minor)
    });
    listed.map(|(_, _, why)| *why)
}

/// A failure that starts no server.
fn is_nowhere(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Connect { errno, .. } if *errno == Errno::ENOTDIR as i32)
}
