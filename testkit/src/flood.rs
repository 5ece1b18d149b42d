//! A server that answers everything with output that doesn't end.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use tempfile::TempDir;
use tmuxwire_protocol::{HeaderLayout, ServerMessage, Stream};

use crate::watchdog::directory;

/// Most that one connection gets; a client that takes all of it has no bound.
const MOST: u64 = 1 << 30;

/// A fake server whose every answer is endless. It serves any number of clients until the test ends.
#[derive(Debug)]
pub struct Flood {
    directory: TempDir,
    most: Arc<AtomicU64>,
}

impl Flood {
    /// Listens on a socket in a directory of its own.
    pub fn start() -> Self {
        let directory = directory();
        let listener = UnixListener::bind(directory.path().join("socket")).expect("a socket");
        let most = Arc::new(AtomicU64::new(0));
        let taken = Arc::clone(&most);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let taken = Arc::clone(&taken);
                std::thread::spawn(move || taken.fetch_max(serve(socket), Ordering::Relaxed));
            }
        });
        Self { directory, most }
    }

    /// The socket to connect to.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// The most bytes that a connection that has ended took.
    pub fn taken(&self) -> u64 {
        self.most.load(Ordering::Relaxed)
    }
}

/// Waits for the client to say something, then prints until it goes; answers how much it took.
fn serve(mut socket: UnixStream) -> u64 {
    let mut buffer = [0; 1];
    if !matches!(socket.read(&mut buffer), Ok(1)) {
        return 0;
    }
    let mut frames = BytesMut::new();
    let mut put = |message: ServerMessage| {
        frames.clear();
        message.encode(HeaderLayout::New, &mut frames).expect("a message that fits");
        frames.to_vec()
    };
    let stream = Stream(1);
    let open = put(ServerMessage::WriteOpen { stream, fd: 1, flags: 0, path: None });
    let data = put(ServerMessage::Write { stream, data: Bytes::from(vec![b'y'; 16_000]) });
    let mut taken = 0;
    let mut outcome = socket.write_all(&open);
    while outcome.is_ok() && taken < MOST {
        outcome = socket.write_all(&data);
        taken += data.len() as u64;
    }
    taken
}
