//! What panes show and are typed, and messages.

use bstr::{BString, ByteSlice};

use super::{Call, Next, number};
use crate::colours;
use crate::failure::{Failure, Result, fail};
use crate::state::{Screen, State};
use crate::targets::{Kind, Target};

pub(super) fn clear_history(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    if let Some(screen) =
        call.state.panes.get_mut(&target.pane).and_then(|pane| pane.screen.as_mut())
    {
        screen.history.clear();
    }
    Ok(Next::Done)
}

pub(super) fn capture(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    if call.has('a') {
        return match call.has('q') {
            true => {
                if call.has('p') {
                    call.print("");
                }
                Ok(Next::Done)
            }
            false => fail!("no alternate screen"),
        };
    }
    let mut lines = match call.has('P') {
        true if call.has('p') => vec![BString::default()],
        true => Vec::new(),
        false => captured(call, target)?,
    };
    if !call.has('e') {
        lines.iter_mut().for_each(|line| *line = colours::without(line));
    }
    if !call.has('J') && !call.has('N') {
        for line in &mut lines {
            let end = line.trim_end_with(|c| c == ' ').len();
            line.truncate(end);
        }
    }
    if call.has('p') {
        lines.into_iter().for_each(|line| call.print(line));
        return Ok(Next::Done);
    }
    let data: Vec<u8> = lines.iter().flat_map(|line| [line, &b"\n"[..]].concat()).collect();
    let name = call.value('b').map(BString::from);
    if !data.is_empty() {
        call.state.new_buffer(name.as_deref().map(AsRef::as_ref), data.into());
    }
    Ok(Next::Done)
}

fn captured(call: &Call<'_>, target: Target) -> Result<Vec<BString>> {
    let window = &call.state.windows[&target.window];
    let places = window.layout.places();
    let place = places.into_iter().find(|(id, _)| *id == target.pane);
    let height = place.map_or(0, |(_, place)| usize::try_from(place.height).unwrap_or(0));
    let screen = call.state.panes[&target.pane].screen.clone().unwrap_or_default();
    let mut all = screen.history.clone();
    let history = all.len();
    all.extend(screen.lines);
    all.resize(history + height, BString::default());
    let line = |letter: char, otherwise: usize, edge: usize| -> Result<usize> {
        let Some(text) = call.value(letter) else { return Ok(otherwise) };
        if text == b"-" {
            return Ok(edge);
        }
        let text = call.expand(text, Some(target))?;
        let Some(number) = number(&text) else { return Ok(otherwise) };
        let count = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
        Ok(match number < 0 {
            true => history.saturating_sub(count),
            false => history.saturating_add(count).min(history + height - 1),
        })
    };
    let last = history + height - 1;
    let (top, bottom) = (line('S', history, 0)?, line('E', last, last)?);
    let (top, bottom) = if bottom < top { (bottom, top) } else { (top, bottom) };
    Ok(all[top..=bottom].to_vec())
}

impl Screen {
    /// Text as a pane of a height shows it: what is too much goes to the history.
    pub(crate) fn of(text: &[u8], height: usize) -> Self {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let mut lines: Vec<BString> = text.lines().map(BString::from).collect();
        let history = lines.len().saturating_sub(height);
        let shown = lines.split_off(history);
        Self { history: lines, lines: shown }
    }
}

pub(super) fn display(call: &mut Call<'_>) -> Result<Next> {
    let target = call.lenient_target(Kind::Pane)?;
    if call.has('F') && call.words.argument(0).is_some() {
        return fail!("only one of -F or argument must be given");
    }
    let otherwise = "[#{session_name}] #{window_index}:#{window_name}, current pane \
        #{pane_index} - (%H:%M %d-%b-%y)";
    let format = call.words.argument(0).or_else(|| call.value('F')).unwrap_or(otherwise.as_bytes());
    let text = match call.has('l') {
        true => BString::from(format),
        false => call.expand(&dated(format)?, target)?,
    };
    if call.has('p') {
        call.print(text);
    }
    Ok(Next::Done)
}

/// Times in a message.
fn dated(format: &[u8]) -> Result<BString> {
    let now = crate::state::now();
    let (year, month, day) = crate::formats::civil(now / 86_400);
    let mut out = BString::default();
    let mut rest = format;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        let text = match rest.first() {
            Some(b'%') => "%".to_owned(),
            Some(b'H') => format!("{:02}", now / 3600 % 24),
            Some(b'M') => format!("{:02}", now / 60 % 60),
            Some(b'S') => format!("{:02}", now % 60),
            Some(b's') => now.to_string(),
            Some(b'Y') => year.to_string(),
            Some(b'y') => format!("{:02}", year % 100),
            Some(b'm') => format!("{month:02}"),
            Some(b'd') => format!("{day:02}"),
            Some(b'b') => {
                let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"];
                let late = if month == 11 { "Nov" } else { "Dec" };
                let at = usize::try_from(month).unwrap_or(1) - 1;
                names.get(at).copied().unwrap_or(late).to_owned()
            }
            Some(letter) if letter.is_ascii_alphanumeric() || b"-_^#+".contains(letter) => {
                let letter = char::from(*letter);
                return Err(Failure::unmodelled(format_args!("the time %{letter}")));
            }
            _ => {
                out.push(b'%');
                continue;
            }
        };
        rest = &rest[1..];
        out.extend_from_slice(text.as_bytes());
    }
    Ok(out)
}

pub(super) fn send_keys(call: &mut Call<'_>) -> Result<Next> {
    let target = call.target(Kind::Pane)?;
    let times = match call.value('N') {
        Some(text) => match number(text) {
            Some(times @ 1..) => usize::try_from(times).unwrap_or(1),
            Some(_) => return fail!("repeat count too small"),
            None => return fail!("repeat count invalid"),
        },
        None => 1,
    };
    let mut typed = Vec::new();
    for word in &call.words.arguments {
        if call.has('H') {
            let digits = word.to_str().unwrap_or_default();
            if let Ok(byte) = u8::from_str_radix(digits, 16) {
                typed.push(byte);
            }
        } else if call.has('l') {
            typed.extend_from_slice(word);
        } else {
            typed.extend_from_slice(&crate::keys::typed(word)?);
        }
    }
    for _ in 0..times {
        call.state.type_into(target.pane, &typed, true);
    }
    Ok(Next::Done)
}

impl State {
    /// Types into a pane, and where keys are synchronized into all of its window.
    pub(super) fn type_into(&mut self, pane: u32, bytes: &[u8], keys: bool) {
        let window = self.panes[&pane].window;
        let place = crate::options::Place::Pane(pane);
        let synchronized = self.option_at(place, b"synchronize-panes");
        let all = keys && synchronized.is_some_and(|(setting, _)| setting.text() == "on");
        let panes = if all { self.windows[&window].panes.clone() } else { vec![pane] };
        for id in panes {
            let Some(pane) = self.panes.get_mut(&id) else { continue };
            if pane.dead.is_none() && !(keys && pane.input_off) {
                pane.typed.extend_from_slice(bytes);
            }
        }
    }
}
