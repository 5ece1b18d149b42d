//! `tw events`: what happens on a server, as it happens.

mod clock;
mod told;

use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use tmuxwire::{Channel, ChannelOptions, End, Event, Reconnect};

use self::clock::Clock;
use self::told::{GAP, LAGGED, Told};
use crate::duration::{self, FOR_EVER};
use crate::ending::{Failure, Status};
use crate::filled;
use crate::printer::{Line, Printer, Style, counted, reader_gone};
use crate::stage::Stage;
use crate::target::{self, LIMIT};

pub(crate) const HELP: &str = "\
KIND is one of tmux's notifications, without its %:
  session-changed session-renamed session-window-changed sessions-changed
  window-add window-close window-renamed window-pane-changed layout-change pane-mode-changed
  unlinked-window-add unlinked-window-close unlinked-window-renamed
  client-session-changed client-detached paste-buffer-changed paste-buffer-deleted
  message config-error pause continue exit
or one of ours:
  attached  the first line: from here on everything is heard, as a client of this session
  lagged    so many events were dropped because nobody read them
  gap       the connection was lost and made again; what happened meanwhile, nobody knows
  other     what this version of tw doesn't know, the whole line
--only leaves lagged and gap in, because they tell that something is missing; --not takes them out.
--count counts neither these two nor attached.

It goes on until the server ends, or the session of -t. Without -t it hears the session that was
used last, and moves to another when that one ends.

Examples:
  tw events                                         everything, for people
  tw events -t work --only window-add --count 1     until a window is opened in session work
  tw events --json --not layout-change | jq .event  a line of JSON for each";

#[derive(Args, Debug)]
pub(crate) struct Events {
    /// Listens as a client of this session: tmux tells more of a client's own session
    #[arg(short = 't', value_name = "SESSION", value_parser = filled::text)]
    session: Option<String>,
    /// Prints events of this kind; again for more kinds
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(told::KINDS), hide_possible_values = true)]
    only: Vec<String>,
    /// Leaves events of this kind out; again for more kinds
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(told::KINDS), hide_possible_values = true)]
    not: Vec<String>,
    /// Ends after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Ends after this time (500ms, 2s, 1m); with --count that is giving up
    #[arg(long, value_name = "TIME", value_parser = duration::parse_limit, default_value = "0", hide_default_value = true)]
    timeout: Duration,
}

impl Events {
    fn wants(&self, kind: &str) -> bool {
        let named = |kinds: &[String]| kinds.iter().any(|named| named == kind);
        let about_loss = matches!(kind, LAGGED | GAP);
        !named(&self.not) && (self.only.is_empty() || about_loss || named(&self.only))
    }
}

/// Prints events until one of the ends.
pub(crate) async fn run(stage: &Stage, task: &Events) -> Result<u8, Failure> {
    let limit = tokio::time::Instant::now() + task.timeout;
    let mut listener = tokio::select! {
        opened = Listener::open(stage, task) => opened?,
        () = tokio::time::sleep_until(limit), if task.timeout < FOR_EVER => {
            return Err(Failure::no_answer());
        }
    };
    let mut printer = stage.printer();
    tokio::select! {
        ended = listener.listen(&mut printer) => ended,
        () = reader_gone() => Ok(Status::DONE),
        () = tokio::time::sleep_until(limit), if task.timeout < FOR_EVER => match task.count {
            None => Ok(Status::DONE),
            Some(count) => {
                let time = duration::show(task.timeout);
                let text = format!("fewer than {} within {time}", counted(count, "event"));
                Err(Failure::new(Status::GAVE_UP, text))
            }
        },
    }
}

struct Listener<'a> {
    channel: Channel,
    clock: Clock,
    task: &'a Events,
    json: bool,
}

impl<'t> Listener<'t> {
    async fn open(stage: &Stage, task: &'t Events) -> Result<Self, Failure> {
        let options = match &task.session {
            Some(name) => {
                let target =
                    target::find(&stage.server, Some(&target::of_session(name)), LIMIT).await?;
                ChannelOptions::default().attach_to(target.session.to_string())
            }
            None => ChannelOptions::default().attach(),
        };
        let channel = stage.open(options, Reconnect::SameServer).await?;
        Ok(Self { clock: Clock::new(&channel).await?, channel, task, json: stage.json })
    }

    async fn listen(&mut self, printer: &mut Printer) -> Result<u8, Failure> {
        let mut events = self.channel.events();
        let session =
            self.channel.run(["display-message", "-p", "#{session_id} #{session_name}"]).await?;
        let session = session.stdout.trim_ascii_end();
        self.print(&Told::attached(session), printer).await?;
        let mut count = 0;
        while let Some(event) = events.next().await {
            let told = match &event {
                Event::Notification(notification) => Told::of(notification),
                Event::Lagged(missed) => Told::lagged(*missed),
                _ => Told::gap(),
            };
            if self.print(&told, printer).await? && !matches!(told.kind, LAGGED | GAP) {
                count += 1;
            }
            if self.task.count == Some(count) {
                return Ok(Status::DONE);
            }
        }
        Err(self.ended())
    }

    /// Prints an event if it is wanted; answers whether it was.
    async fn print(&mut self, told: &Told<'_>, printer: &mut Printer) -> Result<bool, Failure> {
        let wanted = self.task.wants(told.kind);
        if wanted && self.json {
            printer.json(told.json()).await?;
        } else if wanted {
            let time = self.clock.now(&self.channel).await;
            let style =
                if matches!(told.kind, LAGGED | GAP) { Style::Warning } else { Style::Name };
            let line = Line::default().styled(Style::Dim, time).and(" ").styled(style, told.kind);
            printer.lines(&[line.and(told.details())]).await?;
        }
        Ok(wanted)
    }

    fn ended(&self) -> Failure {
        let end = self.channel.end().unwrap_or(End::ServerGone);
        match self.task.session {
            Some(_) => Failure::of_session_that_was(&end),
            None => (&end).into(),
        }
    }
}
