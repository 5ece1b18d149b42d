//! Everything that the server knows.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use crate::environment::Environment;
use crate::failure::{Result, fail};
use crate::layout::{Cell, Heir};
use crate::options::{Options, Setting};

/// A server's sessions, windows, panes, buffers and options.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) version: String,
    pub(crate) release: Release,
    pub(crate) started: u64,
    pub(crate) socket: PathBuf,
    pub(crate) sessions: BTreeMap<u32, Session>,
    pub(crate) windows: BTreeMap<u32, Window>,
    pub(crate) panes: BTreeMap<u32, Pane>,
    pub(crate) buffers: Vec<Buffer>,
    pub(crate) options: Options,
    pub(crate) session_options: Options,
    pub(crate) window_options: Options,
    pub(crate) environment: Environment,
    pub(crate) marked: Option<Marked>,
    pub(crate) channels: BTreeMap<BString, Channel>,
    pub(crate) next: Next,
    /// Counts up with each command, for what tmux orders by time.
    pub(crate) clock: u64,
    pub(crate) ended: bool,
}

/// The numbers of what will be made next.
#[derive(Debug, Default)]
pub(crate) struct Next {
    pub(crate) session: u32,
    pub(crate) window: u32,
    pub(crate) pane: u32,
    pub(crate) buffer: u32,
    pub(crate) guard: u32,
    pub(crate) stream: i32,
}

/// The place of the marked pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    pub(crate) session: u32,
    pub(crate) index: u32,
    pub(crate) pane: u32,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) name: BString,
    pub(crate) created: u64,
    /// When it was last used, by [`State::clock`].
    pub(crate) used: u64,
    pub(crate) windows: BTreeMap<u32, u32>,
    pub(crate) current: u32,
    /// Indexes that were current before, the latest first.
    pub(crate) last: Vec<u32>,
    pub(crate) directory: BString,
    pub(crate) options: Options,
    pub(crate) environment: Environment,
}

#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) name: BString,
    pub(crate) width: i64,
    pub(crate) height: i64,
    /// In the order of their indexes.
    pub(crate) panes: Vec<u32>,
    pub(crate) active: u32,
    /// Panes that were active before, the latest first.
    pub(crate) last: Vec<u32>,
    pub(crate) layout: Cell,
    pub(crate) last_layout: Option<&'static str>,
    pub(crate) created: u64,
    pub(crate) options: Options,
}

#[derive(Debug, Default)]
pub(crate) struct Pane {
    pub(crate) window: u32,
    pub(crate) command: Vec<BString>,
    pub(crate) directory: BString,
    pub(crate) title: BString,
    pub(crate) screen: Option<Screen>,
    pub(crate) typed: Vec<u8>,
    pub(crate) dead: Option<i32>,
    pub(crate) input_off: bool,
    pub(crate) options: Options,
    /// What formats say of it because a test said so.
    pub(crate) fields: BTreeMap<String, BString>,
}

/// What a pane shows, as a test said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Screen {
    pub(crate) history: Vec<BString>,
    pub(crate) lines: Vec<BString>,
}

#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    pub(crate) name: BString,
    pub(crate) data: BString,
    pub(crate) automatic: bool,
    pub(crate) created: u64,
    pub(crate) order: u64,
}

/// A channel of wait-for. Dropping a descriptor wakes who waits with the other end.
#[derive(Debug, Default)]
pub(crate) struct Channel {
    pub(crate) woken: bool,
    pub(crate) locked: bool,
    pub(crate) waiters: Vec<OwnedFd>,
    pub(crate) lockers: Vec<OwnedFd>,
}

impl State {
    pub(crate) fn new(version: &str, release: Release, socket: PathBuf, started: u64) -> Self {
        let mut session_options = Options::default();
        if release < Release::new(3, 8) {
            session_options.set(b"mouse", Setting::One("off".into()));
        }
        Self {
            version: version.to_owned(),
            release,
            started,
            socket,
            sessions: BTreeMap::new(),
            windows: BTreeMap::new(),
            panes: BTreeMap::new(),
            buffers: Vec::new(),
            options: Options::default(),
            session_options,
            window_options: Options::default(),
            environment: Environment::default(),
            marked: None,
            channels: BTreeMap::new(),
            next: Next { stream: 3, ..Next::default() },
            clock: 0,
            ended: false,
        }
    }

