//! New windows and panes.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::{Call, Next, number};
use crate::failure::{Failure, Result, fail};
use crate::layout::{Along, Cell, Split};
use crate::options::{Options, Setting};
use crate::state::{Pane, State, Window, now, window_name};
use crate::targets::{Kind, Slot, Target};

const PLACE: &str = "#{session_name}:#{window_index}.#{pane_index}";

impl State {
    /// The first free index of a session.
    pub(super) fn free_index(&self, session: u32) -> u32 {
        let target = self.in_session(session);
        let own = self.option_at(crate::options::Place::Session(session), b"base-index");
        let base = own.map(|(setting, _)| setting.text());
        let base = base.and_then(|base| base.to_str().ok()?.parse().ok()).unwrap_or(0);
        let used = |index: &u32| target.is_some() && self.at(session, *index).is_some();
        (base..).find(|index| !used(index)).unwrap_or(base)
    }

    /// What runs in a pane: what was asked for, or the option's, or the shell.
    fn command_of(&self, session: u32, command: Vec<BString>) -> Vec<BString> {
        if !command.is_empty() && command != [""] {
            return command;
        }
        let place = crate::options::Place::Session(session);
        let default = self.option_at(place, b"default-command");
        let default = default.map(|(setting, _)| setting.text()).unwrap_or_default();
        if default.is_empty() { Vec::new() } else { vec![default] }
    }

    fn make_pane(&mut self, window: u32, command: Vec<BString>, directory: BString) -> u32 {
        let id = self.next.pane;
        self.next.pane += 1;
        let title = rustix::system::uname().nodename().to_bytes().into();
        let pane = Pane { window, command, directory, title, ..Pane::default() };
        self.panes.insert(id, pane);
        id
    }

    /// Makes a window, at no place yet.
    pub(super) fn make_window(
        &mut self,
        session: u32,
        command: Vec<BString>,
        directory: BString,
        width: i64,
        height: i64,
    ) -> u32 {
        let id = self.next.window;
        self.next.window += 1;
        let command = self.command_of(session, command);
        let shell = self.option_at(crate::options::Place::Session(session), b"default-shell");
        let shell = shell.map(|(setting, _)| setting.text()).unwrap_or_default();
        let name = window_name(&command, &shell);
        let pane = self.make_pane(id, command, directory);
        self.insert_window(id, name, pane, width, height);
        id
    }

    /// Makes a window of a pane that is there.
    pub(super) fn insert_window(
        &mut self,
        id: u32,
        name: BString,
        pane: u32,
        width: i64,
        height: i64,
    ) {
        let window = Window {
            name,
            width,
            height,
            panes: vec![pane],
            active: pane,
            last: Vec::new(),
            layout: Cell::pane(pane, width, height),
            last_layout: None,
            created: now(),
            options: Options::default(),
        };
        self.windows.insert(id, window);
    }

    pub(super) fn place(&mut self, session: u32, index: u32, window: u32) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.windows.insert(index, window);
        }
    }

    /// Gives a window a name that stays.
    pub(super) fn name_window(&mut self, window: u32, name: BString) {
        if let Some(window) = self.windows.get_mut(&window) {
            window.name = name;
            window.options.set(b"automatic-rename", Setting::One("off".into()));
        }
    }

    /// Moves the windows from an index on up by one, as far as needed.
    pub(super) fn make_room(&mut self, session: u32, index: u32) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        let mut free = index;
        while session.windows.contains_key(&free) {
            free += 1;
        }
        for from in (index..free).rev() {
            if let Some(window) = session.windows.remove(&from) {
                session.windows.insert(from + 1, window);
            }
            let moved = |place: &mut u32| *place += u32::from(*place == from);
            moved(&mut session.current);
            session.last.iter_mut().for_each(moved);
        }
    }
}

