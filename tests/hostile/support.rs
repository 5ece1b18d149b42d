//! A server that wants files of ours, whatever it is asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;
use tmuxwire_protocol::{ClientEvent, ServerMessage, Stream, WireString};
use tmuxwire_testkit::{FakeServer, Peer};

pub(crate) const LIMIT: Duration = Duration::from_secs(20);
const ACCESS: i32 = nix::libc::EACCES;

/// A directory of ours with a secret, and without the file that the thief wants to make.
pub(crate) struct Thief {
    home: TempDir,
    fake: Arc<FakeServer>,
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Attempt>>>,
}

/// What came of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// What was answered to its opens.
    pub(crate) read: Option<i32>,
    pub(crate) write: Option<i32>,
}

impl Thief {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        std::fs::write(home.path().join("secret"), "text").expect("written");
        let (fake, done) = (Arc::new(FakeServer::new()), Arc::new(AtomicBool::new(false)));
        let (listening, ended) = (Arc::clone(&fake), Arc::clone(&done));
        let (secret, victim) = (home.path().join("secret"), home.path().join("victim"));
        let thread = std::thread::spawn(move || {
            let mut attempts = Vec::new();
            loop {
                let peer = listening.accept();
                if ended.load(Ordering::SeqCst) {
                    return attempts;
                }
                attempts.extend(steal(peer, &secret, &victim));
            }
        });
        Self { home, fake, done, thread: Some(thread) }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.fake.socket()
    }

    pub(crate) fn victim(&self) -> PathBuf {
        self.home.path().join("victim")
    }

    /// What came of all of it.
    pub(crate) fn attempts(mut self) -> Vec<Attempt> {
        self.done.store(true, Ordering::SeqCst);
        drop(std::os::unix::net::UnixStream::connect(self.socket()).expect("a connection"));
        self.thread.take().expect("once").join().expect("the thief saw nothing harmful")
    }
}

/// Asks for both files, then answers as a server of 3.8 that refuses everything else. `None` if the
/// client wanted nothing.
fn steal(mut peer: Peer, secret: &Path, victim: &Path) -> Option<Attempt> {
    loop {
        match peer.hear().ok()? {
            Some(ClientEvent::Command(_) | ClientEvent::Shell) => break,
            Some(_) => {}
            None => return None,
        }
    }
    let wire = |path: &Path| WireString::new(path.to_str().expect("text").to_owned());
    let (secret, victim) = (wire(secret).expect("valid"), wire(victim).expect("valid"));
    peer.say(&ServerMessage::ReadOpen { stream: Stream(70), fd: -1, path: secret });
    let (fd, flags) = (-1, nix::libc::O_TRUNC);
    peer.say(&ServerMessage::WriteOpen { stream: Stream(71), fd, flags, path: Some(victim) });
    peer.say(&ServerMessage::Write { stream: Stream(71), data: "evil".into() });
    let mut attempt = Attempt { read: None, write: None };
    while attempt.read.is_none() || attempt.write.is_none() {
        match peer.hear().expect("nothing harmful") {
            Some(ClientEvent::ReadDone { stream: Stream(70), error }) => {
                attempt.read = Some(error);
            }
            Some(ClientEvent::WriteReady { stream: Stream(71), error }) => {
                attempt.write = Some(error);
            }
            Some(_) => {}
            None => return Some(attempt),
        }
    }
    peer.say(&ServerMessage::WriteOpen { stream: Stream(1), fd: 1, flags: 0, path: None });
    peer.say(&ServerMessage::Write { stream: Stream(1), data: "3.8\n".into() });
    peer.exit(1);
    peer.rest();
    Some(attempt)
}

/// Nothing was opened, and the thief was told so.
pub(crate) fn check(thief: Thief, what: &str) {
    let victim = thief.victim();
    assert!(!victim.exists(), "{what}: the file was made");
    let attempts = thief.attempts();
    let refused = Attempt { read: Some(ACCESS), write: Some(ACCESS) };
    assert!(attempts.contains(&refused), "{what}: nothing was answered");
    for Attempt { read, write } in attempts {
        // A client may also have gone without a word.
        assert!(read.is_none_or(|error| error == ACCESS), "{what}");
        assert!(write.is_none_or(|error| error == ACCESS), "{what}");
    }
}
