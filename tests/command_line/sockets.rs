//! Which socket: options, variables, the directory and its checks.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tmuxwire_testkit::{Tmux, releases};

use crate::support::{Seen, TMUXWIRE, client, seen};

type Prepare = fn(&Path, &mut Command);

fn directory(home: &Path) -> std::path::PathBuf {
    home.join(format!("tmux-{}", nix::unistd::getuid()))
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

/// What is prepared in a fresh home, and what is set for the client.
const CASES: &[(&str, Prepare)] = &[
    ("plain", |_, _| {}),
    ("label", |_, command| {
        command.args(["-L", "label"]);
    }),
    ("label with slash", |_, command| {
        command.args(["-L", "a/b"]);
    }),
    ("empty label", |_, command| {
        command.args(["-L", ""]);
    }),
    ("label ..", |_, command| {
        command.args(["-L", ".."]);
    }),
    ("empty path", |_, command| {
        command.args(["-S", ""]);
    }),
    ("relative path", |_, command| {
        command.args(["-S", "relative"]);
    }),
    ("path wins over label", |_, command| {
        command.args(["-S", "/missing/s", "-L", "x"]);
    }),
    ("path is a directory", |_, command| {
        command.args(["-S", "/tmp"]);
    }),
    ("path is a device", |_, command| {
        command.args(["-S", "/dev/null"]);
    }),
    ("path below a file", |_, command| {
        command.args(["-S", "/etc/passwd/s"]);
    }),
    ("path too long", |_, command| {
        command.arg("-S").arg(format!("/{}", "x".repeat(107)));
    }),
    ("longest path", |_, command| {
        command.arg("-S").arg(format!("/{}", "x".repeat(106)));
    }),
    ("label too long", |_, command| {
        command.arg("-L").arg("x".repeat(200));
    }),
    ("TMUX", |_, command| {
        command.env("TMUX", "/missing/path,1,2");
    }),
    ("TMUX without comma", |_, command| {
        command.env("TMUX", "/missing/path");
    }),
    ("TMUX relative", |_, command| {
        command.env("TMUX", "relative,1,2");
    }),
    ("TMUX empty", |_, command| {
        command.env("TMUX", "");
    }),
    ("TMUX only commas", |_, command| {
        command.env("TMUX", ",1,2");
    }),
    ("label wins over TMUX", |_, command| {
        command.env("TMUX", "/missing/path,1,2").args(["-L", "label"]);
    }),
    ("TMUX_TMPDIR relative", |_, command| {
        command.env("TMUX_TMPDIR", ".");
    }),
    ("TMUX_TMPDIR link", |home, command| {
        fs::create_dir(home.join("real")).expect("a directory");
        symlink(home.join("real"), home.join("link")).expect("a link");
        command.env("TMUX_TMPDIR", home.join("link"));
    }),
    ("TMUX_TMPDIR with colon", |home, command| {
        fs::create_dir(home.join("a:b")).expect("a directory");
        command.env("TMUX_TMPDIR", home.join("a:b"));
    }),
    ("TMUX_TMPDIR is a file", |home, command| {
        fs::write(home.join("file"), "").expect("a file");
        command.env("TMUX_TMPDIR", home.join("file"));
    }),
    ("directory is a file", |home, _| fs::write(directory(home), "").expect("a file")),
    ("directory is a link", |home, _| {
        fs::create_dir(home.join("real")).expect("a directory");
        symlink(home.join("real"), directory(home)).expect("a link");
    }),
    ("directory is a dangling link", |home, _| {
        symlink(home.join("missing"), directory(home)).expect("a link");
    }),
    ("directory open to others", |home, _| {
        fs::create_dir(directory(home)).expect("a directory");
        mode(&directory(home), 0o755);
    }),
    ("directory searchable by others", |home, _| {
        fs::create_dir(directory(home)).expect("a directory");
        mode(&directory(home), 0o701);
    }),
    ("directory open to the group", |home, _| {
        fs::create_dir(directory(home)).expect("a directory");
        mode(&directory(home), 0o770);
    }),
    ("unsafe directory, other path", |home, command| {
        fs::create_dir(directory(home)).expect("a directory");
        mode(&directory(home), 0o755);
        command.args(["-S", "/missing/s"]);
    }),
    ("stale socket", |home, command| {
        drop(std::os::unix::net::UnixListener::bind(home.join("stale")).expect("a socket"));
        command.arg("-S").arg(home.join("stale"));
    }),
];

fn outcome(program: &Path, release: &Tmux, prepare: Prepare) -> (Seen, bool) {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = client(program, home.path());
    command.env("TMUXWIRE_TMUX", &release.path);
    prepare(home.path(), &mut command);
    let mut said = seen(command.arg("list-sessions"));
    let own = format!("tmux-{}", nix::unistd::getuid());
    said.stderr = said.stderr.replace(home.path().to_str().expect("printable"), "HOME");
    said.stderr = said.stderr.replace(&own, "tmux-UID");
    (said, directory(home.path()).is_dir())
}

/// The same without what ours says more: what helps.
fn without_remedy((said, is_made): &(Seen, bool)) -> (i32, &str, &str, bool) {
    let stderr = said.stderr.split_inclusive('\n').next().unwrap_or_default();
    (said.status, &said.stdout, stderr, *is_made)
}

#[test]
fn the_socket_is_chosen_and_refused_as_tmux_does() {
    // 3.1 had other rules and texts; ours are those of 3.3 and later.
    for release in releases().iter().filter(|release| release.is_at_least(3, 3)) {
        for (name, prepare) in CASES {
            let real = outcome(&release.path, release, *prepare);
            let ours = outcome(Path::new(TMUXWIRE), release, *prepare);
            assert_eq!(without_remedy(&real), without_remedy(&ours), "{} {name}", release.version);
            assert_eq!(ours.0.status, 1, "{name}");
            let (_, remedy) = ours.0.stderr.split_once('\n').expect("a line");
            let expected = REMEDIES.iter().find(|(case, _)| case == name);
            let expected =
                expected.map_or(String::new(), |(_, text)| format!("tmuxwire: {text}\n"));
            assert_eq!(remedy, expected, "{name}");
        }
    }
}

const TOO_LONG: &str =
    "a socket's path has 107 bytes at most: choose a shorter one, by `-S` or TMUX_TMPDIR";
const OTHER_DIRECTORY: &str = "set TMUX_TMPDIR to a directory of your own";
const SHUT_OUT: &str =
    "shut others out with `chmod 700 HOME/tmux-UID`, or set TMUX_TMPDIR to a directory of your own";

/// The cases in which ours says what helps.
const REMEDIES: &[(&str, &str)] = &[
    ("path too long", TOO_LONG),
    ("label too long", TOO_LONG),
    ("TMUX_TMPDIR is a file", OTHER_DIRECTORY),
    ("directory is a file", OTHER_DIRECTORY),
    ("directory is a link", OTHER_DIRECTORY),
    ("directory is a dangling link", OTHER_DIRECTORY),
    ("directory open to others", SHUT_OUT),
    ("directory searchable by others", SHUT_OUT),
];

/// On tmux up to 3.1 it is an error. Ours does as later ones do, whichever is installed: asking it would
/// take longer than all the rest.
#[test]
fn a_missing_directory_means_the_usual_one() {
    for release in releases() {
        let home = tempfile::tempdir().expect("a directory");
        let label = home.path().file_name().expect("a name");
        let [real, ours] = [release.path.as_path(), Path::new(TMUXWIRE)].map(|program| {
            let mut command = client(program, home.path());
            command.env("TMUX_TMPDIR", home.path().join("missing")).arg("-L").arg(label);
            seen(command.arg("list-sessions"))
        });
        let fails = format!("error connecting to /tmp/{}/", directory(Path::new("")).display());
        assert!(ours.stderr.starts_with(&fails), "{ours:?}");
        match release.is_at_least(3, 2) {
            true => assert_eq!(real, ours, "{}", release.version),
            false => assert!(real.stderr.starts_with("error creating "), "{real:?}"),
        }
    }
}
