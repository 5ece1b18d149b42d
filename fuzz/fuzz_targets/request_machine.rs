//! The command machine, fed a sequence of server bytes and answers in any order: what it says never
//! harms a server, and it always comes to an end or stays quiet.
//!
//! The input is a list of steps: an operation byte, an argument byte, and for server bytes (an
//! even operation) two bytes of length and the bytes themselves.
#![no_main]

use std::fs::File;

use libfuzzer_sys::fuzz_target;
use tmuxwire_protocol::{
    AllowedFiles, Arguments, ClientFlags, ControlStream, Errno, Event, FrameDecoder, HeaderLayout,
    Identity, Request, ServerMessage, ServerSide, Stream, Terminal,
};

/// What kind of client the first byte of the input asks for.
struct Kind {
    old_stdio: bool,
    early: bool,
    control: bool,
    attach: bool,
}

struct World {
    request: Request,
    judge: ServerSide,
    /// Reads the server's bytes for the judge, who must know what the client has been told.
    said: FrameDecoder,
    streams: Vec<Stream>,
    over: bool,
}

impl World {
    fn new(Kind { old_stdio, early, control, attach }: Kind) -> Self {
        let identity =
            Identity::builder().environment([("TERM", "screen"), ("PATH", "/bin")]).build();
        let arguments = Arguments::new(["source-file", "-"]).expect("valid");
        let size = old_stdio.then_some(8192);
        let none = ClientFlags::NONE;
        let stream = ControlStream::Socket;
        let request = match (control, attach) {
            (true, true) => Request::control(&identity, stream, none, &arguments).say_goodbye(),
            (true, false) => {
                Request::control_without_session(&identity, stream, early.then_some(&arguments))
            }
            (false, true) => Request::attach(&identity, terminal(), none, &arguments),
            (false, false) => Request::new(&identity, &arguments),
        };
        let (request, early) =
            (request.files(AllowedFiles::Any).old_stdio_size(size), early && !control && !attach);
        Self {
            request: if early { request.ready_early() } else { request },
            judge: ServerSide::new(HeaderLayout::New),
            said: FrameDecoder::new(HeaderLayout::New),
            streams: vec![Stream(0), Stream(1), Stream(2)],
            over: false,
        }
    }

    fn server_says(&mut self, bytes: &[u8]) {
        // What was queued before has left before the server goes on.
        self.flush(usize::MAX);
        self.said.receive(bytes);
        while let Ok(Some(frame)) = self.said.next_frame() {
            if let Ok(message) = ServerMessage::decode(frame) {
                self.judge.say(&message).expect("fits");
            }
        }
        self.request.handle_data(bytes);
        self.take_events();
    }

    fn take_events(&mut self) {
        loop {
            match self.request.poll_event() {
                Ok(Some(Event::OpenWrite { stream, .. } | Event::OpenRead { stream, .. })) => {
                    self.streams.push(stream);
                }
                Ok(Some(
                    Event::Exit(_)
                    | Event::Shutdown
                    | Event::Detached { .. }
                    | Event::Exec { .. }
                    | Event::Left
                    | Event::LostServer
                    | Event::Shell(_),
                )) => self.over = true,
                Ok(Some(_)) => assert!(!self.over, "an event after the end"),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(self.request.poll_event(), Err(error));
                    self.over = true;
                    break;
                }
            }
        }
        if self.over {
            assert!(self.request.poll_transmit().is_none(), "words after the end");
        }
    }

    fn answer(&mut self, operation: u8, argument: u8) {
        let stream = self.streams[usize::from(argument) % self.streams.len()];
        let outcome = if argument & 0x40 == 0 { Ok(()) } else { Err(Errno(5)) };
        match operation % 9 {
            0 => self.request.write_opened(stream, outcome),
            1 => self.request.write_closed(stream, outcome),
            2 => self.request.read_data(stream, &vec![b'x'; usize::from(argument) * 300]),
            3 => self.request.read_done(stream, outcome),
            4 => self.flush(usize::from(argument)),
            5 => self.request.resize(),
            6 => {
                self.request.resume();
            }
            7 => self.request.leave(),
            _ if argument & 0x80 != 0 => self.request.handle_no_urgent(),
            _ => self.request.handle_eof(),
        }
        if self.over {
            assert!(self.request.poll_transmit().is_none(), "words after the end");
        }
        self.take_events();
    }

    fn flush(&mut self, most: usize) {
        let mut left = most;
        while let Some(transmit) = self.request.poll_transmit() {
            let fd = transmit.fd.map(|fd| fd.try_clone_to_owned().expect("a descriptor"));
            let part = transmit.bytes.len().min(left);
            if part == 0 {
                break;
            }
            // The urgent byte travels beside the stream.
            let beside = usize::from(transmit.urgent && part == transmit.bytes.len());
            let bytes = &transmit.bytes[..part - beside];
            match fd {
                Some(fd) => self.judge.handle_data_with_fd(bytes, fd),
                None => self.judge.handle_data(bytes),
            }
            self.request.handle_sent(part);
            left -= part;
        }
        while self.judge.poll_event().expect("nothing harmful").is_some() {}
    }
}

fn terminal() -> Terminal {
    let null = || File::open("/dev/null").expect("/dev/null").into();
    Terminal {
        stdin: null(),
        stdout: Some(null()),
        layout: HeaderLayout::New,
        features: 0,
        terminfo: Vec::new(),
    }
}

fuzz_target!(|input: &[u8]| {
    let [first, rest @ ..] = input else { return };
    let mut rest: &[u8] = rest;
    let mut world = World::new(Kind {
        old_stdio: first & 1 == 1,
        early: first & 2 == 2,
        control: first & 4 == 4,
        attach: first & 8 == 8,
    });
    while let [operation, argument, more @ ..] = rest {
        rest = more;
        if operation & 1 == 1 {
            world.answer(operation >> 1, *argument);
            continue;
        }
        let [low, high, more @ ..] = rest else { break };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(more.len());
        let (bytes, more) = more.split_at(length);
        rest = more;
        world.server_says(bytes);
    }
    world.flush(usize::MAX);
});
