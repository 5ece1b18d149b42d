//! What a channel does on its own account, the same for both drivers: what it asks before it opens
//! and while it is open, what the answers mean, and what the end of its socket means.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout};
use tmuxwire_protocol::control::CommandLine;
use tmuxwire_protocol::{Event, Exit, RequestError};

pub(crate) use crate::channel::OPEN_LIMIT;
use crate::channel::{Attach, Reconnect, serves_without_session};
use crate::command::Command;
use crate::error::{Delivery, End, Error, ErrorKind, Result};
use crate::fault::Fault;
use crate::identity::Environment;
use crate::output::Output;
use crate::version::ServerInfo;

/// Between attempts to connect, or to connect again; then doubled each time.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// How long a server that is ending, or would end without us, is left alone; and how often we look
/// meanwhile whether it has ended.
pub(crate) const LEAVE_ALONE: Duration = Duration::from_secs(1);
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Reads at the end of a connection: more than a pipe holds, and no more than that of one who never
/// stops.
pub(crate) const LAST_READS: usize = 1024;

/// Asks which names mean something else than in tmux. From 3.5 a format tells it, in a fifth of the
/// time that 3.8 takes to list options.
pub(crate) fn aliases_line(info: Option<&ServerInfo>) -> CommandLine {
    let version = info.and_then(|info| info.version.as_ref());
    match version.is_some_and(|version| version.is_at_least(3, 5)) {
        true => line([&["display-message", "-p", "#{command-alias}"][..]]),
        false => line([&["show-options", "-s", "command-alias"][..]]),
    }
}

/// Asks whether a server would end if nobody were connected: the options, then the sessions. A 3.1
/// tells no format without a session, and of a 3.2 that isn't known; 3.8 takes its time for options.
pub(crate) fn check_line(info: Option<&ServerInfo>) -> CommandLine {
    let version = info.and_then(|info| info.version.as_ref());
    let sessions = &["list-sessions", "-F", "#{session_attached}"][..];
    match version.is_some_and(|version| version.is_at_least(3, 3)) {
        true => {
            let options = "#{exit-empty} #{exit-unattached}";
            line([&["display-message", "-p", options][..], sessions])
        }
        false => line([
            &["show-options", "-sv", "exit-empty"][..],
            &["show-options", "-sv", "exit-unattached"],
            sessions,
        ]),
    }
}

/// Asks whether a server answers at all.
pub(crate) fn is_alive() -> Command {
    Command::new(["display-message", "-p", ""])
}

fn line<const N: usize>(commands: [&[&str]; N]) -> CommandLine {
    #[expect(clippy::expect_used, reason = "fixed words")]
    CommandLine::new(commands).expect("no empty command and no NUL")
}

/// Whether an answer to the check means that the server only waits for us to go.
pub(crate) fn only_waits_for_us(answer: &str) -> bool {
    let mut lines = answer.lines();
    let is_on = |value: Option<&str>| matches!(value, Some("on" | "1"));
    let first = lines.next().unwrap_or_default();
    let (exit_empty, exit_unattached) = match first.split_once(' ') {
        Some((empty, unattached)) => (is_on(Some(empty)), is_on(Some(unattached))),
        None => (is_on(Some(first)), is_on(lines.next())),
    };
    let (mut sessions, mut attached) = (0, 0);
    for line in lines {
        sessions += 1;
        attached += u32::from(line != "0");
    }
    (sessions == 0 && exit_empty) || (attached == 0 && exit_unattached)
}

/// What has to be asked to know which session to attach to.
#[derive(Debug)]
pub(crate) enum Question {
    /// Which sessions don't end with their last client.
    SafeSession,
    /// Which session this is, or is part of.
    SessionOf(Vec<u8>),
}

/// What to ask before a channel is opened; `None` if it is to have no session.
pub(crate) fn question(attach: &Attach, info: &ServerInfo) -> Option<Question> {
    match attach {
        Attach::IfNeeded if serves_without_session(info) => None,
        Attach::IfNeeded | Attach::Any => Some(Question::SafeSession),
        Attach::To(target) => {
            let mut target = target.clone();
            if !target.contains(&b':') && !target.starts_with(b"%") && !target.starts_with(b"@") {
                target.push(b':');
            }
            Some(Question::SessionOf(target))
        }
    }
}

/// Most that a server may say of its sessions.
const MOST_SESSIONS: usize = 16 << 20;

impl Question {
    /// The question as a command, for a connection of its own.
    pub(crate) fn command(&self) -> Command {
        let command = match self {
            Self::SafeSession => Command::new([
                "list-sessions",
                "-F",
                "#{session_activity} #{session_id} #{destroy-unattached}",
            ]),
            Self::SessionOf(target) => {
                let words: [&[u8]; 5] =
                    [b"display-message", b"-p", b"-t", target, b"#{session_id}"];
                Command::new(words)
            }
        };
        command.environment(Environment::PaneOnly).max_output(MOST_SESSIONS)
    }

    /// The session's id, out of the answer: attaching to a window or pane would make it the
    /// current one.
    pub(crate) fn session(&self, answer: &Output) -> Result<Vec<u8>> {
        if !answer.is_success() {
            return Err(refused(answer.stderr_text().trim_end().to_owned()));
        }
        let text = answer.stdout_text();
        let id = match self {
            Self::SafeSession => safest(&text).ok_or_else(|| {
                "no session that is safe to attach to (all have destroy-unattached set)".to_owned()
            }),
            Self::SessionOf(target) => match text.trim_end() {
                "" => {
                    // The colon is ours.
                    let name = target.strip_suffix(b":").unwrap_or(target);
                    Err(format!("can't find session: {}", String::from_utf8_lossy(name)))
                }
                id => Ok(id),
            },
        };
        id.map(|id| id.as_bytes().to_vec()).map_err(refused)
    }
}

