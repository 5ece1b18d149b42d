//! Waiting for what happens in a pane.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tmuxwire::{Channel, Evidence, PaneEnd, PaneId, Place, Seen, Start, Waited};
use tmuxwire_testkit::TestServer;

use crate::support::{attached, on_each_release, within};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(150);
/// Long enough to have looked before giving up.
const LOOKED: Duration = Duration::from_secs(2);
const PANE: PaneId = PaneId(0);

/// Runs a program in the server's pane, and waits until it shows its first word.
fn run(server: &TestServer, program: &str) {
    server.tmux(["set-option", "-g", "remain-on-exit", "on"]);
    let program = format!("printf 'here '; {program}");
    assert!(server.tmux(["respawn-window", "-k", "-t", "main:", &program]).status.success());
    tmuxwire_testkit::wait_until("it runs", || {
        server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout.starts_with(b"here")
    });
}

async fn press_enter(channel: &Channel) {
    let sent = channel.run(["send-keys", "-t", "%0", "Enter"]).await.expect("an answer");
    assert_eq!(sent.status, 0);
}

#[test]
fn text_on_the_screen_is_found_at_once() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let wanted = |line: &str| line.contains("thr");
        let found = channel.wait_for_text(PANE, wanted, Start::Screen, LONG).await;
        let found = found.expect("no failure").met().expect("found");
        assert_eq!((found.line.as_str(), found.place), ("three", Place::Screen));
    });
}

#[test]
fn text_is_found_across_wraps_and_escape_sequences() {
    on_each_release(|server| async move {
        // The word begins in the last column but two, and changes colour in the middle.
        let text = "printf '%75s' x; printf 'BEG\\033[31mIN AND\\033[0m END\\n'; exec cat";
        run(&server, &format!("read x; {text}"));
        let channel = attached(&server).await;
        let wanted = |line: &str| line.contains("BEGIN AND END");
        let search = channel.wait_for_text(PANE, wanted, Start::Now, LONG);
        let (found, ()) = tokio::join!(search, press_enter(&channel));
        let found = found.expect("no failure").met().expect("found");
        assert!(found.line.ends_with("BEGIN AND END"), "{found:?}");
    });
}

#[test]
fn text_that_is_gone_from_the_screen_again_is_found() {
    on_each_release(|server| async move {
        run(&server, "read x; printf 'now you see me\\r\\n\\033[H\\033[2Jclear'; exec cat");
        let channel = attached(&server).await;
        let wanted = |line: &str| line.contains("see me");
        let search = channel.wait_for_text(PANE, wanted, Start::Now, LONG);
        let (found, ()) = tokio::join!(search, press_enter(&channel));
        assert_eq!(found.expect("no failure").met().expect("found").line, "now you see me");
    });
}

#[test]
fn text_that_is_put_together_on_the_screen_is_found() {
    on_each_release(|server| async move {
        // As a program does that writes only what has changed: the output never says "done".
        run(&server, "printf '\\033[5;1Hd-ne'; read x; printf '\\033[5;2Ho'; exec cat");
        let channel = attached(&server).await;
        let search = channel.wait_for_text(PANE, |line| line == "done", Start::Now, LONG);
        let (found, ()) = tokio::join!(search, press_enter(&channel));
        assert_eq!(found.expect("no failure").met().expect("found").place, Place::Screen);
    });
}

#[test]
fn what_was_there_before_does_not_count_from_now_on() {
    on_each_release(|server| async move {
        run(&server, "printf 'three\\n'; read x; echo three; exec cat");
        tmuxwire_testkit::wait_until("it has printed", || {
            server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout.starts_with(b"here three")
        });
        let channel = attached(&server).await;
        let wanted = |line: &str| line.contains("three");
        let seen = channel.wait_for_text(PANE, wanted, Start::Now, SHORT).await;
        let Ok(Waited::GaveUp(seen)) = seen else { panic!("{seen:?}") };
        assert_eq!((seen.screen.as_str(), seen.quiet), ("here three", None));
        let search = channel.wait_for_text(PANE, wanted, Start::Now, LONG);
        let (found, ()) = tokio::join!(search, press_enter(&channel));
        assert!(found.expect("no failure").met().is_some());
    });
}

