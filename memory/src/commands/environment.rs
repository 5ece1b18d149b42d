//! Variables for programs to come.

use bstr::{BString, ByteSlice};

use super::{Call, Next};
use crate::environment::{Environment, Variable};
use crate::failure::{Failure, Result, fail};
use crate::targets::Kind;

/// The session of `-t`, or `None` for all.
fn session(call: &Call<'_>) -> Result<Option<u32>> {
    if call.has('g') {
        return Ok(None);
    }
    match call.target(Kind::Session) {
        Ok(target) => Ok(Some(target.session)),
        Err(failure) if failure.0 == "no current target" => Err(Failure::new("no current session")),
        Err(_) => match call.value('t') {
            Some(name) => fail!("no such session: ", name),
            None => fail!("no current session"),
        },
    }
}

pub(super) fn set(call: &mut Call<'_>) -> Result<Next> {
    let name = BString::from(call.words.argument(0).unwrap_or_default());
    if name.is_empty() {
        return fail!("empty variable name");
    }
    if name.contains(&b'=') {
        return fail!("variable name contains =");
    }
    let session = session(call)?;
    let target = session.and_then(|session| call.state.in_session(session));
    let value = match (call.words.argument(1), call.has('F')) {
        (Some(value), true) => Some(call.expand(value, target)?),
        (value, _) => value.map(BString::from),
    };
    let (unset, remove, hidden) = (call.has('u'), call.has('r'), call.has('h'));
    let what = match (unset, remove, &value) {
        (true, _, Some(_)) => return fail!("can't specify a value with -u"),
        (false, true, Some(_)) => return fail!("can't specify a value with -r"),
        (false, false, None) => return fail!("no value specified"),
        _ => value,
    };
    let Some(environment) = environment(call, session) else { return Ok(Next::Done) };
    match what {
        Some(value) => environment.set(&name, Some(&value), hidden),
        None if unset => drop(environment.0.remove(&name)),
        None => environment.set(&name, None, false),
    }
    Ok(Next::Done)
}

fn environment<'a>(call: &'a mut Call<'_>, session: Option<u32>) -> Option<&'a mut Environment> {
    match session {
        Some(id) => call.state.sessions.get_mut(&id).map(|session| &mut session.environment),
        None => Some(&mut call.state.environment),
    }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Next> {
    let session = session(call)?;
    let found = environment(call, session).cloned().unwrap_or_default();
    if let Some(name) = call.words.argument(0) {
        let Some(variable) = found.0.get(name.as_bstr()) else {
            return fail!("unknown variable: ", name);
        };
        let name = BString::from(name);
        show_one(call, &name, variable)?;
        return Ok(Next::Done);
    }
    for (name, variable) in &found.0 {
        show_one(call, name, variable)?;
    }
    Ok(Next::Done)
}

fn show_one(call: &mut Call<'_>, name: &BString, variable: &Variable) -> Result<()> {
    if call.has('h') != variable.hidden {
        return Ok(());
    }
    let line = match (&variable.value, call.has('s')) {
        (Some(value), false) => [name.as_slice(), b"=", value].concat(),
        (None, false) => [b"-", name.as_slice()].concat(),
        (None, true) => [b"unset ", name.as_slice(), b";"].concat(),
        (Some(value), true) => {
            let escaped = escaped(value);
            [name.as_slice(), b"=\"", &escaped, b"\"; export ", name, b";"].concat()
        }
    };
    call.print(line);
    Ok(())
}

fn escaped(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in value {
        if b"$`\"\\".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}
