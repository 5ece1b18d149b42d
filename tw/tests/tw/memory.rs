//! Memory has a bound, whatever a server says and however slow the reader is.

use std::path::Path;
use std::process::Command;

use tmuxwire_testkit::Flood;

use crate::support::{TW, start};

/// Address space that `tw` gets in KiB: threads and allocators reserve some of it.
const ROOM: &str = "400000";

/// `tw` with so much memory that it aborts if it wants more.
fn bounded(socket: &Path, words: &[&str]) -> Command {
    let home = socket.parent().expect("a directory");
    let mut command = tmuxwire_testkit::command("/bin/sh", home);
    command.args(["-c", "ulimit -v \"$0\"; exec \"$@\"", ROOM, TW, "-S"]).arg(socket).args(words);
    command
}

#[test]
fn a_server_that_never_stops_printing_is_given_up() {
    let flood = Flood::start();
    for words in [
        &["wait", "text", "x"][..],
        &["wait", "ready"],
        &["wait", "idle"],
        &["wait", "exit"],
        &["wait", "format", "#{pane_id}"],
        &["wait", "channel", "x"],
        &["events"],
        &["events", "-t", "x"],
        &["output"],
    ] {
        let seen = start(&mut bounded(&flood.socket(), words)).finish();
        assert!(
            seen.stderr.starts_with("tw: the command printed more than "),
            "{words:?} {seen:?}"
        );
        assert_eq!((seen.status, seen.stdout.len()), (3, 0), "{words:?} {seen:?}");
    }
}
