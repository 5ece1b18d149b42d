//! `tw doctor`: each fault made for real, what it says, and that what it says helps.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::Signal;
use nix::unistd::getuid;
use serde_json::Value;
use tmuxwire_testkit::{
    NOBODY, Terminal, TestServer, Tmux, as_root, command, releases, system, wait_until,
};

use crate::support::{Seen, TW, on_each_release, start};

/// Looks at one server, with its own tmux as the program.
fn doctor(server: &TestServer, words: &[&str]) -> Seen {
    let mut command = server.program(TW);
    command.env("TMUXWIRE_TMUX", &server.release().path).arg("doctor").arg("--json").args(words);
    start(&mut command).finish()
}

/// Looks at everything, in the clean environment of a home.
fn in_home(home: &Path, set: &[(&str, &str)], words: &[&str]) -> Seen {
    let mut command = command(TW, home);
    command.envs(set.iter().copied()).args(["doctor", "--json"]).args(words);
    start(&mut command).finish()
}

/// The only finding of a check.
fn finding(seen: &Seen, check: &str) -> Value {
    let mut found = seen.json();
    found.retain(|finding| finding["check"] == check);
    assert_eq!(found.len(), 1, "{check}: {seen:?}");
    found.remove(0)
}

fn problem(seen: &Seen, check: &str, text: &str) -> String {
    let found = finding(seen, check);
    assert_eq!(found["verdict"], "problem", "{found}");
    assert!(found["text"].as_str().expect("a text").contains(text), "{found}");
    assert_eq!(seen.status, 1);
    found["command"].as_str().unwrap_or_default().to_owned()
}

fn fixed(seen: &Seen, check: &str) {
    assert_eq!(finding(seen, check)["verdict"], "fixed", "{seen:?}");
    assert_eq!(seen.status, 0);
}

/// Does what the doctor said.
fn shell(home: &Path, line: &str) {
    let output = command("/bin/sh", home).args(["-c", line]).output().expect("a shell");
    assert!(output.status.success(), "{line}: {output:?}");
}

fn answers(server: &TestServer) -> bool {
    server.tmux(["list-sessions", "-F", "#{session_name}"]).stdout == b"main\n"
}

/// The usual directory for sockets below `home`.
fn usual(home: &Path) -> PathBuf {
    home.join(format!("tmux-{}", getuid()))
}

#[test]
fn where_all_is_well_it_says_so() {
    on_each_release(|server| {
        for words in [&[][..], &["--fix"]] {
            let seen = doctor(server, words);
            assert_eq!((seen.status, seen.stderr.as_str()), (0, ""), "{seen:?}");
            let verdicts: Vec<Value> =
                seen.json().into_iter().map(|finding| finding["verdict"].clone()).collect();
            assert_eq!(verdicts, ["ok"; 4], "program, socket, skew, terminal: {seen:?}");
        }
        let mut command = server.program(TW);
        command.env("TMUXWIRE_TMUX", &server.release().path).arg("doctor");
        let seen = start(&mut command).finish();
        assert_eq!((seen.status, seen.text().lines().count()), (0, 4), "{seen:?}");
        assert!(seen.text().lines().all(|line| line.starts_with("ok  ")));
        assert_eq!(server.pid(), finding_pid(server));
    });
}

fn finding_pid(server: &TestServer) -> u32 {
    let pid = server.tmux(["display-message", "-p", "-t", "main", "#{pid}"]).stdout;
    String::from_utf8_lossy(&pid).trim().parse().expect("a pid")
}

