//! Waiting for a condition, with a deadline that is a failure.

use std::path::Path;
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(2);

/// Returns as soon as the condition holds.
///
/// # Panics
/// If it does not within 60 s.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Returns as soon as a process has ended; one that its parent has not collected yet counts.
///
/// # Panics
/// If it does not within 60 s.
pub fn wait_for_exit(pid: u32) {
    wait_until("the process has ended", || !is_running(pid));
}

pub(crate) fn is_running(pid: u32) -> bool {
    let status = Path::new("/proc").join(pid.to_string()).join("stat");
    match std::fs::read_to_string(status) {
        Err(_) => false,
        Ok(status) => {
            !status.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with(['Z', 'X']))
        }
    }
}
