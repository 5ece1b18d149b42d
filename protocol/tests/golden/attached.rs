//! A client on a terminal: what recorded ones were told, ours makes of it what they did, and says
//! the same.

use bytes::BytesMut;
use tmuxwire_protocol::{
    Arguments, ClientEvent, ClientFlags, ClientMessage, Event, Exit, FrameDecoder, HeaderLayout,
    Identity, MessageType, Request, ServerMessage, ServerSide, Terminal, WireString,
};

use crate::support::{Capture, From, captures, hear, some_fd};

fn terminal(layout: HeaderLayout) -> Terminal {
    let capability = |text: &'static str| WireString::new(text).expect("valid");
    Terminal {
        stdin: some_fd(),
        stdout: Some(some_fd()),
        layout,
        features: 5,
        terminfo: vec![capability("clear=x"), capability("cup=y")],
    }
}

fn client(layout: HeaderLayout) -> Request {
    let command = Arguments::new(["attach-session", "-t", "main"]).expect("valid");
    let identity = Identity::builder().build();
    Request::attach(&identity, terminal(layout), ClientFlags::NONE, &command)
}

fn said(heard: &[ClientEvent]) -> Vec<MessageType> {
    let message = |event: &ClientEvent| match event {
        ClientEvent::Resize => MessageType::RESIZE,
        ClientEvent::Wakeup => MessageType::WAKEUP,
        ClientEvent::Unlock => MessageType::UNLOCK,
        ClientEvent::Exiting => MessageType::EXITING,
        other => panic!("{other:?}"),
    };
    heard.iter().map(message).collect()
}

/// A server and a client that is attached.
struct Attached {
    server: ServerSide,
    request: Request,
}

impl Attached {
    fn new(layout: HeaderLayout) -> Self {
        let mut attached = Self { server: ServerSide::new(layout), request: client(layout) };
        hear(&mut attached.request, &mut attached.server);
        let (events, said) = attached.tell(&[ServerMessage::Ready]);
        assert_eq!(events, [Event::Ready]);
        assert_eq!(said, [MessageType::RESIZE]);
        attached
    }

    /// What the server's words mean to the client, and what it answers.
    fn tell(&mut self, messages: &[ServerMessage]) -> (Vec<Event>, Vec<MessageType>) {
        let mut bytes = BytesMut::new();
        for message in messages {
            self.server.say(message).expect("fits");
            message.encode(HeaderLayout::New, &mut bytes).expect("fits");
        }
        self.request.handle_data(&bytes);
        let events = self.events();
        (events, self.said())
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.request.poll_event().expect("fine")).collect()
    }

    fn said(&mut self) -> Vec<MessageType> {
        said(&hear(&mut self.request, &mut self.server).0)
    }
}

fn text(text: &'static str) -> WireString {
    WireString::new(text).expect("valid")
}

#[test]
fn a_terminal_is_passed_in_two_sends_with_all_that_is_known_of_it() {
    for layout in [HeaderLayout::Old, HeaderLayout::New] {
        let (mut server, mut request) = (ServerSide::new(layout), client(layout));
        let (heard, sends) = hear(&mut request, &mut server);
        assert_eq!(sends, 2);
        let [ClientEvent::Identified(client), ClientEvent::Command(_)] = &heard[..] else {
            panic!("{heard:?}")
        };
        assert!(client.stdin.is_some() && client.stdout.is_some());
        assert_eq!(client.features, 5);
        assert_eq!(client.terminfo, [text("clear=x"), text("cup=y")]);
        assert!(client.tty_name.is_some() && client.term.is_some());
    }
}

#[test]
fn nothing_about_the_terminal_is_said_before_ready() {
    let (mut server, mut request) = (ServerSide::new(HeaderLayout::Old), client(HeaderLayout::Old));
    hear(&mut request, &mut server);
    request.resize();
    request.resume();
    request.leave();
    assert!(request.poll_transmit().is_none());
    assert!(!request.is_attached());
}

#[test]
fn resizes_that_wait_are_said_once() {
    let mut attached = Attached::new(HeaderLayout::New);
    for _ in 0..1000 {
        attached.request.resize();
    }
    assert_eq!(attached.said(), [MessageType::RESIZE]);
    attached.request.resize();
    assert_eq!(attached.said(), [MessageType::RESIZE]);
}

#[test]
fn a_terminal_that_is_lent_back_is_given_again() {
    for (word, event, answer) in [
        (ServerMessage::Suspend, Event::Suspend, MessageType::WAKEUP),
        (
            ServerMessage::Lock(text("lock -np")),
            Event::Lock { command: text("lock -np") },
            MessageType::UNLOCK,
        ),
    ] {
        let mut attached = Attached::new(HeaderLayout::New);
        assert_eq!(attached.tell(&[word]), (vec![event], vec![]));
        attached.request.resize();
        assert_eq!(attached.said(), [], "not while it is ours");
        assert!(attached.request.resume());
        assert!(!attached.request.resume());
        assert_eq!(attached.said(), [answer, MessageType::RESIZE]);
    }
}

