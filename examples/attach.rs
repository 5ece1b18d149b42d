//! A whole attached client inside a program: what a web terminal or a screen test does.
//!
//! Its own server, on a socket of its own; nothing else is touched.

use std::fs::File;
use std::io::{Read, Write};
use std::time::Duration;

use tmuxwire::{AttachOptions, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
    server.run(["new-session", "-d", "-s", "work", "cat"]).await?;

    // The server gets one end of a pty; the other is ours: what it draws, and what is typed.
    let pty = nix::pty::openpty(None, None)?;
    let options = AttachOptions::new().command(["attach-session", "-t", "work"]).term("xterm");
    let mut client = server.attach(pty.slave, options).await?;
    println!("attached as {}", client.name());

    let mut screen = File::from(pty.master);
    screen.write_all(b"hello\r")?;
    let drawn = tokio::task::spawn_blocking(move || {
        let (mut drawn, mut piece) = (Vec::new(), [0; 4096]);
        // Once as it is typed, and once as `cat` says it again.
        while String::from_utf8_lossy(&drawn).matches("hello").count() < 2 {
            match screen.read(&mut piece)? {
                0 => break,
                count => drawn.extend_from_slice(&piece[..count]),
            }
        }
        std::io::Result::Ok((screen, drawn.len()))
    });
    let (_screen, count) = drawn.await??;
    println!("the server drew {count} bytes");

    server.run(["detach-client", "-s", "work"]).await?;
    println!("{}", client.ended().await?);
    server.kill_server(Duration::from_secs(10)).await?;
    Ok(())
}
