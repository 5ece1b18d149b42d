//! Control mode without a server: recorded streams, made-up ones, and any split of both.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use bytes::Bytes;
use proptest::prelude::*;
use tmuxwire_protocol::EncodeError;
use tmuxwire_protocol::control::{
    CommandLine, ControlError, ControlEvent, Line, LineDecoder, LineId, Notification as N, PaneId,
    PaneOutput, Replies, Reply, SessionId, WindowId,
};

fn lines(stream: &[u8], size: usize) -> Vec<Line> {
    let mut decoder = LineDecoder::default();
    let mut lines = Vec::new();
    for piece in stream.chunks(size.max(1)) {
        decoder.receive(piece);
        while let Some(line) = decoder.next_line().expect("a good stream") {
            lines.push(line);
        }
    }
    lines
}

/// The same of any stream: up to the first thing that no server says.
fn lines_of(stream: &[u8], size: usize) -> Vec<Result<Line, ControlError>> {
    let (mut decoder, mut lines) = (LineDecoder::default(), Vec::new());
    for piece in stream.chunks(size.max(1)) {
        decoder.receive(piece);
        while let Some(line) = decoder.next_line().transpose() {
            let is_good = line.is_ok();
            lines.push(line);
            if !is_good {
                return lines;
            }
        }
    }
    lines
}

fn events(replies: &mut Replies, stream: &[u8]) -> Vec<ControlEvent> {
    let lines = lines(stream, stream.len());
    lines.into_iter().filter_map(|line| replies.handle(line).expect("expected")).collect()
}

fn command(words: &[&str]) -> CommandLine {
    CommandLine::new([words]).expect("a command")
}

/// What each event is, in short.
fn short(event: &ControlEvent) -> String {
    match event {
        ControlEvent::Reply(Reply { line, index, output, failed, last, .. }) => {
            let line = line.map_or_else(|| "-".to_owned(), |line| line.0.to_string());
            let marks = [if *failed { "!" } else { "" }, if *last { "." } else { "" }].concat();
            format!("{line}/{index}{marks} {}", String::from_utf8_lossy(output).trim_end())
        }
        ControlEvent::Notification(notification) => format!("{notification:?}"),
        ControlEvent::Finished(line) => format!("{} finished", line.0),
        ControlEvent::Text(text) => format!("text {}", String::from_utf8_lossy(text)),
        other => panic!("{other:?}"),
    }
}

fn shorts(replies: &mut Replies, stream: &str) -> Vec<String> {
    events(replies, stream.as_bytes()).iter().map(short).collect()
}

/// The text that tmux's own client printed in each recorded control session.
fn recorded() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let mut recorded = Vec::new();
    for version in std::fs::read_dir(root).expect("captures") {
        let version = version.expect("an entry").path();
        for scenario in ["control-detach", "control-list-windows"] {
            let path = version.join(format!("{scenario}.json"));
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let stdout = json["stdout"].as_str().expect("the text").to_owned();
            recorded.push((path.display().to_string(), stdout));
        }
    }
    assert!(recorded.len() >= 8, "{}", recorded.len());
    recorded
}

#[test]
fn recorded_sessions_are_understood_in_full() {
    for (name, stream) in recorded() {
        let mut replies = Replies::default();
        let sent = stream.lines().filter(|line| line.starts_with("%begin") && line.ends_with(" 1"));
        for _ in sent {
            replies.sent(&command(&["list-windows"]));
        }
        let events = events(&mut replies, stream.as_bytes());
        assert!(events.len() >= 2, "{name}: {events:?}");
        assert_eq!(replies.unanswered().count(), 0, "{name}");
        for event in events {
            let unknown = matches!(event, ControlEvent::Notification(N::Unknown(_)));
            assert!(!unknown && !matches!(event, ControlEvent::Text(_)), "{name}: {event:?}");
        }
    }
}

#[test]
fn any_split_gives_the_same_lines() {
    for (name, stream) in recorded() {
        let stream = format!("\x1bP1000p{stream}");
        let whole = lines(stream.as_bytes(), stream.len());
        for size in [1, 2, 3, 7, 64] {
            assert_eq!(lines(stream.as_bytes(), size), whole, "{name} in pieces of {size}");
        }
    }
}

#[test]
fn only_its_own_guard_closes_a_block() {
    let mut replies = Replies::default();
    replies.sent(&command(&["capture-pane", "-p"]));
    let stream = "%begin 5 7 1\n%end 5 6 1\n%begin 5 8 1\n%error 5 7 0\n%pause %1\n%end 5 7 1 \n\n\
                  %end 5 7 1\n";
    assert_eq!(
        shorts(&mut replies, stream),
        ["0/0. %end 5 6 1\n%begin 5 8 1\n%error 5 7 0\n%pause %1\n%end 5 7 1"]
    );
}

