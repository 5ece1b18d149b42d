//! What each command does.

mod arrange;
mod buffers;
mod content;
mod environment;
mod listing;
mod making;
mod option;
mod panes;
mod places;
mod selecting;
mod sessions;
mod shell;

use std::os::fd::OwnedFd;

use bstr::{BString, ByteSlice};

use crate::environment::Environment;
use crate::failure::{Failure, Result};
use crate::formats::Context;
use crate::parse::Commands;
use crate::state::State;
use crate::targets::{Finder, Kind, Target};
use crate::words::Words;

/// Who asks.
#[derive(Debug, Default)]
pub(crate) struct Client {
    pub(crate) environment: Environment,
    pub(crate) directory: BString,
    pub(crate) own_pane: Option<u32>,
    pub(crate) is_control: bool,
    pub(crate) has_terminal: bool,
}

/// What remains to be done when a command has run.
#[derive(Debug)]
pub(crate) enum Next {
    Done,
    /// These come next.
    Run(Commands),
    /// Nothing more until the other end of this is closed.
    Wait(OwnedFd),
    /// The client reads a file, whose content becomes a buffer.
    Load {
        path: BString,
        name: Option<BString>,
    },
    /// The client reads commands from its standard input.
    Source,
    /// The client writes a file.
    Save {
        path: BString,
        append: bool,
        data: BString,
    },
    EndServer,
}

/// A command with what it is about.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) client: &'a Client,
    pub(crate) words: &'a Words,
    pub(crate) out: &'a mut Vec<BString>,
}

impl Call<'_> {
    fn finder(&self) -> Finder<'_> {
        Finder { state: self.state, own_pane: self.client.own_pane }
    }

    fn target(&self, kind: Kind) -> Result<Target> {
        self.finder().find(self.words.value('t'), kind)
    }

    /// What formats are about; a target that isn't there is no failure.
    fn lenient_target(&self, kind: Kind) -> Result<Option<Target>> {
        match self.finder().find(self.words.value('t'), kind) {
            Ok(target) => Ok(Some(target)),
            Err(failure) if failure.0.contains_str("tmuxwire-memory") => Err(failure),
            Err(_) => Ok(self.finder().as_far_as_found(self.words.value('t'), kind)),
        }
    }

    fn source(&self, kind: Kind) -> Result<Target> {
        match (self.words.value('s'), self.finder().marked()) {
            (None, Some(marked)) => Ok(marked),
            (text, _) => self.finder().find(text, kind),
        }
    }

    fn context(&self, target: Option<Target>, about: char) -> Context<'_> {
        Context::new(self.state, target, about, self.words.name())
    }

    fn expand(&self, format: &[u8], target: Option<Target>) -> Result<BString> {
        self.context(target, 'p').expand(format)
    }

    fn window_name(&self, format: &[u8], target: Option<Target>) -> Result<BString> {
        crate::state::stored_name("window", self.expand(format, target)?, self.state.release)
    }

    fn print(&mut self, line: impl Into<BString>) {
        self.out.push(line.into());
    }

    /// What `-P` prints of something new.
    fn report(&mut self, target: Target, otherwise: &str) -> Result<()> {
        if self.words.has('P') {
            let format = self.words.value('F').unwrap_or(otherwise.as_bytes());
            let line = self.expand(format, Some(target))?;
            self.print(line);
        }
        Ok(())
    }

    fn has(&self, letter: char) -> bool {
        self.words.has(letter)
    }

    fn value(&self, letter: char) -> Option<&[u8]> {
        self.words.value(letter)
    }
}

/// What a command does.
type Run = fn(&mut Call<'_>) -> Result<Next>;

/// The commands that the model has.
pub(crate) const MODELLED: &[(&str, Run)] = &[
    ("attach-session", sessions::attach),
    ("break-pane", panes::break_pane),
    ("capture-pane", content::capture),
    ("clear-history", content::clear_history),
    ("delete-buffer", buffers::delete),
    ("display-message", content::display),
    ("has-session", sessions::has),
    ("if-shell", shell::if_shell),
    ("join-pane", panes::join),
    ("kill-pane", panes::kill),
    ("kill-server", sessions::kill_server),
    ("kill-session", sessions::kill),
    ("kill-window", places::kill),
    ("last-pane", selecting::last_pane),
    ("last-window", selecting::last_window),
    ("link-window", places::link),
    ("list-buffers", listing::buffers),
    ("list-clients", listing::clients),
    ("list-commands", listing::commands),
    ("list-panes", listing::panes),
    ("list-sessions", listing::sessions),
    ("list-windows", listing::windows),
    ("load-buffer", buffers::load),
    ("move-window", places::relocate),
    ("new-session", sessions::new),
    ("new-window", making::window),
    ("next-layout", arrange::next_layout),
    ("next-window", selecting::next_window),
    ("paste-buffer", buffers::paste),
    ("previous-layout", arrange::previous_layout),
    ("previous-window", selecting::previous_window),
    ("rename-session", sessions::rename),
    ("rename-window", places::rename),
    ("resize-pane", arrange::resize_pane),
    ("resize-window", arrange::resize_window),
    ("respawn-pane", making::respawn_pane),
    ("respawn-window", making::respawn_window),
    ("save-buffer", buffers::save),
    ("select-layout", arrange::select_layout),
    ("select-pane", selecting::pane),
    ("select-window", selecting::window),
    ("send-keys", content::send_keys),
    ("set-buffer", buffers::set),
    ("set-environment", environment::set),
    ("set-option", option::set),
    ("set-window-option", option::set),
    ("show-buffer", buffers::show),
    ("show-environment", environment::show),
    ("show-options", option::show),
    ("show-window-options", option::show),
    ("source-file", shell::source),
    ("split-window", making::split),
    ("start-server", sessions::start_server),
    ("swap-pane", panes::swap),
    ("swap-window", places::swap),
    ("unlink-window", places::unlink),
    ("wait-for", shell::wait_for),
];

/// Runs a command.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Next> {
    let name = call.words.name();
    let Some((_, run)) = MODELLED.iter().find(|(modelled, _)| *modelled == name) else {
        return Err(Failure::unmodelled(name));
    };
    call.state.tick();
    let next = run(call)?;
    call.state.end_if_empty_after(name);
    Ok(next)
}

impl State {
    /// A server ends when its last session goes, not for want of a first one.
    fn end_if_empty_after(&mut self, name: &str) {
        let ends = ["kill", "unlink", "move", "break", "join"];
        if ends.iter().any(|start| name.starts_with(start)) {
            self.end_if_empty();
        }
    }
}

fn number(text: &[u8]) -> Option<i64> {
    text.to_str().ok()?.parse().ok()
}