#[test]
fn a_path_on_which_no_server_could_run_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join("file");
    fs::write(&file, "").expect("written");
    let in_vain = |socket: &Path, why: &str| {
        let seen = in_home(home.path(), &[], &["-S", socket.to_str().expect("text")]);
        problem(&seen, "socket", why)
    };
    let missing = home.path().join("a/b");
    let line = in_vain(&missing.join("socket"), "isn't there");
    shell(home.path(), &line);
    let seen = in_home(home.path(), &[], &["-S", missing.join("socket").to_str().expect("text")]);
    assert_eq!(finding(&seen, "socket")["verdict"], "ok", "{seen:?}");
    in_vain(&home.path().join("x".repeat(110)), "and a socket's path at most 107");
    in_vain(&file.join("socket"), "is not a directory");
    in_vain(home.path(), "it is a directory");
    // Root may write everywhere, so there it is somebody else who looks.
    let programs = tempfile::tempdir().expect("a directory");
    let tw = programs.path().join("tw");
    fs::copy(TW, &tw).expect("a copy");
    set_mode(programs.path(), 0o755);
    let mut looking = command(&tw, home.path());
    if getuid().is_root() {
        looking.uid(NOBODY).gid(NOBODY);
    }
    set_mode(home.path(), 0o555);
    let seen =
        start(looking.arg("-S").arg(home.path().join("s")).args(["doctor", "--json"])).finish();
    set_mode(home.path(), 0o755);
    problem(&seen, "socket", "you can't make files in");
}

#[test]
fn a_deleted_socket_is_told_and_made_again() {
    on_each_release(|server| {
        fs::remove_file(server.socket()).expect("removed");
        let line =
            problem(&doctor(server, &[]), "socket", "was deleted, but its server still runs");
        assert_eq!(line, format!("kill -USR1 {}", server.pid()));
        assert!(!server.socket().exists(), "nothing is done without --fix");
        shell(server.home(), &line);
        wait_until("the socket is there", || server.socket().exists());
        wait_until("it answers", || answers(server));
        fs::remove_file(server.socket()).expect("removed");
        fixed(&doctor(server, &["--fix"]), "socket");
        assert!(answers(server));
        assert_eq!(doctor(server, &[]).status, 0);
    });
}

#[test]
fn a_deleted_directory_is_told_and_made_again() {
    on_each_release(|server| {
        let home = server.home();
        let socket = home.join("deep/socket");
        fs::create_dir(home.join("deep")).expect("a directory");
        let tmux = |words: &[&str]| {
            let mut tmux = command(&server.release().path, home);
            tmux.args(["-f", "/dev/null", "-S"]).arg(&socket).args(words).output().expect("runs")
        };
        assert!(tmux(&["new-session", "-d", "cat"]).status.success());
        let doctor = |words: &[&str]| {
            let mut tw = command(TW, home);
            tw.arg("-S").arg(&socket).args(["doctor", "--json"]).args(words);
            tw.env("TMUXWIRE_TMUX", &server.release().path);
            start(&mut tw).finish()
        };
        fs::remove_dir_all(home.join("deep")).expect("removed");
        let line = problem(&doctor(&[]), "socket", "was deleted");
        shell(home, &line);
        wait_until("it answers", || tmux(&["list-sessions"]).status.success());
        fs::remove_dir_all(home.join("deep")).expect("removed");
        fixed(&doctor(&["--fix"]), "socket");
        assert!(tmux(&["kill-server"]).status.success());
    });
}

#[test]
fn a_stale_socket_is_told_and_removed() {
    on_each_release(|server| {
        server.kill();
        let seen = doctor(server, &[]);
        let found = finding(&seen, "socket");
        assert_eq!(
            (seen.status, &found["verdict"]),
            (0, &"note".into()),
            "it does no harm: {seen:?}"
        );
        assert_eq!(found["command"], format!("rm {}", server.socket().display()));
        assert!(server.socket().exists());
        fixed(&doctor(server, &["--fix"]), "socket");
        assert!(!server.socket().exists());
        let lock = server.home().join("socket.lock");
        assert!(!lock.exists(), "the lock goes, too");
        assert_eq!(doctor(server, &[]).status, 0);
    });
}

/// The kernel tells its name as it was given, without the directory.
#[test]
fn a_server_of_the_same_relative_name_elsewhere_is_another_one() {
    let server = TestServer::start(&system());
    server.kill();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let tmux = |words: &[&str]| {
        let mut tmux = command(system().path, elsewhere.path());
        tmux.args(["-f", "/dev/null", "-S", "socket"]).args(words).output().expect("runs")
    };
    assert!(tmux(&["new-session", "-d", "cat"]).status.success());
    let seen = doctor(&server, &["--fix"]);
    assert!(tmux(&["kill-server"]).status.success());
    fixed(&seen, "socket");
}

