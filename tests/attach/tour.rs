//! A long visit: everything that somebody does at a terminal, on one type of terminal.

use std::fs;

use tmuxwire_testkit::{Terminal, releases};

use crate::stage::{COLUMNS, ROWS, Stage, alike, alike_on};

const ATTACH: &str = "client attach-session -t main";

/// Wide, combining, right-to-left, emoji with joiners, lines, and an invalid byte.
const TEXT: &str = "日本語 e\u{301}a\u{308}o\u{302} עברית 👩\u{200d}🚀 🇩🇪 ┌─┐ ½ ﬁ\n";

/// All kinds of colours and attributes, the cursor's shape, a title.
const LOOKS: &str = "\x1b[31mred\x1b[0m \x1b[38;5;208mof 256\x1b[0m \x1b[38;2;1;2;3;48;2;250;200;150m24 bits\x1b[0m \
    \x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderline\x1b[0m \x1b[7mreverse\x1b[0m \
    \x1b[9mstruck\x1b[0m \x1b[4:3;58:2::1:2:3mcurly\x1b[0m \x1b(0lqk\x1b(B \x1b[95mbright\x1b[0m\x1b[4 q\x1b]2;a title\x07\n";

/// Shows a text in the pane, as a program there would print it.
fn show(stage: &mut Stage, name: &str, text: &str, last: &str) {
    let path = stage.server.home().join("shown");
    fs::write(&path, text).expect("a file");
    let command = format!("cat {}; cat", path.display());
    stage.tmux(&["respawn-pane", "-k", "-t", "main:", &command]);
    stage.terminal.wait_for(last);
    stage.look(name);
}

fn tour(stage: &mut Stage) {
    stage.attach(ATTACH);
    stage.look("attached");
    stage.keys_for("typed at the keyboard\r", "keyboard\ntyped at the keyboard\n");
    stage.look("typed");
    show(stage, "texts", TEXT, "ﬁ");
    show(stage, "looks", LOOKS, "bright");
    windows_and_panes(stage);
    sizes(stage);
    copy_mode(stage);
    pasting(stage);
    mouse(stage);
    prompts_and_menus(stage);
    stage.keys("\x02d");
    stage.end("detached");
    stage.look_at_server("detached");
}

fn windows_and_panes(stage: &mut Stage) {
    stage.keys_for("\x02c", "1:cat*");
    stage.keys_for("second\r", "second\nsecond");
    stage.look("a second window");
    stage.keys_for("\x02\"", "───");
    stage.keys_for("\x02%", "│");
    stage.look("three panes");
    stage.keys("here\r");
    stage.terminal.wait("it is echoed and said", |seen| seen.text().matches("here").count() == 2);
    stage.wait_for_format("#{pane_index}", "2");
    stage.keys("\x02o");
    stage.wait_for_format("#{pane_index}", "0");
    stage.look("another pane");
    stage.keys_for("\x02z", "1:cat*Z");
    stage.look("zoomed");
    stage.keys("\x02z");
    stage.terminal.wait("it is not zoomed", |seen| !seen.text().contains("*Z"));
    stage.keys_for("\x02n", "0:work*");
    stage.keys_for("\x02p", "1:cat*");
    stage.look("back in the second window");
    stage.tmux(&["kill-pane", "-a", "-t", "main:1.0"]);
    stage.look("one pane is left");
}

fn sizes(stage: &mut Stage) {
    for step in 0..60 {
        stage.terminal.resize(60 + step % 40, 10 + step % 20);
    }
    for (columns, rows) in [(100, 30), (40, 10), (5, 3), (COLUMNS, ROWS)] {
        stage.resize(columns, rows);
        stage.look(&format!("{columns}x{rows}"));
    }
}

fn copy_mode(stage: &mut Stage) {
    let lines: String = (1..=60).map(|number| format!("line {number}\n")).collect();
    show(stage, "lines", &lines, "line 60");
    stage.tmux(&["set", "-g", "mode-keys", "vi"]);
    stage.keys_for("\x02[", "[0/");
    stage.look("copy mode");
    stage.keys_for("\x1b[5~", "line 20");
    stage.look("a page up");
    stage.keys_for("?", "(search up)");
    stage.keys("line 33\r");
    stage.terminal.wait("the prompt is gone", |seen| !seen.text().contains("search up"));
    stage.look("found");
    let (row, _) = stage.terminal.snapshot().cursor;
    stage.keys(" jj");
    stage.terminal.wait("two lines down", |seen| seen.snapshot().cursor.0 == row + 2);
    stage.look("selected");
    stage.keys("kklll\r");
    stage.terminal.wait("copy mode is over", |seen| !seen.text().contains("/38]"));
    stage.look("copied");
    stage.keys_for("\x02]", "line 60\nline\n");
    stage.look("pasted");
}

