//! Finding the real tmux program: never ourselves, and never in a circle.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command as Program;

use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};
use tmuxwire_operations::Version;

use crate::error::{Error, ErrorKind, Result};

mod answer;

/// Names the tmux program to use.
pub(crate) const VARIABLE: &str = "TMUXWIRE_TMUX";
/// Set for scripts only, to the process that ran them: a script may lead back to us.
const HANDOVER: &str = "TMUXWIRE_HANDOVER";
/// The name of a process while it asks whether a script leads back to a tmuxwire. It shows also
/// where the script has cleared the environment.
#[cfg(target_os = "linux")]
const ASKING: &std::ffi::CStr = c"tmuxwire: asks";
/// How many parents are asked whether they handed over to a script.
const MAX_ANCESTORS: usize = 32;

/// Where tmux is when there is no `PATH`, or it isn't on it.
const USUAL_PLACES: [&str; 8] = [
    "/usr/bin/tmux",
    "/usr/local/bin/tmux",
    "/bin/tmux",
    "/opt/homebrew/bin/tmux",
    "/opt/local/bin/tmux",
    "/home/linuxbrew/.linuxbrew/bin/tmux",
    "/run/current-system/sw/bin/tmux",
    "/snap/bin/tmux",
];

/// The tmux program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    path: PathBuf,
    is_script: bool,
}

impl Binary {
    /// Finds tmux: the program that `TMUXWIRE_TMUX` names, then the first in `PATH`, then the
    /// usual places. A name without a slash is looked for in `PATH`. Files that are this very program,
    /// under whatever name, are passed over, as are those that the caller may not run. A program with other rights than its caller's
    /// (set-user-id) looks only in the usual places.
    ///
    /// # Errors
    /// [`ErrorKind::NoTmuxBinary`]; [`ErrorKind::Spawn`] if the variable names a file that can't
    /// be it, or if a script that we ran has led back to us.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        Self::find_among(variable, &USUAL_PLACES)
    }

    fn find_among(
        variable: impl Fn(&str) -> Option<OsString>,
        usual_places: &[&str],
    ) -> Result<Self> {
        let variable = |name: &str| variable(name).filter(|_| !has_other_rights());
        let path = variable("PATH");
        let found = match variable(VARIABLE).filter(|name| !name.is_empty()) {
            Some(named) => Self::named(&named, path.as_deref()).map_err(|why| {
                Error::not_sent(ErrorKind::Spawn(format!(
                    "{VARIABLE}={} {why}",
                    Path::new(&named).display()
                )))
            })?,
            None => in_path(path.as_deref(), OsStr::new("tmux"))
                .chain(usual_places.iter().map(PathBuf::from))
                .find_map(|path| Self::check(&path).ok())
                .ok_or_else(|| Error::not_sent(ErrorKind::NoTmuxBinary))?,
        };
        match found.is_script && is_descendant(variable(HANDOVER)) {
            true => Err(found.in_a_circle()),
            false => Ok(found),
        }
    }

    /// The program of a path, or of a name in `PATH`.
    fn named(name: &OsStr, path: Option<&OsStr>) -> Result<Self, &'static str> {
        if name.as_bytes().contains(&b'/') {
            return Self::check(Path::new(name));
        }
        let mut why = "is not in PATH";
        for candidate in in_path(path, name) {
            match Self::check(&candidate) {
                Ok(found) => return Ok(found),
                Err(MISSING) => {}
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    fn in_a_circle(&self) -> Error {
        Error::not_sent(ErrorKind::Spawn(format!(
            "{} {LEADS_BACK}; name the real tmux in {VARIABLE}",
            self.path.display()
        )))
    }

    /// Asks a script for its version (`-V`), to see whether it leads back to us: one that clears
    /// the environment forgets [`marker`](Self::marker). To be done before becoming it; the calling
    /// thread, the main one, has another name meanwhile. Other programs aren't asked. So such a script
    /// runs once more than it is asked to; what it starts in the background isn't waited for.
    ///
    /// # Errors
    /// [`ErrorKind::Spawn`] if it does, or if it doesn't answer within two seconds; then it is ended.
    pub fn check_script(&self) -> Result<()> {
        if !self.is_script {
            return Ok(());
        }
        let named = Asking::begin();
        let answer = answer::complaint(Program::new(&self.path).envs(self.marker()));
        drop(named);
        match answer {
            Ok(answer) if !answer.status.success() && leads_back(&answer.said) => {
                Err(self.in_a_circle())
            }
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                Err(self.does_not_run(error))
            }
            // Becoming it tells what else there is to tell.
            _ => Ok(()),
        }
    }

    fn check(path: &Path) -> Result<Self, &'static str> {
        let status = std::fs::metadata(path).map_err(|_| MISSING)?;
        if !status.is_file() || status.permissions().mode() & 0o111 == 0 {
            return Err("is not a program");
        }
        if !may_run(path) {
            return Err("is not yours to run");
        }
        if is_this_program(&status) {
            return Err("is tmuxwire itself, not tmux");
        }
        // Absolute, so that it can be spawned rather than forked, from any directory.
        let path = &std::path::absolute(path).map_err(|_| "has no absolute path")?;
        match FileKind::of(path) {
            FileKind::Tmuxwire => Err("is a tmuxwire, not tmux"),
            kind => Ok(Self { path: path.to_owned(), is_script: kind == FileKind::Script }),
        }
    }

    /// The program's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The version that it tells (`tmux -V`), if that can be read.
    pub(crate) fn version(&self) -> Result<Option<Version>> {
        let answer = answer::output(Program::new(&self.path).envs(self.marker()));
        let answer = answer.map_err(|error| self.does_not_run(error))?;
        Ok(Version::parse(&String::from_utf8_lossy(&answer.said)))
    }

    fn does_not_run(&self, error: std::io::Error) -> Error {
        let text = format!("can't run {}", self.path.display());
        Error::not_sent(ErrorKind::Spawn(text)).with_source(error)
    }

    /// What must be added to the environment of the program, if anything: it lets us notice when
    /// a script leads back to us.
    pub fn marker(&self) -> Option<(&'static str, String)> {
        self.is_script.then(|| (HANDOVER, std::process::id().to_string()))
    }
}

