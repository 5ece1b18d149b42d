//! What a program says when it is asked for its version, which has a limit: it may never end.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command as Program, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::leaving::Leaving;

const LIMIT: Duration = Duration::from_secs(2);
/// More is read, but not kept.
const KEPT: usize = 1 << 16;

/// How the program ended, and what it said.
pub(super) struct Answer {
    pub(super) status: ExitStatus,
    pub(super) said: Vec<u8>,
}

/// What a program prints when it is asked for its version.
pub(super) fn output(program: &mut Program) -> io::Result<Answer> {
    let mut child = start(program.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let pipe = child.stdout.take().map(|pipe| File::from(OwnedFd::from(pipe)));
    wait(child, pipe)
}

/// What it complains of then.
pub(super) fn complaint(program: &mut Program) -> io::Result<Answer> {
    let mut child = start(program.stdout(Stdio::null()).stderr(Stdio::piped()))?;
    let pipe = child.stderr.take().map(|pipe| File::from(OwnedFd::from(pipe)));
    wait(child, pipe)
}

fn start(program: &mut Program) -> io::Result<Child> {
    program.arg("-V").stdin(Stdio::null()).spawn()
}

fn wait(mut child: Child, mut pipe: Option<File>) -> io::Result<Answer> {
    let deadline = Instant::now() + LIMIT;
    // Open until the end: who still writes then must not end by that.
    let said = pipe.as_mut().map(|pipe| read(pipe, deadline)).unwrap_or_default();
    if !Leaving::of([child.id()]).wait(deadline) {
        // Without it nothing is left to wait for; what it has started is its own.
        let _ = child.kill();
        child.wait()?;
        let text = format!("no answer within {} s", LIMIT.as_secs());
        return Err(io::Error::new(io::ErrorKind::TimedOut, text));
    }
    Ok(Answer { status: child.wait()?, said })
}

/// What comes until the end, or until the time is up.
fn read(pipe: &mut File, deadline: Instant) -> Vec<u8> {
    let (mut said, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return said;
        }
        let timeout = PollTimeout::try_from(left + Duration::from_millis(1));
        let timeout = timeout.unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)], timeout) {
            Ok(0) | Err(Errno::EINTR) => continue,
            Ok(_) => {}
            Err(_) => return said,
        }
        match pipe.read(&mut buffer) {
            Ok(count @ 1..) => {
                let count = count.min(KEPT - said.len());
                said.extend_from_slice(buffer.get(..count).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return said,
        }
    }
}
