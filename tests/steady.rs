//! What must stay the same however much is done: memory while streaming, descriptors, threads,
//! temporary files. One test, in a process of its own, because it counts the process's own things.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tmuxwire::blocking::{Source, Streams};
use tmuxwire::{Command, ErrorKind};
use tmuxwire_testkit::{TestServer, system, wait_until};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const BIG: usize = 200_000_000;
/// What streaming may add to the process's memory at its peak.
const FLAT: u64 = 4_000_000;

fn status(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel's word");
    let line = status.lines().find(|line| line.starts_with(field)).expect("a field");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

/// Runs something and answers by how many bytes its peak was over what was there before.
fn peak_over(run: impl FnOnce()) -> u64 {
    // 5 makes the kernel forget the peak so far.
    fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    let before = status("VmRSS:");
    run();
    (status("VmHWM:") - before.min(status("VmHWM:"))) * 1024
}

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("descriptors").count()
}

struct Numbers {
    left: usize,
    sum: usize,
}

impl Read for Numbers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.left);
        buffer[..count].fill(b'7');
        self.left -= count;
        Ok(count)
    }
}

impl Streams for Numbers {
    fn open_stdin(&mut self) -> io::Result<Source> {
        Ok(Source::from_reader(Self { left: self.left, sum: 0 }))
    }

    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()> {
        self.sum += data.len();
        Ok(())
    }

    fn write_stderr(&mut self, data: &[u8]) -> io::Result<()> {
        self.sum += data.len();
        Ok(())
    }
}

impl AsyncRead for Numbers {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut piece = [0; 65536];
        let room = buffer.remaining().min(piece.len());
        let count = self.read(&mut piece[..room])?;
        buffer.put_slice(&piece[..count]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Numbers {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.sum += data.len();
        Poll::Ready(Ok(data.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn memory_descriptors_and_threads_stay_the_same() {
    let server = TestServer::start(&system());
    let blocking = tmuxwire::blocking::Server::at(server.socket());
    let library = tmuxwire::Server::at(server.socket());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    blocking.run(["list-sessions"]).expect("an answer");
    runtime.block_on(library.run(["list-sessions"])).expect("an answer");

    let load = ["load-buffer", "-b", "big", "-"];
    let save = ["save-buffer", "-b", "big", "-"];
    let peak = peak_over(|| {
        let mut numbers = Numbers { left: BIG, sum: 0 };
        assert_eq!(blocking.stream(load, &mut numbers).expect("an answer"), 0);
        assert_eq!(blocking.stream(save, &mut numbers).expect("an answer"), 0);
        assert_eq!(numbers.sum, BIG);
    });
    println!("200 MB in and out, blocking: peak {peak} bytes over the start");
    assert!(peak < FLAT, "{peak}");

    let peak = peak_over(|| {
        runtime.block_on(async {
            let input = Numbers { left: BIG, sum: 0 };
            let loaded = library.stream(load, input, tokio::io::sink(), tokio::io::sink()).await;
            assert_eq!(loaded.expect("an answer"), 0);
            let mut output = Numbers { left: 0, sum: 0 };
            let saved = library.stream(save, tokio::io::empty(), &mut output, tokio::io::sink());
            assert_eq!(saved.await.expect("an answer"), 0);
            assert_eq!(output.sum, BIG);
        });
    });
    println!("200 MB in and out, async: peak {peak} bytes over the start");
    assert!(peak < FLAT, "{peak}");
    let file = server.home().join("big");
    let to_file = ["save-buffer", "-b", "big", file.to_str().expect("printable")];
    let peak = peak_over(|| {
        assert!(blocking.run(to_file).expect("an answer").is_success());
        assert_eq!(fs::metadata(&file).expect("a file").len() as usize, BIG);
    });
    println!("200 MB to a file: peak {peak} bytes over the start");
    assert!(peak < FLAT, "{peak}");
    blocking.run(["delete-buffer", "-b", "big"]).expect("an answer");

    let (fds, threads) = (descriptors(), status("Threads:"));
    let short = Duration::from_millis(2);
    for round in 0..300 {
        blocking.run(["list-sessions"]).expect("an answer");
        runtime.block_on(library.run(["list-sessions"])).expect("an answer");
        let wait = Command::new(["wait-for", "never"]).deadline(short);
        let error = match round % 2 {
            0 => blocking.run(wait).expect_err("never"),
            _ => runtime.block_on(library.run(wait)).expect_err("never"),
        };
        assert_eq!(error.kind(), &ErrorKind::TimedOut);
        assert!(!blocking.run(["frobnicate"]).expect("an answer").is_success());
    }
    assert_eq!(descriptors(), fds, "descriptors");
    wait_until("the pool's idle threads are gone", || status("Threads:") <= threads);
    wait_until("the server has let go", || server.connections() == 0);
    let left: Vec<_> = fs::read_dir(server.home()).expect("a directory").flatten().collect();
    assert_eq!(left.len(), 3, "socket, configuration and what was saved: {left:?}");
    assert!(server.is_alive());
}
