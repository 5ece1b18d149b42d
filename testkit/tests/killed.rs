//! What a test that is killed leaves behind: nothing.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tmuxwire_testkit::{TestServer, system, wait_for_exit, wait_until};

/// Set in the environment of the worker that is killed.
const WORKER: &str = "TMUXWIRE_KILLED";

/// Starts two servers, one of which ends as it should, tells of both, and waits to be killed.
fn start_servers() {
    let (left, dropped) = (TestServer::start(&system()), TestServer::start(&system()));
    let homes = [left.home().display().to_string(), dropped.home().display().to_string()];
    drop(dropped);
    println!("\nleft {} {} {}", left.pid(), homes[0], homes[1]);
    loop {
        std::thread::park();
    }
}

#[test]
fn a_killed_test_leaves_no_server_and_no_directory() {
    if std::env::var_os(WORKER).is_some() {
        start_servers();
    }
    let mut worker = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "a_killed_test_leaves_no_server_and_no_directory", "--nocapture"])
        .env(WORKER, "")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a worker");
    let lines = BufReader::new(worker.stdout.take().expect("a pipe")).lines();
    let line = lines.map_while(Result::ok).find(|line| line.starts_with("left "));
    let line = line.expect("a server");
    let [_, pid, left, dropped] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let (left, dropped) = (PathBuf::from(left), PathBuf::from(dropped));
    assert!(left.is_dir() && !dropped.exists(), "{line}");
    worker.kill().expect("killed");
    worker.wait().expect("its status");
    wait_for_exit(pid.parse().expect("a number"));
    wait_until("the directory is gone", || !left.exists());
}
