//! How waits end.

use std::time::Duration;

/// How a wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "met or not")]
pub enum Waited<T> {
    /// What was waited for has come.
    Met(T),
    /// The time is over; this is what was there to see. It may be 250 ms longer than the limit: where
    /// that leaves a server no time to answer, and where this process was held up (stopped, starved),
    /// from when it runs again. What had come meanwhile is met.
    GaveUp(Seen),
}

impl<T> Waited<T> {
    /// What was waited for, if it has come.
    pub fn met(self) -> Option<T> {
        match self {
            Self::Met(met) => Some(met),
            Self::GaveUp(_) => None,
        }
    }
}

/// What was there to see when a wait gave up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The pane's visible lines, without what follows the last one; empty if it is gone.
    pub screen: String,
    /// How long the pane had printed nothing; `None` if it never did while we looked.
    pub quiet: Option<Duration>,
    /// The last value of the format, or what else was looked at, in words.
    pub last: String,
    /// Whether the server didn't answer any more in the end (or in the last second, if it took so
    /// long): what the pane does is not known then.
    pub no_answer: bool,
}

/// Where a wait for text begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Start {
    /// With what the pane shows.
    #[default]
    Screen,
    /// With what comes from now on: from the moment when the future is first polled, as far as
    /// commands of the same channel go.
    Now,
}

/// A line that was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The whole line, as far as it was there. Wrapped lines are one, colours are left out.
    pub line: String,
    /// Whether it stood on the screen, or was seen passing in the output.
    pub place: Place,
}

/// Where a line was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// On the screen.
    Screen,
    /// In the output; it may be gone from the screen already.
    Output,
}

/// How a pane's program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaneEnd {
    /// It exited with this status (the pane is there still, by `remain-on-exit`).
    Exited(i32),
    /// It was ended by this signal (tmux 3.3 and later tell it).
    Signalled(i32),
    /// It ended, and this server doesn't tell how.
    Dead,
    /// The pane is gone; with it its status.
    Gone,
}

/// How a stream of a pane's output ended with the pane's program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OutputEnd {
    /// How the program ended.
    pub program: PaneEnd,
    /// Whether all that it printed last has come.
    pub tail: Tail,
}

/// What is known of the last that a program printed.
///
/// A tmux server ends a pane when it hears that its process has ended. It throws away what it
/// has not read from the pane's terminal by then, and what it has read but not sent: on every
/// release up to 3.8, to its own `-C` and to `pipe-pane`, too. Nobody is told whether this has
/// happened; the README has a table of how often. So there is no variant that says "complete": up to
/// 3.8 nothing would prove it. Who must know has the program print a last line that can be
/// recognized, and wait after it (`command; echo end; sleep 1`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tail {
    /// All that the server told has come; whether it has told all, is unknown.
    PossiblyCut,
}

impl OutputEnd {
    pub(in crate::server) fn of(program: PaneEnd) -> Self {
        Self { program, tail: Tail::PossiblyCut }
    }
}

/// A pane that is ready for input, and why we think so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ready {
    /// What shows it.
    pub evidence: Evidence,
    /// The process in the foreground of the pane's terminal, where the system tells.
    pub process: Option<(u32, String)>,
    /// Whether the terminal takes whole lines and shows nothing of what is typed: somebody asks for
    /// a password. `None` where the system doesn't tell (Linux does, for one's own terminals).
    pub echo_off: Option<bool>,
}

/// What shows that a pane is ready for input, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The foreground process sleeps in a read of its terminal.
    ReadsTerminal,
    /// The pane's own program is in the foreground, sleeps, has printed something, and the pane is
    /// quiet: a shell at its prompt that waits with `poll` or `select`.
    ShellWaits,
    /// Another program is in the foreground and sleeps, and the pane is quiet.
    ProgramWaits,
    /// The pane is quiet; nothing else can be known here.
    Quiet,
}

impl<T> Waited<T> {
    /// Adds what was looked at last.
    pub(super) fn or_seen(mut self, last: &str) -> Self {
        if let Self::GaveUp(seen @ Seen { no_answer: false, .. }) = &mut self {
            last.clone_into(&mut seen.last);
        }
        self
    }
}
