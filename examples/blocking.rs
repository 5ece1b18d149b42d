//! The client without a runtime: what a script or a plug-in needs.
//!
//! `cargo run --example blocking`

use std::error::Error;
use std::time::Duration;

use tmuxwire::blocking::Server;
use tmuxwire::{Command, Delivery};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
    server.run(["new-session", "-d", "-s", "work", "cat"])?;

    let output =
        server.run(["list-panes", "-a", "-F", "#{pane_id} #{pane_width}x#{pane_height}"])?;
    print!("panes: {}", output.stdout_text());

    // A command may wait for ever, so it gets a deadline; the error tells whether it may have run.
    let wait =
        Command::new(["wait-for", "nobody-signals-this"]).deadline(Duration::from_millis(50));
    match server.run(wait) {
        Err(error) if error.delivery() == Delivery::MayHaveRun => println!("gave up: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    server.kill_server(Duration::from_secs(10))?;
    Ok(())
}
