//! Where entries are looked for, and that nothing in their place does harm.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::stat::Mode;
use proptest::prelude::*;
use tempfile::TempDir;

use super::file::LIMIT;
use super::{Fault, Terminfo, TerminfoError, find, knows_terminal};

const PLAIN: &str = "plain|the usual,\n\
    \tam, colors#8, clear=\\E[J$<50>, cup=\\E[%i%p1%d;%p2%dH, bel=^G, E3=\\E[3J, XT, U8#1,\n";
const WIDE: &str = "plain|numbers of 32 bits,\n\
    \tam, colors#0x1000000, clear=\\E[J, cup=\\E[%i%p1%d;%p2%dH, Ms=\\E]52;%p1%s\\007, Wide#70000,\n";

/// A database of our own.
pub(super) struct Database(TempDir);

impl Database {
    pub(super) fn compile(source: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("source");
        fs::write(&file, source).unwrap();
        let mut tic = Command::new("tic");
        let status = tic.arg("-x").arg("-o").arg(directory.path()).arg(file).status();
        let status = status.expect("tic runs; on Debian: apt-get install ncurses-bin");
        assert!(status.success());
        Self(directory)
    }

    pub(super) fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

/// An environment of these variables.
pub(super) fn reading(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
    |name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| OsString::from(value))
    }
}

/// Reads `plain` from a directory.
fn read_in(directory: &Path) -> Result<Terminfo, TerminfoError> {
    Terminfo::read(b"plain", reading(&[("TERMINFO", directory.to_str().unwrap())]))
}

/// A directory, and where in it the entry `plain` belongs.
fn empty() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("p")).unwrap();
    let place = directory.path().join("p/plain");
    (directory, place)
}

