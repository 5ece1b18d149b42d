//! A client on this terminal.

use std::ffi::OsStr;
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::Command as Program;

use nix::sys::signal::{Signal, kill};
use nix::unistd::getppid;
use tmuxwire::blocking::{Attached, Host, Order, Server};
use tmuxwire::{AttachEnd, AttachOptions, Command, Error, ErrorKind};

use crate::client::signal_pipe;
use crate::descriptors::Descriptors;
use crate::options::Options;
use crate::shell;

/// Attaches, and answers the status to exit with.
pub(crate) fn run(server: &Server, options: &Options, command: &[Vec<u8>]) -> Result<i32, Error> {
    let mut client = AttachOptions::new().command(Command::new(command).any_file());
    for features in &options.features {
        client = client.features(features.as_str());
    }
    if options.colours_256 {
        client = client.colours_256();
    }
    let mut descriptors = Descriptors::of(command);
    let Ok(terminal) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return Ok(1);
    };
    crate::report_sizes();
    let mut signals = Signals { pipe: signal_pipe(), last: None };
    match server.attach(terminal, &client, &mut descriptors, &mut signals) {
        Ok(Attached::Never(status)) => Ok(status),
        Ok(Attached::Ended(end)) => Ok(say_goodbye(&end, signals.last, options.login_shell)),
        Err(error) if error.kind() == &ErrorKind::Cancelled => Ok(crate::end_by_signal()),
        Err(error) => Err(error),
    }
}

/// The last line, and what the end asks for.
fn say_goodbye(end: &AttachEnd, signal: Option<Signal>, login: bool) -> i32 {
    let text = match (end, signal) {
        (AttachEnd::Exec { command, shell }, _) => {
            return shell::become_shell(Path::new(shell), command, login);
        }
        (AttachEnd::Left, Some(Signal::SIGHUP)) => String::from("lost tty"),
        (AttachEnd::Left, _) => String::from("terminated"),
        (end, _) => end.to_string(),
    };
    let _ = writeln!(std::io::stdout(), "[{text}]");
    let parent = getppid();
    if matches!(end, AttachEnd::Detached { hang_up: true, .. }) && parent.as_raw() > 1 {
        let _ = kill(parent, Signal::SIGHUP);
    }
    end.status()
}

/// What signals tell an attached client.
struct Signals {
    /// Without a pipe, signals end us as they end any client.
    pipe: Option<(OwnedFd, OwnedFd)>,
    /// The last one that ends a client.
    last: Option<Signal>,
}

impl Host for Signals {
    fn attached(&mut self) {
        crate::keep_terminal();
    }

    fn signal(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(|(reader, _)| reader.as_fd())
    }

    fn next_order(&mut self) -> Option<Order> {
        let (reader, _) = self.pipe.as_ref()?;
        let mut byte = [0];
        match nix::unistd::read(reader, &mut byte) {
            Ok(1) => {}
            _ => return None,
        }
        match Signal::try_from(i32::from(byte[0])) {
            Ok(Signal::SIGWINCH) => Some(Order::Resize),
            Ok(signal) => {
                self.last = Some(signal);
                Some(Order::Leave)
            }
            Err(_) => None,
        }
    }

    fn suspend(&mut self) {
        crate::stop_self();
    }

    fn lock(&mut self, command: &OsStr) {
        let _ = Program::new("/bin/sh").arg("-c").arg(command).status();
    }
}
