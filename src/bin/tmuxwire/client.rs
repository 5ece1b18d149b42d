//! One command line from its arguments to its exit status.

use std::ffi::OsString;
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use tmuxwire::blocking::Server;
use tmuxwire::{Address, Charset, Command, Error, ErrorKind, needs_terminal, remedy};

use crate::descriptors::{Descriptors, complain};
use crate::options::{self, Options};
use crate::{attach, control, handover, shell, terminal};

const NO_ENTRY: &str = "the terminal's type has no terminfo entry that can be read";

/// Runs the command line; answers the status to exit with.
pub(crate) fn run(arguments: &[OsString]) -> i32 {
    if options::asks_our_version(arguments) {
        let _ = writeln!(std::io::stdout(), "tmuxwire {}", env!("CARGO_PKG_VERSION"));
        return 0;
    }
    if options::asks_our_help(arguments) {
        let _ = writeln!(std::io::stdout(), "{}", handover::HELP);
        return 0;
    }
    let options = match options::parse(arguments) {
        Ok(options) => options,
        Err(why) => return handover::options_to_tmux(arguments, why),
    };
    let words = arguments.get(options.command_at..).unwrap_or_default();
    let command: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    let tty = terminal::is_on_stdin();
    if tty && !terminal::is_known() {
        return handover::to_tmux(arguments, NO_ENTRY);
    }
    if needs_terminal(&command, tty) && handover::is_wanted_to_attach() {
        return handover::to_tmux(arguments, "TMUXWIRE_ATTACH wants it");
    }
    let outcome = address(&options).and_then(|address| serve(address, &options, &command, tty));
    match outcome {
        Ok(status) => status,
        Err(error)
            if !options.never_start && handover::starts_server(&error, &options, &command) =>
        {
            handover::to_tmux(arguments, "no server is running")
        }
        Err(error) if matches!(error.kind(), ErrorKind::UnknownTerminal(_)) => {
            handover::to_tmux(arguments, NO_ENTRY)
        }
        Err(error) => report(&error),
    }
}

/// Does what the options ask of a running server.
fn serve(
    address: Address,
    options: &Options,
    command: &[Vec<u8>],
    tty: bool,
) -> Result<i32, Error> {
    let charset = match options.utf8 {
        true => Charset::Utf8,
        false => Charset::from_environment(|name| std::env::var_os(name)),
    };
    crate::ignore_sigpipe();
    // Whoever looks for tmux's clients among the processes knows them by this name.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_name(c"tmux: client");
    let server = Server::with_charset(address, charset).never_start();
    match &options.shell_command {
        Some(shell_command) => shell::run(&server, shell_command, options.login_shell),
        None if options.control > 0 => control::run(&server, options, command),
        None if tty && needs_terminal(command, tty) => attach::run(&server, options, command),
        None => talk(server, command),
    }
}

fn address(options: &Options) -> Result<Address, Error> {
    let variable = |name: &str| std::env::var_os(name);
    match (&options.socket_path, &options.label) {
        (Some(path), _) => Ok(Address::path(path)),
        (None, Some(label)) => Address::label(label, variable),
        (None, None) => Address::from_environment(variable),
    }
}

fn talk(server: Server, command: &[Vec<u8>]) -> Result<i32, Error> {
    let mut descriptors = Descriptors::of(command);
    crate::leave_on_signals();
    let server = server.hold_with(crate::hold_in_child);
    let signals = tmuxwire::may_leave_job(command).then(signal_pipe).flatten();
    let cancel = signals.as_ref().map(|(reader, _)| reader.as_fd());
    server.stream_until(Command::new(command).any_file(), &mut descriptors, cancel)
}

/// A pipe that signals make readable. Without one they end us at once.
pub(crate) fn signal_pipe() -> Option<(OwnedFd, OwnedFd)> {
    let pipe = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).ok()?;
    crate::report_signals(&pipe.1);
    Some(pipe)
}

/// Tells of a failure as tmux does, and answers its exit status.
fn report(error: &Error) -> i32 {
    match error.kind() {
        // tmux's client takes this for a good end.
        ErrorKind::ServerShutdown => return 0,
        ErrorKind::Cancelled => return crate::end_by_signal(),
        ErrorKind::Io => match error.reason() {
            Some(source) => complain(source),
            None => complain(error),
        },
        _ => complain(error),
    }
    if let Some(remedy) = remedy(error) {
        complain(format_args!("tmuxwire: {remedy}"));
    }
    match error.kind() {
        ErrorKind::AccessRefused { status } => *status,
        _ => 1,
    }
}
