//! What `-t` means, as tmux finds it.

use bstr::{BString, ByteSlice};

use crate::failure::{Failure, Result, fail};
use crate::glob;
use crate::state::State;

/// A pane at one place of its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) session: u32,
    pub(crate) index: u32,
    pub(crate) window: u32,
    pub(crate) pane: u32,
}

/// A place for a window: in a session, at an index or at the first that is free.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) session: u32,
    pub(crate) index: Option<u32>,
    /// The window that it is named by, for what goes beside it.
    pub(crate) beside: Option<u32>,
}

/// What a target is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Session,
    Window,
    Pane,
}

/// Looks targets up for one client.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    pub(crate) state: &'a State,
    /// What the client's environment says it runs in.
    pub(crate) own_pane: Option<u32>,
}

/// A target's parts, and whether they can be nothing else.
#[derive(Debug)]
struct Parts<'a> {
    session: Option<&'a [u8]>,
    window: Option<&'a [u8]>,
    pane: Option<&'a [u8]>,
    window_only: bool,
    pane_only: bool,
}

#[derive(Clone, Copy, Debug)]
struct Only {
    window: bool,
    pane: bool,
}

/// What isn't there, and what of it is.
#[derive(Debug)]
struct Missed {
    what: &'static str,
    failure: Failure,
    so_far: Option<Target>,
}

