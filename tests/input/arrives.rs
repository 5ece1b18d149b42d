//! Any bytes, of any size, as they are.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tmuxwire::{ChannelOptions, NotTyped, PasteOptions};
use tmuxwire_operations::Key;
use tmuxwire_testkit::releases;

use crate::support::{Stage, assert_not_typed};

/// What other clients have taken for something else than text.
const TRAPS: [&[u8]; 16] = [
    b"Enter",
    b"C-c",
    b";",
    b"ls;",
    b"a\\;",
    b"\\",
    b"-l",
    b"--",
    b"-t %0",
    b"#{pane_id}",
    b"%%1",
    b"\"$HOME\" '~' `x`",
    b"\x1b[A",
    b"one\ntwo\r\n",
    b"\0",
    b"\xff\xfe\xc3",
];

#[test]
fn text_is_text() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        // A program that asked for extended keys makes 3.5 and later change control characters.
        if tmux.is_at_least(3, 2) {
            stage.tmux(["set-option", "-s", "extended-keys", "always"]);
        }
        for prints in ["", "\\033[>4;2m\\033[?1h\\033="] {
            let reader = stage.reader(prints);
            for trap in TRAPS {
                reader.pane.send_text(trap).expect("typed");
                assert_eq!(
                    reader.read().escape_ascii().to_string(),
                    trap.escape_ascii().to_string()
                );
            }
            let all: Vec<u8> = (0..=255).collect();
            reader.pane.send_text(&all).expect("typed");
            assert_eq!(reader.read(), all, "{}", tmux.version);
        }
        stage.assert_no_buffer();
    }
}

#[test]
fn sizes_at_every_border() {
    let sizes = [0, 1, 255, 256, 257, 2_999, 3_000, 3_001, 16_363, 16_364, 16_365, 65_536, 1 << 20];
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        for size in sizes {
            let plain: Vec<u8> = (b' '..=b'~').cycle().take(size).collect();
            let mixed: Vec<u8> = (0..=255).rev().cycle().take(size).collect();
            for text in [plain, mixed, vec![b';'; size], vec![b'"'; size]] {
                let before = stage.client.round_trips();
                reader.pane.send_text(&text).expect("typed");
                let trips = stage.client.round_trips() - before;
                assert!(reader.read() == text, "{}: {size} bytes differ", tmux.version);
                let most = if size > 256 { 2 } else { 1 };
                assert!(trips <= most, "{}: {trips} round trips for {size} bytes", tmux.version);
            }
        }
        // The release is known by now.
        let before = stage.client.round_trips();
        reader.pane.send_text("small").expect("typed");
        reader.pane.send_text(vec![b'x'; 100_000]).expect("typed");
        assert_eq!(stage.client.round_trips() - before, 2, "{}", tmux.version);
        stage.assert_no_buffer();
    }
}

#[test]
fn any_bytes_in_the_same_bytes_arrive() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        let bytes = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..400),
            prop::collection::vec(b' '..=b'~', 0..4_000),
            "\\PC{0,200}".prop_map(String::into_bytes),
        ];
        let mut runner = TestRunner::new(Config::with_cases(40));
        let outcome = runner.run(&bytes, |bytes| {
            reader.pane.send_text(&bytes).expect("typed");
            prop_assert_eq!(reader.read(), bytes);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
        stage.assert_no_buffer();
    }
}

#[test]
fn order_is_kept_and_lines_end_with_enter() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        let long = "x".repeat(5_000);
        reader.pane.send_text("a").expect("typed");
        reader.pane.send_line(&long).expect("typed");
        reader.pane.send_line("é;").expect("typed");
        reader.pane.send_line("").expect("typed");
        let keys = ["Enter", "Tab", "C-c", "Up", "q", ";", "-"]
            .map(|name| Key::named(name).expect("a key"));
        reader.pane.send_keys(keys).expect("typed");
        let expected = format!("a{long}\ré;\r\r\r\t\x03\x1b[Aq;-");
        assert_eq!(String::from_utf8(reader.read()).expect("UTF-8"), expected, "{}", tmux.version);
    }
}

#[test]
fn many_keys_take_several_messages() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        let before = stage.client.round_trips();
        reader
            .pane
            .send_keys((0..3_000).map(|n| Key::character(char::from(b'a' + n as u8 % 26))))
            .expect("typed");
        assert_eq!(stage.client.round_trips() - before, 2, "{}", tmux.version);
        let expected: Vec<u8> = (0..3_000).map(|n| b'a' + n as u8 % 26).collect();
        assert_eq!(reader.read(), expected, "{}", tmux.version);
    }
}

#[test]
fn a_paste_is_bracketed_if_the_program_asked() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let text = "one\ntwo;\n\x01\x1b[31m\t~";
        let bracketed = PasteOptions::new().bracketed();
        for (prints, options, expected) in [
            ("", PasteOptions::new(), text.to_owned()),
            ("", bracketed, text.to_owned()),
            ("\\033[?2004h", PasteOptions::new(), text.to_owned()),
            ("\\033[?2004h", bracketed, format!("\x1b[200~{text}\x1b[201~")),
            ("", PasteOptions::new().lines_by_return(), text.replace('\n', "\r")),
        ] {
            let reader = stage.reader(prints);
            reader.pane.paste(text, options).expect("pasted");
            assert_eq!(String::from_utf8_lossy(&reader.read()), expected, "{}", tmux.version);
            reader.pane.paste("", options).expect("pasted");
            assert_eq!(reader.read(), b"", "{}", tmux.version);
        }
        stage.assert_no_buffer();
    }
}

#[test]
fn each_route_types_the_same() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        let channel = stage.client.through_channel(ChannelOptions::default()).expect("a channel");
        for server in [channel, stage.client.through_connections()] {
            let pane = server.pane(reader.pane.id()).expect("the pane");
            pane.send_line("a;").expect("typed");
            pane.send_text("\u{e9}\0").expect("typed");
            pane.send_text("b".repeat(20_000)).expect("typed");
            let expected = format!("a;\r\u{e9}\0{}", "b".repeat(20_000));
            assert!(reader.read() == expected.as_bytes(), "{}", tmux.version);
        }
    }
}

#[tokio::test]
async fn the_async_driver_types_the_same() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        let server = tmuxwire::Server::at(stage.server.socket());
        let pane = server.pane(reader.pane.id()).await.expect("the pane");
        pane.send_line("Enter;").await.expect("typed");
        pane.send_text(b"\0\xff").await.expect("typed");
        pane.send_keys([Key::named("C-a").expect("a key")]).await.expect("typed");
        assert_eq!(server.round_trips(), 4, "one for the handle");
        pane.paste("p".repeat(50_000), PasteOptions::new()).await.expect("typed");
        let expected = [b"Enter;\r\0\xff\x01".as_slice(), &[b'p'; 50_000]].concat();
        assert!(reader.read() == expected, "{}", tmux.version);
        stage.assert_no_buffer();
    }
}

#[test]
fn hooks_may_print() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        for hook in ["after-send-keys", "after-load-buffer", "after-paste-buffer"] {
            stage.tmux(["set-hook", "-g", hook, "display-message -p 'hello, world'"]);
        }
        for size in [1, 9_000] {
            let text = vec![b'x'; size];
            reader.pane.send_text(&text).expect("typed");
            assert_eq!(reader.read(), text, "{}", tmux.version);
        }
        stage.tmux(["copy-mode", "-t", &reader.id()]);
        let refused = reader.pane.send_text(vec![b'x'; 9_000]);
        assert_not_typed(refused, NotTyped::InMode, &tmux.version);
    }
}
