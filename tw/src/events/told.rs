//! An event as it is printed: its kind, and fields with names.

use tmuxwire::{Notification, harmless};

use crate::object::Object;

pub(super) const ATTACHED: &str = "attached";
pub(super) const LAGGED: &str = "lagged";
pub(super) const GAP: &str = "gap";
const OTHER: &str = "other";

/// Everything that can be told.
pub(super) const KINDS: [&str; 26] = [
    ATTACHED,
    LAGGED,
    GAP,
    OTHER,
    "client-detached",
    "client-session-changed",
    "config-error",
    "continue",
    "exit",
    "layout-change",
    "message",
    "pane-mode-changed",
    "paste-buffer-changed",
    "paste-buffer-deleted",
    "pause",
    "session-changed",
    "session-renamed",
    "session-window-changed",
    "sessions-changed",
    "unlinked-window-add",
    "unlinked-window-close",
    "unlinked-window-renamed",
    "window-add",
    "window-close",
    "window-pane-changed",
    "window-renamed",
];

/// An event.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) kind: &'static str,
    fields: Vec<(&'static str, Field<'a>)>,
}

#[derive(Debug)]
enum Field<'a> {
    Id(String),
    Bytes(&'a [u8]),
    Number(u64),
}

impl<'a> Told<'a> {
    /// Everything is heard from now on, as a client of this session: its id, a space and its name.
    pub(super) fn attached(session: &'a [u8]) -> Self {
        let at = session.iter().position(|byte| *byte == b' ').unwrap_or(session.len());
        let (id, name) = session.split_at(at);
        let id = String::from_utf8_lossy(id);
        Self::new(ATTACHED).id("session", id).bytes("name", name.get(1..).unwrap_or_default())
    }

    pub(super) fn lagged(missed: u64) -> Self {
        let mut told = Self::new(LAGGED);
        told.fields.push(("events", Field::Number(missed)));
        told
    }

    pub(super) fn gap() -> Self {
        Self::new(GAP)
    }

    pub(super) fn of(notification: &'a Notification) -> Self {
        use Notification as N;
        match notification {
            N::WindowAdd(window) => Self::new("window-add").id("window", window),
            N::WindowClose(window) => Self::new("window-close").id("window", window),
            N::WindowRenamed { window, name } => {
                Self::new("window-renamed").id("window", window).bytes("name", name)
            }
            N::UnlinkedWindowAdd(window) => Self::new("unlinked-window-add").id("window", window),
            N::UnlinkedWindowClose(window) => {
                Self::new("unlinked-window-close").id("window", window)
            }
            N::UnlinkedWindowRenamed { window, name } => {
                Self::new("unlinked-window-renamed").id("window", window).bytes("name", name)
            }
            N::WindowPaneChanged { window, pane } => {
                Self::new("window-pane-changed").id("window", window).id("pane", pane)
            }
            N::LayoutChange { window, layout, visible, flags } => Self::new("layout-change")
                .id("window", window)
                .bytes("layout", layout)
                .bytes("visible_layout", visible)
                .bytes("flags", flags),
            N::PaneModeChanged(pane) => Self::new("pane-mode-changed").id("pane", pane),
            N::Pause(pane) => Self::new("pause").id("pane", pane),
            N::Continue(pane) => Self::new("continue").id("pane", pane),
            other => Self::of_session(other),
        }
    }

    fn of_session(notification: &'a Notification) -> Self {
        use Notification as N;
        match notification {
            N::SessionChanged { session, name } => {
                Self::new("session-changed").id("session", session).bytes("name", name)
            }
            N::ClientSessionChanged { client, session, name } => {
                Self::new("client-session-changed")
                    .bytes("client", client)
                    .id("session", session)
                    .bytes("name", name)
            }
            N::ClientDetached { client } => Self::new("client-detached").bytes("client", client),
            N::SessionRenamed { session, name } => {
                Self::new("session-renamed").id("session", session).bytes("name", name)
            }
            N::SessionsChanged => Self::new("sessions-changed"),
            N::SessionWindowChanged { session, window } => {
                Self::new("session-window-changed").id("session", session).id("window", window)
            }
            other => Self::of_server(other),
        }
    }

