//! Lists: what to ask of which objects, and how the answer becomes rows.

use super::cells::Cells;
use super::fields::{buffer, client, pane, session, window};
use super::filter::Filter;
use super::keyed::Keyed;
use super::question::{Fields, Records, RowFormat};
use super::record::{BufferInfo, ClientInfo, PaneInfo, SessionInfo, WindowInfo};
use crate::commands::{ListBuffers, ListClients, ListPanes, ListSessions, ListWindows};
use crate::operation::AnyOperation;
use crate::release::{Release, V3_2, V3_4, V3_7};
use crate::target::{SessionTarget, WindowTarget};
use crate::unreadable::Unreadable;
use crate::value::Format;

/// Which objects to list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Of {
    Sessions,
    Windows(Option<SessionTarget>),
    Panes,
    PanesOfSession(SessionTarget),
    PanesOfWindow(WindowTarget),
    Clients(Option<SessionTarget>),
    Buffers,
}

/// A list of objects: [`question`](Self::question) is the operation to run, [`read`](Self::read)
/// takes what it printed.
///
/// On a server without sessions, lists of windows, panes and clients fail with `no current target`.
///
/// Texts come back as the server has them, with any bytes. What the server changes before it keeps
/// them is changed: control characters in names and titles, broken UTF-8 in titles.
///
/// ```
/// use tmuxwire_operations::read::{Listing, pane, window};
/// use tmuxwire_operations::{Operation, PaneId};
///
/// let titles = Listing::panes().filter(window::NAME.eq("logs")).fields((pane::ID, pane::TITLE));
/// let question = titles.question(None);
/// assert_eq!(question.spec().name, "list-panes");
///
/// // What the server answers to it.
/// let rows = titles.read(b"p%0|one;\np%2|two\\|three;\n")?;
/// assert_eq!(rows[1], (PaneId(2), "two|three".into()));
/// # Ok::<(), tmuxwire_operations::Unreadable>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Listing<F> {
    of: Of,
    filter: Option<Filter>,
    fields: F,
}

