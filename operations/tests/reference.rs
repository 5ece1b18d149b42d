//! `REFERENCE.md` says what the declarations say.
//!
//! `TMUXWIRE_WRITE=1 cargo test -p tmuxwire-operations --test reference` writes it anew.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use tmuxwire_operations::{
    ArgumentSpec, CommandSpec, Effect, FlagSpec, Release, Returns, Takes, TargetKind, ValueKind,
    commands,
};

const FIRST: Release = Release::new(3, 1);

const INTRODUCTION: &str = "\
# Every operation

Made from the declarations in [`src/commands/`](src/commands); `cargo test -p tmuxwire-operations --test reference`
fails when this file is not current, and with `TMUXWIRE_WRITE=1` writes it anew.

The type of an operation is its command's name in camel case: `new-window` is `NewWindow`. Each part is set by the method of
its name, and by the same name in JSON (`{\"operation\": \"new-window\", \"detached\": true}`). Releases are the first that know a
part; without one it is 3.1 or before. A part marked *essential* is never left out for an older server, because
the command would be another one without it.

";

#[test]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("REFERENCE.md");
    let wanted = reference();
    if std::env::var_os("TMUXWIRE_WRITE").is_some() {
        std::fs::write(&path, &wanted).expect("the reference is written");
    }
    let written = std::fs::read_to_string(&path).expect("REFERENCE.md");
    let first_other = written.lines().zip(wanted.lines()).find(|(old, new)| old != new);
    assert!(
        written == wanted,
        "REFERENCE.md is not current, first {first_other:?}; \
         run TMUXWIRE_WRITE=1 cargo test -p tmuxwire-operations --test reference",
    );
}

#[test]
fn the_reference_has_every_command_flag_and_argument() {
    let reference = reference();
    for command in commands() {
        let start = reference.find(&format!("\n## {}\n", command.name)).expect("a section");
        let section = &reference[start + 1..];
        let section = &section[..section.find("\n## ").unwrap_or(section.len())];
        let flags = command.flags.iter().map(|flag| flag.name);
        for part in flags.chain(command.arguments.iter().map(|argument| argument.name)) {
            assert!(section.contains(&format!("| `{part}` |")), "{} {part}", command.name);
        }
    }
}

fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("| operation | does | effect |\n|---|---|---|\n");
    for command in commands() {
        let name = command.name;
        let effect = effect(command.effect);
        writeln!(text, "| [`{name}`](#{name}) | {} | {effect} |", command.summary).expect("text");
    }
    commands().iter().for_each(|command| section(&mut text, command));
    text
}

fn section(text: &mut String, command: &CommandSpec) {
    writeln!(text, "\n## {}", command.name).expect("text");
    let summary = command.summary.trim_end_matches('.');
    write!(text, "`{}`", type_name(command.name)).expect("text");
    if let Some(alias) = command.alias {
        write!(text, ", in tmux also `{alias}`").expect("text");
    }
    write!(text, ": {summary}. Effect: {}", effect(command.effect)).expect("text");
    if let Some(object) = command.creates {
        write!(text, "; makes a {}", format!("{object:?}").to_lowercase()).expect("text");
    }
    write!(text, "; prints {}", returns(command.returns)).expect("text");
    if let Some(target) = command.target() {
        write!(text, "; its target is a {}", target_name(target)).expect("text");
    }
    text.push('.');
    if command.since > FIRST {
        write!(text, " From {} on.", command.since).expect("text");
    }
    text.push('\n');
    if command.flags.is_empty() && command.arguments.is_empty() {
        return;
    }
    text.push_str("\n| part | in tmux | takes | what | releases |\n|---|---|---|---|---|\n");
    command.arguments.iter().for_each(|argument| argument_row(text, argument));
    command.flags.iter().for_each(|flag| flag_row(text, flag));
}

fn argument_row(text: &mut String, argument: &ArgumentSpec) {
    let place = if argument.is_required() { "argument, required" } else { "argument" };
    let (name, takes) = (argument.name, takes(argument.takes));
    let what = cell(argument.summary);
    writeln!(text, "| `{name}` | {place} | {takes} | {what} | |").expect("text");
}

fn flag_row(text: &mut String, flag: &FlagSpec) {
    let letter = match flag.twice {
        true => format!("-{0}{0}", flag.letter),
        false => format!("-{}", flag.letter),
    };
    let mut what = cell(flag.summary);
    if flag.effect > Effect::Reads {
        write!(what, "; {}", effect(flag.effect)).expect("text");
    }
    if flag.essential {
        what.push_str("; essential");
    }
    let mut releases = String::new();
    if flag.since > FIRST {
        write!(releases, "from {}", flag.since).expect("text");
    }
    if let Some(gone) = flag.gone {
        write!(releases, "{}before {gone}", if releases.is_empty() { "" } else { ", " })
            .expect("text");
    }
    let (name, takes) = (flag.name, takes(flag.takes));
    writeln!(text, "| `{name}` | `{letter}` | {takes} | {what} | {releases} |").expect("text");
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn type_name(command: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    command.split('-').map(capital).collect()
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Reads => "reads",
        Effect::Changes => "changes",
        Effect::Destroys => "destroys",
        other => panic!("{other:?} has no word"),
    }
}

fn returns(returns: Returns) -> &'static str {
    match returns {
        Returns::Nothing => "nothing",
        Returns::Status => "nothing: its status is the answer",
        Returns::Rows => "a line for each object",
        Returns::Text => "text",
        Returns::Created => "with `-P` a line about what it made",
        other => panic!("{other:?} has no words"),
    }
}

fn takes(takes: Takes) -> String {
    match takes {
        Takes::Nothing => String::new(),
        Takes::One(kind) => kind_name(kind),
        Takes::Maybe(kind) => format!("maybe {}", kind_name(kind)),
        Takes::Many(kind) => format!("{}, many", kind_name(kind)),
        other => panic!("{other:?} has no words"),
    }
}

fn kind_name(kind: ValueKind) -> String {
    match kind {
        ValueKind::Target(target) => format!("{} target", target_name(target)),
        ValueKind::Label => "name (text; may be a format)".to_owned(),
        ValueKind::Location => "path (text; may be a format)".to_owned(),
        ValueKind::Phrase => "text (may be a format)".to_owned(),
        ValueKind::Script => "shell command (text; may be a format)".to_owned(),
        ValueKind::Shell => "shell command".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn target_name(target: TargetKind) -> String {
    format!("{target:?}").to_lowercase()
}
