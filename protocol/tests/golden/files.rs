//! Files that a server wants opened: those that were allowed are, all others are refused by the
//! machine itself.

use bytes::BytesMut;
use tmuxwire_protocol::{
    Access, AllowedFile, AllowedFiles, Arguments, ClientEvent, ClientFlags, Event, HeaderLayout,
    Identity, ReadSource, Request, RequestError, ServerMessage, ServerSide, Stream, Terminal,
    WireString, WriteTarget,
};

use crate::support::{hear, some_fd};

fn request(files: AllowedFiles) -> Request {
    let identity = Identity::builder().build();
    let arguments = Arguments::new(["load-buffer", "/a"]).expect("valid");
    Request::new(&identity, &arguments).files(files)
}

fn read_open(stream: i32, path: &'static str) -> ServerMessage {
    let path = WireString::new(path).expect("valid");
    ServerMessage::ReadOpen { stream: Stream(stream), fd: -1, path }
}

fn write_open(stream: i32, path: &'static str) -> ServerMessage {
    let path = Some(WireString::new(path).expect("valid"));
    ServerMessage::WriteOpen { stream: Stream(stream), fd: -1, flags: 0, path }
}

/// A server and a client that has said its command.
struct Both {
    server: ServerSide,
    request: Request,
}

impl Both {
    fn new(mut request: Request) -> Self {
        let mut server = ServerSide::new(HeaderLayout::New);
        hear(&mut request, &mut server);
        Self { server, request }
    }

    /// What the server's words mean to the client, and what it answers.
    fn tell(&mut self, messages: &[ServerMessage]) -> (Vec<Event>, Vec<ClientEvent>) {
        for message in messages {
            self.server.say(message).expect("fits");
        }
        while let Some(transmit) = self.server.poll_transmit() {
            self.request.handle_data(transmit.bytes);
            let count = transmit.bytes.len();
            self.server.handle_sent(count);
        }
        let mut events = Vec::new();
        while let Some(event) = self.request.poll_event().expect("nothing wrong") {
            events.push(event);
        }
        (events, hear(&mut self.request, &mut self.server).0)
    }
}

fn tell(request: Request, messages: &[ServerMessage]) -> (Vec<Event>, Vec<ClientEvent>) {
    Both::new(request).tell(messages)
}

fn refusals(heard: &[ClientEvent]) -> Vec<(i32, i32)> {
    let refusal = |event: &ClientEvent| match event {
        ClientEvent::WriteReady { stream, error } | ClientEvent::ReadDone { stream, error } => {
            (stream.0, *error)
        }
        other => panic!("{other:?}"),
    };
    heard.iter().map(refusal).collect()
}

#[test]
fn no_file_is_opened_unless_it_was_allowed() {
    let wants = [
        read_open(5, "/a"),
        write_open(6, "/a"),
        ServerMessage::Write { stream: Stream(6), data: "text".into() },
        ServerMessage::WriteClose(Stream(6)),
        read_open(7, "/a"),
    ];
    let (events, heard) = tell(request(AllowedFiles::Nothing), &wants);
    assert_eq!(events, []);
    assert_eq!(refusals(&heard), [(5, 13), (6, 13), (7, 13)]);
}

#[test]
fn a_file_is_opened_only_for_what_it_was_allowed_for() {
    let file = AllowedFile::new("/a", Access::Read);
    let wants = [read_open(5, "/a"), write_open(6, "/a"), read_open(7, "/a/../b")];
    let (events, heard) = tell(request(AllowedFiles::These(vec![file])), &wants);
    let source = ReadSource::Path(WireString::new("/a").expect("valid"));
    assert_eq!(events, [Event::OpenRead { stream: Stream(5), source }]);
    assert_eq!(refusals(&heard), [(6, 13), (7, 13)]);

    let wants = [write_open(6, "/b")];
    let (events, _) = tell(request(AllowedFiles::Any), &wants);
    let [Event::OpenWrite { target: WriteTarget::Path { .. }, .. }] = &events[..] else {
        panic!("{events:?}")
    };
}

/// Servers open files themselves for a client that is attached.
#[test]
fn an_attached_client_opens_no_file() {
    let terminal = Terminal {
        stdin: some_fd(),
        stdout: Some(some_fd()),
        layout: HeaderLayout::New,
        features: 0,
        terminfo: Vec::new(),
    };
    let arguments = Arguments::new(["attach-session"]).expect("valid");
    let identity = Identity::builder().build();
    let request = Request::attach(&identity, terminal, ClientFlags::NONE, &arguments)
        .files(AllowedFiles::Any);
    let (events, heard) = tell(request, &[ServerMessage::Ready, read_open(5, "/a")]);
    assert_eq!(events, [Event::Ready]);
    assert_eq!(refusals(&heard[1..]), [(5, 13)]);
}

#[test]
fn who_asks_without_end_and_reads_no_answer_is_no_server() {
    let mut request = request(AllowedFiles::Nothing);
    let mut bytes = BytesMut::new();
    read_open(5, "/a").encode(HeaderLayout::New, &mut bytes).expect("fits");
    let mut last = Ok(None);
    for _ in 0..1_000_000 {
        request.handle_data(&bytes);
        last = request.poll_event();
        if last.is_err() {
            break;
        }
        assert!(request.outgoing() < 1 << 18, "{}", request.outgoing());
    }
    assert_eq!(last, Err(RequestError::AnswersUnread));
}

#[test]
fn who_reads_every_answer_may_ask_without_end() {
    let mut both = Both::new(request(AllowedFiles::Nothing));
    for _ in 0..20_000 {
        let (events, heard) = both.tell(&[read_open(5, "/a")]);
        assert_eq!((events.len(), heard.len()), (0, 1));
    }
}
