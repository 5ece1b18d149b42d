//! Which files the server may have us open for a command: those that its words can mean.

use std::path::Path;

use tmuxwire_operations::{CommandSpec, Opens, Takes, find};
use tmuxwire_protocol::{Access, AllowedFile, AllowedFiles};

use super::{Part, parts};

/// Where names of files begin that aren't absolute.
pub(crate) struct Places<'a> {
    pub(crate) cwd: &'a Path,
    /// Where servers go that can't get into the working directory; and what `~` is from 3.6.
    pub(crate) home: Option<&'a Path>,
}

/// The files that a list of commands may have opened. Any, where a word may be the user's name for
/// other commands, or runs some.
pub(crate) fn allowed_files<S: AsRef<[u8]>>(arguments: &[S], places: &Places<'_>) -> AllowedFiles {
    let mut files = Vec::new();
    for part in parts(arguments) {
        match opened_by(&part) {
            None => return AllowedFiles::Any,
            Some(None) => {}
            // Formats can't be known, nor the time in them.
            Some(Some((name, _))) if name.iter().any(|byte| b"#%".contains(byte)) => {
                return AllowedFiles::Any;
            }
            Some(Some((name, access))) => {
                let paths = paths(&name, places).into_iter();
                files.extend(paths.map(|path| AllowedFile::new(path, access)));
            }
        }
    }
    match files.is_empty() {
        true => AllowedFiles::Nothing,
        false => AllowedFiles::These(files),
    }
}

/// The name of the file that one command opens, if it opens any; `None` if it may open any file.
fn opened_by(part: &Part<'_>) -> Option<Option<(Vec<u8>, Access)>> {
    let command = std::str::from_utf8(part.name).ok().and_then(find)?;
    // Most commands, at no cost.
    let flags_open = command.flags.iter().any(|flag| flag.opens != Opens::Nothing);
    if !flags_open && command.opens == Opens::Nothing {
        return Some(None);
    }
    let with_value = with_value(command);
    let opens =
        |(letter, _)| command.flags(char::from(letter)).any(|flag| flag.opens != Opens::Nothing);
    if part.flags(&with_value).any(opens) {
        return None;
    }
    let access = match command.opens {
        Opens::Nothing => return Some(None),
        Opens::Read => Access::Read,
        Opens::Write => Access::Write,
        _ => return None,
    };
    // With fewer or more the command fails.
    let [name] = part.others(&with_value) else { return Some(None) };
    let name = match name.strip_suffix(b"\\;") {
        Some(name) => [name, b";"].concat(),
        None => name.to_vec(),
    };
    Some((name != b"-").then_some((name, access)))
}

/// The flags of a command that take a value, in any release.
fn with_value(command: &CommandSpec) -> Vec<u8> {
    let flags = command.flags.iter().filter(|flag| flag.takes != Takes::Nothing);
    flags.filter_map(|flag| u8::try_from(flag.letter).ok()).collect()
}

/// What a name can come to.
fn paths(name: &[u8], places: &Places<'_>) -> Vec<Vec<u8>> {
    if name.starts_with(b"/") {
        return vec![name.to_vec()];
    }
    let within = |directory: &Path, name: &[u8]| {
        [directory.as_os_str().as_encoded_bytes(), b"/", name].concat()
    };
    let mut paths = vec![within(places.cwd, name), within(Path::new("/"), name)];
    if let Some(home) = places.home {
        paths.push(within(home, name));
        paths.extend(name.strip_prefix(b"~/").map(|name| within(home, name)));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(arguments: &[&str]) -> AllowedFiles {
        let places = Places { cwd: Path::new("/here"), home: Some(Path::new("/home/me")) };
        allowed_files(arguments, &places)
    }

    fn these(access: Access, paths: &[&str]) -> AllowedFiles {
        let path = |path: &&str| AllowedFile::new(*path, access);
        AllowedFiles::These(paths.iter().map(path).collect())
    }

    #[test]
    fn commands_that_name_no_file_have_none_opened() {
        for list in [
            &["list-sessions", "-F", "/etc/passwd"][..],
            &["display-message", "-p", "load-buffer /etc/passwd"],
            &["ls", ";", "kill-server"],
            &["show-buffer"],
            &["load-buffer", "-b", "x", "-"],
            &["save-buffer", "-"],
            &["save-buffer", "-b", "/etc/passwd", "-"],
            &["load-buffer"],
            &["run-shell", "-b", "tmux -C load-buffer /x"],
            &["run-shell", "-c", "/tmp", "-t", "C", "true"],
            &["set-hook", "-g", "after-new-window", "source-file /x"],
            &["bind-key", "x", "source-file /x"],
            &["new-session", "-d", "-s", "C"],
            &["split-window", "-I"],
            &[],
        ] {
            assert_eq!(files(list), AllowedFiles::Nothing, "{list:?}");
        }
    }

    #[test]
    fn a_file_that_is_named_may_be_opened_for_what_the_command_does_with_it() {
        assert_eq!(files(&["load-buffer", "/a"]), these(Access::Read, &["/a"]));
        assert_eq!(files(&["loadb", "-bx", "--", "/a"]), these(Access::Read, &["/a"]));
        assert_eq!(files(&["saveb", "-ab", "x", "/a;b\\;"]), these(Access::Write, &["/a;b;"]));
        assert_eq!(
            files(&["load-buffer", "a;", "ls"]),
            these(Access::Read, &["/here/a", "//a", "/home/me/a"]),
        );
        assert_eq!(
            files(&["load-buffer", "~/a"]),
            these(Access::Read, &["/here/~/a", "//~/a", "/home/me/~/a", "/home/me/a"]),
        );
    }

    #[test]
    fn what_cannot_be_known_may_open_any_file() {
        for list in [
            &["source-file", "/x"][..],
            &["if-shell", "true", "ls"],
            &["ls", ";", "run-shell", "-bC", "ls"],
            &["set-hook", "-Rg", "x"],
            &["confirm-before", "ls"],
            &["list-s"],
            &["mine"],
            &[""],
            &["load-buffer", "#{pane_current_path}/x"],
            &["save-buffer", "/log-%H"],
        ] {
            assert_eq!(files(list), AllowedFiles::Any, "{list:?}");
        }
    }
}
