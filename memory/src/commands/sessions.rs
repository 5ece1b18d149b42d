//! Sessions, and the server.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::{Call, Next, number};
use crate::environment::Environment;
use crate::failure::{Failure, Result, fail};
use crate::options::{Options, Setting};
use crate::state::{Session, now};
use crate::targets::Kind;

pub(super) fn start_server(_: &mut Call<'_>) -> Result<Next> {
    Ok(Next::Done)
}

pub(super) fn kill_server(_: &mut Call<'_>) -> Result<Next> {
    Ok(Next::EndServer)
}

pub(super) fn has(call: &mut Call<'_>) -> Result<Next> {
    call.target(Kind::Session).map(|_| Next::Done)
}

pub(super) fn attach(call: &mut Call<'_>) -> Result<Next> {
    if call.state.sessions.is_empty() {
        return fail!("no sessions");
    }
    let names_pane =
        call.value('t').is_some_and(|text| text.contains(&b':') || text.contains(&b'.'));
    call.target(if names_pane { Kind::Pane } else { Kind::Session })?;
    no_terminal(call)
}

/// What tmux says to a client that can't be attached, which none can here.
fn no_terminal(call: &Call<'_>) -> Result<Next> {
    match call.client.has_terminal || call.client.is_control {
        true => Err(Failure::unmodelled("attached clients")),
        false => fail!("open terminal failed: not a terminal"),
    }
}

pub(super) fn kill(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    if call.has('C') {
        return Ok(Next::Done);
    }
    let mut ending = vec![target.session];
    if call.has('a') {
        ending.clear();
        for id in call.state.sessions_by_name() {
            let about = call.state.in_session(id);
            let kept = match call.value('f') {
                Some(filter) => !call.context(about, 's').is_true(filter)?,
                None => false,
            };
            if id != target.session && !kept {
                ending.push(id);
            }
        }
    }
    for id in ending {
        call.state.end_session(id);
    }
    Ok(Next::Done)
}

pub(super) fn rename(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Session)?;
    let name = call.expand(call.words.argument(0).unwrap_or_default(), Some(target))?;
    let name = session_name(call, name)?;
    if call.state.sessions[&target.session].name == name {
        return Ok(Next::Done);
    }
    if call.state.session_named(&name).is_some() {
        return fail!("duplicate session: ", name);
    }
    if let Some(session) = call.state.sessions.get_mut(&target.session) {
        session.name = name;
    }
    Ok(Next::Done)
}

/// A name that a session may have.
fn session_name(call: &Call<'_>, name: BString) -> Result<BString> {
    if call.state.release >= Release::new(3, 7) {
        return crate::state::stored_name("session", name, call.state.release);
    }
    if name.is_empty() {
        return fail!("invalid session: ", name);
    }
    let name = name.replace(":", "_").replace(".", "_").into();
    crate::state::stored_name("session", name, call.state.release)
}

pub(super) fn new(call: &mut Call<'_>) -> Result<Next> {
    let current = call.finder().current();
    let name = match call.value('s') {
        Some(name) => Some(session_name(call, call.expand(name, current)?)?),
        None => None,
    };
    if let Some(name) = &name
        && call.state.session_named(name).is_some()
    {
        if call.has('A') {
            return no_terminal(call);
        }
        return fail!("duplicate session: ", name);
    }
    if !call.has('d') {
        return no_terminal(call);
    }
    let (width, height) = size(call)?;
    let id = call.state.next.session;
    let name = name.unwrap_or_else(|| free_name(call, id));
    let directory = match call.value('c') {
        Some(directory) => call.expand(directory, current)?,
        None => call.client.directory.clone(),
    };
    let window_name = match call.value('n') {
        Some(name) => Some(call.window_name(name, current)?),
        None => None,
    };
    let mut options = Options::default();
    if call.has('x') || call.has('y') {
        options.set(b"default-size", Setting::One(format!("{width}x{height}").into()));
    }
    let environment = environment(call);
    call.state.next.session += 1;
    let used = call.state.tick();
    let session = Session {
        name,
        created: now(),
        used,
        windows: [].into(),
        current: 0,
        last: Vec::new(),
        directory: directory.clone(),
        options,
        environment,
    };
    call.state.sessions.insert(id, session);
    let command = call.words.arguments.clone();
    let index = call.state.free_index(id);
    let window = call.state.make_window(id, command, directory, width, height);
    call.state.place(id, index, window);
    if let Some(session) = call.state.sessions.get_mut(&id) {
        session.current = index;
    }
    if let Some(name) = window_name {
        call.state.name_window(window, name);
    }
    if let Some(target) = call.state.in_session(id) {
        call.report(target, "#{session_name}:")?;
    }
    Ok(Next::Done)
}

fn free_name(call: &Call<'_>, id: u32) -> BString {
    let mut names = (id..).map(|number| BString::from(number.to_string()));
    names.find(|name| call.state.session_named(name).is_none()).unwrap_or_default()
}

fn size(call: &Call<'_>) -> Result<(i64, i64)> {
    let option = call.state.option(None, "default-size");
    let (width, height) = option.split_once_str("x").unwrap_or((b"80", b"24"));
    let of = |letter: char, what: &str, otherwise: &[u8]| {
        let Some(text) = call.value(letter) else { return Ok(number(otherwise).unwrap_or(80)) };
        if text == b"-" {
            return Ok(if letter == 'x' { 80 } else { 24 });
        }
        match number(text) {
            Some(size @ 1..=65535) => Ok(size),
            Some(..=0) => fail!(what, " too small"),
            Some(_) => fail!(what, " too large"),
            None => fail!(what, " invalid"),
        }
    };
    Ok((of('x', "width", width)?, of('y', "height", height)?))
}

fn environment(call: &Call<'_>) -> Environment {
    let mut environment = Environment::default();
    if !call.has('E') {
        let setting = call.state.option_of(None, b"update-environment");
        let patterns = match setting {
            Some((Setting::Many(values), _)) => values.into_values().collect(),
            _ => Vec::new(),
        };
        environment.update(patterns.into_iter(), &call.client.environment);
    }
    call.words.values('e').for_each(|entry| environment.put(entry));
    environment
}
