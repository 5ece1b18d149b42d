//! The command line as a whole: options, `-V`, usage errors, and who the real tmux is.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use tmuxwire_testkit::{
    NOBODY, TestServer, Tmux, as_root, releases, system, wait_for_exit, wait_until,
};

use crate::support::{Seen, TMUXWIRE, client, seen};

/// The same arguments through both clients, without a server of their own.
fn both(release: &Tmux, home: &Path, arguments: &[&str]) -> [Seen; 2] {
    let ours = client(Path::new(TMUXWIRE), home)
        .env("TMUXWIRE_TMUX", &release.path)
        .args(arguments)
        .output()
        .expect("runs");
    [seen(client(&release.path, home).args(arguments)), ours.into()]
}

#[test]
fn options_that_tmux_answers_or_refuses_are_tmuxs_own() {
    for release in releases() {
        let home = tempfile::tempdir().expect("a directory");
        for arguments in [
            &["-V"][..],
            &["-V", "ls"],
            &["-uV"],
            &["-Z"],
            &["-d"],
            &["-U"],
            &["-8", "ls"],
            &["-L"],
            &["-uL"],
            &["-S"],
            &["-c"],
            &["-h"],
            &["-c", "true", "ls"],
            &["-D", "ls"],
            &["--help"],
            &["-?"],
        ] {
            let [real, ours] = both(&release, home.path(), arguments);
            // A shell script between us and the program doesn't pass its name on.
            assert_eq!(real, ours, "{} {arguments:?}", release.version);
        }
    }
}

#[test]
fn options_stand_in_every_form_that_getopt_takes() {
    let server = TestServer::start(&system());
    let socket = server.socket();
    let socket = socket.to_str().expect("printable");
    let glued = format!("-S{socket}");
    let clustered = format!("-2uqS{socket}");
    for arguments in [
        &["-S", socket, "ls", "-F", "#{session_name}"][..],
        &[&glued, "ls", "-F", "#{session_name}"],
        &[&clustered, "ls", "-F", "#{session_name}"],
        &["-S", socket, "--", "ls", "-F", "#{session_name}"],
        &["-2", "-u", "-u", "-l", "-N", "-q", "-S", socket, "ls", "-F", "#{session_name}"],
        &["-T", "bogus", "-f", "/missing", "-L", "x", "-S", socket, "ls", "-F", "#{session_name}"],
        &["-S", socket, "-", "ls"],
        &["-S", socket, "ls", "-S", "x"],
        &["-S", "/missing/socket", "-S", socket, "ls", "-F", "#{session_name}"],
    ] {
        let [real, ours] = both(server.release(), server.home(), arguments);
        assert_eq!(real, ours, "{arguments:?}");
    }
}

