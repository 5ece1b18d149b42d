//! The whole server at one moment: asked with one command list, then searched without asking.

mod ask;
mod changes;
mod object;
#[cfg(feature = "serde")]
mod serial;

use std::collections::HashMap;
use std::sync::Arc;

use bstr::ByteSlice;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

pub use ask::SnapshotQuestion;
pub use changes::{Change, diff};
pub use object::{Client, Extra, Link, Pane, Session, Window};

use super::record::ServerInfo;
use crate::unreadable::Unreadable;

/// All sessions, windows, panes and attached clients of a server, as they were at one moment.
///
/// It never changes, and a clone costs nothing: share it, keep several, compare them with [`diff`].
///
/// ```
/// use tmuxwire_operations::PaneId;
/// use tmuxwire_operations::read::Snapshot;
///
/// # let stdout = b"s$0|main|1700000000|1700000000||0|1||/home;\n\
/// # w@0|$0|0|1|0|*|work|2|80|24|e0bd,80x24,0,0[80x12,0,0,0,80x11,0,13,1]|0|1700000000;\n\
/// # p%0|@0|$0|0|1|0|host|101|/dev/pts/1|80|12|0|0|0|;\n\
/// # p%1|@0|$0|1|0|0|host|102|/dev/pts/2|80|11|0|13|0|;\n\
/// # v100|1700000000|3.5a|/tmp/tmux-0/default;\n";
/// // `stdout` is what the operations of `Snapshot::question()` have printed.
/// let snapshot = Snapshot::read(stdout)?;
/// let main = snapshot.session_named("main").expect("it is there");
/// let window = snapshot.current_window(main.id).expect("a session has one");
/// assert_eq!(window.name, "work");
/// assert_eq!(snapshot.active_pane(window.id).map(|pane| pane.id), Some(PaneId(0)));
///
/// let wide = snapshot.panes().filter(|pane| pane.width >= 80 && !pane.dead);
/// assert_eq!(wide.count(), 2);
/// # Ok::<(), tmuxwire_operations::Unreadable>(())
/// ```
#[derive(Clone)]
pub struct Snapshot(Arc<Data>);

struct Data {
    objects: Objects,
    sessions: HashMap<SessionId, usize>,
    windows: HashMap<WindowId, usize>,
    panes: HashMap<PaneId, usize>,
}

/// What there is, each in the server's order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Objects {
    server: ServerInfo,
    sessions: Vec<Session>,
    windows: Vec<Window>,
    panes: Vec<Pane>,
    clients: Vec<Client>,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.objects == other.0.objects
    }
}

impl Eq for Snapshot {}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Objects { sessions, windows, panes, clients, .. } = &self.0.objects;
        write!(
            f,
            "Snapshot({} sessions, {} windows, {} panes, {} clients)",
            sessions.len(),
            windows.len(),
            panes.len(),
            clients.len(),
        )
    }
}

impl Snapshot {
    /// What to ask for one. It can ask for more fields than the usual ones.
    pub fn question() -> SnapshotQuestion {
        SnapshotQuestion::new()
    }

    /// Reads what the operations of the usual [question](Self::question) have printed.
    ///
    /// # Errors
    /// It is no answer to them.
    pub fn read(stdout: &[u8]) -> Result<Self, Unreadable> {
        Self::question().read(stdout)
    }

    fn of(objects: Objects) -> Self {
        let sessions = objects.sessions.iter().enumerate().map(|(at, it)| (it.id, at)).collect();
        let windows = objects.windows.iter().enumerate().map(|(at, it)| (it.id, at)).collect();
        let panes = objects.panes.iter().enumerate().map(|(at, it)| (it.id, at)).collect();
        Self(Arc::new(Data { objects, sessions, windows, panes }))
    }

    /// The server. Only one with the same process and start time is the same.
    pub fn server(&self) -> &ServerInfo {
        &self.0.objects.server
    }

