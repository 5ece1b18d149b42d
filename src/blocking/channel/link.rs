//! Our ends of the two streams of one connection.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{read, write};
use tmuxwire_protocol::Transmit;

use crate::exchange::Exchange;
use crate::socket::{self, send_some};

/// A byte that no line of a server has: it ends a blocking read of ours.
const NUDGE: u8 = 0;

/// The streams, and what wakes those who wait for them.
#[derive(Debug)]
pub(super) struct Link {
    /// A socket: writing to it gives no SIGPIPE.
    writer: UnixStream,
    /// Blocks, unless callers look before they sleep. `None` if the lines come on the socket.
    reader: Option<OwnedFd>,
    /// The server's end of what we read.
    server_end: Option<OwnedFd>,
    /// Readable for ever once somebody wants the watcher out: its two ends.
    alarm: (OwnedFd, OwnedFd),
    /// The server doesn't read any more.
    deaf: AtomicBool,
    looks_first: bool,
}

/// How long to wait for the server.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    pub(super) deadline: Option<Instant>,
    /// Whether to come back, too, when there is room for more of our lines.
    pub(super) for_room: bool,
}

impl Link {
    /// With `looks_first` a reader can wait without sleeping.
    pub(super) fn new(
        writer: UnixStream,
        reader: Option<OwnedFd>,
        server_end: Option<OwnedFd>,
        looks_first: bool,
    ) -> Result<Self, Errno> {
        if let Some(reader) = reader.as_ref().filter(|_| looks_first) {
            fcntl(reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let alarm = socket::pipe()?;
        Ok(Self { writer, reader, server_end, alarm, deaf: AtomicBool::new(false), looks_first })
    }

    /// What callers read themselves; `None` if the watcher does it.
    pub(super) fn reader(&self) -> Option<BorrowedFd<'_>> {
        self.reader.as_ref().map(AsFd::as_fd)
    }

    /// What is readable once the watcher is wanted out.
    pub(super) fn alarmed(&self) -> BorrowedFd<'_> {
        self.alarm.0.as_fd()
    }

    /// Wants the watcher out.
    pub(super) fn alarm(&self) {
        let _ = write(&self.alarm.1, &[NUDGE]);
    }

    /// Wakes who reads, without waiting. What he gets up to the nudge is the server's.
    pub(super) fn nudge(&self) {
        let Some(end) = &self.server_end else { return };
        // A pipe without room for it wakes him anyway.
        match without_blocking(end) {
            Ok(own) => drop(write(&own, &[NUDGE])),
            // Nothing better than to set it for the server as well, who has it so itself.
            Err(_) => {
                let _ = fcntl(end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))
                    .and_then(|_| write(end, &[NUDGE]));
            }
        }
    }

    /// Writes what there is room for, a mark behind it. A failure shows on the socket.
    pub(super) fn write(&self, exchange: &mut Exchange) {
        exchange.mark();
        while !exchange.outgoing().is_empty() && !self.deaf.load(Ordering::Relaxed) {
            let transmit = Transmit::plain(exchange.outgoing());
            match send_some(self.writer.as_fd(), transmit) {
                Ok(count) => exchange.handle_sent(count),
                Err(Errno::EAGAIN) => return,
                Err(_) => self.deaf.store(true, Ordering::Relaxed),
            }
        }
    }

    /// Whether lines wait for room that there may be one day.
    pub(super) fn wants_room(&self, exchange: &Exchange) -> bool {
        !exchange.outgoing().is_empty() && !self.deaf.load(Ordering::Relaxed)
    }

    /// Looks again and again, for as long as that, whether something arrives.
    pub(super) fn look(&self, buffer: &mut [u8], limit: Duration) -> Result<usize, Errno> {
        let Some(reader) = self.reader.as_ref().filter(|_| self.looks_first) else { return Ok(0) };
        let until = Instant::now() + limit;
        loop {
            match read_some(reader, buffer)? {
                0 if Instant::now() < until => std::hint::spin_loop(),
                count => return Ok(count),
            }
        }
    }

    /// Waits for the server and reads; 0 bytes if something else ended the wait.
    pub(super) fn receive(&self, buffer: &mut [u8], patience: Patience) -> Result<usize, Errno> {
        let Some(reader) = &self.reader else { return Ok(0) };
        // A read that blocks saves the call that waits for it.
        if self.looks_first || patience.for_room || patience.deadline.is_some() {
            let readable = self.wait(reader, patience)?;
            if !readable {
                return Ok(0);
            }
        }
        read_some(reader, buffer)
    }

    /// Reads what has arrived, without waiting for more.
    pub(super) fn receive_now(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match &self.reader {
            Some(reader) if is_readable(reader) => read_some(reader, buffer),
            _ => Ok(0),
        }
    }

    fn wait(&self, reader: &OwnedFd, patience: Patience) -> Result<bool, Errno> {
        let timeout = patience.deadline.map_or(PollTimeout::NONE, |deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            // Rounded up, or the last millisecond would be spent spinning.
            PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX)
        });
        let mut fds = [
            PollFd::new(reader.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.writer.as_fd(), PollFlags::POLLOUT),
        ];
        let fds = if patience.for_room { &mut fds[..] } else { &mut fds[..1] };
        match poll(fds, timeout) {
            Ok(_) => Ok(fds[0].any() == Some(true)),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn read_some(reader: &OwnedFd, buffer: &mut [u8]) -> Result<usize, Errno> {
    loop {
        match read(reader, buffer) {
            // We hold the other end, too, so that there is no end of file.
            Ok(0) => return Err(Errno::EPIPE),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => return Ok(0),
            other => return other,
        }
    }
}

/// The same end of a pipe with flags of our own: whether the other ones block is up to the server.
#[cfg(target_os = "linux")]
fn without_blocking(end: &OwnedFd) -> Result<OwnedFd, Errno> {
    use std::os::fd::AsRawFd;
    let flags = OFlag::O_WRONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let path = format!("/proc/self/fd/{}", end.as_raw_fd());
    nix::fcntl::open(path.as_str(), flags, nix::sys::stat::Mode::empty())
}

#[cfg(not(target_os = "linux"))]
fn without_blocking(_: &OwnedFd) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

fn is_readable(reader: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
    matches!(poll(&mut fds, PollTimeout::ZERO), Ok(1..))
}
