//! `/proc` of Linux. Processes come and go while it is read, so nothing in it has to be there; where
//! there is none, everything is missing and nothing is known.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::sys::signal::Signal;
use nix::unistd::{SysconfVar, sysconf};

use super::{Executable, ExecutableNow, ServerProcess};

/// The kernel's own longest name of a process.
const LONGEST_NAME: usize = 15;
/// Of a table that is longer than any, only so much is read.
const MOST_BYTES: u64 = 64 << 20;
/// How often the table of sockets is read to find one.
const MOST_LOOKS: usize = 3;
/// How many descriptors of a process are looked at. The listening socket is among the first.
const MOST_DESCRIPTORS: usize = 4096;
/// The flag of a socket that accepts connections.
const ACCEPTS: u32 = 1 << 16;

pub(super) fn servers() -> Vec<ServerProcess> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let uid = nix::unistd::geteuid();
    let mut named = Vec::new();
    for entry in entries.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let Ok(status) = entry.metadata() else { continue };
        if (uid.is_root() || status.uid() == uid.as_raw()) && is_named_so(pid) {
            named.push(Suspect { pid, uid: status.uid(), sockets: sockets(pid) });
        }
    }
    let found = listening(named);
    // A child that has not come to run its own program yet looks like its server.
    let is_child = |one: &Listening| {
        found.iter().any(|other| other.process.pid == one.parent && other.inode == one.inode)
    };
    let first: Vec<bool> = found.iter().map(|one| !is_child(one)).collect();
    let mut servers: Vec<ServerProcess> = found
        .into_iter()
        .zip(first)
        .filter_map(|(one, is_first)| is_first.then_some(one.process))
        .collect();
    servers.sort_by_key(|process| process.pid);
    servers
}

/// A process with a listening socket, which its children share for a moment.
struct Listening {
    process: ServerProcess,
    inode: u64,
    parent: i32,
}

#[cfg(feature = "tokio")]
pub(super) fn server_of_pid(pid: i32) -> Option<ServerProcess> {
    let uid = fs::metadata(file(pid, "")).ok()?.uid();
    let found = listening(vec![Suspect { pid, uid, sockets: sockets(pid) }]);
    found.into_iter().next().map(|listening| listening.process)
}

#[cfg(feature = "tokio")]
pub(super) fn is_readable() -> bool {
    start_ticks(std::process::id().cast_signed()).is_some()
}

/// A process that may be a server, and the inodes of its sockets.
struct Suspect {
    pid: i32,
    uid: u32,
    sockets: Vec<u64>,
}

/// Those that listen on a path, and see what we see.
fn listening(mut suspects: Vec<Suspect>) -> Vec<Listening> {
    let mut found = Vec::new();
    let own = View::of("self");
    for table in looks() {
        let paths: HashMap<u64, PathBuf> = table
            .into_iter()
            .filter(|bound| bound.accepts)
            .map(|bound| (bound.inode, bound.path))
            .collect();
        suspects.retain(|suspect| {
            let listens = suspect.sockets.iter().find_map(|at| Some((*at, paths.get(at)?)));
            found.extend(listens.and_then(|(inode, path)| suspect.on(inode, path, &own)));
            listens.is_none()
        });
        if suspects.is_empty() {
            break;
        }
    }
    found
}

impl Suspect {
    fn on(&self, inode: u64, socket: &Path, own: &View) -> Option<Listening> {
        let (pid, uid) = (self.pid, self.uid);
        let status = ProcessStatus::read(pid)?;
        if View::of(&pid.to_string()) != *own {
            return None;
        }
        let cwd = fs::read_link(file(pid, "cwd")).unwrap_or_default();
        let process = ServerProcess {
            pid,
            uid,
            socket: cwd.join(socket),
            executable: executable(pid),
            started: status.started(),
            is_stopped: status.is_stopped,
            start_ticks: status.start_ticks,
        };
        Some(Listening { process, inode, parent: status.parent })
    }
}

/// tmux calls its server `NAME: server`, where NAME is what it was started as, and the kernel cuts
/// that short. Others that are called tmux something don't catch SIGUSR1.
pub(super) fn is_named_so(pid: i32) -> bool {
    let name = fs::read(file(pid, "comm")).unwrap_or_default();
    let name = name.trim_ascii_end();
    let is_cut = name.ends_with(b":") || name.len() >= LONGEST_NAME;
    name == b"tmux: server"
        || (is_cut && name.windows(4).any(|part| part == b"tmux") && catches_sigusr1(pid))
}

