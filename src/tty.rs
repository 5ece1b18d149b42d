//! A terminal, and how it was before somebody else got it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, Instant};

use nix::errno::Errno;
#[cfg(feature = "tokio")]
use nix::fcntl::open;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{
    FlushArg, SetArg, SpecialCharacterIndices, Termios, tcflush, tcgetattr, tcsetattr,
};
#[cfg(feature = "tokio")]
use nix::sys::{stat::Mode, termios::LocalFlags};

/// How long a terminal that takes no output is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

/// The kernel's modes. What else the structure has room for, some C libraries leave as they find it.
fn are_same(left: &Termios, right: &Termios) -> bool {
    let flags = |modes: &Termios| {
        (modes.input_flags, modes.output_flags, modes.control_flags, modes.local_flags)
    };
    let keys = ..=SpecialCharacterIndices::VEOL2 as usize;
    flags(left) == flags(right) && left.control_chars.get(keys) == right.control_chars.get(keys)
}

/// Whether a pane's terminal, named by its server, takes whole lines and shows nothing of what is
/// typed, as for a password. `None` where it can't be asked; nothing else than a pty is opened.
#[cfg(feature = "tokio")]
pub(crate) fn hides_lines(path: &str) -> Option<bool> {
    let number = path.strip_prefix("/dev/pts/")?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let flags = OFlag::O_RDONLY | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let terminal = open(path, flags, Mode::empty()).ok()?;
    let modes = tcgetattr(&terminal).ok()?.local_flags;
    Some(modes.contains(LocalFlags::ICANON) && !modes.contains(LocalFlags::ECHO))
}

/// A terminal with the modes that it had when this was made.
pub(crate) struct Tty {
    fd: OwnedFd,
    modes: Termios,
    /// As its user changed them meanwhile.
    changed: Option<Termios>,
    flags: OFlag,
}

impl Tty {
    /// Takes note of a terminal's modes.
    ///
    /// # Errors
    /// ENOTTY if it isn't one.
    pub(crate) fn new(fd: OwnedFd) -> Result<Self, Errno> {
        let modes = tcgetattr(&fd)?;
        let flags = OFlag::from_bits_truncate(fcntl(&fd, FcntlArg::F_GETFL)?);
        Ok(Self { fd, modes, changed: None, flags })
    }

    /// Takes note again, where its user may have changed something.
    pub(crate) fn note_again(&mut self) {
        self.changed = tcgetattr(&self.fd).ok();
    }

    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Its path, empty if it has none here.
    pub(crate) fn name(&self) -> Vec<u8> {
        let name = nix::unistd::ttyname(&self.fd);
        name.map(|path| path.into_os_string().into_vec()).unwrap_or_default()
    }

    /// Whether the modes are those of then, or as they were noted again: servers after 3.1 give
    /// back those of then.
    pub(crate) fn is_as_it_was(&self) -> bool {
        let noted = [Some(&self.modes), self.changed.as_ref()];
        tcgetattr(&self.fd)
            .is_ok_and(|modes| noted.into_iter().flatten().any(|noted| are_same(&modes, noted)))
    }

    /// Gives it its modes back, after `sequence` has told the terminal to leave what it was in. A
    /// terminal that takes no output for half a second doesn't get all of it.
    pub(crate) fn restore(&self, sequence: &[u8]) {
        let nonblocking = FcntlArg::F_SETFL(self.flags | OFlag::O_NONBLOCK);
        if fcntl(&self.fd, nonblocking).is_err() || !self.write(sequence) {
            // What stands in its way is of no use to anybody any more.
            let _ = tcflush(&self.fd, FlushArg::TCOFLUSH);
            self.write(sequence);
        }
        let _ = tcsetattr(&self.fd, SetArg::TCSANOW, self.changed.as_ref().unwrap_or(&self.modes));
        self.restore_flags();
    }

    /// Makes it blocking again if it was.
    pub(crate) fn restore_flags(&self) {
        let _ = fcntl(&self.fd, FcntlArg::F_SETFL(self.flags));
    }

    /// Whether all of it was taken.
    fn write(&self, mut data: &[u8]) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !data.is_empty() {
            match nix::unistd::write(&self.fd, data) {
                Ok(count) => data = data.get(count..).unwrap_or_default(),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
                    let mut fds = [PollFd::new(self.fd.as_fd(), PollFlags::POLLOUT)];
                    if left.is_zero() || poll(&mut fds, timeout) == Ok(0) {
                        return false;
                    }
                }
                // It is closed: there is nothing left to bring back.
                Err(_) => return true,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;
    use nix::sys::termios::LocalFlags;

    use super::*;

    #[test]
    fn modes_are_compared_as_the_kernel_knows_them() {
        let pty = openpty(None, None).unwrap();
        let modes = tcgetattr(&pty.slave).unwrap();
        let mut other = modes.clone();
        // What a C library may have left there.
        *other.control_chars.last_mut().unwrap() ^= 0xff;
        assert!(are_same(&modes, &other));
        other.control_chars[SpecialCharacterIndices::VINTR as usize] ^= 1;
        assert!(!are_same(&modes, &other));
        let mut other = modes.clone();
        other.local_flags.toggle(LocalFlags::ECHO);
        assert!(!are_same(&modes, &other));
    }
}