impl Finder<'_> {
    /// What no target means.
    pub(crate) fn current(&self) -> Option<Target> {
        let own = self.own_pane.filter(|pane| self.state.panes.contains_key(pane));
        match own.and_then(|pane| self.pane_anywhere(pane)) {
            Some(target) => Some(target),
            None => self.state.best_session().and_then(|session| self.state.in_session(session)),
        }
    }

    /// The marked pane.
    pub(crate) fn marked(&self) -> Option<Target> {
        let marked = self.state.marked?;
        let target = self.state.at(marked.session, marked.index)?;
        Some(Target { pane: marked.pane, ..target })
    }

    /// Finds a target.
    pub(crate) fn find(&self, text: Option<&[u8]>, kind: Kind) -> Result<Target> {
        let text = text.unwrap_or_default();
        if text.is_empty() {
            return self.current().ok_or_else(|| Failure::new("no current target"));
        }
        // Without a current target tmux doesn't look any further.
        let current = self.current().ok_or_else(|| Failure::new("no current target"))?;
        match text {
            b"=" | b"{mouse}" => return fail!("no mouse target"),
            b"~" | b"{marked}" => {
                return self.marked().ok_or_else(|| Failure::new("no marked target"));
            }
            b"@" | b"{active}" | b"{current}" => {
                return Err(Failure::unmodelled("the client's own target"));
            }
            _ => {}
        }
        self.look(current, text, kind)?.map_err(|missed| missed.failure)
    }

    /// What commands that don't mind a missing target take for it: as much of it as there is.
    pub(crate) fn as_far_as_found(&self, text: Option<&[u8]>, kind: Kind) -> Option<Target> {
        let found = self.look(self.current()?, text?, kind).ok()?;
        found.map_or_else(|missed| missed.so_far, Some)
    }

    /// What of a target isn't there: its session, its window or its pane.
    pub(crate) fn missed(&self, text: Option<&[u8]>, kind: Kind) -> Option<&'static str> {
        let text = text.filter(|text| !text.is_empty())?;
        self.look(self.current()?, text, kind).ok()?.err().map(|missed| missed.what)
    }

    fn look(&self, current: Target, text: &[u8], kind: Kind) -> Result<Result<Target, Missed>> {
        let parts = parts(text, kind);
        let window = parts.window.map(special_window);
        let pane = parts.pane.map(special_pane).transpose()?;
        let only = Only { window: parts.window_only, pane: parts.pane_only };
        Ok(match parts.session {
            Some(name) => self.with_session(name, window, pane),
            None => self.without_session(current, window, pane, only),
        })
    }

    fn with_session(
        &self,
        name: &[u8],
        window: Option<&[u8]>,
        pane: Option<&[u8]>,
    ) -> Result<Target, Missed> {
        let (name, is_exact) = exact(name);
        let found = self.session(name, is_exact).and_then(|id| self.state.in_session(id));
        let Some(target) = found else { return Err(missed("session", name, None)) };
        let target = match window {
            Some(window) => {
                let (name, is_exact) = exact(window);
                let found = self.window_in(target, name, is_exact);
                let so_far = |first: Option<Target>| first.or(Some(target));
                found.map_err(|first| missed("window", name, so_far(first)))?
            }
            None => target,
        };
        match pane {
            Some(pane) => {
                self.pane_in(target, pane).ok_or_else(|| missed("pane", pane, Some(target)))
            }
            None => Ok(target),
        }
    }

    fn without_session(
        &self,
        current: Target,
        window: Option<&[u8]>,
        pane: Option<&[u8]>,
        only: Only,
    ) -> Result<Target, Missed> {
        let Some(window) = window else {
            let Some(pane) = pane else { return Ok(current) };
            let so_far = Some(current).filter(|_| only.pane);
            let found = self.pane(current, pane, only.pane);
            return found.ok_or_else(|| missed("pane", pane, so_far));
        };
        let (name, is_exact) = exact(window);
        let found = self.window(current, name, is_exact, only.window)?;
        match pane {
            Some(pane) => {
                self.pane_in(found, pane).ok_or_else(|| missed("pane", pane, Some(found)))
            }
            None => Ok(found),
        }
    }

    /// A place for a window: an index need not be there yet.
    pub(crate) fn slot(&self, text: Option<&[u8]>) -> Result<Slot> {
        let current = self.current().ok_or_else(|| Failure::new("no current target"))?;
        let parts = parts(text.unwrap_or_default(), Kind::Window);
        if parts.pane.is_some() {
            return fail!("can't specify pane here");
        }
        let target = match parts.session {
            Some(name) => {
                let (name, is_exact) = exact(name);
                let found = self.session(name, is_exact).and_then(|id| self.state.in_session(id));
                found.ok_or_else(|| missed("session", name, None).failure)?
            }
            None => current,
        };
        let Some(window) = parts.window.map(special_window) else {
            return Ok(Slot { session: target.session, index: None, beside: Some(target.index) });
        };
        let at = |index, beside| Ok(Slot { session: target.session, index: Some(index), beside });
        if let Some((forwards, by)) = offset(window) {
            let index = match forwards {
                true => target.index.checked_add(by),
                false => target.index.checked_sub(by),
            };
            // Numbered from the current window, and beside it.
            let Some(index) = index else { return Err(missed("window", window, None).failure) };
            return at(index, Some(target.index));
        }
        let (name, is_exact) = exact(window);
        if !window.starts_with(b"@") {
            if let Ok(found) = self.window_in(target, name, is_exact) {
                return at(found.index, Some(found.index));
            }
            if let Some(index) = number(name) {
                return at(index, None);
            }
        }
        let only = parts.session.is_some() || parts.window_only;
        let found = self.window(target, name, is_exact, only).map_err(|missed| missed.failure)?;
        match window.starts_with(b"@") {
            true => Ok(Slot {
                session: found.session,
                index: Some(found.index),
                beside: Some(found.index),
            }),
            // The name of a session alone is no place.
            false => Ok(Slot { session: found.session, index: None, beside: Some(found.index) }),
        }
    }

    fn session(&self, name: &[u8], is_exact: bool) -> Option<u32> {
        if let Some(id) = name.strip_prefix(b"$") {
            return number(id).filter(|id| self.state.sessions.contains_key(id));
        }
        let sessions = || self.state.sessions.iter();
        let found = sessions().find(|(_, session)| session.name == name);
        let one = |matches: &dyn Fn(&BString) -> bool| {
            let mut found = sessions().filter(|(_, session)| matches(&session.name));
            match (found.next(), found.next()) {
                (Some(one), None) => Ok(Some(*one.0)),
                (None, _) => Ok(None),
                _ => Err(()),
            }
        };
        match found {
            Some((id, _)) => Some(*id),
            None if is_exact => None,
            None => match one(&|other| other.starts_with(name)) {
                Ok(Some(id)) => Some(id),
                Err(()) => None,
                Ok(None) => one(&|other| glob::matches(name, other)).ok().flatten(),
            },
        }
    }

    fn window(
        &self,
        current: Target,
        name: &[u8],
        is_exact: bool,
        only: bool,
    ) -> Result<Target, Missed> {
        if let Some(id) = name.strip_prefix(b"@") {
            let found = number(id).and_then(|id| self.window_anywhere(id));
            return found.ok_or_else(|| missed("window", name, None));
        }
        match self.window_in(current, name, is_exact) {
            Ok(found) => Ok(found),
            Err(first) if only => Err(missed("window", name, first.or(Some(current)))),
            Err(_) => {
                let found = self.session(name, false).and_then(|id| self.state.in_session(id));
                found.ok_or_else(|| missed("window", name, None))
            }
        }
    }

    /// A window of a session. Where several match, the first of them is the error.
    fn window_in(
        &self,
        current: Target,
        window: &[u8],
        is_exact: bool,
    ) -> Result<Target, Option<Target>> {
        let state = self.state;
        let session = state.sessions.get(&current.session).ok_or(None)?;
        let at = |index: Option<u32>| {
            index.and_then(|index| state.at(current.session, index)).ok_or(None)
        };
        if let Some(id) = window.strip_prefix(b"@") {
            let found = number(id).and_then(|id| self.place_in(current.session, id));
            return found.ok_or(None);
        }
        let indexes: Vec<u32> = session.windows.keys().copied().collect();
        if let Some((forwards, by)) = offset(window) {
            return at(stepped(&indexes, session.current, forwards, by));
        }
        let special = match window {
            b"!" => Some(session.last.first().copied()),
            b"^" => Some(indexes.first().copied()),
            b"$" => Some(indexes.last().copied()),
            _ => None,
        };
        if let (Some(found), false) = (special, is_exact) {
            return at(found);
        }
        if let Some(index) = number(window)
            && session.windows.contains_key(&index)
        {
            return at(Some(index));
        }
        let one = |matches: &dyn Fn(&BString) -> bool| {
            let name = |id: &u32| state.windows.get(id).is_some_and(|window| matches(&window.name));
            let mut found = session.windows.iter().filter(|(_, id)| name(id));
            match (found.next(), found.next()) {
                (Some((index, _)), None) => Ok(Some(*index)),
                (None, _) => Ok(None),
                (Some((first, _)), _) => Err(state.at(current.session, *first)),
            }
        };
        let mut found = one(&|name| name == window)?;
        if found.is_none() && !is_exact {
            found = one(&|name| name.starts_with(window))?;
        }
        if found.is_none() && !is_exact {
            found = one(&|name| glob::matches(window, name))?;
        }
        at(found)
    }

    fn pane(&self, current: Target, pane: &[u8], only: bool) -> Option<Target> {
        if let Some(id) = pane.strip_prefix(b"%") {
            return self.pane_anywhere(number(id)?);
        }
        match self.pane_in(current, pane) {
            None if !only => self.window(current, pane, false, false).ok(),
            found => found,
        }
    }

    fn pane_in(&self, target: Target, pane: &[u8]) -> Option<Target> {
        let window = self.state.windows.get(&target.window)?;
        if let Some(id) = pane.strip_prefix(b"%") {
            let id = number(id).filter(|id| window.panes.contains(id))?;
            return Some(Target { pane: id, ..target });
        }
        if pane == b"!" {
            return Some(Target { pane: *window.last.first()?, ..target });
        }
        if let Some((forwards, by)) = offset(pane) {
            let at: Vec<u32> = (0..u32::try_from(window.panes.len()).ok()?).collect();
            let now = window.panes.iter().position(|id| *id == window.active)?;
            let index = stepped(&at, u32::try_from(now).ok()?, forwards, by)?;
            return Some(Target { pane: window.panes[usize::try_from(index).ok()?], ..target });
        }
        let index = number(pane)?.checked_sub(self.state.pane_base(target.window))?;
        let id = window.panes.get(usize::try_from(index).ok()?)?;
        Some(Target { pane: *id, ..target })
    }

    fn pane_anywhere(&self, pane: u32) -> Option<Target> {
        let window = self.state.panes.get(&pane)?.window;
        Some(Target { pane, ..self.window_anywhere(window)? })
    }

    /// A window in the session that was used last of those that have it.
    fn window_anywhere(&self, window: u32) -> Option<Target> {
        let places = self.state.places_of(window);
        let used = |session: u32| self.state.sessions.get(&session).map(|session| session.used);
        let session = places.iter().map(|(session, _)| *session).max_by_key(|id| used(*id))?;
        self.place_in(session, window)
    }

    fn place_in(&self, session: u32, window: u32) -> Option<Target> {
        let found = self.state.sessions.get(&session)?;
        if found.windows.get(&found.current) == Some(&window) {
            return self.state.at(session, found.current);
        }
        let place = found.windows.iter().find(|(_, id)| **id == window)?;
        self.state.at(session, *place.0)
    }
}