/// The session with the latest activity that doesn't end with its last client.
fn safest(listing: &str) -> Option<&str> {
    let sessions = listing.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let (activity, id) = (fields.next()?.parse::<u64>().ok()?, fields.next()?);
        matches!(fields.next(), Some("off" | "0" | "")).then_some((activity, id))
    });
    sessions.max().map(|(_, id)| id)
}

fn refused(text: String) -> Error {
    Error::not_sent(ErrorKind::ChannelEnded(End::Refused(text)))
}

/// How far a connection came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The server has answered a line.
    pub(crate) opened: bool,
    /// It was asked to attach.
    pub(crate) attached: bool,
}

/// What the end of the conversation on the socket means. `said` is the text that stood in the
/// stream.
pub(crate) fn end_of(outcome: Result<Event, Fault>, taken: Taken, said: String) -> End {
    match outcome {
        Ok(Event::Exit(exit)) => end_of_exit(&exit, taken, said),
        Ok(Event::Detached { session, .. }) => {
            End::Detached { session: String::from_utf8_lossy(session.as_bytes()).into_owned() }
        }
        Ok(_) | Err(Fault::Socket | Fault::Request(RequestError::Closed)) => End::ServerGone,
        Err(Fault::Request(error)) => End::Broken(error.to_string()),
        Err(fault) => End::Unknown(fault.into_error(Delivery::MayHaveRun).to_string()),
    }
}

/// What an EXIT of the server means for a channel. Its status is that of the last command that
/// failed, so that it is a reason only where no other command can have run.
fn end_of_exit(exit: &Exit, taken: Taken, said: String) -> End {
    let text = exit.message.as_ref().map(|text| text.as_bytes());
    match (text, exit.status.unwrap_or(0)) {
        (Some(b"access not allowed"), _) => End::AccessRefused,
        (Some(b"too far behind"), _) => End::TooFarBehind,
        (Some(text), _) => {
            let text = String::from_utf8_lossy(text).into_owned();
            if taken.opened { End::Unknown(text) } else { End::Refused(text) }
        }
        (None, status) if taken.opened || status == 0 => match taken.attached {
            true => End::SessionGone,
            false => End::ServerGone,
        },
        (None, _) if said.is_empty() => End::Refused("the server refused".to_owned()),
        (None, _) => End::Refused(said),
    }
}

/// Whether another attempt to open a first connection may find a server.
pub(crate) fn may_come(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NoServer { .. }
            | ErrorKind::LostServer
            | ErrorKind::ServerShutdown
            | ErrorKind::ChannelEnded(End::ServerGone)
    )
}

/// Whether a channel that ended like this is to be opened again.
pub(crate) fn may_return(end: &End, reconnect: Reconnect) -> bool {
    let lost = matches!(
        end,
        End::Detached { .. }
            | End::SessionGone
            | End::ServerGone
            | End::TooFarBehind
            | End::HeldUp
            | End::Unknown(_)
    );
    lost && reconnect != Reconnect::Never
}

/// Whether a process, given by its descriptor, has ended.
pub(crate) fn has_ended(process: &OwnedFd) -> bool {
    let mut fds = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    matches!(nix::poll::poll(&mut fds, PollTimeout::ZERO), Ok(1..))
}

#[cfg(test)]
mod tests {
    use tmuxwire_protocol::HeaderLayout;

    use super::*;

    /// Servers up to 3.1 print nothing for a target that they don't find.
    #[test]
    fn a_session_that_is_missing_is_told_by_its_own_name() {
        let question = question_about("nosuch");
        assert!(matches!(&question, Question::SessionOf(target) if target == b"nosuch:"));
        let nothing = Output { status: 0, stdout: (&b"\n"[..]).into(), stderr: (&b""[..]).into() };
        let refused = question.session(&nothing).unwrap_err();
        assert_eq!(refused.to_string(), "can't find session: nosuch");
    }

    fn question_about(name: &str) -> Question {
        let info = ServerInfo {
            version: None,
            pid: 1,
            layout: HeaderLayout::New,
            read_only: false,
            old_stdio_size: None,
        };
        question(&Attach::To(name.into()), &info).unwrap()
    }

    #[test]
    fn a_server_waits_for_us_if_an_option_says_so() {
        for (answer, expected) in [
            ("on\noff\n", true),
            ("off\noff\n", false),
            ("on\noff\n0\n", false),
            ("off\non\n0\n0\n", true),
            ("off\non\n0\n1\n", false),
            ("1 0\n", true),
            ("1 0\n0\n", false),
            ("0 1\n0\n", true),
            ("0 1\n1\n", false),
            ("0 0\n", false),
            ("", false),
        ] {
            assert_eq!(only_waits_for_us(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn the_latest_session_that_stays_is_the_safe_one() {
        assert_eq!(safest("5 $1 off\n9 $2 on\n7 $3 off\n"), Some("$3"));
        assert_eq!(safest("9 $2 keep-last\n"), None);
        assert_eq!(safest(""), None);
    }
}