/// Why a path isn't that of a program.
const MISSING: &str = "does not exist";

/// The words of the error, by which the one who asked knows it.
const LEADS_BACK: &str = "leads back to tmuxwire";

fn leads_back(said: &[u8]) -> bool {
    String::from_utf8_lossy(said).contains(LEADS_BACK)
}

/// While it lives, this thread's name says that it asks.
#[cfg(target_os = "linux")]
struct Asking(std::ffi::CString);

#[cfg(target_os = "linux")]
impl Asking {
    fn begin() -> Option<Self> {
        let before = rustix::thread::name().ok()?;
        rustix::thread::set_name(ASKING).ok()?;
        Some(Self(before))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Asking {
    fn drop(&mut self) {
        let _ = rustix::thread::set_name(&self.0);
    }
}

#[cfg(not(target_os = "linux"))]
struct Asking;

#[cfg(not(target_os = "linux"))]
impl Asking {
    fn begin() -> Option<Self> {
        None
    }
}

/// Whether this program runs with rights that its caller hasn't: what the caller's environment
/// says isn't for it.
fn has_other_rights() -> bool {
    use nix::unistd::{getegid, geteuid, getgid, getuid};
    getuid() != geteuid() || getgid() != getegid()
}

/// The files of a name in the directories of `PATH`.
fn in_path(path: Option<&OsStr>, name: &OsStr) -> impl Iterator<Item = PathBuf> {
    let directories = path.map(std::env::split_paths).into_iter().flatten();
    let files: Vec<PathBuf> = directories.map(|directory| directory.join(name)).collect();
    files.into_iter()
}

/// With the rights that it will run with.
fn may_run(path: &Path) -> bool {
    faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS).is_ok()
}

fn is_this_program(status: &Metadata) -> bool {
    std::env::current_exe()
        .and_then(std::fs::metadata)
        .is_ok_and(|own| (own.dev(), own.ino()) == (status.dev(), status.ino()))
}

/// Stands in every program made from this crate, at a file offset that is a multiple of its size.
/// Two copies of tmuxwire, both named tmux, know each other by it and don't run each other.
#[used]
static MARK: Mark = Mark(*b"tmuxwire: this program is a client of tmux and not tmux itself.\n");

#[repr(align(64))]
struct Mark([u8; 64]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Script,
    Tmuxwire,
    Other,
}

impl FileKind {
    fn of(path: &Path) -> Self {
        Self::read(path).unwrap_or(Self::Other)
    }

