//! How fast we are, beside what a user would pick instead: `benches/run`.
//!
//! Every way does the same work on the same server in turns, once with both ends on one core and
//! once on two; compare only figures of one table. Arguments pick tmux releases (`3.3a`); without
//! any it is the system's and the newest. `--one-shot`, `--channel`, `--attach`, `--read` and
//! `--plan` pick parts.
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod attach;
mod bulk;
mod callers;
mod channel;
mod control_rivals;
mod goals;
mod libtmux_control;
mod measure;
mod memory;
mod one_shot;
mod opening;
mod ours;
mod ours_blocking;
mod pipelined;
mod place;
mod plan;
mod read;
mod rivals;
mod sequential;
mod together;
mod work;

use goals::Goal;
use tmuxwire_testkit::{Tmux, releases, system};

/// Prints the tables of one release.
type Part = fn(&Tmux, &mut Vec<Goal>);

/// All parts by the options that pick them.
const PARTS: [(&str, Part); 5] = [
    ("--one-shot", one_shot::compare),
    ("--channel", channel::compare),
    ("--attach", attach::compare),
    ("--read", read::compare),
    ("--plan", plan::compare),
];

/// What the arguments ask for.
struct Wanted {
    releases: Vec<Tmux>,
    parts: Vec<Part>,
}

fn wanted(arguments: Vec<String>) -> Wanted {
    let (options, names): (Vec<_>, Vec<_>) =
        arguments.into_iter().partition(|argument| argument.starts_with("--"));
    let known = PARTS.map(|(option, _)| option);
    let is_known = |option: &String| known.contains(&option.as_str());
    assert!(options.iter().all(is_known), "only {known:?} are known, not {options:?}");
    let is_wanted = |name: &str| options.is_empty() || options.iter().any(|given| given == name);
    let parts = PARTS.into_iter().filter(|(name, _)| is_wanted(name)).map(|(_, part)| part);
    Wanted { releases: chosen(&names), parts: parts.collect() }
}

fn chosen(names: &[String]) -> Vec<Tmux> {
    let all = releases();
    if names.is_empty() {
        return [system()].into_iter().chain(all.into_iter().last()).collect();
    }
    let named = |name: &String| all.iter().find(|release| release.version == *name).cloned();
    let known =
        || all.iter().map(|release| release.version.as_str()).collect::<Vec<_>>().join(", ");
    names
        .iter()
        .map(|name| named(name).unwrap_or_else(|| panic!("no tmux {name} here, only {}", known())))
        .collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [memory::HOLD, rest @ ..] = &*arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        return memory::hold(rest);
    }
    let null = std::fs::File::open("/dev/null").expect("/dev/null");
    nix::unistd::dup2_stdin(&null).expect("our standard input");
    let Wanted { releases, parts } = wanted(arguments);
    let mut goals = Vec::new();
    for part in parts {
        releases.iter().for_each(|tmux| part(tmux, &mut goals));
    }
    goals::print(goals);
}
