//! A pane that would not take it says so, and nothing is typed.

use std::future::Future;
use std::task::Poll;

use tmuxwire::{NotTyped, PasteOptions};
use tmuxwire_operations::Key;
use tmuxwire_testkit::{Tmux, releases, wait_until};

use crate::support::{Reader, Stage, assert_not_typed};

/// Every way to type, each refused for the same reason.
fn refuses(stage: &Stage, reader: &Reader, why: NotTyped) {
    let version = stage.version();
    assert_not_typed(reader.pane.send_text("q"), why, version);
    assert_not_typed(reader.pane.send_text("\x03"), why, version);
    assert_not_typed(reader.pane.send_text("q".repeat(10_000)), why, version);
    assert_not_typed(reader.pane.send_text(""), why, version);
    assert_not_typed(reader.pane.send_line("q"), why, version);
    assert_not_typed(reader.pane.send_keys([Key::enter()]), why, version);
    assert_not_typed(reader.pane.paste("q", PasteOptions::new()), why, version);
    stage.assert_no_buffer();
    assert!(stage.server.is_alive(), "{version}");
}

#[test]
fn a_mode_gets_nothing() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        for modes in [["copy-mode"].as_slice(), &["choose-tree"], &["copy-mode", "choose-tree"]] {
            for mode in modes {
                stage.tmux([mode, "-t", &reader.id()]);
            }
            refuses(&stage, &reader, NotTyped::InMode);
            // `q` would have ended it.
            let mode = ["display-message", "-p", "-t", &reader.id(), "#{pane_in_mode}"];
            assert_eq!(stage.tmux(mode), modes.len().to_string(), "{}", tmux.version);
            reader.pane.leave_modes().expect("left");
            reader.pane.send_text("typed").expect("typed");
            assert_eq!(reader.read(), b"typed", "{}", tmux.version);
        }
    }
}

#[test]
fn a_pane_without_input_gets_nothing() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        stage.tmux(["select-pane", "-d", "-t", &reader.id()]);
        refuses(&stage, &reader, NotTyped::InputOff);
        stage.tmux(["select-pane", "-e", "-t", &reader.id()]);
        assert_eq!(reader.read(), b"", "{}", tmux.version);
    }
}

/// Pasting into a dead pane ends servers up to 3.3.
#[test]
fn a_dead_pane_gets_nothing_and_the_server_lives() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        stage.tmux(["set-option", "-w", "-t", &reader.id(), "remain-on-exit", "on"]);
        end_program(&stage, &reader);
        let dead = ["display-message", "-p", "-t", &reader.id(), "#{pane_dead}"];
        wait_until("the pane is dead", || stage.tmux(dead) == "1");
        refuses(&stage, &reader, NotTyped::Dead);
    }
}

#[test]
fn a_pane_that_is_gone_gets_nothing() {
    for tmux in releases() {
        let stage = Stage::on(&tmux);
        let reader = stage.reader("");
        stage.tmux(["kill-pane", "-t", &reader.id()]);
        let error = reader.pane.send_text("x").expect_err("there is none");
        assert!(error.is_not_found(), "{}: {error}", tmux.version);
        let error = reader.pane.paste("x", PasteOptions::new()).expect_err("there is none");
        assert!(error.is_not_found(), "{}: {error}", tmux.version);
        stage.assert_no_buffer();
        let error = reader.pane.leave_modes().expect_err("there is none");
        assert!(error.is_not_found(), "{}: {error}", tmux.version);
    }
}

#[test]
fn a_bracketed_paste_cannot_be_left() {
    for tmux in &releases()[..1] {
        let stage = Stage::on(tmux);
        let reader = stage.reader("\\033[?2004h");
        let text = "safe\x1b[201~\rrm -rf /\r";
        let bracketed = PasteOptions::new().bracketed();
        assert_not_typed(reader.pane.paste(text, bracketed), NotTyped::EndsPaste, stage.version());
        reader.pane.paste(text, PasteOptions::new()).expect("typed");
        assert_eq!(reader.read(), text.as_bytes());
    }
}

/// The pane dies between the load and the paste: the buffer goes, too.
#[test]
fn no_buffer_remains_of_what_is_given_up() {
    for tmux in releases() {
        given_up(&tmux);
    }
}

const SIZE: usize = 3 << 20;

/// Drops a future after some polls, each when there is something to go on with.
async fn dropped_after(polls: usize, future: impl Future<Output = tmuxwire::Result<()>>) {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| ())
    })
    .await;
}

fn given_up(tmux: &Tmux) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let stage = Stage::on(tmux);
    let reader = stage.reader("");
    let server = tmuxwire::Server::at(stage.server.socket());
    runtime.block_on(async {
        server.info().await.expect("the release");
        let pane = server.pane(reader.pane.id()).await.expect("the pane");
        for polls in 0..14 {
            let typing = pane.send_text(vec![b'x'; SIZE]);
            dropped_after(polls, typing).await;
        }
    });
    wait_until("no connection is kept", || stage.server.connections() == 0);
    // Whatever of it was typed, the next thing is in order and nothing remains.
    reader.pane.send_text("after").expect("typed");
    let read = reader.read();
    assert!(read.ends_with(b"after"), "{}", tmux.version);
    assert_eq!((read.len() - 5) % SIZE, 0, "{}: all or nothing", tmux.version);
    stage.assert_no_buffer();
}

fn end_program(stage: &Stage, reader: &Reader) {
    let pid = stage.tmux(["display-message", "-p", "-t", &reader.id(), "#{pane_pid}"]);
    let pid = nix::unistd::Pid::from_raw(pid.parse().expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("its program");
}
