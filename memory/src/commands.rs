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
use tmuxwire_operations::Release;

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
        let name = self.expand(format, target)?;
        if self.state.release < Release::new(3, 6) {
            // Kept as they are, up to what nobody has tried.
            let failure = "such names of windows before tmux 3.6";
            let checked = crate::state::check_name("window", &name);
            return checked.map(|()| name).map_err(|_| Failure::unmodelled(failure));
        }
        crate::state::stored_name("window", name, self.state.release)
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

/// The commands that the model has, with the flags that it has.
pub(crate) const MODELLED: &[(&str, &str, Run)] = &[
    ("attach-session", "cdEfrtx", sessions::attach),
    ("break-pane", "abdPFnst", panes::break_pane),
    ("capture-pane", "aeJNpPqTbSEt", content::capture),
    ("clear-history", "Ht", content::clear_history),
    ("delete-buffer", "b", buffers::delete),
    ("display-message", "CNpldtF", content::display),
    ("has-session", "t", sessions::has),
    ("if-shell", "bFt", shell::if_shell),
    ("join-pane", "bdfhvlpst", panes::join),
    ("kill-pane", "aft", panes::kill),
    ("kill-server", "", sessions::kill_server),
    ("kill-session", "atCf", sessions::kill),
    ("kill-window", "aft", places::kill),
    ("last-pane", "det", selecting::last_pane),
    ("last-window", "t", selecting::last_window),
    ("link-window", "abdkst", places::link),
    ("list-buffers", "FfOr", listing::buffers),
    ("list-clients", "FfOrt", listing::clients),
    ("list-commands", "F", listing::commands),
    ("list-panes", "asFfrt", listing::panes),
    ("list-sessions", "FfOr", listing::sessions),
    ("list-windows", "aFfOrt", listing::windows),
    ("load-buffer", "bw", buffers::load),
    ("move-window", "abdkrst", places::relocate),
    ("new-session", "dsnxycePFAEDX", sessions::new),
    ("new-window", "abdEkPSFcent", making::window),
    ("next-layout", "t", arrange::next_layout),
    ("next-window", "t", selecting::next_window),
    ("paste-buffer", "dprSbst", buffers::paste),
    ("previous-layout", "t", arrange::previous_layout),
    ("previous-window", "t", selecting::previous_window),
    ("rename-session", "t", sessions::rename),
    ("rename-window", "t", places::rename),
    ("resize-pane", "xyDLRUt", arrange::resize_pane),
    ("resize-window", "xyDLRUt", arrange::resize_window),
    ("respawn-pane", "ekEct", making::respawn_pane),
    ("respawn-window", "ekEct", making::respawn_window),
    ("save-buffer", "ab", buffers::save),
    ("select-layout", "npt", arrange::select_layout),
    ("select-pane", "deltmMT", selecting::pane),
    ("select-window", "lnpTt", selecting::window),
    ("send-keys", "HlRNt", content::send_keys),
    ("set-buffer", "abnw", buffers::set),
    ("set-environment", "Fghrut", environment::set),
    ("set-option", "aFgopqsuwt", option::set),
    ("set-window-option", "aFgoqut", option::set),
    ("show-buffer", "b", buffers::show),
    ("show-environment", "ghst", environment::show),
    ("show-options", "Agpqsvwt", option::show),
    ("show-window-options", "gvt", option::show),
    ("source-file", "qt", shell::source),
    ("split-window", "bdEfhPvceFlpt", making::split),
    ("start-server", "", sessions::start_server),
    ("swap-pane", "dDUst", panes::swap),
    ("swap-window", "dst", places::swap),
    ("unlink-window", "kt", places::unlink),
    ("wait-for", "LSU", shell::wait_for),
];

/// Runs a command.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Next> {
    let name = call.words.name();
    let found = MODELLED.iter().find(|(modelled, _, _)| *modelled == name);
    let Some((_, flags, run)) = found else {
        return Err(Failure::unmodelled(name));
    };
    call.words.models(flags)?;
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