impl State {
    /// The session that was used last.
    pub(crate) fn best_session(&self) -> Option<u32> {
        self.sessions.iter().max_by_key(|(_, session)| session.used).map(|(id, _)| *id)
    }

    /// A session's current window.
    pub(crate) fn in_session(&self, session: u32) -> Option<Target> {
        self.at(session, self.sessions.get(&session)?.current)
    }

    /// The active pane of the window at a place.
    pub(crate) fn at(&self, session: u32, index: u32) -> Option<Target> {
        let window = *self.sessions.get(&session)?.windows.get(&index)?;
        Some(Target { session, index, window, pane: self.windows.get(&window)?.active })
    }
}

fn missed(what: &'static str, name: &[u8], so_far: Option<Target>) -> Missed {
    let failure = Failure::new([b"can't find ", what.as_bytes(), b": ", name].concat());
    Missed { what, failure, so_far }
}

/// Splits a target where its kind has it split.
fn parts(text: &[u8], kind: Kind) -> Parts<'_> {
    let colon = text.split_once_str(":");
    let place = colon.map_or(text, |(_, rest)| rest);
    let dotted = place.split_once_str(".");
    let (session, window, pane) = match (colon, dotted) {
        (Some((session, _)), Some((window, pane))) => (Some(session), Some(window), Some(pane)),
        (Some((session, window)), None) => (Some(session), Some(window), None),
        (None, Some((window, pane))) => (None, Some(window), Some(pane)),
        (None, None) => match (text.first(), kind) {
            (Some(b'$'), _) => (Some(text), None, None),
            (Some(b'@'), _) => (None, Some(text), None),
            (Some(b'%'), _) => (None, None, Some(text)),
            (_, Kind::Session) => (Some(text), None, None),
            (_, Kind::Window) => (None, Some(text), None),
            (_, Kind::Pane) => (None, None, Some(text)),
        },
    };
    let some = |part: &&[u8]| !part.is_empty();
    Parts {
        session: session.filter(some),
        window: window.filter(some),
        pane: pane.filter(some),
        window_only: colon.is_some(),
        pane_only: dotted.is_some(),
    }
}

