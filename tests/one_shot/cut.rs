//! From 3.7 on a server leaves out, without a word, what takes it more than 100 ms to expand: also
//! when it has only been interrupted for so long, as on a busy machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tmuxwire::ErrorKind;
use tmuxwire::blocking::Server;
use tmuxwire::operations::read::{Listing, pane, window};
use tmuxwire_testkit::{TestServer, releases};

/// Stops a server again and again for longer than it gives an expansion, until the end of `work`.
fn interrupted<T>(server: &TestServer, work: impl FnOnce() -> T) -> T {
    let pid = Pid::from_raw(server.pid().cast_signed());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let interrupter = scope.spawn(|| {
            let mut moment = 0;
            while !done.load(Ordering::Relaxed) {
                moment = (moment * 7 + 3) % 4001;
                std::thread::sleep(Duration::from_micros(moment));
                kill(pid, Signal::SIGSTOP).expect("stopped");
                std::thread::sleep(Duration::from_millis(120));
                kill(pid, Signal::SIGCONT).expect("going on");
            }
        });
        let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        interrupter.join().expect("no panic");
        worked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[test]
fn what_a_server_leaves_out_is_never_an_answer() {
    for release in releases().into_iter().filter(|release| release.is_at_least(3, 7)) {
        let server = TestServer::start(&release);
        for _ in 0..11 {
            server.tmux(["new-window", "-d", "-t", "main:", "-n", "work", "cat"]);
        }
        let ours = Server::at(server.socket());
        let (all, none) = (window::NAME.eq("work"), window::NAME.eq("nothing"));
        let fields = || (pane::ID, window::NAME, pane::WIDTH);
        let whole = ours.list(Listing::panes().fields(fields())).expect("panes");
        assert_eq!(whole.len(), 12);
        interrupted(&server, || {
            let mut cut = 0;
            for _ in 0..60 {
                let filter = all.clone() & !none.clone() & pane::WIDTH.eq(80);
                match ours.list(Listing::panes().filter(filter).fields(fields())) {
                    Ok(rows) => assert_eq!(rows, whole, "tmux {}", release.version),
                    Err(error) => {
                        assert_eq!(error.kind(), &ErrorKind::Unreadable, "{error:?}");
                        cut += 1;
                    }
                }
            }
            println!("tmux {}: {cut} of 60 cut", release.version);
        });
    }
}