#[test]
fn every_end_is_answered_and_comes_when_the_terminal_is_free() {
    let exit = Exit { status: Some(3), message: Some(text("why")) };
    let exec = ("echo x", "/bin/sh");
    for (words, end) in [
        (ServerMessage::Exit(exit.clone()), Event::Exit(exit)),
        (ServerMessage::Shutdown, Event::Shutdown),
        (
            ServerMessage::Detach(text("main")),
            Event::Detached { session: text("main"), kill: false },
        ),
        (
            ServerMessage::DetachKill(text("main")),
            Event::Detached { session: text("main"), kill: true },
        ),
        (
            ServerMessage::Exec { command: text(exec.0), shell: text(exec.1) },
            Event::Exec { command: text(exec.0), shell: text(exec.1) },
        ),
    ] {
        let mut attached = Attached::new(HeaderLayout::Old);
        // 3.1 says two of them.
        let told = attached.tell(&[words.clone(), ServerMessage::Exit(Exit::default())]);
        assert_eq!(told, (vec![], vec![MessageType::EXITING]));
        attached.request.resize();
        attached.request.leave();
        assert_eq!(attached.tell(&[ServerMessage::Exited]), (vec![end.clone()], vec![]));
        assert!(attached.request.is_ended());

        // Some servers hang up instead.
        let mut attached = Attached::new(HeaderLayout::Old);
        attached.tell(&[words]);
        attached.request.handle_eof();
        assert_eq!(attached.events(), [end]);
    }
}

#[test]
fn leaving_is_answered_and_a_lost_server_is_told_apart() {
    let mut attached = Attached::new(HeaderLayout::New);
    attached.request.leave();
    attached.request.leave();
    assert_eq!(attached.said(), [MessageType::EXITING]);
    assert_eq!(attached.tell(&[ServerMessage::Exited]), (vec![Event::Left], vec![]));

    let mut attached = Attached::new(HeaderLayout::New);
    attached.request.handle_eof();
    assert_eq!(attached.events(), [Event::LostServer]);
    assert!(attached.request.poll_transmit().is_none());
}

/// The messages of a recorded client behind its command.
fn recorded_answers(capture: &Capture) -> Vec<MessageType> {
    let (bytes, _) = capture.stream(From::Client);
    let mut decoder = FrameDecoder::new(HeaderLayout::New);
    let mut types = Vec::new();
    // Headers with a descriptor differ; what is behind the identify has none.
    let marked = capture.sent_by(From::Client).filter(|message| !message.fd);
    drop(bytes);
    for message in marked {
        decoder.receive(&message.bytes);
        let frame = decoder.next_frame().expect("valid").expect("whole");
        types.push(ClientMessage::decode(frame).expect("valid").message_type());
    }
    let behind = types.iter().position(|one| *one == MessageType::COMMAND).expect("a command");
    types.split_off(behind + 1)
}

/// What a recorded client was to do at its end, by the name of the scenario.
fn is_expected(scenario: &str, end: &Event) -> bool {
    match scenario {
        "attach-detach" | "attach-detach-other" => {
            matches!(end, Event::Detached { kill: false, .. })
        }
        "attach-suspend-resume" | "attach-lock-detach" => {
            matches!(end, Event::Detached { kill: false, .. })
        }
        "attach-detach-kill" => matches!(end, Event::Detached { kill: true, .. }),
        "attach-kill-server" => matches!(end, Event::Shutdown),
        "attach-kill-session" => matches!(end, Event::Exit(_)),
        "attach-exec" => matches!(end, Event::Exec { .. }),
        "attach-sigterm" => matches!(end, Event::Left),
        "attach-no-tty" => {
            matches!(end, Event::Exit(Exit { status: Some(1), .. }))
        }
        other => panic!("an unknown scenario {other}"),
    }
}

#[test]
fn recorded_clients_ended_as_ours_does_and_said_the_same() {
    let mut seen = 0;
    for capture in captures().into_iter().filter(|one| one.scenario.starts_with("attach-")) {
        let mut request = client(capture.layout);
        let mut server = ServerSide::new(capture.layout);
        hear(&mut request, &mut server);
        let (mut answers, mut end) = (Vec::new(), None);
        for message in capture.sent_by(From::Server) {
            let mut decoder = FrameDecoder::new(HeaderLayout::New);
            decoder.receive(&message.bytes);
            let frame = decoder.next_frame().expect("valid").expect("whole");
            let said = ServerMessage::decode(frame).expect("valid");
            if said == ServerMessage::Exited && capture.scenario == "attach-sigterm" {
                request.leave();
                answers.extend(types_of(hear(&mut request, &mut server).0));
            }
            server.say(&said).expect("fits");
            request.handle_data(&message.bytes);
            while let Some(event) = request.poll_event().expect("a recorded conversation") {
                match event {
                    Event::Suspend | Event::Lock { .. } => assert!(request.resume()),
                    Event::OpenWrite { stream, .. } => request.write_opened(stream, Ok(())),
                    Event::Ready | Event::Write { .. } => {}
                    event => end = Some(event),
                }
            }
            answers.extend(types_of(hear(&mut request, &mut server).0));
        }
        let end = end.unwrap_or_else(|| panic!("{} has no end", capture.name));
        assert!(is_expected(&capture.scenario, &end), "{}: {end:?}", capture.name);
        let mut recorded = recorded_answers(&capture);
        // Terminals that were resized meanwhile say so once more.
        recorded.dedup();
        answers.dedup();
        assert_eq!(answers, recorded, "{}", capture.name);
        seen += 1;
    }
    assert!(seen >= 50, "{seen}");
}

fn types_of(heard: Vec<ClientEvent>) -> Vec<MessageType> {
    let harmless = |event: ClientEvent| match event {
        ClientEvent::WriteReady { .. } => MessageType::WRITE_READY,
        other => said(&[other])[0],
    };
    heard.into_iter().map(harmless).collect()
}
