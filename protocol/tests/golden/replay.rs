//! The state machines in recorded conversations: they end as the real ones did, and say the same.

use std::collections::BTreeMap;

use bytes::BytesMut;
use tmuxwire_protocol::{
    AllowedFiles, Arguments, ClientEvent, ClientFlags, ClientMessage, Errno, Event, Exit,
    FrameDecoder, HeaderLayout, Identity, MessageType, Request, RequestError, ServerMessage,
    ServerSide, Stream, WireString, WriteTarget,
};

use crate::support::{Capture, From, captures, some_fd};

#[test]
fn nothing_that_real_clients_say_is_judged_harmful() {
    for capture in captures() {
        let mut server = ServerSide::new(capture.layout);
        let mut identified = 0;
        for message in &capture.messages {
            match message.from {
                From::Server => {
                    let mut decoder = FrameDecoder::new(capture.layout);
                    decoder.receive(&message.bytes);
                    let frame = decoder.next_frame().expect("valid").expect("whole");
                    let said = ServerMessage::decode(frame).expect("valid");
                    server.say(&said).expect("fits");
                }
                From::Client if message.fd => server.handle_data_with_fd(&message.bytes, some_fd()),
                From::Client => server.handle_data(&message.bytes),
            }
            while let Some(event) =
                server.poll_event().unwrap_or_else(|harm| panic!("{}: {harm}", capture.name))
            {
                if let ClientEvent::Identified(client) = event {
                    assert!(client.tty_name.is_some() && client.term.is_some());
                    assert!(client.stdin.is_some(), "{}", capture.name);
                    identified += 1;
                }
            }
        }
        assert_eq!(identified, 1, "{}", capture.name);
    }
}

/// What a recorded client read for the server and answered to it.
#[derive(Default)]
struct Answers {
    input: BTreeMap<Stream, Vec<u8>>,
    errors: BTreeMap<Stream, i32>,
    stdin: Vec<u8>,
    said: Vec<String>,
}

impl Answers {
    /// Notes a message behind the identify; identify messages and the command are not answers.
    fn note(&mut self, message: ClientMessage) {
        match message {
            ClientMessage::Read { stream, data, .. } => {
                self.input.entry(stream).or_default().extend_from_slice(&data);
            }
            ClientMessage::OldStdin { data, .. } => {
                self.stdin.extend_from_slice(&data.data.unwrap_or_default());
            }
            ClientMessage::ReadDone { stream, error, .. } => {
                self.errors.insert(stream, error);
                self.said.push(format!("read done {} {error}", stream.0));
            }
            ClientMessage::WriteReady { stream, error, .. } => {
                self.said.push(format!("write ready {} {error}", stream.0));
            }
            ClientMessage::WriteDone { stream, error, .. } => {
                self.said.push(format!("write done {} {error}", stream.0));
            }
            _ => {}
        }
    }
}

fn note_all(layout: HeaderLayout, bytes: &[u8], answers: &mut Answers) {
    let mut decoder = FrameDecoder::new(layout);
    decoder.receive(bytes);
    while let Some(frame) = decoder.next_frame().expect("valid") {
        answers.note(ClientMessage::decode(frame).expect("valid"));
    }
    assert_eq!(decoder.buffered(), 0);
}

/// A client that answers like the recorded one.
struct Replay {
    request: Request,
    recorded: Answers,
    said: Answers,
    output: Vec<u8>,
    targets: BTreeMap<Stream, WriteTarget>,
    end: Option<Event>,
}

/// Whether the recorded client said that it tells what became of its writing.
fn acknowledges(capture: &Capture) -> bool {
    capture.sent_by(From::Client).any(|message| {
        let frame = message.bytes.split_at_checked(16);
        let Some((header, payload)) = frame else { return false };
        let flags = <[u8; 8]>::try_from(payload).map(u64::from_ne_bytes).unwrap_or_default();
        header.starts_with(&MessageType::IDENTIFY_LONGFLAGS.0.to_ne_bytes())
            && flags & ClientFlags::WRITE_ACK.bits() != 0
    })
}

