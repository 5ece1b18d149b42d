//! What every command understands.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ColorChoice};

use crate::filled;

/// Which server, and in which form it is told.
#[derive(Args, Debug)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// The server of `tmux -L NAME`. Without -L and -S: $TMUX, else the default server
    #[arg(short = 'L', value_name = "NAME", value_parser = filled::word(), global = true, conflicts_with = "socket")]
    pub(crate) label: Option<OsString>,
    /// The server of `tmux -S PATH`
    #[arg(short = 'S', value_name = "PATH", value_parser = filled::path(), global = true)]
    pub(crate) socket: Option<PathBuf>,
    /// Prints lines of JSON, where every character is kept (those that control a terminal as \u001b),
    /// and what isn't UTF-8 has its bytes beside it, in KEY_base64. Without it, names and texts are shown
    /// so that they do nothing to a terminal
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to use colours; auto: on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: ColorChoice,
}

impl Global {
    /// Colours on standard output.
    pub(crate) fn colours(&self) -> bool {
        colours_on(self.color, &std::io::stdout())
    }

    pub(crate) fn colours_on_stderr(&self) -> bool {
        colours_on(self.color, &std::io::stderr())
    }
}

/// Whether there are colours on a stream.
pub(crate) fn colours_on(choice: ColorChoice, stream: &impl IsTerminal) -> bool {
    let refused = || {
        std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
    };
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => stream.is_terminal() && !refused(),
    }
}
