//! What commands act on: ids, or names that match exactly.

use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use crate::error::Refusal;
use crate::plan::{PaneSlot, SessionSlot, Slot, WindowSlot};
use crate::spec::{TargetKind, ValueKind};
use crate::value::{Value, ValueType};

/// A target as it is rendered; at its front may be something that is not there yet.
pub(crate) struct Rendered {
    slot: Option<Slot>,
    text: Vec<u8>,
}

impl Rendered {
    fn then(mut self, separator: u8, more: &[u8]) -> Self {
        self.text.push(separator);
        self.text.extend_from_slice(more);
        self
    }
}

impl From<Vec<u8>> for Rendered {
    fn from(text: Vec<u8>) -> Self {
        Self { slot: None, text }
    }
}

impl From<Slot> for Rendered {
    fn from(slot: Slot) -> Self {
        Self { slot: Some(slot), text: Vec::new() }
    }
}

impl From<Rendered> for Value {
    fn from(rendered: Rendered) -> Self {
        match rendered.slot {
            Some(slot) => Self::Slot(slot, rendered.text),
            None => Self::Bytes(rendered.text),
        }
    }
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionTarget {
    /// By its id, which never changes and is never used again.
    Id(SessionId),
    /// What a step of a plan will make.
    Slot(SessionSlot),
    /// By its whole name; no other session that begins so, or matches it as a pattern, will do.
    Exact(Vec<u8>),
    /// Anything that tmux understands, as it is.
    Raw(Vec<u8>),
}

/// A window, or a place for one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WindowTarget {
    /// By its id.
    Id(WindowId),
    /// What a step of a plan will make.
    Slot(WindowSlot),
    /// The current window of a session; for a new window, the next free place.
    In(SessionTarget),
    /// By its place in a session.
    Index(SessionTarget, u32),
    /// By its whole name in a session. A name that has a `.`, is a number or begins with `@` can't be
    /// told so.
    Exact(SessionTarget, Vec<u8>),
    /// Anything that tmux understands, as it is.
    Raw(Vec<u8>),
}

/// A pane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaneTarget {
    /// By its id.
    Id(PaneId),
    /// What a step of a plan will make.
    Slot(PaneSlot),
    /// The active pane of a window.
    In(WindowTarget),
    /// By its place in a window.
    Index(WindowTarget, u32),
    /// Anything that tmux understands, as it is.
    Raw(Vec<u8>),
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientTarget {
    /// By its name, which is its terminal's path, or `client-PID` without one.
    Name(Vec<u8>),
}

impl SessionTarget {
    /// The session with exactly this name.
    pub fn exact(name: impl AsRef<[u8]>) -> Self {
        Self::Exact(name.as_ref().to_vec())
    }

    /// Anything that tmux understands, as it is.
    pub fn raw(target: impl AsRef<[u8]>) -> Self {
        Self::Raw(target.as_ref().to_vec())
    }

    fn render(self) -> Result<Rendered, Refusal> {
        match self {
            Self::Id(id) => Ok(id.to_string().into_bytes().into()),
            Self::Slot(slot) => Ok(slot.0.into()),
            Self::Exact(name) if name.starts_with(b"$") => Err(Refusal::Ambiguous),
            Self::Exact(name) => exact(&name, b":.").map(Rendered::from),
            Self::Raw(target) => Ok(target.into()),
        }
    }
}

impl WindowTarget {
    /// The window with exactly this name.
    pub fn exact(session: impl Into<SessionTarget>, name: impl AsRef<[u8]>) -> Self {
        Self::Exact(session.into(), name.as_ref().to_vec())
    }

    /// Anything that tmux understands, as it is.
    pub fn raw(target: impl AsRef<[u8]>) -> Self {
        Self::Raw(target.as_ref().to_vec())
    }