impl Replay {
    fn new(capture: &Capture) -> Self {
        let mut recorded = Answers::default();
        for message in capture.sent_by(From::Client) {
            // Descriptors play no part in the answers.
            if !message.fd {
                note_all(capture.layout, &message.bytes, &mut recorded);
            }
        }
        let flags = match acknowledges(capture) {
            true => ClientFlags::UTF8 | ClientFlags::WRITE_ACK,
            false => ClientFlags::UTF8,
        };
        let identity = Identity::builder().flags(flags).build();
        let arguments = Arguments::new(&capture.argv[1..]).expect("valid");
        Self {
            request: Request::new(&identity, &arguments)
                .files(AllowedFiles::Any)
                .old_stdio_size(Some(8192)),
            recorded,
            said: Answers::default(),
            output: Vec::new(),
            targets: BTreeMap::new(),
            end: None,
        }
    }

    fn flush(&mut self) {
        let mut bytes = Vec::new();
        while let Some(transmit) = self.request.poll_transmit() {
            assert!(transmit.fd.is_none());
            let part = transmit.bytes.len().min(1000);
            bytes.extend_from_slice(&transmit.bytes[..part]);
            self.request.handle_sent(part);
        }
        note_all(HeaderLayout::New, &bytes, &mut self.said);
    }

    fn step(&mut self, bytes: &[u8]) {
        self.flush();
        self.request.handle_data(bytes);
        while let Some(event) = self.request.poll_event().expect("a recorded conversation") {
            match event {
                Event::OpenWrite { stream, target } => {
                    self.targets.insert(stream, target);
                    self.request.write_opened(stream, Ok(()));
                }
                Event::Write { stream, data } => {
                    if self.targets[&stream] == WriteTarget::Stdout {
                        self.output.extend_from_slice(&data);
                    }
                }
                Event::CloseWrite { stream } => self.request.write_closed(stream, Ok(())),
                Event::OpenRead { stream, .. } => self.read(stream),
                Event::CancelRead { stream } => self.request.read_done(stream, Ok(())),
                Event::Exit(_) | Event::Shutdown | Event::Detached { .. } => {
                    self.end = Some(event);
                }
                other => panic!("{other:?} without a terminal"),
            }
            self.flush();
        }
    }

    fn read(&mut self, stream: Stream) {
        let recorded = &self.recorded;
        let data = recorded.input.get(&stream).unwrap_or(&recorded.stdin).clone();
        let outcome = match recorded.errors.get(&stream) {
            None | Some(0) => Ok(()),
            Some(error) => Err(Errno(*error)),
        };
        self.request.read_data(stream, &data);
        self.request.read_done(stream, outcome);
    }
}

#[test]
fn recorded_commands_end_as_they_did_and_get_the_same_answers() {
    let mut replayed = 0;
    for capture in captures() {
        let plain = ["attach-", "control-", "shell-"]
            .iter()
            .all(|prefix| !capture.scenario.starts_with(prefix));
        if !plain {
            continue;
        }
        replayed += 1;
        let mut replay = Replay::new(&capture);
        // One by one, as they came: what comes at once needs fewer answers.
        let (stream, _) = capture.stream(From::Server);
        let mut rest = stream.as_slice();
        while let Some(length) = rest.get(4..6) {
            let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
            let (frame, others) = rest.split_at(length);
            replay.step(frame);
            rest = others;
        }
        let Some(Event::Exit(exit)) = &replay.end else {
            panic!("{}: ended with {:?}", capture.name, replay.end)
        };
        assert_eq!(i64::from(exit.status.unwrap_or(0)), capture.exit_status, "{}", capture.name);
        assert_eq!(replay.said.input, replay.recorded.input, "{}", capture.name);
        assert_eq!(replay.said.stdin, replay.recorded.stdin, "{}", capture.name);
        assert_eq!(replay.said.said, replay.recorded.said, "{}", capture.name);
        if capture.scenario == "display-message-p" {
            assert!(replay.output.starts_with(b"hello "), "{}", capture.name);
        }
    }
    assert!(replayed >= 90, "{replayed}");
}