#[test]
fn a_path_that_another_server_has_can_be_shared_out() {
    let server = TestServer::start(&system());
    fs::remove_file(server.socket()).expect("removed");
    let other = ["new-session", "-d", "-s", "other", "cat"];
    assert!(server.tmux(other).status.success());
    let seen = doctor(&server, &["--fix"]);
    let findings = seen.json();
    let text = |finding: &Value| finding["text"].as_str().unwrap_or_default().to_owned();
    let found = findings.iter().find(|finding| text(finding).starts_with("somebody else has"));
    let line = found.expect("told")["command"].as_str().expect("a command").to_owned();
    assert_eq!(seen.status, 1, "that is nothing to do unasked");
    shell(server.home(), &line);
    wait_until("the first is back", || answers(&server));
    let mut tmux = command(server.release().path.clone(), server.home());
    let moved = tmux.arg("-S").arg(server.home().join("socket.other")).args(["kill-session"]);
    assert!(moved.status().expect("runs").success());
}

#[test]
fn a_stopped_server_is_told_and_goes_on() {
    let server = TestServer::start(&system());
    server.signal(Signal::SIGSTOP);
    let stat = format!("/proc/{}/stat", server.pid());
    wait_until("it is stopped", || fs::read_to_string(&stat).expect("a process").contains(") T "));
    let line = problem(&doctor(&server, &["--fix"]), "socket", "doesn't answer");
    assert_eq!(line, format!("kill -CONT {}", server.pid()));
    shell(server.home(), &line);
    assert!(answers(&server));
}

#[test]
fn a_listener_that_is_not_tmux_is_told_and_left_alone() {
    let home = tempfile::tempdir().expect("a directory");
    let socket = home.path().join("socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let mut tw = command(TW, home.path());
    tw.arg("-S").arg(&socket).args(["doctor", "--json", "--fix", "--timeout", "500ms"]);
    problem(&start(&mut tw).finish(), "socket", "isn't tmux");
    assert!(socket.exists());
}

#[test]
fn refused_access_is_told() {
    as_root(|| {
        let programs = tempfile::tempdir().expect("a directory");
        let tw = programs.path().join("tw");
        fs::copy(TW, &tw).expect("a copy");
        set_mode(programs.path(), 0o755);
        on_each_release(|server| {
            set_mode(server.home(), 0o755);
            let doctor = |user: &str| {
                let mut command = command(&tw, server.home());
                command
                    .uid(NOBODY)
                    .gid(NOBODY)
                    .env("USER", user)
                    .env("TMUXWIRE_TMUX", "/usr/bin/tmux");
                command.arg("-S").arg(server.socket()).args(["doctor", "--json"]);
                start(&mut command).finish()
            };
            set_mode(&server.socket(), 0o600);
            for (user, told) in [
                ("nobody", "nobody"),
                ("a;b'c", r"'a;b'\''c'"),
                ("", "YOU"),
                ("-a", "YOU"),
                ("a\nb", "YOU"),
            ] {
                let line = problem(&doctor(user), "socket", "refuses you; it is of user 0");
                assert!(line.ends_with(&format!("server-access -a {told}")), "{line}");
            }
            set_mode(&server.socket(), 0o666);
            match server.release().is_at_least(3, 3) {
                true => drop(problem(&doctor("nobody"), "socket", "refuses you; it is of user 0")),
                // Whoever may connect has full control.
                false => assert_eq!(finding(&doctor("nobody"), "socket")["verdict"], "ok"),
            }
        });
    });
}

#[test]
fn a_refusal_of_whoever_it_is_is_told() {
    use tmuxwire_testkit::FakeServer;
    let fake = FakeServer::new();
    let serving = fake.serve([|mut peer| {
        peer.say_raw(&refusal());
        peer.rest();
    }]);
    let home = tempfile::tempdir().expect("a directory");
    let mut tw = command(TW, home.path());
    tw.arg("-S").arg(fake.socket()).args(["doctor", "--json"]);
    problem(&start(&mut tw).finish(), "socket", "refuses you");
    serving.join().expect("served");
}

/// EXIT with status 1 and a text.
fn refusal() -> Vec<u8> {
    let text = b"access not allowed\0";
    let length = u32::try_from(16 + 4 + text.len()).expect("small");
    let words = [203, length, 8, u32::MAX, 1];
    let header = words.iter().flat_map(|word| word.to_ne_bytes());
    header.chain(text.iter().copied()).collect()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

#[test]
fn a_directory_with_unsafe_permissions_is_told_and_mended() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = usual(home.path());
    fs::create_dir(&directory).expect("a directory");
    set_mode(&directory, 0o755);
    let doctor = |words: &[&str]| {
        let mut tw = command(TW, home.path());
        start(tw.args(["-L", "some", "doctor", "--json"]).args(words)).finish()
    };
    let refused = command(system().path, home.path()).args(["-L", "some", "ls"]).output();
    let refused = String::from_utf8_lossy(&refused.expect("runs").stderr).into_owned();
    assert!(refused.contains("unsafe permissions"), "{refused}");
    let line = problem(&doctor(&[]), "directory", "unsafe permissions (755)");
    assert_eq!(line, format!("chmod 700 {}", directory.display()));
    fixed(&doctor(&["--fix"]), "directory");
    let mode = fs::metadata(&directory).expect("a directory").permissions().mode();
    assert_eq!(mode & 0o7777, 0o700);
    fs::remove_dir(&directory).expect("removed");
    fs::write(&directory, "").expect("a file");
    problem(&doctor(&["--fix"]), "directory", "is not a directory");
}

#[test]
fn a_directory_of_another_user_is_told_and_left_alone() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let directory = usual(home.path());
        fs::create_dir(&directory).expect("a directory");
        chown(&directory, Some(NOBODY), None).expect("given away");
        set_mode(&directory, 0o777);
        let mut tw = command(TW, home.path());
        tw.args(["-L", "some", "doctor", "--json", "--fix"]);
        problem(&start(&mut tw).finish(), "directory", "belongs to user 65534");
        let mode = fs::metadata(&directory).expect("a directory").permissions().mode();
        assert_eq!(mode & 0o7777, 0o777, "left alone");
    });
}

