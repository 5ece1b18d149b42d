//! The streams that a server writes to: the bookkeeping that both drivers share, whatever they
//! write with.

use nix::errno::Errno;
use tmuxwire_protocol::{Errno as WireErrno, Stream};

use crate::fault::{Fault, LostFile};

/// All streams that are open for writing. `F` is what a driver writes files with.
pub(crate) struct Outputs<F> {
    open: Vec<Output<F>>,
    printed: usize,
    limit: Option<usize>,
    lost_file: Option<LostFile>,
}

pub(crate) struct Output<F> {
    stream: Stream,
    pub(crate) target: Target<F>,
    /// Why nothing more is written to it.
    pub(crate) error: Option<Errno>,
}

pub(crate) enum Target<F> {
    Stdout,
    Stderr,
    File { file: F, path: Vec<u8> },
}

impl<F> Outputs<F> {
    /// No stream yet. The limit is for output and error text together.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self { open: Vec::new(), printed: 0, limit, lost_file: None }
    }

    pub(crate) fn open(&mut self, stream: Stream, target: Target<F>) {
        self.open.push(Output { stream, target, error: None });
    }

    /// Where `count` bytes for a stream go, or `None` if they are to be dropped.
    ///
    /// # Errors
    /// [`Fault::TooMuchOutput`] if that is more than the limit allows.
    pub(crate) fn writable(
        &mut self,
        stream: Stream,
        count: usize,
    ) -> Result<Option<&mut Output<F>>, Fault> {
        let Some(output) = self.open.iter_mut().find(|output| output.stream == stream) else {
            return Ok(None);
        };
        if output.error.is_some() {
            return Ok(None);
        }
        if !matches!(output.target, Target::File { .. }) {
            self.printed = self.printed.saturating_add(count);
            if let Some(limit) = self.limit.filter(|limit| self.printed > *limit) {
                return Err(Fault::TooMuchOutput(limit));
            }
        }
        Ok(Some(output))
    }

    /// Takes a stream out that the server closes.
    pub(crate) fn close(&mut self, stream: Stream) -> Option<Output<F>> {
        let at = self.open.iter().position(|output| output.stream == stream)?;
        Some(self.open.swap_remove(at))
    }

    /// What to tell the server of a closed stream, given what its last flush said.
    pub(crate) fn closed(
        &mut self,
        output: Output<F>,
        flushed: Result<(), Errno>,
    ) -> Result<(), WireErrno> {
        let Some(errno) = output.error.or_else(|| flushed.err()) else {
            return Ok(());
        };
        if let Target::File { path, .. } = output.target {
            self.lost_file = Some(LostFile { path, errno });
        }
        Err(WireErrno(errno as i32))
    }

    /// The last file that could not be written in full.
    pub(crate) fn take_lost_file(&mut self) -> Option<LostFile> {
        self.lost_file.take()
    }
}