macro_rules! listings {
    ($($(#[$doc:meta])* $name:ident($($target:ident: $type:ty)?) $record:ident = $of:expr;)*) => {$(
        impl Listing<Records<$record>> {
            $(#[$doc])*
            pub fn $name($($target: impl Into<$type>)?) -> Self {
                Self { of: $of, filter: None, fields: Records::new() }
            }
        }
    )*};
}

listings! {
    /// All sessions.
    sessions() SessionInfo = Of::Sessions;
    /// All windows of all sessions; one that is in several places once for each.
    windows() WindowInfo = Of::Windows(None);
    /// The windows of a session.
    windows_of(session: SessionTarget) WindowInfo = Of::Windows(Some(session.into()));
    /// All panes of all sessions; those of a window that is in several places once for each.
    panes() PaneInfo = Of::Panes;
    /// The panes of a session.
    panes_of_session(session: SessionTarget) PaneInfo = Of::PanesOfSession(session.into());
    /// The panes of a window.
    panes_of_window(window: WindowTarget) PaneInfo = Of::PanesOfWindow(window.into());
    /// All clients that are attached to a session.
    clients() ClientInfo = Of::Clients(None);
    /// The clients that are attached to a session.
    clients_of(session: SessionTarget) ClientInfo = Of::Clients(Some(session.into()));
    /// All paste buffers, the newest first.
    buffers() BufferInfo = Of::Buffers;
}

impl<F: Fields> Listing<F> {
    /// Asks for other fields.
    pub fn fields<G: Fields>(self, fields: G) -> Listing<G> {
        Listing { of: self.of, filter: self.filter, fields }
    }

    /// Asks for what tells each object from all others, too: rows are pairs of that and of the fields.
    /// It is the id of sessions, windows and panes, the name of clients and buffers.
    pub fn keyed(self) -> Listing<Keyed<F>> {
        let key = match self.of {
            Of::Sessions => session::ID.spec(),
            Of::Windows(_) => window::ID.spec(),
            Of::Panes | Of::PanesOfSession(_) | Of::PanesOfWindow(_) => pane::ID.spec(),
            Of::Clients(_) => client::NAME.spec(),
            Of::Buffers => buffer::NAME.spec(),
        };
        Listing { of: self.of, filter: self.filter, fields: Keyed::new(key, self.fields) }
    }

    /// Only those of which it is true; with several filters, of which all are.
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter {
            Some(before) => before & filter,
            None => filter,
        });
        self
    }

    fn letter(&self) -> u8 {
        match self.of {
            Of::Sessions => b's',
            Of::Windows(_) => b'w',
            Of::Panes | Of::PanesOfSession(_) | Of::PanesOfWindow(_) => b'p',
            Of::Clients(_) => b'c',
            Of::Buffers => b'b',
        }
    }

    /// The operation that asks a server of a release; any if it isn't said.
    ///
    /// The filter is the list's own (`-f`) where that can be trusted, else it stands in the format: on
    /// servers that can't filter this list, and from 3.7 on. There, what takes a server more than
    /// 100 ms to expand comes out empty, also because the machine is busy: a row would be missing
    /// without a word. In the format such a row is [`Unreadable`], as one whose values are cut is.
    pub fn question(&self, release: Option<Release>) -> AnyOperation {
        let mut format = RowFormat::new(self.letter());
        self.fields.ask(&mut format);
        let mut format = format.finish();
        let since = if matches!(self.of, Of::Clients(_)) { V3_4 } else { V3_2 };
        let has_filters = release.is_some_and(|release| (since..V3_7).contains(&release));
        let mut filter = self.filter.as_ref().map(|filter| filter.format(release));
        if !has_filters && let Some(filter) = filter.take() {
            format = [b"#{?", &*filter, b",", &format, b",;}"].concat();
        }
        self.of.operation(Format::from(format), filter.map(Format::from))
    }

    /// What the operation printed, as rows.
    ///
    /// # Errors
    /// It is no answer to the question.
    pub fn read(&self, stdout: &[u8]) -> Result<Vec<F::Row>, Unreadable> {
        let mut cells = Cells::new(stdout);
        let mut rows = Vec::with_capacity(cells.estimate());
        while let Some(letter) = cells.next_row()? {
            if letter != self.letter() {
                return Err(cells.unreadable("row"));
            }
            rows.push(self.fields.read(&mut cells)?);
            cells.end_row()?;
        }
        Ok(rows)
    }
}

/// Sets the format, the filter and the target of a list.
macro_rules! asked {
    ($operation:expr, $format:ident, $filter:ident $(, $target:expr)?) => {{
        let operation = $operation.format($format);
        $(let operation = match $target {
            Some(target) => operation.target(target.clone()),
            None => operation,
        };)?
        match $filter {
            Some(filter) => operation.filter(filter).into(),
            None => operation.into(),
        }
    }};
}

impl Of {
    fn operation(&self, format: Format, filter: Option<Format>) -> AnyOperation {
        match self {
            Self::Sessions => asked!(ListSessions::new(), format, filter),
            Self::Windows(None) => asked!(ListWindows::new().all(), format, filter),
            Self::Windows(session) => asked!(ListWindows::new(), format, filter, session),
            Self::Panes => asked!(ListPanes::new().all(), format, filter),
            Self::PanesOfSession(session) => {
                let session = Some(WindowTarget::from(session.clone()));
                asked!(ListPanes::new().session(), format, filter, &session)
            }
            Self::PanesOfWindow(window) => {
                asked!(ListPanes::new(), format, filter, Some(window))
            }
            Self::Clients(session) => asked!(ListClients::new(), format, filter, session),
            Self::Buffers => asked!(ListBuffers::new(), format, filter),
        }
    }
}
