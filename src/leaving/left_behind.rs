//! Processes that outlive the panes that they were started in.

use std::fs::{self, File};
use std::io::Read;

use bstr::{BString, ByteSlice};
use tmuxwire_operations::PaneId;

/// Most of a process's environment that is looked at.
const MOST: u64 = 1 << 20;

/// A process that was started in a pane and lives on without it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LeftBehind {
    /// The process.
    pub pid: u32,
    /// What the kernel calls it: at most 15 bytes of its program's name.
    pub name: BString,
}

/// Processes whose environment says that they were started in one of these panes of a server.
pub(crate) fn in_panes(panes: &[PaneId], server: i32) -> Vec<LeftBehind> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let of_panes = pids.filter(|pid| *pid != std::process::id() && is_of(*pid, panes, server));
    of_panes.map(|pid| LeftBehind { pid, name: name(pid) }).collect()
}

fn is_of(pid: u32, panes: &[PaneId], server: i32) -> bool {
    let mut environment = Vec::new();
    let Ok(file) = File::open(format!("/proc/{pid}/environ")) else { return false };
    if file.take(MOST).read_to_end(&mut environment).is_err() {
        return false;
    }
    let value = |name: &[u8]| {
        let mut variables = environment.split(|byte| *byte == 0);
        variables.find_map(|variable| variable.strip_prefix(name)).map(<[u8]>::to_vec)
    };
    // `SOCKET,PROCESS,SESSION`
    let process = value(b"TMUX=").and_then(|tmux| {
        tmux.rsplitn(3, |byte| *byte == b',').nth(1)?.to_str().ok()?.parse::<i32>().ok()
    });
    let pane = value(b"TMUX_PANE=").and_then(|pane| PaneId::parse(&pane));
    process == Some(server) && pane.is_some_and(|pane| panes.contains(&pane))
}

fn name(pid: u32) -> BString {
    let name = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.strip_suffix(b"\n").unwrap_or(&name).into()
}