    pub(crate) fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Sessions in the order of their names, as tmux lists them.
    pub(crate) fn sessions_by_name(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = self.sessions.keys().copied().collect();
        ids.sort_by_key(|id| &self.sessions[id].name);
        ids
    }

    pub(crate) fn session_named(&self, name: &[u8]) -> Option<u32> {
        self.sessions.iter().find(|(_, session)| session.name == name).map(|(id, _)| *id)
    }

    /// The places of a window, by session name and index.
    pub(crate) fn places_of(&self, window: u32) -> Vec<(u32, u32)> {
        let of = |session: u32| {
            let windows = self.sessions[&session].windows.iter();
            windows.filter(|(_, id)| **id == window).map(move |(index, _)| (session, *index))
        };
        self.sessions_by_name().into_iter().flat_map(of).collect()
    }

    /// Makes another window of a session current.
    pub(crate) fn select(&mut self, session: u32, index: u32) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        if session.current == index || !session.windows.contains_key(&index) {
            return;
        }
        let before = session.current;
        session.last.retain(|other| *other != index && *other != before);
        if session.windows.contains_key(&before) {
            session.last.insert(0, before);
        }
        session.current = index;
    }

    /// Makes another pane of its window active.
    pub(crate) fn activate(&mut self, pane: u32) {
        let Some(window) = self.windows.get_mut(&self.panes[&pane].window) else { return };
        if window.active == pane {
            return;
        }
        let before = window.active;
        window.last.retain(|other| *other != pane && *other != before);
        if window.panes.contains(&before) {
            window.last.insert(0, before);
        }
        window.active = pane;
    }

    /// Takes a window from one place. A session without windows ends, a window without places, too.
    pub(crate) fn unlink(&mut self, session: u32, index: u32) {
        let Some(found) = self.sessions.get_mut(&session) else { return };
        let Some(window) = found.windows.remove(&index) else { return };
        found.last.retain(|other| *other != index);
        if found.current == index {
            let below = || found.windows.range(..index).next_back().map(|(index, _)| *index);
            let above = || found.windows.keys().next_back().copied();
            match found.last.first().copied().or_else(below).or_else(above) {
                Some(next) => {
                    found.last.retain(|other| *other != next);
                    found.current = next;
                }
                None => drop(self.sessions.remove(&session)),
            }
        }
        if self.places_of(window).is_empty()
            && let Some(window) = self.windows.remove(&window)
        {
            for pane in window.panes {
                self.forget_pane(pane);
            }
        }
        if self.marked.is_some_and(|marked| marked.session == session && marked.index == index) {
            self.marked = None;
        }
    }

    fn forget_pane(&mut self, pane: u32) {
        self.panes.remove(&pane);
        if self.marked.is_some_and(|marked| marked.pane == pane) {
            self.marked = None;
        }
    }

    /// Ends a window wherever it is.
    pub(crate) fn end_window(&mut self, window: u32) {
        let places = self.places_of(window);
        for (session, index) in &places {
            self.unlink(*session, *index);
        }
        for (session, _) in places {
            self.renumber_if_wanted(session);
        }
    }

    /// Ends a session.
    pub(crate) fn end_session(&mut self, session: u32) {
        let Some(found) = self.sessions.get(&session) else { return };
        for index in found.windows.keys().copied().collect::<Vec<_>>() {
            self.unlink(session, index);
        }
    }

    /// Ends a pane, and its window with the last one.
    pub(crate) fn end_pane(&mut self, pane: u32) {
        let Some(window) = self.panes.get(&pane).map(|pane| pane.window) else { return };
        if self.windows[&window].panes.len() == 1 {
            return self.end_window(window);
        }
        self.take_pane(pane);
        self.forget_pane(pane);
    }

    /// Takes a pane out of its window, which has others.
    pub(crate) fn take_pane(&mut self, pane: u32) {
        let Some(window) = self.windows.get_mut(&self.panes[&pane].window) else { return };
        let at = window.panes.iter().position(|other| *other == pane).unwrap_or(0);
        window.panes.retain(|other| *other != pane);
        window.last.retain(|other| *other != pane);
        let heir = match self.release >= Release::new(3, 8) {
            true => Heir::Next,
            false => Heir::Previous,
        };
        window.layout.remove(pane, heir);
        if window.active == pane {
            let near = window.panes.get(at.saturating_sub(1)).or_else(|| window.panes.first());
            if let Some(next) = window.last.first().or(near).copied() {
                window.last.retain(|other| *other != next);
                window.active = next;
            }
        }
    }

    /// Ends the server if its last session has gone and the options want it to.
    pub(crate) fn end_if_empty(&mut self) {
        let wanted = self.options.get("exit-empty").is_none_or(|value| value == "on");
        if self.sessions.is_empty() && wanted {
            self.ended = true;
        }
    }

    /// Makes or replaces a buffer; without a name it gets the next.
    pub(crate) fn new_buffer(&mut self, name: Option<&[u8]>, data: BString) {
        let order = self.tick();
        let created = now();
        let automatic = name.is_none();
        let name = match name {
            Some(name) => BString::from(name),
            None => loop {
                let name = format!("buffer{}", self.next.buffer);
                self.next.buffer += 1;
                if self.buffer(name.as_bytes()).is_none() {
                    break name.into();
                }
            },
        };
        self.buffers.retain(|buffer| buffer.name != name);
        if automatic {
            self.trim_buffers();
        }
        self.buffers.push(Buffer { name, data, automatic, created, order });
    }

    /// The oldest automatic buffers go when there are too many.
    fn trim_buffers(&mut self) {
        let limit = self.options.get("buffer-limit").and_then(|limit| limit.parse().ok());
        let automatic = |buffer: &Buffer| buffer.automatic;
        while self.buffers.iter().filter(|buffer| automatic(buffer)).count() >= limit.unwrap_or(50)
        {
            let Some(oldest) = self.buffers.iter().position(automatic) else { return };
            self.buffers.remove(oldest);
        }
    }

    pub(crate) fn buffer(&self, name: &[u8]) -> Option<&Buffer> {
        self.buffers.iter().find(|buffer| buffer.name == name)
    }

    /// The newest automatic buffer.
    pub(crate) fn newest_buffer(&self) -> Option<&Buffer> {
        self.buffers.iter().rev().find(|buffer| buffer.automatic)
    }

    /// The names that a pane's index has: with `pane-base-index`.
    pub(crate) fn pane_base(&self, window: u32) -> u32 {
        let own =
            self.windows.get(&window).and_then(|window| window.options.get("pane-base-index"));
        let value = own.or_else(|| self.window_options.get("pane-base-index"));
        value.and_then(|value| value.parse().ok()).unwrap_or(0)
    }
}

