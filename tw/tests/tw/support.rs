//! Running `tw`, with an end to every wait.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tmuxwire_testkit::{TestServer, releases, wait_until};

pub(crate) const TW: &str = env!("CARGO_BIN_EXE_tw");

/// Runs a test on a server of each release.
pub(crate) fn on_each_release(test: impl Fn(&TestServer)) {
    for release in releases() {
        eprintln!("tmux {}", release.version);
        test(&TestServer::start(&release));
    }
}

/// A `tw` that runs. It is killed if the test ends first.
pub(crate) struct Running {
    child: Child,
    stdout: Arc<Mutex<Vec<u8>>>,
    stderr: Arc<Mutex<Vec<u8>>>,
}

/// What a `tw` did that has ended.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The exit status, or 1000 and the signal that ended it.
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn json(&self) -> Vec<Value> {
        objects(&self.stdout)
    }
}

/// `tw` for a server.
pub(crate) fn tw(server: &TestServer, words: &[&str]) -> Command {
    let mut command = server.program(TW);
    command.args(words);
    command
}

/// Runs `tw` to its end.
pub(crate) fn run(server: &TestServer, words: &[&str]) -> Seen {
    start(&mut tw(server, words)).finish()
}

/// Starts `tw` for a server.
pub(crate) fn running(server: &TestServer, words: &[&str]) -> Running {
    start(&mut tw(server, words))
}

pub(crate) fn start(command: &mut Command) -> Running {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    let stdout = collect(child.stdout.take().expect("a pipe"));
    let stderr = collect(child.stderr.take().expect("a pipe"));
    Running { child, stdout, stderr }
}

fn collect(mut pipe: impl Read + Send + 'static) -> Arc<Mutex<Vec<u8>>> {
    let all = Arc::new(Mutex::new(Vec::new()));
    let filled = Arc::clone(&all);
    std::thread::spawn(move || {
        let mut buffer = [0; 65536];
        loop {
            match pipe.read(&mut buffer) {
                Ok(count @ 1..) => {
                    filled.lock().expect("a buffer").extend_from_slice(&buffer[..count]);
                }
                _ => return,
            }
        }
    });
    all
}

/// Whole lines of JSON.
fn objects(bytes: &[u8]) -> Vec<Value> {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines = bytes[..end].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("an object on each line")).collect()
}

impl Running {
    pub(crate) fn stdout(&self) -> Vec<u8> {
        self.stdout.lock().expect("a buffer").clone()
    }

    pub(crate) fn objects(&self) -> Vec<Value> {
        objects(&self.stdout())
    }

    /// Waits until what it has printed is as wanted, and answers it.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        wait_until(what, || {
            bytes = self.stdout();
            wanted(&bytes)
        });
        bytes
    }

    /// Waits for an object, and answers all up to it.
    pub(crate) fn until_object(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let bytes = self.until(what, |bytes| objects(bytes).iter().any(&wanted));
        let mut objects = objects(&bytes);
        let at = objects.iter().position(wanted).expect("just seen");
        objects.truncate(at + 1);
        objects
    }

    pub(crate) fn until_event(&self, kind: &str) -> Vec<Value> {
        self.until_object(kind, |object| object["event"] == kind)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("a process");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Seen {
        wait_until("tw has ended", || self.has_ended());
        // The threads hold the other halves until they have read all.
        wait_until("all is read", || {
            Arc::strong_count(&self.stdout) == 1 && Arc::strong_count(&self.stderr) == 1
        });
        let status = self.child.wait().expect("an end");
        Seen {
            status: status.code().unwrap_or_else(|| 1000 + status.signal().unwrap_or(0)),
            stdout: self.stdout(),
            stderr: String::from_utf8_lossy(&self.stderr.lock().expect("a buffer")).into_owned(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until so many clients are attached.
pub(crate) fn until_attached(server: &TestServer, clients: usize) {
    wait_until("tw is attached", || {
        server.tmux(["list-clients"]).stdout.split(|byte| *byte == b'\n').count() == clients + 1
    });
}

/// Runs a program in the pane, with `here` before it, and waits until it shows that.
pub(crate) fn program(server: &TestServer, program: &str) {
    server.tmux(["set-option", "-g", "remain-on-exit", "on"]);
    let program = format!("printf here; {program}");
    assert!(server.tmux(["respawn-pane", "-k", "-t", "%0", &program]).status.success());
    wait_until("it runs", || {
        server.tmux(["capture-pane", "-p", "-t", "%0"]).stdout.starts_with(b"here")
    });
}

pub(crate) fn press_enter(server: &TestServer) {
    assert!(server.tmux(["send-keys", "-t", "%0", "Enter"]).status.success());
}
