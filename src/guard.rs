//! What would end the server that everybody uses, or the pane that we run in: must be asked for
//! explicitly.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use tmuxwire_operations::{AnyOperation, Effect, PaneId, Plan, SessionId, StandsFor, WindowId};

use crate::address::Address;
use crate::command::Command;
use crate::error::{Error, ErrorKind, Guarded};
use crate::output::Output;

/// The pane that this program runs in, as its environment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inside {
    pub(crate) socket: PathBuf,
    /// The server's process.
    pub(crate) server: i32,
    pub(crate) pane: PaneId,
}

impl Inside {
    /// `TMUX` is `SOCKET,PROCESS,SESSION`, and the socket's name may have commas.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let tmux = variable("TMUX")?.into_vec();
        let mut fields = tmux.rsplitn(3, |byte| *byte == b',');
        let (_, server, socket) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Self {
            socket: OsString::from_vec(socket.to_vec()).into(),
            server: number(server)?,
            pane: PaneId::parse(variable("TMUX_PANE")?.as_bytes())?,
        })
    }
}

/// Whether two paths are of the same file.
pub(crate) fn is_same_file(left: &Path, right: &Path) -> bool {
    left == right
        || match (std::fs::canonicalize(left), std::fs::canonicalize(right)) {
            (Ok(left), Ok(right)) => left == right,
            _ => false,
        }
}

/// That a server may be ended: it isn't the one that everybody uses, nor the one we run in.
pub(crate) fn check_server(
    socket: &Path,
    variable: impl Fn(&str) -> Option<OsString> + Copy,
) -> Result<(), Error> {
    let surrounding = variable("TMUX").and_then(|tmux| {
        let socket = tmux.as_bytes().rsplitn(3, |byte| *byte == b',').nth(2)?.to_vec();
        Some(PathBuf::from(OsString::from_vec(socket)))
    });
    if surrounding.is_some_and(|surrounding| is_same_file(socket, &surrounding)) {
        return Err(refusal(Guarded::OwnServer));
    }
    let mut defaults = Address::directories(variable).into_iter().map(|base| base.join("default"));
    match defaults.any(|default| is_same_file(socket, &default)) {
        true => Err(refusal(Guarded::DefaultServer)),
        false => Ok(()),
    }
}

pub(crate) fn refusal(why: Guarded) -> Error {
    Error::not_sent(ErrorKind::Guarded(why))
}

/// What an operation would end that may be, or hold, the pane that we run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Threat {
    Server,
    To(Victim, Option<Vec<u8>>),
    /// What a step of a plan makes or finds: it can't be asked for yet.
    ToSlot(Victim),
}

