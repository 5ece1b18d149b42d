//! Setting and showing options.

use bstr::{BString, ByteSlice};

use super::{Call, Next};
use crate::failure::{Failure, Result, fail};
use crate::options::{self, Change, Named, Place, Scope, Setting};
use crate::targets::{Kind, Target};

fn is_window_command(call: &Call<'_>) -> bool {
    call.words.name().contains("window")
}

/// What `-t` means, if it is there.
fn target(call: &Call<'_>) -> Result<Option<Target>> {
    match call.value('t') {
        None => Ok(call.finder().current()),
        Some(text) => {
            let kind = if is_window_command(call) { Kind::Window } else { Kind::Pane };
            match call.finder().find(Some(text), kind) {
                Ok(target) => Ok(Some(target)),
                Err(failure) if failure.0.contains_str("tmuxwire-memory") => Err(failure),
                Err(_) => Ok(call.finder().as_far_as_found(Some(text), kind)),
            }
        }
    }
}

/// Where an option is set, by what it is about and by the flags.
fn place(call: &Call<'_>, scope: Scope, target: Option<Target>) -> Result<Place> {
    let missing = |what: &str| match call.value('t') {
        Some(text) => Failure::new([format!("no such {what}: ").as_bytes(), text].concat()),
        None => Failure::new(format!("no current {what}")),
    };
    let global = call.has('g');
    let kind = if is_window_command(call) { Kind::Window } else { Kind::Pane };
    let missed = call.finder().missed(call.value('t'), kind);
    // A session is enough of a target for a session's option, and so on.
    let whole = target.filter(|_| missed.is_none());
    let window = target.filter(|_| missed.is_none_or(|what| what == "pane"));
    match scope {
        Scope::Server => Ok(Place::Server),
        Scope::Session if global => Ok(Place::GlobalSession),
        Scope::Session => match target {
            Some(target) => Ok(Place::Session(target.session)),
            None => Err(missing("session")),
        },
        Scope::Pane if call.has('p') => match whole {
            Some(target) => Ok(Place::Pane(target.pane)),
            None => Err(missing("pane")),
        },
        _ if global => Ok(Place::GlobalWindow),
        _ => match window {
            Some(target) => Ok(Place::Window(target.window)),
            None => Err(missing("window")),
        },
    }
}

/// The place by the flags alone.
fn place_of_flags(call: &Call<'_>, target: Option<Target>) -> Result<Place> {
    let scope = match () {
        () if call.has('s') => Scope::Server,
        () if call.has('p') => Scope::Pane,
        () if call.has('w') || is_window_command(call) => Scope::Window,
        () => Scope::Session,
    };
    place(call, scope, target)
}

fn place_of(call: &Call<'_>, named: &Named, target: Option<Target>) -> Result<Place> {
    match named.spec {
        Some(row) => place(call, row.1, target),
        None => place_of_flags(call, target),
    }
}

pub(super) fn set(call: &mut Call<'_>) -> Result<Next> {
    let quiet = call.has('q');
    match set_loudly(call) {
        Err(failure) if quiet && is_about_the_name(&failure) => Ok(Next::Done),
        result => result,
    }
}

fn is_about_the_name(failure: &Failure) -> bool {
    let texts = ["invalid option", "ambiguous option", "already set", "no such", "no current"];
    texts.iter().any(|text| failure.0.starts_with(text.as_bytes()))
}

fn set_loudly(call: &mut Call<'_>) -> Result<Next> {
    let target = target(call)?;
    let name = call.expand(call.words.argument(0).unwrap_or_default(), target)?;
    let named = options::find(&name)?;
    let value = match (call.words.argument(1), call.has('F')) {
        (Some(value), true) => Some(call.expand(value, target)?),
        (value, _) => value.map(BString::from),
    };
    let place = place_of(call, &named, target)?;
    if call.has('U') {
        return Err(Failure::flag(call.words.name(), 'U'));
    }
    let own = call.state.options_at(place).and_then(|options| options.setting(&named.name));
    let own = own.cloned();
    if call.has('u') {
        let now = own.or_else(|| named.first());
        if let Some(options) = call.state.options_at_mut(place) {
            options.reset(&named, now);
        }
        return Ok(Next::Done);
    }
    if call.has('o') && is_set(&named, own.as_ref(), place) {
        return fail!("already set: ", name);
    }
    let inherited = || call.state.option_at(place, &named.name).map(|(setting, _)| setting);
    let is_array = named.spec.is_some_and(|row| matches!(row.2, options::Kind::Array(_)));
    let now = match (own, is_array) {
        (Some(own), _) => Some(own),
        (None, true) if is_global(place) => named.first(),
        (None, true) => None,
        (None, false) if call.has('a') && !is_global(place) => None,
        (None, false) => inherited(),
    };
    let change = Change {
        named: &named,
        value: value.as_ref().map(|value| value.as_bytes()),
        append: call.has('a'),
        now,
    };
    if let Some(options) = call.state.options_at_mut(place) {
        change.apply(options)?;
    }
    Ok(Next::Done)
}

