//! Random conversations with a real tmux 3.8 and with the one in memory: the same answers, or that
//! something isn't modelled. They are the same ones each time.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "real/mod.rs"]
mod real;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tmuxwire::Command;
use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::releases;

use real::{Real, both, told};

/// Commands; each `{x}` becomes one of the words of that letter.
const COMMANDS: &[&str] = &[
    "new-session -d -s {n}",
    "new-session -d -P",
    "new-window -t {w}",
    "new-window -d -t {w} -n {n}",
    "new-window -a -t {w} -P",
    "new-window -bd -t {w}",
    "new-window -k -t {w}",
    "new-window -S -n {n}",
    "split-window -t {p}",
    "split-window -h -t {p} -P",
    "split-window -bd -t {p} -l {i}",
    "split-window -hf -t {p} -l {i}%",
    "kill-pane -t {p}",
    "kill-pane -a -t {p}",
    "kill-window -t {w}",
    "kill-window -a -t {w}",
    "kill-session -t {s}",
    "rename-window -t {w} {n}",
    "rename-session -t {s} {n}",
    "select-window -t {w}",
    "select-window -l -t {w}",
    "select-pane -t {p}",
    "select-pane -l -t {p}",
    "next-window -t {s}",
    "previous-window -t {s}",
    "last-window -t {s}",
    "last-pane -t {w}",
    "link-window -s {w} -t {w}",
    "link-window -k -s {w} -t {w}",
    "link-window -ad -s {w} -t {w}",
    "move-window -s {w} -t {w}",
    "move-window -b -s {w} -t {w}",
    "move-window -d -s {w} -t {s}",
    "move-window -r -t {s}",
    "swap-window -s {w} -t {w}",
    "swap-window -d -s {w} -t {w}",
    "unlink-window -t {w}",
    "unlink-window -k -t {w}",
    "swap-pane -s {p} -t {p}",
    "swap-pane -d -s {p} -t {p}",
    "swap-pane -U -t {p}",
    "swap-pane -D -t {p}",
    "break-pane -s {p}",
    "break-pane -d -s {p} -t {w} -P",
    "join-pane -s {p} -t {p}",
    "join-pane -hb -s {p} -t {p} -l {i}",
    "join-pane -fd -s {p} -t {p}",
    "select-layout -t {p} {l}",
    "next-layout -t {w}",
    "resize-window -t {w} -x {i}{i} -y {i}",
    "resize-pane -t {p} -x {i}",
    "resize-pane -t {p} -y {i}",
    "resize-pane -t {p} {d} {i}",
    "set-option -t {p} base-index {i}",
    "set-option -w -t {w} pane-base-index {i}",
    "set-option -g renumber-windows",
    "set-option -t {s} @u {n}",
    "set-option -ga @u {n}",
    "show-options -t {s}",
    "show-options -v -t {p} @u",
    "show-options -w -t {w}",
    "set-buffer {n}",
    "set-buffer -b {n} {n}",
    "set-buffer -ab {n} {n}",
    "delete-buffer -b {n}",
    "delete-buffer",
    "list-buffers",
    "set-environment -t {s} {n} {i}",
    "show-environment -t {s} {n}",
    "respawn-pane -t {p}",
    "has-session -t {s}",
    "list-panes -t {w}",
    "list-windows -t {s}",
    "display-message -p -t {p} #{session_name}:#{window_index}.#{pane_index}",
];

/// What is asked after each, of everything.
const LOOK: [&[&str]; 2] = [
    &[
        "list-panes",
        "-a",
        "-F",
        "#{session_id} #{session_name} #{session_stack} #{window_id} #{window_index} \
            #{window_name} #{window_raw_flags} #{window_layout} #{window_linked_sessions} \
            #{pane_id} #{pane_index} #{pane_active} #{pane_last} #{pane_width}x#{pane_height} \
            #{window_width}x#{window_height}",
    ],
    &["list-buffers", "-F", "#{buffer_name} #{buffer_sample}"],
];

fn word(letter: char) -> BoxedStrategy<String> {
    let of =
        |words: &'static [&'static str]| proptest::sample::select(words).prop_map(str::to_owned);
    match letter {
        'n' => of(&["a", "ab", "b", "0", "x y"]).boxed(),
        's' => of(&["a", "ab", "b", "0", "=a", "$0", "$1", "$2", "x*", "a:", "nope"]).boxed(),
        'w' => of(&[
            "a:", "a:0", "b:1", ":2", "0:0", "@0", "@1", "@2", "@5", "a", "ab", ":+", ":-", "a:!",
            "b:^", "b:$", "=a:=b", ":9", "$1:", "%1", "a:a",
        ])
        .boxed(),
        'p' => of(&[
            "%0", "%1", "%2", "%3", "%4", "%7", "a", "a:0.0", ":.1", ".+", "a:.-", "b:1.0", ":.!",
            "@1", "a:1", "ab", "0",
        ])
        .boxed(),
        'i' => of(&["1", "2", "3", "5", "9"]).boxed(),
        'd' => of(&["-L", "-R", "-U", "-D"]).boxed(),
        _ => of(&[
            "even-horizontal",
            "even-vertical",
            "main-horizontal",
            "main-vertical",
            "tiled",
            "main-vertical-mirrored",
        ])
        .boxed(),
    }
}

fn line() -> impl Strategy<Value = Vec<String>> {
    proptest::sample::select(COMMANDS).prop_flat_map(|template| {
        let words: Vec<BoxedStrategy<String>> = template
            .split(' ')
            .map(|part| {
                let mut pieces = vec![Just(String::new()).boxed()];
                let mut rest = part;
                while let Some((before, behind)) = rest.split_once('{') {
                    match behind.as_bytes() {
                        [letter, b'}', ..] if !before.ends_with('#') => {
                            pieces.push(Just(before.to_owned()).boxed());
                            pieces.push(word(char::from(*letter)));
                            rest = &behind[2..];
                        }
                        _ => break,
                    }
                }
                pieces.push(Just(rest.to_owned()).boxed());
                pieces.prop_map(|pieces| pieces.concat()).boxed()
            })
            .collect();
        words
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: CASES, max_shrink_iters: 60, failure_persistence: None,
        rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default()
    })]

    #[test]
    fn random_conversations_are_the_same(lines in proptest::collection::vec(line(), 1..30)) {
        let tmux = releases().into_iter().find(|tmux| tmux.version == "3.8").expect("tmux 3.8");
        let real = Real::start(&tmux);
        let memory = MemoryTmux::start().expect("a server in memory");
        let (real, fake) = both(&real, &memory);
        let start: [&[&str]; 2] = [&["new-session", "-d", "-s", "a"], &["new-session", "-d", "-s", "b"]];
        let start = start.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect());
        let mut said = Vec::new();
        for line in start.chain(lines) {
            let line: Vec<String> = line;
            let ours = told(&fake.run(Command::new(&line)).expect("an answer"));
            if ours.contains("tmuxwire-memory doesn't model") {
                continue;
            }
            said.push(line.join(" "));
            let theirs = told(&real.run(Command::new(&line)).expect("an answer"));
            prop_assert_eq!(theirs, ours, "{:#?}", &said);
            for look in LOOK {
                let theirs = told(&real.run(Command::new(look)).expect("an answer"));
                let ours = told(&fake.run(Command::new(look)).expect("an answer"));
                prop_assert_eq!(theirs, ours, "{:#?}", &said);
            }
        }
    }
}

/// Conversations; each has a real server of its own.
const CASES: u32 = 100;
