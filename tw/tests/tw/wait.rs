//! `tw wait`, but for `exit`.

use serde_json::json;
use tmuxwire_testkit::wait_until;

use crate::support::{on_each_release, press_enter, program, run, running, until_attached};

#[test]
fn text_is_found_on_the_screen() {
    on_each_release(|server| {
        let seen = run(server, &["wait", "text", "hre", "-t", "main:"]);
        assert_eq!((seen.status, seen.text().as_str()), (0, "three\n"), "{seen:?}");
        let seen = run(server, &["wait", "text", "--regex", "^f.*e$", "--json"]);
        assert_eq!(seen.json(), [json!({"met": true, "line": "five", "place": "screen"})]);
    });
}

#[test]
fn text_is_found_across_a_wrapped_line() {
    on_each_release(|server| {
        let text = "read x; printf '%75s' x; printf 'BEG\\033[31mIN AND\\033[0m END\\n'; exec cat";
        program(server, text);
        let tw = running(server, &["wait", "text", "BEGIN AND END", "--json"]);
        until_attached(server, 1);
        press_enter(server);
        let seen = tw.finish();
        let object = &seen.json()[0];
        assert_eq!((seen.status, &object["met"]), (0, &true.into()), "{seen:?}");
        assert!(object["line"].as_str().expect("text").ends_with("BEGIN AND END"), "{object}");
    });
}

#[test]
fn what_stood_there_before_does_not_count_as_new() {
    on_each_release(|server| {
        let words = ["wait", "text", "three", "--new", "--timeout", "500ms"];
        let seen = run(server, &words);
        assert_eq!((seen.status, seen.text().as_str()), (1, ""));
        let expected = "tw: gave up after 500ms: no line contains \"three\"\nthe pane's last lines:\n\
                        | one\n| two\n| three\n| four\n| five\n";
        assert_eq!(seen.stderr, expected);
        // From when on it looks nobody sees, so it is said until it is heard.
        let mut tw = running(server, &["wait", "text", "three", "--new"]);
        wait_until("it is heard", || {
            server.tmux(["send-keys", "-t", "%0", "three", "Enter"]);
            tw.has_ended()
        });
        assert_eq!(tw.finish().text(), "three\n");
    });
}

#[test]
fn idle_is_when_nothing_is_printed() {
    on_each_release(|server| {
        let seen = run(server, &["wait", "idle", "--settle", "50ms", "--json"]);
        assert_eq!((seen.status, seen.json()), (0, vec![json!({"met": true})]));
        assert_eq!(run(server, &["wait", "idle", "--settle", "50ms"]).text(), "");
        // No flood: a server that has that to read is slow to answer.
        program(server, "read x; while :; do echo x; sleep 0.01; done");
        press_enter(server);
        let seen =
            run(server, &["wait", "idle", "--settle", "10s", "--timeout", "300ms", "--json"]);
        assert_eq!(seen.status, 2, "can't be met: {seen:?}");
        let seen =
            run(server, &["wait", "idle", "--settle", "1900ms", "--timeout", "2s", "--json"]);
        let object = &seen.json()[0];
        assert_eq!((seen.status, &object["met"]), (1, &false.into()), "{seen:?}");
        assert!(object["quiet_seconds"].as_f64().is_some_and(|quiet| quiet < 10.0), "{object}");
        assert_eq!(object["reason"], "gave-up", "{object}");
    });
}

/// It is as quiet as can be, which is not what a wait for quiet means.
#[test]
fn a_dead_pane_is_told_as_dead() {
    on_each_release(|server| {
        program(server, "read x; exit 7");
        press_enter(server);
        assert_eq!(run(server, &["wait", "exit"]).text(), "exited 7\n");
        for words in [&["text", "never"][..], &["idle", "--settle", "10ms"], &["idle"], &["ready"]]
        {
            let seen = run(server, &[&["wait", "--json"], words].concat());
            let error = "the program of pane %0 has ended (exited 7)";
            let object = json!({
                "met": false, "reason": "ended", "how": "exited", "status": 7, "error": error,
            });
            assert_eq!((seen.status, seen.json()), (4, vec![object]), "{words:?} {seen:?}");
            assert_eq!(seen.stderr, format!("tw: {error}\n"), "{words:?}");
        }
    });
}

