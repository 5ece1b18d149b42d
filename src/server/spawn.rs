//! Runs the tmux program where the wire can't serve: no server is running yet.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::time::Instant;

use super::drive::Io;
use crate::binary::Binary;
use crate::blocking::{exit_status, spawn_error};
use crate::command::Command;
use crate::endpoint::Endpoint;
use crate::error::{Delivery, Result};
use crate::fault::Fault;
use crate::telling::tell;

const READ: usize = 1 << 16;

/// Runs the tmux program with a command, passing its streams on as they come. Dropping the future
/// ends the program.
pub(super) async fn run(
    endpoint: &Endpoint,
    binary: &Binary,
    command: &Command,
    io: &mut Io<'_>,
) -> Result<i32> {
    tell!(debug, program = %binary.path().display(), "running the tmux program");
    let mut child = tokio::process::Command::from(endpoint.program(binary, command))
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| spawn_error(binary, error))?;
    let mut pump = Pump {
        stdin: child.stdin.take(),
        stdout: child.stdout.take(),
        stderr: child.stderr.take(),
        input: Vec::new(),
        printed: 0,
    };
    let failed = |fault: Fault| fault.into_error(Delivery::MayHaveRun);
    pump.run(io).await.map_err(failed)?;
    let status = child.wait().await.map_err(|error| failed(Fault::Io(error)))?;
    Ok(exit_status(status))
}

/// The program's run with a deadline.
pub(super) async fn within(
    deadline: Option<Instant>,
    run: impl Future<Output = Result<i32>>,
) -> Result<i32> {
    match deadline {
        None => run.await,
        Some(deadline) => tokio::time::timeout_at(deadline, run)
            .await
            .unwrap_or_else(|_| Err(Fault::TimedOut.into_error(Delivery::MayHaveRun))),
    }
}

/// Moves bytes between the program and the caller's streams.
struct Pump {
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// Read for the program, and not yet taken by it.
    input: Vec<u8>,
    printed: usize,
}

enum Step {
    Fed,
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
}

impl Pump {
    async fn run(&mut self, io: &mut Io<'_>) -> Result<(), Fault> {
        let mut buffer = vec![0; READ];
        while self.stdout.is_some() || self.stderr.is_some() {
            // As with the wire, output that nobody takes is dropped.
            let printed = match poll_fn(|cx| self.poll_step(cx, io, &mut buffer)).await {
                Step::Fed => 0,
                Step::Stdout(data) => {
                    let _ = io.stdout.write_all(&data).await;
                    data.len()
                }
                Step::Stderr(data) => {
                    let _ = io.stderr.write_all(&data).await;
                    data.len()
                }
            };
            self.printed = self.printed.saturating_add(printed);
            if let Some(limit) = io.limit.filter(|limit| self.printed > *limit) {
                return Err(Fault::TooMuchOutput(limit));
            }
        }
        Ok(())
    }

    fn poll_step(
        &mut self,
        cx: &mut Context<'_>,
        io: &mut Io<'_>,
        buffer: &mut [u8],
    ) -> Poll<Step> {
        if let Poll::Ready(data) = poll_output(&mut self.stdout, cx, buffer) {
            return Poll::Ready(Step::Stdout(data));
        }
        if let Poll::Ready(data) = poll_output(&mut self.stderr, cx, buffer) {
            return Poll::Ready(Step::Stderr(data));
        }
        self.poll_feed(cx, io, buffer).map(|()| Step::Fed)
    }

    /// Gives the program a piece of input, and closes it at the end or when it takes no more.
    fn poll_feed(&mut self, cx: &mut Context<'_>, io: &mut Io<'_>, buffer: &mut [u8]) -> Poll<()> {
        let Some(stdin) = &mut self.stdin else {
            return Poll::Pending;
        };
        if self.input.is_empty() {
            let mut piece = ReadBuf::new(buffer);
            let Poll::Ready(read) = Pin::new(&mut *io.stdin).poll_read(cx, &mut piece) else {
                return Poll::Pending;
            };
            self.input.extend_from_slice(piece.filled());
            if read.is_err() || self.input.is_empty() {
                self.stdin = None;
                return Poll::Ready(());
            }
        }
        let Poll::Ready(written) = Pin::new(stdin).poll_write(cx, &self.input) else {
            return Poll::Pending;
        };
        match written {
            Ok(count) => drop(self.input.drain(..count)),
            Err(_) => self.stdin = None,
        }
        Poll::Ready(())
    }
}

/// One piece of output; closes the pipe at its end.
fn poll_output<R: AsyncRead + Unpin>(
    pipe: &mut Option<R>,
    cx: &mut Context<'_>,
    buffer: &mut [u8],
) -> Poll<Vec<u8>> {
    let Some(open) = pipe else {
        return Poll::Pending;
    };
    let mut piece = ReadBuf::new(buffer);
    let Poll::Ready(read) = Pin::new(open).poll_read(cx, &mut piece) else {
        return Poll::Pending;
    };
    if read.is_err() || piece.filled().is_empty() {
        *pipe = None;
    }
    Poll::Ready(piece.filled().to_vec())
}