#[test]
fn a_list_is_answered_one_by_one_up_to_the_first_failure() {
    let mut replies = Replies::default();
    let list = CommandLine::new([["a"], ["b"], ["c"]]).expect("a list");
    assert_eq!(list.commands(), 3);
    assert_eq!([replies.sent(&list), replies.sent(&list)], [LineId(0), LineId(1)]);
    let stream = "%begin 1 10 1\none\n%end 1 10 1\n%begin 1 11 1\nbad\n%error 1 11 1\n\
                  %begin 1 12 0\nhook\n%end 1 12 0\n%begin 1 13 1\n%end 1 13 1\n";
    assert_eq!(shorts(&mut replies, stream), ["0/0 one", "0/1!. bad", "-/0. hook", "1/0 "]);
    assert_eq!(replies.unanswered().collect::<Vec<_>>(), [LineId(1)]);
    let stream = "%begin 1 14 1\n%end 1 14 1\n%begin 1 15 1\n%end 1 15 1\n";
    assert_eq!(shorts(&mut replies, stream), ["1/1 ", "1/2. "]);
    assert_eq!(replies.unanswered().count(), 0);
}

#[test]
fn commands_inside_commands_are_followed_to_a_mark() {
    let mut replies = Replies::default();
    replies.sent_nesting("mark 77");
    replies.sent(&command(&["ls"]));
    let stream = "%begin 1 1 1\n%end 1 1 1\n%begin 1 2 1\nbad\n%error 1 2 1\n\
                  %begin 1 3 1\nmark 77\n%end 1 3 1\n%begin 1 4 1\nmain\n%end 1 4 1\n";
    let expected = ["0/0 ", "0/1! bad", "0 finished", "1/0. main"];
    assert_eq!(shorts(&mut replies, stream), expected);
}

#[test]
fn while_a_command_waits_notifications_stand_in_its_block() {
    let mut replies = Replies::default();
    replies.sent_waiting(&command(&["wait-for", "x"]));
    let stream = "%begin 1 1 1\n%window-add @3\n%no-such thing\ntext\n%end 1 1 1\n";
    assert_eq!(shorts(&mut replies, stream), ["WindowAdd(@3)", "0/0. %no-such thing\ntext"]);
}

#[test]
fn text_without_a_guard_is_kept_apart() {
    let mut replies = Replies::default();
    let stream = "job output\n%beginning 1 2\n\n%sessions-changed\n";
    assert_eq!(
        shorts(&mut replies, stream),
        ["text job output", "Unknown(b\"%beginning 1 2\")", "text ", "SessionsChanged"]
    );
}

/// The outcome of the last line of a stream.
fn last_of(stream: &str) -> Result<Option<Line>, ControlError> {
    let mut decoder = LineDecoder::default();
    decoder.receive(stream.as_bytes());
    for _ in 1..stream.lines().count() {
        decoder.next_line().expect("a good line");
    }
    decoder.next_line()
}

#[test]
fn a_guard_that_does_not_fit_is_an_error() {
    let first = "%begin 200000 5 0\n%end 200000 5 0\n";
    for line in [
        "%begin 1 2",
        "%begin 1 0 x",
        "%end 200000 5 0",
        "%error 200000 6 0",
        "%begin 200000 5 1",
        "%begin 200000 4 1",
        "%begin 200000 4294967296 1",
        "%begin 200000 18446744073709551615 1",
        "%begin 200000 50000000 1",
        "%begin 900000 2000000000 1",
        "%begin 1 6 1",
    ] {
        let outcome = last_of(&format!("{first}{line}\n"));
        assert_eq!(outcome, Err(ControlError::Misfit), "{line}");
    }
    for line in ["%begin 200000 6 1", "%begin 199000 1000 1", "%begin 900000 50000000 0"] {
        let outcome = last_of(&format!("{first}{line}\n"));
        assert!(matches!(outcome, Ok(Some(Line::Begin(_)))), "{line}");
    }
    // The counter begins again.
    let stream = "%begin 1 4294967295 0\n%end 1 4294967295 0\n%begin 1 0 1\n";
    assert!(matches!(last_of(stream), Ok(Some(Line::Begin(_)))));
}

