//! Which commands a channel can carry, and as which line. All others take a connection of their
//! own: those that wait, or may wait for a person (they would hold up every other caller), read or
//! write files, attach, mean the client itself, run commands that nobody can count, or bear a name
//! that isn't tmux's own.

use std::borrow::Cow;

use tmuxwire_protocol::control::CommandLine;

use crate::command::Command;
use crate::output::Output;
use crate::reach::{Part, is_plain_new_session, parts};
use crate::version::ServerInfo;

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

/// What is printed instead of typing into a pane in a mode.
const IN_MODE: &[u8] = b"tmuxwire:in-mode";

/// What commands mean on the server at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Names that mean something else on this server than in tmux.
    aliases: Vec<Vec<u8>>,
    typing: Typing,
}

/// How keys are typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Typing {
    /// On a connection of its own.
    #[default]
    Apart,
    /// As any command: a 3.1 waits for nobody whom a prompt asks. It answers a command within
    /// `if-shell` as somebody else's.
    Plain,
    /// Only where no mode would take the keys: seen from 3.3 on.
    Guarded,
}

impl Names {
    /// Reads what `show-options -s command-alias` or the format of that name print: whatever stands
    /// before a `=`. A name that is none is no loss.
    pub(crate) fn read(listing: &[u8], info: Option<&ServerInfo>) -> Self {
        let words = listing.split(|byte| b" \n\"".contains(byte));
        let names = words.filter_map(|word| {
            let end = word.iter().position(|byte| *byte == b'=')?;
            Some(word[..end].to_vec())
        });
        let version = info.and_then(|info| info.version.as_ref());
        let typing = match version {
            Some(version) if version.is_at_least(3, 3) => Typing::Guarded,
            Some(version) if version.is_at_least(3, 1) && !version.is_at_least(3, 2) => {
                Typing::Plain
            }
            _ => Typing::Apart,
        };
        Self { aliases: names.collect(), typing }
    }

    fn has(&self, name: &[u8]) -> bool {
        self.aliases.iter().any(|alias| alias == name)
    }
}

/// Whether a command that took a connection of its own may have changed what names mean: it runs a
/// program, or what it says may be `source-file` or `command-alias`, in full or not.
pub(crate) fn may_change_names(command: &Command, names: &Names) -> bool {
    let words = command.arguments();
    let may_say = |part: &[u8]| words.iter().any(|word| word.windows(2).any(|two| two == part));
    let is_job = |part: &Part<'_>| part.name.starts_with(b"run") || names.has(part.name);
    may_say(b"so") || may_say(b"co") || parts(words).iter().any(is_job)
}

/// The line for a command.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) line: CommandLine,
    pub(crate) answers: Answers,
}

/// What a line may be answered with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    /// Whether it may be that the pane is in a mode.
    guarded: bool,
}

impl Line {
    /// Whether it can be sent ahead of other lines, whatever it answers.
    pub(crate) fn is_final(&self) -> bool {
        !self.answers.guarded
    }
}

impl Answers {
    /// How much of an answer to keep for a caller who wants at most so much.
    pub(crate) fn limit(self, limit: usize) -> usize {
        if self.guarded { limit.max(2 * IN_MODE.len()) } else { limit }
    }

    /// Whether the server did nothing, and the command must take another route.
    pub(crate) fn did_nothing(self, output: &Output) -> bool {
        self.guarded && output.stdout.trim_ascii_end() == IN_MODE
    }
}

/// The line for a command, or `None` if it must take another route.
pub(crate) fn line(command: &Command, names: &Names) -> Option<Line> {
    // A size limit that a connection of its own has tells its own error.
    let parts = parts(command.arguments());
    let fits = !parts.is_empty()
        && command.input().is_empty()
        && !speaks_of_aliases(command)
        && parts.iter().all(|part| is_carried(part, names));
    if !fits {
        return None;
    }
    let typing = parts.iter().any(types) && names.typing != Typing::Plain;
    if typing && (parts.len() > 1 || names.typing == Typing::Apart) {
        return None;
    }
    let commands = parts.iter().map(|part| {
        let arguments = part.arguments.iter().map(|argument| unescape(argument));
        [Cow::Borrowed(part.name)].into_iter().chain(arguments)
    });
    let line = CommandLine::new(commands).ok()?;
    match typing {
        true => guarded(&parts[0], &line, names),
        false => Some(Line { line, answers: Answers { guarded: false } }),
    }
}