#[test]
fn json_has_an_object_for_each_end() {
    on_each_release(|server| {
        let json = |words: &[&str]| run(server, &[&["wait", "--json"], words].concat());
        let seen = json(&["text", "never", "--timeout", "500ms"]);
        let expected = json!({
            "met": false, "reason": "gave-up", "screen": "one\ntwo\nthree\nfour\nfive", "last": "",
        });
        assert_eq!((seen.status, seen.json()), (1, vec![expected]), "no time of quiet: {seen:?}");
        let missing = [("text", "x"), ("idle", ""), ("exit", ""), ("format", "1"), ("ready", "")];
        for (wait, word) in missing {
            let words = [wait, word, "-t", "%99"];
            let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
            let seen = json(&words);
            let object = &seen.json()[0];
            let reason = (&object["met"], &object["reason"]);
            assert_eq!((seen.status, reason), (4, (&false.into(), &"no-pane".into())), "{seen:?}");
            assert!(seen.stderr.contains("can't find pane: %99"), "{seen:?}");
        }
        let seen = json(&["exit", "--propagate", "-t", "%99"]);
        assert_eq!((seen.status, &seen.json()[0]["reason"]), (125, &"no-pane".into()), "{seen:?}");
        server.kill();
        for words in [&["channel", "x"][..], &["exit", "--propagate"]] {
            let seen = json(words);
            assert_eq!(seen.json()[0]["reason"], "no-server", "{words:?} {seen:?}");
        }
    });
}

#[test]
fn a_format_is_waited_for() {
    on_each_release(|server| {
        let words = ["wait", "format", "#{@state}", "-t", "main:", "--timeout", "500ms"];
        let seen = run(server, &words);
        assert_eq!((seen.status, seen.text().as_str()), (1, ""));
        assert!(seen.stderr.starts_with("tw: gave up after 500ms: #{@state} is not true\n"));
        let tw = running(server, &["wait", "format", "#{@state}"]);
        until_attached(server, 1);
        server.tmux(["set-option", "-g", "@state", "ready to go"]);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.text().as_str()), (0, "ready to go\n"), "{seen:?}");
        let seen = run(server, &["wait", "format", "#{@state}", "--json"]);
        assert_eq!(seen.json(), [json!({"met": true, "value": "ready to go"})]);
        // A window that isn't there is not the one beside it.
        let seen = run(server, &["wait", "format", "#{@state}", "-t", "main:7"]);
        assert_eq!(seen.status, 4, "{seen:?}");
    });
}

#[test]
fn a_pane_that_reads_is_ready() {
    on_each_release(|server| {
        let seen = run(server, &["wait", "ready", "--json", "--settle", "50ms"]);
        let object = &seen.json()[0];
        assert_eq!((seen.status, &object["evidence"]), (0, &"reads-terminal".into()), "{seen:?}");
        assert_eq!(object["process"]["name"], "cat");
        let seen = run(server, &["wait", "ready"]);
        assert!(seen.text().starts_with("reads-terminal ") && seen.text().ends_with(" cat\n"));
        assert_eq!(object["echo_off"], false);
        // A long time to be quiet makes no wait one in vain: who reads need not be quiet.
        let seen = run(server, &["wait", "ready", "--settle", "100s", "--timeout", "5s"]);
        assert_eq!(seen.status, 0, "{seen:?}");
        program(server, "stty -echo; exec cat");
        wait_until("the password prompt", || {
            let seen = run(server, &["wait", "ready", "--json", "--settle", "10ms"]);
            seen.json()[0]["echo_off"] == true
        });
        let seen = run(server, &["wait", "ready"]);
        assert!(seen.text().ends_with(" cat (echo off)\n"), "{seen:?}");
        program(server, "while :; do :; done");
        let seen = run(server, &["wait", "ready", "--timeout", "200ms"]);
        assert_eq!(seen.status, 1);
        assert!(seen.stderr.contains("is busy"), "{}", seen.stderr);
    });
}

#[test]
fn a_channel_is_waited_for() {
    on_each_release(|server| {
        let seen = run(server, &["wait", "channel", "never", "--timeout", "500ms"]);
        assert_eq!(seen.status, 1);
        assert_eq!(seen.stderr, "tw: gave up after 500ms: nobody has woken \"never\"\n");
        let tw = running(server, &["wait", "channel", "gate", "--json", "--timeout", "0"]);
        server.tmux(["wait-for", "-S", "gate"]);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.json()), (0, vec![json!({"met": true})]));
    });
}

