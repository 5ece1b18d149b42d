//! What a pane shows, and who else gets it.

use tmuxwire_operations::read::Capture;
use tmuxwire_operations::{CapturePane, ClearHistory, CopyMode, PipePane, Script};

use super::{Pane, bisync};
use crate::error::Result;

#[bisync]
impl Pane {
    /// What it shows (`capture-pane -p`), or what the operation says: `CapturePane::new().start("-")`
    /// with all of its history, `.escape_sequences()` with colours, `.join()` with long lines as one.
    /// One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn capture(&self, capture: impl Into<CapturePane>) -> Result<Capture> {
        let capture = capture.into().print().target(self.target());
        Ok(Capture::read(&self.server().ask(capture).await?.stdout))
    }

    /// Gives what it prints to a program from now on (`pipe-pane -O`), and to no other any more. The
    /// shell runs the program. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn pipe_to(&self, program: impl Into<Script>) -> Result<()> {
        self.server().ask(PipePane::new().output().command(program).target(self.target())).await?;
        Ok(())
    }

    /// Gives what it prints to no program any more (`pipe-pane`). One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn stop_pipe(&self) -> Result<()> {
        self.server().ask(PipePane::new().target(self.target())).await?;
        Ok(())
    }

    /// Forgets its history (`clear-history`). One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn clear_history(&self) -> Result<()> {
        self.server().ask(ClearHistory::new().target(self.target())).await?;
        Ok(())
    }

    /// Lets users look back in it and copy (`copy-mode`). One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn copy_mode(&self, copy_mode: impl Into<CopyMode>) -> Result<()> {
        self.server().ask(copy_mode.into().target(self.target())).await?;
        Ok(())
    }

    /// Ends every mode that it is in (`copy-mode -q`), so that its program shows and gets keys
    /// again. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn leave_modes(&self) -> Result<()> {
        self.server().ask(CopyMode::new().quit().target(self.target())).await?;
        Ok(())
    }
}
