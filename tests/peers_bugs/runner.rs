//! The runner; more in `tests/runner.rs`.

use std::time::Duration;

use tmuxwire::blocking::Runner;
use tmuxwire::runner::{LogOptions, SessionConfig, Stopped};
use tmuxwire_testkit::wait_until;

use crate::on_each;

/// The program was told to end and killed in the same breath.
#[test]
fn k11_a_program_has_the_time_to_end() {
    on_each(|server, client| {
        let runner = Runner::new(client.clone());
        let program = "trap 'sleep 0.2; : > bye; exit' INT; echo up; while :; do sleep 0.05; done";
        let config = SessionConfig::new("dev").command(program).working_directory(server.home());
        runner.start(&config).expect("started");
        wait_until("it is up", || runner.logs("dev", LogOptions::last(1)).expect("logs") == ["up"]);
        let stopped = runner.stop("dev", Duration::from_secs(60)).expect("stopped");
        assert_eq!(stopped, Stopped::Ended);
        assert!(server.home().join("bye").exists(), "{}", server.release().version);
    });
}

/// Colours were promised and lost.
#[test]
fn k18_logs_have_colours() {
    on_each(|_, client| {
        let runner = Runner::new(client.clone());
        let program = "printf '\\033[32mgreen\\033[0m\\n'; exec cat";
        runner.start(&SessionConfig::new("dev").command(program)).expect("started");
        let logs = |options| runner.logs("dev", options).expect("logs");
        wait_until("it has printed", || logs(LogOptions::last(1)) == ["green"]);
        assert!(logs(LogOptions::last(1).colours())[0].starts_with(b"\x1b[32mgreen"));
    });
}
