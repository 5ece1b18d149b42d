//! Names for what is made in the same message, whose ids nobody knows before it is answered.

use super::{Part, Slot};
use crate::operation::AnyOperation;
use crate::value::Value;

/// Sessions and windows that a message makes and that have their names for sure: had the name of a
/// session been taken, the server would have stopped there.
#[derive(Debug, Default)]
pub(super) struct Names {
    sessions: Vec<(usize, Vec<u8>)>,
    windows: Vec<Window>,
}

#[derive(Debug)]
struct Window {
    step: usize,
    /// The step that makes its session.
    session: usize,
    /// `None` if nothing is sure.
    name: Option<Vec<u8>>,
}

/// What may let a window have another name, or another window the same.
const MOVING: &[&str] = &[
    "break-pane",
    "join-pane",
    "kill-pane",
    "kill-session",
    "kill-window",
    "link-window",
    "move-pane",
    "move-window",
    "rename-window",
    "swap-window",
    "unlink-window",
];

impl Names {
    /// The target that a slot stands for.
    pub(super) fn target(&self, slot: &Slot) -> Option<Vec<u8>> {
        match slot.part {
            Part::Session => {
                // A window's session is the one that it was told to be in.
                let window = self.windows.iter().find(|window| window.step == slot.step);
                self.session(window.map_or(slot.step, |window| window.session))
            }
            Part::Window => {
                let window = self.windows.iter().find(|window| window.step == slot.step)?;
                let name = window.name.as_ref()?;
                let same = |other: &&Window| {
                    other.session == window.session
                        && other.name.as_ref().is_none_or(|other| other == name)
                };
                let is_alone = self.windows.iter().filter(same).count() == 1;
                let session = self.session(window.session).filter(|_| is_alone)?;
                Some([session.as_slice(), b":=", name].concat())
            }
            Part::Pane => None,
        }
    }

    fn session(&self, step: usize) -> Option<Vec<u8>> {
        let (_, name) = self.sessions.iter().find(|(made, _)| *made == step)?;
        Some([b"=", name.as_slice()].concat())
    }

    /// A step has joined the message.
    pub(super) fn note(&mut self, step: usize, operation: &AnyOperation) {
        match operation.spec().name {
            "new-session" => self.note_session(step, operation),
            "new-window" => self.note_window(step, operation),
            "rename-session" => *self = Self::default(),
            name if MOVING.contains(&name) => self.windows.clear(),
            _ => {}
        }
    }

    fn note_session(&mut self, step: usize, operation: &AnyOperation) {
        let Some(name) = plain(operation, "name") else { return };
        self.sessions.push((step, name));
        // Others may have windows in a group.
        if !operation.has("group") {
            let name = plain_window(operation, "window_name");
            self.windows.push(Window { step, session: step, name });
        }
    }

    fn note_window(&mut self, step: usize, operation: &AnyOperation) {
        let slots = operation.slots();
        let session = slots.iter().find(|(slot, _)| slot.part == Part::Session);
        let session = session.map(|(slot, _)| slot.step);
        let is_ours = |session: &usize| self.windows.iter().any(|window| window.step == *session);
        match session.filter(is_ours) {
            Some(session) => {
                let is_new = !operation.has("select_if_there");
                let name = plain_window(operation, "name").filter(|_| is_new);
                self.windows.push(Window { step, session, name });
            }
            // Wherever it goes: maybe to one of these.
            None => self.windows.clear(),
        }
    }
}

/// A name that means nothing in targets and that no release changes.
fn plain(operation: &AnyOperation, part: &str) -> Option<Vec<u8>> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_+/@".contains(byte);
    match operation.parts.get(part)?.first()? {
        Value::Literal(name) if !name.is_empty() && name.iter().all(is_plain) => Some(name.clone()),
        _ => None,
    }
}

/// The same for windows, which have indexes and ids as well.
fn plain_window(operation: &AnyOperation, part: &str) -> Option<Vec<u8>> {
    plain(operation, part).filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic))
}
