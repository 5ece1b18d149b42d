//! Ends come after what came before them.

use std::cell::Cell;
use std::time::Duration;

use tmuxwire::{OutputOptions, PaneEnd, PaneEvent, PaneId, PaneOutput, Server, Start, Tail};
use tmuxwire_testkit::{Gate, TestServer, wait_until};

use crate::support::{asked, attached, on_each_release, within};

/// Starts a program in a window, or a session, of its own: it prints `said` behind the first gate, and ends
/// behind the second one.
fn start(server: &TestServer, new: &[&str], gates: &mut [Gate; 2]) -> PaneId {
    let ending = gates[1].job("exit 7");
    let program = gates[0].job(&format!("printf 'said\\n'; {ending}"));
    let words = [new, &["-d", "-P", "-F", "#{pane_id}", &program]].concat();
    let made = server.tmux(words).stdout;
    PaneId::parse(made.trim_ascii()).expect("an id")
}

fn gates(server: &TestServer, name: &str) -> [Gate; 2] {
    ["print", "end"].map(|gate| Gate::new(server.home(), &format!("{name}-{gate}")))
}

/// Returns when the server has read it, and told those who listen.
fn until_said(server: &TestServer, pane: PaneId) {
    let pane = pane.to_string();
    for _ in 0..2 {
        wait_until("it is said", || asked(server, ["capture-pane", "-p", "-t", &pane]) == "said");
    }
}

/// What comes up to the next end.
async fn rest(output: &mut PaneOutput) -> (String, Option<PaneEnd>) {
    let mut text = Vec::new();
    loop {
        match within(output.next()).await {
            Some(PaneEvent::Output(bytes)) => text.extend_from_slice(&bytes),
            Some(PaneEvent::Ended(end)) => {
                assert_eq!(end.tail, Tail::PossiblyCut);
                return (String::from_utf8(text).expect("text"), Some(end.program));
            }
            Some(_) => {}
            None => return (String::from_utf8(text).expect("text"), None),
        }
    }
}

#[test]
fn the_end_of_a_program_comes_after_its_output() {
    on_each_release(|server| async move {
        for remain in ["off", "on"] {
            server.tmux(["set-option", "-g", "remain-on-exit", remain]);
            let mut gates = gates(&server, remain);
            let pane = start(&server, &["new-window", "-t", "main:"], &mut gates);
            let channel = attached(&server).await;
            let mut output = channel.pane_output(pane).await.expect("a stream");
            gates[0].open();
            // Nobody reads meanwhile: the thread is ours.
            until_said(&server, pane);
            gates[1].open();
            let (text, end) = rest(&mut output).await;
            assert_eq!(text, "said\r\n");
            if remain == "off" {
                assert_eq!(end, Some(PaneEnd::Gone));
                assert_eq!(within(output.next()).await, None);
                continue;
            }
            assert_eq!(end, Some(PaneEnd::Exited(7)), "{}", server.release().version);
            let pane = pane.to_string();
            let again = ["respawn-pane", "-t", &pane, "printf again; read x; exit 8"];
            assert!(server.tmux(again).status.success());
            wait_until("it prints", || {
                asked(&server, ["capture-pane", "-p", "-t", &pane]).contains("again")
            });
            server.tmux(["send-keys", "-t", &pane, "Enter"]);
            let (text, end) = rest(&mut output).await;
            assert!(text.starts_with("again"), "{text:?}");
            assert_eq!(end, Some(PaneEnd::Exited(8)));
        }
    });
}

