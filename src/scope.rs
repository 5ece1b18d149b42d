//! Which options and hooks of a server.

/// Options and hooks that are no session's, window's or pane's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The server's (`-s`). It has no hooks of its own.
    Server,
    /// Those of all sessions that have none of their own (`-g`).
    Sessions,
    /// Those of all windows and panes that have none of their own (`-gw`).
    Windows,
}
