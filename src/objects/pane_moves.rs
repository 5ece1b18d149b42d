//! A pane's size and place.

use tmuxwire_operations::{BreakPane, Commands, IfShell, JoinPane, ResizePane, Script, SwapPane};

use super::{Pane, Window, bisync};
use crate::error::Result;

#[bisync]
impl Pane {
    /// Gives it another size (`resize-pane`): `ResizePane::new().width(80)`. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn resize(&self, resize: impl Into<ResizePane>) -> Result<()> {
        self.server().ask(resize.into().target(self.target())).await?;
        Ok(())
    }

    /// Lets it fill its window, as the active pane; if it does, nothing changes. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn zoom(&self) -> Result<()> {
        // A switch: another pane that is zoomed must be none any more first.
        let switch = || ResizePane::new().zoom().target(self.target());
        let nothing = Commands::raw("");
        let again = Commands::from(switch()).then(switch());
        let if_active = IfShell::new(Script::format("#{pane_active}"), nothing).format();
        let if_active = if_active.target(self.target()).otherwise(again);
        let zoom = IfShell::new(Script::format("#{window_zoomed_flag}"), if_active).format();
        self.server().ask(zoom.target(self.target()).otherwise(switch())).await?;
        Ok(())
    }

    /// Lets no pane fill its window any more. One round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn unzoom(&self) -> Result<()> {
        let switch = ResizePane::new().zoom().target(self.target());
        let unzoom = IfShell::new(Script::format("#{window_zoomed_flag}"), switch).format();
        // Where there is nothing to do, a pane that is gone is to be told as well.
        let there = tmuxwire_operations::HasSession::new()
            .target(tmuxwire_operations::SessionTarget::raw(self.id().to_string()));
        self.server().ask(unzoom.target(self.target()).otherwise(there)).await?;
        Ok(())
    }

    /// Lets two panes change places (`swap-pane`), also between windows; the active places stay
    /// active. One round trip.
    ///
    /// # Errors
    /// See [`Pane`]; [`ErrorKind::AnotherServer`](crate::ErrorKind::AnotherServer) if the other is of
    /// another server.
    pub async fn swap(&self, other: &Self) -> Result<()> {
        self.server().belongs_with(other.server())?;
        let swap = SwapPane::new().detached().source(other.target()).target(self.target());
        self.server().ask(swap).await?;
        Ok(())
    }

    /// Splits another pane, and moves this one there (`join-pane`): `JoinPane::new().horizontal()`
    /// says how. It becomes the active one unless the operation says `detached`. One round trip.
    ///
    /// # Errors
    /// See [`Pane`]; [`ErrorKind::Failed`] if there is no space, [`ErrorKind::AnotherServer`] if the
    /// other is of another server.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    /// [`ErrorKind::AnotherServer`]: crate::ErrorKind::AnotherServer
    pub async fn join_to(&self, other: &Self, join: impl Into<JoinPane>) -> Result<()> {
        self.server().belongs_with(other.server())?;
        let join = join.into().source(self.target()).target(other.target());
        self.server().ask(join).await?;
        Ok(())
    }

    /// Makes it a window of its own (`break-pane`), at the next free place of its session unless the
    /// operation says another. It becomes the current one unless the operation says `detached`. One
    /// round trip.
    ///
    /// # Errors
    /// See [`Pane`].
    pub async fn break_out(&self, break_pane: impl Into<BreakPane>) -> Result<Window> {
        let (made, server) = self.server().make(break_pane.into().source(self.target())).await?;
        Ok(Window::new(server, made.window))
    }
}
