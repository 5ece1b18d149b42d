//! What to ask for a snapshot, and how it is put together.

use std::collections::{HashMap, HashSet};

use tmuxwire_protocol::control::{PaneId, WindowId};

use super::object::{Client, Extra, Link, Pane, Session, Window};
use super::{Objects, Snapshot};
use crate::commands::{DisplayMessage, ListClients, ListPanes, ListSessions, ListWindows};
use crate::operation::AnyOperation;
use crate::read::cells::Cells;
use crate::read::field::{FieldScope, FieldSpec};
use crate::read::question::{Fields, Record, Records, RowFormat};
use crate::read::record::{ClientInfo, PaneInfo, ServerInfo, SessionInfo, WindowInfo};
use crate::unreadable::Unreadable;
use crate::value::Format;

const SERVER: u8 = b'v';
const SESSION: u8 = b's';
const WINDOW: u8 = b'w';
const PANE: u8 = b'p';
const CLIENT: u8 = b'c';

/// What to ask for a [`Snapshot`].
///
/// ```
/// use tmuxwire_operations::Operation;
/// use tmuxwire_operations::read::{Snapshot, pane};
///
/// let question = Snapshot::question().with([pane::CURRENT_COMMAND.spec(), pane::START_PATH.spec()]);
/// let commands = question.operations();
/// let names: Vec<_> = commands.iter().map(|operation| operation.spec().name).collect();
/// assert_eq!(names[..3], ["display-message", "list-sessions", "list-windows"]);
/// assert_eq!(names[3..], ["list-panes", "list-clients"]);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SnapshotQuestion {
    sessions: Vec<&'static FieldSpec>,
    windows: Vec<&'static FieldSpec>,
    panes: Vec<&'static FieldSpec>,
    clients: Vec<&'static FieldSpec>,
}

impl SnapshotQuestion {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Asks for more fields: each comes in `extra` of the objects that it tells something about.
    /// Those of the server and of buffers are nobody's, and left out.
    pub fn with(mut self, fields: impl IntoIterator<Item = &'static FieldSpec>) -> Self {
        for field in fields {
            match field.scope {
                FieldScope::Session => self.sessions.push(field),
                FieldScope::Window => self.windows.push(field),
                FieldScope::Pane => self.panes.push(field),
                FieldScope::Client => self.clients.push(field),
                FieldScope::Server | FieldScope::Buffer => {}
            }
        }
        self
    }

    /// The operations, to be run as one command list, so that nothing can change in between. All
    /// are in every release.
    ///
    /// A server without sessions has no current one to list windows of: there the list fails with
    /// `no current target`. By then it has printed all that there is, so that what it printed
    /// can be read; but nothing on 3.1.
    pub fn operations(&self) -> Vec<AnyOperation> {
        let sessions = format::<SessionInfo>(SESSION, &self.sessions);
        let windows = format::<WindowInfo>(WINDOW, &self.windows);
        let panes = format::<PaneInfo>(PANE, &self.panes);
        let clients = format::<ClientInfo>(CLIENT, &self.clients);
        let server = format::<ServerInfo>(SERVER, &[]);
        vec![
            DisplayMessage::new().print().message(server).into(),
            ListSessions::new().format(sessions).into(),
            ListWindows::new().all().format(windows).into(),
            ListPanes::new().all().format(panes).into(),
            ListClients::new().format(clients).into(),
        ]
    }

    /// Reads what they have printed, one after the other.
    ///
    /// # Errors
    /// It is no answer to them.
    pub fn read(&self, stdout: &[u8]) -> Result<Snapshot, Unreadable> {
        let mut cells = Cells::new(stdout);
        let mut found = Found::default();
        while let Some(letter) = cells.next_row()? {
            self.read_row(letter, &mut cells, &mut found)?;
            cells.end_row()?;
        }
        let server = found.server.ok_or_else(|| cells.unreadable("server"))?;
        let Found { sessions, windows, panes, clients, .. } = found;
        Ok(Snapshot::linked_up(Objects { server, sessions, windows, panes, clients }))
    }

    fn read_row(
        &self,
        letter: u8,
        cells: &mut Cells<'_>,
        found: &mut Found,
    ) -> Result<(), Unreadable> {
        match letter {
            SESSION => {
                let (info, extra) = (Record::read(cells)?, extra(&self.sessions, cells)?);
                found.sessions.push(Session { info, extra, links: Vec::new() });
            }
            WINDOW => {
                let (info, extra) = (Record::read(cells)?, extra(&self.windows, cells)?);
                found.window(Window { info, extra, links: Vec::new(), pane_ids: Vec::new() });
            }
            PANE => {
                let (info, extra) = (Record::read(cells)?, extra(&self.panes, cells)?);
                found.pane(Pane { info, extra });
            }
            CLIENT => {
                let (info, extra) = (Record::read(cells)?, extra(&self.clients, cells)?);
                found.clients.push(Client { info, extra });
            }
            SERVER => found.server = Some(Record::read(cells)?),
            _ => return Err(cells.unreadable("row")),
        }
        Ok(())
    }
}

fn format<R: Record>(letter: u8, more: &[&'static FieldSpec]) -> Format {
    let mut format = RowFormat::new(letter);
    Records::<R>::new().ask(&mut format);
    more.iter().for_each(|field| format.field(field));
    Format::from(format.finish())
}

fn extra(fields: &[&'static FieldSpec], cells: &mut Cells<'_>) -> Result<Extra, Unreadable> {
    fields.iter().map(|field| Ok((field.name, field.read(cells)?))).collect()
}

/// What rows have told so far. Windows and panes come once for each place of the window.
#[derive(Default)]
struct Found {
    server: Option<ServerInfo>,
    sessions: Vec<Session>,
    windows: Vec<Window>,
    window_at: HashMap<WindowId, usize>,
    panes: Vec<Pane>,
    seen: HashSet<PaneId>,
    clients: Vec<Client>,
}

impl Found {
    fn window(&mut self, window: Window) {
        let link = Link::of(&window.info);
        let at = *self.window_at.entry(window.id).or_insert(self.windows.len());
        if at == self.windows.len() {
            self.windows.push(window);
        }
        self.windows[at].links.push(link);
    }

    fn pane(&mut self, pane: Pane) {
        if self.seen.insert(pane.id) {
            self.panes.push(pane);
        }
    }
}

impl Snapshot {
    /// Gives sessions their windows and windows their panes.
    pub(super) fn linked_up(mut objects: Objects) -> Self {
        let mut links: HashMap<_, Vec<Link>> = HashMap::new();
        for link in objects.windows.iter().flat_map(|window| &window.links) {
            links.entry(link.session).or_default().push(link.clone());
        }
        for session in &mut objects.sessions {
            session.links = links.remove(&session.id).unwrap_or_default();
            session.links.sort_by_key(|link| link.index);
        }
        let mut panes: HashMap<_, Vec<_>> = HashMap::new();
        for pane in &objects.panes {
            panes.entry(pane.window).or_default().push(pane.id);
        }
        for window in &mut objects.windows {
            window.pane_ids = panes.remove(&window.id).unwrap_or_default();
        }
        Self::of(objects)
    }
}
