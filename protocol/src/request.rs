//! One command from identify to exit, as a state machine without IO.

mod attached;
mod event;
mod files;
mod streams;

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::OwnedFd;

use self::attached::Attachment;
pub use self::event::{
    ControlStream, Errno, Event, ReadSource, RequestError, Terminal, WriteTarget,
};
pub use self::files::{Access, AllowedFile, AllowedFiles};
use self::streams::StreamState;
pub use self::streams::{MAX_DATA, MAX_STREAMS};
use crate::frame::{
    Descriptor, Frame, FrameDecoder, HeaderLayout, MAX_PAYLOAD, PROTOCOL_VERSION, put_frame,
};
use crate::identity::{ClientFlags, Identity};
use crate::message::{Arguments, ClientMessage, MessageType, ServerMessage, Stream};
use crate::outbox::{Outbox, Transmit};

/// Answers that a server may leave unread while it goes on asking. tmux reads each.
const MAX_UNREAD: usize = 4096;

/// The numbers of standard output and error; those of a 3.0a server's, too, which numbers no streams.
const STDOUT: Stream = Stream(1);
const STDERR: Stream = Stream(2);

/// A message type that no tmux knows; all ignore such messages.
const UNKNOWN_TYPE: MessageType = MessageType(9999);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// EXIT or SHUTDOWN has arrived: nothing may be sent.
    Ended,
    Failed(RequestError),
}

/// How many answers the server has left unread, counted from the first of them.
#[derive(Debug, Default)]
struct Unread {
    /// Where in the stream that begins.
    first: u64,
    count: usize,
}

/// One command on one connection.
///
/// Everything that the client says is queued by [`new`](Self::new). Then, in any order:
/// [`poll_transmit`](Self::poll_transmit) / [`handle_sent`](Self::handle_sent) for the way out,
/// [`handle_data`](Self::handle_data) / [`handle_eof`](Self::handle_eof) for the way in,
/// [`poll_event`](Self::poll_event) for what to do, and the answers that events ask for. Poll
/// events until `Ok(None)` after each input. Answers that come too late, twice, or for streams
/// that nobody opened are dropped: they would harm the server.
#[derive(Debug)]
pub struct Request {
    outbox: Outbox,
    decoder: FrameDecoder,
    streams: BTreeMap<Stream, StreamState>,
    files: AllowedFiles,
    unread: Unread,
    pending: VecDeque<Event>,
    flags: ClientFlags,
    old_stdio_size: Option<usize>,
    /// Whether this is a control client, which has more ways to end.
    control: bool,
    /// How far the client has come with its session, if it wants one.
    attachment: Attachment,
    /// The flags that the server says we have, once somebody has changed them.
    flags_told: Option<u64>,
    early: bool,
    /// READ or READ_DONE may wait to be sent.
    feeding: bool,
    /// Nothing of what arrived is left to look at.
    drained: bool,
    eof: bool,
    answered: bool,
    phase: Phase,
}

impl Request {
    /// Queues identity and command.
    pub fn new(identity: &Identity, arguments: &Arguments) -> Self {
        let mut request = Self::identified(identity, Outbox::default());
        request.say_command(arguments);
        request
    }

    /// A control client that attaches by `command` (`attach-session`, `new-session`). Its end is
    /// the end of the client; the commands and what they print travel on `stream`.
    pub fn control(
        identity: &Identity,
        stream: ControlStream,
        flags: ClientFlags,
        command: &Arguments,
    ) -> Self {
        let mut request = Self::control_client(identity, stream, flags);
        request.say_command(command);
        request
    }

