//! Output of a pane through its pipe.

use tmuxwire::{ErrorKind, PaneEnd, PaneId, RawEnd, RawOutput, Server};
use tmuxwire_testkit::{TestServer, wait_until};

use crate::support::{asked, on_each_release, within};

const PANE: PaneId = PaneId(0);

fn pipe_is_set(server: &TestServer) -> bool {
    server.tmux(["display-message", "-p", "-t", "main:", "#{pane_pipe}"]).stdout == b"1\n"
}

async fn until(output: &mut RawOutput, end: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    while !all.ends_with(end) {
        all.extend(within(output.next()).await.expect("readable").expect("no end"));
    }
    all
}

#[test]
fn it_is_complete_and_goes_on_from_the_screen() {
    on_each_release(|server| async move {
        let program = "stty -echo -opost; printf 'ready'; read x; \
                       seq 200000; printf '\\000\\001\\377\\033[1m'; printf done; exec cat";
        server.tmux(["respawn-window", "-k", "-t", "main:", program]);
        wait_until("it waits", || {
            server.tmux(["capture-pane", "-p", "-t", "main:"]).stdout.starts_with(b"ready\n")
        });
        let client = Server::at(server.socket());
        let mut output = client.raw_output(PANE).await.expect("a pipe");
        assert!(output.screen().text.starts_with(b"ready\n"));
        client.run(["send-keys", "-t", "main:", "Enter"]).await.expect("sent");
        let heard = until(&mut output, b"done").await;
        let lines: Vec<String> = (1..=200_000).map(|line| format!("{line}\n")).collect();
        let expected = [lines.concat().as_bytes(), b"\x00\x01\xff\x1b[1mdone"].concat();
        assert!(heard == expected, "{} bytes", heard.len());
        // It ends with the pane.
        server.tmux(["new-window", "-d", "-t", "main:"]);
        server.tmux(["kill-pane", "-t", "%0"]);
        assert_eq!(within(output.next()).await.expect("readable"), None);
    });
}

#[test]
fn a_pipe_of_the_user_stays() {
    on_each_release(|server| async move {
        let client = Server::at(server.socket());
        let log = server.home().join("log");
        let command = format!("cat >> {}", log.display());
        server.tmux(["pipe-pane", "-t", "main:", &command]);
        let error = client.raw_output(PANE).await.expect_err("there is a pipe");
        assert_eq!(error.kind(), &ErrorKind::Refused);
        assert!(error.to_string().contains("has a pipe already"), "{error}");
        client.run(["send-keys", "-t", "main:", "kept", "Enter"]).await.expect("sent");
        wait_until("the pipe still works", || {
            std::fs::read(&log).is_ok_and(|log| log.windows(4).any(|part| part == b"kept"))
        });
        // One that he sets while ours is there wins.
        server.tmux(["pipe-pane", "-t", "main:"]);
        let mut output = client.raw_output(PANE).await.expect("a pipe");
        server.tmux(["pipe-pane", "-t", "main:", &command]);
        assert_eq!(within(output.next()).await.expect("readable"), None);
        assert_eq!(output.end(), Some(RawEnd::PipeClosed));
        drop(output);
        assert!(pipe_is_set(&server));
    });
}

#[test]
fn nothing_is_left_behind() {
    on_each_release(|server| async move {
        let client = Server::at(server.socket());
        let children = || {
            let list = format!("/proc/{0}/task/{0}/children", server.pid());
            std::fs::read_to_string(list).expect("the kernel's list").split(' ').count()
        };
        let before = children();
        let output = client.raw_output(PANE).await.expect("a pipe");
        let shown = format!("{output:?}");
        let directory = shown.rsplit('"').find(|part| part.contains("tmuxwire-"));
        let directory = directory.expect("a path").to_owned();
        assert!(std::path::Path::new(&directory).is_dir());
        assert!(pipe_is_set(&server));
        drop(output);
        // Though the pane prints nothing.
        within(async {
            while pipe_is_set(&server) || children() != before {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(!std::path::Path::new(&directory).exists());
        let error = client.raw_output(PaneId(99)).await.expect_err("no such pane");
        assert_eq!(error.kind(), &ErrorKind::Refused, "{error}");
    });
}

/// What a program has printed up to its end, and how it ended.
async fn to_end(output: &mut RawOutput) -> (Vec<u8>, RawEnd) {
    let mut all = Vec::new();
    assert_eq!(output.end(), None);
    while let Some(bytes) = within(output.next()).await.expect("readable") {
        all.extend(bytes);
    }
    (all, output.end().expect("an end"))
}

fn program(end: RawEnd) -> PaneEnd {
    match end {
        RawEnd::Program(end) => end.program,
        other => panic!("{other:?}"),
    }
}

#[test]
fn its_end_is_told() {
    on_each_release(|server| async move {
        let client = Server::at(server.socket());
        for (remain, expected) in [("on", PaneEnd::Exited(7)), ("off", PaneEnd::Gone)] {
            server.tmux(["set-option", "-g", "remain-on-exit", remain]);
            let made = ["new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}"];
            let job = "stty -opost; read x; printf said; read x; exit 7";
            let made = server.tmux([&made[..], &[job]].concat()).stdout;
            let pane = PaneId::parse(made.trim_ascii()).expect("an id");
            let mut output = client.raw_output(pane).await.expect("a pipe");
            let target = pane.to_string();
            server.tmux(["send-keys", "-t", &target, "Enter"]);
            wait_until("it is said", || {
                asked(&server, ["capture-pane", "-p", "-t", &target]).contains("said")
            });
            server.tmux(["send-keys", "-t", &target, "Enter"]);
            let (all, end) = to_end(&mut output).await;
            assert!(all.windows(4).any(|part| part == b"said"), "{all:?}");
            assert_eq!(program(end), expected, "{}", server.release().version);
        }
        let mut output = client.raw_output(PANE).await.expect("a pipe");
        server.kill();
        assert_eq!(to_end(&mut output).await.1, RawEnd::ServerGone);
    });
}
