//! `tw servers`. Other tests run on the same machine, so what the kernel tells is filtered by process.

use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::unistd::getuid;
use serde_json::{Value, json};
use tmuxwire_testkit::{NOBODY, Person, Terminal, TestServer, as_root, command, system};
use unicode_width::UnicodeWidthStr;

use crate::support::{Seen, TW, on_each_release, run, start};

/// `tw` in the clean environment, in which the directory for sockets is in `home`.
fn tw(home: &Path, words: &[&str]) -> Seen {
    start(command(TW, home).args(words)).finish()
}

fn only_given(directory: &Path, words: &[&str]) -> Seen {
    let directory = directory.to_str().expect("a printable path");
    tw(
        Path::new(directory),
        &[&["servers", "--only-given", "--directory", directory], words].concat(),
    )
}

/// The usual directory for sockets below `home`.
fn usual(home: &Path) -> PathBuf {
    let path = home.join(format!("tmux-{}", getuid()));
    std::fs::create_dir(&path).expect("a directory");
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .expect("set");
    path
}

#[test]
fn each_server_is_a_line_of_json() {
    on_each_release(|server| {
        server.tmux(["new-session", "-d", "-s", "日本", "-n", "x", ";", "new-window"]);
        let person = Person::attach(server, "main", 80, 24);
        let seen = run(server, &["servers", "--json"]);
        assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
        let mut object = seen.json().remove(0);
        assert_eq!(seen.json().len(), 1);
        let release = server.release();
        let (started, uptime) = (object["started"].take(), object["uptime"].take());
        assert!(started.as_u64() > Some(1_700_000_000) && uptime.as_u64() < Some(60));
        assert!(object["executable"].take().is_string());
        let expected = json!({
            "socket": server.socket(), "state": "running", "pid": server.pid(),
            "uid": getuid().as_raw(), "version": release.version,
            "layout": if release.is_new() { "new" } else { "old" },
            "read_only": false, "started": null, "uptime": null, "attached": 1,
            "sessions": [
                { "id": "$0", "name": "main", "windows": 1, "attached": 1 },
                { "id": "$1", "name": "日本", "windows": 2, "attached": 0 },
            ],
            "executable": null, "replaced": false,
        });
        assert_eq!(object, expected);
        person.detach(server);
    });
}

#[test]
fn the_table_stands_in_line() {
    let server = TestServer::start(&system());
    server.tmux(["new-session", "-d", "-s", "日本 build"]);
    drop(
        UnixListener::bind(server.home().join("a long name of one that has gone"))
            .expect("a socket"),
    );
    let seen = only_given(server.home(), &[]);
    assert_eq!((seen.status, seen.stderr.as_str()), (0, ""));
    let text = seen.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    let column = |line: &str, word: &str| {
        line.find(word).map(|at| line[..at].width()).expect("the word is there")
    };
    assert_eq!(column(lines[0], "STATE"), column(lines[1], "stale"));
    assert_eq!(column(lines[0], "STATE"), column(lines[2], "running"));
    assert_eq!(column(lines[0], "SESSIONS"), column(lines[2], "main, 日本 build"));
    let program = system().path.display().to_string();
    assert_eq!(column(lines[0], "PROGRAM"), column(lines[2], &program));
    assert!(!text.contains('\x1b'));
    let painted = only_given(server.home(), &["--color", "always"]).text();
    assert!(painted.contains("\x1b[1;33mstale"), "{painted}");
}

#[test]
fn lost_servers_are_listed_by_their_processes() {
    on_each_release(|server| {
        std::fs::remove_file(server.socket()).expect("removed");
        let seen = tw(server.home(), &["servers", "--json"]);
        let own: Vec<Value> =
            seen.json().into_iter().filter(|object| object["pid"] == server.pid()).collect();
        assert_eq!(own.len(), 1);
        assert_eq!(
            (&own[0]["state"], &own[0]["socket"]),
            (&json!("socket-gone"), &json!(server.socket()))
        );
        assert_eq!(own[0]["sessions"], json!([]));
    });
}

#[test]
fn the_usual_directory_is_looked_into() {
    let home = tempfile::tempdir().expect("a directory");
    let path = usual(home.path()).join("stale");
    drop(UnixListener::bind(&path).expect("a socket"));
    let objects = tw(home.path(), &["servers", "--json"]).json();
    let own = objects.iter().find(|object| object["socket"] == json!(path)).expect("listed");
    assert_eq!(own["state"], "stale");
}

/// Whoever can make `/tmp/tmux-UID` first must not choose what we connect to.
#[test]
fn a_link_to_a_directory_is_noted_and_not_looked_into() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = usual(home.path());
    drop(UnixListener::bind(directory.join("trap")).expect("a socket"));
    std::fs::rename(&directory, home.path().join("elsewhere")).expect("moved");
    std::os::unix::fs::symlink(home.path().join("elsewhere"), &directory).expect("a link");
    let seen = tw(home.path(), &["servers"]);
    assert!(!seen.text().contains("trap"), "{seen:?}");
    assert!(seen.stderr.contains("is not a directory"), "{seen:?}");
}

#[test]
fn a_directory_of_another_user_is_noted_and_not_looked_into() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let directory = usual(home.path());
        drop(UnixListener::bind(directory.join("trap")).expect("a socket"));
        std::os::unix::fs::chown(&directory, Some(NOBODY), None).expect("given away");
        let seen = tw(home.path(), &["servers"]);
        assert_eq!(seen.status, 0);
        assert!(!seen.text().contains("trap"), "{seen:?}");
        assert!(seen.stderr.contains("belongs to user 65534"), "{seen:?}");
    });
}

#[test]
fn where_nothing_is_nothing_is_printed() {
    let home = tempfile::tempdir().expect("a directory");
    for (words, text) in [(&[][..], "tw: no servers found\n"), (&["--json"], "")] {
        let seen = only_given(home.path(), words);
        assert_eq!((seen.status, seen.text(), seen.stderr.as_str()), (0, String::new(), text));
    }
    assert_eq!(std::fs::read_dir(home.path()).expect("a directory").count(), 0);
}

#[test]
fn the_table_fits_on_the_terminal() {
    let server = TestServer::start(&system());
    server.tmux(["rename-session", "-t", "main", &"long name ".repeat(12)]);
    let mut terminal = Terminal::open(120, 24);
    let socket = server.socket().display().to_string();
    let words = ["-S", socket.as_str(), "servers"];
    terminal.start(server.home(), Path::new(TW), &words, &[("TERM", "xterm")]);
    terminal.wait_for_program();
    terminal.wait_for("long name");
    let screen = terminal.snapshot().contents();
    let lines: Vec<&str> = screen.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines.len(), 2, "{screen}");
    assert!(lines[1].contains("long nam"), "{screen}");
    assert!(lines[1].contains('…'), "{screen}");
    assert!(lines[1].contains(&system().path.display().to_string()), "the rest is whole: {screen}");
}

/// However few descriptors it may have: an error or an answer, and never an abort.
#[test]
fn without_descriptors_it_says_so() {
    let home = tempfile::tempdir().expect("a directory");
    for limit in 5..=32 {
        let script = format!("ulimit -n {limit}; exec \"$0\" servers --directory / --only-given");
        let output =
            command("/bin/sh", home.path()).args(["-c", &script, TW]).output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code <= 3), "{limit}: {output:?}");
        assert!(!said.contains("panicked"), "{limit}: {said}");
        if limit == 7 {
            assert_eq!(output.status.code(), Some(3), "{output:?}");
            assert!(said.contains("Too many open files"), "{said}");
        }
    }
}
