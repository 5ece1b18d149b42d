//! Windows and their places in sessions.

use tmuxwire_operations::Release;

use super::making::index_for;
use super::{Call, Next};
use crate::failure::{Failure, Result, fail};
use crate::state::State;
use crate::targets::{Kind, Target};

pub(super) fn kill(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    if !call.has('a') {
        call.state.end_window(target.window);
        return Ok(Next::Done);
    }
    let places: Vec<(u32, u32)> = {
        let windows = call.state.sessions[&target.session].windows.iter();
        windows.map(|(index, window)| (*index, *window)).collect()
    };
    for (index, window) in places {
        let about = call.state.at(target.session, index);
        let kept = match call.value('f') {
            Some(filter) => !call.context(about, 'w').is_true(filter)?,
            None => false,
        };
        if index != target.index && !kept {
            call.state.end_window(window);
        }
    }
    Ok(Next::Done)
}

impl State {
    /// Numbers the windows of a session that wants it when one of them has ended.
    pub(crate) fn renumber_if_wanted(&mut self, session: u32) {
        let place = crate::options::Place::Session(session);
        let wanted = self.option_at(place, b"renumber-windows");
        if wanted.is_some_and(|(setting, _)| setting.text() == "on") {
            self.renumber(session);
        }
    }

    /// Numbers a session's windows in sequence.
    fn renumber(&mut self, session: u32) {
        let place = crate::options::Place::Session(session);
        let base = self.option_at(place, b"base-index").map(|(setting, _)| setting.text());
        let base = base.and_then(|base| super::number(&base)).unwrap_or(0);
        let base = u32::try_from(base).unwrap_or(0);
        let Some(session) = self.sessions.get_mut(&session) else { return };
        let old: Vec<(u32, u32)> = std::mem::take(&mut session.windows).into_iter().collect();
        let new = |index: u32| old.iter().position(|(old, _)| *old == index);
        let new = |index: u32| base + u32::try_from(new(index).unwrap_or(0)).unwrap_or(0);
        session.windows = old.iter().map(|(index, window)| (new(*index), *window)).collect();
        session.current = new(session.current);
        session.last.iter_mut().for_each(|index| *index = new(*index));
    }

    /// Puts a window at another place, too.
    pub(super) fn link_at(
        &mut self,
        window: u32,
        session: u32,
        index: Option<u32>,
        kill: bool,
        select: bool,
    ) -> Result<u32> {
        let mut select = select;
        let index = index.unwrap_or_else(|| self.free_index(session));
        if let Some(there) = self.at(session, index) {
            if there.window == window {
                return fail!("same index: ", index.to_string());
            }
            if !kill {
                return fail!("index in use: ", index.to_string());
            }
            select |= self.sessions[&session].current == index;
            self.replace(session, index, window);
        }
        self.place(session, index, window);
        if select {
            self.select(session, index);
        }
        Ok(index)
    }
}

pub(super) fn link(call: &mut Call<'_>) -> Result<Next> {
    let source = call.finder().find(call.value('s'), Kind::Window)?;
    link_to(call, source).map(|_| Next::Done)
}

/// Links a window where `-t` says; answers where its old place is now, as making room may move it.
fn link_to(call: &mut Call<'_>, source: Target) -> Result<(u32, u32)> {
    let slot = call.finder().slot(call.value('t'))?;
    let rank = call.state.sessions[&source.session].windows.range(..source.index).count();
    let index = index_for(call, slot);
    let windows = &call.state.sessions[&source.session].windows;
    let old = windows.keys().nth(rank).copied().unwrap_or(source.index);
    let (kill, select) = (call.has('k'), !call.has('d'));
    call.state.link_at(source.window, slot.session, index, kill, select)?;
    Ok((source.session, old))
}

pub(super) fn relocate(call: &mut Call<'_>) -> Result<Next> {
    if call.has('r') {
        // tmux ends the list without a word if it isn't there.
        let quiet = "move-window -r of a session that is not there";
        let target = call.target(Kind::Session).map_err(|_| Failure::unmodelled(quiet))?;
        call.state.renumber(target.session);
        return Ok(Next::Done);
    }
    let source = call.finder().find(call.value('s'), Kind::Window)?;
    let (session, index) = link_to(call, source)?;
    call.state.unlink(session, index);
    Ok(Next::Done)
}

pub(super) fn unlink(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    let is_linked = call.state.places_of(target.window).len() > 1;
    if !is_linked && !call.has('k') {
        return fail!("window only linked to one session");
    }
    call.state.unlink(target.session, target.index);
    Ok(Next::Done)
}

pub(super) fn swap(call: &mut Call<'_>) -> Result<Next> {
    let source = call.source(Kind::Window)?;
    let target = call.target(Kind::Window)?;
    if source.window == target.window {
        return Ok(Next::Done);
    }
    if call.state.marked.is_some() {
        return Err(Failure::unmodelled("swap-window while a pane is marked"));
    }
    call.state.place(source.session, source.index, target.window);
    call.state.place(target.session, target.index, source.window);
    if call.has('d') {
        call.state.select(target.session, target.index);
        if source.session != target.session {
            call.state.select(source.session, source.index);
        }
    }
    Ok(Next::Done)
}

pub(super) fn rename(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    let name = call.window_name(call.words.argument(0).unwrap_or_default(), Some(target))?;
    let name = match call.state.release < Release::new(3, 6) {
        // Unlike the name of a new one.
        true => crate::quote::visible(&name, false),
        false => name,
    };
    call.state.name_window(target.window, name);
    Ok(Next::Done)
}