/// Whether a command speaks of aliases. A change of them takes a connection of its own.
fn speaks_of_aliases(command: &Command) -> bool {
    command.arguments().iter().any(|word| word.windows(ALIASES.len()).any(|part| part == ALIASES))
}

/// Whether a command types keys. A pane in a mode gives them to the mode, whose bindings may open a
/// prompt, literal keys too; commands of the mode (`-X`) open none.
fn types(part: &Part<'_>) -> bool {
    match known(part.name) {
        Some("send-keys") => !part.flags(b"cNt").any(|(flag, _)| flag == b'X'),
        Some("send-prefix") => true,
        _ => false,
    }
}

/// A line that types only where no mode would take the keys; it is answered by one block more.
fn guarded(part: &Part<'_>, line: &CommandLine, names: &Names) -> Option<Line> {
    if names.has(b"if-shell") || names.has(b"display-message") {
        return None;
    }
    let target =
        part.flags(b"cNt").filter(|(flag, _)| *flag == b't').filter_map(|(_, value)| value);
    let target = target.last().map(unescape);
    let typing = line.as_bytes().trim_ascii_end();
    let instead = [b"display-message -p ".as_slice(), IN_MODE].concat();
    let words = [b"if-shell".as_slice(), b"-F"].into_iter();
    let words = words.chain(target.iter().flat_map(|target| [b"-t".as_slice(), target]));
    let words = words.chain([b"#{pane_in_mode}".as_slice(), &instead, typing]);
    let line = CommandLine::new([words]).ok()?.answered_by(2);
    Some(Line { line, answers: Answers { guarded: true } })
}

/// An escaped `;` at the end of an argument is one.
fn unescape(argument: &[u8]) -> Cow<'_, [u8]> {
    match argument.strip_suffix(b"\\;") {
        Some(rest) => [rest, b";"].concat().into(),
        None => argument.into(),
    }
}

fn is_carried(part: &Part<'_>, names: &Names) -> bool {
    known(part.name).is_some_and(|name| !names.has(part.name) && answers_at_once(part, name))
}

/// The full name of a command that answers at once.
fn known(name: &[u8]) -> Option<&'static str> {
    let known = AT_ONCE.iter().find(|(full, alias)| {
        // An alias begins as the name does; most names are sorted out by this.
        full.as_bytes().first() == name.first()
            && (name == full.as_bytes() || name == alias.as_bytes())
    });
    known.map(|(full, _)| *full)
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
        // -L waits for a lock, whatever else is said, and a 3.8 waits with -E and -w.
        "wait-for" => {
            let with_value = b"Fw";
            (has(b'S', with_value) || has(b'U', with_value))
                && !b"LEw".iter().any(|flag| has(*flag, with_value))
        }
        // A key for a client runs its bindings; an event runs hooks.
        "send-keys" => !has(b'K', b"cNt"),
        "set-hook" => !b"RE".iter().any(|flag| has(*flag, b"Bt")),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(words: &[&str]) -> Option<String> {
        let mut names = Names::read(
            b"command-alias[0] split-pane=split-window\n\
            command-alias[9] \"lsw=list-windows ; list-panes\"\ncommand-alias[10] lsb=\"x y\"\n",
            None,
        );
        names.typing = Typing::Guarded;
        let line = line(&Command::new(words), &names)?;
        Some(String::from_utf8_lossy(line.line.as_bytes()).into_owned())
    }

    #[test]
    fn commands_become_lines() {
        for (words, expected) in [
            (&["ls"][..], "ls\n"),
            (&["ls", ";", "lsp", "-a"], "ls ; lsp -a\n"),
            (&["ls;", "lsp", "a b"], "ls ; lsp 'a b'\n"),
            (
                &["send-keys", "-t", "x", "a\\;", "Enter"],
                "if-shell -F -t x '#{pane_in_mode}' 'display-message -p tmuxwire:in-mode' \
                 \"send-keys -t x 'a;' Enter\"\n",
            ),
            (&["send", "-Xt", "x", "cancel"], "send -Xt x cancel\n"),
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
            &["wait-for", "-UL", "x"],
            &["send-keys", "-K", "F5"],
            &["send-keys", "a", ";", "send-keys", "b"],
            &["set-hook", "-gR", "after-new-window"],
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
        assert!(line(&Command::new(["ls"]).stdin("text"), &Names::default()).is_none());
    }
}
