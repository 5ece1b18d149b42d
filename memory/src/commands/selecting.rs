//! Which window is current, which pane active.

use tmuxwire_operations::Release;

use super::{Call, Next};
use crate::failure::{Result, fail};
use crate::state::Marked;
use crate::targets::{Kind, Target};

pub(super) fn window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    if call.has('n') {
        return step(call, target, true);
    }
    if call.has('p') {
        return step(call, target, false);
    }
    let current = call.state.sessions[&target.session].current;
    if call.has('l') || call.has('T') && current == target.index {
        return last(call, target);
    }
    call.state.select(target.session, target.index);
    Ok(Next::Done)
}

pub(super) fn next_window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    step(call, target, true)
}

pub(super) fn previous_window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    step(call, target, false)
}

pub(super) fn last_window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    last(call, target)
}

fn step(call: &mut Call<'_>, target: Target, forwards: bool) -> Result<Next> {
    let session = &call.state.sessions[&target.session];
    let (mut below, mut above) =
        (session.windows.range(..session.current), session.windows.range(session.current + 1..));
    let found = match forwards {
        true => above.next().or_else(|| below.next()),
        false => below.next_back().or_else(|| above.next_back()),
    };
    let Some(index) = found.map(|(index, _)| *index) else {
        return match forwards {
            true => fail!("no next window"),
            false => fail!("no previous window"),
        };
    };
    call.state.select(target.session, index);
    Ok(Next::Done)
}

fn last(call: &mut Call<'_>, target: Target) -> Result<Next> {
    let last = call.state.sessions[&target.session].last.first().copied();
    let Some(index) = last else { return fail!("no last window") };
    call.state.select(target.session, index);
    Ok(Next::Done)
}

pub(super) fn pane(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    if call.has('l') {
        return last_of(call, target);
    }
    if call.has('M') {
        call.state.marked = None;
        return Ok(Next::Done);
    }
    if call.has('m') {
        let mark = Marked { session: target.session, index: target.index, pane: target.pane };
        call.state.marked = Some(mark).filter(|mark| call.state.marked != Some(*mark));
        return Ok(Next::Done);
    }
    if input(call, target.pane) {
        return Ok(Next::Done);
    }
    if let Some(title) = call.value('T') {
        let title = call.expand(title, Some(target))?;
        let release = call.state.release;
        let is_text = crate::state::check_name("title", &title).is_ok();
        if let Some(pane) = call.state.panes.get_mut(&target.pane).filter(|_| is_text) {
            pane.title = match release < Release::new(3, 6) {
                true => title,
                false => crate::quote::visible(&title, false),
            };
        }
        return Ok(Next::Done);
    }
    call.state.activate(target.pane);
    Ok(Next::Done)
}

pub(super) fn last_pane(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    last_of(call, target)
}

fn last_of(call: &mut Call<'_>, target: Target) -> Result<Next> {
    let window = &call.state.windows[&target.window];
    let other = || window.panes.iter().copied().find(|pane| *pane != window.active);
    let only_two = || other().filter(|_| window.panes.len() == 2);
    let Some(pane) = window.last.first().copied().or_else(only_two) else {
        return fail!("no last pane");
    };
    if !input(call, pane) {
        call.state.activate(pane);
    }
    Ok(Next::Done)
}

/// Whether only keys are let through or kept from a pane.
fn input(call: &mut Call<'_>, pane: u32) -> bool {
    let (off, on) = (call.has('d'), call.has('e'));
    if let Some(pane) = call.state.panes.get_mut(&pane)
        && (off || on)
    {
        pane.input_off = !on;
    }
    off || on
}
