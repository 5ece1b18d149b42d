//! Handing the whole command line to the real tmux: same process, same arguments, same name.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use tmuxwire::{Binary, Error, system_text};

use crate::descriptors::complain;
use crate::options::{ForTmux, Options};

/// What tmux prints for a command line that it can't take.
const USAGE: &str = "\
usage: tmuxwire [-2CDhlNuVv] [-c shell-command] [-f file] [-L socket-name]
                [-S socket-path] [-T features] [command [flags]]";

/// What `tmuxwire --help` prints.
pub(crate) const HELP: &str = "\
usage: tmuxwire [-2CDhlNuVv] [-c shell-command] [-f file] [-L socket-name]
                [-S socket-path] [-T features] [command [flags]]

The tmux client that talks to the server itself: all is as for tmux, see tmux(1). What only tmux
can do is handed to the tmux program: to start a server, -D, -V, -v and wrong options.
-V tells the release of that tmux, --version that of tmuxwire.

Environment:
  TMUXWIRE_TMUX    the tmux program, by its path or its name in PATH; else the first tmux in PATH
                   that isn't tmuxwire, else one of the usual places
  TMUXWIRE_DEBUG   set to anything, standard error tells when tmux is run instead, and why
  TMUXWIRE_ATTACH  set to tmux, tmux attaches";

/// Set to anything, it makes us say when the real tmux takes over, and why.
const DEBUG: &str = "TMUXWIRE_DEBUG";

/// Set to `tmux`, it lets the real tmux attach.
const ATTACH: &str = "TMUXWIRE_ATTACH";

/// Whether the user wants the real tmux to attach.
pub(crate) fn is_wanted_to_attach() -> bool {
    std::env::var_os(ATTACH).is_some_and(|by| by == "tmux")
}

/// The real tmux, which doesn't lead back to us.
fn find() -> Result<Binary, Error> {
    let binary = Binary::find(|name| std::env::var_os(name))?;
    binary.check_script()?;
    Ok(binary)
}

/// Becomes the real tmux. Returns only if that fails, with the status to exit with.
pub(crate) fn to_tmux(arguments: &[OsString], why: &str) -> i32 {
    let failure = match find() {
        Ok(binary) => {
            tell(&binary, why);
            execute(&binary, arguments)
        }
        Err(error) => format!("{error} ({why})"),
    };
    complain(failure);
    1
}

/// As [`to_tmux`], for options that only tmux answers, or refuses. It does so under its own name:
/// `tmuxwire -V` says `tmux 3.3a`. Without a tmux, our own usage will do for what it refuses.
pub(crate) fn options_to_tmux(arguments: &[OsString], why: ForTmux) -> i32 {
    match find() {
        Ok(binary) => {
            tell(&binary, "only tmux answers these options");
            complain(execute(&binary, &under_its_name(arguments)));
        }
        Err(error) => match why {
            ForTmux::Answers => complain(error),
            ForTmux::Refuses => complain(format_args!("{USAGE}\n{error}")),
        },
    }
    1
}

/// Says on request what is run instead of us, and why.
fn tell(binary: &Binary, why: &str) {
    if std::env::var_os(DEBUG).is_some() {
        complain(format_args!("tmuxwire: running {}: {why}", binary.path().display()));
    }
}

fn under_its_name(arguments: &[OsString]) -> Vec<OsString> {
    let mut arguments = arguments.to_vec();
    if let Some(name) = arguments.first_mut()
        && Path::new(name).file_name() == Some(OsStr::new("tmuxwire"))
    {
        *name = "tmux".into();
    }
    arguments
}

/// What went wrong; on success there is nobody left to return to.
fn execute(binary: &Binary, arguments: &[OsString]) -> String {
    crate::restore_sigpipe();
    become_program(
        binary.path(),
        arguments,
        binary.marker().map(|(name, value)| (name, value.into())),
    )
}

/// Becomes a program, with one more variable. What went wrong; on success there is nobody left.
pub(crate) fn become_program(
    path: &Path,
    arguments: &[OsString],
    variable: Option<(&str, OsString)>,
) -> String {
    let strings = |words: &[OsString]| -> Vec<CString> {
        // They came from C strings, so there is no NUL to stumble over.
        words.iter().filter_map(|word| CString::new(word.as_bytes()).ok()).collect()
    };
    let arguments = strings(arguments);
    let Ok(program) = CString::new(path.as_os_str().as_bytes()) else {
        return String::from("the path contains a NUL byte");
    };
    crate::descriptors::release();
    let outcome = match variable {
        None => nix::unistd::execv(&program, &arguments),
        Some((name, value)) => {
            let mut environment: Vec<OsString> = std::env::vars_os()
                .filter(|(key, _)| key != name)
                .map(|(key, value)| {
                    let mut entry = key;
                    entry.push("=");
                    entry.push(value);
                    entry
                })
                .collect();
            let mut entry = OsString::from(format!("{name}="));
            entry.push(value);
            environment.push(entry);
            nix::unistd::execve(&program, &arguments, &strings(&environment))
        }
    };
    match outcome {
        Ok(never) => match never {},
        Err(errno) => format!("can't run {}: {}", path.display(), system_text(errno as i32)),
    }
}

/// What the real tmux is needed for, after the wire said that no server runs.
pub(crate) fn starts_server(error: &Error, options: &Options, command: &[Vec<u8>]) -> bool {
    matches!(error.kind(), tmuxwire::ErrorKind::NoServer { .. })
        && (options.shell_command.is_some() || tmuxwire::may_start_server(command))
}