fn request() -> Request {
    let identity = Identity::builder().build();
    Request::new(&identity, &Arguments::new(["list-keys"]).expect("valid"))
}

fn tell(request: &mut Request, message: &ServerMessage) -> Result<Option<Event>, RequestError> {
    let sent = request.poll_transmit().map_or(0, |transmit| transmit.bytes.len());
    request.handle_sent(sent);
    let mut bytes = BytesMut::new();
    message.encode(HeaderLayout::New, &mut bytes).expect("fits");
    request.handle_data(&bytes);
    request.poll_event()
}

fn read_open(stream: i32) -> ServerMessage {
    let path = WireString::new("-").expect("valid");
    ServerMessage::ReadOpen { stream: Stream(stream), fd: 0, path }
}

fn write_open(stream: i32) -> ServerMessage {
    ServerMessage::WriteOpen { stream: Stream(stream), fd: stream, flags: 0, path: None }
}

fn write(stream: i32) -> ServerMessage {
    ServerMessage::Write { stream: Stream(stream), data: "text".into() }
}

/// What the request has to say, all of it.
fn said(request: &mut Request) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(transmit) = request.poll_transmit() {
        bytes.extend_from_slice(transmit.bytes);
        let count = transmit.bytes.len();
        request.handle_sent(count);
    }
    bytes
}

const READY: [u8; 24] = *b"\x31\x01\0\0\x18\0\0\0\x08\0\0\0\xff\xff\xff\xff\x01\0\0\0\0\0\0\0";

#[test]
fn ready_is_said_unless_data_has_come_with_the_open() {
    let at_once = |messages: &[ServerMessage]| {
        let mut request = request();
        said(&mut request);
        let mut bytes = BytesMut::new();
        for message in messages {
            message.encode(HeaderLayout::New, &mut bytes).expect("fits");
        }
        request.handle_data(&bytes);
        while let Some(event) = request.poll_event().expect("events") {
            if let Event::OpenWrite { stream, .. } = event {
                request.write_opened(stream, Ok(()));
                assert_eq!(said(&mut request), b"", "not before all is seen");
            }
        }
        said(&mut request)
    };
    assert_eq!(at_once(&[write_open(1)]), READY);
    assert_eq!(at_once(&[write_open(1), write_open(2), write(2)]), READY);
    assert_eq!(at_once(&[write_open(1), write(1)]), b"");
    assert_eq!(at_once(&[write_open(1), ServerMessage::Exit(Exit::default())]), b"");
}

#[test]
fn a_late_ready_is_said_at_once() {
    let mut request = request();
    said(&mut request);
    tell(&mut request, &write_open(1)).expect("event");
    assert!(request.poll_event().expect("no event").is_none());
    request.write_opened(Stream(1), Ok(()));
    assert_eq!(said(&mut request), READY);
}

#[test]
fn an_early_ready_comes_in_a_send_of_its_own() {
    let plain = said(&mut request());
    let mut request = request().ready_early();
    let first = request.poll_transmit().expect("the command");
    assert!(first.urgent);
    assert_eq!(first.bytes, [&plain[..], &[0]].concat());
    // The urgent byte stays the last one, whatever the kernel takes.
    request.handle_sent(10);
    let rest = request.poll_transmit().expect("the rest");
    assert!(rest.urgent);
    assert_eq!(rest.bytes.len(), plain.len() - 9);
    request.handle_sent(plain.len() - 9);
    let second = request.poll_transmit().expect("the early ready");
    assert!(!second.urgent);
    assert_eq!(second.bytes, READY);
    assert_eq!(said(&mut request), READY);
    assert!(request.is_early());
}

#[test]
fn without_urgent_bytes_nothing_is_early() {
    let plain = said(&mut request());
    let mut request = request().ready_early();
    request.handle_no_urgent();
    assert!(!request.is_early());
    assert!(!request.poll_transmit().expect("the command").urgent);
    assert_eq!(said(&mut request), plain);
}

