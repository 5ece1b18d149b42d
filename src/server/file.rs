//! Files that never block the runtime: FIFOs are waited for, the rest goes to tokio's blocking
//! pool.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::pin::Pin;
use std::task::{Context, Poll};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::net::unix::pipe;

use crate::socket::errno;

/// A file that the server reads.
pub(super) enum InputFile {
    Fifo(pipe::Receiver),
    Other(tokio::fs::File),
}

/// A file that the server writes.
pub(super) enum OutputFile {
    Fifo(pipe::Sender),
    Other(tokio::fs::File),
}

impl InputFile {
    pub(super) async fn open(open: impl Open) -> Result<Self, Errno> {
        match opened(open).await? {
            Opened::Fifo(file) => pipe::Receiver::from_file(file).map(Self::Fifo).map_err(number),
            Opened::Other(file) => Ok(Self::Other(file)),
        }
    }

    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Fifo(file) => Pin::new(file).poll_read(cx, buffer),
            Self::Other(file) => Pin::new(file).poll_read(cx, buffer),
        }
    }
}

impl OutputFile {
    pub(super) async fn open(open: impl Open) -> Result<Self, Errno> {
        match opened(open).await? {
            Opened::Fifo(file) => pipe::Sender::from_file(file).map(Self::Fifo).map_err(number),
            Opened::Other(file) => Ok(Self::Other(file)),
        }
    }

    pub(super) async fn write_all(&mut self, data: &[u8]) -> io::Result<()> {
        match self {
            Self::Fifo(file) => file.write_all(data).await,
            Self::Other(file) => file.write_all(data).await,
        }
    }

    /// Waits until everything has reached the file.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Fifo(file) => file.flush().await,
            Self::Other(file) => file.flush().await,
        }
    }
}

/// Something that opens a file, and may take its time.
pub(super) trait Open: FnOnce() -> Result<File, Errno> + Send + 'static {}

impl<F: FnOnce() -> Result<File, Errno> + Send + 'static> Open for F {}

enum Opened {
    Fifo(File),
    Other(tokio::fs::File),
}

async fn opened(open: impl Open) -> Result<Opened, Errno> {
    let file = tokio::task::spawn_blocking(open).await.map_err(|_| Errno::EIO)??;
    if file.metadata().is_ok_and(|status| status.file_type().is_fifo()) {
        return Ok(Opened::Fifo(file));
    }
    // A thread of the pool may wait, so a terminal should not answer "try again".
    fcntl(&file, FcntlArg::F_GETFL)
        .map(|flags| OFlag::from_bits_retain(flags) - OFlag::O_NONBLOCK)
        .and_then(|flags| fcntl(&file, FcntlArg::F_SETFL(flags)))?;
    Ok(Opened::Other(tokio::fs::File::from_std(file)))
}

fn number(error: io::Error) -> Errno {
    errno(&error)
}
