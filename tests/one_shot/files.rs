//! Streams and files that the server asks its client for.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::Path;

use bytes::Bytes;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tmuxwire::blocking::{Source, Streams};
use tmuxwire::{Command, Delivery, ErrorKind};
use tmuxwire_testkit::{TestServer, releases, system, wait_until};

use crate::support::Both;

/// Bytes of every value, of a length that is no multiple of anything.
fn sample() -> Vec<u8> {
    (0..300_007u32).map(|at| at.to_le_bytes()[usize::from(at % 3 == 0)]).collect()
}

#[test]
fn bytes_come_back_as_they_went() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        let sample = Bytes::from(sample());
        for (at, size) in [1, 2, 16363, 16364, 16365, 65536, sample.len()].iter().enumerate() {
            let data = sample.slice(..*size);
            let name = format!("b{at}");
            let load = Command::new(["load-buffer", "-b", &name, "-"]).stdin(data.clone());
            for output in both.run(load) {
                assert!(output.expect("an answer").is_success(), "{} {size}", release.version);
            }
            let file = server.home().join(&name);
            let path = file.to_str().expect("printable");
            for output in both.run(["save-buffer", "-b", &name, "-"]) {
                assert!(output.expect("an answer").stdout == data, "{} {size}", release.version);
            }
            for which in 0..2 {
                fs::write(&file, [b'o'; 400_000]).expect("an older, longer file");
                if release.is_at_least(3, 2) {
                    // 3.1 forgets to say that the file is to be truncated.
                } else {
                    fs::remove_file(&file).expect("removed");
                }
                let output = match which {
                    0 => {
                        both.runtime.block_on(both.library.run(["save-buffer", "-b", &name, path]))
                    }
                    _ => both.blocking.run(["save-buffer", "-b", &name, path]),
                };
                assert!(output.expect("an answer").is_success());
                // Done means on disk, in full, at once.
                assert!(fs::read(&file).expect("saved") == data, "{} {size}", release.version);
            }
            for output in both.run([
                "load-buffer",
                "-b",
                "copy",
                path,
                ";",
                "save-buffer",
                "-a",
                "-b",
                "copy",
                path,
            ]) {
                assert!(output.expect("an answer").is_success());
            }
            // Read back twice, each time appended to itself.
            assert_eq!(fs::metadata(&file).expect("a file").len() as usize, size * 4);
        }
    }
}

#[test]
fn an_empty_input_is_an_end_of_file() {
    let server = TestServer::start(&system());
    for output in Both::at(server.socket()).run(["load-buffer", "-b", "empty", "-"]) {
        let output = output.expect("an answer");
        assert_eq!((output.status, output.stderr.as_ref()), (0, b"".as_slice()));
    }
}

#[test]
fn what_can_not_be_opened_is_the_servers_to_tell() {
    for release in releases() {
        let server = TestServer::start(&release);
        let both = Both::at(server.socket());
        server.tmux(["set-buffer", "text"]);
        for words in [
            &["load-buffer", "/missing/file"][..],
            &["save-buffer", "/missing/file"],
            &["save-buffer", "/tmp"],
            &["source-file", "/missing/file"],
            &["save-buffer", "-b", "missing", "-"],
        ] {
            let real = server.tmux(words);
            for output in both.run(words) {
                let output = output.expect("an answer");
                assert_eq!(
                    Some(output.status),
                    real.status.code(),
                    "{} {words:?}",
                    release.version
                );
                assert_eq!(output.stderr, real.stderr, "{} {words:?}", release.version);
            }
        }
    }
}

#[test]
fn a_file_that_can_not_be_written_in_full_is_never_a_success() {
    for release in releases() {
        let server = TestServer::start(&release);
        server.tmux(["set-buffer", "text"]);
        for outcome in Both::at(server.socket()).run(["save-buffer", "/dev/full"]) {
            if release.is_at_least(3, 8) {
                // This server waits for the word that it is written, and makes it its own.
                let output = outcome.expect("an answer");
                assert_eq!(output.stderr_text(), "No space left on device: /dev/full\n");
                assert_eq!(output.status, 1);
                continue;
            }
            let error = outcome.expect_err("not written");
            assert_eq!(error.kind(), &ErrorKind::Io, "{}", release.version);
            assert_eq!(error.delivery(), Delivery::Answered);
            assert!(error.to_string().contains("No space left on device: /dev/full"), "{error}");
        }
    }
}

fn is_readable(file: &fs::File) -> bool {
    let mut fds = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
    poll(&mut fds, PollTimeout::ZERO).expect("a poll") > 0
}

fn fifo(path: &Path) {
    nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).expect("a FIFO");
}

