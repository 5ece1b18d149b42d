//! Panes that end and move.

use tmuxwire_operations::Release;

use super::making::{index_for, split_of};
use super::{Call, Next};
use crate::failure::{Result, fail};
use crate::state::window_name;
use crate::targets::{Kind, Target};

pub(super) fn kill(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    if !call.has('a') {
        call.state.end_pane(target.pane);
        return Ok(Next::Done);
    }
    for pane in call.state.windows[&target.window].panes.clone() {
        let kept = match call.value('f') {
            Some(filter) => !call.context(Some(Target { pane, ..target }), 'p').is_true(filter)?,
            None => false,
        };
        if pane != target.pane && !kept {
            call.state.end_pane(pane);
        }
    }
    Ok(Next::Done)
}

pub(super) fn break_pane(call: &mut Call<'_>) -> Result<Next> {
    let source = call.source(Kind::Pane)?;
    let slot = call.finder().slot(call.value('t'))?;
    let name = match call.value('n') {
        Some(name) => Some(call.window_name(name, Some(source))?),
        None => None,
    };
    let index = index_for(call, slot);
    let select = !call.has('d');
    let index = match call.state.windows[&source.window].panes.len() {
        1 => {
            let window = source.window;
            let index = call.state.link_at(window, slot.session, index, false, select)?;
            let old = call.state.places_of(window);
            let is_old =
                |place: &(u32, u32)| place.0 == source.session && *place != (slot.session, index);
            if let Some((session, index)) = old.into_iter().find(is_old) {
                call.state.unlink(session, index);
            }
            if let Some(name) = name {
                call.state.name_window(window, name);
            }
            index
        }
        _ => {
            let index = index.unwrap_or_else(|| call.state.free_index(slot.session));
            if call.state.at(slot.session, index).is_some() {
                return fail!("index in use: ", index.to_string());
            }
            let window = into_window(call, source);
            call.state.place(slot.session, index, window);
            if let Some(name) = name {
                call.state.name_window(window, name);
            }
            if select {
                call.state.select(slot.session, index);
            }
            index
        }
    };
    if let Some(made) = call.state.at(slot.session, index) {
        call.report(made, "#{session_name}:#{window_index}.#{pane_index}")?;
    }
    Ok(Next::Done)
}

/// Makes a window of a pane that has others beside it.
fn into_window(call: &mut Call<'_>, source: Target) -> u32 {
    let (width, height) = {
        let window = &call.state.windows[&source.window];
        (window.width, window.height)
    };
    call.state.take_pane(source.pane);
    let id = call.state.next.window;
    call.state.next.window += 1;
    let shell = call.state.option(Some(&source), "default-shell");
    let mut name = shell.clone();
    if let Some(pane) = call.state.panes.get_mut(&source.pane) {
        pane.window = id;
        name = window_name(&pane.command, &shell);
    }
    call.state.insert_window(id, name, source.pane, width, height);
    id
}

pub(super) fn join(call: &mut Call<'_>) -> Result<Next> {
    let source = call.source(Kind::Pane)?;
    let target = call.target(Kind::Pane)?;
    if source.pane == target.pane {
        return fail!("source and target panes must be different");
    }
    let split = split_of(call, target)?;
    if !call.state.insert_pane(target, NOBODY, split) {
        return match call.state.release >= Release::new(3, 7) {
            true => fail!("size or position no space for a new pane"),
            false => fail!("create pane failed: pane too small"),
        };
    }
    let between = Release::new(3, 6)..Release::new(3, 8);
    if between.contains(&call.state.release) && split.before && !split.full {
        // Its index then isn't its place.
        call.state.order_after(target, NOBODY);
    }
    let alone = call.state.windows[&source.window].panes == [source.pane];
    if alone {
        if let Some(window) = call.state.windows.get_mut(&source.window) {
            window.panes.clear();
        }
        call.state.end_window(source.window);
    } else {
        call.state.take_pane(source.pane);
    }
    if let Some(pane) = call.state.panes.get_mut(&source.pane) {
        pane.window = target.window;
    }
    if let Some(window) = call.state.windows.get_mut(&target.window) {
        let real = |pane: &mut u32| *pane = if *pane == NOBODY { source.pane } else { *pane };
        window.panes.iter_mut().for_each(real);
        real(&mut window.active);
        window.layout.replace(NOBODY, source.pane);
    }
    if !call.has('d') {
        call.state.activate(source.pane);
        // The end of the other window may have renumbered this one.
        let places = call.state.places_of(target.window);
        let here = places.iter().find(|place| place.0 == target.session && place.1 == target.index);
        let here = here.or_else(|| places.iter().find(|place| place.0 == target.session));
        if let Some((session, index)) = here {
            call.state.select(*session, *index);
        }
    }
    Ok(Next::Done)
}

impl crate::state::State {
    fn order_after(&mut self, target: Target, pane: u32) {
        let Some(window) = self.windows.get_mut(&target.window) else { return };
        window.panes.retain(|other| *other != pane);
        let at = window.panes.iter().position(|other| *other == target.pane).unwrap_or(0);
        window.panes.insert(at + 1, pane);
    }
}

/// Keeps the place of a pane that is still elsewhere.
const NOBODY: u32 = u32::MAX - 1;

pub(super) fn swap(call: &mut Call<'_>) -> Result<Next> {
    let source = call.source(Kind::Pane)?;
    let target = call.target(Kind::Pane)?;
    let source = match (call.has('D'), call.has('U')) {
        (false, false) => source,
        (down, _) => {
            let panes = &call.state.windows[&target.window].panes;
            let at = panes.iter().position(|pane| *pane == target.pane).unwrap_or(0);
            let step = if down { 1 } else { panes.len() - 1 };
            Target { pane: panes[(at + step) % panes.len()], ..target }
        }
    };
    if source.pane == target.pane {
        return Ok(Next::Done);
    }
    call.state.exchange(source, target);
    let (from, to) = (source.window, target.window);
    let active = |call: &Call<'_>, window: u32| call.state.windows[&window].active;
    match call.has('d') {
        false if from != to => {
            call.state.activate_in(from, target.pane);
            call.state.activate_in(to, source.pane);
        }
        false => call.state.activate_in(from, target.pane),
        true => {
            let was_source = active(call, from) == source.pane;
            if was_source {
                call.state.activate_in(from, target.pane);
            }
            if (from != to || !was_source) && active(call, to) == target.pane {
                call.state.activate_in(to, source.pane);
            }
        }
    }
    Ok(Next::Done)
}

impl crate::state::State {
    fn exchange(&mut self, source: Target, target: Target) {
        let swapped = |id: u32| match id {
            id if id == source.pane => target.pane,
            id if id == target.pane => source.pane,
            id => id,
        };
        let windows = match source.window == target.window {
            true => vec![source.window],
            false => vec![source.window, target.window],
        };
        for id in &windows {
            let Some(window) = self.windows.get_mut(id) else { continue };
            window.panes.iter_mut().for_each(|pane| *pane = swapped(*pane));
            window.layout.swap(source.pane, target.pane);
            if windows.len() > 1 {
                window.last.retain(|pane| *pane != source.pane && *pane != target.pane);
            }
        }
        if windows.len() > 1 {
            for (pane, window) in [(source.pane, target.window), (target.pane, source.window)] {
                if let Some(pane) = self.panes.get_mut(&pane) {
                    pane.window = window;
                }
            }
        }
    }

    fn activate_in(&mut self, window: u32, pane: u32) {
        let Some(window) = self.windows.get_mut(&window) else { return };
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
}
