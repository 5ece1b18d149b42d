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

type Parts<'a> = (Option<&'a [u8]>, Option<&'a [u8]>, Option<&'a [u8]>);

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
        let (session, window, pane) = parts(text, kind);
        let window = window.map(special_window);
        let pane = pane.map(special_pane).transpose()?;
        match session {
            Some(name) => self.with_session(name, window, pane),
            None => self.without_session(window, pane),
        }
    }

    fn with_session(
        &self,
        name: &[u8],
        window: Option<&[u8]>,
        pane: Option<&[u8]>,
    ) -> Result<Target> {
        let Some(target) = self.session(name).and_then(|id| self.state.in_session(id)) else {
            return fail!("can't find session: ", exact(name).0);
        };
        let target = match window {
            Some(window) => {
                self.window_in(target, window).ok_or_else(|| no_window(window))?
            }
            None => target,
        };
        match pane {
            Some(pane) => self.pane_in(target, pane).ok_or_else(|| no_pane(pane)),
            None => Ok(target),
        }
    }

    fn without_session(&self, window: Option<&[u8]>, pane: Option<&[u8]>) -> Result<Target> {
        let current = self.current();
        let nothing = || Failure::new("no current target");
        match (window, pane) {
            (Some(window), pane) => {
                let only = pane.is_some();
                let found = self.window(current, window, only).ok_or_else(|| no_window(window))?;
                match pane {
                    Some(pane) => self.pane_in(found, pane).ok_or_else(|| no_pane(pane)),
                    None => Ok(found),
                }
            }
            (None, Some(pane)) => self.pane(current, pane).ok_or_else(|| no_pane(pane)),
            (None, None) => current.ok_or_else(nothing),
        }
    }

    /// A place for a window: an index need not be there yet.
    pub(crate) fn slot(&self, text: Option<&[u8]>) -> Result<Slot> {
        let text = text.unwrap_or_default();
        let (session, window, pane) = parts(text, Kind::Window);
        let window = window.map(special_window);
        if pane.is_some() {
            return fail!("can't specify pane here");
        }
        let target = match session {
            Some(name) => match self.session(name).and_then(|id| self.state.in_session(id)) {
                Some(target) => target,
                None => return fail!("can't find session: ", exact(name).0),
            },
            None => self.current().ok_or_else(|| Failure::new("no current target"))?,
        };
        let Some(window) = window else {
            return Ok(Slot { session: target.session, index: None });
        };
        let at = |index| Ok(Slot { session: target.session, index: Some(index) });
        if let Some((forwards, by)) = offset(window) {
            let index = match forwards {
                true => target.index.checked_add(by),
                false => target.index.checked_sub(by),
            };
            return index.map_or_else(|| Err(no_window(window)), at);
        }
        if self.window_in(target, window).is_none()
            && let Some(index) = number(window)
        {
            return at(index);
        }
        let found = match session {
            Some(_) => self.window_in(target, window),
            None => self.window(Some(target), window, false),
        };
        match found {
            // The name of a session alone is no place.
            Some(found) if session.is_none() && self.window_in(target, window).is_none() => {
                Ok(Slot { session: found.session, index: None })
            }
            Some(found) => Ok(Slot { session: found.session, index: Some(found.index) }),
            None => Err(no_window(window)),
        }
    }

    pub(crate) fn session(&self, name: &[u8]) -> Option<u32> {
        if let Some(id) = name.strip_prefix(b"$") {
            return number(id).filter(|id| self.state.sessions.contains_key(id));
        }
        let (name, is_exact) = exact(name);
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

    fn window(&self, current: Option<Target>, window: &[u8], only: bool) -> Option<Target> {
        if let Some(id) = window.strip_prefix(b"@") {
            return self.window_anywhere(number(id)?);
        }
        let found = current.and_then(|current| self.window_in(current, window));
        found.or_else(|| match only {
            true => None,
            false => self.session(window).and_then(|id| self.state.in_session(id)),
        })
    }

    fn window_in(&self, current: Target, window: &[u8]) -> Option<Target> {
        let state = self.state;
        let session = state.sessions.get(&current.session)?;
        let at = |index: u32| state.at(current.session, index);
        if let Some(id) = window.strip_prefix(b"@") {
            return self.place_in(current.session, number(id)?);
        }
        let indexes: Vec<u32> = session.windows.keys().copied().collect();
        if let Some((forwards, by)) = offset(window) {
            return at(stepped(&indexes, session.current, forwards, by)?);
        }
        let (window, is_exact) = exact(window);
        let special = match window {
            b"!" => Some(session.last.first().copied()),
            b"^" => Some(indexes.first().copied()),
            b"$" => Some(indexes.last().copied()),
            _ => None,
        };
        if let (Some(found), false) = (special, is_exact) {
            return at(found?);
        }
        if let Some(index) = number(window)
            && session.windows.contains_key(&index)
        {
            return at(index);
        }
        let one = |matches: &dyn Fn(&BString) -> bool| {
            let name = |id: &u32| state.windows.get(id).is_some_and(|window| matches(&window.name));
            let mut found = session.windows.iter().filter(|(_, id)| name(id));
            match (found.next(), found.next()) {
                (Some((index, _)), None) => Ok(Some(*index)),
                (None, _) => Ok(None),
                _ => Err(()),
            }
        };
        let found = one(&|name| name == window).ok()?;
        let index = match found {
            Some(index) => Some(index),
            None if is_exact => None,
            None => match one(&|name| name.starts_with(window)).ok()? {
                Some(index) => Some(index),
                None => one(&|name| glob::matches(window, name)).ok()?,
            },
        };
        at(index?)
    }

    fn pane(&self, current: Option<Target>, pane: &[u8]) -> Option<Target> {
        if let Some(id) = pane.strip_prefix(b"%") {
            return self.pane_anywhere(number(id)?);
        }
        let found = current.and_then(|current| self.pane_in(current, pane));
        found.or_else(|| self.window(current, pane, false))
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

fn no_window(window: &[u8]) -> Failure {
    Failure::new([b"can't find window: ", exact(window).0].concat())
}

fn no_pane(pane: &[u8]) -> Failure {
    Failure::new([b"can't find pane: ", pane].concat())
}

/// Splits a target where its kind has it split.
fn parts(text: &[u8], kind: Kind) -> Parts<'_> {
    let some = |part: &'_ [u8]| !part.is_empty();
    let (session, rest) = match text.split_once_str(":") {
        Some((session, rest)) => (Some(session), Some(rest)),
        None => (None, None),
    };
    let place = rest.unwrap_or(text);
    let dotted = place.split_once_str(".");
    let (mut session, mut window, mut pane) = match (rest, dotted) {
        (Some(_), Some((window, pane))) => (session, Some(window), Some(pane)),
        (Some(window), None) => (session, Some(window), None),
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
    session = session.filter(|part| some(part));
    window = window.filter(|part| some(part));
    pane = pane.filter(|part| some(part));
    (session, window, pane)
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
