//! Lists.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::{Call, Next};
use crate::failure::{Failure, Result, fail};
use crate::formats::Context;
use crate::targets::{Kind, Target};
use crate::words::{commands_of, find};

const SESSION: &str = "#{session_name}: #{session_windows} windows (created \
    #{t:session_created})#{?session_grouped, (group ,}#{session_group}#{?session_grouped,),}\
    #{?session_attached, (attached),}";
const WINDOW: &str = "#{window_index}: #{window_name}#{window_raw_flags} (#{window_panes} panes) \
    [#{window_width}x#{window_height}] [layout #{window_layout}] #{window_id}\
    #{?window_active, (active),}";
const ANY_WINDOW: &str = "#{session_name}:#{window_index}: #{window_name}#{window_raw_flags} \
    (#{window_panes} panes) [#{window_width}x#{window_height}] ";
const PANE: &str = "#{pane_index}: [#{pane_width}x#{pane_height}] [history \
    #{history_size}/#{history_limit}, #{history_bytes} bytes] #{pane_id}\
    #{?pane_active, (active),}#{?pane_dead, (dead),}";
const BUFFER: &str = "#{buffer_name}: #{buffer_size} bytes: \"#{buffer_sample}\"";

/// Prints a line for each, if the filter lets it.
fn rows(call: &mut Call<'_>, targets: Vec<Target>, about: char, otherwise: &str) -> Result<Next> {
    let format = BString::from(call.value('F').unwrap_or(otherwise.as_bytes()));
    let mut lines = Vec::new();
    for target in targets {
        let context = call.context(Some(target), about);
        if let Some(filter) = call.value('f')
            && !context.is_true(filter)?
        {
            continue;
        }
        lines.push(context.expand(&format)?);
    }
    call.out.extend(lines);
    Ok(Next::Done)
}

/// The order of `-O`, of those that a list has.
fn order(call: &Call<'_>, modelled: &[&'static str]) -> Result<Option<&'static str>> {
    let Some(text) = call.value('O') else { return Ok(None) };
    const ORDERS: [&str; 7] =
        ["activity", "creation", "index", "modifier", "name", "order", "size"];
    if let Some(order) = modelled.iter().find(|order| order.as_bytes() == text) {
        return Ok(Some(order));
    }
    match ORDERS.iter().any(|order| order.as_bytes() == text) {
        true => Err(Failure::unmodelled(format_args!("the order {}", text.as_bstr()))),
        false => fail!("invalid sort order"),
    }
}

/// Only what is sorted is reversed.
fn is_reversed(call: &Call<'_>) -> bool {
    call.has('r') && call.has('O')
}

pub(super) fn sessions(call: &mut Call<'_>) -> Result<Next> {
    let mut ids = call.state.sessions_by_name();
    if let Some("creation" | "index") = order(call, &["name", "creation", "index"])? {
        ids.sort_unstable();
    }
    if is_reversed(call) {
        ids.reverse();
    }
    let targets = ids.into_iter().filter_map(|id| call.state.in_session(id)).collect();
    rows(call, targets, 's', SESSION)
}

fn windows_of(call: &Call<'_>, session: u32) -> Vec<Target> {
    let indexes = call.state.sessions[&session].windows.keys();
    indexes.filter_map(|index| call.state.at(session, *index)).collect()
}

pub(super) fn windows(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    let sessions = match call.has('a') {
        true => call.state.sessions_by_name(),
        false => vec![target.session],
    };
    let mut targets: Vec<Target> = Vec::new();
    for session in sessions {
        targets.extend(windows_of(call, session));
    }
    match order(call, &["name", "creation", "index"])? {
        Some("name") => {
            let names = &call.state.windows;
            targets.sort_by(|one, other| names[&one.window].name.cmp(&names[&other.window].name));
        }
        Some("creation") => targets.sort_by_key(|target| target.window),
        Some(_) if call.has('a') => {
            return Err(Failure::unmodelled("the order index of all windows"));
        }
        _ => {}
    }
    if is_reversed(call) {
        targets.reverse();
    }
    let otherwise = if call.has('a') { ANY_WINDOW } else { WINDOW };
    rows(call, targets, 'w', otherwise)
}

pub(super) fn panes(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Window)?;
    let windows = match (call.has('a'), call.has('s')) {
        (true, _) => {
            let mut all = Vec::new();
            for session in call.state.sessions_by_name() {
                all.extend(windows_of(call, session));
            }
            all
        }
        (false, true) => windows_of(call, target.session),
        (false, false) => vec![target],
    };
    if call.has('r') {
        return Err(Failure::flag("list-panes", 'r'));
    }
    let mut targets = Vec::new();
    for window in windows {
        let panes = &call.state.windows[&window.window].panes;
        targets.extend(panes.iter().map(|pane| Target { pane: *pane, ..window }));
    }
    let otherwise = match (call.has('a'), call.has('s')) {
        (true, _) => format!("#{{session_name}}:#{{window_index}}.{PANE}"),
        (false, true) => format!("#{{window_index}}.{PANE}"),
        (false, false) => PANE.to_owned(),
    };
    rows(call, targets, 'p', &otherwise)
}

/// Nobody is ever attached, so that there is nothing to list.
pub(super) fn clients(call: &mut Call<'_>) -> Result<Next> {
    if call.has('t') {
        call.target(Kind::Session)?;
    }
    order(call, &["activity", "creation", "name", "size"])?;
    Ok(Next::Done)
}

pub(super) fn buffers(call: &mut Call<'_>) -> Result<Next> {
    let format = BString::from(call.value('F').unwrap_or(BUFFER.as_bytes()));
    let mut at: Vec<usize> = (0..call.state.buffers.len()).collect();
    let buffers = &call.state.buffers;
    match order(call, &["name", "size", "creation"])? {
        Some("name") => at.sort_by(|one, other| buffers[*one].name.cmp(&buffers[*other].name)),
        Some("size") => at.sort_by_key(|at| buffers[*at].data.len()),
        _ => at.sort_by_key(|at| std::cmp::Reverse(buffers[*at].order)),
    }
    if is_reversed(call) {
        at.reverse();
    }
    let mut lines = Vec::new();
    for buffer in at {
        let context = Context { buffer: Some(buffer), ..call.context(None, 'b') };
        if let Some(filter) = call.value('f')
            && !context.is_true(filter)?
        {
            continue;
        }
        lines.push(context.expand(&format)?);
    }
    call.out.extend(lines);
    Ok(Next::Done)
}

/// Names and aliases, by a format of these alone: how tmux words its usages is its own.
pub(super) fn commands(call: &mut Call<'_>) -> Result<Next> {
    let release = call.state.release;
    let found = match call.words.argument(0) {
        Some(name) => match find(name, release) {
            Err(_) if release < Release::new(3, 6) => Vec::new(),
            found => vec![found?],
        },
        None => commands_of(release),
    };
    let Some(format) = call.value('F').map(BString::from) else {
        return Err(Failure::unmodelled("list-commands without -F"));
    };
    for spec in found {
        let line = format.replace("#{command_list_name}", spec.name);
        let line = line.replace("#{command_list_alias}", spec.alias.unwrap_or_default());
        if line.contains(&b'#') {
            return Err(Failure::unmodelled("this format of list-commands"));
        }
        call.print(line);
    }
    Ok(Next::Done)
}
