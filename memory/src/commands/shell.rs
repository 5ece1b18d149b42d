//! Commands within commands, and waiting for each other.

use std::io::pipe;
use std::os::fd::OwnedFd;

use bstr::BString;

use super::{Call, Next};
use crate::failure::{Failure, Result, fail};
use crate::parse;
use crate::targets::Kind;

pub(super) fn if_shell(call: &mut Call<'_>) -> Result<Next> {
    if !call.has('F') {
        return Err(Failure::unmodelled("if-shell without -F, which runs programs"));
    }
    let target = call.lenient_target(Kind::Pane)?;
    let condition = call.expand(call.words.argument(0).unwrap_or_default(), target)?;
    let chosen = match condition.is_empty() || condition == "0" {
        false => call.words.argument(1),
        true => call.words.argument(2),
    };
    match chosen {
        Some(text) => Ok(Next::Run(parse::lines(text)?)),
        None => Ok(Next::Done),
    }
}

pub(super) fn source(call: &mut Call<'_>) -> Result<Next> {
    if call.words.arguments.len() > 1 || call.words.argument(0) != Some(b"-") {
        return Err(Failure::unmodelled("source-file of anything but standard input"));
    }
    if call.client.is_control {
        return Err(Failure::unmodelled("files on a control channel"));
    }
    Ok(Next::Source)
}

pub(super) fn wait_for(call: &mut Call<'_>) -> Result<Next> {
    let name = BString::from(call.words.argument(0).unwrap_or_default());
    let channels = &mut call.state.channels;
    if call.words.has('S') {
        let channel = channels.entry(name).or_default();
        // Without anybody who waits the next one doesn't have to.
        channel.woken = channel.waiters.is_empty();
        channel.waiters.clear();
        return Ok(Next::Done);
    }
    if call.words.has('U') {
        let Some(channel) = channels.get_mut(&name).filter(|channel| channel.locked) else {
            return fail!("channel ", name, " not locked");
        };
        match channel.lockers.is_empty() {
            true => channel.locked = false,
            false => drop(channel.lockers.remove(0)),
        }
        return Ok(Next::Done);
    }
    let channel = channels.entry(name).or_default();
    if call.words.has('L') {
        if !std::mem::replace(&mut channel.locked, true) {
            return Ok(Next::Done);
        }
        let (mine, theirs) = ends()?;
        channel.lockers.push(theirs);
        return Ok(Next::Wait(mine));
    }
    if std::mem::take(&mut channel.woken) {
        return Ok(Next::Done);
    }
    let (mine, theirs) = ends()?;
    channel.waiters.push(theirs);
    Ok(Next::Wait(mine))
}

/// A pipe: who has the first end waits for the other to be closed.
fn ends() -> Result<(OwnedFd, OwnedFd)> {
    match pipe() {
        Ok((read, write)) => Ok((read.into(), write.into())),
        Err(error) => fail!("can't wait: ", error.to_string()),
    }
}