#[test]
fn a_read_is_ended_once_and_never_after_the_exit() {
    let mut request = request();
    tell(&mut request, &read_open(7)).expect("event");
    let read_done = |request: &mut Request| {
        let before = request.outgoing();
        request.read_done(Stream(7), Ok(()));
        request.outgoing() - before
    };
    assert_eq!(read_done(&mut request), 24);
    assert_eq!(read_done(&mut request), 0);
    request.read_data(Stream(7), b"late");
    assert_eq!(request.outgoing(), 24);
    tell(&mut request, &read_open(8)).expect("event");
    let end = tell(&mut request, &ServerMessage::Exit(Exit::default())).expect("event");
    assert_eq!(end, Some(Event::Exit(Exit::default())));
    request.read_done(Stream(8), Ok(()));
    request.write_opened(Stream(1), Ok(()));
    assert!(request.poll_transmit().is_none());
    assert!(request.is_ended());
}

#[test]
fn the_exit_takes_back_what_was_not_sent_yet() {
    let mut request = request();
    tell(&mut request, &read_open(7)).expect("event");
    request.read_data(Stream(7), &[b'x'; 100_000]);
    assert!(request.outgoing() > 100_000);
    // The exit comes while all of that still waits.
    let mut bytes = BytesMut::new();
    ServerMessage::Shutdown.encode(HeaderLayout::New, &mut bytes).expect("fits");
    request.handle_data(&bytes);
    assert_eq!(request.poll_event(), Ok(Some(Event::Shutdown)));
    assert_eq!(request.outgoing(), 0);
}

#[test]
fn a_stream_opened_twice_ends_the_request() {
    let mut request = request();
    tell(&mut request, &read_open(7)).expect("event");
    let error = RequestError::StreamInUse(Stream(7));
    assert_eq!(tell(&mut request, &read_open(7)), Err(error));
    request.read_done(Stream(7), Ok(()));
    assert_eq!(request.outgoing(), 0);
    assert_eq!(request.poll_event(), Err(error));
}

#[test]
fn streams_are_limited() {
    let mut request = request();
    let mut last = Ok(None);
    for stream in 0..300 {
        last = tell(&mut request, &read_open(10 + stream));
    }
    assert_eq!(last, Err(RequestError::TooManyStreams));
}

#[test]
fn a_descriptor_that_is_not_ours_is_refused() {
    let mut request = request();
    let open = ServerMessage::WriteOpen { stream: Stream(9), fd: 5, flags: 0, path: None };
    assert_eq!(tell(&mut request, &open), Ok(None));
    let transmit = request.poll_transmit().expect("an answer");
    assert_eq!(transmit.bytes[16..], [9i32.to_ne_bytes(), 9i32.to_ne_bytes()].concat());
}

#[test]
fn what_no_server_sends_a_command_client_is_named() {
    let unexpected = [
        (ServerMessage::Ready, "READY"),
        (ServerMessage::Suspend, "SUSPEND"),
        (ServerMessage::Exited, "EXITED"),
    ];
    for (message, name) in unexpected {
        let error = tell(&mut request(), &message).expect_err("unexpected");
        assert_eq!(error.to_string(), format!("unexpected message {name}"));
    }
    let mut version = request();
    let mut frame = Vec::new();
    for field in [12u32, 16, 9, u32::MAX] {
        frame.extend_from_slice(&field.to_ne_bytes());
    }
    version.handle_data(&frame);
    assert_eq!(version.poll_event(), Err(RequestError::VersionMismatch { server: 9 }));
    let mut unknown = request();
    frame[..4].copy_from_slice(&9999u32.to_ne_bytes());
    frame[8..12].copy_from_slice(&8u32.to_ne_bytes());
    unknown.handle_data(&frame);
    assert_eq!(unknown.poll_event(), Ok(None));
    unknown.handle_eof();
    assert_eq!(unknown.poll_event(), Err(RequestError::Closed));
}

#[test]
fn old_stdin_needs_a_known_size() {
    let mut request = request();
    assert_eq!(tell(&mut request, &ServerMessage::OldStdin), Err(RequestError::OldStdioSize));
}
