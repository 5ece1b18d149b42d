//! What a request tells its driver, what it is given, and how it can fail.

use std::os::fd::OwnedFd;

use bytes::Bytes;
use thiserror::Error;

use crate::error::DecodeError;
use crate::frame::{HeaderLayout, PROTOCOL_VERSION};
use crate::message::{Exit, MessageType, Stream, WireString};

/// A platform error number, as file streams report it. Not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Errno(pub i32);

/// What the server wants of the client, in the order in which it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver must do each of them: a new one must not be passed over"
)]
pub enum Event {
    /// Open something for writing, then answer with [`Request::write_opened`](crate::Request::write_opened). Data may arrive
    /// before the answer is given.
    OpenWrite {
        /// The stream that the answer and the data refer to.
        stream: Stream,
        /// What to open.
        target: WriteTarget,
    },
    /// Write to an open stream. Streams 1 and 2 are never closed; the exit ends them.
    Write {
        /// The stream.
        stream: Stream,
        /// At most [`MAX_DATA`](crate::MAX_DATA) bytes.
        data: Bytes,
    },
    /// Close a stream, then tell with [`Request::write_closed`](crate::Request::write_closed) whether everything was written.
    CloseWrite {
        /// The stream.
        stream: Stream,
    },
    /// Open something for reading; feed it to [`Request::read_data`](crate::Request::read_data) and end it with exactly one
    /// [`Request::read_done`](crate::Request::read_done).
    OpenRead {
        /// The stream.
        stream: Stream,
        /// What to read.
        source: ReadSource,
    },
    /// The server wants no more of a stream: stop reading and call [`Request::read_done`](crate::Request::read_done).
    CancelRead {
        /// The stream.
        stream: Stream,
    },
    /// The command has ended. Nothing may be sent any more; close the connection.
    Exit(Exit),
    /// The server is going away, and the command with it. tmux's client exits with 0 here,
    /// though the command may not have run. Close the connection: the server waits for it.
    Shutdown,
    /// The client is attached: the terminal is the server's from here to the end. The events
    /// below come after this one, and those that end the client come when the server has given
    /// the terminal back.
    Ready,
    /// The server has given the terminal back, so that the client can stop itself. When it goes on,
    /// answer with [`Request::resume`](crate::Request::resume).
    Suspend,
    /// The server has given the terminal back, so that the client can run the lock command by
    /// `sh -c`. When that has ended, answer with [`Request::resume`](crate::Request::resume).
    Lock {
        /// The command.
        command: WireString,
    },
    /// The client is to be replaced by a program (`detach-client -E`).
    Exec {
        /// What to run, with `shell -c`.
        command: WireString,
        /// The shell, also to be set as `SHELL`.
        shell: WireString,
    },
    /// The client has left as [`Request::leave`](crate::Request::leave) asked.
    Left,
    /// The server hung up on an attached client without a word. The terminal may be as the server
    /// used it.
    LostServer,
    /// The answer to [`Request::shell`](crate::Request::shell): the shell's path.
    Shell(WireString),
    /// A client was detached from its session (`detach-client`). Close the connection.
    Detached {
        /// The session's name.
        session: WireString,
        /// Whether the client's parent process was to be ended, too (`detach-client -P`).
        kill: bool,
    },
}

/// What the server wants to write to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a driver must open each of them")]
pub enum WriteTarget {
    /// The client's standard output.
    Stdout,
    /// The client's standard error.
    Stderr,
    /// A file that [`Request::files`](crate::Request::files) allows, to be created with mode 0644.
    Path {
        /// An absolute path.
        path: WireString,
        /// The server's `open` flags; only `O_APPEND` and `O_TRUNC` mean anything.
        flags: i32,
    },
}

/// What the server wants to read from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a driver must open each of them")]
pub enum ReadSource {
    /// The client's standard input.
    Stdin,
    /// A file that [`Request::files`](crate::Request::files) allows, by its absolute path.
    Path(WireString),
}

/// A terminal to pass to the server, which does all input and output on it from
/// [`Event::Ready`] to the end.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "who makes one decides everything in it")]
pub struct Terminal {
    /// The terminal, open for reading and writing.
    pub stdin: OwnedFd,
    /// What the client's output goes to, for servers from 3.2 on, which close it unused. Older ones
    /// don't know it, and would keep it open until they end.
    pub stdout: Option<OwnedFd>,
    /// The server's header layout: a message with a descriptor in the wrong one is lost.
    pub layout: HeaderLayout,
    /// The terminal's features as the server's version numbers them (PROTOCOL section 7).
    pub features: i32,
    /// `name=value` for each of its capabilities: servers from 3.2 on know no other source.
    pub terminfo: Vec<WireString>,
}

/// How a control client's lines travel (PROTOCOL section 13.1).
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "who makes one decides everything in it")]
pub enum ControlStream {
    /// As the file streams of standard input and output: 3.0 and 3.1.
    Socket,
    /// On descriptors that the server gets from us: 3.2 and later. It makes both non-blocking.
    Descriptors {
        /// What the server reads commands from.
        stdin: OwnedFd,
        /// What the server writes to.
        stdout: OwnedFd,
        /// The server's header layout: a message with a descriptor in the wrong one is lost.
        layout: HeaderLayout,
    },
}

/// Why a request can't go on. The connection is of no use any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The server's bytes are not tmux's.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The server refuses our protocol version (MSG_VERSION).
    #[error("protocol version mismatch (client {PROTOCOL_VERSION}, server {server})")]
    VersionMismatch {
        /// The version that the server speaks.
        server: u8,
    },
    /// A frame with another protocol version than ours.
    #[error("a frame of protocol version {version}")]
    WrongPeer {
        /// The version in the frame.
        version: u8,
    },
    /// A message that no server sends to a client that isn't attached.
    #[error("unexpected message {0:?}")]
    Unexpected(MessageType),
    /// A stream was opened twice.
    #[error("stream {} opened twice", .0.0)]
    StreamInUse(Stream),
    /// More than [`MAX_STREAMS`](crate::MAX_STREAMS) streams are open.
    #[error("too many open streams")]
    TooManyStreams,
    /// The server goes on asking, and reads none of our answers.
    #[error("the server reads none of our answers")]
    AnswersUnread,
    /// A 3.0 server asks for our standard input, whose message size depends on the server's C
    /// library and must be given with [`Request::old_stdio_size`](crate::Request::old_stdio_size): a wrong size ends the server.
    #[error("the size of the server's stdio messages is not known")]
    OldStdioSize,
    /// The connection ended before the command did.
    #[error("the server closed the connection")]
    Closed,
}