/// Text in brackets, as terminals paste it, into a program that asked for it and one that did not.
fn pasting(stage: &mut Stage) {
    show(stage, "brackets", "\x1b[?2004hready", "ready");
    stage.keys_for("\x1b[200~pasted text\x1b[201~\r", "\npasted text\n");
    stage.look("pasted in brackets");
    show(stage, "no brackets", "\x1b[?2004lplain", "plain");
    stage.keys_for("\x1b[200~other text\x1b[201~\r", "\nother text\n");
    stage.look("pasted without brackets");
}

/// The mouse chooses panes, and goes to programs that want it.
fn mouse(stage: &mut Stage) {
    stage.tmux(&["set", "-g", "mouse", "on", ";", "split-window", "-h", "-t", "main:"]);
    stage.terminal.wait_for("│");
    stage.look("the mouse is on");
    // SGR reports: the left button goes down and up in the left pane.
    stage.keys("\x1b[<0;5;5M\x1b[<0;5;5m");
    stage.wait_for_format("#{pane_index}", "0");
    stage.look("the left pane was chosen");
    stage.tmux(&[
        "respawn-pane",
        "-k",
        "-t",
        "main:.0",
        "printf '\\033[?1000h\\033[?1006hmouse'; cat -v",
    ]);
    stage.terminal.wait_for("mouse");
    stage.rest();
    stage.keys_for("\x1b[<0;7;7M\x1b[<0;7;7m\r", "\n^[[<0;7;7M");
    stage.look("the program has heard of it");
    stage.tmux(&["set", "-g", "mouse", "off", ";", "kill-pane", "-t", "main:.0"]);
    stage.look("the mouse is off");
}

fn prompts_and_menus(stage: &mut Stage) {
    stage.keys_for("\x02:", "\n:");
    stage.keys_for("rename-window named\r", "1:named*");
    stage.look("renamed");
    stage.keys_for("\x02?", "Select next layout");
    stage.look("the keys");
    stage.keys("q");
    stage.terminal.wait("the keys are gone", |seen| !seen.text().contains("Select next layout"));
    stage.keys_for("\x02w", "(0)");
    stage.look("the tree");
    stage.keys("q");
    stage.terminal.wait("the tree is gone", |seen| !seen.text().contains("(0)"));
    stage.look("after the tree");
}

fn releases_alike(term: &str) {
    for release in releases() {
        alike(&release, term, tour);
    }
}

#[test]
fn a_tour_looks_the_same_with_256_colours() {
    releases_alike("xterm-256color");
}

#[test]
fn a_tour_looks_the_same_on_the_console() {
    releases_alike("linux");
}

/// tmux asks a terminal who it is, and makes more of one that answers.
#[test]
fn a_terminal_that_answers_gets_the_same() {
    for release in releases() {
        alike_on(
            &release,
            "xterm-256color",
            || Terminal::open_talkative(COLUMNS, ROWS),
            |stage| {
                stage.attach(ATTACH);
                stage.look("attached");
                show(stage, "looks", LOOKS, "bright");
                stage.look_at_client("answered");
                stage.keys("\x02d");
                stage.end("detached");
            },
        );
    }
}

/// The session is the same for two clients on two terminals.
#[test]
fn two_terminals_show_the_same_session() {
    for release in releases() {
        alike(&release, "xterm-256color", |stage| {
            stage.attach(ATTACH);
            let other = stage.companion(ATTACH);
            stage.keys_for("typed on one\r", "one\ntyped on one\n");
            other.wait_for("one\ntyped on one\n");
            other.write("typed on the other\r");
            stage.terminal.wait_for("other\ntyped on the other\n");
            stage.look("one");
            other.catch_up();
            stage.note("the other", other.snapshot());
            stage.keys("\x02d");
            stage.end("detached");
        });
    }
}
