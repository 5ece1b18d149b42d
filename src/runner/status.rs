//! What a session is.

use std::time::SystemTime;

use bstr::BString;
use tmuxwire_operations::read::{Fields, Time, pane, session};
use tmuxwire_operations::{PaneId, SessionId};

use crate::leaving::LeftBehind;

/// A session as it was when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionStatus {
    /// Its name.
    pub name: BString,
    /// Its id, which never changes.
    pub id: SessionId,
    /// Whether something runs in it.
    pub state: SessionState,
    /// The process that was started in its first pane.
    pub pid: Option<u32>,
    /// The server's process; 0 if the system doesn't tell.
    pub server_pid: i32,
    /// When it was made, to the second.
    pub created: Option<SystemTime>,
    /// How many windows it has.
    pub windows: u32,
    /// How many clients are attached.
    pub attached: u32,
}

/// Whether something runs in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// Something runs in it.
    Running,
    /// What ran in it has ended.
    Exited {
        /// The status that it ended with, if it did by itself.
        status: Option<i64>,
        /// The signal that ended it, as the server says (from tmux 3.3 on).
        signal: Option<BString>,
        /// The last lines that it printed; only a start says them. Of what ends in the moment in
        /// which it prints, servers miss some, now and then.
        output: Vec<BString>,
    },
}

impl SessionStatus {
    /// Whether something runs in it.
    pub fn is_running(&self) -> bool {
        self.state == SessionState::Running
    }
}

/// How a session was stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stopped {
    /// Everything in it ended by itself, after it was told to.
    Ended,
    /// It was ended with what still ran in it.
    Killed,
    /// The session has ended, but these, which were started in it, live on: they have left their
    /// terminal (`setsid`), or don't care that it has gone. Known on Linux only, of those that have
    /// kept `TMUX` and `TMUX_PANE` in their environment.
    LeftBehind(Vec<LeftBehind>),
}

/// Which part of what a session has printed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct LogOptions {
    pub(crate) lines: u32,
    pub(crate) colours: bool,
    pub(crate) joined: bool,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self::last(100)
    }
}

impl LogOptions {
    /// The last lines, at most so many, without colours.
    pub fn last(lines: u32) -> Self {
        Self { lines, colours: false, joined: false }
    }

    /// With the escape sequences for colours and attributes.
    pub fn colours(mut self) -> Self {
        self.colours = true;
        self
    }

    /// Lines that were wrapped as one.
    pub fn joined(mut self) -> Self {
        self.joined = true;
        self
    }
}

/// What is asked of each pane.
pub(crate) type Row = (
    (SessionId, BString, Time, u32, u32),
    (PaneId, Option<u32>, Option<BString>),
    (bool, Option<i64>, Option<BString>),
);

/// The question for rows.
pub(crate) fn fields() -> impl Fields<Row = Row> {
    (
        (session::ID, session::NAME, session::CREATED, session::WINDOWS, session::ATTACHED),
        (pane::ID, pane::PID, pane::START_COMMAND),
        (pane::DEAD, pane::DEAD_STATUS, pane::DEAD_SIGNAL),
    )
}

/// Sessions from their panes, in the order of the server.
pub(crate) fn statuses(rows: Vec<Row>, server_pid: i32) -> Vec<SessionStatus> {
    let mut all: Vec<SessionStatus> = Vec::new();
    for ((id, name, created, windows, attached), (_, pid, _), (dead, status, signal)) in rows {
        let state = match dead {
            true => SessionState::Exited { status, signal, output: Vec::new() },
            false => SessionState::Running,
        };
        match all.iter_mut().find(|known| known.id == id) {
            Some(known) if state == SessionState::Running => known.state = state,
            Some(_) => {}
            None => all.push(SessionStatus {
                name,
                id,
                state,
                pid,
                server_pid,
                created: created.to_system(),
                windows,
                attached,
            }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_any_time_is_listed() {
        let row = |id, time| -> Row {
            (
                (SessionId(id), "x".into(), Time(time), u32::MAX, u32::MAX),
                (PaneId(id), None, None),
                (false, None, None),
            )
        };
        let listed = statuses(vec![row(0, u64::MAX), row(1, 1), row(0, u64::MAX)], 7);
        let created: Vec<_> = listed.iter().map(|status| status.created).collect();
        let second = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
        assert_eq!(created, [None, Some(second)]);
    }
}
