//! What is typed goes to its pane alone, whatever its size, also where panes are synchronized.

use tmuxwire::{NotTyped, PasteOptions};
use tmuxwire_operations::Key;
use tmuxwire_testkit::releases;

use crate::support::{Stage, assert_not_typed};

#[test]
fn other_panes_get_nothing() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let (reader, other) = (stage.reader(""), stage.reader(""));
        stage.tmux(["join-pane", "-d", "-s", &other.id(), "-t", &reader.id()]);
        other.pane.send_text("half").expect("typed");
        let synchronize =
            |how| stage.tmux(["set-option", "-w", "-t", &reader.id(), "synchronize-panes", how]);
        synchronize("on");
        for size in [0, 1, 10, 257, 3_000, 3_001, 100_000] {
            for byte in [b'x', b'\n'] {
                let text = vec![byte; size];
                reader.pane.send_line(&text).expect("typed");
                let line = [text.as_slice(), b"\r"].concat();
                assert!(reader.read() == line, "{}: {size} bytes differ", tmux.version);
                reader.pane.send_text(&text).expect("typed");
                reader.pane.paste(&text, PasteOptions::new()).expect("typed");
                let twice = [text.as_slice(), &text].concat();
                assert!(reader.read() == twice, "{}: {size} bytes differ", tmux.version);
            }
        }
        let keys = [Key::character('c').ctrl()];
        let refused = reader.pane.send_keys(keys.clone());
        assert_not_typed(refused, NotTyped::Synchronized, stage.version());
        synchronize("off");
        assert_eq!(other.read(), b"half", "{}", tmux.version);
        stage.assert_no_buffer();
        // Alone in its window nobody else gets them.
        synchronize("on");
        stage.tmux(["kill-pane", "-t", &other.id()]);
        reader.pane.send_keys(keys).expect("typed");
        assert_eq!(reader.read(), b"\x03", "{}", tmux.version);
    }
}
