//! Is each server to be reached?

use std::io::ErrorKind;

use rustix::fs::Access;
use tmuxwire::{FoundServer, ServerState, harmless};

use super::directory::can_be_made;
use super::facts::{Facts, variable};
use super::finding::{Finding, Fix};
use crate::chosen::{By, Chosen};
use crate::printer::shown;

const CHECK: &str = "socket";
/// Bytes of a socket's path, as far as the kernel takes them.
const LONGEST: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        facts.found.servers.iter().filter_map(|server| judge(server, facts)).collect();
    findings.extend(strange(facts));
    let answering = facts.running().count();
    let chosen = shown(&facts.chosen.socket);
    findings.extend(match (facts.running().next(), answering) {
        (Some(server), 1) => {
            Some(Finding::fine(CHECK, format!("the server on {} answers", shown(&server.socket))))
        }
        (_, 2..) => Some(Finding::fine(CHECK, format!("{answering} servers answer"))),
        _ if findings.is_empty() => Some(obstacle(&facts.chosen).unwrap_or_else(|| {
            Finding::fine(CHECK, format!("no server runs on {chosen}, and nothing is in its way"))
        })),
        _ => None,
    });
    findings
}

/// What would keep a server from making its socket.
fn obstacle(chosen: &Chosen) -> Option<Finding> {
    let length = chosen.socket.as_os_str().len();
    if length > LONGEST {
        let text = format!(
            "{} has {length} bytes, and a socket's path at most {LONGEST}",
            shown(&chosen.socket)
        );
        return Some(Finding::problem(
            CHECK,
            text,
            "choose a shorter one with -S, or set TMUX_TMPDIR to one",
        ));
    }
    let other = match chosen.by {
        By::Label => "set TMUX_TMPDIR to a directory of your own, or choose another socket with -S",
        _ => "choose another socket with -L or -S",
    };
    if chosen.socket.is_dir() {
        let text = format!("no server can run on {}: it is a directory", shown(&chosen.socket));
        return Some(Finding::problem(CHECK, text, "choose another socket with -L or -S"));
    }
    let directory = chosen.socket.parent()?;
    // tmux makes the directory for labels itself.
    let directory = match chosen.by {
        By::Label if !directory.exists() => directory.parent()?,
        _ => directory,
    };
    let path = shown(directory);
    let problem = |why: String, advice: &str| {
        Finding::problem(
            CHECK,
            format!("no server can run on {}: {why}", shown(&chosen.socket)),
            advice,
        )
    };
    match directory.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let why = format!("{path} isn't there");
            Some(match can_be_made(directory) {
                true => problem(why, "make it, for yourself alone:")
                    .with_command_on(directory, |path| format!("mkdir -p -m 700 {path}")),
                false => problem(why, other),
            })
        }
        Err(error) => Some(problem(format!("{path}: {error}"), other)),
        Ok(found) if !found.is_dir() => Some(problem(format!("{path} is not a directory"), other)),
        Ok(_) => match rustix::fs::access(directory, Access::WRITE_OK | Access::EXEC_OK) {
            Ok(()) => None,
            Err(errno) => Some(problem(
                format!("you can't make files in {path}: {}", std::io::Error::from(errno)),
                other,
            )),
        },
    }
}

/// The server that is meant, if it is another user's and wasn't asked.
fn strange(facts: &Facts) -> Option<Finding> {
    let meant = |server: &&FoundServer| {
        server.state == ServerState::OtherUser && server.socket == facts.chosen.socket
    };
    let server = facts.found.servers.iter().find(meant)?;
    let socket = shown(&server.socket);
    let owner = server.uid.map_or_else(|| "another user".to_owned(), |uid| format!("user {uid}"));
    Some(Finding::problem(
        CHECK,
        format!("the server on {socket} is of {owner}, who sees whatever you do there"),
        "it wasn't asked; name it with -S if you mean it, else unset TMUX, or use another with -L",
    ))
}

