//! Megabytes in and out of a paste buffer, in constant memory.
//!
//! `cargo run --example streams`

use std::error::Error;
use std::time::Duration;

use tmuxwire::Server;
use tokio::io::{AsyncReadExt, sink};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let server = Server::at(directory.path().join("socket")).config_file("/dev/null");
    server.run(["new-session", "-d", "-s", "work", "cat"]).await?;

    // Any AsyncRead gives the input, any AsyncWrite takes the output.
    let input = tokio::io::repeat(b'x').take(20_000_000);
    let status = server.stream(["load-buffer", "-b", "big", "-"], input, sink(), sink()).await?;
    println!("loaded 20 MB: status {status}");

    let path = directory.path().join("saved");
    let file = tokio::fs::File::create(&path).await?;
    let save = ["save-buffer", "-b", "big", "-"];
    let status = server.stream(save, tokio::io::empty(), file, sink()).await?;
    println!("saved {} bytes: status {status}", std::fs::metadata(&path)?.len());

    server.kill_server(Duration::from_secs(10)).await?;
    Ok(())
}
