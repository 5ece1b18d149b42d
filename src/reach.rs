//! What a command line can lead to, judged by its words alone: starting a server, needing a
//! terminal, leaving a job behind, opening files. Where tmux would look closer, the answer here is "yes": the
//! real tmux then has the last word.

mod files;

pub(crate) use self::files::{Places, allowed_files};

/// One command of a list: its name and its arguments.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) arguments: Vec<&'a [u8]>,
}

/// Splits at `;` as the server does (PROTOCOL section 8): an argument that ends in `;` ends a
/// command, unless the `;` is escaped.
pub(crate) fn parts<S: AsRef<[u8]>>(arguments: &[S]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut words: Vec<&[u8]> = Vec::new();
    for argument in arguments.iter().map(AsRef::as_ref) {
        match argument.strip_suffix(b";") {
            Some(rest) if !rest.ends_with(b"\\") => {
                words.extend((!rest.is_empty()).then_some(rest));
                parts.extend(part(&mut words));
            }
            _ => words.push(argument),
        }
    }
    parts.extend(part(&mut words));
    parts
}

fn part<'a>(words: &mut Vec<&'a [u8]>) -> Option<Part<'a>> {
    let mut arguments = std::mem::take(words);
    (!arguments.is_empty()).then(|| Part { name: arguments.remove(0), arguments })
}

