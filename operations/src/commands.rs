//! Every command, declared in one place each.

use std::sync::LazyLock;

use crate::spec::CommandSpec;

mod buffers;
mod clients;
mod content;
mod keys;
mod modes;
mod options;
mod panes;
mod prompts;
mod server;
mod sessions;
mod shell;
mod windows;

pub use buffers::*;
pub use clients::*;
pub use content::*;
pub use keys::*;
pub use modes::*;
pub use options::*;
pub use panes::*;
pub use prompts::*;
pub use server::*;
pub use sessions::*;
pub use shell::*;
pub use windows::*;

static COMMANDS: LazyLock<Vec<&CommandSpec>> = LazyLock::new(|| {
    let tables = [
        BUFFERS, CLIENTS, CONTENT, KEYS, MODES, OPTIONS, PANES, PROMPTS, SERVER, SESSIONS, SHELL,
        WINDOWS,
    ];
    let mut commands = tables.concat();
    commands.sort_by_key(|command| command.name);
    commands
});

/// Every command, sorted by name.
pub fn commands() -> &'static [&'static CommandSpec] {
    &COMMANDS
}

/// The command with this name or alias. Beginnings of names, which tmux takes, are not enough.
pub fn find(name: &str) -> Option<&'static CommandSpec> {
    let by_name = COMMANDS.binary_search_by_key(&name, |command| command.name).ok();
    let by_alias = || COMMANDS.iter().position(|command| command.alias == Some(name));
    COMMANDS.get(by_name.or_else(by_alias)?).copied()
}