#[test]
fn a_wrong_tmux_tmpdir_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let (first, second) = (home.path().join("first"), home.path().join("second"));
    fs::create_dir(&first).expect("a directory");
    // It names nothing.
    let base = second.to_str().expect("printable");
    let mut tw = command(TW, home.path());
    tw.env("TMUX_TMPDIR", base).args(["-L", "some", "doctor", "--json"]);
    let seen = start(&mut tw).finish();
    let findings = seen.json();
    let told = findings.iter().find(|finding| {
        finding["text"].as_str().is_some_and(|text| text.starts_with("TMUX_TMPDIR names"))
    });
    assert_eq!(told.expect("told")["command"], format!("mkdir -p {base}"));
    // It names a file: nothing that can be made a directory.
    let file = home.path().join("file");
    fs::write(&file, "").expect("written");
    let set = [("TMUX_TMPDIR", file.to_str().expect("printable"))];
    let seen = in_home(home.path(), &set, &["-L", "some"]);
    assert!(seen.text().contains("\"command\":\"unset TMUX_TMPDIR\""), "{seen:?}");
    // It names another directory than the one where the server is.
    fs::create_dir(&second).expect("a directory");
    let tmux = |base: &Path, words: &[&str]| {
        let mut tmux = command(system().path, home.path());
        tmux.env("TMUX_TMPDIR", base).args(["-f", "/dev/null"]).args(words).output().expect("runs")
    };
    assert!(tmux(&first, &["new-session", "-d", "-s", "first", "cat"]).status.success());
    let seen = in_home(home.path(), &[("TMUX_TMPDIR", base)], &[]);
    let place = usual(&first).display().to_string();
    let findings = seen.json();
    let told = findings.iter().find(|finding| {
        let text = finding["text"].as_str().unwrap_or_default();
        text.starts_with("no server runs on") && text.ends_with(&place)
    });
    let line = told.expect("told")["command"].as_str().expect("a command").to_owned();
    assert_eq!(seen.status, 1);
    let program = system().path.display().to_string();
    shell(home.path(), &format!("{line}; {program} has-session -t first"));
    // With a server of its own, it is right.
    assert!(tmux(&second, &["new-session", "-d", "cat"]).status.success());
    let seen = in_home(home.path(), &[("TMUX_TMPDIR", base)], &[]);
    assert!(!seen.text().contains("no server runs on"), "{seen:?}");
    for base in [&first, &second] {
        assert!(tmux(base, &["kill-server"]).status.success());
    }
}

