//! `tw wait`: until something has happened.

mod exit;
mod report;
mod waits;

use std::future::Future;
use std::time::Duration;

use clap::{Args, Subcommand};
use tokio::time::Instant;

use self::report::Report;
use crate::duration::{self, FOR_EVER};
use crate::ending::{Failure, Status};
use crate::filled;
use crate::printer::Printer;
use crate::stage::Stage;

pub(crate) const HELP: &str = "\
Nothing is polled where the server can tell; a wait ends as soon as it has happened. What has come
is printed: the line, the value, how the program ended. With --json each wait that has begun prints
one object, however it ends (but by a signal), in which \"met\" tells whether it has come. Where it
hasn't, \"reason\" is gave-up, ended (the pane's program, and \"how\"), no-pane, no-server, refused (this
user may only read) or usage (tmux can't be asked so). Wrong options or arguments print no object.

PANE is named as for tmux: %3, main:1.0, main: (the active pane of main). Without it: the pane that
tw runs in, else the active one.";

/// What every wait understands.
#[derive(Args, Debug)]
pub(crate) struct Wait {
    /// Gives up after this time, all in all (500ms, 2s, 1m); 0: never. A server that doesn't answer
    /// in the end is status 3; it has 250ms to answer, also if tw itself was stopped meanwhile
    #[arg(long, value_name = "TIME", value_parser = duration::parse_limit, default_value = "30s", global = true)]
    timeout: Duration,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Until a pane shows or prints a line that contains a text
    #[command(after_help = "\
Lines are looked at as the program prints them, without colours, and as they stand on the screen,
where a line that is wrapped is one. The whole line is printed.

A command that was typed is such a line, too. After `tmux send-keys 'make; echo done' Enter` the text
\"done\" is met by the echo of the command. Wait for what only the program prints, or for a whole
line, before which the command has its prompt: --regex '^done$'. --new leaves out what stands there.

Examples:
  tw wait text --regex '^done$' -t build:
  tw wait text --regex '^error(\\[E\\d+\\])?:' -t %3 --timeout 0")]
    Text(Text),
    /// Until a pane has printed nothing for a while
    #[command(after_help = "\
A pane whose program has ended is dead, not idle: status 4, and how it ended.

Example:
  tmux send-keys -t %3 make Enter; tw wait idle -t %3 --settle 2s")]
    Idle {
        #[command(flatten)]
        pane: Pane,
        /// For how long nothing may be printed
        #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "1s")]
        settle: Duration,
    },
    /// Until a pane's program has ended
    #[command(after_help = "\
It prints \"exited STATUS\", \"signal NUMBER\", \"ended\" (tmux doesn't tell how) or \"gone\": the pane has
closed, and its status with it. To know it: tmux set-option -p -t PANE remain-on-exit on

With --propagate, tw ends with the program's status, or with 128 and its signal. 124 then means
that tw gave up, and 125 that it can't know the status: no server, no such pane, gone, ended.

Examples:
  tw wait exit -t build: --timeout 10m
  tw wait exit -t %3 --propagate || echo failed")]
    Exit {
        #[command(flatten)]
        pane: Pane,
        /// Ends with the status of the pane's program
        #[arg(long)]
        propagate: bool,
    },
    /// Until a format is true: neither empty nor 0
    #[command(after_help = "\
The value is printed. Most changes are seen at once; some formats change without a word of the
server, and are looked at once a second.

Example:
  tw wait format '#{==:#{pane_current_command},vim}' -t %3")]
    Format {
        /// A format of tmux
        #[arg(value_parser = filled::text)]
        format: String,
        /// The session, window or pane that it is about
        #[arg(short = 't', value_name = "TARGET", value_parser = filled::text)]
        target: Option<String>,
    },
    /// Until a pane is ready for input: a shell at its prompt, a program that reads
    #[command(after_help = "\
It prints what shows it, and the process in the foreground:
  reads-terminal  the process sleeps in a read of its terminal
  shell-waits     the pane's own program sleeps, and the pane is quiet
  program-waits   another program sleeps, and the pane is quiet
  quiet           the pane is quiet, and nothing else can be known (another user's program)
\"(echo off)\" behind that, with --json \"echo_off\": true, says that the terminal takes a line and doesn't
show what is typed: somebody asks for a password.

Example:
  tw wait ready -t %3 && tmux send-keys -t %3 make Enter")]
    Ready {
        #[command(flatten)]
        pane: Pane,
        /// How long a pane must print nothing to be quiet
        #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "200ms")]
        settle: Duration,
    },
    /// Until somebody runs `tmux wait-for -S NAME`
    #[command(after_help = "\
A wake-up that came before is not lost, but a second one takes it back (all releases of tmux): wake
once, or keep a state instead: `tmux set-option -g @built 1` and `tw wait format '#{@built}'`.
Up to tmux 3.7c a wait that gave up is still counted by the server: the next wake-up may go to it.

Example:
  tw wait channel built --timeout 5m")]
    Channel {
        /// The name of the channel
        #[arg(value_parser = filled::text)]
        name: String,
    },
}

#[derive(Args, Debug)]
struct Text {
    /// What a line must contain
    #[arg(value_parser = filled::text)]
    pattern: String,
    #[command(flatten)]
    pane: Pane,
    /// PATTERN is a regular expression (of Rust's crate regex)
    #[arg(long)]
    regex: bool,
    /// Only what comes from now on counts, not what the pane shows already
    #[arg(long)]
    new: bool,
}

#[derive(Args, Debug)]
struct Pane {
    /// Which pane
    #[arg(short = 't', value_name = "PANE", value_parser = filled::text)]
    pane: Option<String>,
}

impl Pane {
    fn name(&self) -> Option<&str> {
        self.pane.as_deref()
    }
}

impl Wait {
    /// What the parser can't know: that a wait could never be met.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.what {
            What::Idle { settle, .. } if *settle >= self.timeout => Err(format!(
                "--settle {} can't pass within --timeout {}; make one longer or the other shorter",
                duration::show(*settle),
                duration::show(self.timeout)
            )),
            What::Text(text) => text.wanted().map(drop),
            _ => Ok(()),
        }
    }
}

