//! Command lines that a command can't take.

use std::path::Path;

use tmuxwire_testkit::{TestServer, releases};

use crate::support::{TMUXWIRE, client, seen};

/// Up to 3.2a the client itself says what is wrong with a flag, in front of the server's usage.
#[test]
fn usage_errors_are_told_as_by_the_releases_own_client() {
    for release in releases() {
        let server = TestServer::start(&release);
        for words in [
            &["ls", "-Z"][..],
            &["list-sessions", "-Z"],
            &["list-s", "-Z"],
            &["display-message", "-pZ"],
            &["display-message", "-c"],
            &["display", "-t"],
            &["new-window", "-n"],
            &["ls", "a", "b"],
            &["ls", "--", "-Z"],
            &["ls", "-F", "-Z"],
            &["ls", "-F", "x", "-Z"],
            &["ls", ";", "ls", "-Z"],
            &["ls;", "ls", "-Z"],
            &["ls", "-Z", ";", "ls", "-Y"],
            &["ls", "-é"],
            &["bind-key", "x", "ls", "-Z"],
            &["if-shell", "true", "ls -Z"],
            &["send-keys", "-Z", "x"],
            &["frobnicate", "-Z"],
            &["-C", "ls", "-Z"],
            // No usage at all.
            &["display-message", "-p", "usage: display-message"],
        ] {
            let [real, ours] = [&release.path, Path::new(TMUXWIRE)].map(|program| {
                // A control client whose input ends may go before it has said anything.
                let (stdin, open) = std::io::pipe().expect("a pipe");
                let mut command = client(program, server.home());
                command.stdin(stdin).arg("-S").arg(server.socket()).args(words);
                let seen = seen(&mut command);
                drop(open);
                seen
            });
            assert_eq!(real, ours, "{} {words:?}", release.version);
        }
    }
}
