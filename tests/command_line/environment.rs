//! Locale, working directory and other variables, as tmux's client reads them.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use tmuxwire_testkit::{TestServer, releases};

use crate::support::{Seen, TMUXWIRE, program};

const LOCALES: &[&[(&str, &str)]] = &[
    &[],
    &[("LANG", "C")],
    &[("LANG", "C.UTF-8")],
    &[("LANG", "en_US.utf8")],
    &[("LANG", "xutf8x")],
    &[("LANG", "UTF_8")],
    &[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")],
    &[("LC_ALL", ""), ("LANG", "en_US.UTF-8")],
    &[("LC_ALL", ""), ("LC_CTYPE", "C"), ("LANG", "en_US.UTF-8")],
    &[("LC_ALL", "en_US.UTF-8"), ("LC_CTYPE", "C")],
    &[("TMUX", "")],
    &[("TMUX", "nonsense"), ("LANG", "C")],
];

/// Both clients, each prepared alike. A shell script in front of tmux would set variables.
fn both(server: &TestServer, prepare: impl Fn(&mut Command), words: &[&str]) -> [Seen; 2] {
    [program(server.release()), vec![TMUXWIRE.to_owned()]].map(|client| {
        let mut command = tmuxwire_testkit::command(&client[0], server.home());
        command.args(&client[1..]).arg("-S").arg(server.socket()).stdin(Stdio::null());
        command.env_remove("LANG").env("TMUXWIRE_TMUX", &server.release().path);
        prepare(&mut command);
        Seen::from(command.args(words).output().expect("runs"))
    })
}

#[test]
fn text_is_damaged_or_not_by_the_same_locales() {
    for release in releases() {
        let server = TestServer::start(&release);
        for locale in LOCALES {
            for words in [
                &["display-message", "-p", "é日\ta"][..],
                &["-u", "display-message", "-p", "é日\ta"],
                &["has-session", "-t", "=né"],
            ] {
                let prepare = |command: &mut Command| {
                    command.envs(locale.iter().copied());
                };
                let [real, ours] = both(&server, prepare, words);
                assert_eq!(real, ours, "{} {locale:?} {words:?}", release.version);
            }
        }
    }
}

#[test]
fn the_working_directory_is_told_alike() {
    for release in releases() {
        let server = TestServer::start(&release);
        let home = server.home();
        fs::create_dir(home.join("real")).expect("a directory");
        symlink(home.join("real"), home.join("link")).expect("a link");
        server.tmux(["set-buffer", "text"]);
        let real = home.join("real");
        let link = home.join("link");
        let elsewhere = home.join("missing");
        for pwd in [
            real.to_str(),
            link.to_str(),
            home.to_str(),
            elsewhere.to_str(),
            Some("."),
            Some(""),
            None,
        ] {
            let prepare = |command: &mut Command| {
                command.current_dir(&real);
                match pwd {
                    Some(pwd) => command.env("PWD", pwd),
                    None => command.env_remove("PWD"),
                };
            };
            for words in [
                &["load-buffer", "nowhere"][..],
                &["save-buffer", "missing/file"],
                &["new-window", "-d", "-P", "-F", "#{pane_start_path}", "cat"],
            ] {
                let [real, ours] = both(&server, prepare, words);
                assert_eq!(real, ours, "{} PWD={pwd:?} {words:?}", release.version);
            }
        }
    }
}

/// The working directory may be gone, and variables may be too big to be sent.
#[test]
fn odd_surroundings_are_survived_alike() {
    for release in releases() {
        let server = TestServer::start(&release);
        let clients = [program(&release), vec![TMUXWIRE.to_owned()]].map(|client| {
            let script = "mkdir gone && cd gone && rmdir ../gone && exec \"$@\"";
            let mut shell = tmuxwire_testkit::command("/bin/sh", server.home());
            shell.args(["-c", script, "sh"]).args(client).arg("-S").arg(server.socket());
            shell.env("TMUXWIRE_TMUX", &release.path);
            Seen::from(shell.args(["load-buffer", "nowhere"]).output().expect("runs"))
        });
        assert_eq!(clients[0], clients[1], "{}", release.version);
        let big = "x".repeat(20_000);
        let prepare = |command: &mut Command| {
            command.env("BIG", &big).env("TERM", &big);
        };
        let [real, ours] = both(&server, prepare, &["display-message", "-p", "x"]);
        assert_eq!(real, ours, "{}", release.version);
    }
}
