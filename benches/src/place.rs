//! Where processes run.

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;

/// Where both ends are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    OneCore,
    TwoCores,
}

impl Place {
    pub const ALL: [Self; 2] = [Self::OneCore, Self::TwoCores];

    pub fn name(self) -> &'static str {
        match self {
            Self::OneCore => "both ends on one core",
            Self::TwoCores => "on two cores",
        }
    }

    pub fn server_core(self) -> usize {
        match self {
            Self::OneCore => 0,
            Self::TwoCores => 1,
        }
    }

    /// Puts this thread on the first core and the server where it belongs.
    pub fn pin(self, server: u32) {
        pin(0, &[0]);
        pin(server, &[self.server_core()]);
    }
}

/// Lets a process run on these cores; process 0 is the calling thread.
pub fn pin(pid: u32, cores: &[usize]) {
    let mut set = CpuSet::new();
    cores.iter().for_each(|core| set.set(*core).expect("a core"));
    sched_setaffinity(Pid::from_raw(pid.cast_signed()), &set).expect("pinned");
}