fn judge(server: &FoundServer, facts: &Facts) -> Option<Finding> {
    let socket = shown(&server.socket);
    let pid = server.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
    Some(match server.state {
        ServerState::SocketGone => lost(server, &socket)?,
        ServerState::SocketReplaced => Finding::problem(
            CHECK,
            format!("somebody else has {socket} now, but its server still runs: process {pid}"),
            "move the new one aside (it stays in reach by -S), and let the old one come back:",
        )
        .with_command_on(&server.socket, |path| {
            format!("mv {path} {path}.other && kill -USR1 {pid}")
        }),
        ServerState::Stale => stale(server, &socket, facts),
        ServerState::NotAnswering => hung(server, &socket, &pid),
        ServerState::AccessRefused => refused(server, &socket),
        ServerState::NotTmux => Finding::problem(
            CHECK,
            format!("something that isn't tmux listens on {socket}"),
            "choose another name with -L, or find out who it is:",
        )
        .with_command_on(&server.socket, |path| format!("ss -xlp | grep -F {path}")),
        ServerState::OtherProtocol { server: spoken } => other_protocol(server, &socket, spoken),
        ServerState::Unreachable { errno } => Finding::problem(
            CHECK,
            format!("{socket} can't be connected to: {}", std::io::Error::from_raw_os_error(errno)),
            "choose another socket with -L or -S",
        ),
        _ => return None,
    })
}

/// One that neither the command line nor the environment leads to is left to whoever made it.
fn stale(server: &FoundServer, socket: &str, facts: &Facts) -> Finding {
    let found = Finding::problem(
        CHECK,
        format!("nobody listens on {socket} any more"),
        "it does no harm, tmux replaces it when it starts there; to remove it:",
    );
    let found = found.into_note().with_command_on(&server.socket, |path| format!("rm {path}"));
    let directory = facts.directory.as_ref().map(|directory| directory.path.as_path());
    match server.socket == facts.chosen.socket || server.socket.parent() == directory {
        true => found.with_fix(Fix::RemoveStale(server.socket.clone())),
        false => found,
    }
}

fn lost(server: &FoundServer, socket: &str) -> Option<Finding> {
    let process = server.process.as_ref()?;
    let text = format!("{socket} was deleted, but its server still runs: process {}", process.pid);
    let found = match process.recreation() {
        Some(command) => Finding::problem(
            CHECK,
            text,
            "its sessions are all there; it makes the socket again when it is told to:",
        )
        .with_command(command),
        None => Finding::problem(
            CHECK,
            text,
            "its sessions are all there; it makes the socket again on SIGUSR1, once its directory is there",
        ),
    };
    Some(found.with_fix(Fix::Recreate(process.clone())))
}

fn other_protocol(server: &FoundServer, socket: &str, spoken: u8) -> Finding {
    let text = format!("the server on {socket} speaks version {spoken} of the protocol, not 8");
    match &server.process {
        Some(process) if process.is_ours() => {
            let program = format!("/proc/{}/exe", process.pid);
            Finding::problem(CHECK, text, "use the tmux that started it as its client:")
                .with_command_on(&server.socket, |socket| format!("{program} -S {socket} attach"))
        }
        _ => Finding::problem(CHECK, text, "use the tmux that started it as its client"),
    }
}

fn hung(server: &FoundServer, socket: &str, pid: &str) -> Finding {
    let text = format!("the server on {socket} doesn't answer: process {pid}");
    match server.process.as_ref().is_some_and(|process| process.is_stopped) {
        true => Finding::problem(CHECK, format!("{text}, which is stopped"), "let it go on:")
            .with_command(format!("kill -CONT {pid}")),
        false => Finding::problem(
            CHECK,
            text,
            "it is busy, or hangs; give it more time (--timeout 10s), or look at what it does:",
        )
        .with_command(format!("ps -o pid,stat,time,wchan:20,args -p {pid}")),
    }
}

fn refused(server: &FoundServer, socket: &str) -> Finding {
    let owner = server.uid.map_or_else(|| "another user".to_owned(), |uid| format!("user {uid}"));
    let user = variable("USER").filter(|user| !user.as_encoded_bytes().starts_with(b"-"));
    let user = user.and_then(|user| harmless::word(user.as_encoded_bytes()));
    let user = user.unwrap_or_else(|| "YOU".to_owned());
    Finding::problem(
        CHECK,
        format!("the server on {socket} refuses you; it is of {owner}"),
        "its owner has to open the socket's permissions to you, and from tmux 3.3 on to run:",
    )
    .with_command_on(&server.socket, |socket| format!("tmux -S {socket} server-access -a {user}"))
}
