//! Nothing that comes out of our encoder harms a server, whatever it is asked to say and however
//! it is used: tried on real servers of every release (PROTOCOL section 16).
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::pty::openpty;
use nix::sys::socket::{ControlMessage, MsgFlags, UnixAddr, send, sendmsg};
use tmuxwire_protocol::{
    AllowedFiles, Arguments, ClientFlags, EncodeError, Errno, Event, HeaderLayout, Identity,
    IdentityBuilder, Request, Stream, Terminal, WireString,
};
use tmuxwire_testkit::{TestServer, releases, wait_until};

/// Conversations with each release; more with `TMUXWIRE_CONVERSATIONS`.
const CONVERSATIONS: u64 = 400;

/// Small, fast and repeatable: a failure prints its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let length = self.roll(most + 1);
        (0..length).map(|_| self.roll(256).to_le_bytes()[0]).collect()
    }

    /// A string for the wire, or `None` where the bytes can't be one.
    fn string(&mut self, most: u64) -> Option<WireString> {
        WireString::new(self.bytes(most)).ok()
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.roll(list.len() as u64);
        &list[usize::try_from(at).expect("small")]
    }
}

/// Commands that ask for streams of every kind, and some that wait for ever. None prints from a job.
const COMMANDS: &[&[&str]] = &[
    &["display-message", "-p", "#{session_name}"],
    &["list-keys"],
    &["list-windows", "-a"],
    &["show-options", "-g"],
    &["frobnicate"],
    &["kill-session", "-t", "=nobody"],
    &["load-buffer", "-b", "in", "-"],
    &["source-file", "-"],
    &["save-buffer", "-b", "kept", "-"],
    &["show-buffer", "-b", "kept", ";", "display-message", "-p", "x"],
    &["save-buffer", "-b", "kept", "/dev/null"],
    &["save-buffer", "-b", "kept", "/missing/file"],
    &["load-buffer", "/missing/file"],
    &["load-buffer", "-b", "in", "-", ";", "load-buffer", "-b", "in2", "-"],
    &["wait-for", "never"],
    &["if-shell", "true", "display-message -p yes"],
    &["split-window", "-d", "-I", "-t", "main", ";", "kill-pane", "-a", "-t", "main.0"],
    &["display-message", "-I", "-t", "main.0"],
    &["attach-session", "-t", "main"],
    &["new-session"],
    &["detach-client"],
    &[],
];

/// Commands for a client on a terminal; not all attach it.
const ATTACHING: &[&[&str]] =
    &[&["attach-session"], &["attach-session", "-d"], &["new-session"], &["list-sessions"], &[]];

fn identity(dice: &mut Dice) -> Identity {
    let mut builder: IdentityBuilder = Identity::builder();
    if dice.one_in(2) {
        builder = builder.term(dice.string(40).unwrap_or_default());
    }
    if dice.one_in(3) {
        builder = builder.tty_name(dice.string(40).unwrap_or_default());
    }
    if let Some(cwd) = dice.string(30) {
        builder = builder.cwd(cwd);
    }
    let environment: Vec<_> =
        (0..dice.roll(30)).map(|_| (dice.bytes(20), dice.bytes(100))).collect();
    let huge = dice.one_in(20).then_some(("BIG", [b'x'; 20_000]));
    let pid = i32::from_ne_bytes(dice.roll(1 << 32).to_ne_bytes()[..4].try_into().expect("four"));
    builder.pid(pid).environment(environment).environment(huge).build()
}

fn arguments(dice: &mut Dice) -> Arguments {
    let command = dice.pick(COMMANDS);
    let mut words: Vec<Vec<u8>> = command.iter().map(|word| word.as_bytes().to_vec()).collect();
    if dice.one_in(8) {
        words.push(dice.bytes(60));
    }
    if dice.one_in(30) {
        words.push(vec![b'y'; 17_000]);
    }
    Arguments::new(&words)
        .or_else(|_| Arguments::new(command.iter()))
        .expect("a command from the list fits")
}

/// A client on a terminal that nobody reads; what it says of the terminal is mostly nonsense. The
/// other end of the terminal.
fn on_terminal(server: &TestServer, dice: &mut Dice) -> (Request, OwnedFd) {
    let pty = openpty(None, None).expect("a terminal");
    let known = ["clear=\x1b[H\x1b[J", "cup=\x1b[%i%p1%d;%p2%dH", "colors=256", "am=1"];
    let mut terminfo: Vec<WireString> =
        known.iter().filter_map(|one| WireString::new(*one).ok()).collect();
    terminfo.extend((0..dice.roll(8)).filter_map(|_| dice.string(60)));
    let wrong = dice.one_in(8);
    let terminal = Terminal {
        stdin: pty.slave.try_clone().expect("a descriptor"),
        stdout: Some(pty.slave),
        layout: match server.release().is_new() != wrong {
            true => HeaderLayout::New,
            false => HeaderLayout::Old,
        },
        features: i32::from_ne_bytes(
            dice.roll(1 << 32).to_ne_bytes()[..4].try_into().expect("four"),
        ),
        terminfo,
    };
    let command = dice.pick(ATTACHING);
    let command = Arguments::new(*command).expect("valid");
    let request = Request::attach(&identity(dice), terminal, ClientFlags::NONE, &command);
    (request, pty.master)
}