/// The finding that begins with a text, in an environment with this TMUX_TMPDIR.
fn of_base(home: &Path, base: impl AsRef<OsStr>, begin: &str) -> Value {
    let mut tw = command(TW, home);
    tw.current_dir(home).env("TMUX_TMPDIR", base).args(["-L", "some", "doctor", "--json"]);
    let seen = start(&mut tw).finish();
    let mut findings = seen.json();
    findings.retain(|finding| finding["text"].as_str().is_some_and(|text| text.starts_with(begin)));
    assert_eq!(findings.len(), 1, "{seen:?}");
    findings.remove(0)
}

#[test]
fn a_command_that_is_told_can_be_followed() {
    let home = tempfile::tempdir().expect("a directory");
    // A path that looks like an option.
    let told = of_base(home.path(), "-p", "TMUX_TMPDIR names");
    shell(home.path(), told["command"].as_str().expect("a command"));
    assert!(home.path().join("-p").is_dir(), "{told}");
    // What is in the way can't be made.
    symlink("nowhere", home.path().join("link")).expect("a link");
    for base in ["link", "link/below"] {
        let told = of_base(home.path(), home.path().join(base), "TMUX_TMPDIR names");
        assert_eq!(told["command"], "unset TMUX_TMPDIR", "{base}");
    }
    let socket = home.path().join("link/socket").display().to_string();
    let seen = in_home(home.path(), &[], &["-S", &socket]);
    assert_eq!(problem(&seen, "socket", "isn't there"), "", "{seen:?}");
}

/// Such a command would be about another path.
#[test]
fn a_path_that_can_not_be_shown_has_words_and_no_command() {
    let home = tempfile::tempdir().expect("a directory");
    for name in [&b"a\xffb"[..], b"a\nb", b"a\x1bb", "a\u{202e}b".as_bytes()] {
        let base = home.path().join(OsStr::from_bytes(name));
        let told = of_base(home.path(), &base, "TMUX_TMPDIR names");
        assert_eq!(told["command"], Value::Null, "{told}");
        let advice = "make it, or unset TMUX_TMPDIR (its path can't be shown in a command)";
        assert_eq!(told["advice"], advice);
        let socket = base.join("socket");
        let mut tw = command(TW, home.path());
        let seen = start(tw.arg("-S").arg(&socket).args(["doctor", "--json"])).finish();
        assert_eq!(problem(&seen, "socket", "isn't there"), "");
    }
}

/// In a file system whose /tmp is the test's own.
#[test]
fn a_stale_socket_outside_the_directory_for_sockets_is_told_and_left() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let stale = |directory: &str| {
            let directory = usual(&home.path().join(directory));
            fs::create_dir_all(&directory).expect("a directory");
            set_mode(&directory, 0o700);
            drop(UnixListener::bind(directory.join("stale")).expect("a socket"));
            directory.join("stale")
        };
        let (elsewhere, here) = (stale(""), stale("here"));
        fs::copy(TW, home.path().join("tw")).expect("a copy");
        let doctor = |words: &str| {
            let run = format!("mount --bind \"$0\" /tmp && exec /tmp/tw {words}");
            let mut tw = command("unshare", home.path());
            tw.env("TMUX_TMPDIR", "/tmp/here");
            tw.args(["--mount", "--propagation", "private", "sh", "-c", &run]);
            start(tw.arg(home.path())).finish()
        };
        let verdict = |seen: &Seen, socket: &str| {
            let text = format!("nobody listens on {socket} any more");
            let found = seen.json();
            let mut found = found.iter().filter(|found| found["text"].to_string().contains(&text));
            found.next().map(|found| (found["verdict"].clone(), found["fixable"].clone()))
        };
        let seen = doctor("doctor --json --fix");
        let left = Some(("note".into(), false.into()));
        assert_eq!(verdict(&seen, "/tmp/tmux-0/stale"), left, "{seen:?}");
        let fixed = Some(("fixed".into(), Value::Null));
        assert_eq!(verdict(&seen, "/tmp/here/tmux-0/stale"), fixed, "{seen:?}");
        assert!(elsewhere.exists() && !here.exists());
        doctor("-S /tmp/tmux-0/stale doctor --json --fix");
        assert!(!elsewhere.exists(), "it was named");
    });
}

