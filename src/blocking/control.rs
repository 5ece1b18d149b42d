//! A control client on the caller's own descriptors: `tmux -C` and `tmux -CC`.

use std::ffi::OsString;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use tmuxwire_protocol::{ClientFlags, ControlStream, Event, Request, RequestError};

use super::drive::{Drive, Limits};
use super::server::Server;
use super::streams::{Discarded, Streams};
use crate::command::Command;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::fault::{Fault, judge_end};
use crate::identity::Environment;

/// The flag of a client that reads on after its end (`-f wait-exit`).
const WAIT_EXIT: u64 = 0x2_0000_0000;

/// What the server writes around the lines of a control client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// Nothing: `tmux -C`.
    None,
    /// The start of a device control string: `tmux -CC`. The client that prints its end is the
    /// caller.
    ControlString,
}

/// How a control client on the caller's descriptors came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ControlEnd {
    /// The status to exit with.
    pub status: i32,
    /// What stands behind `%exit`.
    pub reason: Option<String>,
    /// Whether tmux's client of the server's release says no `%exit`: up to 3.1, but with
    /// [`Framing::ControlString`].
    pub is_silent: bool,
    /// Whether the caller is to read on up to an empty line (`wait-exit`).
    pub waits: bool,
}

impl Server {
    /// Runs a control client whose lines travel on the two descriptors, of which the server gets
    /// copies; it makes them non-blocking. Up to 3.1 they travel through `streams` instead, to
    /// which also goes what the server says outside of the lines.
    ///
    /// A [`Channel`](super::Channel) is what programs want; this is for being `tmux -C`.
    ///
    /// # Errors
    /// As for [`run`](Self::run), and [`ErrorKind::NoServer`]: this starts none.
    pub fn control(
        &self,
        command: impl Into<Command>,
        [stdin, stdout]: [BorrowedFd<'_>; 2],
        framing: Framing,
        streams: &mut dyn Streams,
        cancel: Option<BorrowedFd<'_>>,
    ) -> Result<ControlEnd> {
        let info = self.info_until(None, cancel)?;
        let passed = |fd: BorrowedFd<'_>| -> Result<OwnedFd> {
            let failed = |error| Error::not_sent(ErrorKind::Io).with_source(error);
            fd.try_clone_to_owned().map_err(failed)
        };
        let by_descriptor = info.takes_descriptors();
        let stream = match by_descriptor {
            true => ControlStream::Descriptors {
                stdin: passed(stdin)?,
                stdout: passed(stdout)?,
                layout: info.layout,
            },
            false => ControlStream::Socket,
        };
        let flags = match framing {
            Framing::None => ClientFlags::NONE,
            Framing::ControlString => ClientFlags::CONTROL_CONTROL,
        };
        let identity = self.endpoint.process.identity(Environment::Full);
        let command = command.into();
        let mut request = Request::control(identity, stream, flags, &command.pack()?)
            .say_goodbye()
            .files(self.endpoint.files(&command))
            .old_stdio_size(info.old_stdio_size);
        let socket = self.connect(None)?;
        let limits = Limits { cancel, ..Limits::default() };
        let outcome = Drive::new(&socket, &mut request, streams, limits).run_to_event();
        let waits = request.flags_told().is_some_and(|flags| flags & WAIT_EXIT != 0);
        let is_silent = !by_descriptor && framing == Framing::None;
        let end = |status, reason| ControlEnd { status, reason, is_silent, waits };
        match outcome {
            Ok(Event::Exit(exit)) => {
                let text = exit.message.map(|text| String::from_utf8_lossy(text.as_bytes()).into());
                Ok(end(exit.status.unwrap_or(0), text))
            }
            Ok(_) | Err(Fault::Cancelled) => Ok(end(0, None)),
            Err(Fault::Socket | Fault::Request(RequestError::Closed)) => {
                Ok(end(1, Some(String::from("server exited unexpectedly"))))
            }
            Err(fault) => Err(failed(fault)),
        }
    }

    /// The shell that the server's panes run in: what `tmux -c` runs its command with.
    ///
    /// # Errors
    /// As for [`run`](Self::run), and [`ErrorKind::NoServer`]: this starts none.
    pub fn shell(&self) -> Result<PathBuf> {
        let socket = self.connect(None)?;
        let identity = self.endpoint.process.identity(Environment::PaneOnly);
        let mut request = Request::shell(identity);
        let mut streams = Discarded;
        let drive = Drive::new(&socket, &mut request, &mut streams, Limits::default());
        match drive.run_to_event() {
            Ok(Event::Shell(path)) => Ok(OsString::from_vec(path.as_bytes().to_vec()).into()),
            event => match judge_end(event.map_err(failed)?, false, None) {
                Err(fault) => Err(failed(fault)),
                Ok(_) => Err(failed(Fault::Socket)),
            },
        }
    }
}

fn failed(fault: Fault) -> Error {
    fault.into_error(Delivery::MayHaveRun)
}