/// One conversation through the machine, answered at random, left at random; the other end of its
/// terminal. A server that finds a terminal closed between two looks of one `new-session` ends
/// (`tcgetattr failed`, 3.3a), whoever sent it: that is not for an encoder to prevent.
fn converse(server: &TestServer, seed: u64) -> Option<OwnedFd> {
    // Far apart, or the first rolls of neighbours would be alike.
    let dice = &mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut socket = UnixStream::connect(server.socket()).unwrap_or_else(|error| {
        let (version, alive) = (&server.release().version, server.is_alive());
        panic!("{version}: {error} after conversation {}, alive: {alive}", seed - 1)
    });
    socket.set_read_timeout(Some(Duration::from_millis(1))).expect("an option");
    let (mut request, terminal) = match dice.one_in(3) {
        true => {
            let (request, terminal) = on_terminal(server, dice);
            (request, Some(terminal))
        }
        false => (Request::new(&identity(dice), &arguments(dice)), None),
    };
    request = request.files(AllowedFiles::Any).old_stdio_size(Some(8192));
    if dice.one_in(2) {
        request = request.ready_early();
    }
    let mut streams = vec![Stream(0), Stream(1), Stream(2), Stream(3)];
    let mut buffer = [0; 4096];
    for _ in 0..60 {
        if dice.one_in(40) {
            return terminal;
        }
        flush(&mut socket, &mut request, dice);
        let room = 1 + usize::try_from(dice.roll(4095)).expect("small");
        match socket.read(&mut buffer[..room]) {
            Ok(0) => request.handle_eof(),
            Ok(count) => request.handle_data(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => request.handle_eof(),
            Err(_) if dice.one_in(6) => return terminal,
            Err(_) => {}
        }
        while let Ok(Some(event)) = request.poll_event() {
            if let Event::OpenWrite { stream, .. } | Event::OpenRead { stream, .. } = event {
                streams.push(stream);
            }
        }
        for _ in 0..dice.roll(4) {
            answer(&mut request, *dice.pick(&streams), dice);
            match dice.roll(20) {
                0 => request.leave(),
                1..=3 => {
                    request.resume();
                }
                4..=12 => request.resize(),
                _ => {}
            }
        }
        if request.is_over() {
            flush(&mut socket, &mut request, dice);
            break;
        }
    }
    terminal
}

/// Any answer for any stream: right, late, twice, never asked for.
fn answer(request: &mut Request, stream: Stream, dice: &mut Dice) {
    let outcome = match dice.roll(4) {
        0 => Err(Errno(i32::try_from(dice.roll(200)).expect("small"))),
        _ => Ok(()),
    };
    match dice.roll(5) {
        0 => request.read_done(stream, outcome),
        1 => request.read_data(stream, &dice.bytes(3000)),
        2 => request.write_closed(stream, outcome),
        _ => request.write_opened(stream, outcome),
    }
}

fn flush(socket: &mut UnixStream, request: &mut Request, dice: &mut Dice) {
    while let Some(transmit) = request.poll_transmit() {
        let most = if dice.one_in(4) { 1 + dice.roll(300) } else { 1 << 20 };
        let part = transmit.bytes.len().min(usize::try_from(most).expect("small"));
        let mut flags = MsgFlags::MSG_NOSIGNAL;
        flags.set(MsgFlags::MSG_OOB, transmit.urgent && part == transmit.bytes.len());
        let bytes = &transmit.bytes[..part];
        let sent = match transmit.fd {
            None => send(socket.as_raw_fd(), bytes, flags),
            Some(fd) => {
                let fds = [fd.as_raw_fd()];
                let rights = [ControlMessage::ScmRights(&fds)];
                let bytes = [IoSlice::new(bytes)];
                sendmsg::<UnixAddr>(socket.as_raw_fd(), &bytes, &rights, flags, None)
            }
        };
        match sent {
            Ok(count) => request.handle_sent(count),
            Err(_) => return,
        }
        if dice.one_in(200) {
            return;
        }
    }
}

#[test]
fn conversations_of_any_course_leave_every_server_alive() {
    let count = std::env::var("TMUXWIRE_CONVERSATIONS")
        .map_or(CONVERSATIONS, |count| count.parse().expect("a number"));
    for release in releases() {
        let server = TestServer::start(&release);
        server.tmux(["set-buffer", "-b", "kept", &"k".repeat(40_000)]);
        let let_go =
            || wait_until("the server has let go of everybody", || server.connections() == 0);
        let mut terminals = Vec::new();
        for seed in 1..=count {
            terminals.extend(converse(&server, seed));
            if seed % 100 == 0 {
                let_go();
                terminals.clear();
                let answer = server.tmux(["display-message", "-p", "alive"]).stdout;
                assert_eq!(answer, b"alive\n", "{}: dead by seed {seed}", release.version);
            }
        }
        let_go();
        assert!(server.is_alive(), "{}", release.version);
        println!("tmux {}: {count} conversations", release.version);
    }
}

/// The server finds nothing but the urgent byte, again and again, before the rest comes; or the
/// client goes away at that point.
#[test]
fn an_urgent_byte_alone_does_no_harm() {
    let arguments = Arguments::new(["list-sessions", "-F", "#{session_name}"]).expect("valid");
    let identity = Identity::builder().build();
    for release in releases() {
        let server = TestServer::start(&release);
        for leaves in [false, true] {
            let mut socket = UnixStream::connect(server.socket()).expect("a connection");
            socket.set_read_timeout(Some(Duration::from_secs(60))).expect("an option");
            let mut request = Request::new(&identity, &arguments).ready_early();
            let hello = request.poll_transmit().expect("a command");
            let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_OOB;
            let sent = send(socket.as_raw_fd(), hello.bytes, flags).expect("taken");
            assert_eq!(sent, hello.bytes.len());
            request.handle_sent(sent);
            // It has read everything that there is by the time it has answered others.
            for _ in 0..3 {
                assert!(server.tmux(["display-message", "-p", "x"]).status.success());
            }
            if leaves {
                continue;
            }
            let mut buffer = [0; 4096];
            let mut printed = Vec::new();
            let exit = loop {
                while let Some(transmit) = request.poll_transmit() {
                    let count = socket.write(transmit.bytes).expect("taken");
                    request.handle_sent(count);
                }
                let count = socket.read(&mut buffer).expect("an answer");
                request.handle_data(&buffer[..count]);
                if count == 0 {
                    request.handle_eof();
                }
                let mut exit = None;
                while let Some(event) = request.poll_event().expect("tmux's own words") {
                    match event {
                        Event::OpenWrite { stream, .. } => request.write_opened(stream, Ok(())),
                        Event::Write { data, .. } => printed.extend_from_slice(&data),
                        Event::Exit(end) => exit = Some(end),
                        other => panic!("{other:?}"),
                    }
                }
                if let Some(exit) = exit {
                    break exit;
                }
            };
            assert_eq!(
                (exit.status, &printed[..]),
                (Some(0), &b"main\n"[..]),
                "{}",
                release.version
            );
        }
        wait_until("the server has let go of everybody", || server.connections() == 0);
        assert!(server.is_alive(), "{}", release.version);
    }
}

/// The rows of PROTOCOL section 16, each tried through whatever public way comes nearest.
#[test]
fn what_ends_a_server_can_not_be_said() {
    let plain = Arguments::new(["display-message", "-p", "x"]).expect("valid");
    // No terminal name, no type: both are said all the same, empty.
    let bare = Identity::builder().build();
    // Strings without their NUL, or with one inside.
    assert!(WireString::new("a\0b").is_err());
    assert!(Arguments::new(["a\0"]).is_err());
    // Numbers of the wrong size, negative counts, counts that don't match: no way to give them.
    assert_eq!(
        Arguments::new([vec![b'x'; 16364]]).err(),
        Some(EncodeError::CommandTooLong { size: 16365 })
    );
    let none = Arguments::new(Vec::<Vec<u8>>::new()).expect("valid");
    let longest = Arguments::new([vec![b'x'; 16363]]).expect("valid");
    let many = Arguments::new(vec![""; 16364]).expect("valid");
    let oversized =
        Identity::builder().environment([("", vec![b'E'; 16367]), ("E", vec![0; 100_000])]).build();
    for release in releases() {
        let server = TestServer::start(&release);
        for (identity, arguments) in [
            (&bare, &plain),
            (&bare, &none),
            (&bare, &longest),
            (&bare, &many),
            (&oversized, &plain),
        ] {
            let mut socket = UnixStream::connect(server.socket()).expect("a connection");
            socket.set_read_timeout(Some(Duration::from_secs(60))).expect("an option");
            let mut request = Request::new(identity, arguments).ready_early();
            // A system without urgent bytes.
            request.handle_no_urgent();
            // Before it is asked anything, and after everything, it has nothing to say.
            request.read_done(Stream(3), Ok(()));
            request.write_opened(Stream(1), Ok(()));
            let mut buffer = [0; 65536];
            let mut ends = 0;
            while ends == 0 {
                while let Some(transmit) = request.poll_transmit() {
                    let count = socket.write(transmit.bytes).expect("taken");
                    request.handle_sent(count);
                }
                let count = socket.read(&mut buffer).expect("an answer");
                assert!(count > 0, "{}: no end", release.version);
                request.handle_data(&buffer[..count]);
                while let Some(event) = request.poll_event().expect("tmux's own words") {
                    match event {
                        Event::OpenWrite { stream, .. } => request.write_opened(stream, Ok(())),
                        Event::Exit(_) => ends += 1,
                        _ => {}
                    }
                }
            }
            request.read_done(Stream(3), Ok(()));
            assert!(request.poll_transmit().is_none());
        }
        let answer = server.tmux(["display-message", "-p", "alive"]).stdout;
        assert_eq!(answer, b"alive\n", "{}", release.version);
    }
}
