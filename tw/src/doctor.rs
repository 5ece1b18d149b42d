//! `tw doctor`: what is wrong, in plain words, and what to do about it.

mod directory;
mod facts;
mod finding;
mod fix;
mod inside;
mod program;
mod skew;
mod sockets;
mod terminfo;

use std::time::Duration;

use clap::Args;

use self::facts::Facts;
use self::finding::{Finding, Verdict};
use crate::duration;
use crate::ending::{Failure, Status};
use crate::global::Global;
use crate::printer::Printer;

pub(crate) const HELP: &str = "\
It looks at
  program    is there a tmux, and which
  directory  is the directory for sockets there, yours, and closed to others; does TMUX_TMPDIR lead
             to where your servers are
  inside     does $TMUX still name a server that runs
  socket     deleted and stale sockets, servers that hang or refuse you, listeners that aren't tmux
  skew       can the tmux of your PATH attach to the servers that run
  terminal   is there a terminfo entry for $TERM
With -L or -S it looks at that one server, and at what surrounds it; else at all your servers,
those in /tmp, too, where TMUX_TMPDIR leads elsewhere.

--fix does what is safe, each after another look: it makes a deleted socket again (SIGUSR1 to your
own server), removes a stale socket (under tmux's own lock), takes others' permissions from your
directory (chmod 700). Stale sockets are removed that -S, -L or TMUX names, and those in the
directory that TMUX_TMPDIR leads to; others are only told. It ends no server and starts none.

Exit status 1: problems remain. A note (a stale socket) is none.

Examples:
  tw doctor                what is wrong
  tw doctor --fix          the same, and does what is safe
  tw doctor -L work --json | jq -r 'select(.verdict==\"problem\").command'";

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Does what is safe to do
    #[arg(long)]
    fix: bool,
    /// How long each server may take to answer (500ms, 2s); all are asked at once
    #[arg(long, value_name = "TIME", value_parser = duration::parse_patience, default_value = "1s")]
    timeout: Duration,
}

/// Each looks at one thing.
const CHECKS: [fn(&Facts) -> Vec<Finding>; 8] = [
    program::check,
    directory::check_permissions,
    directory::check_base,
    directory::check_place,
    inside::check,
    sockets::check,
    skew::check,
    terminfo::check,
];

/// Tells what there is to tell.
pub(crate) async fn run(global: &Global, task: &Doctor) -> Result<u8, Failure> {
    let facts = Facts::gather(global, task.timeout).await?;
    let mut printer = Printer::new(global.colours() && !global.json);
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&facts)).collect();
    if task.fix {
        for finding in &mut findings {
            fix::apply(finding).await;
        }
    }
    for finding in &findings {
        match global.json {
            true => printer.json(finding.json()).await?,
            false => printer.lines(&finding.lines()).await?,
        }
    }
    let problems = findings.iter().filter(|finding| finding.is_problem());
    let (all, fixable) = problems.fold((0, 0), |(all, fixable), finding| {
        (all + 1, fixable + usize::from(finding.is_fixable()))
    });
    if !global.json && fixable > 0 && !task.fix {
        printer.text(&format!("\n`tw doctor --fix` repairs {fixable} of {all}")).await?;
    }
    Ok(if all == 0 { Status::DONE } else { Status::GAVE_UP })
}