    /// A control client that never attaches: nobody sees it, and no session is needed.
    ///
    /// This rests on how servers are made inside. Up to 3.3a a control client that says no command
    /// is served at once. Later ones read from it only once a first command of an attached client
    /// is done; so `first` is such a command, without effect, and a flag says "attached".
    pub fn control_without_session(
        identity: &Identity,
        stream: ControlStream,
        first: Option<&Arguments>,
    ) -> Self {
        let flags = match first {
            Some(_) => ClientFlags::ATTACHED,
            None => ClientFlags::NONE,
        };
        let mut request = Self::control_client(identity, stream, flags);
        if let Some(first) = first {
            request.say_command(first);
        }
        request
    }

    fn control_client(identity: &Identity, stream: ControlStream, flags: ClientFlags) -> Self {
        let mut outbox = Outbox::default();
        if let ControlStream::Descriptors { stdin, stdout, layout } = stream {
            push_descriptors(&mut outbox, stdin, Some(stdout), layout);
        }
        let said = (flags | ClientFlags::CONTROL).put(outbox.buffer());
        debug_assert!(said.is_ok(), "flags fit");
        Self { control: true, ..Self::identified(identity, outbox) }
    }

    /// Queues the identity behind what is there.
    fn identified(identity: &Identity, mut outbox: Outbox) -> Self {
        outbox.buffer().reserve(identity.packed().len().saturating_add(MAX_PAYLOAD / 32));
        outbox.buffer().extend_from_slice(identity.packed());
        Self {
            outbox,
            // Servers pass no descriptors, so both layouts read the same.
            decoder: FrameDecoder::new(HeaderLayout::New),
            streams: BTreeMap::new(),
            files: AllowedFiles::Nothing,
            unread: Unread::default(),
            pending: VecDeque::new(),
            flags: identity.flags(),
            old_stdio_size: None,
            control: false,
            attachment: Attachment::NotAsked,
            flags_told: None,
            early: false,
            feeding: false,
            drained: true,
            eof: false,
            answered: false,
            phase: Phase::Running,
        }
    }

    fn say_command(&mut self, arguments: &Arguments) {
        self.say(MessageType::COMMAND, &[&arguments.count_field(), arguments.packed()]);
    }

    /// Asks for the shell that the user's programs run in (`tmux -c`); [`Event::Shell`] answers.
    pub fn shell(identity: &Identity) -> Self {
        let mut request = Self::identified(identity, Outbox::default());
        request.say(MessageType::SHELL, &[]);
        request
    }

    /// A request whose fate tells the header layout of a server that doesn't name its version
    /// (PROTOCOL section 3.5): an old server runs the command, a new one closes without an answer.
    ///
    /// In front of everything goes a message of a type that nobody knows, its header marked the old
    /// way as carrying a descriptor. New servers read that as a length beyond the limit.
    pub fn layout_probe(identity: &Identity, arguments: &Arguments) -> Self {
        let mut request = Self::new(identity, arguments);
        let rest = request.outbox.buffer().split();
        let probed = put_frame(request.outbox.buffer(), HeaderLayout::Old, UNKNOWN_TYPE, true, &[]);
        debug_assert!(probed.is_ok(), "a header alone fits");
        request.outbox.buffer().unsplit(rest);
        request
    }

    /// Says WRITE_READY for standard output in advance, which saves the server and us a turn each.
    ///
    /// For commands that print and don't wait; with others it costs the server a turn. The
    /// message must come in a read of its own after the command's, or the server doesn't know
    /// the stream yet; if it comes too early or too late, it is said again. See
    /// [`Transmit::urgent`].
    #[must_use]
    pub fn ready_early(mut self) -> Self {
        self.early = true;
        self.outbox.end_read();
        self.say_two(MessageType::WRITE_READY, STDOUT, Ok(()));
        self
    }

    /// Whether something was said behind the command, see [`ready_early`](Self::ready_early).
    pub fn is_early(&self) -> bool {
        self.early
    }

    /// Tells that the system doesn't know `MSG_OOB` here; nothing of the transmit was sent.
    pub fn handle_no_urgent(&mut self) {
        if self.outbox.cut_at_end_of_read() {
            self.early = false;
        }
    }

