//! What can be said on the command line.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::ErrorKind;
use clap::{ArgMatches, ColorChoice, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use tmuxwire::harmless;

use crate::global::{self, Global};
use crate::{doctor, events, output, servers, wait};

/// Shown below the help texts.
const STATUSES: &str = "\
Exit status:
  0    it is done: what was waited for has come, the reader has enough, the pane has ended
  1    gave up: the time was over first; what was there to see is told. doctor: problems remain
  2    the command line is wrong
  3    no server runs, or it went, refused us or doesn't answer
  4    no such session or pane, or it went meanwhile; a wait's pane has no program any more
  5    standard output can't be written (that its reader has gone is no failure)
  130  SIGINT; 143 SIGTERM, 129 SIGHUP";

const EXAMPLES: &str = "\
Examples:
  tw events --only window-renamed --json     each new window name, as a line of JSON
  tw output %3 > log                         what pane %3 prints, from now on
  tw wait text 'Compiled' -t build:          until a line says so, for up to 30 s
  tw wait exit -t build: --propagate         ends as the pane's program does
  tw servers                                 every tmux server of yours
  tw doctor --fix                            what is wrong, and does what is safe

A client that watches (events, output, wait) is listed by `tmux list-clients`, and the hooks for
clients fire. To tmux it is somebody who came: alerts of the session's current window (bell,
activity) are cleared, and a bare `tmux attach` goes to this session next, as the one used last.
It changes no sizes, and takes no output but what is asked for.";

/// Watch tmux, wait for it, find it and mend it.
#[derive(Debug, Parser)]
#[command(name = "tw", version, arg_required_else_help = true, after_help = format!("{EXAMPLES}\n\n{STATUSES}"))]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Prints what happens on the server, as it happens
    #[command(after_help = format!("{}\n\n{STATUSES}", events::HELP))]
    Events(events::Events),
    /// Prints what a pane prints, byte for byte
    #[command(after_help = format!("{}\n\n{STATUSES}", output::HELP))]
    Output(output::Output),
    /// Waits until something has happened
    #[command(after_help = format!("{}\n\n{STATUSES}", wait::HELP))]
    Wait(wait::Wait),
    /// Lists every tmux server of yours
    #[command(after_help = format!("{}\n\n{STATUSES}", servers::HELP))]
    Servers(servers::Servers),
    /// Says what is wrong, and what to do; with --fix it does what is safe
    #[command(after_help = format!("{}\n\n{STATUSES}", doctor::HELP))]
    Doctor(doctor::Doctor),
    /// Prints completions for a shell
    #[command(
        after_help = "Example:\n  tw completions bash > ~/.local/share/bash-completion/completions/tw"
    )]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Reads the command line; ends the process with its help, or if it is wrong.
pub(crate) fn read() -> Arguments {
    let words: Vec<OsString> = std::env::args_os().collect();
    parse(&words).unwrap_or_else(|error| refuse(&error, &words))
}

fn parse(words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut command = Arguments::command();
    let matches = command.try_get_matches_from_mut(words)?;
    let arguments = Arguments::from_arg_matches(&matches)?;
    if let Task::Wait(wait) = &arguments.task
        && let Err(text) = wait.check()
    {
        return Err(misused(&mut command, &matches, &harmless::text(text.as_bytes())));
    }
    Ok(arguments)
}

/// An error of the innermost command that was named, with its usage.
fn misused(command: &mut Command, matches: &ArgMatches, text: &str) -> clap::Error {
    if let Some((name, matches)) = matches.subcommand()
        && let Some(command) = command.find_subcommand_mut(name)
    {
        return misused(command, matches, text);
    }
    command.error(ErrorKind::ValueValidation, text)
}

/// Shows the help, or what is wrong.
fn refuse(error: &clap::Error, words: &[OsString]) -> ! {
    // Where nobody listens there is nothing to be done.
    if error.use_stderr() {
        let text = refusal(error, words, global::colours_on(colour_said(words), &io::stderr()));
        let _ = write!(io::stderr(), "{text}");
    } else {
        let text = shown(error, global::colours_on(colour_said(words), &io::stdout()));
        let _ = write!(io::stdout(), "{text}");
    }
    std::process::exit(error.exit_code())
}

/// What is wrong with words. Clap leaves out what would do something to a terminal: so that it is
/// seen, the error told is that of the same words made harmless. Where nothing is wrong with these, it
/// goes without colours.
fn refusal(error: &clap::Error, words: &[OsString], colours: bool) -> String {
    let harmless: Vec<OsString> =
        words.iter().map(|word| harmless::line(word.as_encoded_bytes()).into()).collect();
    if harmless == words {
        return shown(error, colours);
    }
    match parse(&harmless) {
        Err(error) => shown(&error, colours),
        Ok(_) => harmless::text(shown(error, false).as_bytes()),
    }
}

fn shown(error: &clap::Error, colours: bool) -> String {
    let text = error.render();
    if colours { text.ansi().to_string() } else { text.to_string() }
}

/// Help and errors are shown before anything is read, so `--color` is looked up for them.
fn colour_said(words: &[OsString]) -> ColorChoice {
    let said = |value: &str| {
        words.iter().any(|word| *word == *format!("--color={value}"))
            || words.windows(2).any(|pair| pair[0] == "--color" && pair[1] == value)
    };
    match (said("always"), said("never")) {
        (true, _) => ColorChoice::Always,
        (_, true) => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}
