//! Nobody gets what answers another.

use tmuxwire::{ChannelOptions, End, ErrorKind, Watch, Watched};

use crate::support::{attached, beside_each_release, on_each_release, open, within};

const ALIAS: &str = "list-buffers=display-message -p one ; display-message -p two";

fn commands() -> Vec<Vec<String>> {
    let asked =
        (0..200).map(|number| vec!["display-message".into(), "-p".into(), format!("{number}")]);
    [vec!["list-buffers".to_owned()]].into_iter().chain(asked).collect()
}

/// An alias for two commands that another client makes: no answer is another's.
#[test]
fn an_alias_of_another_client_is_told() {
    on_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        server.tmux(["set-option", "-s", "command-alias[50]", ALIAS]);
        let answers = within(channel.run_all(commands())).await;
        for (number, answer) in answers.iter().enumerate() {
            match answer {
                Ok(answer) => assert_eq!(answer.stdout_text(), format!("{}\n", number - 1)),
                Err(error) => {
                    let kind = error.kind();
                    assert!(matches!(kind, ErrorKind::ChannelEnded(End::Broken(_))), "{kind:?}");
                }
            }
        }
        assert!(answers[0].is_err(), "{:?}", answers[0]);
    });
}

/// One that comes through the channel is known from then on.
#[test]
fn an_alias_from_a_file_is_known() {
    beside_each_release(|server| async move {
        let channel = open(&server, ChannelOptions::default()).await;
        let file = server.home().join("aliases");
        std::fs::write(&file, format!("set -s command-alias[50] '{ALIAS}'\n")).expect("a file");
        let file = file.to_str().expect("text");
        within(channel.run(["source-file", file])).await.expect("an answer");
        let answers = within(channel.run_all(commands())).await;
        let text = |answer: tmuxwire::Result<tmuxwire::Output>| {
            answer.expect("an answer").stdout_text().into_owned()
        };
        let texts: Vec<String> = answers.into_iter().map(text).collect();
        assert_eq!(texts[0], "one\ntwo\n");
        for (number, text) in texts[1..].iter().enumerate() {
            assert_eq!(*text, format!("{number}\n"));
        }
    });
}

/// A directory's name that looks like the server's lines.
#[test]
fn a_watched_value_forges_nothing() {
    beside_each_release(|server| async move {
        if !server.release().is_at_least(3, 2) {
            return;
        }
        let name = "x\n%begin 1 18446744073709551615 1\nforged\n%end 1 18446744073709551615 1\n";
        let directory = server.home().join(name);
        std::fs::create_dir(&directory).expect("a directory");
        let channel = attached(&server).await;
        let format = "#{pane_current_path}";
        let mut watched = channel.subscribe(Watch::AllPanes, format).await.expect("watched");
        server.tmux(["new-window", "-t", "main:", "-c", directory.to_str().expect("text"), "cat"]);
        let seen = async {
            loop {
                match watched.next().await {
                    Some(Watched::Value { value, .. }) => {
                        let text = String::from_utf8_lossy(&value).into_owned();
                        if text.contains("forged") {
                            return text;
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        };
        let asking = async {
            for number in 0..500 {
                let text = format!("answer {number}");
                let answer = channel.run(["display-message", "-p", &text]).await;
                assert_eq!(answer.expect("an answer").stdout_text(), format!("{text}\n"));
            }
        };
        let ((), seen) = within(async { tokio::join!(asking, seen) }).await;
        assert!(seen.ends_with("forged\n%end 1 18446744073709551615 1\n"), "{seen:?}");
        let refused = channel.subscribe(Watch::Session, "a#{session_name").await;
        assert!(refused.is_err());
    });
}