#[test]
fn our_version_is_ours() {
    let said = seen(Command::new(TMUXWIRE).arg("--version"));
    assert_eq!(said.stdout, format!("tmuxwire {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn tmux_is_found_without_an_environment() {
    let said = seen(Command::new(TMUXWIRE).env_clear().arg("-V"));
    assert_eq!((said.status, said.stderr.as_str()), (0, ""));
    assert!(said.stdout.starts_with("tmux "), "{said:?}");
}

#[test]
fn a_named_tmux_must_be_one() {
    let missing = seen(Command::new(TMUXWIRE).env("TMUXWIRE_TMUX", "/missing/tmux").arg("-V"));
    let told = "TMUXWIRE_TMUX=/missing/tmux does not exist\n";
    assert_eq!((missing.status, missing.stderr.as_str()), (1, told));
    // Options that are wrong have a usage, whoever tells it.
    let wrong = seen(Command::new(TMUXWIRE).env("TMUXWIRE_TMUX", "/missing/tmux").arg("-Z"));
    assert!(wrong.stderr.starts_with("usage: tmuxwire ") && wrong.stderr.ends_with(told));
    // What it would have been needed for stands behind.
    let needed = seen(Command::new(TMUXWIRE).env("TMUXWIRE_TMUX", "/missing/tmux").args([
        "-S",
        "/missing/socket",
        "new-session",
        "-d",
    ]));
    let told = "TMUXWIRE_TMUX=/missing/tmux does not exist (no server is running)\n";
    assert_eq!((needed.status, needed.stderr.as_str()), (1, told));
    let ourselves = seen(Command::new(TMUXWIRE).env("TMUXWIRE_TMUX", TMUXWIRE).arg("-V"));
    assert!(ourselves.stderr.contains("is tmuxwire itself"), "{ourselves:?}");
    let no_program = seen(Command::new(TMUXWIRE).env("TMUXWIRE_TMUX", "/etc/passwd").arg("-V"));
    assert!(no_program.stderr.contains("is not a program"), "{no_program:?}");
}

/// Not in the working directory, which may be anybody's; and tmuxwires under that name are passed over.
#[test]
fn a_named_tmux_may_be_one_in_the_path() {
    let real = system();
    let home = tempfile::tempdir().expect("a directory");
    symlink(TMUXWIRE, home.path().join("tmux")).expect("a link");
    let real_path = real.path.parent().expect("a directory").display();
    let path = format!("{}:{real_path}", home.path().display());
    let mut ours = client(Path::new(TMUXWIRE), home.path());
    ours.current_dir(home.path()).env("TMUXWIRE_TMUX", "tmux").arg("-V");
    let said = seen(ours.env("PATH", path));
    assert_eq!(said.stdout, format!("tmux {}\n", real.version), "{said:?}");
    let said = seen(ours.env("PATH", "/missing"));
    assert_eq!(said.stderr, "TMUXWIRE_TMUX=tmux is not in PATH\n");
    let said = seen(ours.env("PATH", home.path()));
    assert_eq!(said.stderr, "TMUXWIRE_TMUX=tmux is tmuxwire itself, not tmux\n");
}

#[test]
fn installed_as_tmux_it_never_runs_itself() {
    let real = system();
    let home = tempfile::tempdir().expect("a directory");
    let real_path = real.path.parent().expect("a directory").display();
    let directories = ["link", "copy", "second"].map(|name| home.path().join(name));
    for directory in &directories {
        fs::create_dir(directory).expect("a directory");
    }
    symlink(TMUXWIRE, directories[0].join("tmux")).expect("a link");
    fs::copy(TMUXWIRE, directories[1].join("tmux")).expect("a copy");
    fs::copy(TMUXWIRE, directories[2].join("tmux")).expect("a copy");
    let [link, copy, second] = directories.each_ref().map(|directory| directory.display());
    let path = format!("{link}:{copy}:{second}:{real_path}");
    for directory in &directories {
        let said = seen(client(&directory.join("tmux"), home.path()).env("PATH", &path).arg("-V"));
        assert_eq!(said.stdout, format!("tmux {}\n", real.version), "{said:?}");
    }
}

#[test]
fn a_script_that_leads_back_to_us_is_noticed() {
    let home = tempfile::tempdir().expect("a directory");
    for text in ["exec \"$TMUXWIRE\" \"$@\"", "\"$TMUXWIRE\" \"$@\"; exit $?"] {
        let script = home.path().join("tmux");
        fs::write(&script, format!("#!/bin/sh\n{text}\n")).expect("a script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
        let said = seen(
            client(Path::new(TMUXWIRE), home.path())
                .env("TMUXWIRE", TMUXWIRE)
                .env("PATH", format!("{}:/usr/bin:/bin", home.path().display()))
                .arg("-V"),
        );
        assert_eq!(said.status, 1, "{said:?}");
        assert!(said.stderr.contains("leads back to tmuxwire"), "{said:?}");
    }
}

/// Also by one that clears the environment: `env -i`, sudo.
#[test]
fn a_script_that_forgets_everything_and_leads_back_is_noticed() {
    let home = tempfile::tempdir().expect("a directory");
    let (script, runs) = (home.path().join("tmux"), home.path().join("runs"));
    let path = format!("{}:/usr/bin:/bin", home.path().display());
    for run in ["exec env -i", "env -i"] {
        let text =
            format!("#!/bin/sh\necho >> {}\n{run} PATH={path} {TMUXWIRE} \"$@\"\n", runs.display());
        fs::write(&script, text).expect("a script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
        let socket = home.path().join("none");
        let socket = socket.to_str().expect("text");
        for words in [&["-V"][..], &["-S", socket, "new-session", "-d"]] {
            fs::write(&runs, "").expect("a file");
            let said =
                seen(client(Path::new(TMUXWIRE), home.path()).env("PATH", &path).args(words));
            assert_eq!(said.status, 1, "{said:?}");
            assert!(said.stderr.contains("leads back to tmuxwire"), "{said:?}");
            assert!(said.stderr.contains("TMUXWIRE_TMUX"), "{said:?}");
            assert_eq!(fs::read_to_string(&runs).expect("a file"), "\n", "it ran once");
        }
    }
}

/// Only root can give a program another user's rights.
#[test]
fn a_program_with_other_rights_runs_nothing_of_its_callers() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let (ours, script) = (home.path().join("ours"), home.path().join("tmux"));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
        fs::copy(TMUXWIRE, &ours).expect("a copy");
        std::os::unix::fs::chown(&ours, Some(NOBODY), None).expect("given away");
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o4755)).expect("a mode");
        fs::write(&script, "#!/bin/sh\necho callers\n").expect("a script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
        for (name, value) in [("TMUXWIRE_TMUX", script.as_path()), ("PATH", home.path())] {
            let said = seen(client(&ours, home.path()).env(name, value).arg("-V"));
            assert!(!said.stdout.contains("callers"), "{name}: {said:?}");
        }
    });
}

