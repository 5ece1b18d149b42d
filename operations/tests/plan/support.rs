//! How these tests run commands: by the `tmux` program.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use tmuxwire_operations::{AnyOperation, Outcome, Release, Unknown};
use tmuxwire_testkit::{TestServer, Tmux};

pub(crate) fn release(tmux: &Tmux) -> Release {
    Release::parse(&tmux.version).unwrap_or_else(|| panic!("{}", tmux.version))
}

pub(crate) fn run(server: &TestServer, operation: impl Into<AnyOperation>) -> Outcome {
    let operation = operation.into();
    let release = release(server.release());
    let argv = operation.render(Some(release), Unknown::Refuse).expect("an operation");
    let output = server.tmux(argv.into_iter().map(OsString::from_vec));
    let status = output.status.code().expect("a status");
    Outcome::new(operation.spec(), status, output.stdout, output.stderr)
}
