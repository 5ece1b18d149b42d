//! A live channel on a private server: many commands on one connection, what happens meanwhile,
//! and waiting without polling.
//!
//! `cargo run --example channel`

use std::error::Error;
use std::time::Duration;

use tmuxwire::{
    ChannelOptions, Event, PaneEvent, PaneId, Place, Server, Start, Waited, Watch, Watched,
};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
    server.run(["new-session", "-d", "-s", "work", "-x", "60", "-y", "10", "sh"]).await?;
    let shown = show(&server).await;
    server.kill_server(LIMIT).await?;
    shown
}

async fn show(server: &Server) -> Result<(), Box<dyn Error>> {
    // For commands alone: no session is needed, and nobody sees it.
    let commands = server.channel(ChannelOptions::default()).await?;
    let windows = ["notes", "logs", "tests"].map(|name| ["new-window", "-d", "-n", name, "cat"]);
    for answer in commands.run_all(windows).await {
        assert!(answer?.is_success());
    }
    let list = commands.run(["list-windows", "-F", "#{window_name}"]).await?;
    println!("windows: {}", list.stdout_text().split_whitespace().collect::<Vec<_>>().join(", "));

    // For events, output and waiting: attached to a session, where it changes nothing.
    let channel = server.channel(ChannelOptions::default().attach_to("work")).await?;
    let mut events = channel.events();
    commands.run(["rename-window", "-t", "work:logs", "journal"]).await?;
    match events.next().await {
        Some(Event::Notification(notification)) => println!("event: {notification:?}"),
        other => println!("{other:?}"),
    }

    let pane = channel.run(["display-message", "-p", "-t", "work:0", "#{pane_id}"]).await?;
    let pane = PaneId::parse(pane.stdout.trim_ascii_end()).ok_or("no pane")?;
    match channel.wait_until_ready(pane, Duration::from_millis(50), LIMIT).await? {
        Waited::Met(ready) => println!("{pane} is ready: {:?}", ready.evidence),
        Waited::GaveUp(seen) => println!("{pane} is not ready: {}", seen.last),
    }

    // First the screen, then what is printed, in order.
    let mut output = channel.pane_output(pane).await?;
    let typed = ["send-keys", "-t", "work:0", "echo $((6 * 7)) is the answer", "Enter"];
    channel.run(typed).await?;
    let wanted = |line: &str| line.contains("42 is the answer");
    if let Waited::Met(found) = channel.wait_for_text(pane, wanted, Start::Screen, LIMIT).await? {
        let place = if found.place == Place::Screen { "on the screen" } else { "in the output" };
        println!("{place}: {}", found.line);
    }
    let mut bytes = 0;
    while bytes == 0 {
        if let Some(PaneEvent::Output(output)) = output.next().await {
            bytes += output.len();
        }
    }
    println!("the pane printed {bytes} bytes in its first piece");

    // A format that the server watches (tmux 3.2 and later).
    let mut names = channel.subscribe(Watch::AllWindows, "#{window_name}").await?;
    if let Some(Watched::Value { window, value, .. }) = names.next().await {
        println!("{} is {}", window.ok_or("no window")?, String::from_utf8_lossy(&value));
    }
    Ok(())
}
