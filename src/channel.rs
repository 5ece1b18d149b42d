//! What a channel is to be, and how it can end. The same for both drivers.

use std::time::{Duration, Instant};

use tmuxwire_protocol::ClientFlags;

use crate::identity::Environment;
use crate::version::{ServerInfo, Version};

/// How long a server may take to take us as a control client.
pub(crate) const OPEN_LIMIT: Duration = Duration::from_secs(5);
/// Between attempts to connect again, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long a line may wait while the server answers others.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a channel is opened.
///
/// Unless told otherwise it serves commands alone: where that is known to be harmless (tmux 3.1c,
/// 3.3a, 3.5a, 3.7c and 3.8) it needs no session and nobody sees it; on other versions it attaches.
/// What is left of it to see: from 3.4 on the hook `client-detached` fires when it closes, and on
/// 3.8 `client-created` and `client-closed` as for every client; its commands stand in
/// `show-messages`, as everyone's do; and a 3.1c with `exit-unattached`
/// on, which tells nobody that its last person has detached, stays until the channel closes.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ChannelOptions {
    pub(crate) attach: Attach,
    pub(crate) reconnect: Reconnect,
    pub(crate) spin: Option<Duration>,
    pub(crate) environment: Environment,
    longest_pause: Option<Duration>,
    held_up_after: Option<Duration>,
    open_within: Option<Duration>,
    pub(crate) wait_for_server: Duration,
}

/// Which session a channel attaches to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Attach {
    /// None, if the server's version allows it.
    #[default]
    IfNeeded,
    /// One that is safe to attach to and to leave.
    Any,
    /// The session, window or pane with this name, as for `attach-session -t`.
    To(Vec<u8>),
}

/// When a channel whose connection has ended is opened again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reconnect {
    /// Never: the channel ends with its connection.
    #[default]
    Never,
    /// While the very same server process runs; another one on the same socket ends the channel
    /// with [`End::ServerGone`](crate::End::ServerGone).
    SameServer,
    /// Whoever serves the socket, also if nobody does for a while.
    AnyServer,
}

impl ChannelOptions {
    /// Attaches, to a session that is safe to use: not one that ends with its last client. Prefers
    /// the one with the latest activity, as tmux does.
    ///
    /// Events of sessions, output and subscriptions need this. The client is listed by
    /// `list-clients`, counts in `#{session_attached}` and as the session's last use, and the
    /// hooks `client-attached`, `client-session-changed` and (from 3.2 on) `client-detached` and
    /// perhaps `client-active` fire; other clients draw their status line once more. The alerts of
    /// the session's current window (bell, activity, silence) are cleared, as they are when a person
    /// comes, and a bare `tmux attach` goes to the session that was used last: tmux has no way to
    /// attach without either, nor to put them back. No size changes, and no environment. With `exit-unattached` on, the server stays while it is
    /// attached.
    ///
    /// Commands without a target of their own mean the session that the channel is attached to.
    pub fn attach(mut self) -> Self {
        self.attach = Attach::Any;
        self
    }

    /// Attaches to a session, named as for `attach-session -t`; of a window or pane, its session.
    pub fn attach_to(mut self, target: impl AsRef<[u8]>) -> Self {
        self.attach = Attach::To(target.as_ref().to_vec());
        self
    }

    /// How long a server may take until the channel is open: 5 s unless told otherwise. One that is
    /// stopped or hangs is given up then, with [`ErrorKind::TimedOut`](crate::ErrorKind::TimedOut). It
    /// holds for each attempt to connect again, too, and for a call that makes one itself.
    pub fn open_within(mut self, limit: Duration) -> Self {
        self.open_within = Some(limit);
        self
    }

    /// Whether to open the connection again when it has ended. Between attempts, each of which takes
    /// as long as [`open_within`](Self::open_within) says at most, there is a pause: 100 ms, doubled each time up to
    /// [`reconnect_pause`](Self::reconnect_pause). A server that has gone, or would go without us, is
    /// left alone for a second before.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// The longest pause between attempts to connect again; 5 s unless told otherwise.
    pub fn reconnect_pause(mut self, longest: Duration) -> Self {
        self.longest_pause = Some(longest);
        self
    }

    /// Waits for a server for so long when the channel is opened, if there is none yet; not at all
    /// unless told otherwise. None is started for it.
    pub fn wait_for_server(mut self, limit: Duration) -> Self {
        self.wait_for_server = limit;
        self
    }

    /// Ends the connection with [`End::HeldUp`](crate::End::HeldUp) when a line on it has waited for so long, or twice
    /// as long, though the server answers others meanwhile; 10 s unless told otherwise. What a
    /// channel carries is answered at once, so that it is a hook that waits: for its program, or for
    /// a person.
    pub fn held_up_after(mut self, limit: Duration) -> Self {
        self.held_up_after = Some(limit);
        self
    }

    pub(crate) fn pause(&self) -> Duration {
        self.longest_pause.unwrap_or(LONGEST_PAUSE)
    }

    pub(crate) fn open_limit(&self) -> Duration {
        self.open_within.unwrap_or(OPEN_LIMIT)
    }

    /// When an attempt to open that begins now is given up.
    pub(crate) fn open_by(&self) -> Instant {
        crate::leaving::deadline(self.open_limit())
    }

    pub(crate) fn patience(&self) -> Duration {
        self.held_up_after.unwrap_or(PATIENCE)
    }

    /// For a handle: what it was given by one server means nothing to another.
    pub(crate) fn for_one_server(mut self) -> Self {
        if self.reconnect == Reconnect::AnyServer {
            self.reconnect = Reconnect::SameServer;
        }
        self
    }

    /// Which environment variables go to the server when the channel opens, for all its commands;
    /// all of them unless told otherwise.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Looks for an answer for up to this long before it sleeps; 60 µs serve well. It saves the
    /// time that waking up takes where server and client run on different cores, and costs the CPU
    /// time meanwhile. It stops by itself for as long as answers don't come in time.
    pub fn spin(mut self, limit: Duration) -> Self {
        self.spin = Some(limit);
        self
    }
}

/// Whether a channel without a session is known to be harmless on this version: our tests run on
/// it. It rests on how servers are made inside (PROTOCOL section 13).
pub(crate) fn serves_without_session(info: &ServerInfo) -> bool {
    let proven = ["3.1c", "3.3a", "3.5a", "3.7c", "3.8"];
    // A 3.1 tells its version only with a session; then it is one that we know nothing of.
    info.version.as_ref().is_some_and(|version| proven.contains(&version.to_string().as_str()))
}

/// Whether such a channel is read from only after a first command.
pub(crate) fn needs_first_command(info: &ServerInfo) -> bool {
    info.version.as_ref().is_some_and(|version| version.is_at_least(3, 4))
}

/// The flags of a channel that attaches: nobody's size changes, no output until it is asked for.
pub(crate) fn attached_flags(version: Option<&Version>) -> ClientFlags {
    match version.is_some_and(|version| version.is_at_least(3, 2)) {
        true => ClientFlags::IGNORE_SIZE | ClientFlags::NO_OUTPUT,
        // 3.1 gives the first bit another meaning, and can't take the second back.
        false => ClientFlags::NONE,
    }
}