impl Part<'_> {
    /// Whether the name is, or may be short for, one of these commands.
    fn may_be(&self, commands: &[(&str, &str)]) -> bool {
        commands.iter().any(|(name, alias)| {
            self.name == alias.as_bytes()
                || (!self.name.is_empty() && name.as_bytes().starts_with(self.name))
        })
    }

    /// The arguments behind the flags.
    pub(crate) fn others(&self, with_value: &[u8]) -> &[&[u8]] {
        let mut rest = self.arguments.as_slice();
        while let Some((argument, others)) = rest.split_first() {
            let Some(cluster) = argument.strip_prefix(b"-").filter(|letters| !letters.is_empty())
            else {
                break;
            };
            rest = others;
            if cluster == b"-" {
                break;
            }
            let takes = cluster.iter().position(|letter| with_value.contains(letter));
            if takes.is_some_and(|at| at + 1 == cluster.len()) {
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        rest
    }

    /// The flags in front of the other arguments, each with its value if it takes one.
    pub(crate) fn flags(&self, with_value: &[u8]) -> impl Iterator<Item = (u8, Option<&[u8]>)> {
        let mut arguments = self.arguments.iter();
        let mut cluster: &[u8] = b"";
        std::iter::from_fn(move || {
            if cluster.is_empty() {
                cluster = arguments
                    .next()?
                    .strip_prefix(b"-")
                    .filter(|rest| !matches!(*rest, b"" | b"-"))?;
            }
            let (flag, rest) = cluster.split_first()?;
            cluster = rest;
            if !with_value.contains(flag) {
                return Some((*flag, None));
            }
            cluster = b"";
            let value = match rest.is_empty() {
                true => arguments.next().copied(),
                false => Some(rest),
            };
            Some((*flag, value))
        })
        .fuse()
    }
}

const ATTACH: (&str, &str) = ("attach-session", "attach");
const NEW_SESSION: (&str, &str) = ("new-session", "new");
const RUN_SHELL: (&str, &str) = ("run-shell", "run");

/// Commands that start a server if none runs (PROTOCOL section 11).
const STARTING: [(&str, &str); 5] = [
    ATTACH,
    NEW_SESSION,
    ("list-commands", "lscm"),
    ("list-keys", "lsk"),
    ("start-server", "start"),
];

/// Commands that can run other commands, which their arguments don't show.
const NESTING: [(&str, &str); 3] = [("if-shell", "if"), RUN_SHELL, ("source-file", "source")];

/// Whether the list has a command that starts a server. The empty command does.
pub fn may_start_server<S: AsRef<[u8]>>(arguments: &[S]) -> bool {
    arguments.is_empty() || parts(arguments).iter().any(|part| part.may_be(&STARTING))
}

/// Whether the list may leave a job of the server behind if its client goes away.
pub fn may_leave_job<S: AsRef<[u8]>>(arguments: &[S]) -> bool {
    parts(arguments).iter().any(|part| part.may_be(&NESTING))
}

/// Whether this is one command, that runs no others.
pub(crate) fn is_single<S: AsRef<[u8]>>(arguments: &[S]) -> bool {
    let parts = parts(arguments);
    let [part] = parts.as_slice() else { return false };
    let command = std::str::from_utf8(part.name).ok().and_then(tmuxwire_operations::find);
    command.is_some_and(|command| command.opens != tmuxwire_operations::Opens::Anything)
}

/// Whether one of several commands may read standard input.
pub(crate) fn reads_among_others<S: AsRef<[u8]>>(arguments: &[S]) -> bool {
    let reads = |word: &S| word.as_ref() == b"-" || word.as_ref() == b"-;";
    arguments.iter().any(reads) && !is_single(arguments)
}

/// Commands that print on standard output, change nothing and wait for nothing; with the flag
/// that they do so only with.
const READING: [(&str, &str, Option<u8>); 16] = [
    ("capture-pane", "capturep", Some(b'p')),
    ("display-message", "display", Some(b'p')),
    ("list-buffers", "lsb", None),
    ("list-clients", "lsc", None),
    ("list-commands", "lscm", None),
    ("list-keys", "lsk", None),
    ("list-panes", "lsp", None),
    ("list-sessions", "ls", None),
    ("list-windows", "lsw", None),
    ("server-info", "info", None),
    ("show-environment", "showenv", None),
    ("show-hooks", "show-hooks", None),
    ("show-messages", "showmsgs", None),
    ("show-options", "show", None),
    ("show-prompt-history", "showphist", None),
    ("show-window-options", "showw", None),
];

/// Whether this is one command that only reads, and answers on standard output at once. Abbreviated
/// names are not looked at: with those the answer may be wrongly "no", which is slower but right.
pub(crate) fn only_prints<S: AsRef<[u8]>>(arguments: &[S]) -> bool {
    let parts = parts(arguments);
    let [part] = parts.as_slice() else { return false };
    READING.iter().any(|(name, alias, flag)| {
        let named = part.name == name.as_bytes() || part.name == alias.as_bytes();
        // Flags of all these commands that take a value.
        let has = |wanted| part.flags(b"bcdEFfOSTt").any(|(flag, _)| flag == wanted);
        named && flag.is_none_or(has) && !has(b'I')
    })
}

/// Whether the list may attach the client's terminal, or asks the terminal for its size.
///
/// `tty` says whether standard input is a terminal; without one, what other commands run inside
/// can only fail to attach, natively as well.
pub fn needs_terminal<S: AsRef<[u8]>>(arguments: &[S], tty: bool) -> bool {
    arguments.is_empty()
        || parts(arguments).iter().any(|part| {
            part.may_be(&[ATTACH])
                || (part.may_be(&[NEW_SESSION]) && !is_plain_new_session(part))
                || (tty && part.may_be(&NESTING) && !is_plain_run_shell(part))
        })
}

/// `run-shell` of a program: only with `-C` it runs commands of tmux.
fn is_plain_run_shell(part: &Part<'_>) -> bool {
    part.may_be(&[RUN_SHELL]) && !part.flags(b"cdt").any(|(flag, _)| flag == b'C')
}

/// `new-session -d` without `-A` (may attach) and without a size taken from the terminal.
pub(crate) fn is_plain_new_session(part: &Part<'_>) -> bool {
    let flags = || part.flags(b"ceFfnstxy");
    let has = |wanted: u8| flags().any(|(flag, _)| flag == wanted);
    let terminal_size =
        flags().any(|(flag, value)| matches!(flag, b'x' | b'y') && value == Some(b"-".as_slice()));
    has(b'd') && !has(b'A') && !terminal_size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_commands_by_name_alias_and_prefix() {
        for list in [
            &["attach"][..],
            &["a"],
            &["new-session", "-d"],
            &["new"],
            &["new-s"],
            &["start"],
            &["lscm"],
            &["list-k"],
            &["ls", ";", "start-server"],
            &["ls;", "start-server"],
            &["list-sessions", "-F", "x;", "lsk"],
            &[],
        ] {
            assert!(may_start_server(list), "{list:?}");
        }
        for list in [
            &["ls"][..],
            &["kill-server"],
            &[""],
            &[";"],
            &["display-message", "new-session"],
            &["display-message", "x\\;", "start-server"],
            &["new-window"],
            &["startx"],
        ] {
            assert!(!may_start_server(list), "{list:?}");
        }
    }

    #[test]
    fn terminals_are_needed_by_what_attaches_or_asks_for_the_size() {
        for list in [
            &["attach", "-t", "x"][..],
            &["new"],
            &["new-session", "-s", "d"],
            &["new", "-sdev"],
            &["new", "-s", "-d"],
            &["new", "--", "-d"],
            &["new", "-dx-"],
            &["new", "-A", "-d", "-s", "x"],
            &["new", "-ADEd", "-s", "x"],
            &["new", "-d", "-x", "-", "-y", "-"],
            &["ls", ";", "new"],
            &["n"],
        ] {
            assert!(needs_terminal(list, false), "{list:?}");
        }
        assert!(needs_terminal(&["if-shell", "true", "attach"], true));
        assert!(!needs_terminal(&["if-shell", "true", "attach"], false));
        assert!(needs_terminal(&["run-shell", "-C", "attach"], true));
        assert!(!needs_terminal(&["run-shell", "-t", "x", "attach -C"], true));
        for list in
            [&["new-session", "-d"][..], &["new", "-dsA", "-n", "A"], &["ls"], &["new-window"]]
        {
            assert!(!needs_terminal(list, true), "{list:?}");
        }
    }

    #[test]
    fn what_only_prints_is_known_by_its_full_name() {
        for list in [
            &["list-sessions"][..],
            &["ls", "-F", "#{session_name}"],
            &["lsp", "-a", "-F", "-I"],
            &["display", "-p", "-t", "x", "text"],
            &["display-message", "-t", "x", "-pF", "text"],
            &["capture-pane", "-ept", "x"],
            &["show", "-gv", "status"],
        ] {
            assert!(only_prints(list), "{list:?}");
        }
        for list in [
            &[][..],
            &["list-s"],
            &["display", "text"],
            &["display", "-t", "-p", "text"],
            &["display", "-pI"],
            &["capture-pane", "-b", "p"],
            &["ls", ";", "ls"],
            &["ls;", "kill-server"],
            &["show-buffer"],
            &["run-shell", "true"],
            &["kill-session"],
        ] {
            assert!(!only_prints(list), "{list:?}");
        }
    }

    #[test]
    fn jobs_may_be_left_by_what_runs_programs() {
        assert!(may_leave_job(&["run", "sleep 1"]));
        assert!(may_leave_job(&["ls", ";", "source", "-"]));
        assert!(!may_leave_job(&["wait-for", "run-shell"]));
    }
}