/// Whether something may have a name.
pub(crate) fn check_name(what: &str, name: &[u8]) -> Result<()> {
    let is_text = name.to_str().is_ok_and(|name| !name.chars().any(char::is_control));
    match is_text {
        true => Ok(()),
        false => fail!("invalid ", what, " name: ", name),
    }
}

/// A name as a release keeps it: before 3.7 with escapes, since then refused if it would need some.
pub(crate) fn stored_name(what: &str, name: BString, release: Release) -> Result<BString> {
    if release >= Release::new(3, 7) {
        check_name(what, &name)?;
    }
    Ok(crate::quote::visible(&name, false))
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The name that a window gets from what runs in it.
pub(crate) fn window_name(command: &[BString], shell: &[u8]) -> BString {
    let stringified = crate::quote::words(command);
    let text = if stringified.is_empty() { shell } else { stringified.as_slice() };
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let text = text.strip_prefix(b"exec ").unwrap_or(text);
    let text = text.trim_start_with(|c| c == ' ' || c == '-');
    let text = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let text = text.trim_end_with(|c| !c.is_ascii_alphanumeric() && !c.is_ascii_punctuation());
    match text.starts_with(b"/") {
        true => text.rsplit(|byte| *byte == b'/').next().unwrap_or_default().into(),
        false => text.into(),
    }
}
