//! What is typed.

use tmuxwire::operations::{CopyMode, Key, SplitWindow};
use tmuxwire::{ErrorKind, NotTyped, PasteOptions};

use crate::{got, on_each, reader};

/// A trailing `;` was lost, `C-c` and `Up` were pressed, a `-` made an option, a long text was cut.
#[test]
fn w4_text_arrives_as_it_is() {
    on_each(|server, client| {
        let pane = reader(server, client);
        let mut expected = Vec::new();
        let long = "long; ".repeat(30_000);
        for text in ["make;", "C-c", "Up", "-X cancel", ";", "#{pane_id}", "$(id)", &long] {
            pane.send_text(text).expect("typed");
            expected.extend_from_slice(text.as_bytes());
        }
        got(server, &expected);
    });
}

/// A pane that somebody has scrolled back swallowed everything, or took it for commands.
#[test]
fn w4_a_mode_is_told_instead_of_fed() {
    on_each(|server, client| {
        let pane = reader(server, client);
        pane.copy_mode(CopyMode::new()).expect("copy mode");
        let error = pane.send_line("q").expect_err("not typed");
        assert_eq!(error.kind(), &ErrorKind::NotTyped(NotTyped::InMode));
        pane.leave_modes().expect("left");
        pane.send_line("q").expect("typed");
        got(server, b"q\r");
    });
}

/// Keys and text were one: here a key is a type, and what is no key is none.
#[test]
fn k19_keys_and_text_are_two_things() {
    on_each(|server, client| {
        let pane = reader(server, client);
        assert!(Key::named("Entr").is_err());
        pane.send_keys([Key::named("Enter").expect("a key")]).expect("pressed");
        pane.send_text("Enter").expect("typed");
        got(server, b"\rEnter");
    });
}

/// Leading space was cut, the buffer had a name that others use, and remained if it failed.
#[test]
fn t22_a_paste_is_whole_and_leaves_nothing() {
    on_each(|server, client| {
        client.set_buffer("k_main", "the user's").expect("a buffer");
        let pane = reader(server, client);
        let code = "    def f():\n        return 1\n\n";
        pane.paste(code, PasteOptions::new()).expect("pasted");
        got(server, code.as_bytes());
        pane.kill().expect("killed");
        assert!(pane.paste(code, PasteOptions::new()).expect_err("it is gone").is_not_found());
        let names: Vec<_> =
            client.buffers().expect("buffers").into_iter().map(|b| b.name).collect();
        assert_eq!(names, ["k_main"], "{}", server.release().version);
    });
}

/// Five times Enter went after everything, whether it was wanted or not.
#[test]
fn t23_enter_is_pressed_once_and_only_if_asked() {
    on_each(|server, client| {
        let pane = reader(server, client);
        pane.send_text("a").expect("typed");
        pane.send_line("b").expect("typed");
        got(server, b"ab\r");
    });
}

/// Commands went to the active pane, whichever was said; to none without a word.
#[test]
fn h9_the_pane_that_is_said_gets_it() {
    on_each(|server, client| {
        let pane = reader(server, client);
        let other = pane.split(SplitWindow::new()).expect("another pane");
        assert!(other.info().expect("what it is").active);
        pane.send_text("here").expect("typed");
        got(server, b"here");
        other.kill().expect("killed");
        assert!(other.send_text("x").expect_err("it is gone").is_not_found());
    });
}