/// What makes a line one that is waited for.
enum Wanted<'a> {
    Text(&'a str),
    Regex(regex::Regex),
}

impl Wanted<'_> {
    fn is(&self, line: &str) -> bool {
        match self {
            Self::Text(text) => line.contains(text),
            Self::Regex(regex) => regex.is_match(line),
        }
    }
}

impl Text {
    fn wanted(&self) -> Result<Wanted<'_>, String> {
        if self.regex {
            let regex = regex::Regex::new(&self.pattern).map_err(|error| error.to_string())?;
            return Ok(Wanted::Regex(regex));
        }
        match self.pattern.contains('\n') {
            true => Err("PATTERN has several lines, and lines are looked at one by one".into()),
            false => Ok(Wanted::Text(&self.pattern)),
        }
    }
}

/// Waits, and tells what came.
pub(crate) async fn run(stage: &Stage, task: &Wait) -> Result<u8, Failure> {
    let limit = task.timeout;
    let deadline = Deadline::new(limit);
    let report = match &task.what {
        What::Text(text) => waits::text(stage, text, deadline).await,
        What::Idle { pane, settle } => waits::idle(stage, pane.name(), *settle, deadline).await,
        What::Exit { pane, propagate } => {
            let report = exit::wait(stage, pane.name(), deadline).await;
            match propagate {
                true => report.map_err(|failure| failure.with_status(Status::PROGRAM_UNKNOWN)),
                false => report.map(Report::without_status),
            }
        }
        What::Format { format, target } => {
            waits::format(stage, format, target.as_deref(), deadline).await
        }
        What::Ready { pane, settle } => waits::ready(stage, pane.name(), *settle, deadline).await,
        What::Channel { name } => waits::channel(stage, name, deadline).await,
    }?;
    report.print(stage, limit).await
}

/// Prints for a program how a wait has failed; answers what is to be told.
pub(crate) async fn print_failure(failure: Failure) -> Failure {
    if matches!(failure.status, Status::DONE | Status::NO_OUTPUT) {
        return failure;
    }
    match Printer::new(false).json(report::failed(&failure)).await {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => error.into(),
        _ => failure,
    }
}

/// The least time for an answer: how little of the limit is left may be our own doing, if we were
/// stopped or starved.
const PATIENCE: Duration = Duration::from_millis(250);

/// When to give up: one moment for all that a wait does.
#[derive(Clone, Copy, Debug)]
struct Deadline(Instant);

impl Deadline {
    fn new(limit: Duration) -> Self {
        Self(Instant::now() + limit.min(FOR_EVER))
    }

    fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// What a server answers until then, or shortly after.
    ///
    /// # Errors
    /// If it doesn't answer, or with an error.
    async fn answer<T, E>(self, asked: impl Future<Output = Result<T, E>>) -> Result<T, Failure>
    where
        Failure: From<E>,
    {
        let mut asked = std::pin::pin!(asked);
        let answer = match tokio::time::timeout_at(self.0, &mut asked).await {
            Ok(answer) => answer,
            Err(_) => match tokio::time::timeout(PATIENCE, asked).await {
                Ok(answer) => answer,
                Err(_) => return Err(Failure::no_answer()),
            },
        };
        Ok(answer?)
    }
}
