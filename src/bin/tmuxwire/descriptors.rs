//! Standard input, output and error, used exactly as tmux's client uses them.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Mutex;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tmuxwire::blocking::{Source, Streams};
use tmuxwire::harmless;

use crate::usage;

/// Most output that is gathered before it is written.
const GATHER: usize = 1 << 16;

/// What stands on descriptors that were closed when we started, so that nothing of ours gets
/// their numbers.
static PLACEHOLDERS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// The three descriptors, and how they were found.
pub(crate) struct Descriptors {
    closed: [bool; 3],
    /// tmux's client closes descriptors 0 and 1 once it has opened them for the server, so a
    /// second command of a list that wants them finds them closed.
    used: [bool; 2],
    gathered: Vec<u8>,
    gathered_for: Output,
    failed: Option<Errno>,
    /// What was typed, for what tmux's client would say of it.
    command: Vec<Vec<u8>>,
    /// Whether errors come on standard output: a control client's, where they travel on the socket.
    errors_on_stdout: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    Stdout,
    Stderr,
}

impl Descriptors {
    /// Looks at the descriptors, and puts `/dev/null` where one is closed.
    pub(crate) fn new() -> Self {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let closed = [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()]
            .map(|fd| fcntl(fd, FcntlArg::F_GETFD) == Err(Errno::EBADF));
        let needed = closed.iter().filter(|closed| **closed).count();
        // Each open takes the lowest free number, so these are just the missing ones.
        let flags = OFlag::O_RDWR;
        let nulls = (0..needed).filter_map(|_| {
            nix::fcntl::open("/dev/null", flags, nix::sys::stat::Mode::empty()).ok()
        });
        if let Ok(mut placeholders) = PLACEHOLDERS.lock() {
            placeholders.extend(nulls.map(File::from));
        }
        Self {
            closed,
            used: [false; 2],
            gathered: Vec::new(),
            gathered_for: Output::Stdout,
            failed: None,
            command: Vec::new(),
            errors_on_stdout: false,
        }
    }

    /// The same for a command, whose usage errors are told as tmux's client tells them.
    pub(crate) fn of(command: &[Vec<u8>]) -> Self {
        Self { command: command.to_vec(), ..Self::new() }
    }

    /// The same for a control client's command.
    pub(crate) fn of_control(command: &[Vec<u8>]) -> Self {
        Self { errors_on_stdout: true, ..Self::of(command) }
    }

    /// Opens descriptor 0 or 1 for the server, once.
    fn open(&mut self, number: usize) -> io::Result<()> {
        if std::mem::replace(&mut self.used[number], true) {
            return Err(Errno::EBADF.into());
        }
        let lowest_closed = self.closed.iter().position(|closed| *closed);
        if self.closed[number] && lowest_closed == Some(number) {
            // In tmux's client, its event library has got this number for its signals. It ends
            // with this line as soon as the descriptor is used.
            complain("[err] evsig_cb: recv: Bad file descriptor");
            std::process::exit(1);
        }
        Ok(())
    }

    fn gather(&mut self, output: Output, data: &[u8]) -> io::Result<()> {
        if self.gathered_for != output || self.gathered.len() + data.len() > GATHER {
            self.write_out();
            self.gathered_for = output;
        }
        self.gathered.extend_from_slice(data);
        match self.failed.take() {
            None => Ok(()),
            Some(errno) => Err(errno.into()),
        }
    }

    fn complain_of_usage(&mut self, data: &[u8]) -> io::Result<()> {
        match usage::complaint(&self.command, data) {
            Some(line) => self.gather(Output::Stderr, &[&line, b"\n".as_slice()].concat()),
            None => Ok(()),
        }
    }

    fn write_out(&mut self) {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let fd = match self.gathered_for {
            Output::Stdout => stdout.as_fd(),
            Output::Stderr => stderr.as_fd(),
        };
        let failed = write_all(fd, &self.gathered).err();
        self.failed = self.failed.or(failed);
        self.gathered.clear();
    }
}

impl Streams for Descriptors {
    fn open_stdin(&mut self) -> io::Result<Source> {
        self.open(0)?;
        io::stdin().as_fd().try_clone_to_owned().map(Source::from_fd)
    }

    fn open_stdout(&mut self) -> io::Result<()> {
        self.open(1)
    }

    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()> {
        if self.errors_on_stdout {
            self.complain_of_usage(data)?;
        }
        self.gather(Output::Stdout, data)
    }

    fn write_stderr(&mut self, data: &[u8]) -> io::Result<()> {
        self.complain_of_usage(data)?;
        self.gather(Output::Stderr, data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_out();
        match self.failed {
            None => Ok(()),
            Some(errno) => Err(errno.into()),
        }
    }
}

/// Writes all of it, also to a descriptor that somebody made non-blocking.
fn write_all(fd: BorrowedFd<'_>, mut data: &[u8]) -> Result<(), Errno> {
    while !data.is_empty() {
        match nix::unistd::write(fd, data) {
            Ok(count) => data = &data[count..],
            Err(Errno::EINTR) if crate::is_signalled() => return Err(Errno::EINTR),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => {
                let _ = poll(&mut [PollFd::new(fd, PollFlags::POLLOUT)], PollTimeout::NONE);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// A line of our own on standard error, if anybody takes it. (What the server prints for the command
/// that was typed goes on byte for byte, as tmux passes it on.)
pub(crate) fn complain(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", harmless::text(text.to_string().as_bytes()));
}

/// Closes again what was closed, before another program takes over.
pub(crate) fn release() {
    if let Ok(mut placeholders) = PLACEHOLDERS.lock() {
        placeholders.clear();
    }
}

/// Lets go of the caller's descriptors: whoever reads them may go on.
pub(crate) fn let_go() {
    let flags = OFlag::O_RDWR;
    let Ok(null) = nix::fcntl::open("/dev/null", flags, nix::sys::stat::Mode::empty()) else {
        return;
    };
    let null: OwnedFd = null;
    let _ = nix::unistd::dup2_stdin(&null);
    let _ = nix::unistd::dup2_stdout(&null);
    let _ = nix::unistd::dup2_stderr(&null);
}
