//! Sizes and layouts.

use bstr::ByteSlice;
use tmuxwire_operations::Release;

use super::{Call, Next, number};
use crate::failure::{Failure, Result, fail};
use crate::layout::{self, Along, Rest, Sizes};
use crate::options::Setting;
use crate::targets::{Kind, Target};

const LAYOUTS: [&str; 7] = [
    "even-horizontal",
    "even-vertical",
    "main-horizontal",
    "main-horizontal-mirrored",
    "main-vertical",
    "main-vertical-mirrored",
    "tiled",
];

pub(super) fn resize_window(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    let by = match call.words.argument(0) {
        Some(text) => match number(text) {
            Some(by @ 1..) => by,
            Some(_) => return fail!("adjustment too small"),
            None => return fail!("adjustment invalid"),
        },
        None => 1,
    };
    let window = &call.state.windows[&target.window];
    let mut width = asked(call, 'x', "width")?.unwrap_or(window.width);
    let mut height = asked(call, 'y', "height")?.unwrap_or(window.height);
    match () {
        () if call.has('L') => width = if width > by { width - by } else { width },
        () if call.has('R') => width += by,
        () if call.has('U') => height = if height > by { height - by } else { height },
        () if call.has('D') => height += by,
        () => {}
    }
    if let Some(window) = call.state.windows.get_mut(&target.window) {
        window.options.set(b"window-size", Setting::One("manual".into()));
        window.layout.resize(width, height);
        // A window isn't smaller than its panes.
        window.width = width.max(window.layout.width);
        window.height = height.max(window.layout.height);
    }
    Ok(Next::Done)
}

fn asked(call: &Call<'_>, letter: char, what: &str) -> Result<Option<i64>> {
    let Some(text) = call.value(letter) else { return Ok(None) };
    match number(text) {
        Some(size @ 1..=10_000) => Ok(Some(size)),
        Some(..=0) => fail!(what, " too small"),
        Some(_) => fail!(what, " too large"),
        None => fail!(what, " invalid"),
    }
}

pub(super) fn resize_pane(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    for (letter, along) in [('x', Along::Columns), ('y', Along::Lines)] {
        let Some(text) = call.value(letter) else { continue };
        let window = &call.state.windows[&target.window];
        let whole = if along == Along::Columns { window.width } else { window.height };
        let size = match text.strip_suffix(b"%") {
            Some(percent) => number(percent).map(|percent| whole * percent / 100),
            None => number(text),
        };
        let Some(size) = size.filter(|size| (1..=10_000).contains(size)) else {
            return Err(Failure::unmodelled("a size that is no number of cells"));
        };
        if let Some(window) = call.state.windows.get_mut(&target.window) {
            window.layout.resize_pane(target.pane, along, size);
        }
    }
    for (letter, along, sign) in [
        ('L', Along::Columns, -1),
        ('R', Along::Columns, 1),
        ('U', Along::Lines, -1),
        ('D', Along::Lines, 1),
    ] {
        if !call.has(letter) {
            continue;
        }
        let text = call.value(letter).or_else(|| call.words.argument(0));
        let Some(by) = text.map_or(Some(1), number).filter(|by| *by >= 0) else {
            return Err(Failure::unmodelled("an adjustment that is no number"));
        };
        if let Some(window) = call.state.windows.get_mut(&target.window) {
            window.layout.move_border(target.pane, along, sign * by);
        }
    }
    Ok(Next::Done)
}

pub(super) fn select_layout(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    if call.has('n') {
        return step(call, target, true);
    }
    if call.has('p') {
        return step(call, target, false);
    }
    let which = match call.words.argument(0) {
        Some(name) => match find(name, call.state.release) {
            Some(which) => which,
            None => return Err(Failure::unmodelled("a layout that has no name of tmux's")),
        },
        None => match call.state.windows[&target.window].last_layout {
            Some(which) => which,
            None => return Ok(Next::Done),
        },
    };
    arrange(call, target, which);
    Ok(Next::Done)
}

/// The layouts of a release.
fn names(release: Release) -> Vec<&'static str> {
    let is_there = |name: &&str| release >= Release::new(3, 5) || !name.ends_with("mirrored");
    LAYOUTS.into_iter().filter(is_there).collect()
}

/// A layout by its name, or by what begins no other.
fn find(name: &[u8], release: Release) -> Option<&'static str> {
    let name = name.to_str().ok()?;
    let names = names(release);
    if let Some(found) = names.iter().find(|layout| **layout == name) {
        return Some(found);
    }
    let mut found = names.into_iter().filter(|layout| layout.starts_with(name));
    found.next().filter(|_| found.next().is_none())
}

fn arrange(call: &mut Call<'_>, target: Target, name: &'static str) {
    let text = |name: &str| {
        let value = call.state.option(Some(&target), name);
        value.to_str_lossy().into_owned()
    };
    let sizes = Sizes {
        main_width: text("main-pane-width"),
        main_height: text("main-pane-height"),
        other_width: text("other-pane-width"),
        other_height: text("other-pane-height"),
        most_columns: text("tiled-layout-max-columns").parse().unwrap_or(0),
        rest: match call.state.release >= Release::new(3, 6) {
            true => Rest::First,
            false => Rest::Last,
        },
    };
    let Some(window) = call.state.windows.get_mut(&target.window) else { return };
    let (width, height) = (window.width, window.height);
    window.layout = layout::arrange(name, &window.panes, width, height, &sizes);
    window.last_layout = Some(name);
}

fn step(call: &mut Call<'_>, target: Target, forwards: bool) -> Result<Next> {
    let names = names(call.state.release);
    let last = call.state.windows[&target.window].last_layout;
    let last = last.and_then(|last| names.iter().position(|name| *name == last));
    let count = names.len();
    let which = match (last, forwards) {
        (Some(last), true) => (last + 1) % count,
        (None, true) => 0,
        (Some(last), false) => (last + count - 1) % count,
        (None, false) => count - 1,
    };
    arrange(call, target, names[which]);
    Ok(Next::Done)
}

pub(super) fn next_layout(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    step(call, target, true)
}

pub(super) fn previous_layout(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    step(call, target, false)
}