pub(super) fn catches_sigusr1(pid: i32) -> bool {
    let status = fs::read_to_string(file(pid, "status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (Signal::SIGUSR1 as u32 - 1)) != 0)
}

pub(super) fn start_ticks(pid: i32) -> Option<u64> {
    ProcessStatus::read(pid).map(|status| status.start_ticks)
}

#[cfg(feature = "tokio")]
pub(super) fn is_stopped(pid: i32) -> bool {
    ProcessStatus::read(pid).is_some_and(|status| status.is_stopped)
}

fn file(pid: i32, name: &str) -> PathBuf {
    Path::new("/proc").join(pid.to_string()).join(name)
}

/// Of what a process sees: the mounts and the root directory.
#[derive(PartialEq, Eq)]
struct View {
    mounts: Option<PathBuf>,
    root: Option<(u64, u64)>,
}

impl View {
    fn of(process: &str) -> Self {
        let process = Path::new("/proc").join(process);
        let root = fs::metadata(process.join("root")).ok();
        Self {
            mounts: fs::read_link(process.join("ns/mnt")).ok(),
            root: root.map(|root| (root.dev(), root.ino())),
        }
    }
}

struct ProcessStatus {
    parent: i32,
    is_stopped: bool,
    start_ticks: u64,
}

impl ProcessStatus {
    /// `None` also for one that has ended and only waits for its parent to notice.
    fn read(pid: i32) -> Option<Self> {
        let status = fs::read(file(pid, "stat")).ok()?;
        // The second field is the name in parentheses, which may contain anything.
        let at = status.windows(2).rposition(|end| end == b") ")?;
        let fields = std::str::from_utf8(status.get(at + 2..)?).ok()?;
        let mut fields = fields.split(' ');
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        let start_ticks = fields.nth(17)?.parse().ok()?;
        let is_stopped = matches!(state, "T" | "t");
        (!matches!(state, "Z" | "X")).then_some(Self { parent, is_stopped, start_ticks })
    }

    fn started(&self) -> Option<SystemTime> {
        let per_second = u64::try_from(sysconf(SysconfVar::CLK_TCK).ok()??).ok()?;
        let milliseconds = self.start_ticks.checked_mul(1000)?.checked_div(per_second)?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let uptime = Duration::try_from_secs_f64(uptime.split(' ').next()?.parse().ok()?).ok()?;
        let age = uptime.saturating_sub(Duration::from_millis(milliseconds));
        SystemTime::now().checked_sub(age)
    }
}

/// Whether any path that somebody listens on ends so. Paths may be relative, to whatever directory.
pub(super) fn is_name_listened_on(name: &OsStr) -> bool {
    let is_it = |bound: &Bound| bound.accepts && bound.path.file_name() == Some(name);
    looks().any(|table| table.iter().any(is_it))
}

/// Whether any socket, listening or not, has a path of this kind.
#[cfg(feature = "tokio")]
pub(super) fn is_any_bound(is_it: impl Fn(&Path) -> bool) -> bool {
    looks().any(|table| table.iter().any(|bound| is_it(&bound.path)))
}

/// The sockets of our network that have a path, several times: while sockets come and go, the
/// kernel's table may leave one out.
fn looks() -> impl Iterator<Item = Vec<Bound>> {
    (0..MOST_LOOKS).map(|_| table())
}

/// A socket with a path.
#[derive(Debug, PartialEq, Eq)]
struct Bound {
    inode: u64,
    accepts: bool,
    path: PathBuf,
}

fn table() -> Vec<Bound> {
    let mut table = Vec::new();
    if let Ok(file) = File::open("/proc/net/unix") {
        let _ = file.take(MOST_BYTES).read_to_end(&mut table);
    }
    table.split(|byte| *byte == b'\n').filter_map(Bound::read).collect()
}

impl Bound {
    /// One line: `Num: RefCount Protocol Flags Type St Inode Path`. A path may hold any byte.
    fn read(line: &[u8]) -> Option<Self> {
        let mut rest = line;
        let mut fields = [""; 7];
        for field in &mut fields {
            rest = rest.trim_ascii_start();
            let end = rest.iter().position(|byte| *byte == b' ')?;
            *field = std::str::from_utf8(rest.get(..end)?).ok()?;
            rest = rest.get(end + 1..)?;
        }
        let has_path = !rest.is_empty() && !rest.starts_with(b"@");
        let accepts = u32::from_str_radix(fields[3], 16).ok()? & ACCEPTS != 0;
        let inode = fields[6].parse().ok()?;
        has_path.then(|| Self { inode, accepts, path: OsStr::from_bytes(rest).into() })
    }
}

/// The inodes of a process's sockets.
fn sockets(pid: i32) -> Vec<u64> {
    let Ok(descriptors) = fs::read_dir(file(pid, "fd")) else { return Vec::new() };
    let inode =
        |link: PathBuf| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    let links = descriptors.flatten().take(MOST_DESCRIPTORS);
    links.filter_map(|descriptor| inode(fs::read_link(descriptor.path()).ok()?)).collect()
}

fn executable(pid: i32) -> Option<Executable> {
    let link = file(pid, "exe");
    let name = fs::read_link(&link).ok()?;
    let inode = |path: &Path| fs::metadata(path).map(|status| (status.dev(), status.ino())).ok();
    let runs = inode(&link)?;
    if inode(&name) == Some(runs) {
        return Some(Executable { path: name, now: ExecutableNow::Same });
    }
    let name = name.as_os_str().as_bytes();
    let path = PathBuf::from(OsStr::from_bytes(name.strip_suffix(b" (deleted)").unwrap_or(name)));
    let now = match inode(&path) {
        Some(_) => ExecutableNow::Replaced,
        None => ExecutableNow::Gone,
    };
    Some(Executable { path, now })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lines_of_the_table_are_passed_over() {
        let line = b"0000000000000000: 00000002 00000000 00010000 0001 01  17 /a b\xff";
        let path = OsStr::from_bytes(b"/a b\xff").into();
        assert_eq!(Bound::read(line), Some(Bound { inode: 17, accepts: true, path }));
        for line in [
            &b"Num       RefCount Protocol Flags    Type St Inode Path"[..],
            b"0000000000000000: 00000002 00000000 00010000 0001 01 17 @abstract",
            b"0000000000000000: 00000002 00000000 00010000 0001 01 17",
            b"0000000000000000: 00000002 00000000 00010000 0001 01 seventeen /x",
            b"the rest of a path with a line feed",
            b"",
        ] {
            assert_eq!(Bound::read(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
