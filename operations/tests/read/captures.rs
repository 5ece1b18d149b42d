//! What a pane shows, in every way that tmux can tell it.

use tmuxwire_operations::read::Capture;
use tmuxwire_operations::{CapturePane, PaneId};
use tmuxwire_testkit::{TestServer, Tmux, releases, wait_until};

use crate::support::{ask, tell};

fn capture(server: &TestServer, question: CapturePane) -> Capture {
    Capture::read(&ask(server, question))
}

/// A pane of 20 columns and 6 lines that shows what a program prints.
fn showing(tmux: &Tmux, text: &[u8]) -> TestServer {
    let server = TestServer::start(tmux);
    let file = server.home().join("text");
    std::fs::write(&file, text).expect("written");
    let cat = format!("cat {}; exec cat", file.display());
    let words = ["new-session", "-d", "-s", "small", "-x", "20", "-y", "6", &cat];
    tell(&server, &words.map(str::as_bytes));
    tell(&server, &[b"set-option", b"-t", b"=small:", b"status", b"off"]);
    tell(&server, &[b"kill-session", b"-t", b"=main"]);
    server
}

const PANE: PaneId = PaneId(1);

#[test]
fn lines_are_those_of_the_screen_and_the_history() {
    for tmux in releases() {
        let text: String = (1..=12).map(|line| format!("line {line}\n")).collect();
        let server = showing(&tmux, text.as_bytes());
        let last = || capture(&server, Capture::visible(PANE)).last_lines(1).to_vec();
        wait_until("all is there", || last() == ["line 12"]);
        let all = capture(&server, Capture::everything(PANE));
        assert_eq!(all.text_lines().len(), 12);
        assert_eq!(all.last_lines(2), ["line 11", "line 12"]);
        assert_eq!(all.lines_with("line 1").count(), 4);
        let visible = capture(&server, Capture::visible(PANE));
        let height = visible.lines().len();
        assert_eq!(visible.text_lines(), &all.text_lines()[13 - height..]);
        let some = capture(&server, Capture::history(PANE, 2));
        assert_eq!(some.lines().len(), height + 2);
        let first = capture(&server, Capture::everything(PANE).end("0"));
        assert_eq!(first.lines()[0], "line 1");
        assert_eq!(first.lines().len(), 12 - (height - 1) + 1);
    }
}

#[test]
fn wrapped_lines_spaces_and_styles_are_told_as_asked() {
    for tmux in releases() {
        let text = b"12345678901234567890abc\nspaces   \n\x1b[31;1mred\x1b[0m plain\ncaf\xc3\xa9\n";
        let server = showing(&tmux, text);
        let read = |question| capture(&server, question).text_lines().to_vec();
        wait_until("all is there", || read(Capture::visible(PANE)).len() == 5);
        let plain = read(Capture::visible(PANE));
        let lines = ["12345678901234567890", "abc", "spaces", "red plain", "caf\u{e9}"];
        assert_eq!(plain, lines);
        let joined = read(Capture::visible(PANE).join());
        // There may be spaces that no program has printed.
        assert_eq!(joined[0].trim_ascii_end(), b"12345678901234567890abc");
        assert!(joined[1].starts_with(b"spaces   "), "{joined:?}");
        let kept = read(Capture::visible(PANE).keep_spaces());
        assert!(kept[2].starts_with(b"spaces   "), "{kept:?}");
        let styled = read(Capture::visible(PANE).escape_sequences());
        assert!(styled[3].starts_with(b"\x1b[") && styled[3] != plain[3], "{styled:?}");
        assert!(!format!("{:?}", Capture::read(b"secret\n")).contains("secret"));
    }
}

#[test]
fn each_line_of_a_styled_screen_is_whole_in_itself() {
    for tmux in releases() {
        let server = showing(&tmux, b"\x1b[31mred\nred\n\x1b[1mbold\x1b[0m\nplain\n");
        let read = |question| capture(&server, question).text_lines().to_vec();
        wait_until("all is there", || read(Capture::visible(PANE)).len() == 4);
        let styled = read(Capture::visible(PANE).escape_sequences());
        for line in &styled[..3] {
            assert!(line.starts_with(b"\x1b["), "{styled:?}");
            assert!(
                line.ends_with(b"\x1b[0m")
                    || line.ends_with(b"\x1b[39m")
                    || line.ends_with(b"\x1b[49m"),
                "{styled:?}"
            );
        }
        // Nothing of the lines before is in force any more.
        assert!(styled[3].ends_with(b"plain"), "{styled:?}");
    }
}

#[test]
fn the_screen_behind_the_alternate_one_is_there() {
    for tmux in releases() {
        let server = showing(&tmux, b"before\n\x1b[?1049h\x1b[Hafter");
        let read = |question| capture(&server, question).text_lines().to_vec();
        wait_until("all is there", || read(Capture::visible(PANE)) == ["after"]);
        assert_eq!(read(Capture::visible(PANE).alternate()), ["before"]);
        assert!(Capture::read(b"").lines().is_empty());
    }
}
