//! What a pane shows, and who else gets it.

use tmuxwire_operations::{ClearHistory, CopyMode, PipePane, Script};

use super::{Pane, bisync};
use crate::error::Result;

#[bisync]
impl Pane {
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