    fn of_server(notification: &'a Notification) -> Self {
        use Notification as N;
        match notification {
            N::PasteBufferChanged { name } => Self::new("paste-buffer-changed").bytes("name", name),
            N::PasteBufferDeleted { name } => Self::new("paste-buffer-deleted").bytes("name", name),
            N::Message { text } => Self::new("message").bytes("text", text),
            N::ConfigError { text } => Self::new("config-error").bytes("text", text),
            N::Exit { reason } => {
                Self::new("exit").bytes("reason", reason.as_deref().unwrap_or_default())
            }
            N::Unknown(line) => Self::new(OTHER).bytes("line", line),
            _ => Self::new(OTHER),
        }
    }

    fn new(kind: &'static str) -> Self {
        Self { kind, fields: Vec::new() }
    }

    fn id(mut self, key: &'static str, id: impl ToString) -> Self {
        self.fields.push((key, Field::Id(id.to_string())));
        self
    }

    fn bytes(mut self, key: &'static str, bytes: &'a [u8]) -> Self {
        self.fields.push((key, Field::Bytes(bytes)));
        self
    }

    pub(super) fn json(&self) -> Object {
        self.fields.iter().fold(Object::event(self.kind), |object, (key, field)| match field {
            Field::Id(id) => object.with(key, id.as_str()),
            Field::Bytes(bytes) => object.with_bytes(key, bytes),
            Field::Number(number) => object.with(key, *number),
        })
    }

    /// The fields for people, each behind a space.
    pub(super) fn details(&self) -> String {
        let fields = self.fields.iter().map(|(_, field)| match field {
            Field::Id(id) => format!(" {id}"),
            Field::Bytes(bytes) => format!(" {}", harmless::line(bytes)),
            Field::Number(number) => format!(" {number}"),
        });
        fields.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &'static [u8]) -> String {
        Told::of(&Notification::parse(line.into())).json().finish()
    }

    #[test]
    fn every_kind_that_is_told_can_be_named() {
        for line in [
            "%window-add @1",
            "%window-close @1",
            "%window-renamed @1 x",
            "%unlinked-window-add @1",
            "%unlinked-window-close @1",
            "%unlinked-window-renamed @1 x",
            "%window-pane-changed @1 %2",
            "%layout-change @1 a b *",
            "%pane-mode-changed %1",
            "%pause %1",
            "%continue %1",
            "%session-changed $1 x",
            "%client-session-changed c $1 x",
            "%client-detached c",
            "%session-renamed $1 x",
            "%sessions-changed",
            "%session-window-changed $1 @2",
            "%paste-buffer-changed b",
            "%paste-buffer-deleted b",
            "%message text",
            "%config-error text",
            "%exit",
        ] {
            let notification = Notification::parse(line.into());
            let told = Told::of(&notification);
            let name = line.trim_start_matches('%').split(' ').next();
            assert_eq!(Some(told.kind), name);
            assert!(KINDS.contains(&told.kind), "{line}");
        }
    }

    #[test]
    fn fields_are_typed_and_complete() {
        let renamed = r#"{"event":"window-renamed","window":"@1","name":"a b"}"#;
        assert_eq!(json(b"%window-renamed @1 a b"), renamed);
        let unknown = r#"{"event":"other","line":"%new-thing 1 2"}"#;
        assert_eq!(json(b"%new-thing 1 2"), unknown);
        let bytes = r#"{"event":"message","text":"�","text_base64":"/w=="}"#;
        assert_eq!(json(b"%message \xff"), bytes);
        assert_eq!(Told::lagged(3).json().finish(), r#"{"event":"lagged","events":3}"#);
        assert_eq!(Told::attached(b"$1 a b").details(), " $1 a b");
    }
}
