//! Which commands a channel can carry, and as which line. All others take a connection of their
//! own: those that wait (they would hold up every other caller), read or write files, attach, mean
//! the client itself, run commands that nobody can count, or bear a name that isn't tmux's own.

use std::borrow::Cow;

use tmuxwire_protocol::control::CommandLine;

use crate::command::Command;
use crate::reach::{Part, is_plain_new_session, parts};

/// Commands that answer at once with one block, by name and alias.
const AT_ONCE: [(&str, &str); 65] = [
    ("bind-key", "bind"),
    ("break-pane", "breakp"),
    ("capture-pane", "capturep"),
    ("clear-history", "clearhist"),
    ("clear-prompt-history", "clearphist"),
    ("clock-mode", ""),
    ("copy-mode", ""),
    ("delete-buffer", "deleteb"),
    ("display-message", "display"),
    ("has-session", "has"),
    ("join-pane", "joinp"),
    ("kill-pane", "killp"),
    ("kill-session", ""),
    ("kill-window", "killw"),
    ("last-pane", "lastp"),
    ("last-window", "last"),
    ("link-window", "linkw"),
    ("list-buffers", "lsb"),
    ("list-clients", "lsc"),
    ("list-commands", "lscm"),
    ("list-keys", "lsk"),
    ("list-panes", "lsp"),
    ("list-sessions", "ls"),
    ("list-windows", "lsw"),
    ("move-pane", "movep"),
    ("move-window", "movew"),
    ("new-session", "new"),
    ("new-window", "neww"),
    ("next-layout", "nextl"),
    ("next-window", "next"),
    ("paste-buffer", "pasteb"),
    ("pipe-pane", "pipep"),
    ("previous-layout", "prevl"),
    ("previous-window", "prev"),
    ("rename-session", "rename"),
    ("rename-window", "renamew"),
    ("resize-pane", "resizep"),
    ("resize-window", "resizew"),
    ("respawn-pane", "respawnp"),
    ("respawn-window", "respawnw"),
    ("rotate-window", "rotatew"),
    ("select-layout", "selectl"),
    ("select-pane", "selectp"),
    ("select-window", "selectw"),
    ("send-keys", "send"),
    ("send-prefix", ""),
    ("server-access", ""),
    ("set-buffer", "setb"),
    ("set-environment", "setenv"),
    ("set-hook", ""),
    ("set-option", "set"),
    ("set-window-option", "setw"),
    ("show-environment", "showenv"),
    ("show-hooks", ""),
    ("show-messages", "showmsgs"),
    ("show-options", "show"),
    ("show-prompt-history", "showphist"),
    ("show-window-options", "showw"),
    ("split-window", "splitw"),
    ("start-server", "start"),
    ("swap-pane", "swapp"),
    ("swap-window", "swapw"),
    ("unbind-key", "unbind"),
    ("unlink-window", "unlinkw"),
    ("wait-for", "wait"),
];

/// The option whose values are names that users gave to commands.
const ALIASES: &[u8] = b"command-alias";

/// Names that mean something else on this server than in tmux.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aliases(Vec<Vec<u8>>);

impl Aliases {
    /// Reads what `show-options -s command-alias` or the format of that name print: whatever stands
    /// before a `=`. A name that is none is no loss.
    pub(crate) fn read(listing: &[u8]) -> Self {
        let words = listing.split(|byte| b" \n\"".contains(byte));
        let names = words.filter_map(|word| {
            let end = word.iter().position(|byte| *byte == b'=')?;
            Some(word[..end].to_vec())
        });
        Self(names.collect())
    }

    fn has(&self, name: &[u8]) -> bool {
        self.0.iter().any(|alias| alias == name)
    }
}

/// Whether a command changes what names mean: whatever speaks of aliases and doesn't only show them.
pub(crate) fn changes_aliases(command: &Command) -> bool {
    let shows = |words: &[Vec<u8>]| words.first().is_some_and(|name| name.starts_with(b"show"));
    let words = command.arguments();
    !shows(words)
        && words.iter().any(|word| word.windows(ALIASES.len()).any(|part| part == ALIASES))
}