/// What the help says of tmux's own channels.
#[test]
fn of_two_early_wake_ups_the_second_takes_the_first_back() {
    on_each_release(|server| {
        for (wake_ups, status) in [(1, 0), (2, 1), (3, 0)] {
            let name = format!("gate{wake_ups}");
            for _ in 0..wake_ups {
                server.tmux(["wait-for", "-S", &name]);
            }
            let seen = run(server, &["wait", "channel", &name, "--timeout", "300ms"]);
            assert_eq!(seen.status, status, "{wake_ups} {seen:?}");
        }
        server.tmux(["set-option", "-g", "@built", "1"]);
        server.tmux(["set-option", "-g", "@built", "1"]);
        assert_eq!(run(server, &["wait", "format", "#{@built}"]).text(), "1\n");
    });
}

/// The README's example.
#[test]
fn a_whole_line_is_not_met_by_the_command_that_was_typed() {
    on_each_release(|server| {
        server.tmux(["set-option", "-g", "remain-on-exit", "on"]);
        server.tmux(["respawn-pane", "-k", "-t", "%0", "PS1='$ ' exec sh"]);
        server.tmux(["send-keys", "-t", "%0", "read x; echo done", "Enter"]);
        let seen = run(server, &["wait", "text", "done"]);
        assert!(seen.text().contains("echo done"), "{seen:?}");
        let tw = running(server, &["wait", "text", "--regex", "^done$"]);
        until_attached(server, 1);
        press_enter(server);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.text().as_str()), (0, "done\n"), "{seen:?}");
    });
}

#[test]
fn to_tmux_watching_is_somebody_who_came() {
    on_each_release(|server| {
        let seen = |format: &str| {
            let words = ["list-windows", "-t", "other", "-F", format];
            String::from_utf8_lossy(&server.tmux(words).stdout).into_owned()
        };
        server.tmux(["set-option", "-g", "bell-action", "any"]);
        server.tmux(["new-session", "-d", "-s", "other", "read x; printf '\\a'; exec cat"]);
        server.tmux(["new-window", "-d", "-t", "other", "read x; printf '\\a'; exec cat"]);
        server.tmux(["send-keys", "-t", "other:1", "Enter"]);
        server.tmux(["send-keys", "-t", "other:0", "Enter"]);
        // 3.1c leaves the current window of a session without clients out.
        let rung = if server.release().is_at_least(3, 2) { "1 1 \n0 1 \n" } else { "" };
        let flags = "#{window_active} #{window_bell_flag} #{session_last_attached}";
        wait_until("both have rung", || match rung {
            "" => seen(flags).ends_with("0 1 \n"),
            rung => seen(flags) == rung,
        });
        assert_eq!(run(server, &["wait", "format", "1", "-t", "other:"]).status, 0);
        let after = seen("#{window_active} #{window_bell_flag}");
        assert_eq!(after, "1 0\n0 1\n", "alerts of the current window alone");
        assert!(!seen("#{session_last_attached}").starts_with('\n'));
    });
}

#[test]
fn a_pane_that_ends_meanwhile_ends_the_wait() {
    on_each_release(|server| {
        program(server, "exec cat");
        for words in [
            &["wait", "text", "never", "-t", "%1"][..],
            &["wait", "idle", "--settle", "20s", "-t", "%1"],
            &["wait", "format", "#{@never}", "-t", "%1"],
        ] {
            let new = server.tmux(["new-window", "-d", "-P", "-F", "#{pane_id}", "cat"]);
            let pane = String::from_utf8_lossy(&new.stdout).trim().to_owned();
            let words: Vec<&str> =
                words.iter().map(|word| if *word == "%1" { pane.as_str() } else { word }).collect();
            let tw = running(server, &words);
            until_attached(server, 1);
            server.tmux(["kill-pane", "-t", &pane]);
            let seen = tw.finish();
            assert_eq!(seen.status, 4, "{words:?} {seen:?}");
        }
        // What a program says last is heard.
        program(server, "read x; echo done");
        let tw = running(server, &["wait", "text", "done"]);
        until_attached(server, 1);
        press_enter(server);
        assert_eq!(tw.finish().text(), "done\n");
        let seen = run(server, &["wait", "ready"]);
        assert_eq!((seen.status, seen.stderr.contains("has ended (")), (4, true), "{seen:?}");
    });
}