#[test]
fn a_long_line_goes_on_to_its_end() {
    let new = || LineDecoder::default().with_long_lines("%changed secret", " end-secret");
    let stream = "%changed other : a\n%changed secret : one\n%begin 1 99 1\nx end-secret \n\
                  %end 1 99 1 end-secret\n%changed secret : end-secret\n%begin 1 1 0\n\
                  %changed secret : in a block\n%end 1 1 0\n";
    let expected = [
        "Outside(b\"%changed other : a\")",
        "Outside(b\"%changed secret : one\\n%begin 1 99 1\\nx end-secret \\n%end 1 99 1\")",
        "Outside(b\"%changed secret :\")",
        "Begin(Guard { time: 1, number: 1, flags: 0 })",
        "Inside(b\"%changed secret : in a block\")",
        "End { guard: Guard { time: 1, number: 1, flags: 0 }, failed: false }",
    ];
    for size in [1, 3, stream.len()] {
        let (mut decoder, mut lines) = (new(), Vec::new());
        for piece in stream.as_bytes().chunks(size) {
            decoder.receive(piece);
            while let Some(line) = decoder.next_line().expect("a good stream") {
                lines.push(format!("{line:?}"));
            }
        }
        assert_eq!(lines, expected, "in pieces of {size}");
    }
}

