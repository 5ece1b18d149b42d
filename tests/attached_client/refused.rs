//! Clients that are not attached learn why.

use std::fs::File;

use tmuxwire::{AttachOptions, AttachedClient, ErrorKind, Refusal, Result};
use tmuxwire_testkit::{Terminal, TestServer};

use crate::{handle, on_all, options};

fn kind(outcome: Result<AttachedClient>) -> ErrorKind {
    outcome.expect_err("a refusal").kind().clone()
}

#[test]
fn each_refusal_has_its_type() {
    on_all(async |release| {
        let server = TestServer::start(&release);
        let terminal = Terminal::open(80, 24);
        let attach = async |options: AttachOptions| {
            kind(handle(&server).attach(terminal.slave(), options).await)
        };
        let version = &release.version;
        for (words, refusal) in [
            (&["attach-session", "-t", "=nobody"][..], Refusal::NotFound),
            (&["new-session", "-d", "-s", "quiet"], Refusal::NothingToAttach),
            (&["attach-session", "-Z"], Refusal::Other),
        ] {
            let found = attach(options(words)).await;
            assert_eq!(found, ErrorKind::NotAllowedToAttach(refusal), "{version} {words:?}");
        }
        let dumb = attach(AttachOptions::new().term("dumb")).await;
        assert_eq!(dumb, ErrorKind::NotAllowedToAttach(Refusal::Unsuitable), "{version}");
        let unknown = attach(AttachOptions::new().term("no-such-terminal")).await;
        assert_eq!(unknown, ErrorKind::UnknownTerminal("no-such-terminal".into()), "{version}");

        let null = File::options().read(true).write(true).open("/dev/null").expect("/dev/null");
        let no_terminal = handle(&server).attach(null.into(), options(&["attach-session"])).await;
        assert_eq!(kind(no_terminal), ErrorKind::NotATerminal, "{version}");

        server.tmux(["set-option", "-g", "exit-empty", "off"]);
        server.tmux(["kill-session", "-t", "quiet"]);
        server.tmux(["kill-session", "-t", "main"]);
        let empty = attach(options(&["attach-session"])).await;
        assert_eq!(empty, ErrorKind::NotAllowedToAttach(Refusal::NoSessions), "{version}");
        assert_eq!(terminal.printed(), 0, "nobody has touched the terminal");
        server.kill();
        let gone = attach(options(&["list-sessions"])).await;
        assert!(matches!(gone, ErrorKind::NoServer { .. }), "{version} {gone:?}");
    });
}
