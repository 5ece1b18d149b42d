//! The forms in which tools call tmux most often, answered by `tmux`, by `tmuxwire` and by the
//! library, on twin servers: the same output, error text, status and state.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "usage/cases.rs"]
mod cases;
#[path = "usage/twins.rs"]
mod twins;

use std::process::Stdio;

use tmuxwire_testkit::{TestServer, releases, wait_until};

use crate::cases::CASES;
use crate::twins::{Answer, Twins};

#[test]
fn the_most_used_forms_answer_the_same() {
    for release in releases() {
        let mut twins = Twins::start(&release);
        for case in CASES {
            twins.compare(case);
        }
        println!(
            "tmux {}: {} forms, {} answers",
            release.version,
            CASES.len(),
            twins.answers
        );
        assert!(twins.answers >= 3 * 60);
    }
}

/// Whole sessions of a client that speaks control mode on its standard input.
#[test]
fn control_clients_are_the_real_ones() {
    for release in releases() {
        let twins = Twins::start(&release);
        for arguments in [
            &["-C", "attach", "-t", "main"][..],
            &["-C", "attach-session", "-t", "main"],
            &["-C", "attach-session", "-E", "-t", "main"],
        ] {
            let [real, ours] = twins.control(arguments);
            assert_eq!(real, ours, "{} {arguments:?}", release.version);
            assert!(
                ours.stdout.starts_with(b"%begin T N 0\n%end T N 0\n"),
                "{ours:?}"
            );
        }
    }
}

/// `tmux -D`: a server in the foreground.
#[test]
fn a_foreground_server_is_the_real_one() {
    for release in releases()
        .iter()
        .filter(|release| release.is_at_least(3, 2))
    {
        let answers = ["tmux", "tmuxwire"].map(|which| {
            let directory = TestServer::start(release);
            let socket = directory.home().join("foreground");
            let program = match which {
                "tmux" => release.path.clone(),
                _ => env!("CARGO_BIN_EXE_tmuxwire").into(),
            };
            let mut server = tmuxwire_testkit::command(program, directory.home())
                .env("TMUXWIRE_TMUX", &release.path)
                .args(["-f", "/dev/null", "-D", "-S"])
                .arg(&socket)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("runs");
            let server_at = tmuxwire::blocking::Server::at(&socket).never_start();
            wait_until("the server listens", || {
                server_at.run(["show-options", "-s"]).is_ok()
            });
            assert!(
                server.try_wait().expect("a child").is_none(),
                "{which} is in the foreground"
            );
            server_at.run(["kill-server"]).expect("killed");
            Answer::of(server.wait_with_output().expect("ends"), directory.home())
        });
        assert_eq!(answers[0], answers[1], "{}", release.version);
    }
}