#[test]
fn what_came_before_the_end_of_the_channel_is_looked_at() {
    on_each_release(|server| async move {
        let mut gates = gates(&server, "session");
        let pane = start(&server, &["new-session", "-s", "other"], &mut gates);
        let options = tmuxwire::ChannelOptions::default().attach_to("other");
        let channel = Server::at(server.socket()).channel(options).await.expect("a channel");
        let looked = Cell::new(0);
        let wanted = |line: &str| {
            looked.set(looked.get() + 1);
            line == "said"
        };
        let limit = Duration::from_secs(20);
        let mut wait = Box::pin(channel.wait_for_text(pane, wanted, Start::Screen, limit));
        let found = within(async {
            loop {
                // The first look at the screen shows that it listens.
                let turn = Duration::from_millis(1);
                if let Ok(found) = tokio::time::timeout(turn, &mut wait).await {
                    return found;
                }
                if looked.get() > 0 && looked.replace(-1_000_000) > 0 {
                    // The thread is ours: all is there when it looks again.
                    gates[0].open();
                    until_said(&server, pane);
                    gates[1].open();
                    wait_until("the session ends", || {
                        !server.tmux(["has-session", "-t", "=other"]).status.success()
                    });
                }
            }
        })
        .await;
        let found = found.expect("no failure").met().expect("found");
        assert_eq!(found.line, "said");
    });
}

#[test]
fn a_screen_tells_the_modes_of_its_program() {
    on_each_release(|server| async move {
        let ours = Server::at(server.socket());
        let (on, off) = ("\\033[?1049;1000;1006;2004;1;6h\\033=\\033[4h\\033[?7;25l", "");
        for (set, expected) in [(on, true), (off, false)] {
            let program = format!("printf '{set}here'; exec cat");
            let words = ["new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}", &program];
            let pane = PaneId::parse(server.tmux(words).stdout.trim_ascii()).expect("an id");
            let target = pane.to_string();
            wait_until("it is set", || {
                asked(&server, ["capture-pane", "-p", "-t", &target]).trim() == "here"
            });
            let channel = attached(&server).await;
            let mut output = channel.pane_output(pane).await.expect("a stream");
            let Some(PaneEvent::Screen(screen)) = output.next().await else { panic!("a screen") };
            let raw = ours.raw_output(pane).await.expect("a pipe");
            assert_eq!(raw.screen().modes, screen.modes);
            let modes = screen.modes;
            for mode in [
                modes.alternate_screen,
                modes.mouse_clicks,
                modes.mouse_sgr,
                modes.cursor_keys,
                modes.keypad,
                modes.origin,
                modes.insert,
                modes.wrap.map(|on| !on),
                modes.cursor_visible.map(|on| !on),
            ] {
                assert_eq!(mode, Some(expected), "{}: {modes:?}", server.release().version);
            }
            assert_eq!(modes.mouse_moves, Some(false));
            let told = server.release().is_at_least(3, 7).then_some(expected);
            assert_eq!(modes.bracketed_paste, told, "{}", server.release().version);
        }
    });
}

#[test]
fn a_screen_may_have_wrapped_lines_as_one() {
    on_each_release(|server| async move {
        let program = "printf '\\033[31m%0100d\\033[m\\n%080d\\nend'; exec cat";
        let words = ["new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}", program];
        let pane = PaneId::parse(server.tmux(words).stdout.trim_ascii()).expect("an id");
        let target = pane.to_string();
        wait_until("all is printed", || {
            asked(&server, ["capture-pane", "-p", "-t", &target]).trim().ends_with("end")
        });
        let channel = attached(&server).await;
        let zeros = |count: usize| "0".repeat(count);
        let rows = [zeros(80), zeros(20), zeros(80), "end".to_owned()];
        let lines = [zeros(100), zeros(80), "end".to_owned()];
        let options = OutputOptions::default();
        for (options, expected) in [(options, &rows[..]), (options.joined_lines(), &lines[..])] {
            let mut output = channel.pane_output_with(pane, options).await.expect("a stream");
            let Some(PaneEvent::Screen(screen)) = output.next().await else { panic!("a screen") };
            let shown = String::from_utf8_lossy(&screen.text);
            assert_eq!(shown.matches("\x1b[31m").count(), 1, "{shown:?}");
            let plain =
                shown.replace("\x1b[31m", "").replace("\x1b[39m", "").replace("\x1b[0m", "");
            let shown: Vec<_> = plain.lines().take(expected.len()).map(str::trim_end).collect();
            assert_eq!(shown, expected, "{}", server.release().version);
        }
    });
}
