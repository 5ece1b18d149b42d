//! How fast we are, beside what a user would pick instead: `benches/run`.
//!
//! Every way does the same work on the same server in turns, once with both ends on one core and
//! once on two; compare only figures of one table. Arguments pick tmux releases (`3.3a`); without
//! any it is the system's and the newest. `--one-shot` and `--channel` pick one half.
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

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
mod rivals;
mod sequential;
mod together;
mod work;

use tmuxwire_testkit::{Tmux, releases, system};

/// What the arguments ask for.
struct Wanted {
    releases: Vec<Tmux>,
    one_shot: bool,
    channel: bool,
}

fn wanted(arguments: Vec<String>) -> Wanted {
    let (options, names): (Vec<_>, Vec<_>) =
        arguments.into_iter().partition(|argument| argument.starts_with("--"));
    let has = |option: &str| options.iter().any(|given| given == option);
    let (one_shot, channel) = (has("--one-shot"), has("--channel"));
    let known = usize::from(one_shot) + usize::from(channel);
    assert!(options.len() == known, "only --one-shot and --channel are known, not {options:?}");
    let releases = chosen(&names);
    Wanted { releases, one_shot: one_shot || !channel, channel: channel || !one_shot }
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
    let Wanted { releases, one_shot, channel } = wanted(arguments);
    let mut goals = Vec::new();
    for tmux in releases.iter().filter(|_| one_shot) {
        one_shot::compare(tmux, &mut goals);
    }
    for tmux in releases.iter().filter(|_| channel) {
        channel::compare(tmux, &mut goals);
    }
    goals::print(goals);
}
