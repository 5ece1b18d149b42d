//! Commands through a channel.

use tmuxwire::ChannelOptions;

use crate::support::{on_each_release, open};

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