    /// Lets the server have these files opened: none unless it is said. A client that is attached
    /// opens none, whatever was said.
    #[must_use]
    pub fn files(mut self, files: AllowedFiles) -> Self {
        self.files = files;
        self
    }

    /// Tells the buffer size of a 3.0 server's stdio messages, as
    /// [`old_stdio_size_seen`](Self::old_stdio_size_seen) of an earlier request learned it.
    #[must_use]
    pub fn old_stdio_size(mut self, size: Option<usize>) -> Self {
        self.old_stdio_size = size;
        self
    }

    /// The buffer size of this 3.0 server's stdio messages, if one has been seen.
    pub fn old_stdio_size_seen(&self) -> Option<usize> {
        self.old_stdio_size
    }

    /// What to send next.
    pub fn poll_transmit(&self) -> Option<Transmit<'_>> {
        self.outbox.transmit()
    }

    /// Takes out what was sent of the last [`poll_transmit`](Self::poll_transmit).
    pub fn handle_sent(&mut self, count: usize) {
        self.outbox.sent(count);
        self.feeding &= !self.outbox.is_empty();
    }

    /// Bytes that wait to be sent. Feed [`read_data`](Self::read_data) only while this is small.
    pub fn outgoing(&self) -> usize {
        self.outbox.len()
    }

    /// Takes bytes that the server sent.
    pub fn handle_data(&mut self, bytes: &[u8]) {
        if self.phase == Phase::Running {
            self.decoder.receive(bytes);
            self.drained = false;
        }
    }

    /// Takes the end of the stream.
    pub fn handle_eof(&mut self) {
        self.eof = true;
    }

    /// The client's flags as the server knows them, once a command has changed them (`-f`).
    pub fn flags_told(&self) -> Option<u64> {
        self.flags_told
    }

    /// Whether the server has said anything at all.
    pub fn is_answered(&self) -> bool {
        self.answered
    }

    /// Whether the command has ended; then nothing is left to send or to expect.
    pub fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether nothing more can come: the command has ended, or the conversation has failed.
    pub fn is_over(&self) -> bool {
        self.phase != Phase::Running
    }

    /// The next thing to do, or `Ok(None)` if more input is needed or the request has ended.
    ///
    /// # Errors
    /// [`RequestError`], now and on every later call; nothing is sent from then on.
    pub fn poll_event(&mut self) -> Result<Option<Event>, RequestError> {
        if let Some(event) = self.pending.pop_front() {
            return Ok(Some(event));
        }
        match self.phase {
            Phase::Running => {}
            Phase::Ended => return Ok(None),
            Phase::Failed(error) => return Err(error),
        }
        let outcome = self.next_event();
        if let Err(error) = outcome {
            self.outbox.clear();
            self.phase = Phase::Failed(error);
        }
        outcome
    }

    fn next_event(&mut self) -> Result<Option<Event>, RequestError> {
        while let Some(frame) = self.decoder.next_frame()? {
            if self.unread.count > MAX_UNREAD && self.outbox.is_unsent(self.unread.first) {
                return Err(RequestError::AnswersUnread);
            }
            self.answered = true;
            check_version(&frame)?;
            if let Some(event) = self.handle_message(ServerMessage::decode(frame)?)? {
                return Ok(Some(event));
            }
        }
        if self.eof {
            return self.handle_closed().map(Some);
        }
        self.drained = true;
        self.say_ready();
        Ok(None)
    }

    fn handle_message(&mut self, message: ServerMessage) -> Result<Option<Event>, RequestError> {
        let message = match self.handle_attached(message) {
            Ok(event) => return Ok(event),
            Err(message) => message,
        };
        match message {
            ServerMessage::WriteOpen { stream, fd, flags, path } => {
                self.write_open(stream, fd, flags, path)
            }
            ServerMessage::Write { stream, data } => Ok(self.write(stream, data)),
            ServerMessage::WriteClose(stream) => Ok(self.write_close(stream)),
            ServerMessage::ReadOpen { stream, fd, path } => self.read_open(stream, fd, path),
            ServerMessage::ReadCancel(stream) => Ok((self.streams.get(&stream)
                == Some(&StreamState::Reading))
            .then_some(Event::CancelRead { stream })),
            ServerMessage::Exit(exit) => Ok(Some(self.end(Event::Exit(exit)))),
            ServerMessage::Shutdown => Ok(Some(self.end(Event::Shutdown))),
            ServerMessage::OldStdout(data) => self.old_output(STDOUT, WriteTarget::Stdout, data),
            ServerMessage::OldStderr(data) => self.old_output(STDERR, WriteTarget::Stderr, data),
            ServerMessage::OldStdin => self.old_input(),
            ServerMessage::Detach(session) if self.control => {
                Ok(Some(self.end(Event::Detached { session, kill: false })))
            }
            ServerMessage::DetachKill(session) if self.control => {
                Ok(Some(self.end(Event::Detached { session, kill: true })))
            }
            ServerMessage::Shell(path) => Ok(Some(self.end(Event::Shell(path)))),
            ServerMessage::Flags(flags) => {
                self.flags_told = Some(flags);
                Ok(None)
            }
            ServerMessage::Unknown { .. } => Ok(None),
            // What a terminal is needed for; tmux's own control client doesn't listen to it, either.
            ServerMessage::Suspend | ServerMessage::Lock(_) | ServerMessage::Exec { .. }
                if self.control =>
            {
                Ok(None)
            }
            other => Err(RequestError::Unexpected(other.message_type())),
        }
    }

    fn end(&mut self, event: Event) -> Event {
        self.phase = Phase::Ended;
        self.streams.clear();
        self.outbox.clear();
        event
    }

    fn say_two(&mut self, message_type: MessageType, stream: Stream, outcome: Result<(), Errno>) {
        let error = outcome.err().map_or(0, |errno| errno.0);
        if !self.outbox.is_unsent(self.unread.first) {
            self.unread = Unread { first: self.outbox.end(), count: 0 };
        }
        self.unread.count = self.unread.count.saturating_add(1);
        self.say(message_type, &[&stream.0.to_ne_bytes(), &error.to_ne_bytes()]);
    }

    fn say(&mut self, message_type: MessageType, parts: &[&[u8]]) {
        if self.phase != Phase::Running || self.is_leaving() {
            return;
        }
        self.feeding |= matches!(message_type, MessageType::READ | MessageType::READ_DONE);
        // Every caller's parts are bounded by their types, so the frame always fits.
        let said = put_frame(self.outbox.buffer(), HeaderLayout::New, message_type, false, parts);
        debug_assert!(said.is_ok(), "{message_type:?} over the frame limit");
    }
}

/// Each on the first byte of its frame, the two in front of everything else.
fn push_descriptors(
    outbox: &mut Outbox,
    stdin: OwnedFd,
    stdout: Option<OwnedFd>,
    layout: HeaderLayout,
) {
    let stdin = ClientMessage::IdentifyStdin { descriptor: Descriptor::Owned(stdin) };
    let stdout = stdout.map(Descriptor::Owned);
    let stdout = stdout.map(|descriptor| ClientMessage::IdentifyStdout { descriptor });
    for message in [stdin].into_iter().chain(stdout) {
        let pushed = outbox.push(message, layout);
        debug_assert!(pushed.is_ok(), "a header alone fits");
    }
}

fn check_version(frame: &Frame) -> Result<(), RequestError> {
    let version = frame.version();
    if frame.message_type == MessageType::VERSION {
        return Err(RequestError::VersionMismatch { server: version });
    }
    match u32::from(version) == PROTOCOL_VERSION {
        true => Ok(()),
        false => Err(RequestError::WrongPeer { version }),
    }
}
