//! Control lines against real servers of every release: what we write is parsed back to the same
//! arguments, and what they answer is paired with what was asked.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use tmuxwire_protocol::control::{
    CommandLine, ControlEvent, LineDecoder, LineId, Notification, Replies, Reply,
};
use tmuxwire_testkit::{TestServer, releases};

/// A control client: tmux's own program, our codec.
struct Control {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    decoder: LineDecoder,
    replies: Replies,
}

impl Control {
    fn attach(server: &TestServer) -> Self {
        let mut child = server
            .command()
            .args(["-C", "attach-session", "-t", "main"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tmux runs");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = child.stdout.take().expect("a pipe");
        let (decoder, replies) = (LineDecoder::default(), Replies::default());
        let mut control = Self { child, stdin, stdout, decoder, replies };
        control.until(|event| {
            matches!(event, ControlEvent::Notification(Notification::SessionChanged { .. }))
        });
        control
    }

    fn write(&mut self, line: &CommandLine) {
        self.stdin.write_all(line.as_bytes()).expect("taken");
    }

    fn send(&mut self, words: &[&[u8]]) -> LineId {
        let line = CommandLine::new([words]).expect("a command");
        self.write(&line);
        self.replies.sent(&line)
    }

    /// Everything up to the event that is looked for, with it.
    fn until(&mut self, found: impl Fn(&ControlEvent) -> bool) -> Vec<ControlEvent> {
        let mut events = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            while let Some(line) = self.decoder.next_line().expect("a good stream") {
                if let Some(event) = self.replies.handle(line).expect("asked for") {
                    events.push(event);
                    if events.last().is_some_and(&found) {
                        return events;
                    }
                }
            }
            let count = self.stdout.read(&mut buffer).expect("readable");
            assert!(count > 0, "the stream ended after {events:?}");
            self.decoder.receive(&buffer[..count]);
        }
    }

    /// The replies up to the last one of a line.
    fn answered(&mut self, line: LineId) -> Vec<Reply> {
        let last = |event: &ControlEvent| match event {
            ControlEvent::Reply(reply) => reply.last && reply.line == Some(line),
            ControlEvent::Finished(finished) => *finished == line,
            _ => false,
        };
        let replies = self.until(last).into_iter().filter_map(|event| match event {
            ControlEvent::Reply(reply) => Some(reply),
            _ => None,
        });
        replies.collect()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Arguments that mean something to a shell, to tmux's parser, or to neither.
fn arguments() -> Vec<Vec<u8>> {
    let mut arguments: Vec<Vec<u8>> = (1..=255u8).map(|byte| vec![byte]).collect();
    arguments.extend((1..=255u8).map(|byte| vec![b'a', byte, b'b']));
    arguments.extend((1..=255u8).map(|byte| vec![b'\'', byte, byte]));
    let texts: &[&[u8]] = &[
        b"-",
        b"--",
        b"-t",
        b"a;",
        b";a",
        b"a\\;",
        b"\\;",
        b"a ; b",
        b"#comment",
        b"a #b",
        b"#{pid}",
        b"~",
        b"~root",
        b"~'x",
        b"$HOME",
        b"${HOME}",
        b"a$HOME'",
        b"%if",
        b"%begin 1 2 1",
        b"{",
        b"{ a }",
        b"a=b",
        b"A='b'",
        b"'",
        b"\"",
        b"'\"'",
        b"\\",
        b"\\\\",
        b"\\n",
        b"\\101",
        b"\\u0041'",
        b"it's\n\ttwo lines\r\n",
        b"\xff\xfe",
        "日本語 'é'".as_bytes(),
        b"trailing\\",
        b"' \\' '",
        b"%1",
        b"@2",
        b"!",
        b"a b  c",
        b" lead",
        b"trail ",
        b"'$(x)`y`",
    ];
    arguments.extend(texts.iter().map(|text| text.to_vec()));
    arguments.push(vec![b'x'; 12_000]);
    arguments.push([b"'".repeat(3000), b"\\".repeat(3000)].concat());
    // Anything at all, the same on every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    arguments.extend((0..300).map(|length: usize| {
        let mut byte = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u8::try_from(state % 255).expect("small") + 1
        };
        (0..=length % 40).map(|_| byte()).collect()
    }));
    arguments
}