    fn render(self) -> Result<Rendered, Refusal> {
        let (session, window) = match self {
            Self::Id(id) => return Ok(id.to_string().into_bytes().into()),
            Self::Slot(slot) => return Ok(slot.0.into()),
            Self::Raw(target) => return Ok(target.into()),
            Self::In(session) => (session, Vec::new()),
            Self::Index(session, index) => (session, index.to_string().into_bytes()),
            Self::Exact(session, name) => (session, exact_window(&name)?),
        };
        Ok(session.render()?.then(b':', &window))
    }
}

impl PaneTarget {
    /// Anything that tmux understands, as it is.
    pub fn raw(target: impl AsRef<[u8]>) -> Self {
        Self::Raw(target.as_ref().to_vec())
    }

    fn render(self) -> Result<Rendered, Refusal> {
        match self {
            Self::Id(id) => Ok(id.to_string().into_bytes().into()),
            Self::Slot(slot) => Ok(slot.0.into()),
            Self::In(window) => window.render(),
            Self::Index(window, index) => {
                Ok(window.render()?.then(b'.', index.to_string().as_bytes()))
            }
            Self::Raw(target) => Ok(target.into()),
        }
    }
}

impl ClientTarget {
    /// The client with this name.
    pub fn name(name: impl AsRef<[u8]>) -> Self {
        Self::Name(name.as_ref().to_vec())
    }

    fn render(self) -> Result<Rendered, Refusal> {
        match self {
            Self::Name(name) if name.is_empty() => Err(Refusal::EmptyName),
            Self::Name(name) => Ok(name.into()),
        }
    }
}

/// Even with `=` tmux tries ids and numbers before names, and a number may have spaces before it.
fn exact_window(name: &[u8]) -> Result<Vec<u8>, Refusal> {
    let number = name.trim_ascii_start();
    let number = number.strip_prefix(b"-").or_else(|| number.strip_prefix(b"+")).unwrap_or(number);
    let is_number = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    match is_number || name.starts_with(b"@") {
        true => Err(Refusal::Ambiguous),
        false => exact(name, b"."),
    }
}

fn exact(name: &[u8], separators: &[u8]) -> Result<Vec<u8>, Refusal> {
    if name.is_empty() {
        return Err(Refusal::EmptyName);
    }
    if name.iter().any(|byte| separators.contains(byte)) {
        return Err(Refusal::Separator);
    }
    Ok([b"=", name].concat())
}

macro_rules! targets {
    ($($target:ident $kind:ident: $($from:ident => $into:expr),*;)*) => {$(
        impl ValueType for $target {
            const KIND: ValueKind = ValueKind::Target(TargetKind::$kind);

            fn into_value(self) -> Value {
                self.render().map_or_else(Value::Refused, Value::from)
            }
        }

        $(impl From<$from> for $target {
            fn from(from: $from) -> Self {
                $into(from)
            }
        })*
    )*};
}

targets! {
    SessionTarget Session:
        SessionId => SessionTarget::Id,
        SessionSlot => SessionTarget::Slot;
    WindowTarget Window:
        WindowId => WindowTarget::Id,
        SessionId => |id| WindowTarget::In(SessionTarget::Id(id)),
        SessionTarget => WindowTarget::In,
        WindowSlot => WindowTarget::Slot,
        SessionSlot => |slot| WindowTarget::In(SessionTarget::Slot(slot));
    PaneTarget Pane:
        PaneId => PaneTarget::Id,
        WindowId => |id| PaneTarget::In(WindowTarget::Id(id)),
        SessionId => |id| PaneTarget::In(WindowTarget::from(SessionTarget::Id(id))),
        WindowTarget => PaneTarget::In,
        SessionTarget => |session| PaneTarget::In(WindowTarget::In(session)),
        PaneSlot => PaneTarget::Slot,
        WindowSlot => |slot| PaneTarget::In(WindowTarget::Slot(slot)),
        SessionSlot => |slot| PaneTarget::In(WindowTarget::from(SessionTarget::Slot(slot)));
    ClientTarget Client:;
}