/// A name, and whether it must match as it is.
fn exact(name: &[u8]) -> (&[u8], bool) {
    match name.strip_prefix(b"=") {
        Some(name) => (name, true),
        None => (name, false),
    }
}

fn special_window(text: &[u8]) -> &[u8] {
    match text {
        b"{start}" => b"^",
        b"{last}" => b"!",
        b"{end}" => b"$",
        b"{next}" => b"+",
        b"{previous}" => b"-",
        other => other,
    }
}

fn special_pane(text: &[u8]) -> Result<&[u8]> {
    Ok(match text {
        b"{last}" => b"!",
        b"{next}" => b"+",
        b"{previous}" => b"-",
        other if other.starts_with(b"{") => {
            return Err(Failure::unmodelled(format_args!("the target {}", other.as_bstr())));
        }
        other => other,
    })
}

fn offset(text: &[u8]) -> Option<(bool, u32)> {
    let (sign, digits) = text.split_first()?;
    let forwards = match sign {
        b'+' => true,
        b'-' => false,
        _ => return None,
    };
    match digits {
        [] => Some((forwards, 1)),
        digits => Some((forwards, number(digits)?)),
    }
}

/// The one that is some steps away, around the end.
fn stepped(all: &[u32], from: u32, forwards: bool, by: u32) -> Option<u32> {
    let at = all.iter().position(|index| *index == from)?;
    let by = usize::try_from(by).ok()? % all.len();
    let index = if forwards { at + by } else { at + all.len() - by };
    all.get(index % all.len()).copied()
}

fn number(text: &[u8]) -> Option<u32> {
    let text = text.to_str().ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
