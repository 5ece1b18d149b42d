//! What an attached client does until its end.

use std::time::Duration;

use tmuxwire::AttachEnd;
use tmuxwire_testkit::wait_until;

use crate::{Stage, on_all};

#[test]
fn it_shows_the_session_and_takes_keys() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        assert_eq!(stage.client.name(), stage.terminal.name());
        assert_eq!(stage.tmux(&["list-clients", "-F", "#{client_tty}"]), stage.terminal.name());
        stage.terminal.write("typed\r");
        stage.terminal.wait_for("typed\ntyped");
        stage.client.detach();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::Left);
    });
}

#[test]
fn it_takes_the_size_that_it_is_told_of() {
    on_all(async |release| {
        let stage = Stage::new(&release).await;
        let size = || stage.tmux(&["list-clients", "-F", "#{client_width}x#{client_height}"]);
        assert_eq!(size(), "80x24");
        // Nobody gets SIGWINCH here: it is the master of no terminal.
        for (columns, rows) in [(91, 31), (40, 10), (120, 50)] {
            stage.terminal.resize(columns, rows);
            stage.client.resize();
            wait_until("the server knows the size", || size() == format!("{columns}x{rows}"));
        }
    });
}

#[test]
fn it_goes_on_when_it_is_to_stop_itself() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        for _ in 0..3 {
            let mark = stage.terminal.printed();
            stage.tmux(&["suspend-client", "-t", stage.client.name()]);
            // What it printed when it gave the terminal back may be lost: it has it again at once.
            stage.terminal.wait("it has drawn the screen again", |seen| {
                String::from_utf8_lossy(seen.since(mark)).contains("five")
            });
        }
        stage.terminal.write("typed\r");
        stage.terminal.wait_for("typed\ntyped");
        stage.client.detach();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::Left);
    });
}

#[test]
fn it_runs_the_lock_command_on_the_terminal() {
    on_all(async |release| {
        let stage = Stage::new(&release).await;
        stage.tmux(&["set-option", "-g", "lock-command", "printf 'locked? '; read key; echo $key"]);
        stage.tmux(&["lock-client", "-t", stage.client.name()]);
        stage.terminal.wait_for("locked?");
        assert!(
            stage.terminal.settings().local_flags.contains(nix::sys::termios::LocalFlags::ICANON)
        );
        stage.terminal.write("open\r");
        stage.terminal.wait("the session is shown again", |seen| seen.text().contains("five"));
        stage.terminal.write("typed\r");
        stage.terminal.wait_for("typed\ntyped");
    });
}

#[test]
fn it_reads_only_if_it_is_told_to() {
    on_all(async |release| {
        let server = tmuxwire_testkit::TestServer::start(&release);
        let stage = Stage::on(server, &["attach-session", "-r", "-t", "main"]).await;
        assert_eq!(stage.tmux(&["list-clients", "-F", "#{client_readonly}"]), "1");
        // What it types goes nowhere: the pane's next line is somebody else's.
        stage.terminal.write("typed\r");
        // (From 3.7 on, `send-keys` fails while the only client is read-only.)
        stage.tmux(&["set-buffer", "said\n"]);
        stage.tmux(&["paste-buffer", "-t", "main"]);
        stage.terminal.wait_for("said\nsaid");
        assert!(!stage.terminal.snapshot().contents().contains("typed"), "{}", release.version);
    });
}

#[test]
fn dropping_it_leaves_the_session() {
    on_all(async |release| {
        let stage = Stage::new(&release).await;
        let Stage { server, terminal, client } = stage;
        drop(client);
        wait_until("nobody is attached", || {
            server.tmux(["list-clients"]).stdout.is_empty() && server.connections() == 0
        });
        terminal.wait("the terminal is back", |seen| seen.snapshot().modes.leftovers().is_empty());
        assert!(server.is_alive());
    });
}

#[test]
fn an_idle_client_sleeps() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        // Its end is awaited and given up, again and again: nothing is lost by that.
        for _ in 0..20 {
            let end = tokio::time::timeout(Duration::from_millis(1), stage.client.ended());
            assert!(end.await.is_err(), "{}", release.version);
        }
        stage.tmux(&["detach-client", "-t", stage.client.name()]);
        let end = AttachEnd::Detached { session: "main".into(), hang_up: false };
        assert_eq!(stage.client.ended().await.expect("an end"), end);
        assert_eq!(stage.client.ended().await.expect("the same end"), end);
    });
}

#[test]
fn a_locked_client_can_leave() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        stage.tmux(&["set-option", "-g", "lock-command", "printf 'locked? '; read key"]);
        stage.tmux(&["lock-client", "-t", stage.client.name()]);
        stage.terminal.wait_for("locked?");
        stage.client.detach();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::Left);
        assert_eq!(stage.tmux(&["list-clients"]), "", "{}", release.version);
    });
}