fn fault(outcome: Result<Terminfo, TerminfoError>, expected: &Path) -> Fault {
    match outcome {
        Err(TerminfoError::Unreadable { term, path, fault }) => {
            assert_eq!((term.as_str(), path.as_path()), ("plain", expected));
            fault
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_layouts_of_directories_are_read() {
    let database = Database::compile(PLAIN);
    let directory = Path::new(database.path());
    let terminfo = read_in(directory).unwrap();
    assert_eq!(
        find(b"plain", reading(&[("TERMINFO", database.path())])).unwrap(),
        directory.join("p/plain")
    );
    fs::rename(directory.join("p"), directory.join("70")).unwrap();
    assert_eq!(read_in(directory).unwrap(), terminfo);
    assert!(knows_terminal(b"plain", reading(&[("TERMINFO", database.path())])));
    assert!(!knows_terminal(b"plain", reading(&[])));
}

#[test]
fn strings_come_without_padding() {
    let database = Database::compile(
        "plain|one with padding,\n\tclear=a$<50>b$<1.5*/>c$<.5>, bel=$<b>$<>$<5$x, cr=$<5>, E3=\\E[3J$<9/>,\n",
    );
    let terminfo = read_in(Path::new(database.path())).unwrap();
    for (name, expected) in
        [("clear", &b"abc"[..]), ("bel", b"$<b>$<>$<5$x"), ("cr", b""), ("E3", b"\x1b[3J")]
    {
        assert_eq!(terminfo.capabilities().string(name).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(terminfo.capabilities().string("cup"), None);
    assert!(terminfo.entries().any(|entry| entry == b"E3=\x1b[3J$<9/>"));
}

#[test]
fn what_fits_no_message_is_left_out() {
    let long = "x".repeat(20000);
    let database = Database::compile(&format!(
        "plain|a long one,\n\tcolors#0x10000, clear={long}, E3=\\E[3J,\n"
    ));
    let terminfo = read_in(Path::new(database.path())).unwrap();
    assert_eq!(terminfo.capabilities().string("clear").unwrap().len(), long.len());
    let entries: Vec<_> = terminfo.entries().collect();
    assert!(entries.contains(&b"E3=\x1b[3J".to_vec()));
    assert!(entries.iter().all(|entry| entry.len() < 1000));
}

#[test]
fn names_stay_in_the_directories() {
    let database = Database::compile(PLAIN);
    let directory = Path::new(database.path());
    fs::copy(directory.join("p/plain"), directory.join("outside")).unwrap();
    let long = vec![b'p'; 256];
    for term in [&b""[..], b".", b"..", b"../outside", b"/plain", b"p/plain", b"plain\0", &long] {
        let variables = [("TERMINFO", database.path())];
        let variable = reading(&variables);
        assert!(!knows_terminal(term, &variable), "{}", term.escape_ascii());
        let outcome = Terminfo::read(term, variable);
        assert!(matches!(outcome, Err(TerminfoError::Missing { .. })), "{outcome:?}");
    }
}

#[test]
fn a_pipe_a_device_or_a_directory_is_no_entry() {
    let (directory, place) = empty();
    let known =
        || knows_terminal(b"plain", reading(&[("TERMINFO", directory.path().to_str().unwrap())]));
    nix::unistd::mkfifo(&place, Mode::S_IRWXU).unwrap();
    assert_eq!(fault(read_in(directory.path()), &place), Fault::NotAFile);
    assert!(!known());
    fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &place).unwrap();
    assert_eq!(fault(read_in(directory.path()), &place), Fault::NotAFile);
    assert!(!known());
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert_eq!(fault(read_in(directory.path()), &place), Fault::NotAFile);
    assert!(!known());
}

#[test]
fn a_file_that_is_no_entry_is_told_and_does_not_hide_a_good_one() {
    let (directory, place) = empty();
    let text = "missing or unsuitable terminal: plain (";
    for (content, expected) in [
        (Vec::new(), Fault::Malformed),
        (b"plain text".to_vec(), Fault::Malformed),
        (vec![0; LIMIT as usize + 1], Fault::TooLong),
    ] {
        fs::write(&place, content).unwrap();
        assert_eq!(fault(read_in(directory.path()), &place), expected);
        assert!(read_in(directory.path()).unwrap_err().to_string().starts_with(text));
    }
    let good = Database::compile(PLAIN);
    let variables =
        [("TERMINFO", directory.path().to_str().unwrap()), ("TERMINFO_DIRS", good.path())];
    assert!(Terminfo::read(b"plain", reading(&variables)).is_ok());
}

#[test]
fn a_database_in_one_file_is_told() {
    let home = tempfile::tempdir().unwrap();
    let variable = |name: &str| (name == "HOME").then(|| home.path().into());
    let missing = Terminfo::read(b"plain", variable).unwrap_err();
    assert_eq!(missing, TerminfoError::Missing { term: "plain".into() });
    assert_eq!(missing.to_string(), "missing or unsuitable terminal: plain");
    for name in [".terminfo.db", ".terminfo.cdb", ".terminfo"] {
        let path = home.path().join(name);
        fs::write(&path, "").unwrap();
        let told = Terminfo::read(b"plain", variable).unwrap_err();
        assert_eq!(told, TerminfoError::Database { term: "plain".into(), path: path.clone() });
        fs::remove_file(path).unwrap();
    }
}

#[derive(Clone, Debug)]
enum Damage {
    Cut(prop::sample::Index),
    Set(prop::sample::Index, u8),
    /// A number of two bytes: sizes and places are such.
    Number(prop::sample::Index, u16),
    Insert(prop::sample::Index, Vec<u8>),
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let at = any::<prop::sample::Index>;
        let edges = prop_oneof![
            Just(0),
            Just(1),
            Just(0x7fff),
            Just(0x8000),
            Just(0xfffd),
            Just(0xffff),
            any::<u16>()
        ];
        prop_oneof![
            1 => at().prop_map(Self::Cut),
            4 => (at(), any::<u8>()).prop_map(|(at, byte)| Self::Set(at, byte)),
            8 => (at(), edges).prop_map(|(at, number)| Self::Number(at, number)),
            2 => (at(), prop::collection::vec(any::<u8>(), 1..40))
                .prop_map(|(at, bytes)| Self::Insert(at, bytes)),
        ]
    }

    fn to(&self, entry: &mut Vec<u8>) {
        if entry.len() < 2 {
            return;
        }
        match self {
            Self::Cut(at) => entry.truncate(at.index(entry.len())),
            Self::Set(at, byte) => {
                let at = at.index(entry.len());
                entry[at] = *byte;
            }
            Self::Number(at, number) => {
                let at = at.index(entry.len() / 2) * 2;
                entry[at..at + 2].copy_from_slice(&number.to_le_bytes());
            }
            Self::Insert(at, bytes) => {
                let at = at.index(entry.len());
                entry.splice(at..at, bytes.iter().copied());
            }
        }
    }
}

#[test]
fn damaged_entries_never_panic() {
    let entries = [PLAIN, WIDE].map(|source| {
        let database = Database::compile(source);
        fs::read(Path::new(database.path()).join("p/plain")).unwrap()
    });
    assert_eq!([entries[0][1], entries[1][1]], [0x01, 0x02], "both formats");
    let (directory, place) = empty();
    let damages = prop::collection::vec(Damage::any(), 1..6);
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) };
    proptest!(cases, |(which in 0..2usize, damages in damages)| {
        let mut entry = entries[which].clone();
        for damage in damages {
            damage.to(&mut entry);
        }
        fs::write(&place, &entry).unwrap();
        if let Ok(terminfo) = read_in(directory.path()) {
            prop_assert!(terminfo.entries().all(|entry| !entry.contains(&0)));
            prop_assert!(terminfo.capabilities().string("cup").is_none_or(|text| text.len() <= entry.len()));
        }
    });
}

#[test]
fn any_bytes_never_panic() {
    let (directory, place) = empty();
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) };
    let magic = prop_oneof![Just([0x1a, 0x01]), Just([0x1e, 0x02])];
    // Sizes that a parser believes, then anything.
    let sizes = prop::collection::vec(0..60u16, 5);
    let rest = prop::collection::vec(any::<u8>(), 0..600);
    proptest!(cases, |(magic in magic, sizes in sizes, rest in rest)| {
        let sizes = sizes.iter().flat_map(|size| size.to_le_bytes());
        let entry: Vec<u8> = magic.into_iter().chain(sizes).chain(rest).collect();
        fs::write(&place, entry).unwrap();
        let _ = read_in(directory.path());
    });
}
