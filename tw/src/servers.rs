//! `tw servers`: every tmux server of this user.

mod table;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::Value;
use tmuxwire::{FoundServer, HeaderLayout, SearchOptions, ServerState, find_servers};

use crate::chosen::{self, Chosen};
use crate::duration;
use crate::ending::{Failure, Status};
use crate::global::Global;
use crate::object::Object;
use crate::printer::{Printer, shown};

pub(crate) const HELP: &str = "\
It looks in $TMUX_TMPDIR/tmux-UID, /tmp/tmux-UID and at $TMUX, and, on Linux, at the processes of
this machine: so it also finds servers whose sockets are elsewhere, or were deleted. For root these
are the servers of all users, of which only its own are asked. With -L or -S it tells of that one server.

STATE (with --json, words are joined by -) is one of
  running          it answers
  not answering    it hangs, or is stopped
  access refused   it doesn't serve you, or you may not connect
  other user       it is another user's, and isn't asked, unless it is given by -S or -L
  stale            only the socket is left
  socket gone      it runs, but its socket was deleted; `tw doctor --fix` makes it again
  socket replaced  it runs, but somebody else has the path of its socket
  not tmux         something else listens there
  other protocol   it speaks another version of the protocol
  (with --json: unreachable) another reason why the socket can't be connected to
Below PROGRAM, a program that has been replaced since the server began is marked (replaced), one
that isn't there any more (deleted).

Examples:
  tw servers                          a table
  tw servers --json | jq -r .socket   a line of JSON for each";

#[derive(Args, Debug)]
pub(crate) struct Servers {
    /// Looks in this directory, too; again for more
    #[arg(long, value_name = "DIR")]
    directory: Vec<PathBuf>,
    /// Looks in the directories of --directory and nowhere else
    #[arg(long, requires = "directory")]
    only_given: bool,
    /// How long each server may take to answer (500ms, 2s); all are asked at once
    #[arg(long, value_name = "TIME", value_parser = duration::parse_patience, default_value = "1s")]
    timeout: Duration,
}

/// Prints what there is.
pub(crate) async fn run(global: &Global, task: &Servers) -> Result<u8, Failure> {
    task.directory.iter().try_for_each(|directory| check_directory(directory))?;
    let mut options = SearchOptions::default().limit(task.timeout);
    if let Some(Chosen { socket, .. }) = chosen::by_option(global)? {
        options = options.without_usual_places().without_processes().socket(socket).other_users();
    } else if task.only_given {
        options = options.without_usual_places().without_processes();
    }
    let options = task.directory.iter().fold(options, SearchOptions::directory);
    let found = find_servers(options).await;
    chosen::warn_of(&found, global.colours_on_stderr());
    let mut printer = Printer::new(global.colours() && !global.json);
    if global.json {
        for server in &found.servers {
            printer.json(json(server)).await?;
        }
    } else if found.servers.is_empty() {
        Failure::new(Status::DONE, "no servers found").tell(global.colours_on_stderr());
    } else {
        printer.lines(&table::of(&found.servers, printer.width())).await?;
    }
    Ok(Status::DONE)
}

/// A directory that is named must be there, unlike the usual ones.
fn check_directory(directory: &Path) -> Result<(), Failure> {
    let why = match directory.metadata() {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => "it is not a directory".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Failure::new(Status::USAGE, format!("--directory {}: {why}", shown(directory))))
}

fn json(server: &FoundServer) -> Object {
    let executable = server.process.as_ref().and_then(|process| process.executable.as_ref());
    let sessions = server.sessions.iter().map(|session| {
        Object::default()
            .with("id", session.id.to_string())
            .with("name", session.name.as_str())
            .with("windows", session.windows)
            .with("attached", session.attached)
    });
    let object = Object::default()
        .with_bytes("socket", server.socket.as_os_str().as_encoded_bytes())
        .with("state", state(server.state))
        .with("pid", server.pid)
        .with("uid", server.uid)
        .with("version", server.version.as_deref())
        .with("layout", server.layout.map(layout))
        .with("read_only", server.read_only)
        .with("started", server.started.and_then(seconds))
        .with("uptime", uptime(server).map(|uptime| uptime.as_secs()))
        .with("attached", server.attached())
        .with_objects("sessions", sessions);
    match executable {
        Some(executable) => object
            .with_bytes("executable", executable.path.as_os_str().as_encoded_bytes())
            .with("replaced", executable.now != tmuxwire::ExecutableNow::Same),
        None => object.with("executable", Value::Null).with("replaced", Value::Null),
    }
}

/// For programs: a word that stays.
fn state(state: ServerState) -> &'static str {
    match state {
        ServerState::Running => "running",
        ServerState::NotAnswering => "not-answering",
        ServerState::AccessRefused => "access-refused",
        ServerState::OtherUser => "other-user",
        ServerState::OtherProtocol { .. } => "other-protocol",
        ServerState::Stale => "stale",
        ServerState::NotTmux => "not-tmux",
        ServerState::SocketGone => "socket-gone",
        ServerState::SocketReplaced => "socket-replaced",
        _ => "unreachable",
    }
}

fn seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH).ok().map(|time| time.as_secs())
}

fn uptime(server: &FoundServer) -> Option<Duration> {
    SystemTime::now().duration_since(server.started?).ok()
}

fn layout(layout: HeaderLayout) -> &'static str {
    match layout {
        HeaderLayout::Old => "old",
        HeaderLayout::New => "new",
        _ => "another",
    }
}