impl Threat {
    /// Whether another client may mean another thing by the target: all but ids and exact names
    /// of sessions begin at what is current. A name without a colon is a session's only to commands
    /// on sessions; others look for a window of that name first, in the current session.
    pub(crate) fn depends_on_route(&self) -> bool {
        let Self::To(victim, target) = self else { return false };
        match target.as_deref() {
            Some([b'%' | b'@' | b'$', b'0'..=b'9', ..]) => false,
            Some(target @ [b'=', b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', ..]) => {
                !victim.are_sessions() && !target.contains(&b':')
            }
            _ => true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    Pane,
    OtherPanes,
    Window,
    OtherWindows,
    /// A place of a window that is there, and the window if it is the last.
    Link,
    /// A place for a window, which may be free, and what is there.
    Place,
    Session,
    OtherSessions,
    Group,
}

impl Victim {
    pub(crate) fn are_others(self) -> bool {
        matches!(self, Self::OtherPanes | Self::OtherWindows | Self::OtherSessions)
    }

    fn are_sessions(self) -> bool {
        matches!(self, Self::Session | Self::OtherSessions | Self::Group)
    }
}

/// Everything that an operation would end at once. What programs do that it runs, and raw commands
/// within it, is not looked at.
pub(crate) fn threats(operation: &AnyOperation) -> Vec<Threat> {
    threats_in(operation, None)
}

/// The same for all steps of a plan.
pub(crate) fn threats_of(plan: &Plan) -> Vec<Threat> {
    plan.operations().flat_map(|operation| threats_in(&operation, Some(plan))).collect()
}

fn threats_in(operation: &AnyOperation, plan: Option<&Plan>) -> Vec<Threat> {
    if operation.effect() != Effect::Destroys {
        return Vec::new();
    }
    let mut threats: Vec<Threat> = threat(operation, plan).into_iter().collect();
    if matches!(operation.spec().name, "if-shell" | "run-shell") {
        let nested = operation.nested().filter_map(|commands| commands.operations()).flatten();
        let nested = nested.flat_map(|operation| threats_in(operation, plan));
        threats.extend(nested.map(|threat| match threat {
            // Its target is theirs.
            Threat::To(victim, None) if operation.is_to_slot("target") => Threat::ToSlot(victim),
            Threat::To(victim, None) => {
                Threat::To(victim, operation.target_in("target").map(<[u8]>::to_vec))
            }
            other => other,
        }));
    }
    threats
}

fn threat(operation: &AnyOperation, plan: Option<&Plan>) -> Option<Threat> {
    let others = |one, others| if operation.is_set("others") { others } else { one };
    let victim = match operation.spec().name {
        "kill-server" => return Some(Threat::Server),
        "kill-session" if operation.is_set("clear_alerts") => return None,
        "kill-session" if operation.is_set("group") => Victim::Group,
        "kill-session" => others(Victim::Session, Victim::OtherSessions),
        "kill-window" => others(Victim::Window, Victim::OtherWindows),
        "kill-pane" => others(Victim::Pane, Victim::OtherPanes),
        "respawn-window" if operation.is_set("kill") => Victim::Window,
        "respawn-pane" if operation.is_set("kill") => Victim::Pane,
        "unlink-window" if operation.is_set("kill") => Victim::Link,
        "link-window" | "move-window" | "new-window" if kills_at_place(operation) => Victim::Place,
        _ if operation.is_set("kill_pane") => Victim::Pane,
        _ => return None,
    };
    if !operation.is_to_slot("target") {
        return Some(Threat::To(victim, operation.target_in("target").map(<[u8]>::to_vec)));
    }
    match plan.and_then(|plan| plan.stands_for(operation, "target")) {
        Some(StandsFor::New) if !victim.are_others() => None,
        Some(StandsFor::There(target)) => {
            Some(Threat::To(victim, target.map(|target| without_place(victim, target))))
        }
        _ => Some(Threat::ToSlot(victim)),
    }
}

/// Only the session's part of a target, if that is meant: the place in it may be free.
fn without_place(victim: Victim, mut target: Vec<u8>) -> Vec<u8> {
    if matches!(victim, Victim::Session | Victim::OtherSessions | Victim::Group)
        && let Some(colon) = target.iter().position(|byte| *byte == b':')
    {
        target.truncate(colon + 1);
    }
    target
}

/// Whether it says a place, at which the window that is there would go.
fn kills_at_place(operation: &AnyOperation) -> bool {
    let says_place = operation.target_in("target").is_some_and(|place| !place.ends_with(b":"));
    operation.is_set("kill")
        && says_place
        && !operation.is_set("after")
        && !operation.is_set("before")
}

/// Most that a server may say of where its panes are.
const MOST_OUTPUT: usize = 4 << 20;

/// Asks where a target and every pane is. Each kind of target means another thing by the same text,
/// so that it is asked by a command which takes the same kind.
pub(crate) fn question(victim: Victim, target: Option<&[u8]>) -> Command {
    let format = "#{pid} #{session_id} #{window_id} #{pane_id} #{window_name} .";
    let words: &[&str] = match victim {
        Victim::Pane | Victim::OtherPanes => &["display-message", "-p", format],
        Victim::Window | Victim::OtherWindows | Victim::Link | Victim::Place => {
            &["list-panes", "-F", format]
        }
        Victim::Session | Victim::OtherSessions | Victim::Group => &["list-windows", "-F", format],
    };
    let (name, rest) = words.split_at(1);
    let mut question = Command::new(name);
    if let Some(target) = target {
        let mut target = target.to_vec();
        if target.last() == Some(&b';') {
            target.insert(target.len() - 1, b'\\');
        }
        question = question.argument("-t").argument(target);
    }
    let all = [
        ";",
        "list-panes",
        "-a",
        "-F",
        "#{pane_id} #{session_id} #{window_id} #{window_index} #{session_group} .",
    ];
    let question = question.max_output(MOST_OUTPUT);
    rest.iter().copied().chain(all).fold(question, Command::argument)
}

/// Where a pane is: once for each place of its window.
struct Row<'a> {
    pane: PaneId,
    session: SessionId,
    window: WindowId,
    index: u32,
    group: &'a [u8],
}

impl Row<'_> {
    /// Sessions of a group have their windows together.
    fn is_together_with(&self, other: &Self) -> bool {
        self.session == other.session || !self.group.is_empty() && self.group == other.group
    }
}

/// Of digits alone: with a sign, a window's place is counted from the current one.
fn number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    let digits = text.iter().all(u8::is_ascii_digit).then_some(text)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn row(line: &[u8]) -> Option<Row<'_>> {
    let mut fields = line.splitn(5, |byte| *byte == b' ');
    Some(Row {
        pane: PaneId::parse(fields.next()?)?,
        session: SessionId::parse(fields.next()?)?,
        window: WindowId::parse(fields.next()?)?,
        index: number(fields.next()?)?,
        group: fields.next()?,
    })
}

