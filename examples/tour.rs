//! A tour on a private server: start it, build something, read it back, and race the `tmux`
//! program. Nothing of yours is touched: the server has a socket and a directory of its own, and
//! both are gone at the end.
//!
//! `cargo run --release --example tour`

use std::error::Error;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use tmuxwire::{Binary, Command, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let socket = directory.path().join("socket");
    let server = Server::at(&socket).config_file("/dev/null");

    // No server runs yet, so this one command goes to the real tmux.
    let start = ["new-session", "-d", "-s", "tour", "-n", "shell", "-x", "72", "-y", "12", "sh"];
    server.run(start).await?;
    let shown = show(&server, &socket).await;
    server.kill_server(Duration::from_secs(10)).await?;
    println!("\nThe server is gone, and its socket's directory with it.");
    shown
}

async fn show(server: &Server, socket: &Path) -> Result<(), Box<dyn Error>> {
    let info = server.info().await?;
    let version = info.version.map_or_else(|| "unknown".to_owned(), |version| version.to_string());
    println!("A private tmux {version}, process {}, header layout {:?}.", info.pid, info.layout);

    for (window, text) in [("notes", "buy milk"), ("logs", "all is well")] {
        server.run(["new-window", "-d", "-n", window, "cat"]).await?;
        let load = Command::new(["load-buffer", "-b", window, "-"]).stdin(text);
        server.run(load).await?;
        server.run(["paste-buffer", "-b", window, "-t", &format!("tour:{window}")]).await?;
    }
    let format = "  #{window_index}: #{window_name} #{window_width}x#{window_height} #{pane_id}";
    println!("\nIts windows, asked natively:");
    print!("{}", server.run(["list-windows", "-t", "tour", "-F", format]).await?.stdout_text());

    let refused = server.run(["kill-session", "-t", "=nobody"]).await?;
    println!("\nA refusal is an answer: status {}, {}", refused.status, refused.stderr_text());
    race(server, socket).await
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
