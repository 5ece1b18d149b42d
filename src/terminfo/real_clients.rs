//! What we say of terminals is what the real clients of all releases say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use tmuxwire_testkit::{Tmux, introduce, releases};

use super::tests::{Database, reading};
use super::{Terminfo, capabilities};

/// Entries that no system has: all that can be said in one, and what can be odd about the others.
const ODD: &str = "\
odd|an odd one,
\tam@, bce, colors#256, U8#1, AX@, XT, RGB#8, Tc=yes, Zz@, bel@, cr=, smcup=, Ms@, ed=\\200,
\tclear=\\E[H\\E[J$<50>, cup=\\E[%i%p1%d;%p2%dH$<5*/>, kf1=\\377\\200\\001, Ss=$<10>, E3=\\E[3J,
\tSe=a$<b>c$<>d$<1.5>e$<1.25>f$<5,
wide|with a number that needs 32 bits,
\tcolors#0x1000000, RGB, clear=\\E[J, U8#1,
paper|a printing one,
\thc, am, clear=\\E[J, cup=\\E[%i%p1%d;%p2%dH,
vague|one of many,
\tgn, am, clear=\\E[J,
vague-but-able|one that says so but moves,
\tgn, am, clear=\\E[J, cup=\\E[%i%p1%d;%p2%dH,
";

/// The releases whose clients tell what their terminal can.
fn telling() -> impl Iterator<Item = Tmux> {
    releases().into_iter().filter(|tmux| tmux.is_at_least(3, 2))
}

fn ours(term: &str, variables: &[(&str, &str)]) -> Result<BTreeSet<Vec<u8>>, String> {
    let terminfo =
        Terminfo::read(term.as_bytes(), reading(variables)).map_err(|error| format!("{error}\n"));
    terminfo.map(|terminfo| terminfo.entries().collect())
}

fn theirs(
    tmux: &Tmux,
    term: &str,
    variables: &[(&str, &str)],
) -> Result<BTreeSet<Vec<u8>>, String> {
    let identified = introduce(tmux, term, variables, &[])?;
    Ok(identified.terminfo.iter().map(|entry| entry.as_bytes().to_vec()).collect())
}

/// Names that only later clients say than some.
fn is_new(entry: &[u8]) -> bool {
    let names: [&[u8]; 7] = [b"Hls", b"Nobr", b"Setulc1", b"Sxl", b"Spb", b"Dsesc", b"Enesc"];
    let name = entry.split(|byte| *byte == b'=').next().unwrap();
    name == b"ind" || names.contains(&name)
}

/// Says the same as every client, but for names that an old one doesn't know.
fn agree(term: &str, variables: &[(&str, &str)]) {
    let ours = ours(term, variables);
    for tmux in telling() {
        let theirs = theirs(&tmux, term, variables);
        let (Ok(ours), Ok(theirs)) = (&ours, &theirs) else {
            assert_eq!(ours, theirs, "{term} {}", tmux.version);
            continue;
        };
        let missing: Vec<_> = theirs.difference(ours).map(|entry| text(entry)).collect();
        assert!(missing.is_empty(), "{term} {variables:?} {}: missing {missing:?}", tmux.version);
        let is_newest = tmux.is_at_least(3, 8);
        let more = ours.difference(theirs).filter(|entry| is_newest || !is_new(entry));
        let more: Vec<_> = more.map(|entry| text(entry)).collect();
        assert!(more.is_empty(), "{term} {variables:?} {}: more {more:?}", tmux.version);
    }
}

fn text(entry: &[u8]) -> String {
    entry.escape_ascii().to_string()
}

#[test]
fn known_terminals_are_told_as_real_clients_tell_them() {
    let terms = [
        "xterm-256color",
        "xterm",
        "screen-256color",
        "tmux-256color",
        "vt100",
        "linux",
        "rxvt",
        "rxvt-unicode-256color",
        "dumb",
        "ansi",
        "vt52",
        "sun",
        "cygwin",
        "Eterm",
        "xterm-mono",
    ];
    for term in terms {
        assert!(ours(term, &[]).is_ok(), "{term}; on Debian: apt-get install ncurses-base");
        agree(term, &[]);
    }
}

#[test]
fn odd_entries_are_told_as_real_clients_tell_them() {
    let database = Database::compile(ODD);
    for term in ["odd", "wide", "paper", "vague", "vague-but-able", "no-such-terminal"] {
        agree(term, &[("TERMINFO", database.path())]);
    }
}

#[test]
fn names_that_leave_the_directories_are_unknown_as_to_real_clients() {
    let database = Database::compile(ODD);
    let long = "o".repeat(300);
    for term in ["../o/odd", "o/odd", "/etc/passwd", ".", "..", &long] {
        assert!(ours(term, &[("TERMINFO", database.path())]).is_err(), "{term}");
        agree(term, &[("TERMINFO", database.path())]);
    }
}

#[test]
fn every_name_that_servers_ask_for_is_told() {
    let names: Vec<&str> = capabilities::names().collect();
    assert_eq!(names.len(), 236);
    let database = Database::compile(&everything(&names));
    agree("everything", &[("TERMINFO", database.path())]);
    let told = ours("everything", &[("TERMINFO", database.path())]).unwrap();
    assert_eq!(told.len(), names.len());
}

/// An entry with all these capabilities.
fn everything(names: &[&str]) -> String {
    let capabilities = names.iter().map(|name| match *name {
        "am" | "bce" | "AX" | "RGB" | "Sxl" | "Tc" | "XT" => format!("\t{name},\n"),
        "U8" | "colors" => format!("\t{name}#7,\n"),
        name => format!("\t{name}=<{name}>,\n"),
    });
    format!("everything|all there is,\n{}", capabilities.collect::<String>())
}

#[test]
fn an_entry_in_the_environment_is_taken_as_real_clients_take_it() {
    let database =
        Database::compile("inner|it is only here,\n\tam, clear=<clear>, cup=<cup>, colors#8,\n");
    let entry = std::fs::read(Path::new(database.path()).join("i/inner")).unwrap();
    let hex: String = entry.iter().map(|byte| format!("{byte:02X}")).collect();
    let base64 = infocmp_base64(&database);
    for value in [format!("hex:{hex}"), base64] {
        let variables = [("TERMINFO", value.as_str())];
        assert!(ours("inner", &variables).is_ok(), "{value}");
        agree("inner", &variables);
        // It is not for others.
        agree("vt100", &variables);
        agree("no-such-terminal", &variables);
    }
    for damaged in ["hex:", "b64:", "hex:1A01", "b64:%%%%", "hex:zz"] {
        agree("inner", &[("TERMINFO", damaged)]);
        agree("vt100", &[("TERMINFO", damaged)]);
    }
}

/// As an error text of ours tells users to make it.
fn infocmp_base64(database: &Database) -> String {
    let mut infocmp = Command::new("infocmp");
    let said = infocmp.args(["-0qxQ2", "-A", database.path(), "inner"]).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.starts_with("b64:"), "{said}");
    said.trim_end().to_owned()
}

#[test]
fn directories_are_searched_as_real_clients_search_them() {
    let first = Database::compile(
        "mine|the first,\n\tclear=<first>,\nvt100|not really,\n\tclear=<first>,\n",
    );
    let second = Database::compile("mine|the second,\n\tclear=<second>,\n");
    let (first, second) = (first.path(), second.path());
    let both = format!("{second}:{first}");
    let default_first = format!(":{first}");
    let default_last = format!("{first}:");
    let nowhere = format!("{first}/nowhere");
    for variables in [
        vec![("TERMINFO", first), ("TERMINFO_DIRS", second)],
        vec![("TERMINFO", &nowhere), ("TERMINFO_DIRS", &both)],
        vec![("TERMINFO", ""), ("TERMINFO_DIRS", &both)],
        vec![("TERMINFO_DIRS", &default_first)],
        vec![("TERMINFO_DIRS", &default_last)],
        vec![("TERMINFO_DIRS", &nowhere)],
        vec![("TERMINFO", &nowhere)],
    ] {
        for term in ["mine", "vt100", "xterm"] {
            agree(term, &variables);
        }
    }
    let home = PathBuf::from(first).join("home");
    std::fs::create_dir(&home).unwrap();
    std::os::unix::fs::symlink(second, home.join(".terminfo")).unwrap();
    let home = home.to_str().unwrap();
    agree("mine", &[("HOME", home)]);
    agree("mine", &[("HOME", home), ("TERMINFO_DIRS", first)]);
}
