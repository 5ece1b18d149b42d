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
/// How often it is looked whether the program has ended: what it has started may hold the pipe.
const LOOK: Duration = Duration::from_millis(20);
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
    let mut said = Vec::new();
    // Open until the end: who still writes then must not end by that.
    let ended = match &mut pipe {
        Some(pipe) => listen(&mut child, pipe, deadline, &mut said)?,
        None => None,
    };
    if let Some(status) = ended {
        return Ok(Answer { status, said });
    }
    if !Leaving::of([child.id()]).wait(deadline) {
        // Without it nothing is left to wait for; what it has started is its own.
        let _ = child.kill();
        child.wait()?;
        let text = format!("no answer within {} s", LIMIT.as_secs());
        return Err(io::Error::new(io::ErrorKind::TimedOut, text));
    }
    Ok(Answer { status: child.wait()?, said })
}

/// Reads until nobody holds the other end, the program has ended and all that it said is read, or the
/// time is up. How the program ended, if it is known.
fn listen(
    child: &mut Child,
    pipe: &mut File,
    deadline: Instant,
    said: &mut Vec<u8>,
) -> io::Result<Option<ExitStatus>> {
    loop {
        let ended = child.try_wait()?;
        let news = read(pipe, if ended.is_some() { Duration::ZERO } else { LOOK }, said)?;
        let all_is_said = ended.is_some() && news == News::None;
        if all_is_said || news == News::End || Instant::now() >= deadline {
            return Ok(ended);
        }
    }
}

#[derive(PartialEq, Eq)]
enum News {
    Some,
    None,
    End,
}

/// Reads once, if something comes within the time.
fn read(pipe: &mut File, within: Duration, said: &mut Vec<u8>) -> io::Result<News> {
    let timeout = PollTimeout::try_from(within).unwrap_or(PollTimeout::ZERO);
    match poll(&mut [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)], timeout) {
        Ok(0) | Err(Errno::EINTR) => return Ok(News::None),
        Ok(_) => {}
        Err(errno) => return Err(errno.into()),
    }
    let mut buffer = [0; 4096];
    match pipe.read(&mut buffer)? {
        0 => Ok(News::End),
        count => {
            let count = count.min(KEPT - said.len());
            said.extend_from_slice(buffer.get(..count).unwrap_or_default());
            Ok(News::Some)
        }
    }
}