/// As a shell does.
#[test]
fn a_tmux_that_this_user_may_not_run_is_passed_over() {
    as_root(|| {
        let home = tempfile::tempdir().expect("a directory");
        let set_mode = |path: &Path, mode: u32| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
        };
        set_mode(home.path(), 0o755);
        let ours = home.path().join("ours");
        fs::copy(TMUXWIRE, &ours).expect("a copy");
        let places = [("first", 0o700), ("second", 0o755)].map(|(name, mode)| {
            let place = home.path().join(name);
            fs::create_dir(&place).expect("a directory");
            set_mode(&place, 0o755);
            fs::write(place.join("tmux"), format!("#!/bin/sh\necho {name}\n")).expect("a script");
            set_mode(&place.join("tmux"), mode);
            place
        });
        let mut ours = client(&ours, home.path());
        ours.uid(NOBODY).gid(NOBODY).arg("-V");
        let path = std::env::join_paths(&places).expect("a path");
        for named in ["", "tmux"] {
            let said = seen(ours.env("PATH", &path).env("TMUXWIRE_TMUX", named));
            assert_eq!((said.status, said.stdout.as_str()), (0, "second\n"), "{said:?}");
        }
        let said = seen(ours.env("TMUXWIRE_TMUX", places[0].join("tmux")));
        assert!(said.stderr.contains("first/tmux is not yours to run"), "{said:?}");
    });
}

/// Such as a shell's function that was made a program, and asks something.
#[test]
fn a_script_that_never_answers_is_ended_and_told() {
    let home = tempfile::tempdir().expect("a directory");
    let (script, pid) = (home.path().join("tmux"), home.path().join("pid"));
    for run in ["sleep 300", "yes >&2"] {
        let text = format!("#!/bin/sh\necho $$ > {}\nexec {run}\n", pid.display());
        fs::write(&script, text).expect("a script");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
        let mut ours = client(Path::new(TMUXWIRE), home.path());
        ours.env("TMUXWIRE_TMUX", &script).args(["new-session", "-d"]);
        let mut ours = ours.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        wait_until("tmuxwire has ended", || ours.try_wait().expect("a child").is_some());
        let said = Seen::from(ours.wait_with_output().expect("its output"));
        let why = format!("can't run {}: no answer within 2 s", script.display());
        assert!(said.status == 1 && said.stderr.contains(&why), "{said:?}");
        let pid = fs::read_to_string(&pid).expect("it has begun");
        wait_for_exit(pid.trim().parse().expect("a number"));
    }
}

#[test]
fn a_script_in_front_of_the_real_tmux_is_fine() {
    let home = tempfile::tempdir().expect("a directory");
    let script = home.path().join("tmux");
    let real = system();
    fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", real.path.display()))
        .expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let said =
        seen(client(Path::new(TMUXWIRE), home.path()).env("TMUXWIRE_TMUX", &script).arg("-V"));
    assert_eq!(said.stdout, format!("tmux {}\n", real.version), "{said:?}");
}

#[test]
fn what_it_hands_over_keeps_its_name_and_arguments() {
    let home = tempfile::tempdir().expect("a directory");
    let socket = home.path().join("socket");
    let named = home.path().join("my-tmux");
    symlink(TMUXWIRE, &named).expect("a link");
    let started = tmuxwire_testkit::command(&named, home.path())
        .args(["-f", "/dev/null", "-S"])
        .arg(&socket)
        .args(["new-session", "-d", "-s", "kept", "cat"])
        .output()
        .expect("runs");
    assert!(started.status.success(), "{started:?}");
    let server = tmuxwire::blocking::Server::at(&socket).never_start();
    let pid = server.run(["display-message", "-p", "#{pid}"]).expect("a server");
    let words = fs::read(format!("/proc/{}/cmdline", pid.stdout_text().trim())).expect("a process");
    let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
    assert_eq!(words[0], named.as_os_str().as_encoded_bytes());
    assert_eq!(words[1..3], [b"-f".as_slice(), b"/dev/null"]);
    server.kill_server(std::time::Duration::from_secs(10)).expect("killed");
    wait_until("nobody listens", || server.run(["ls"]).is_err());
}