fn is_global(place: Place) -> bool {
    matches!(place, Place::Server | Place::GlobalSession | Place::GlobalWindow)
}

/// At a global place tmux's own options are always set.
fn is_set(named: &Named, own: Option<&Setting>, place: Place) -> bool {
    let own = match own {
        Some(own) => Some(own.clone()),
        None if is_global(place) => named.first(),
        None => None,
    };
    match (named.index, own) {
        (Some(index), Some(Setting::Many(values))) => values.contains_key(&index),
        (_, own) => own.is_some(),
    }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Next> {
    if call.has('H') {
        return Err(Failure::flag(call.words.name(), 'H'));
    }
    if call.has('F') {
        return Err(Failure::flag(call.words.name(), 'F'));
    }
    let target = target(call)?;
    let Some(name) = call.words.argument(0) else { return show_all(call, target) };
    let quiet = call.has('q');
    let name = call.expand(name, target)?;
    let found = options::find(&name).and_then(|named| Ok((place_of(call, &named, target)?, named)));
    let (place, named) = match found {
        Ok(found) => found,
        Err(failure) if quiet && is_about_the_name(&failure) => return Ok(Next::Done),
        Err(failure) => return Err(failure),
    };
    let found = call.state.option_at(place, &named.name);
    let shown = found.filter(|(_, inherited)| !*inherited || call.has('A'));
    match shown {
        Some((setting, inherited)) => show_one(call, &named, &setting, inherited),
        None if named.spec.is_none() && !quiet => return fail!("invalid option: ", name),
        None => {}
    }
    Ok(Next::Done)
}

fn show_all(call: &mut Call<'_>, target: Option<Target>) -> Result<Next> {
    let place = place_of_flags(call, target)?;
    let mut names: Vec<BString> = Vec::new();
    let mut at = Some(place);
    while let Some(here) = at {
        if let Some(options) = call.state.options_at(here) {
            names.extend(options.names().filter(|name| name.starts_with(b"@")).cloned());
        }
        at = call.state.parent_of(here).filter(|_| call.has('A'));
    }
    names.sort();
    names.dedup();
    names.extend(options::rows(place).map(|row| BString::from(row.0)));
    for name in names {
        let named = options::find(&name)?;
        let Some((setting, inherited)) = call.state.option_at(place, &name) else { continue };
        if !inherited || call.has('A') {
            show_one(call, &named, &setting, inherited);
        }
    }
    Ok(Next::Done)
}

fn show_one(call: &mut Call<'_>, named: &Named, setting: &Setting, inherited: bool) {
    let star = if inherited { "*" } else { "" };
    match setting {
        Setting::One(value) => show_value(call, &named.name, named.index, star, value, named),
        Setting::Many(values) if values.is_empty() && named.index.is_none() => {
            if !call.has('v') {
                call.print([named.name.as_slice(), star.as_bytes()].concat());
            }
        }
        Setting::Many(values) if named.index.is_some_and(|at| !values.contains_key(&at)) => {
            show_value(call, &named.name, named.index, star, &BString::default(), named);
        }
        Setting::Many(values) => {
            for (index, value) in values {
                if named.index.is_none_or(|wanted| wanted == *index) {
                    show_value(call, &named.name, Some(*index), star, value, named);
                }
            }
        }
    }
}

fn show_value(
    call: &mut Call<'_>,
    name: &BString,
    index: Option<u32>,
    star: &str,
    value: &BString,
    named: &Named,
) {
    if call.has('v') {
        return call.print(value.clone());
    }
    let index = index.map(|index| format!("[{index}]")).unwrap_or_default();
    let is_text = named.spec.is_none_or(|row| {
        !matches!(row.2, options::Kind::Flag | options::Kind::Number(..) | options::Kind::Choice(_))
    });
    let value = if is_text { crate::quote::value(value) } else { value.clone() };
    let line = [name.as_slice(), index.as_bytes(), star.as_bytes(), b" ", &value].concat();
    call.print(line);
}
