//! Commands through a channel.

use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::{ChannelOptions, Command, Delivery, ErrorKind};
use tmuxwire_testkit::wait_until;

use crate::support::{on_each_release, open, within};

#[test]
fn commands_are_answered_on_one_connection() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        for number in 0..100 {
            let text = format!("answer {number}");
            let output = channel.run(["display-message", "-p", &text]).await.expect("an answer");
            assert_eq!(output.stdout_text(), format!("{text}\n"));
        }
        let refused = channel.run(["kill-session", "-t", "=nobody"]).await.expect("an answer");
        assert_eq!((refused.status, &*refused.stderr_text()), (1, "can't find session: nobody\n"));
        let list = channel.run(["ls", "-F", "a", ";", "ls", "-F", "b"]).await.expect("an answer");
        assert_eq!(list.stdout_text(), "a\nb\n");
    });
}

#[test]
fn a_hook_has_no_file_opened_by_a_channel() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        let file = server.home().join("saved");
        let save = format!("save-buffer -b text '{}'", file.display());
        let hooks = [
            ("after-rename-window[0]", save.as_str()),
            ("after-rename-window[1]", "set-option -g @saved tried"),
        ];
        for (hook, command) in hooks {
            let set = channel.run(["set-hook", "-g", hook, command]).await.expect("an answer");
            assert_eq!(set.status, 0, "{set:?}");
        }
        channel.run(["set-buffer", "-b", "text", "in the file"]).await.expect("an answer");
        let done = channel.run(["rename-window", "-t", "main:", "other"]).await;
        assert_eq!(done.expect("an answer").status, 0);
        wait_until("the hook is over", || {
            server.tmux(["show-options", "-gqv", "@saved"]).stdout == b"tried\n"
        });
        // Up to 3.3a a server asks us; from 3.5a on it writes the file itself, with its own rights.
        assert_eq!(file.exists(), server.release().is_at_least(3, 5));
        let output = channel.run(["list-windows", "-F", "#{window_name}"]).await;
        assert_eq!(output.expect("an answer").stdout_text(), "other\n");
    });
}

#[test]
fn commands_that_wait_hold_up_nobody() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        let waiting = channel.run(["wait-for", "gate"]);
        let others = async {
            for _ in 0..100 {
                let answer = channel.run(["display-message", "-p", "here"]).await;
                assert_eq!(answer.expect("an answer").stdout_text(), "here\n");
            }
            wait_until("the other one waits", || server.connections() == 2);
            channel.run(["wait-for", "-S", "gate"]).await.expect("an answer");
        };
        let (waited, ()) = within(async { tokio::join!(waiting, others) }).await;
        assert_eq!(waited.expect("an answer").status, 0);
    });
}

#[test]
fn a_deadline_loses_its_own_answer_only() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        server.signal(Signal::SIGSTOP);
        let limit = Duration::from_millis(200);
        let late = Command::new(["display-message", "-p", "late"]).deadline(limit);
        let error = channel.run(late).await.expect_err("the server sleeps");
        assert_eq!(error.kind(), &ErrorKind::TimedOut);
        assert_eq!(error.delivery(), Delivery::MayHaveRun);
        server.signal(Signal::SIGCONT);
        for number in 0..10 {
            let text = number.to_string();
            let answer = channel.run(["display-message", "-p", &text]).await.expect("an answer");
            assert_eq!(answer.stdout_text(), format!("{text}\n"));
        }
        let much = Command::new(["list-keys"]).max_output(100);
        let error = channel.run(much).await.expect_err("too much");
        assert_eq!(error.kind(), &ErrorKind::TooMuchOutput { limit: 100 });
        assert_eq!(channel.run(["has-session"]).await.expect("an answer").status, 0);
    });
}

/// A name of tmux's own may be an alias for several commands, whose answers nobody could pair.
#[test]
fn a_name_that_means_several_commands_takes_another_route() {
    on_each_release(|server| async move {
        server.tmux([
            "set-option",
            "-s",
            "command-alias[90]",
            "lsw=list-sessions -F a ; list-sessions -F b",
        ]);
        let channel = open(&server, ChannelOptions::default()).await;
        let answers = channel.run_all([["lsw"], ["lsb"]]).await;
        let [Ok(aliased), Ok(buffers)] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!((&*aliased.stdout_text(), &*buffers.stdout_text()), ("a\nb\n", ""));
        // One that is set through the channel is known from then on.
        let alias =
            ["set-option", "-s", "command-alias[91]", "ls=list-sessions -F c ; list-buffers"];
        assert_eq!(channel.run(alias).await.expect("an answer").status, 0);
        for _ in 0..3 {
            let output = channel.run(["ls"]).await.expect("an answer");
            assert_eq!(output.stdout_text(), "c\n", "{}", server.release().version);
        }
    });
}

/// Up to 3.7c a server that has a control client ends when a session goes right after its current
/// window has changed, before the server has told its control clients of that.
#[test]
fn what_ends_a_session_does_not_end_the_server() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        for _ in 0..20 {
            let made = channel.run_all([
                vec!["new-session", "-d", "-s", "short", "-n", "one"],
                vec!["new-window", "-d", "-t", "short:", "-n", "two"],
            ]);
            made.await.into_iter().for_each(|answer| assert_eq!(answer.expect("made").status, 0));
            let ended = channel
                .run_all([["select-window", "-t", "short:two"], ["kill-session", "-t", "=short"]]);
            for answer in within(ended).await {
                assert_eq!(answer.expect("the server is alive").status, 0);
            }
        }
        assert!(server.is_alive());
    });
}