/// What stands at the end of each line of the answer.
const END: &[u8] = b" .";

/// The lines of the answer without their ends; `None` if one has been cut: from 3.7 on a server that was
/// interrupted for 100 ms leaves out the rest. What hooks print is let be.
fn whole(answer: &[u8]) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    for line in answer.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let is_ours = line.first().is_none_or(|byte| *byte == b'%' || byte.is_ascii_digit());
        match line.strip_suffix(END) {
            Some(line) => lines.push(line),
            None if is_ours => return None,
            None => lines.push(line),
        }
    }
    Some(lines.join(&b'\n'))
}

/// Whether our pane would end, by the answer to the question; if that was cut, it may. If the answer
/// doesn't say, because there is nothing of that target, nothing would.
pub(crate) fn ends_us(
    victim: Victim,
    target: Option<&[u8]>,
    inside: &Inside,
    answer: &Output,
) -> bool {
    whole(&answer.stdout)
        .is_none_or(|answer| ends(victim, target, inside, &answer).unwrap_or(false))
}

fn ends(victim: Victim, target: Option<&[u8]>, inside: &Inside, answer: &[u8]) -> Option<bool> {
    let mut lines = answer.split(|byte| *byte == b'\n');
    let mut aim = lines.next()?.splitn(5, |byte| *byte == b' ');
    let server: i32 = number(aim.next()?)?;
    if server != inside.server {
        return Some(false);
    }
    let session = SessionId::parse(aim.next()?)?;
    let rows: Vec<Row<'_>> = lines.filter_map(row).collect();
    let ours: Vec<&Row<'_>> = rows.iter().filter(|row| row.pane == inside.pane).collect();
    let our_window = ours.first()?.window;
    let (window, pane) = (WindowId::parse(aim.next()?)?, PaneId::parse(aim.next()?)?);
    let window = match target.and_then(index) {
        Some((text, place)) => {
            let there = rows.iter().find(|row| row.session == session && row.index == place);
            // Where no such place is, a window may be named so, in full or not. Servers from 3.3 on
            // take the current window for one that isn't there.
            let mut is_named = || aim.next().is_some_and(|name| name.starts_with(text));
            there.map(|row| row.window).or_else(|| is_named().then_some(window))?
        }
        None => window,
    };
    let in_session = || ours.iter().filter(|row| row.session == session);
    let group = rows.iter().find(|row| row.session == session)?;
    Some(match victim {
        Victim::Pane => pane == inside.pane,
        Victim::OtherPanes => window == our_window && pane != inside.pane,
        Victim::Window => window == our_window,
        Victim::OtherWindows => in_session().count() > usize::from(window == our_window),
        Victim::Link | Victim::Place => {
            let may_be_ours = victim == Victim::Place && target.is_some_and(is_counted);
            (window == our_window || may_be_ours)
                && in_session().count() == 1
                && ours.iter().all(|row| row.is_together_with(group))
        }
        Victim::Session => ours.iter().all(|row| row.session == session),
        Victim::OtherSessions => ours.iter().all(|row| row.session != session),
        Victim::Group => ours.iter().all(|row| row.is_together_with(group)),
    })
}

/// What stands behind the session's part of a target, which the first colon ends: a window's name may
/// have more of them.
fn behind_colon(target: &[u8]) -> Option<&[u8]> {
    target.splitn(2, |byte| *byte == b':').nth(1)
}

/// The number of a window behind the colon of a target, as it stands there, too.
fn index(target: &[u8]) -> Option<(&[u8], u32)> {
    let place = behind_colon(target)?.split(|byte| *byte == b'.').next()?;
    let place = place.strip_prefix(b"=").unwrap_or(place);
    Some((place, number(place)?))
}

/// Whether a place is counted from the current one. For a new window tmux counts free places, too,
/// and windows alone where it looks for one that is there: the answer is of another window.
fn is_counted(target: &[u8]) -> bool {
    let place = behind_colon(target).unwrap_or(target);
    [&b"+"[..], b"-", b"{next}", b"{previous}"].iter().any(|sign| place.starts_with(sign))
}

#[cfg(test)]
mod tests;
