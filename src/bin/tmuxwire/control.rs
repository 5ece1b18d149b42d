//! `tmux -C` and `tmux -CC`: a control client on our standard input and output.

use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;

use nix::sys::termios::{
    ControlFlags, InputFlags, LocalFlags, OutputFlags, SetArg, SpecialCharacterIndices, Termios,
    cfgetispeed, cfgetospeed, cfsetispeed, cfsetospeed, tcgetattr, tcsetattr,
};
use tmuxwire::blocking::{ControlEnd, Framing, Server};
use tmuxwire::{Command, Error, harmless, system_text};

use crate::client::signal_pipe;
use crate::descriptors::{Descriptors, complain};
use crate::options::Options;

/// What ends the string that the server has begun.
const END_OF_STRING: &[u8] = b"\x1b\\";

/// Runs the control client, and answers the status to exit with.
pub(crate) fn run(server: &Server, options: &Options, command: &[Vec<u8>]) -> Result<i32, Error> {
    let framing = match options.control {
        1 => Framing::None,
        _ => Framing::ControlString,
    };
    let (stdin, stdout) = (io::stdin(), io::stdout());
    let modes = match (framing == Framing::ControlString).then(make_raw).transpose() {
        Ok(modes) => modes,
        Err(errno) => {
            complain(format_args!("tcgetattr failed: {}", system_text(errno as i32)));
            return Ok(1);
        }
    };
    let mut descriptors = Descriptors::of_control(command);
    let signals = signal_pipe();
    let cancel = signals.as_ref().map(|(reader, _)| reader.as_fd());
    let passed = [stdin.as_fd(), stdout.as_fd()];
    let command = Command::new(command).any_file();
    let outcome = server.control(command, passed, framing, &mut descriptors, cancel);
    make_blocking();
    if let Ok(end) = &outcome {
        say_goodbye(end);
    }
    if let Some(modes) = modes {
        // Without a client there was no string, and the real tmux may take over.
        if outcome.is_ok() {
            let _ = io::stdout().write_all(END_OF_STRING);
            let _ = io::stdout().flush();
        }
        let _ = tcsetattr(&stdin, SetArg::TCSAFLUSH, &modes);
    }
    outcome.map(|end| end.status)
}

/// `%exit`, and what is read after it if the client was told to wait.
fn say_goodbye(end: &ControlEnd) {
    if end.is_silent {
        return end.reason.iter().for_each(complain);
    }
    let mut stdout = io::stdout();
    let _ = match &end.reason {
        Some(reason) => writeln!(stdout, "%exit {}", harmless::line(reason.as_bytes())),
        None => writeln!(stdout, "%exit"),
    };
    let _ = stdout.flush();
    if end.waits {
        let lines = io::stdin().lock().split(b'\n').map_while(Result::ok);
        lines.take_while(|line| !line.is_empty()).for_each(drop);
    }
}

/// The server has made them non-blocking, for everybody who shares them.
fn make_blocking() {
    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    let (stdin, stdout) = (io::stdin(), io::stdout());
    for fd in [stdin.as_fd(), stdout.as_fd()] {
        if let Ok(flags) = fcntl(fd, FcntlArg::F_GETFL) {
            let flags = OFlag::from_bits_retain(flags) & !OFlag::O_NONBLOCK;
            let _ = fcntl(fd, FcntlArg::F_SETFL(flags));
        }
    }
}

/// Lets lines through as they come; answers the modes before.
fn make_raw() -> nix::Result<Termios> {
    let stdin = io::stdin();
    let before = tcgetattr(&stdin)?;
    let mut modes = before.clone();
    modes.input_flags = InputFlags::ICRNL | InputFlags::IXANY;
    modes.output_flags = OutputFlags::OPOST | OutputFlags::ONLCR;
    modes.local_flags = LocalFlags::empty();
    modes.control_flags = ControlFlags::CREAD | ControlFlags::CS8 | ControlFlags::HUPCL;
    modes.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
    modes.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
    cfsetispeed(&mut modes, cfgetispeed(&before))?;
    cfsetospeed(&mut modes, cfgetospeed(&before))?;
    tcsetattr(&stdin, SetArg::TCSANOW, &modes)?;
    Ok(before)
}