#[test]
fn what_nobody_asked_for_and_what_has_no_end_are_errors() {
    let mut replies = Replies::default();
    let unasked: Vec<_> = lines(b"%begin 1 9 1\n%end 1 9 1\n", 99)
        .into_iter()
        .map(|line| replies.handle(line))
        .collect();
    assert_eq!(unasked, [Ok(None), Err(ControlError::Unasked { number: 9 })]);

    let mut decoder = LineDecoder::with_limit(10);
    decoder.receive(b"0123456789\n0123456789a");
    assert_eq!(decoder.next_line(), Ok(Some(Line::Outside(Bytes::from_static(b"0123456789")))));
    let error = Err(ControlError::LineTooLong { limit: 10 });
    assert_eq!(decoder.next_line(), error);
    decoder.receive(b"\nmore\n");
    assert_eq!(decoder.next_line(), error, "and it stays one");

    // Of what is too long only the size is kept.
    let mut replies = Replies::with_limit(8);
    replies.sent(&command(&["ls"]));
    replies.sent(&command(&["ls"]));
    replies.limit_last(9);
    let block = |number| format!("%begin 1 {number} 1\n123\n4567\n%end 1 {number} 1\n");
    let replies = events(&mut replies, [block(9), block(10)].concat().as_bytes());
    let sizes = replies.iter().map(|event| match event {
        ControlEvent::Reply(reply) => (reply.output.len(), reply.size),
        other => panic!("{other:?}"),
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [(0, 9), (9, 9)]);
}

#[test]
fn every_notification_has_a_type() {
    let text = |text: &'static str| Bytes::from_static(text.as_bytes());
    let output = |escaped| PaneOutput::from_escaped(text(escaped));
    let (session, window, pane) = (SessionId(1), WindowId(2), PaneId(3));
    let cases = [
        ("%output %3 a b\\033", N::Output { pane, output: output("a b\\033") }),
        ("%output %3 ", N::Output { pane, output: output("") }),
        (
            "%extended-output %3 120 : a : b",
            N::ExtendedOutput { pane, age: 120, output: output("a : b") },
        ),
        (
            "%extended-output %3 0 new 5 : x",
            N::ExtendedOutput { pane, age: 0, output: output("x") },
        ),
        ("%pause %3", N::Pause(pane)),
        ("%continue %3", N::Continue(pane)),
        (
            "%subscription-changed a b $1 @2 0 %3 : v : w",
            N::SubscriptionChanged {
                name: text("a b"),
                session: Some(session),
                window: Some(window),
                index: Some(0),
                pane: Some(pane),
                value: text("v : w"),
            },
        ),
        (
            "%subscription-changed n $1 - - - : ",
            N::SubscriptionChanged {
                name: text("n"),
                session: Some(session),
                window: None,
                index: None,
                pane: None,
                value: text(""),
            },
        ),
        ("%session-changed $1 a b", N::SessionChanged { session, name: text("a b") }),
        (
            "%client-session-changed client 7 $1 $x",
            N::ClientSessionChanged { client: text("client 7"), session, name: text("$x") },
        ),
        ("%client-detached /dev/pts/1", N::ClientDetached { client: text("/dev/pts/1") }),
        ("%session-renamed $1 new", N::SessionRenamed { session, name: text("new") }),
        ("%sessions-changed", N::SessionsChanged),
        ("%session-window-changed $1 @2", N::SessionWindowChanged { session, window }),
        ("%window-add @2", N::WindowAdd(window)),
        ("%window-close @2", N::WindowClose(window)),
        ("%window-renamed @2 ", N::WindowRenamed { window, name: text("") }),
        ("%unlinked-window-add @2", N::UnlinkedWindowAdd(window)),
        ("%unlinked-window-close @2", N::UnlinkedWindowClose(window)),
        ("%unlinked-window-renamed @2 x", N::UnlinkedWindowRenamed { window, name: text("x") }),
        ("%window-pane-changed @2 %3", N::WindowPaneChanged { window, pane }),
        ("%pane-mode-changed %3", N::PaneModeChanged(pane)),
        (
            "%layout-change @2 aa7d,1x1,0,0,0 bb,1x1,0,0,0 *Z",
            N::LayoutChange {
                window,
                layout: text("aa7d,1x1,0,0,0"),
                visible: text("bb,1x1,0,0,0"),
                flags: text("*Z"),
            },
        ),
        ("%paste-buffer-changed b 0", N::PasteBufferChanged { name: text("b 0") }),
        ("%paste-buffer-deleted b", N::PasteBufferDeleted { name: text("b") }),
        ("%message hello you", N::Message { text: text("hello you") }),
        ("%config-error f:1: x", N::ConfigError { text: text("f:1: x") }),
        ("%exit", N::Exit { reason: None }),
        ("%exit too far behind", N::Exit { reason: Some(text("too far behind")) }),
        ("%new-in-4.0 x", N::Unknown(text("%new-in-4.0 x"))),
        ("%pause 3", N::Unknown(text("%pause 3"))),
        ("%pause %-3", N::Unknown(text("%pause %-3"))),
        ("%window-add @99999999999", N::Unknown(text("%window-add @99999999999"))),
        ("%", N::Unknown(text("%"))),
    ];
    for (line, expected) in cases {
        assert_eq!(N::parse(text(line)), expected, "{line}");
    }
    assert_eq!(format!("{session} {window} {pane}"), "$1 @2 %3");
}

#[test]
fn commands_become_one_line_each() {
    let line = |words: &[&str]| {
        let line = command(words);
        String::from_utf8(line.as_bytes().to_vec()).expect("text")
    };
    assert_eq!(line(&["new-window", "-n", "a.b:c"]), "new-window -n a.b:c\n");
    assert_eq!(line(&["x", "", " ", ";", "#{y}", "~", "%if"]), "x '' ' ' ';' '#{y}' '~' '%if'\n");
    assert_eq!(line(&["x", "~'y"]), "x \"\\176'y\"\n");
    assert_eq!(line(&["x", "it's", "$a'", "\"'\\"]), "x \"it's\" \"\\$a'\" \"\\\"'\\\\\"\n");
    assert_eq!(line(&["x", "a\nb\t\u{7f}"]), "x \"a\\012b\\011\\177\"\n");
    assert_eq!(line(&["x", "日本"]), "x '日本'\n");
    let list = CommandLine::new([&["a", "1"][..], &["b"]]).expect("a list");
    assert_eq!(list.as_bytes(), b"a 1 ; b\n");
    for nothing in [&[][..], &[&[][..]], &[&["a"][..], &[]]] {
        assert_eq!(
            CommandLine::new(nothing.iter().copied()).err(),
            Some(EncodeError::EmptyCommand)
        );
    }
    let nul = CommandLine::new([["x", "a\0b"]]).err();
    assert_eq!(nul, Some(EncodeError::InteriorNul { position: 1 }));
    assert!(!format!("{:?}", command(&["set-buffer", "hunter2"])).contains("hunter2"));
}

fn escape(bytes: &[u8]) -> Vec<u8> {
    let escaped = bytes.iter().flat_map(|byte| match byte {
        0..0x20 | b'\\' => format!("\\{byte:03o}").into_bytes(),
        byte => vec![*byte],
    });
    escaped.collect()
}

#[test]
fn broken_escapes_are_taken_as_they_are() {
    for text in ["\\", "\\1", "\\12", "\\128", "\\400", "a\\x"] {
        let output = PaneOutput::from_escaped(Bytes::from_static(text.as_bytes()));
        assert_eq!(&output.bytes()[..], text.as_bytes());
    }
}

proptest! {
    #[test]
    fn pane_output_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let output = PaneOutput::from_escaped(escape(&bytes).into());
        prop_assert_eq!(&output.bytes()[..], &bytes[..]);
    }

    /// Nothing that a peer sends makes it panic or lose bytes; any split gives the same.
    #[test]
    fn any_bytes_are_lines(stream in proptest::collection::vec(
        prop_oneof![
            Just(b"%begin 1 2 1\n".to_vec()), Just(b"%end 1 2 1\n".to_vec()),
            Just(b"%begin 1 3 0\n".to_vec()), Just(b"%error 1 3 0\n".to_vec()),
            Just(b"%output %1 x\\033\n".to_vec()), Just(b"\x1bP1000p".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..20),
        ], 0..12), size in 1usize..9) {
        let stream = stream.concat();
        let whole = lines_of(&stream, stream.len());
        prop_assert_eq!(&lines_of(&stream, size), &whole);
        let mut replies = Replies::default();
        replies.sent_waiting(&command(&["x"]));
        for line in whole.into_iter().flatten() {
            let _ = replies.handle(line);
        }
    }
}