#[test]
fn idle_is_when_nothing_more_is_printed() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        assert_eq!(channel.wait_until_idle(PANE, SHORT, LONG).await.ok(), Some(Waited::Met(())));
        // No flood: a server that has that to read is slow to answer.
        run(&server, "read x; while :; do echo x; sleep 0.01; done");
        press_enter(&channel).await;
        tmuxwire_testkit::wait_until("it prints", || {
            server
                .tmux(["capture-pane", "-p", "-t", "main:"])
                .stdout
                .trim_ascii_end()
                .ends_with(b"\nx")
        });
        let outcome = channel.wait_until_idle(PANE, LONG, LOOKED).await;
        let Ok(Waited::GaveUp(seen)) = outcome else { panic!("{outcome:?}") };
        assert!(seen.screen.ends_with('x') && seen.quiet.is_some(), "{seen:?}");
    });
}

#[test]
fn the_end_of_a_program_is_told_with_its_status() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        for (end, expected) in [
            ("exit 7", PaneEnd::Exited(7)),
            ("exit 0", PaneEnd::Exited(0)),
            ("kill -9 $$", PaneEnd::Signalled(9)),
        ] {
            run(&server, &format!("read x; {end}"));
            let exit = channel.wait_for_exit(PANE, LONG);
            let (ended, ()) = tokio::join!(exit, press_enter(&channel));
            let ended = match ended.expect("no failure") {
                Waited::Met(ended) => Some(ended),
                Waited::GaveUp(seen) => panic!("{end} on {}: {seen:?}", server.release().version),
            };
            let tells_signals = server.release().is_at_least(3, 3);
            match expected {
                PaneEnd::Signalled(_) if !tells_signals => assert!(ended.is_some()),
                expected => assert_eq!(ended, Some(expected), "{}", server.release().version),
            }
        }
        run(&server, "exec cat");
        let outcome = channel.wait_for_exit(PANE, SHORT).await.expect("no failure");
        assert!(matches!(outcome, Waited::GaveUp(seen) if seen.last == "running"));
    });
}

#[test]
fn a_pane_that_goes_is_gone() {
    on_each_release(|server| async move {
        server.tmux(["split-window", "-d", "-t", "main:", "read x"]);
        let channel = attached(&server).await;
        let exit = channel.wait_for_exit(PaneId(1), LONG);
        let kill = async {
            channel.run(["send-keys", "-t", "%1", "Enter"]).await.expect("sent");
        };
        let (ended, ()) = tokio::join!(exit, kill);
        assert_eq!(ended.expect("no failure").met(), Some(PaneEnd::Gone));
        let ended = channel.wait_for_exit(PaneId(1), LONG).await;
        assert_eq!(ended.expect("no failure").met(), Some(PaneEnd::Gone));
    });
}

#[test]
fn a_format_is_waited_for() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let format = "#{?#{==:#{@state},ready},yes it is,}";
        let seen = channel.wait_for_format("main:", "#{@state}", SHORT).await;
        assert!(matches!(seen, Ok(Waited::GaveUp(ref seen)) if seen.last.is_empty()), "{seen:?}");
        let wait = channel.wait_for_format("main:", format, LONG);
        let set = async {
            let set = channel.run(["set-option", "-g", "@state", "ready"]).await;
            assert_eq!(set.expect("an answer").status, 0);
        };
        let (value, ()) = tokio::join!(wait, set);
        assert_eq!(value.expect("no failure").met().as_deref(), Some("yes it is"));
        let error = channel.wait_for_format("nobody:", format, LONG).await.expect_err("no target");
        assert!(error.to_string().contains("can't find"), "{error}");
    });
}

#[test]
fn a_wait_channel_is_waited_for_without_holding_up_others() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let seen = channel.wait_for("another gate", SHORT).await;
        assert!(matches!(seen, Ok(Waited::GaveUp(_))), "{seen:?}");
        let wake = async {
            // The one who waits is connected by now or will find the channel woken.
            let woken = channel.run(["wait-for", "-S", "gate"]).await.expect("an answer");
            assert_eq!(woken.status, 0);
        };
        let (woken, ()) =
            within(async { tokio::join!(channel.wait_for("gate", LONG), wake) }).await;
        assert_eq!(woken.ok(), Some(Waited::Met(())));
    });
}

#[test]
fn a_pane_that_reads_is_ready() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        let settle = Duration::from_millis(50);
        run(&server, "exec cat");
        let ready = channel.wait_until_ready(PANE, settle, LONG).await.expect("no failure");
        let ready = ready.met().expect("ready");
        assert!(matches!(ready.evidence, Evidence::ReadsTerminal), "{ready:?}");
        assert_eq!(ready.process.expect("a process").1, "cat");
        run(&server, "while :; do :; done");
        let outcome = channel.wait_until_ready(PANE, settle, LOOKED).await.expect("no failure");
        let Waited::GaveUp(seen) = outcome else { panic!("{outcome:?}") };
        assert!(seen.last.ends_with("is busy"), "{seen:?}");
    });
}

