//! Sizes and layouts.

use bstr::ByteSlice;

use super::{Call, Next, number};
use crate::failure::{Failure, Result, fail};
use crate::layout::{self, Along, Sizes};
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
    call.words.models("xyDLRUt")?;
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
        (window.width, window.height) = (width, height);
        window.layout.resize(width, height);
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
    call.words.models("xyDLRUt")?;
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
    call.words.models("npt")?;
    let target = call.target(Kind::Pane)?;
    if call.has('n') {
        return step(call, target, true);
    }
    if call.has('p') {
        return step(call, target, false);
    }
    let which = match call.words.argument(0) {
        Some(name) => match find(name) {
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

/// A layout by its name, or by what begins no other.
fn find(name: &[u8]) -> Option<usize> {
    let name = name.to_str().ok()?;
    if let Some(found) = LAYOUTS.iter().position(|layout| *layout == name) {
        return Some(found);
    }
    let mut found = (0..LAYOUTS.len()).filter(|at| LAYOUTS[*at].starts_with(name));
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

fn arrange(call: &mut Call<'_>, target: Target, which: usize) {
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
    };
    let Some(window) = call.state.windows.get_mut(&target.window) else { return };
    let (width, height) = (window.width, window.height);
    window.layout = layout::arrange(LAYOUTS[which], &window.panes, width, height, &sizes);
    window.last_layout = Some(which);
}

fn step(call: &mut Call<'_>, target: Target, forwards: bool) -> Result<Next> {
    let last = call.state.windows[&target.window].last_layout;
    let count = LAYOUTS.len();
    let which = match (last, forwards) {
        (Some(last), true) => (last + 1) % count,
        (None, true) => 0,
        (Some(last), false) => (last + count - 1) % count,
        (None, false) => count - 1,
    };
    arrange(call, target, which);
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