/// The index for a new window: what `-a` or `-b` make room for, beside the current window if no other
/// is named; or what was asked for.
pub(super) fn index_for(call: &mut Call<'_>, slot: Slot) -> Option<u32> {
    let beside = slot.beside.and_then(|index| call.state.at(slot.session, index));
    let beside = match call.words.name() {
        // Only here an index without a window is one.
        "new-window" => beside,
        _ => beside.or_else(|| call.state.in_session(slot.session)),
    };
    let (after, before) = (call.has('a'), call.has('b'));
    let Some(target) = beside.filter(|_| after || before) else { return slot.index };
    let index = target.index + u32::from(!before);
    call.state.make_room(target.session, index);
    Some(index)
}

fn directory(call: &Call<'_>, target: Target) -> Result<BString> {
    match call.value('c') {
        Some(directory) => call.expand(directory, Some(target)),
        // A client that is not attached brings its own.
        None => Ok(call.client.directory.clone()),
    }
}

pub(super) fn window(call: &mut Call<'_>) -> Result<Next> {
    let slot = call.finder().slot(call.value('t'))?;
    let Some(current) = call.state.in_session(slot.session) else { return Ok(Next::Done) };
    let about = slot.index.and_then(|index| call.state.at(slot.session, index)).unwrap_or(current);
    let name = match call.value('n') {
        Some(name) => Some(call.window_name(name, Some(about))?),
        None => None,
    };
    if call.has('S')
        && let Some(name) = &name
        && let Some(found) = named(call, slot.session, name)?
    {
        if !call.has('d') {
            call.state.select(slot.session, found.index);
        }
        return Ok(Next::Done);
    }
    let directory = directory(call, about)?;
    let index = index_for(call, slot);
    let index = index.unwrap_or_else(|| call.state.free_index(slot.session));
    let mut detached = call.has('d');
    let before = call.state.at(slot.session, index);
    if let Some(before) = before {
        if !call.has('k') {
            return fail!("create window failed: index ", index.to_string(), " in use");
        }
        detached &= call.state.sessions[&slot.session].current != before.index;
    }
    let (width, height) = new_size(call, slot.session);
    let command = call.words.arguments.clone();
    let window = call.state.make_window(slot.session, command, directory, width, height);
    if before.is_some() {
        call.state.replace(slot.session, index, window);
    }
    call.state.place(slot.session, index, window);
    if let Some(name) = name {
        call.state.name_window(window, name);
    }
    if !detached {
        call.state.select(slot.session, index);
    }
    if let Some(target) = call.state.at(slot.session, index) {
        call.report(target, PLACE)?;
    }
    Ok(Next::Done)
}

impl State {
    /// Puts a window where another one is, which ends if it has no other place.
    pub(super) fn replace(&mut self, session: u32, index: u32, window: u32) {
        let Some(found) = self.sessions.get_mut(&session) else { return };
        let before = found.windows.insert(index, window);
        found.last.retain(|other| *other != index);
        let Some(before) = before.filter(|before| *before != window) else { return };
        if self.places_of(before).is_empty()
            && let Some(gone) = self.windows.remove(&before)
        {
            gone.panes.iter().for_each(|pane| drop(self.panes.remove(pane)));
        }
    }
}

fn new_size(call: &Call<'_>, session: u32) -> (i64, i64) {
    let place = crate::options::Place::Session(session);
    let size = call.state.option_at(place, b"default-size");
    let size = size.map(|(setting, _)| setting.text()).unwrap_or_default();
    let (width, height) = size.split_once_str("x").unwrap_or((b"80", b"24"));
    (number(width).unwrap_or(80), number(height).unwrap_or(24))
}

fn named(call: &Call<'_>, session: u32, name: &BString) -> Result<Option<Target>> {
    let windows = call.state.sessions[&session].windows.iter();
    let mut found = windows.filter(|(_, id)| call.state.windows[id].name == *name);
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(call.state.at(session, *index)),
        (None, _) => Ok(None),
        _ => fail!("multiple windows named ", name),
    }
}

