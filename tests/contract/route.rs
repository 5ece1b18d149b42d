//! The routes that commands can take.

use tmuxwire_memory::MemoryTmux;
use tmuxwire_testkit::{TestServer, releases};

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Connections,
    Channel,
    Program,
}

/// Something that a server doesn't have, and how to ask for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lack(pub(crate) &'static str, pub(crate) &'static str);

/// What the tmux in memory doesn't model and these cases use.
pub(crate) const NOT_IN_MEMORY: &[Lack] = &[
    Lack("groups", "new-session -d -t =main"),
    Lack("hooks", "set-hook -g client-attached display-message"),
    Lack("rotate-window", "rotate-window -t =main:"),
    Lack("spread", "select-layout -E -t =main:"),
    Lack("layout strings", "select-layout -t =main: b25d,80x24,0,0,0"),
    Lack("substitution", "display-message -p #{s/a/b/:pane_id}"),
    Lack("programs", "run-shell true"),
    Lack("zoom", "resize-pane -Z -t =main:"),
    Lack("copy-mode", "copy-mode -t =main:"),
    Lack("pipe-pane", "pipe-pane -t =main: cat"),
    Lack("source-file", "source-file /dev/null"),
    Lack("lock-session", "lock-session -t =main"),
];

/// On a tmux in memory for each release that it can be, with the session that test servers have.
pub(crate) fn on_each_memory(test: impl Fn(&MemoryTmux)) {
    for version in ["3.3a", "3.5a", "3.7c", "3.8"] {
        eprintln!("tmux {version} in memory");
        let memory = MemoryTmux::builder().version(version).start().expect("a tmux in memory");
        let server = tmuxwire::blocking::Server::at(memory.socket());
        let words = ["new-session", "-d", "-s", "main", "-n", "work", "-x", "80", "-y", "24"];
        assert!(server.run(words).expect("an answer").is_success());
        test(&memory);
    }
}

/// On a server of its own for each release.
pub(crate) fn on_each_release(route: Route, test: impl Fn(TestServer)) {
    for release in releases() {
        eprintln!("tmux {} by {route:?}", release.version);
        test(TestServer::start(&release));
    }
}
