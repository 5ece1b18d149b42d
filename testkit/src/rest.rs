//! Rest: what changes a state has arrived.
//!
//! A server is one thread: what came before a question is done when that is answered. But its programs
//! run beside it, and what they say may be on its way. So a state is known when all of them sleep, the
//! server has answered, and none of them has run meanwhile.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::server::TestServer;
use crate::wait::{is_running, wait_until};

/// How often each thread of some processes has been run; only if all of them sleep.
type Sleepers = BTreeMap<PathBuf, u64>;

impl TestServer {
    /// Asks the server, once all programs that it has started sleep, and these processes beside it with
    /// what they have started, and again if one of them has run meanwhile. One beside it that has ended
    /// doesn't count.
    ///
    /// # Panics
    /// If they don't come to rest within 60 s.
    pub fn at_rest<T>(&self, beside: &[u32], mut ask: impl FnMut() -> T) -> T {
        let asleep = || {
            let beside = beside.iter().copied().filter(|process| is_running(*process));
            let beside = beside.flat_map(|process| [vec![process], children(process)].concat());
            asleep(children(self.pid()).into_iter().chain(beside))
        };
        let mut answer = None;
        wait_until("the server and its programs are at rest", || {
            let before = asleep();
            if before.is_none() {
                return false;
            }
            answer = Some(ask());
            asleep() == before
        });
        answer.expect("it was asked")
    }

    /// Returns once the server, all its programs and these processes beside it have nothing more to do.
    ///
    /// # Panics
    /// If they don't come to rest within 60 s.
    pub fn rest(&self, beside: &[u32]) {
        self.at_rest(beside, || self.tmux(["start-server", ";", "start-server"]));
    }
}

/// The processes below one, whoever started them.
fn children(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for task in tasks(process) {
        let own = std::fs::read_to_string(task.join("children")).unwrap_or_default();
        for child in own.split_whitespace().filter_map(|child| child.parse().ok()) {
            found.push(child);
            found.extend(children(child));
        }
    }
    found
}

/// The threads of a process, as the kernel shows them; none of one that has ended.
fn tasks(process: u32) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn asleep(processes: impl Iterator<Item = u32>) -> Option<Sleepers> {
    let mut sleepers = Sleepers::new();
    for task in processes.flat_map(tasks) {
        let status = std::fs::read_to_string(task.join("status")).ok()?;
        let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
        // One that has ended and waits to be collected is news for its parent.
        if !field("State:")?.trim_start().starts_with(['S', 'T', 't']) {
            return None;
        }
        let switches = ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"];
        let runs = switches.iter().filter_map(|name| field(name)?.trim().parse::<u64>().ok());
        sleepers.insert(task, runs.sum());
    }
    Some(sleepers)
}
