//! What is different from one snapshot to another.

use bstr::BString;
use tmuxwire_protocol::control::{PaneId, SessionId, WindowId};

use super::Snapshot;
use super::object::{Extra, Link, Pane, Session, Window};

/// Something that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are what the variants name")]
pub enum Change {
    /// It is another server: nothing else was compared, for ids mean other things there.
    AnotherServer,
    /// A session is new.
    SessionAdded(SessionId),
    /// A session is gone.
    SessionRemoved(SessionId),
    /// A session has another name.
    SessionRenamed { session: SessionId, from: BString, to: BString },
    /// Other fields of a session, by name.
    SessionChanged { session: SessionId, fields: Vec<&'static str> },
    /// A session shows another window.
    CurrentWindow { session: SessionId, from: Option<WindowId>, to: Option<WindowId> },
    /// A window is new.
    WindowAdded(WindowId),
    /// A window is gone.
    WindowRemoved(WindowId),
    /// A window has another name.
    WindowRenamed { window: WindowId, from: BString, to: BString },
    /// Other fields of a window, by name.
    WindowChanged { window: WindowId, fields: Vec<&'static str> },
    /// A window, which was there before, is in one more place.
    WindowLinked { window: WindowId, session: SessionId, index: u32 },
    /// A window, which is still there, is no longer in a place.
    WindowUnlinked { window: WindowId, session: SessionId, index: u32 },
    /// A window has another place in a session.
    WindowMoved { window: WindowId, session: SessionId, from: u32, to: u32 },
    /// Another pane of a window is the active one.
    ActivePane { window: WindowId, from: Option<PaneId>, to: Option<PaneId> },
    /// A pane is new.
    PaneAdded(PaneId),
    /// A pane is gone.
    PaneRemoved(PaneId),
    /// A pane is in another window.
    PaneMoved { pane: PaneId, from: WindowId, to: WindowId },
    /// Other fields of a pane, by name.
    PaneChanged { pane: PaneId, fields: Vec<&'static str> },
    /// A client has come.
    ClientAttached { client: BString, session: SessionId },
    /// A client has gone.
    ClientDetached { client: BString, session: SessionId },
    /// A client shows another session.
    ClientSwitched { client: BString, from: SessionId, to: SessionId },
    /// Other fields of a client, by name.
    ClientChanged { client: BString, fields: Vec<&'static str> },
}

/// What is different from one snapshot to a later one, sessions first, then windows, panes and
/// clients.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let (old, new) = (before.server(), after.server());
    if (old.pid, old.start_time) != (new.pid, new.start_time) {
        return vec![Change::AnotherServer];
    }
    let mut changes = Vec::new();
    sessions(before, after, &mut changes);
    windows(before, after, &mut changes);
    panes(before, after, &mut changes);
    clients(before, after, &mut changes);
    changes
}

/// The names of fields that differ, without some that changes of their own tell about.
fn fields(
    mut names: Vec<&'static str>,
    told: &[&str],
    before: &Extra,
    after: &Extra,
) -> Vec<&'static str> {
    names.retain(|name| !told.contains(name));
    names.extend(
        after.iter().filter(|(name, value)| before.get(*name) != Some(*value)).map(|it| *it.0),
    );
    names
}

fn sessions(before: &Snapshot, after: &Snapshot, changes: &mut Vec<Change>) {
    let gone = before.sessions().filter(|session| after.session(session.id).is_none());
    changes.extend(gone.map(|session| Change::SessionRemoved(session.id)));
    for session in after.sessions() {
        match before.session(session.id) {
            Some(old) => session_changes(old, session, changes),
            None => changes.push(Change::SessionAdded(session.id)),
        }
    }
}

fn session_changes(old: &Session, new: &Session, changes: &mut Vec<Change>) {
    let session = new.id;
    if old.name != new.name {
        let (from, to) = (old.name.clone(), new.name.clone());
        changes.push(Change::SessionRenamed { session, from, to });
    }
    let fields = fields(old.differences(new), &["name"], &old.extra, &new.extra);
    if !fields.is_empty() {
        changes.push(Change::SessionChanged { session, fields });
    }
    let current = |session: &Session| session.links.iter().find(|it| it.active).map(|it| it.window);
    let (from, to) = (current(old), current(new));
    if from != to {
        changes.push(Change::CurrentWindow { session, from, to });
    }
}

fn windows(before: &Snapshot, after: &Snapshot, changes: &mut Vec<Change>) {
    let gone = before.windows().filter(|window| after.window(window.id).is_none());
    changes.extend(gone.map(|window| Change::WindowRemoved(window.id)));
    for window in after.windows() {
        let Some(old) = before.window(window.id) else {
            changes.push(Change::WindowAdded(window.id));
            continue;
        };
        window_changes(old, window, changes);
        places(&old.links, &window.links, changes);
        let active = |snapshot: &Snapshot| snapshot.active_pane(window.id).map(|pane| pane.id);
        let (from, to) = (active(before), active(after));
        if from != to {
            changes.push(Change::ActivePane { window: window.id, from, to });
        }
    }
}

/// What a window's record says of its first place, the links say of all.
const OF_LINKS: &[&str] = &["name", "session", "index", "active", "last", "flags"];

fn window_changes(old: &Window, new: &Window, changes: &mut Vec<Change>) {
    let window = new.id;
    if old.name != new.name {
        let (from, to) = (old.name.clone(), new.name.clone());
        changes.push(Change::WindowRenamed { window, from, to });
    }
    let mut fields = fields(old.differences(new), OF_LINKS, &old.extra, &new.extra);
    let same_place = |link: &Link| {
        let is_it = |old: &&Link| (old.session, old.index) == (link.session, link.index);
        old.links.iter().find(is_it).is_none_or(|old| old.flags == link.flags)
    };
    if !new.links.iter().all(same_place) {
        fields.push("flags");
    }
    if !fields.is_empty() {
        changes.push(Change::WindowChanged { window, fields });
    }
}

/// A window that left one place of a session and got one there has moved.
fn places(old: &[Link], new: &[Link], changes: &mut Vec<Change>) {
    let without = |links: &[Link], others: &[Link]| -> Vec<Link> {
        let is_in = |link: &&Link| {
            !others.iter().any(|other| (other.session, other.index) == (link.session, link.index))
        };
        links.iter().filter(is_in).cloned().collect()
    };
    let mut left = without(old, new);
    for Link { session, index, window, .. } in without(new, old) {
        match left.iter().position(|link| link.session == session) {
            Some(at) => {
                let from = left.remove(at).index;
                changes.push(Change::WindowMoved { window, session, from, to: index });
            }
            None => changes.push(Change::WindowLinked { window, session, index }),
        }
    }
    changes.extend(left.into_iter().map(|link| Change::WindowUnlinked {
        window: link.window,
        session: link.session,
        index: link.index,
    }));
}

fn panes(before: &Snapshot, after: &Snapshot, changes: &mut Vec<Change>) {
    let gone = before.panes().filter(|pane| after.pane(pane.id).is_none());
    changes.extend(gone.map(|pane| Change::PaneRemoved(pane.id)));
    for pane in after.panes() {
        match before.pane(pane.id) {
            Some(old) => pane_changes(old, pane, changes),
            None => changes.push(Change::PaneAdded(pane.id)),
        }
    }
}

fn pane_changes(old: &Pane, new: &Pane, changes: &mut Vec<Change>) {
    let pane = new.id;
    if old.window != new.window {
        changes.push(Change::PaneMoved { pane, from: old.window, to: new.window });
    }
    let told = ["window", "session", "active", "last"];
    let fields = fields(old.differences(new), &told, &old.extra, &new.extra);
    if !fields.is_empty() {
        changes.push(Change::PaneChanged { pane, fields });
    }
}

fn clients(before: &Snapshot, after: &Snapshot, changes: &mut Vec<Change>) {
    for old in before.clients().filter(|client| after.client(&client.name).is_none()) {
        let (client, session) = (old.name.clone(), old.session);
        changes.push(Change::ClientDetached { client, session });
    }
    for new in after.clients() {
        let client = new.name.clone();
        let Some(old) = before.client(&new.name) else {
            changes.push(Change::ClientAttached { client, session: new.session });
            continue;
        };
        if old.session != new.session {
            let (client, from, to) = (client.clone(), old.session, new.session);
            changes.push(Change::ClientSwitched { client, from, to });
        }
        let fields = fields(old.differences(new), &["session"], &old.extra, &new.extra);
        if !fields.is_empty() {
            changes.push(Change::ClientChanged { client, fields });
        }
    }
}
