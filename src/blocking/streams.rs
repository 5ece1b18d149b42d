//! Where a command's input comes from and its output goes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use bytes::{Buf, Bytes};

use crate::output::Output;

/// A command's standard streams, opened when the server first wants them.
///
/// Each error goes to the server as its errno, which decides what the command makes of it: mostly
/// nothing for output and error text, a failed command for `save-buffer -` and `load-buffer -`.
pub trait Streams {
    /// The server wants to read standard input. May be called again for another command of a list.
    ///
    /// # Errors
    /// There is none to read.
    fn open_stdin(&mut self) -> io::Result<Source> {
        Ok(Source::from(Bytes::new()))
    }

    /// The server wants to write to standard output.
    ///
    /// # Errors
    /// It can't be written to.
    fn open_stdout(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Takes all of `data`, at most 16 KiB, for standard output.
    ///
    /// # Errors
    /// Nothing more can be written; later data is dropped.
    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()>;

    /// The server wants to write to standard error.
    ///
    /// # Errors
    /// It can't be written to.
    fn open_stderr(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Takes all of `data` for standard error.
    ///
    /// # Errors
    /// Nothing more can be written; later data is dropped.
    fn write_stderr(&mut self, data: &[u8]) -> io::Result<()>;

    /// Passes on what was written so far; called before every wait and at the end.
    ///
    /// # Errors
    /// Not all of it could be written.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Something to read standard input from.
pub struct Source(Kind);

enum Kind {
    Bytes(Bytes),
    File(File),
    Reader(Box<dyn Read + Send>),
}

impl Source {
    /// Reads a descriptor. It may be a pipe or a terminal: the server is watched meanwhile.
    pub fn from_fd(fd: OwnedFd) -> Self {
        Self(Kind::File(fd.into()))
    }

    /// Reads anything. A read that blocks holds up everything, deadlines included; prefer
    /// [`from_fd`](Self::from_fd) where there is a descriptor.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self(Kind::Reader(Box::new(reader)))
    }

    /// What to wait for before reading, if anything.
    pub(super) fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        match &self.0 {
            Kind::File(file) => Some(file.as_fd()),
            Kind::Bytes(_) | Kind::Reader(_) => None,
        }
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::File(file) => file.read(buffer),
            Kind::Reader(reader) => reader.read(buffer),
            Kind::Bytes(bytes) => {
                let count = bytes.len().min(buffer.len());
                buffer[..count].copy_from_slice(&bytes[..count]);
                bytes.advance(count);
                Ok(count)
            }
        }
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self(Kind::Bytes(bytes))
    }
}

impl From<File> for Source {
    fn from(file: File) -> Self {
        Self(Kind::File(file))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Bytes(_) => "Source(bytes)",
            Kind::File(_) => "Source(fd)",
            Kind::Reader(_) => "Source(reader)",
        })
    }
}

/// Streams in memory: what [`Server::run`](super::Server::run) collects.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) stdin: Bytes,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

impl Collected {
    pub(super) fn into_output(self, status: i32) -> Output {
        Output { status, stdout: self.stdout.into(), stderr: self.stderr.into() }
    }
}

impl Streams for Collected {
    fn open_stdin(&mut self) -> io::Result<Source> {
        // As with a real descriptor, a second reader finds the end.
        Ok(Source::from(std::mem::take(&mut self.stdin)))
    }

    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()> {
        self.stdout.extend_from_slice(data);
        Ok(())
    }

    fn write_stderr(&mut self, data: &[u8]) -> io::Result<()> {
        self.stderr.extend_from_slice(data);
        Ok(())
    }
}

/// Streams that nobody is interested in any more.
#[derive(Debug)]
pub(super) struct Discarded;

impl Streams for Discarded {
    fn write_stdout(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn write_stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}
