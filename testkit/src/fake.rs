//! A server that says what a test wants, and judges what the client says.

use std::io::{ErrorKind, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::Child;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use tempfile::TempDir;
use tmuxwire_protocol::{
    Arguments, ClientEvent, Exit, Harm, HeaderLayout, Identified, ServerMessage, ServerSide,
};

use crate::wait::wait_until;
use crate::watchdog::directory;

/// Longest that a client may keep a fake server waiting.
const PATIENCE: Duration = Duration::from_secs(60);

/// Serves one connection.
pub type Serve = Box<dyn FnOnce(Peer) + Send>;

/// A listening fake server.
#[derive(Debug)]
pub struct FakeServer {
    directory: TempDir,
    listener: UnixListener,
}

impl FakeServer {
    /// Listens on a socket in a directory of its own.
    pub fn new() -> Self {
        let directory = directory();
        let listener = UnixListener::bind(directory.path().join("socket")).expect("a socket");
        Self { directory, listener }
    }

    /// The socket to connect to.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// Serves connections one after the other, each by its own function, in a thread. Joining it
    /// passes their panics on.
    pub fn serve<const N: usize>(&self, connections: [fn(Peer); N]) -> JoinHandle<()> {
        self.serve_each(connections.map(|serve| Box::new(serve) as Serve))
    }

    /// The same with functions that know something.
    pub fn serve_each<const N: usize>(&self, connections: [Serve; N]) -> JoinHandle<()> {
        let listener = self.listener.try_clone().expect("a descriptor");
        std::thread::spawn(move || {
            for serve in connections {
                let (socket, _) = listener.accept().expect("a connection");
                serve(Peer::new(socket, HeaderLayout::New));
            }
        })
    }

    /// The next connection.
    pub fn accept(&self) -> Peer {
        Peer::new(self.listener.accept().expect("a connection").0, HeaderLayout::New)
    }

    /// The next connection, of a client that may end without making one: `None` once it has.
    pub(crate) fn accept_from(&self, client: &mut Child, layout: HeaderLayout) -> Option<Peer> {
        self.listener.set_nonblocking(true).expect("a socket option");
        let mut peer = None;
        wait_until("the client connects or ends", || {
            let has_ended = client.try_wait().expect("a child").is_some();
            match self.listener.accept() {
                Ok((socket, _)) => peer = Some(Peer::new(socket, layout)),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}"),
            }
            peer.is_some() || has_ended
        });
        peer
    }
}

impl Default for FakeServer {
    fn default() -> Self {
        Self::new()
    }
}

/// A fake server's end of one connection.
#[derive(Debug)]
pub struct Peer {
    socket: UnixStream,
    side: ServerSide,
    /// How many reads brought something.
    pub reads: usize,
}

impl Peer {
    fn new(socket: UnixStream, layout: HeaderLayout) -> Self {
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket option");
        socket.set_write_timeout(Some(PATIENCE)).expect("a socket option");
        Self { socket, side: ServerSide::new(layout), reads: 0 }
    }

    /// The next thing that the client says, or `None` when it has closed.
    ///
    /// # Errors
    /// [`Harm`], if it would have harmed a real server.
    pub fn hear(&mut self) -> Result<Option<ClientEvent>, Harm> {
        let mut buffer = [0; 65535];
        loop {
            if let Some(event) = self.side.poll_event()? {
                return Ok(Some(event));
            }
            match receive(&self.socket, &mut buffer) {
                Ok((0, _)) | Err(Errno::CONNRESET) => return Ok(None),
                Ok((count, descriptor)) => {
                    self.reads += 1;
                    match descriptor {
                        Some(descriptor) => {
                            self.side.handle_data_with_fd(&buffer[..count], descriptor)
                        }
                        None => self.side.handle_data(&buffer[..count]),
                    }
                }
                Err(error) => panic!("the client says nothing: {error}"),
            }
        }
    }

    /// The first byte that the client sends, whatever it means.
    pub fn hear_byte(mut self) -> Option<u8> {
        let mut byte = [0];
        let count = self.socket.read(&mut byte).expect("a client that says something");
        (count == 1).then_some(byte[0])
    }

    /// The client's identity and command, which it must say first and without being asked.
    pub fn command(&mut self) -> (Box<Identified>, Arguments) {
        let Ok(Some(ClientEvent::Identified(identity))) = self.hear() else {
            panic!("no identity")
        };
        let Ok(Some(ClientEvent::Command(arguments))) = self.hear() else { panic!("no command") };
        (identity, arguments)
    }

    /// Says something. A client that has gone is no failure.
    pub fn say(&mut self, message: &ServerMessage) {
        self.side.say(message).expect("a message that fits");
        self.send();
    }

    /// Says several things in one piece.
    pub fn say_together(&mut self, messages: &[ServerMessage]) {
        for message in messages {
            self.side.say(message).expect("a message that fits");
        }
        self.send();
    }

    /// Says bytes that no server says.
    pub fn say_raw(&mut self, bytes: &[u8]) {
        self.side.say_raw(bytes);
        self.send();
    }

    /// Says `EXIT` with a status.
    pub fn exit(&mut self, status: i32) {
        self.say(&ServerMessage::Exit(Exit { status: Some(status), message: None }));
    }

    /// Everything that the client still says, until it closes.
    pub fn rest(&mut self) -> Vec<ClientEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.hear().expect("nothing harmful") {
            events.push(event);
        }
        events
    }

    fn send(&mut self) {
        while let Some(transmit) = self.side.poll_transmit() {
            match self.socket.write(transmit.bytes) {
                Ok(count) => self.side.handle_sent(count),
                Err(_) => return,
            }
        }
    }
}

/// Reads what has arrived, and the descriptor that came with it.
fn receive(socket: &UnixStream, buffer: &mut [u8]) -> Result<(usize, Option<OwnedFd>), Errno> {
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let mut pieces = [IoSliceMut::new(buffer)];
    let message = recvmsg(socket, &mut pieces, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let passed = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    Ok((message.bytes, passed))
}