#[test]
fn a_shell_at_its_prompt_is_ready() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        run(&server, "PS1='prompt> ' exec bash --norc --noprofile -i");
        let settle = Duration::from_millis(50);
        let ready = channel.wait_until_ready(PANE, settle, LONG).await.expect("no failure");
        let ready = ready.met().expect("ready");
        assert!(
            matches!(ready.evidence, Evidence::ReadsTerminal | Evidence::ShellWaits),
            "{ready:?}"
        );
        assert_eq!(ready.process.expect("a process").1, "bash");
        // Not while a program runs that doesn't read.
        channel.run(["send-keys", "-t", "%0", "while :; do :; done", "Enter"]).await.expect("sent");
        let busy = |line: &str| line.contains("prompt> while");
        let echo = channel.wait_for_text(PANE, busy, Start::Screen, LONG).await;
        assert!(matches!(echo, Ok(Waited::Met(_))), "{echo:?}");
        let outcome = channel.wait_until_ready(PANE, settle, SHORT).await.expect("no failure");
        assert!(matches!(outcome, Waited::GaveUp(_)), "{outcome:?}");
    });
}

#[test]
fn a_pane_that_goes_ends_a_wait_for_its_output() {
    on_each_release(|server| async move {
        let channel = attached(&server).await;
        for _ in 0..3 {
            // Its last word still counts.
            server.tmux(["split-window", "-d", "-t", "main:", "read x; printf 'last word'"]);
            let list = channel.run(["list-panes", "-t", "main:", "-F", "#{pane_id}"]).await;
            let list = list.expect("an answer").stdout_text().into_owned();
            let pane = list.split_whitespace().last().expect("a pane").to_owned();
            let pane = PaneId::parse(pane.as_bytes()).expect("a pane id");
            let target = pane.to_string();
            let press = async {
                channel.run(["send-keys", "-t", &target, "Enter"]).await.expect("sent");
            };
            let never = channel.wait_for_text(pane, |line| line == "never", Start::Now, LONG);
            let quiet = channel.wait_until_idle(pane, LONG, LONG * 2);
            let (never, quiet, ()) = tokio::join!(never, quiet, press);
            for error in [never.expect_err("it is gone"), quiet.expect_err("it is gone")] {
                assert_eq!(
                    error.to_string(),
                    format!("the server refused: the pane {pane} is gone")
                );
                assert!(error.is_not_found());
            }
        }
        let forever = channel.wait_until_idle(PANE, SHORT, Duration::MAX).await;
        assert_eq!(forever.ok(), Some(Waited::Met(())));
    });
}

#[test]
fn a_server_that_hangs_meanwhile_is_told_when_the_time_is_over() {
    const LIMIT: Duration = Duration::from_secs(3);
    on_each_release(|server| async move {
        run(&server, "while :; do echo x; sleep 0.05; done");
        let channel = attached(&server).await;
        let hang = async {
            // What waits has begun; if it hasn't, it hears nothing either.
            tokio::time::sleep(LIMIT / 3).await;
            server.signal(Signal::SIGSTOP);
        };
        let began = Instant::now();
        let (text, idle, exit, format, ready, woken, ()) = tokio::join!(
            channel.wait_for_text(PANE, |line| line == "never", Start::Now, LIMIT),
            channel.wait_until_idle(PANE, LIMIT * 2 / 3, LIMIT),
            channel.wait_for_exit(PANE, LIMIT),
            channel.wait_for_format("main:", "#{@never}", LIMIT),
            channel.wait_until_ready(PANE, LIMIT, LIMIT),
            channel.wait_for("never", LIMIT),
            hang,
        );
        let took = began.elapsed();
        server.signal(Signal::SIGCONT);
        let seen = [gave_up(text), gave_up(idle), gave_up(exit), gave_up(format), gave_up(ready)];
        for seen in seen.into_iter().chain([gave_up(woken)]) {
            assert!(seen.no_answer && seen.last == "the server doesn't answer", "{seen:?}");
        }
        assert!(took < LIMIT + LIMIT / 4, "{took:?}");
    });
}

fn gave_up<T: std::fmt::Debug>(outcome: tmuxwire::Result<Waited<T>>) -> Seen {
    match outcome {
        Ok(Waited::GaveUp(seen)) => seen,
        other => panic!("{other:?}"),
    }
}