#[test]
fn fifos_are_read_and_written_as_their_other_ends_allow() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let path = server.home().join("fifo");
    fifo(&path);
    let name = path.to_str().expect("printable");
    let big = Bytes::from(vec![b'f'; 1_000_000]);
    for output in both.run(Command::new(["load-buffer", "-b", "big", "-"]).stdin(big.clone())) {
        assert!(output.expect("an answer").is_success());
    }
    for output in both.run(["save-buffer", "-b", "big", name]) {
        let output = output.expect("an answer");
        assert_eq!(output.status, 1, "no reader");
        assert!(output.stderr_text().contains("No such device or address"), "{output:?}");
    }
    for which in 0..2 {
        // Opened for reading and writing, a FIFO waits for nobody.
        let end = fs::OpenOptions::new().read(true).write(true).open(&path);
        let mut end = end.expect("the other end");
        let reader = std::thread::spawn(move || {
            let mut read = vec![0; 1_000_000];
            end.read_exact(&mut read).expect("readable");
            read
        });
        let output = match which {
            0 => both.runtime.block_on(both.library.run(["save-buffer", "-b", "big", name])),
            _ => both.blocking.run(["save-buffer", "-b", "big", name]),
        };
        assert!(output.expect("an answer").is_success());
        assert!(reader.join().expect("a reader") == big);
        // Held open until somebody has read it, and closed then: that is the end of the input. To
        // wait for a reader by opening would not do: a child of another test, just before its
        // exec, may still have the end that was closed above.
        let path = path.clone();
        let writer = std::thread::spawn(move || {
            let end = fs::OpenOptions::new().read(true).write(true).open(path);
            let mut end = end.expect("the other end");
            end.write_all(b"through a fifo").expect("writable");
            wait_until("it is read", || !is_readable(&end));
        });
        let load = ["load-buffer", "-b", "small", name];
        let output = match which {
            0 => both.runtime.block_on(both.library.run(load)),
            _ => both.blocking.run(load),
        };
        assert!(output.expect("an answer").is_success());
        writer.join().expect("a writer");
        let output = both.blocking.run(["show-buffer", "-b", "small"]).expect("an answer");
        assert_eq!(output.stdout_text(), "through a fifo");
    }
}

/// Streams that count, and give an endless input up to a size.
struct Counted {
    input: usize,
    output: usize,
    refuse: Option<i32>,
}

struct Zeros(usize);

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.0);
        buffer[..count].fill(b'0');
        self.0 -= count;
        Ok(count)
    }
}

impl Streams for Counted {
    fn open_stdin(&mut self) -> io::Result<Source> {
        match self.refuse {
            Some(errno) => Err(io::Error::from_raw_os_error(errno)),
            None => Ok(Source::from_reader(Zeros(self.input))),
        }
    }

    fn write_stdout(&mut self, data: &[u8]) -> io::Result<()> {
        self.output += data.len();
        Ok(())
    }

    fn write_stderr(&mut self, data: &[u8]) -> io::Result<()> {
        self.output += data.len();
        Ok(())
    }
}

#[test]
fn callers_streams_are_used_as_they_are() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let mut streams = Counted { input: 2_000_001, output: 0, refuse: None };
    let status = both.blocking.stream(["load-buffer", "-b", "big", "-"], &mut streams);
    assert_eq!(status.expect("an answer"), 0);
    let status = both.blocking.stream(["save-buffer", "-b", "big", "-"], &mut streams);
    assert_eq!((status.expect("an answer"), streams.output), (0, 2_000_001));
    streams.refuse = Some(nix::libc::EACCES);
    let status = both.blocking.stream(["load-buffer", "-b", "none", "-"], &mut streams);
    assert_eq!(status.expect("an answer"), 1);

    let mut stdout = Vec::new();
    let input = [b'i'; 70_000];
    let status = both.runtime.block_on(async {
        let load = ["load-buffer", "-b", "other", "-"];
        let loaded = both.library.stream(load, &input[..], tokio::io::sink(), tokio::io::sink());
        loaded.await.expect("an answer");
        let save = ["save-buffer", "-b", "other", "-"];
        both.library.stream(save, tokio::io::empty(), &mut stdout, tokio::io::sink()).await
    });
    assert_eq!(status.expect("an answer"), 0);
    assert_eq!(stdout, input);
}

#[test]
fn output_beyond_the_limit_is_an_error_and_not_memory() {
    let server = TestServer::start(&system());
    let both = Both::at(server.socket());
    let load = Command::new(["load-buffer", "-b", "big", "-"]).stdin(vec![b'x'; 100_000]);
    both.blocking.run(load).expect("an answer");
    for outcome in both.run(Command::new(["show-buffer", "-b", "big"]).max_output(50_000)) {
        let error = outcome.expect_err("too much");
        assert_eq!(error.kind(), &ErrorKind::TooMuchOutput { limit: 50_000 });
    }
    for outcome in both.run(Command::new(["show-buffer", "-b", "big"]).max_output(100_000)) {
        assert_eq!(outcome.expect("an answer").stdout.len(), 100_000);
    }
}