    fn read(path: &Path) -> std::io::Result<Self> {
        // Whatever may have taken the file's place since.
        let flags = nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY;
        let mut file = File::options().read(true).custom_flags(flags).open(path)?;
        let mut chunk = vec![0; 1 << 16];
        let mut first = true;
        loop {
            let filled = fill(&mut file, &mut chunk)?;
            let filled = chunk.get(..filled).unwrap_or_default();
            if std::mem::take(&mut first) && filled.starts_with(b"#!") {
                return Ok(Self::Script);
            }
            if filled.chunks(MARK.0.len()).any(|part| part == MARK.0) {
                return Ok(Self::Tmuxwire);
            }
            if filled.len() < chunk.len() {
                return Ok(Self::Other);
            }
        }
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Whether the process that handed over to a script is this one or one of its parents, or one of
/// them just asks whether a script leads back.
fn is_descendant(marker: Option<OsString>) -> bool {
    let marked = marker.and_then(|pid| pid.to_str()?.parse::<u32>().ok());
    std::iter::successors(Some(std::process::id()), |pid| parent(*pid))
        .take(MAX_ANCESTORS)
        .any(|pid| Some(pid) == marked || asks(pid))
}

#[cfg(target_os = "linux")]
fn asks(pid: u32) -> bool {
    let name = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim_ascii_end() == ASKING.to_bytes()
}

#[cfg(not(target_os = "linux"))]
fn asks(_: u32) -> bool {
    false
}

fn parent(pid: u32) -> Option<u32> {
    if pid == std::process::id() {
        return u32::try_from(nix::unistd::getppid().as_raw()).ok().filter(|pid| *pid > 1);
    }
    let status = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let status = String::from_utf8_lossy(&status);
    // The second field is the program's name in parentheses, which may contain anything.
    let (_, fields) = status.rsplit_once(") ")?;
    fields.split(' ').nth(1)?.parse().ok().filter(|pid| *pid > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process's name is bytes of its own choice.
    #[test]
    #[cfg(target_os = "linux")]
    fn names_of_any_bytes_are_read() {
        let home = tempfile::tempdir().unwrap();
        let program = home.path().join(OsStr::from_bytes(b"x\xff) y"));
        std::os::unix::fs::symlink("/bin/cat", &program).unwrap();
        let mut child = std::process::Command::new(program)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let read = parent(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(read, Some(std::process::id()));
    }

    fn script(program: &Path, text: &str) {
        std::fs::write(program, text).unwrap();
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn without_any_tmux_the_error_says_what_to_do() {
        let nowhere = tempfile::tempdir().unwrap();
        let path = |name: &str| (name == "PATH").then(|| nowhere.path().as_os_str().to_owned());
        let error = Binary::find_among(path, &["/missing/tmux"]).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NoTmuxBinary);
        assert!(error.to_string().contains("install tmux, or name it in TMUXWIRE_TMUX"), "{error}");
        let error = Binary::find_among(|_| None, &[]).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NoTmuxBinary);
    }

    #[test]
    fn a_program_that_does_not_tell_its_version_is_ended() {
        let place = tempfile::tempdir().unwrap();
        let (program, pid) = (place.path().join("tmux"), place.path().join("pid"));
        let text = format!("#!/bin/sh\necho $$ > {}\nexec yes\n", pid.display());
        script(&program, &text);
        let error = Binary { path: program.clone(), is_script: true }.version().unwrap_err();
        let text = format!("can't run {}: no answer within 2 s", program.display());
        assert_eq!(error.to_string(), text);
        let pid = std::fs::read_to_string(&pid).unwrap();
        assert!(!Path::new("/proc").join(pid.trim()).exists(), "it was waited for");
    }

    #[test]
    fn what_a_script_has_started_is_not_waited_for() {
        let place = tempfile::tempdir().unwrap();
        let (program, pid) = (place.path().join("tmux"), place.path().join("pid"));
        let text = format!("#!/bin/sh\nsleep 600 &\necho $! > {}\necho said >&2\n", pid.display());
        script(&program, &text);
        let answer = answer::complaint(&mut Program::new(&program));
        let pid = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        let sleeps = Path::new("/proc").join(format!("{pid}")).exists();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL)
            .unwrap();
        let answer = answer.unwrap();
        assert!(answer.status.success() && sleeps);
        assert_eq!(answer.said, b"said\n");
    }

    #[test]
    fn a_name_without_a_slash_is_looked_for_in_the_path() {
        let places = [(); 3].map(|()| tempfile::tempdir().unwrap());
        std::fs::write(places[0].path().join("other"), "no program").unwrap();
        std::fs::copy("/bin/true", places[1].path().join("other")).unwrap();
        let path = |places: &[tempfile::TempDir]| {
            std::env::join_paths(places.iter().map(tempfile::TempDir::path)).unwrap()
        };
        let find = |places: &[tempfile::TempDir]| {
            let path = path(places);
            let variable = |name: &str| match name {
                VARIABLE => Some("other".into()),
                "PATH" => Some(path.clone()),
                _ => None,
            };
            Binary::find_among(variable, &["/bin/true"])
        };
        assert_eq!(find(&places).unwrap().path(), places[1].path().join("other"));
        let why = |places: &[tempfile::TempDir]| find(places).unwrap_err().to_string();
        assert_eq!(why(&places[2..]), "TMUXWIRE_TMUX=other is not in PATH");
        assert_eq!(why(&places[..1]), "TMUXWIRE_TMUX=other is not a program");
    }

    #[test]
    fn usual_places_serve_without_a_path() {
        let place = tempfile::tempdir().unwrap();
        let program = place.path().join("tmux");
        std::fs::copy("/bin/true", &program).unwrap();
        let found = Binary::find_among(|_| None, &["/missing/tmux", program.to_str().unwrap()]);
        assert_eq!(found.unwrap().path(), program);
    }
}
