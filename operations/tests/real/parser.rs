//! Asks the parser of every real server about every command, flag and number of arguments.

use std::collections::BTreeSet;

use tmuxwire_operations::{
    AnyOperation, CommandSpec, FlagSpec, Release, Takes, Unknown, commands, find,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{Parser, release};

/// In usage texts, and refused by the parser of the same server.
const NEVER_THERE: &[(&str, char)] = &[("server-access", 't')];

/// Takes a pane from 3.3 to 3.5 only, which no option of an operation says.
const SOMETIMES_MORE: &[(&str, char)] = &[("refresh-client", 'l')];

/// A line of `list-commands`: `name (alias) [-ab] [-c value] ...`.
fn letters(usage: &str) -> BTreeSet<char> {
    let mut letters = BTreeSet::new();
    for flags in usage.split("[-").skip(1) {
        let flags = flags.split([']', ' ']).next().expect("a part");
        letters.extend(flags.chars().filter(char::is_ascii_alphanumeric));
    }
    letters
}

#[test]
fn every_command_and_flag_that_a_server_lists_has_an_operation() {
    for tmux in releases() {
        let release = release(&tmux);
        let listed = TestServer::start(&tmux).tmux(["list-commands"]).stdout;
        let listed = String::from_utf8(listed).expect("text");
        let mut names = Vec::new();
        for line in listed.lines() {
            let (name, usage) = line.split_once(' ').expect("a usage");
            let spec = find(name).unwrap_or_else(|| panic!("{release}: no operation for {name}"));
            let alias = usage.strip_prefix('(').and_then(|rest| rest.split(')').next());
            assert_eq!(spec.alias, alias, "{release}: {name}");
            for letter in letters(usage) {
                let known = spec.flags(letter).any(|flag| flag.is_in(release));
                let known = known || NEVER_THERE.contains(&(name, letter));
                assert!(known, "{release}: {name} has -{letter}");
            }
            names.push(name);
        }
        assert!(names.len() >= 85, "{names:?}");
        let ours = commands().iter().filter(|spec| spec.is_in(release)).map(|spec| spec.name);
        // Its own order is not that of the alphabet everywhere.
        names.sort_unstable();
        assert_eq!(names, ours.collect::<Vec<_>>(), "{release}");
    }
}

/// The name, one flag, and enough arguments.
fn line(spec: &CommandSpec, flag: &str, arguments: usize) -> Vec<String> {
    let mut line = vec![spec.name.to_owned(), flag.to_owned()];
    line.extend(vec!["x".to_owned(); arguments]);
    line.retain(|word| !word.is_empty());
    line
}

/// How many arguments a server wants at least, after checking that an operation can give as many as
/// it takes.
fn check_arguments(parser: &mut Parser, spec: &CommandSpec, release: Release) -> usize {
    let required = spec.arguments.iter().filter(|argument| argument.is_required()).count();
    let unlimited = spec.arguments.iter().any(|plain| matches!(plain.takes, Takes::Many(_)));
    let most = if unlimited { usize::MAX } else { spec.arguments.len() };
    let taken: Vec<usize> =
        (0..=5).filter(|count| parser.objection(&line(spec, "", *count)).is_none()).collect();
    for count in &taken {
        // bind-key takes the words of a command one by one, too; an operation gives one text. How
        // far resize-pane goes is an argument before 3.8; an operation has it with its direction.
        let possible = (required..=most).contains(count)
            || matches!((spec.name, count), ("bind-key", _) | ("resize-pane", 1));
        assert!(possible, "{release}: {} takes {count} arguments", spec.name);
    }
    *taken.first().unwrap_or_else(|| panic!("{release}: {}: {:?}", spec.name, line(spec, "", 1)))
}

#[test]
fn the_parser_takes_exactly_the_flags_that_a_release_is_said_to_have() {
    for tmux in releases() {
        let release = release(&tmux);
        let mut parser = Parser::start(&tmux);
        for spec in commands().iter().filter(|spec| spec.is_in(release)) {
            let arguments = check_arguments(&mut parser, spec, release);
            for letter in ('a'..='z').chain('A'..='Z').chain('0'..='9') {
                let mut is_taken =
                    |flag: String| parser.objection(&line(spec, &flag, arguments)).is_none();
                // No command has a flag -!, so this is a value or an error.
                let with_value = is_taken(format!("-{letter}!"));
                let alone = is_taken(format!("-{letter}")) && !with_value;
                let known = spec.flags(letter).find(|flag| flag.is_in(release));
                let right = match known.map(|flag| flag.takes) {
                    None => !alone && !with_value,
                    Some(Takes::Nothing) if SOMETIMES_MORE.contains(&(spec.name, letter)) => true,
                    Some(Takes::Nothing) => alone,
                    Some(Takes::Maybe(_)) => alone || with_value,
                    Some(_) => with_value,
                };
                let (name, takes) = (spec.name, known.map(|flag| flag.takes));
                assert!(right, "{release}: {name} -{letter}: {takes:?}; {alone}, {with_value}");
            }
        }
    }
}

fn with_required(spec: &'static CommandSpec, release: Release) -> AnyOperation {
    let empty = AnyOperation::named(spec.name).expect("an operation");
    // What a server wants of a command in one form or another, such as an entry for a menu.
    let needs = match spec.name {
        "display-menu" => spec.arguments.len(),
        "set-hook" if release < Release::new(3, 8) => 1,
        "run-shell" if release < Release::new(3, 2) => 1,
        "bind-key" if release < Release::new(3, 2) => 2,
        _ => spec.arguments.iter().filter(|argument| argument.is_required()).count(),
    };
    spec.arguments
        .iter()
        .take(needs)
        .fold(empty, |any, argument| any.with(argument.name, "x").expect("an argument"))
}

fn with_flag(any: AnyOperation, flag: &FlagSpec) -> AnyOperation {
    let set = match flag.takes {
        Takes::Nothing => any.switch_on(flag.name),
        Takes::Maybe(_) | Takes::One(_) => any.with(flag.name, "1"),
        Takes::Many(_) => any.with(flag.name, "A=-").and_then(|any| any.with(flag.name, "B=")),
        other => panic!("{}: {other:?}", flag.name),
    };
    set.unwrap_or_else(|| panic!("{}", flag.name))
}

#[test]
fn what_is_rendered_for_a_release_its_parser_takes() {
    for tmux in releases() {
        let release = release(&tmux);
        let mut parser = Parser::start(&tmux);
        for spec in commands().iter().filter(|spec| spec.is_in(release)) {
            let plain = with_required(spec, release);
            let known = spec.flags.iter().filter(|flag| flag.is_in(release));
            // Only 3.8 has more than one direction at a time.
            let together = known.clone().filter(|flag| !matches!(flag.takes, Takes::Maybe(_)));
            let alone = known.map(|flag| with_flag(plain.clone(), flag));
            for any in alone.chain([plain.clone(), together.fold(plain.clone(), with_flag)]) {
                let arguments = any.arguments(Some(release), Unknown::Refuse);
                let arguments = arguments.unwrap_or_else(|error| panic!("{release}: {error}"));
                let objection = parser.objection(&arguments);
                assert_eq!(objection, None, "{release}: {any:?}");
            }
            let all = spec.flags.iter().filter(|flag| !flag.essential || flag.is_in(release));
            let all = all.filter(|flag| !matches!(flag.takes, Takes::Maybe(_)));
            let all = all.fold(plain, with_flag);
            let arguments = all.arguments(Some(release), Unknown::Drop);
            let arguments = arguments.unwrap_or_else(|error| panic!("{release}: {error}"));
            assert_eq!(parser.objection(&arguments), None, "{release}: {all:?}");
        }
    }
}
