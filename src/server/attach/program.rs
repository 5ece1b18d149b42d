//! The tmux program on a terminal, where the wire can't serve.

use std::process::Stdio;
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;

use super::client::{AttachedClient, Orders};
use crate::attach::{AttachEnd, AttachOptions};
use crate::blocking::{exit_status, spawn_error};
use crate::endpoint::Endpoint;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::telling::tell;
use crate::tty::Tty;

/// Starts it. It gets the signals that a user's terminal would send it.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is told"))]
pub(super) fn start(
    endpoint: &Endpoint,
    tty: Tty,
    options: &AttachOptions,
    why: &'static str,
) -> Result<AttachedClient> {
    let binary = endpoint.binary()?;
    tell!(debug, program = %binary.path().display(), why, "running the tmux program to attach");
    let terminal = || {
        let failed = |error| Error::not_sent(ErrorKind::Io).with_source(error);
        tty.as_fd().try_clone_to_owned().map(Stdio::from).map_err(failed)
    };
    let mut program = endpoint.attaching_program(&binary, options);
    program.stdin(terminal()?).stdout(terminal()?).stderr(terminal()?);
    let child = tokio::process::Command::from(program)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| spawn_error(&binary, error))?;
    Ok(AttachedClient::start(tty.name(), |orders| look_after(child, orders)))
}

async fn look_after(mut child: Child, orders: Arc<Orders>) -> Result<AttachEnd> {
    let pid = child.id().map(|pid| Pid::from_raw(pid.cast_signed()));
    let signals = async {
        loop {
            orders.wait().await;
            let resized = orders.takes_resize().then_some(Signal::SIGWINCH);
            let left = orders.is_leaving().then_some(Signal::SIGTERM);
            for signal in resized.into_iter().chain(left) {
                // It is not collected before we are done, so the number is still its own.
                let _ = pid.map(|pid| kill(pid, signal));
            }
        }
    };
    let mut signals = std::pin::pin!(signals);
    let mut ended = std::pin::pin!(child.wait());
    let status = std::future::poll_fn(|cx| {
        let _: std::task::Poll<()> = signals.as_mut().poll(cx);
        ended.as_mut().poll(cx)
    });
    let status = status
        .await
        .map_err(|error| Error::new(ErrorKind::Io, Delivery::MayHaveRun).with_source(error))?;
    Ok(AttachEnd::ProgramEnded { status: exit_status(status) })
}
