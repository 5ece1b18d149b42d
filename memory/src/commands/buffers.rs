//! Paste buffers.

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::{Call, Next};
use crate::failure::{Failure, Result, fail};
use crate::targets::Kind;

/// From here on control characters of a buffer are not typed as they are.
const CLEANS: Release = Release::new(3, 7);

/// Before, the newest buffer goes where there is none of the name.
const DELETES_BY_NAME: Release = Release::new(3, 3);

pub(super) fn set(call: &mut Call<'_>) -> Result<Next> {
    let name = call.value('b').map(BString::from);
    for name in [call.value('b'), call.value('n')].into_iter().flatten() {
        crate::state::check_name("buffer", name)?;
    }
    if let Some(new) = call.value('n').map(BString::from) {
        return rename(call, name, new);
    }
    let Some(data) = call.words.argument(0).map(BString::from) else {
        return fail!("no data specified");
    };
    if data.is_empty() {
        return Ok(Next::Done);
    }
    let before = name.as_ref().and_then(|name| call.state.buffer(name));
    let (name, data) = match (before, call.has('a')) {
        (Some(before), true) => {
            (Some(before.name.clone()), [before.data.as_slice(), &data].concat().into())
        }
        _ => (name, data),
    };
    call.state.new_buffer(name.as_deref().map(AsRef::as_ref), data);
    Ok(Next::Done)
}

fn rename(call: &mut Call<'_>, name: Option<BString>, new: BString) -> Result<Next> {
    let found = match &name {
        Some(name) => match call.state.buffer(name) {
            Some(buffer) => buffer.name.clone(),
            None => return fail!("unknown buffer: ", name),
        },
        None => match call.state.newest_buffer() {
            Some(buffer) => buffer.name.clone(),
            None => return fail!("no buffer"),
        },
    };
    if new.is_empty() {
        return Err(Failure::unmodelled("empty names of buffers"));
    }
    if found != new {
        call.state.buffers.retain(|buffer| buffer.name != new);
    }
    if let Some(buffer) = call.state.buffers.iter_mut().find(|buffer| buffer.name == found) {
        buffer.name = new;
        buffer.automatic = false;
    }
    Ok(Next::Done)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Next> {
    let known = call.value('b').map(|name| (name, call.state.buffer(name)));
    let name = match known {
        Some((_, Some(buffer))) => buffer.name.clone(),
        Some((name, None)) if call.state.release >= DELETES_BY_NAME => {
            return fail!("unknown buffer: ", name);
        }
        _ => match call.state.newest_buffer() {
            Some(buffer) => buffer.name.clone(),
            None => return fail!("no buffer"),
        },
    };
    call.state.buffers.retain(|buffer| buffer.name != name);
    Ok(Next::Done)
}

/// The buffer of `-b`, or the newest.
fn chosen(call: &Call<'_>) -> Result<(BString, BString)> {
    let found = match call.value('b') {
        Some(name) => match call.state.buffer(name) {
            Some(buffer) => buffer,
            None => return fail!("no buffer ", name),
        },
        None => match call.state.newest_buffer() {
            Some(buffer) => buffer,
            None => return fail!("no buffers"),
        },
    };
    Ok((found.name.clone(), found.data.clone()))
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Next> {
    let (_, data) = chosen(call)?;
    if call.client.is_control {
        return Err(Failure::unmodelled("show-buffer on a control channel"));
    }
    Ok(Next::Save { path: "-".into(), append: false, data })
}

pub(super) fn save(call: &mut Call<'_>) -> Result<Next> {
    let (_, data) = chosen(call)?;
    Ok(Next::Save { path: path(call)?, append: call.has('a'), data })
}

pub(super) fn load(call: &mut Call<'_>) -> Result<Next> {
    Ok(Next::Load { path: path(call)?, name: call.value('b').map(BString::from) })
}

/// The path as the client is told it.
fn path(call: &Call<'_>) -> Result<BString> {
    if call.client.is_control {
        return Err(Failure::unmodelled("files on a control channel"));
    }
    let current = call.finder().current();
    let path = call.expand(call.words.argument(0).unwrap_or_default(), current)?;
    Ok(match path.first() {
        _ if path == "-" => path,
        Some(b'/') => path,
        Some(b'~') => return Err(Failure::unmodelled("home directories in paths")),
        _ => bstr::join("/", [&call.client.directory, &path]).into(),
    })
}

pub(super) fn paste(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    let found = match (call.value('b'), call.state.newest_buffer()) {
        (None, None) => None,
        _ => Some(match call.value('b') {
            Some(name) if call.state.buffer(name).is_none() => {
                return fail!("no buffer ", name);
            }
            _ => chosen(call)?,
        }),
    };
    let Some((name, data)) = found else { return Ok(Next::Done) };
    let separator = match call.value('s') {
        Some(separator) => separator.to_vec(),
        None if call.has('r') => b"\n".to_vec(),
        None => b"\r".to_vec(),
    };
    let strange = |byte: &u8| byte.is_ascii_control() && !b"\n\t\r".contains(byte);
    if call.state.release >= CLEANS && !call.has('S') && data.iter().any(strange) {
        return Err(Failure::unmodelled("pasting control characters without -S"));
    }
    let typed = data.replace(b"\n", &separator);
    call.state.type_into(target.pane, &typed, false);
    if call.has('d') {
        call.state.buffers.retain(|buffer| buffer.name != name);
    }
    Ok(Next::Done)
}