    /// All sessions, by name.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.0.objects.sessions.iter()
    }

    /// All windows, each once, in the order of the sessions that they are first in.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        self.0.objects.windows.iter()
    }

    /// All panes, each once, in the order of their windows.
    pub fn panes(&self) -> impl Iterator<Item = &Pane> {
        self.0.objects.panes.iter()
    }

    /// All clients that are attached.
    pub fn clients(&self) -> impl Iterator<Item = &Client> {
        self.0.objects.clients.iter()
    }

    /// A session by its id.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.0.objects.sessions.get(*self.0.sessions.get(&id)?)
    }

    /// A window by its id.
    pub fn window(&self, id: WindowId) -> Option<&Window> {
        self.0.objects.windows.get(*self.0.windows.get(&id)?)
    }

    /// A pane by its id.
    pub fn pane(&self, id: PaneId) -> Option<&Pane> {
        self.0.objects.panes.get(*self.0.panes.get(&id)?)
    }

    /// A client by its name.
    pub fn client(&self, name: impl AsRef<[u8]>) -> Option<&Client> {
        self.clients().find(|client| client.name.as_bytes() == name.as_ref())
    }

    /// The session with exactly this name: there is one at most.
    pub fn session_named(&self, name: impl AsRef<[u8]>) -> Option<&Session> {
        self.sessions().find(|session| session.name.as_bytes() == name.as_ref())
    }

    /// The windows with exactly this name: names of windows may be the same.
    pub fn windows_named(&self, name: impl AsRef<[u8]>) -> impl Iterator<Item = &Window> {
        self.windows().filter(move |window| window.name.as_bytes() == name.as_ref())
    }

    /// The sessions of a group, which have the same windows.
    pub fn group(&self, name: impl AsRef<[u8]>) -> impl Iterator<Item = &Session> {
        let is_it = move |group: &bstr::BString| group.as_bytes() == name.as_ref();
        self.sessions().filter(move |session| session.group.as_ref().is_some_and(&is_it))
    }

    /// The windows of a session by their index. One that is in several sessions is in each.
    pub fn windows_of(&self, session: SessionId) -> impl Iterator<Item = (&Link, &Window)> {
        let links = self.session(session).into_iter().flat_map(|session| &session.links);
        links.filter_map(|link| Some((link, self.window(link.window)?)))
    }

    /// The panes of a window by their index.
    pub fn panes_of(&self, window: WindowId) -> impl Iterator<Item = &Pane> {
        let panes = self.window(window).into_iter().flat_map(|window| &window.pane_ids);
        panes.filter_map(|pane| self.pane(*pane))
    }

    /// The clients that are attached to a session.
    pub fn clients_of(&self, session: SessionId) -> impl Iterator<Item = &Client> {
        self.clients().filter(move |client| client.session == session)
    }

    /// The sessions that a window is in, each once.
    pub fn sessions_of(&self, window: WindowId) -> impl Iterator<Item = &Session> {
        let has_it = move |session: &&Session| session.links.iter().any(|it| it.window == window);
        self.sessions().filter(has_it)
    }

    /// The window that a pane is in.
    pub fn window_of(&self, pane: PaneId) -> Option<&Window> {
        self.window(self.pane(pane)?.window)
    }

    /// The window that a session shows.
    pub fn current_window(&self, session: SessionId) -> Option<&Window> {
        self.linked(session, |link| link.active)
    }

    /// The window that a session showed before.
    pub fn last_window(&self, session: SessionId) -> Option<&Window> {
        self.linked(session, |link| link.last)
    }

    fn linked(&self, session: SessionId, is_it: impl Fn(&Link) -> bool) -> Option<&Window> {
        self.windows_of(session).find(|(link, _)| is_it(link)).map(|(_, window)| window)
    }

    /// The active pane of a window.
    pub fn active_pane(&self, window: WindowId) -> Option<&Pane> {
        self.panes_of(window).find(|pane| pane.active)
    }

    /// The pane that was active in a window before (3.3).
    pub fn last_pane(&self, window: WindowId) -> Option<&Pane> {
        self.panes_of(window).find(|pane| pane.last == Some(true))
    }
}