#[test]
fn any_argument_arrives_as_it_was() {
    for release in releases() {
        let server = TestServer::start(&release);
        let library = tmuxwire::blocking::Server::at(server.socket());
        library.run(["set-option", "-s", "buffer-limit", "5000"]).expect("an answer");
        let mut control = Control::attach(&server);
        let arguments = arguments();
        let mut last = LineId(0);
        for (at, argument) in arguments.iter().enumerate() {
            let name = format!("b{at}");
            last = control.send(&[b"set-buffer", b"-b", name.as_bytes(), b"--", argument]);
        }
        for reply in control.answered(last) {
            let at = reply.line.expect("ours").0;
            let argument = usize::try_from(at).ok().and_then(|at| arguments.get(at));
            assert!(!reply.failed, "{} {reply:?} {argument:?}", release.version);
        }
        for (at, argument) in arguments.iter().enumerate() {
            let saved = library.run(["save-buffer", "-b", &format!("b{at}"), "-"]);
            let saved = saved.expect("an answer").stdout;
            assert!(saved == argument, "{}: {argument:?} became {saved:?}", release.version);
        }
        // An empty one is an argument, too.
        let line = control.send(&[b"set-option", b"-g", b"@empty", b""]);
        assert!(!control.answered(line)[0].failed, "{}", release.version);
        let line = control.send(&[b"display-message", b"-p", b"[#{@empty}]"]);
        assert_eq!(control.answered(line)[0].output, "[]\n", "{}", release.version);
        println!("tmux {}: {} arguments", release.version, arguments.len());
    }
}

#[test]
fn answers_are_paired_with_lines() {
    for release in releases() {
        let server = TestServer::start(&release);
        let mut control = Control::attach(&server);
        let print = |text: &'static str| vec!["display-message", "-p", text];
        let list = CommandLine::new([print("one"), vec!["kill-session", "-t", "no"], print("two")]);
        let list = list.expect("a list");
        control.write(&list);
        let failing = control.replies.sent(&list);
        let replies = control.answered(failing);
        assert_eq!(replies.len(), 2, "{}: {replies:?}", release.version);
        assert_eq!((&replies[0].output[..], replies[0].failed), (&b"one\n"[..], false));
        assert!(replies[1].failed && replies[1].last, "{replies:?}");

        // Captured text that looks like the end of a block.
        let text = "%end 1 2 1\n%error 1 2 1\n%pause %0\n%exit";
        let line = control.send(&[b"set-option", b"-g", b"@odd", text.as_bytes()]);
        assert!(!control.answered(line)[0].failed);
        let line = control.send(&[b"show-options", b"-gv", b"@odd"]);
        let shown = control.answered(line);
        assert_eq!(shown[0].output, format!("{text}\n"), "{}", release.version);

        let unknown = control.send(&[b"no-such-command"]);
        let replies = control.answered(unknown);
        assert!(replies[0].failed && replies[0].last, "{}: {replies:?}", release.version);

        // Commands inside commands, to a mark.
        let mark = CommandLine::new([print("mark 1234")]).expect("a command");
        let nested = "display-message -p in ; display-message -p side";
        let nesting = CommandLine::new([["if-shell", "-F", "1", nested]]).expect("a command");
        control.write(&nesting);
        control.write(&mark);
        let nesting = control.replies.sent_nesting("mark 1234");
        let replies = control.answered(nesting);
        let printed: Vec<&[u8]> = replies.iter().map(|reply| &reply.output[..]).collect();
        assert_eq!(printed, [&b""[..], b"in\n", b"side\n"], "{}", release.version);
        assert_eq!(control.replies.unanswered().count(), 0);
    }
}
