//! The ends that a client can come to, and the terminal after each.

use nix::sys::signal::Signal;
use tmuxwire::AttachEnd;
use tmuxwire_testkit::Terminal;

use crate::{Stage, on_all, options};

fn detached(hang_up: bool) -> AttachEnd {
    AttachEnd::Detached { session: "main".into(), hang_up }
}

#[test]
fn each_end_has_its_type_and_leaves_the_terminal_as_it_was() {
    on_all(async |release| {
        let exited = AttachEnd::Exited { status: 0, message: None };
        let exec = AttachEnd::Exec { command: "echo x".into(), shell: "/bin/sh".into() };
        for (words, end) in [
            (&["detach-client", "-s", "main"][..], detached(false)),
            (&["detach-client", "-P", "-s", "main"], detached(true)),
            (&["detach-client", "-E", "echo x", "-s", "main"], exec),
            (&["kill-session", "-t", "main"], exited),
            (&["kill-server"], AttachEnd::ServerExited),
        ] {
            let before = Terminal::open(80, 24).settings();
            let mut stage = Stage::new(&release).await;
            // The session's end must not be the server's.
            stage.tmux(&["new-session", "-d", "-s", "other"]);
            stage.server.tmux(words);
            let found = stage.client.ended().await.expect("an end");
            assert_eq!(found, end, "{} {words:?}", release.version);
            stage.assert_terminal_is_back(&before);
        }
    });
}

#[test]
fn a_killed_server_leaves_no_mess() {
    on_all(async |release| {
        let before = Terminal::open(80, 24).settings();
        let mut stage = Stage::new(&release).await;
        stage.tmux(&["set-option", "-g", "mouse", "on"]);
        stage.terminal.wait("the mouse is on", |seen| !seen.snapshot().modes.mouse.is_empty());
        stage.server.kill();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::LostServer);
        stage.assert_terminal_is_back(&before);
    });
}

#[test]
fn a_stopped_server_does_not_keep_the_terminal() {
    on_all(async |release| {
        let before = Terminal::open(80, 24).settings();
        let mut stage = Stage::new(&release).await;
        stage.server.signal(Signal::SIGSTOP);
        stage.client.detach();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::Left);
        stage.assert_terminal_is_back(&before);
        stage.server.signal(Signal::SIGCONT);
        tmuxwire_testkit::wait_until("the server has seen it leave", || {
            stage.server.tmux(["list-clients"]).stdout.is_empty()
        });
    });
}

#[test]
fn a_terminal_that_takes_no_output_holds_nobody_up() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        stage.terminal.stop_reading();
        stage.tmux(&["send-keys", "-t", "main", "some text", "Enter"]);
        stage.server.kill();
        assert_eq!(stage.client.ended().await.expect("an end"), AttachEnd::LostServer);
        stage.terminal.go_on_reading();
    });
}

#[test]
fn a_closed_terminal_ends_the_client() {
    on_all(async |release| {
        let mut stage = Stage::new(&release).await;
        stage.terminal.close();
        let end = stage.client.ended().await.expect("an end");
        assert!(
            matches!(
                end,
                AttachEnd::LostServer | AttachEnd::Detached { .. } | AttachEnd::Exited { .. }
            ),
            "{} {end:?}",
            release.version
        );
        assert!(stage.server.is_alive());
    });
}

#[test]
fn without_a_server_the_program_starts_one_on_the_terminal() {
    on_all(async |release| {
        let stage = Stage::new(&release).await;
        stage.server.kill();
        drop(stage.client);
        let fresh = Terminal::open(80, 24);
        let before = fresh.settings();
        let home = stage.server.home();
        // The program that the environment names is the system's own.
        let server = tmuxwire::Server::at(home.join("another")).config_file("/dev/null");
        let words = ["new-session", "-s", "fresh", "printf 'fresh start\\n'; exec cat"];
        let _end = EndOf(&server);
        let mut client = server.attach(fresh.slave(), options(&words)).await.expect("attached");
        fresh.wait_for("fresh start");
        fresh.resize(60, 20);
        client.resize();
        let size = ["list-clients", "-F", "#{client_width}x#{client_height}"];
        loop {
            let output = server.run(size).await.expect("a server");
            if output.stdout_text() == "60x20\n" {
                break;
            }
            tokio::task::yield_now().await;
        }
        client.detach();
        assert_eq!(client.ended().await.expect("an end"), AttachEnd::ProgramEnded { status: 1 });
        fresh.wait_for("[terminated]");
        assert_eq!(fresh.settings(), before);
    });
}

#[test]
fn the_program_that_is_started_is_the_named_one() {
    on_all(async |release| {
        let stage = Stage::new(&release).await;
        for by_program in [false, true] {
            let terminal = Terminal::open(80, 24);
            let socket = stage.server.home().join(format!("by-program-{by_program}"));
            let server = tmuxwire::Server::at(socket).config_file("/dev/null");
            let server = server.program(&release.path);
            let mut wanted = options(&["new-session", "printf 'fresh start\n'; exec cat"]);
            if by_program {
                wanted = wanted.by_program();
            }
            let _end = EndOf(&server);
            let client = server.attach(terminal.slave(), wanted).await.expect("attached");
            terminal.wait_for("fresh start");
            let version = server.run(["display-message", "-p", "#{version}"]).await;
            let version = version.expect("a server").stdout_text().trim_end().to_owned();
            assert_eq!(version, release.version);
            drop(client);
        }
    });
}

/// Ends a server, also one that a failed test leaves behind.
struct EndOf<'a>(&'a tmuxwire::Server);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        let server = tmuxwire::blocking::Server::at(self.0.socket_path());
        let _ = server.kill_server(std::time::Duration::from_secs(10));
    }
}