pub(super) fn split(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    let split = split_of(call, target)?;
    let directory = directory(call, target)?;
    let command = call.state.command_of(target.session, call.words.arguments.clone());
    let pane = call.state.make_pane(target.window, command, directory);
    let made = call.state.insert_pane(target, pane, split);
    if !made {
        call.state.panes.remove(&pane);
        call.state.next.pane = pane;
        return fail!(no_space(call));
    }
    if !call.has('d') {
        call.state.activate(pane);
    }
    call.report(Target { pane, ..target }, PLACE)?;
    Ok(Next::Done)
}

/// tmux's words for it, which have changed.
pub(super) fn no_space(call: &Call<'_>) -> &'static str {
    match call.state.release {
        release if release >= Release::new(3, 8) => "no space for a new pane",
        release if release >= Release::new(3, 7) => "size or position no space for a new pane",
        _ => "no space for new pane",
    }
}

/// How `-h`, `-b`, `-f` and `-l` have a pane split.
pub(super) fn split_of(call: &Call<'_>, target: Target) -> Result<Split> {
    let along = if call.has('h') { Along::Columns } else { Along::Lines };
    let window = &call.state.windows[&target.window];
    let place = window.layout.places().into_iter().find(|(id, _)| *id == target.pane);
    let (width, height) = match place {
        Some((_, place)) if !call.has('f') => (place.width, place.height),
        _ => (window.width, window.height),
    };
    let whole = if along == Along::Columns { width } else { height };
    let percent = |text: &[u8]| {
        let percent = number(text).filter(|percent| (0..=100).contains(percent));
        percent.map(|percent| whole * percent / 100)
    };
    let size = match (call.value('l'), call.value('p')) {
        (Some(text), _) => match text.strip_suffix(b"%") {
            Some(text) => percent(text),
            None => number(text).filter(|size| *size >= 0),
        }
        .map(Some),
        (None, Some(text)) => percent(text).map(Some),
        (None, None) => Some(None),
    };
    let Some(size) = size else {
        return Err(Failure::unmodelled("a size that is neither cells nor a percentage"));
    };
    Ok(Split { along, before: call.has('b'), full: call.has('f'), size })
}

impl State {
    /// Puts a pane beside another one; `false` if there is no space.
    pub(super) fn insert_pane(&mut self, target: Target, pane: u32, split: Split) -> bool {
        let Some(window) = self.windows.get_mut(&target.window) else { return false };
        if !window.layout.split(target.pane, pane, split) {
            return false;
        }
        let at = window.panes.iter().position(|id| *id == target.pane).unwrap_or(0);
        let at = match (split.full, split.before) {
            (true, true) => 0,
            (true, false) => window.panes.len(),
            (false, before) => at + usize::from(!before),
        };
        window.panes.insert(at, pane);
        true
    }
}

pub(super) fn respawn_pane(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    let is_active = call.state.panes[&target.pane].dead.is_none();
    if is_active && !call.has('k') {
        let name = call.expand(PLACE.as_bytes(), Some(target))?;
        return fail!("respawn pane failed: pane ", name, " still active");
    }
    respawn(call, target)
}

pub(super) fn respawn_window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    let panes = call.state.windows[&target.window].panes.clone();
    let is_active = panes.iter().any(|pane| call.state.panes[pane].dead.is_none());
    if is_active && !call.has('k') {
        let name = call.expand(b"#{session_name}:#{window_index}", Some(target))?;
        return fail!("respawn window failed: window ", name, " still active");
    }
    let Some(kept) = panes.first().copied() else { return Ok(Next::Done) };
    for pane in panes.into_iter().skip(1) {
        call.state.end_pane(pane);
    }
    respawn(call, Target { pane: kept, ..target })
}

fn respawn(call: &mut Call<'_>, target: Target) -> Result<Next> {
    let directory = match call.value('c') {
        Some(directory) => Some(call.expand(directory, Some(target))?),
        None => None,
    };
    let command = call.words.arguments.clone();
    if let Some(pane) = call.state.panes.get_mut(&target.pane) {
        if !command.is_empty() {
            pane.command = command;
        }
        if let Some(directory) = directory {
            pane.directory = directory;
        }
        pane.dead = None;
        pane.screen = None;
        pane.typed.clear();
    }
    Ok(Next::Done)
}