/// The line for a command, or `None` if it must take another route.
pub(crate) fn line(command: &Command, aliases: &Aliases) -> Option<CommandLine> {
    // A size limit that a connection of its own has tells its own error.
    let parts = parts(command.arguments());
    let fits = !parts.is_empty()
        && command.input().is_empty()
        && !changes_aliases(command)
        && parts.iter().all(|part| is_carried(part, aliases));
    if !fits {
        return None;
    }
    let commands = parts.iter().map(|part| {
        let arguments = part.arguments.iter().map(|argument| unescape(argument));
        [Cow::Borrowed(part.name)].into_iter().chain(arguments)
    });
    CommandLine::new(commands).ok()
}

/// An escaped `;` at the end of an argument is one.
fn unescape(argument: &[u8]) -> Cow<'_, [u8]> {
    match argument.strip_suffix(b"\\;") {
        Some(rest) => [rest, b";"].concat().into(),
        None => argument.into(),
    }
}

fn is_carried(part: &Part<'_>, aliases: &Aliases) -> bool {
    let known = AT_ONCE.iter().find(|(name, alias)| {
        // An alias begins as the name does; most names are sorted out by this.
        name.as_bytes().first() == part.name.first()
            && (part.name == name.as_bytes() || part.name == alias.as_bytes())
    });
    let Some((name, _)) = known else { return false };
    !aliases.has(part.name) && answers_at_once(part, name)
}

/// What the flags say of commands that answer at once with some only.
fn answers_at_once(part: &Part<'_>, name: &str) -> bool {
    let has =
        |wanted: u8, with_value: &[u8]| part.flags(with_value).any(|(flag, _)| flag == wanted);
    match name {
        // Without -p it is for whoever is attached, and -I reads input.
        "display-message" => has(b'p', b"cdFt") && !has(b'I', b"cdFt"),
        "split-window" => {
            let with_value = b"bBceFlpstT";
            !has(b'I', with_value) && !has(b'W', with_value)
        }
        "break-pane" => !has(b'W', b"FnstxyXY"),
        "new-session" => is_plain_new_session(part),
        "wait-for" => has(b'S', b"Fw") || has(b'U', b"Fw"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(words: &[&str]) -> Option<String> {
        let aliases = Aliases::read(
            b"command-alias[0] split-pane=split-window\n\
            command-alias[9] \"lsw=list-windows ; list-panes\"\ncommand-alias[10] lsb=\"x y\"\n",
        );
        let line = line(&Command::new(words), &aliases)?;
        Some(String::from_utf8_lossy(line.as_bytes()).into_owned())
    }

    #[test]
    fn commands_become_lines() {
        for (words, expected) in [
            (&["ls"][..], "ls\n"),
            (&["ls", ";", "lsp", "-a"], "ls ; lsp -a\n"),
            (&["ls;", "lsp", "a b"], "ls ; lsp 'a b'\n"),
            (&["send-keys", "a\\;", "Enter"], "send-keys 'a;' Enter\n"),
            (&["display-message", "-pt", "x", "it's"], "display-message -pt x \"it's\"\n"),
            (&["new", "-d", "-s", "x"], "new -d -s x\n"),
            (&["wait-for", "-S", "x"], "wait-for -S x\n"),
        ] {
            assert_eq!(line_of(words).as_deref(), Some(expected), "{words:?}");
        }
    }

    #[test]
    fn others_take_another_route() {
        for words in [
            &[][..],
            &[";"],
            &["run-shell", "true"],
            &["wait-for", "x"],
            &["new-session", "-s", "x"],
            &["ls", ";", "source-file", "x"],
            &["save-buffer", "-"],
            &["display-message", "text"],
            &["display-message", "-pI"],
            &["kill-server"],
            &["split-window", "-dI"],
            &["list-s"],
            &["split-pane"],
            &["lsw"],
            &["lsb"],
            &["set", "-s", "command-alias[9]", "ls=lsp ; lsp"],
            &["refresh-client", "-C", "1,1"],
            &["detach-client"],
        ] {
            assert_eq!(line_of(words), None, "{words:?}");
        }
        assert_eq!(line(&Command::new(["ls"]).stdin("text"), &Aliases::default()), None);
    }
}
