//! Questions to real servers.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::Output;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tmuxwire_operations::read::{Fields, Listing};
use tmuxwire_operations::{AnyOperation, Release, Unknown};
use tmuxwire_testkit::{TestServer, Tmux};

pub(crate) fn release(tmux: &Tmux) -> Release {
    Release::parse(&tmux.version).unwrap_or_else(|| panic!("{}", tmux.version))
}

/// Runs an operation as a client that understands UTF-8.
pub(crate) fn run(server: &TestServer, operation: impl Into<AnyOperation>) -> Output {
    let operation = operation.into();
    let release = release(server.release());
    let argv = operation.render(Some(release), Unknown::Refuse).expect("an operation");
    let argv = argv.into_iter().map(OsString::from_vec);
    server.command().arg("-u").args(argv).output().expect("tmux runs")
}

/// What an operation that succeeds prints.
pub(crate) fn ask(server: &TestServer, operation: impl Into<AnyOperation>) -> Vec<u8> {
    let operation = operation.into();
    let output = run(server, operation.clone());
    let version = &server.release().version;
    assert!(output.status.success(), "{version}: {operation:?}: {output:?}");
    output.stdout
}

/// Runs operations as one command list.
pub(crate) fn run_list(server: &TestServer, operations: Vec<AnyOperation>) -> Output {
    let release = release(server.release());
    let mut words = Vec::new();
    for operation in operations {
        words.extend(operation.render(Some(release), Unknown::Refuse).expect("an operation"));
        words.push(b";".to_vec());
    }
    let words = words.into_iter().map(OsString::from_vec);
    server.command().arg("-u").args(words).output().expect("tmux runs")
}

/// What operations that succeed print as one command list.
pub(crate) fn lists(server: &TestServer, operations: Vec<AnyOperation>) -> Vec<u8> {
    let output = run_list(server, operations);
    assert!(output.status.success(), "{}: {output:?}", server.release().version);
    output.stdout
}

/// The rows of a list.
pub(crate) fn list<F: Fields>(server: &TestServer, listing: &Listing<F>) -> Vec<F::Row> {
    let question = listing.question(Some(release(server.release())));
    let answer = ask(server, question);
    listing.read(&answer).unwrap_or_else(|error| {
        panic!("{}: {error}: {}", server.release().version, answer.escape_ascii())
    })
}

/// Runs words as they are; a `;` at the end is escaped.
pub(crate) fn tell(server: &TestServer, words: &[&[u8]]) -> Vec<u8> {
    let words = words.iter().map(|word| match word.split_last() {
        Some((b';', before)) => [before, b"\\;"].concat(),
        _ => word.to_vec(),
    });
    let words = words.map(OsString::from_vec);
    let output = server.command().arg("-u").args(words).output().expect("tmux runs");
    assert!(output.status.success(), "{}: {output:?}", server.release().version);
    output.stdout
}

pub(crate) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// Bytes that a reader could mistake, and any others but NUL.
pub(crate) fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let special = prop_oneof![
        4 => prop::sample::select(b"|;\\\n\t$HaP0127n#{}[],:\"'~% =-".to_vec()),
        1 => prop::sample::select(b"\xff\xc3\xa9\x1b\x01\x7f\r".to_vec()),
        1 => 1u8..=255,
    ];
    prop::collection::vec(special, 0..14)
}

pub(crate) fn os(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}
