//! A control client's side of the socket: what it says first, and how recorded ones ended.

use std::os::unix::net::UnixStream;

use tmuxwire_protocol::{
    Arguments, ClientEvent, ClientFlags, ControlStream, Event, HeaderLayout, Identity, Request,
    ServerSide,
};

use crate::support::{From, captures, hear};

const CONTROL: u64 = 0x2000;
const ATTACHED: u64 = 0x80;

fn words(words: &[&str]) -> Arguments {
    Arguments::new(words).expect("valid")
}

/// Descriptors for a stream, and the other ends, which tell when they are closed.
fn descriptors(layout: HeaderLayout) -> (ControlStream, [UnixStream; 2]) {
    let (stdin, one) = UnixStream::pair().expect("a socket pair");
    let (stdout, other) = UnixStream::pair().expect("a socket pair");
    let stream = ControlStream::Descriptors { stdin: stdin.into(), stdout: stdout.into(), layout };
    (stream, [one, other])
}

/// What a server of this layout hears.
fn heard(mut request: Request, layout: HeaderLayout) -> Vec<ClientEvent> {
    hear(&mut request, &mut ServerSide::new(layout)).0
}

#[test]
fn an_attaching_client_passes_two_descriptors_in_two_sends() {
    for layout in [HeaderLayout::Old, HeaderLayout::New] {
        let (stream, _others) = descriptors(layout);
        let identity = Identity::builder().environment([("A", "b")]).build();
        let flags = ClientFlags::IGNORE_SIZE | ClientFlags::NO_OUTPUT;
        let command = words(&["attach-session", "-t", "$1"]);
        let mut request = Request::control(&identity, stream, flags, &command);
        let (events, sends) = hear(&mut request, &mut ServerSide::new(layout));
        assert_eq!(sends, 2);
        let [ClientEvent::Identified(client), ClientEvent::Command(arguments)] = &events[..] else {
            panic!("{events:?}")
        };
        assert!(client.stdin.is_some() && client.stdout.is_some());
        assert_eq!(client.flags & (CONTROL | ATTACHED), CONTROL);
        assert_eq!(client.flags & flags.bits(), flags.bits());
        assert_eq!(arguments, &command);
    }
}

#[test]
fn a_client_without_a_session_says_a_command_only_where_it_must() {
    let layout = HeaderLayout::Old;
    let identity = Identity::builder().build();
    let (stream, _others) = descriptors(layout);
    let events = heard(Request::control_without_session(&identity, stream, None), layout);
    let [ClientEvent::Identified(client)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(client.flags & (CONTROL | ATTACHED), CONTROL);

    let (stream, _others) = descriptors(layout);
    let first = words(&["display-message", "-p", ""]);
    let request = Request::control_without_session(&identity, stream, Some(&first));
    let events = heard(request, layout);
    let [ClientEvent::Identified(client), ClientEvent::Command(_)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(client.flags & (CONTROL | ATTACHED), CONTROL | ATTACHED);
}

#[test]
fn dropping_it_closes_what_was_not_sent() {
    let (stream, others) = descriptors(HeaderLayout::New);
    let identity = Identity::builder().build();
    drop(Request::control_without_session(&identity, stream, None));
    for other in others {
        let mut byte = [0];
        assert!(matches!(std::io::Read::read(&mut &other, &mut byte), Ok(0)));
    }
}

#[test]
fn recorded_control_clients_end_as_they_did() {
    let mut ends = 0;
    for capture in captures().into_iter().filter(|one| one.scenario.starts_with("control-")) {
        let identity = Identity::builder().build();
        let command = words(&["attach-session"]);
        let flags = ClientFlags::NONE;
        let mut request = Request::control(&identity, ControlStream::Socket, flags, &command)
            .old_stdio_size(Some(8192));
        while let Some(count) = request.poll_transmit().map(|transmit| transmit.bytes.len()) {
            request.handle_sent(count);
        }
        let (bytes, _) = capture.stream(From::Server);
        request.handle_data(&bytes);
        let mut end = None;
        while let Some(event) = request.poll_event().expect("a recorded conversation") {
            match event {
                Event::OpenWrite { stream, .. } => request.write_opened(stream, Ok(())),
                Event::Exit(_) | Event::Detached { .. } => end = Some(event),
                _ => {}
            }
        }
        match (capture.scenario.as_str(), end) {
            ("control-detach", Some(Event::Detached { session, kill: false })) => {
                assert!(!session.as_bytes().is_empty(), "{}", capture.name);
            }
            ("control-list-windows", Some(Event::Exit(exit))) => {
                assert_eq!(exit.status.unwrap_or(0), 0, "{}", capture.name);
            }
            (_, end) => panic!("{}: {end:?}", capture.name),
        }
        ends += 1;
    }
    assert!(ends >= 10, "{ends}");
}
