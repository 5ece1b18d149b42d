//! `tw wait exit`.

use serde_json::json;
use tmuxwire_testkit::wait_until;

use crate::support::{on_each_release, press_enter, program, run, running, until_attached};

#[test]
fn the_status_of_a_program_is_told_and_passed_on() {
    on_each_release(|server| {
        for (form, status, stdout) in [
            (&["wait", "exit", "-t", "%0"][..], 0, "exited 7\n"),
            (&["wait", "exit", "--propagate"], 7, "exited 7\n"),
        ] {
            program(server, "read x; exit 7");
            let tw = running(server, form);
            until_attached(server, 1);
            press_enter(server);
            let seen = tw.finish();
            assert_eq!((seen.status, seen.text().as_str()), (status, stdout), "{seen:?}");
        }
        // It is dead by now, which is the same.
        let seen = run(server, &["wait", "exit", "--json"]);
        assert_eq!(seen.json(), [json!({"met": true, "how": "exited", "status": 7})]);
    });
}

#[test]
fn a_signal_is_told_and_passed_on() {
    on_each_release(|server| {
        program(server, "read x; kill -9 $$");
        let tw = running(server, &["wait", "exit", "--json", "--propagate"]);
        until_attached(server, 1);
        press_enter(server);
        let seen = tw.finish();
        match server.release().is_at_least(3, 3) {
            true => {
                assert_eq!(seen.status, 137, "{seen:?}");
                assert_eq!(seen.json(), [json!({"met": true, "how": "signal", "signal": 9})]);
            }
            // Such a server tells nothing, or a status of 0, which nobody can see through.
            false => assert!(matches!(seen.status, 0 | 125), "{seen:?}"),
        }
    });
}

#[test]
fn a_pane_that_closes_is_gone() {
    on_each_release(|server| {
        for (form, status) in [(&["wait", "exit"][..], 0), (&["wait", "exit", "--propagate"], 125)]
        {
            let made = server.tmux(["split-window", "-d", "-P", "-F", "#{pane_id}", "read x"]);
            let pane = String::from_utf8_lossy(&made.stdout).trim().to_owned();
            let tw = running(server, &[form, &["-t", &pane]].concat());
            until_attached(server, 1);
            server.tmux(["kill-pane", "-t", &pane]);
            let seen = tw.finish();
            assert_eq!((seen.status, seen.text().as_str()), (status, "gone\n"), "{seen:?}");
        }
        // The last pane takes session and server along; being detached changes nothing.
        let tw = running(server, &["wait", "exit"]);
        until_attached(server, 1);
        server.tmux(["set-hook", "-g", "client-attached", "set-option -g @again yes"]);
        server.tmux(["detach-client", "-s", "main"]);
        wait_until("it is attached again", || {
            server.tmux(["show-options", "-gqv", "@again"]).stdout == b"yes\n"
        });
        server.tmux(["kill-pane", "-t", "%0"]);
        let seen = tw.finish();
        assert_eq!((seen.status, seen.text().as_str()), (0, "gone\n"), "{seen:?}");
    });
}

#[test]
fn what_does_not_end_is_given_up() {
    on_each_release(|server| {
        let words = ["wait", "exit", "-t", "main:", "--timeout", "500ms"];
        let seen = run(server, &words);
        assert_eq!((seen.status, seen.text().as_str()), (1, ""));
        let start = "tw: gave up after 500ms: the program of pane %0 has not ended\n";
        assert!(seen.stderr.starts_with(start), "{}", seen.stderr);
        assert!(seen.stderr.ends_with("| four\n| five\n"), "{}", seen.stderr);
        let seen = run(server, &[&words[..], &["--propagate"]].concat());
        assert_eq!(seen.status, 124);
        let seen = run(server, &[&words[..], &["--json"]].concat());
        let object = &seen.json()[0];
        assert_eq!(
            (seen.status, &object["met"], &object["last"]),
            (1, &false.into(), &"running".into())
        );
    });
}

#[test]
fn without_a_pane_or_a_server_there_is_nothing_to_wait_for() {
    on_each_release(|server| {
        let missing = ["wait", "exit", "-t", "%99"];
        let seen = run(server, &missing);
        assert_eq!(seen.status, 4);
        assert!(seen.stderr.starts_with("tw: can't find pane: %99; "), "{}", seen.stderr);
        assert_eq!(run(server, &[&missing[..], &["--propagate"]].concat()).status, 125);
        let tw = running(server, &["wait", "exit"]);
        until_attached(server, 1);
        server.kill();
        let seen = tw.finish();
        assert_eq!((seen.status, seen.stderr.as_str()), (3, "tw: the server has gone\n"));
        let seen = run(server, &["wait", "exit"]);
        assert_eq!(seen.status, 3);
        assert!(seen.stderr.contains("no server running on"), "{}", seen.stderr);
        let start =
            format!("start one with `tmux -S {} new-session -d`", server.socket().display());
        assert!(seen.stderr.contains(&start), "{}", seen.stderr);
    });
}
