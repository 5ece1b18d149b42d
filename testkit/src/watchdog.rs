//! What a test leaves when it is killed: a process of its own notices and clears up.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::TempDir;

const PREFIX: &str = "tmuxwire-";

/// Reads the directories' names until the test process has ended, however it did. What is there then
/// was left behind: the programs that have it as their home are killed, as servers don't end with the one
/// who started them, and then it is removed.
const SCRIPT: &str = r#"
while IFS= read -r directory; do set -- "$@" "$directory"; done
for directory; do
    case $directory in /*/tmuxwire-*) ;; *) continue ;; esac
    [ -d "$directory" ] || continue
    rounds=600
    while [ $rounds -gt 0 ]; do
        rounds=$((rounds - 1))
        found=$(grep -lszxF "HOME=$directory" /proc/[0-9]*/environ) || [ -n "$found" ] || break
        for environment in $found; do
            process=${environment%/environ}
            kill -9 "${process#/proc/}" 2>/dev/null
        done
        sleep 0.1
    done
    rm -rf "$directory"
done
"#;

struct Watchdog {
    /// Its end tells the process that ours has ended. No program inherits it.
    ours: ChildStdin,
    _process: Child,
}

/// Started with the first directory.
static WATCHDOG: LazyLock<Mutex<Watchdog>> = LazyLock::new(|| Mutex::new(Watchdog::start()));

impl Watchdog {
    /// In a process group of its own: what ends the test's group must not end it.
    fn start() -> Self {
        let mut process = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "watchdog"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into()))
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self { ours: process.stdin.take().expect("a pipe"), _process: process }
    }
}

/// A directory, gone when dropped or when this process has ended. The programs whose home it is end
/// with the process too.
pub(crate) fn directory() -> TempDir {
    let directory = tempfile::Builder::new().prefix(PREFIX).tempdir().expect("a directory");
    let name = directory.path().as_os_str().as_bytes();
    assert!(!name.contains(&b'\n'), "{name:?}");
    let line = [name, b"\n"].concat();
    let mut watchdog = WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner);
    watchdog.ours.write_all(&line).expect("the watchdog reads");
    directory
}
