//! Is the directory for sockets as tmux wants it, and where the servers are?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use tmuxwire::DirectoryState;

use super::facts::{Facts, variable};
use super::finding::{Finding, Fix};
use crate::chosen::By;
use crate::printer::shown;

const CHECK: &str = "directory";

/// Does tmux take it?
pub(super) fn check_permissions(facts: &Facts) -> Vec<Finding> {
    let Some(directory) = &facts.directory else { return Vec::new() };
    let path = shown(&directory.path);
    vec![match directory.state {
        DirectoryState::Fine => Finding::fine(CHECK, format!("{path} is yours alone")),
        DirectoryState::Missing => {
            Finding::fine(CHECK, format!("{path} isn't there yet; tmux makes it"))
        }
        DirectoryState::Unsafe { mode } => Finding::problem(
            CHECK,
            format!("{path} has unsafe permissions ({mode:o}), so tmux refuses to use it"),
            "take them from all others:",
        )
        .with_command_on(&directory.path, |path| format!("chmod 700 {path}"))
        .with_fix(Fix::MakePrivate(directory.path.clone())),
        DirectoryState::OtherUser { uid } => Finding::problem(
            CHECK,
            format!("{path} belongs to user {uid}, so tmux refuses to use it"),
            "somebody may want to catch your sessions: use a directory of your own:",
        )
        .with_command("export TMUX_TMPDIR=~/.tmux-sockets; mkdir -p -m 700 ~/.tmux-sockets"),
        DirectoryState::NotDirectory => Finding::problem(
            CHECK,
            format!("{path} is not a directory, so tmux can't keep sockets there"),
            "move it away, or set TMUX_TMPDIR to a directory of your own:",
        )
        .with_command_on(&directory.path, |path| format!("mv {path} {path}.old")),
        DirectoryState::Unreadable { errno } => Finding::problem(
            CHECK,
            format!("{path} can't be read: {}", std::io::Error::from_raw_os_error(errno)),
            "give yourself all permissions there:",
        )
        .with_command_on(&directory.path, |path| format!("chmod 700 {path}")),
        _ => return Vec::new(),
    }]
}

/// Does TMUX_TMPDIR name a directory?
pub(super) fn check_base(facts: &Facts) -> Vec<Finding> {
    let Some(base) = variable("TMUX_TMPDIR").map(PathBuf::from) else { return Vec::new() };
    if facts.chosen.by != By::Label || base.is_dir() {
        return Vec::new();
    }
    let text = format!(
        "TMUX_TMPDIR names {}, which is no directory: tmux quietly uses {} instead (before 3.2 it fails)",
        shown(&base),
        facts.chosen.socket.parent().map(shown).unwrap_or_default()
    );
    vec![match can_be_made(&base) {
        true => Finding::problem(CHECK, text, "make it, or unset TMUX_TMPDIR:")
            .with_command_on(&base, |path| format!("mkdir -p {path}")),
        // What is in the way may be needed.
        false => Finding::problem(CHECK, text, "set it to a directory of your own, or forget it:")
            .with_command("unset TMUX_TMPDIR"),
    }]
}

/// Whether there is nothing in the way of a directory, such as a file or a link that leads nowhere, and
/// this user may make it.
pub(super) fn can_be_made(directory: &Path) -> bool {
    let mut there = directory.ancestors().map(|path| match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    });
    let nearest = there.find(|path| path.symlink_metadata().is_ok());
    nearest.is_some_and(|path| {
        path != directory
            && path.is_dir()
            && rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
    })
}

/// Are the servers in another directory than the one that the environment leads to?
pub(super) fn check_place(facts: &Facts) -> Vec<Finding> {
    let answers = facts.running().any(|server| server.socket == facts.chosen.socket);
    let Some(directory) = facts.chosen.socket.parent() else { return Vec::new() };
    if facts.is_narrow || facts.chosen.by != By::Label || answers {
        return Vec::new();
    }
    let mut elsewhere: BTreeMap<&Path, usize> = BTreeMap::new();
    for server in facts.running() {
        let place = server.socket.parent();
        let is_label = |place: &&Path| place.file_name() == directory.file_name();
        if let Some(place) = place.filter(is_label).filter(|place| *place != directory) {
            *elsewhere.entry(place).or_default() += 1;
        }
    }
    let problem = |(place, count): (&Path, usize)| {
        let base = place.parent().unwrap_or(place);
        let servers = if count == 1 { "a server of yours runs" } else { "servers of yours run" };
        Finding::problem(
            CHECK,
            format!(
                "no server runs on {}, but {servers} in {}",
                shown(&facts.chosen.socket),
                shown(place)
            ),
            "TMUX_TMPDIR was another when it was started; to reach it:",
        )
        .with_command_on(base, |base| format!("export TMUX_TMPDIR={base}"))
    };
    elsewhere.into_iter().map(problem).collect()
}