/// SIGPIPE is ignored while we write ourselves; what takes over finds it as the caller left it.
#[test]
fn what_it_hands_over_finds_signals_as_they_were() {
    let home = tempfile::tempdir().expect("a directory");
    let script = home.path().join("tmux");
    fs::write(&script, "#!/bin/sh\ngrep SigIgn /proc/$$/status\n").expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let ignored = |trap: &str, words: &str| {
        let shell = format!("trap {trap} PIPE; \"$0\" {words}");
        let said = seen(
            client(Path::new("/bin/sh"), home.path())
                .env("TMUXWIRE_TMUX", &script)
                .args(["-c", &shell, TMUXWIRE]),
        );
        let mask = said.stdout.trim().rsplit('\t').next().expect("a mask").to_owned();
        u64::from_str_radix(&mask, 16).expect("a mask") & (1 << 12) != 0
    };
    // One is handed over before anything else, the other after a failed connect.
    for words in ["-V", "-S missing new-session -d"] {
        assert!(ignored("''", words), "{words}");
        assert!(!ignored("-", words), "{words}");
    }
}

/// What the real tmux is run for, and that it is said on request.
#[test]
fn what_is_handed_over_and_why() {
    let home = tempfile::tempdir().expect("a directory");
    let server = TestServer::start(&system());
    let script = home.path().join("tmux");
    fs::write(&script, "#!/bin/sh\necho \"real: $*\"\n").expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = server.socket();
    let missing = home.path().join("missing");
    for (socket, variables, words, why) in [
        (&missing, &[][..], &["new-session", "-s", "x"][..], Some("no server is running")),
        (&missing, &[], &["-c", "true"], Some("no server is running")),
        (&socket, &[("TMUXWIRE_ATTACH", "tmux")], &["attach"], Some("TMUXWIRE_ATTACH wants it")),
        (&socket, &[("TMUXWIRE_ATTACH", "tmux")], &["has-session"], None),
        (&socket, &[], &["attach", "-t", "=nobody"], None),
        (&socket, &[], &["-V"], Some("only tmux answers these options")),
        (&socket, &[], &["-Z"], Some("only tmux answers these options")),
    ] {
        let said = seen(
            client(Path::new(TMUXWIRE), home.path())
                .env("TMUXWIRE_TMUX", &script)
                .env("TMUXWIRE_DEBUG", "1")
                .envs(variables.iter().copied())
                .arg("-S")
                .arg(socket)
                .args(words),
        );
        match why {
            Some(why) => {
                let told = format!("tmuxwire: running {}: {why}\n", script.display());
                assert_eq!(said.stderr, told, "{words:?}");
                let passed = format!("real: -S {} {}\n", socket.display(), words.join(" "));
                assert_eq!(said.stdout, passed);
            }
            None => assert!(!said.stderr.contains("running") && said.stdout.is_empty(), "{said:?}"),
        }
    }
}

#[test]
fn our_help_names_our_variables_with_and_without_a_tmux() {
    let home = tempfile::tempdir().expect("a directory");
    for tmux in ["/nowhere/tmux", &system().path.display().to_string()] {
        let mut command = client(Path::new(TMUXWIRE), home.path());
        let told = seen(command.arg0("tmuxwire").env("TMUXWIRE_TMUX", tmux).arg("--help"));
        assert_eq!((told.status, told.stderr.as_str()), (0, ""));
        for variable in ["TMUXWIRE_TMUX", "TMUXWIRE_DEBUG", "TMUXWIRE_ATTACH"] {
            assert!(told.stdout.contains(variable), "{told:?}");
        }
    }
}

/// Tools find tmux's clients by their processes' names.
#[test]
fn the_process_has_the_name_of_a_client_of_tmux() {
    let server = TestServer::start(&system());
    for program in [Path::new(TMUXWIRE), &server.release().path] {
        let mut command = client(program, server.home());
        let mut child = command
            .arg("-S")
            .arg(server.socket())
            .args(["wait-for", "gate"])
            .spawn()
            .expect("runs");
        let name = format!("/proc/{}/comm", child.id());
        wait_until("it has its name", || {
            fs::read_to_string(&name).is_ok_and(|name| name == "tmux: client\n")
        });
        child.kill().expect("a child");
        child.wait().expect("an end");
    }
}
