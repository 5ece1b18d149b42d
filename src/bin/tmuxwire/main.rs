//! `tmuxwire`: a drop-in for the `tmux` client that talks to the server itself.
//!
//! This file is the only one of the project with unsafe code: the C entry point, signals and
//! `fork`. Rust's own start-up is left out because it opens `/dev/null` where a standard
//! descriptor is closed, which must be seen and answered as tmux does, and for its time.
#![no_main]
#![expect(unsafe_code, reason = "entry point, signals and fork have no safe form")]

mod attach;
mod client;
mod control;
mod descriptors;
mod handover;
mod options;
mod shell;
mod terminal;
mod usage;

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use nix::libc;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, raise, sigaction};
use nix::unistd::ForkResult;
use tmuxwire::blocking::Held;

/// The C library's allocator of a static build asks the kernel for each of its size classes, which
/// costs more than all the work at hand.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// The writing end of the pipe that tells of a signal; -1 before there is one.
static SIGNAL_PIPE: AtomicI32 = AtomicI32::new(-1);
/// Whether SIGPIPE had its default meaning before we ignored it.
static SIGPIPE_CHANGED: AtomicBool = AtomicBool::new(false);
/// The signal that arrived; 0 before one did.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// The C library's entry point.
///
/// # Safety
/// To be called once, by the C library, with `count` arguments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(count: c_int, arguments: *const *const c_char) -> c_int {
    let count = usize::try_from(count).unwrap_or(0);
    let arguments = (0..count).map(|at| {
        // SAFETY: the C library passes `count` valid strings, which live as long as the process.
        let argument = unsafe { CStr::from_ptr(*arguments.add(at)) };
        OsStr::from_bytes(argument.to_bytes()).to_owned()
    });
    client::run(&arguments.collect::<Vec<OsString>>())
}

/// Ignores SIGPIPE, as tmux does; a write says EPIPE instead.
fn ignore_sigpipe() {
    let before = set(Signal::SIGPIPE, SigHandler::SigIgn);
    SIGPIPE_CHANGED.store(matches!(before, Some(SigHandler::SigDfl)), Ordering::Relaxed);
}

/// Gives SIGPIPE back as it was before another program takes over.
fn restore_sigpipe() {
    if SIGPIPE_CHANGED.load(Ordering::Relaxed) {
        set(Signal::SIGPIPE, SigHandler::SigDfl);
    }
}

/// SIGTERM and SIGHUP end a tmux client at once, with status 0. The closed connection ends the
/// command's wait in the server.
fn leave_on_signals() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        set(signal, SigHandler::Handler(leave));
    }
}

extern "C" fn leave(_: c_int) {
    // SAFETY: `_exit` is async-signal-safe and doesn't return.
    unsafe { libc::_exit(0) }
}

/// From here on SIGINT, SIGTERM and SIGHUP make the given pipe readable instead of ending us:
/// for commands whose connection must not just be closed.
fn report_signals(pipe: &OwnedFd) {
    SIGNAL_PIPE.store(pipe.as_raw_fd(), Ordering::Relaxed);
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        set(signal, SigHandler::Handler(report));
    }
    // A shell that runs us in the background has it ignored, and means it.
    if let Some(SigHandler::SigIgn) = set(Signal::SIGINT, SigHandler::Handler(report)) {
        set(Signal::SIGINT, SigHandler::SigIgn);
    }
}

extern "C" fn report(signal: c_int) {
    SIGNAL.store(signal, Ordering::Relaxed);
    pass_on(signal);
}

/// The same for SIGWINCH, which interrupts nothing.
fn report_sizes() {
    set(Signal::SIGWINCH, SigHandler::Handler(pass_on));
}

extern "C" fn pass_on(signal: c_int) {
    // SAFETY: `write` is async-signal-safe. The pipe is open until the process ends; should it be
    // full, it is readable already.
    unsafe { libc::write(SIGNAL_PIPE.load(Ordering::Relaxed), (&raw const signal).cast(), 1) };
}

/// From here on the terminal is the server's: nothing that is typed or sent may interrupt or stop
/// us before it is back.
fn keep_terminal() {
    for signal in IGNORED {
        set(signal, SigHandler::SigIgn);
    }
}

/// What keys and background reads and writes send, and what tells a tmux server something.
const IGNORED: [Signal; 7] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
];

/// Stops as if by a key; returns when we go on. Where nobody could let us go on, the system
/// doesn't stop us.
fn stop_self() {
    set(Signal::SIGTSTP, SigHandler::SigDfl);
    let _ = raise(Signal::SIGTSTP);
    set(Signal::SIGTSTP, SigHandler::SigIgn);
}

/// Every signal as a program expects it that takes over.
fn restore_signals() {
    for signal in IGNORED.into_iter().chain([Signal::SIGPIPE]) {
        set(signal, SigHandler::SigDfl);
    }
}

/// Whether a signal was reported.
fn is_signalled() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// Ends as the reported signal would have: by it for SIGINT, with status 0 as tmux for the others.
fn end_by_signal() -> c_int {
    if SIGNAL.load(Ordering::Relaxed) == libc::SIGINT {
        set(Signal::SIGINT, SigHandler::SigDfl);
        let _ = raise(Signal::SIGINT);
    }
    0
}

/// Leaves a process behind that keeps the connection open as long as the server needs it.
fn hold_in_child(held: Held) {
    // SAFETY: there is one thread, so the child may do anything.
    if let Ok(ForkResult::Child) = unsafe { nix::unistd::fork() } {
        set(Signal::SIGINT, SigHandler::SigDfl);
        leave_on_signals();
        let _ = nix::unistd::setsid();
        descriptors::let_go();
        held.wait();
        // SAFETY: `_exit` doesn't return; the parent's clean-up is not ours to run.
        unsafe { libc::_exit(0) }
    }
}

/// Sets what a signal does; answers what it did before.
fn set(signal: Signal, handler: SigHandler) -> Option<SigHandler> {
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handlers above do nothing but async-signal-safe calls and atomic stores.
    unsafe { sigaction(signal, &action) }.ok().map(|before| before.handler())
}