#[test]
fn a_tmux_variable_that_outlived_its_server_is_told() {
    let mut server = TestServer::start(&system());
    let (home, socket) = (server.home().to_owned(), server.socket().display().to_string());
    let seen = |pid: u32| in_home(&home, &[("TMUX", &format!("{socket},{pid},0"))], &[]);
    let first = server.pid();
    assert_eq!(finding(&seen(first), "inside")["verdict"], "ok");
    server.kill();
    assert_eq!(problem(&seen(first), "inside", "is gone"), "unset TMUX TMUX_PANE");
    server.restart();
    problem(&seen(first), "inside", "is there now");
    assert_eq!(finding(&seen(server.pid()), "inside")["verdict"], "ok");
    fs::remove_file(server.socket()).expect("removed");
    let lost = seen(server.pid());
    assert!(lost.text().contains("was deleted, but its server still runs"), "{lost:?}");
    assert!(!lost.text().contains("inside"), "told once");
}

/// Clients of one header layout with servers of the other.
#[test]
fn a_tmux_that_can_not_attach_is_told() {
    for server in releases() {
        for program in releases() {
            if server.is_new() == program.is_new() {
                continue;
            }
            let server = TestServer::start(&server);
            let mut tw = server.program(TW);
            tw.env("TMUXWIRE_TMUX", &program.path).args(["doctor", "--json"]);
            let line = problem(&start(&mut tw).finish(), "skew", "tmux 3.6 changed the messages");
            assert!(line.contains(&format!("-S {} attach", server.socket().display())), "{line}");
            // And it does run into it.
            let mut terminal = Terminal::open(80, 24);
            let socket = server.socket().display().to_string();
            let words = ["-S", socket.as_str(), "attach-session"];
            terminal.start(server.home(), &program.path, &words, &[("TERM", "xterm")]);
            terminal.wait_for(match program.is_new() {
                true => "open terminal failed: not a terminal",
                false => "server exited unexpectedly",
            });
            terminal.wait_for_program();
        }
    }
}

#[test]
fn the_servers_own_program_is_named_while_it_can_be_had() {
    let programs = tempfile::tempdir().expect("a directory");
    let path = programs.path().join("tmux");
    fs::copy(system().path, &path).expect("a copy");
    let server = TestServer::start(&Tmux { path: path.clone(), ..system() });
    fs::remove_file(&path).expect("removed");
    let other = releases().into_iter().find(|other| other.is_new() != system().is_new());
    let mut tw = server.program(TW);
    tw.env("TMUXWIRE_TMUX", other.expect("one").path).args(["doctor", "--json"]);
    let line = problem(&start(&mut tw).finish(), "skew", "");
    assert_eq!(line, format!("/proc/{}/exe -S {} attach", server.pid(), server.socket().display()));
    shell(server.home(), &line.replace(" attach", " has-session -t main"));
}

#[test]
fn a_missing_tmux_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let missing = home.path().join("missing");
    let mut tw = command(TW, home.path());
    tw.env("TMUXWIRE_TMUX", &missing).arg("-S").arg(home.path().join("x"));
    problem(&start(tw.args(["doctor", "--json"])).finish(), "program", "does not exist");
}

#[test]
fn a_file_system_without_any_tmux_is_told() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let hide = "mount --bind /dev/null \"$0\" && exec \"$@\"";
        let mut tw: Command = command("unshare", home.path());
        tw.args(["--mount", "--propagation", "private", "/bin/sh", "-c", hide]).arg(system().path);
        tw.arg(TW).arg("-S").arg(home.path().join("x")).args(["doctor", "--json"]);
        problem(&start(&mut tw).finish(), "program", "no tmux program found");
    });
}

#[test]
fn a_terminal_without_an_entry_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    let socket = home.path().join("x").display().to_string();
    let seen = |term: &str| in_home(home.path(), &[("TERM", term)], &["-S", &socket]);
    assert_eq!(
        problem(&seen("nonsense"), "terminal", "no terminfo entry"),
        "export TERM=xterm-256color"
    );
    assert_eq!(seen("screen").status, 0);
    let none = seen("");
    assert_eq!((none.status, &finding(&none, "terminal")["verdict"]), (0, &"ok".into()));
}
