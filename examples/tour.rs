//! A tour on a private server: build something, read it back typed, watch it change, run a plan, and
//! race the `tmux` program. Nothing of yours is touched: the server has a socket and a directory of
//! its own, and both are gone at the end.
//!
//! `cargo run --example tour`

use std::error::Error;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use tmuxwire::operations::read::{Listing, pane, window};
use tmuxwire::operations::{CapturePane, NewSession, NewWindow, Plan, SplitWindow};
use tmuxwire::{Binary, Change, ChannelOptions, Server, Session, Start, Waited};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let socket = directory.path().join("socket");
    let server = Server::at(&socket).config_file("/dev/null");

    // No server runs yet, so this one goes to the real tmux.
    let tour = server.new_session(NewSession::new().name("tour").command("sh")).await?;
    let shown = show(&server, &tour, &socket).await;
    server.kill_server(Duration::from_secs(10)).await?;
    println!("\nThe server is gone, and its socket's directory with it.");
    shown
}

async fn show(server: &Server, tour: &Session, socket: &Path) -> Result<(), Box<dyn Error>> {
    let info = server.info().await?;
    let version = info.version.map_or_else(|| "unknown".to_owned(), |version| version.to_string());
    println!("A private tmux {version}, process {}.", info.pid);

    build(tour).await?;
    println!("\nIts panes, as typed rows:");
    let fields = (pane::ID, window::NAME, pane::WIDTH, pane::HEIGHT);
    for (id, window, width, height) in server.list(Listing::panes().fields(fields)).await? {
        println!("  {id} in {window}: {width}x{height}");
    }
    wait(server, tour).await?;
    watch(server, tour).await?;
    plan(server).await?;
    race(server, socket).await
}

async fn build(tour: &Session) -> tmuxwire::Result<()> {
    let notes = tour.new_window(NewWindow::new().name("notes").command("cat")).await?;
    let below = notes.split(SplitWindow::new().vertical().command("cat")).await?;
    below.send_line("C-c; -x #{pid} is text").await?;
    Ok(())
}

async fn wait(server: &Server, tour: &Session) -> tmuxwire::Result<()> {
    let channel = server.channel(ChannelOptions::default().attach_to("tour")).await?;
    let shell = tour.new_window(NewWindow::new().name("shell").command("sh")).await?;
    let shell = shell.active_pane().await?;
    shell.send_line("echo $((6 * 7)) is the answer").await?;
    let (wanted, limit) = (|line: &str| line.starts_with("42 is"), Duration::from_secs(10));
    match channel.wait_for_text(shell.id(), wanted, Start::Screen, limit).await? {
        Waited::Met(found) => println!("\nWaited for a line, without polling: {}", found.line),
        Waited::GaveUp(seen) => println!("\nIt shows: {}", seen.screen),
    }
    let screen = shell.capture(CapturePane::new()).await?;
    println!("The screen has {} lines.", screen.lines().len());
    Ok(())
}

async fn watch(server: &Server, tour: &Session) -> tmuxwire::Result<()> {
    let mut changes = server.watch(Listing::windows().fields(window::NAME));
    println!("\nWhat it has, and what changes on it:");
    let mut windows = tour.windows().await?.len();
    while windows > 0 {
        if let Change::Appeared(name) = changes.next().await? {
            println!("  there is {name}");
            windows -= 1;
        }
    }
    tour.window("notes").await?.rename("ideas").await?;
    loop {
        match changes.next().await? {
            Change::Changed { was, now } if now == "ideas" => {
                println!("  {was} is now {now}");
                return Ok(());
            }
            _ => {}
        }
    }
}

async fn plan(server: &Server) -> Result<(), Box<dyn Error>> {
    let mut plan = Plan::new();
    let session = plan.create(NewSession::new().name("planned").detached().command("cat"));
    for name in ["one", "two", "three"] {
        plan.create(NewWindow::new().target(session.session).name(name).command("cat"));
    }
    let before = server.round_trips();
    let finished = server.run_plan(&plan).await?;
    println!(
        "\nA plan of {} steps took {} round trips.",
        plan.len(),
        server.round_trips() - before
    );
    finished.undo().await?;
    Ok(())
}
/// The same question, over the wire and by the program.
async fn race(server: &Server, socket: &Path) -> Result<(), Box<dyn Error>> {
    const CALLS: u32 = 300;
    let question = ["display-message", "-p", "#{session_name}:#{window_name}"];
    let tmux = Binary::find(|name| std::env::var_os(name))?;

    let started = Instant::now();
    for _ in 0..CALLS {
        let mut process = Process::new(tmux.path());
        process.arg("-S").arg(socket).args(question).stdin(Stdio::null()).output()?;
    }
    let spawned = started.elapsed() / CALLS;

    let started = Instant::now();
    for _ in 0..CALLS {
        server.run(question).await?;
    }
    let native = started.elapsed() / CALLS;

    println!("{CALLS} answers to `tmux {}`:", question.join(" "));
    println!("  running the tmux program   {:>7.1} us each", spawned.as_secs_f64() * 1e6);
    println!("  tmuxwire                   {:>7.1} us each", native.as_secs_f64() * 1e6);
    println!("  {:.1} times faster", spawned.as_secs_f64() / native.as_secs_f64());
    Ok(())
}
