//! Files are opened only for commands that name them.

use tmuxwire::blocking;
use tmuxwire::operations::SetOption;
use tmuxwire::{AttachOptions, ChannelOptions, Command, SearchOptions, Server, find_servers};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{Attempt, LIMIT, Thief, check};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Asks in one way, by a thief's socket. What is answered doesn't matter.
type Ask<S> = (&'static str, fn(S));

fn run<S: AsRef<[u8]>>(words: &[S]) -> Command {
    Command::new(words).deadline(LIMIT)
}

const ASYNC: [Ask<Server>; 10] = [
    ("run", |server| drop(runtime().block_on(server.run(run(&["list-sessions"]))))),
    ("info", |server| drop(runtime().block_on(server.info()))),
    ("kill_server", |server| drop(runtime().block_on(server.unguarded().kill_server(LIMIT)))),
    ("sessions", |server| drop(runtime().block_on(server.sessions()))),
    ("perform", |server| {
        let set = SetOption::new("@x").value("load-buffer /etc/passwd");
        drop(runtime().block_on(server.perform(set)));
    }),
    ("channel", |server| drop(runtime().block_on(server.channel(ChannelOptions::default())))),
    ("attached channel", |server| {
        let options = ChannelOptions::default().attach_to("x");
        drop(runtime().block_on(server.channel(options)));
    }),
    ("attach", |server| {
        let terminal = tmuxwire_testkit::Terminal::open(80, 24);
        let options = AttachOptions::new().term("xterm");
        drop(runtime().block_on(server.attach(terminal.slave(), options)));
    }),
    ("raw_output", |server| {
        drop(runtime().block_on(server.raw_output(tmuxwire::PaneId(0))));
    }),
    ("search", |server| {
        let options = SearchOptions::default().without_usual_places().without_processes();
        let options = options.socket(server.socket_path()).limit(LIMIT);
        drop(runtime().block_on(find_servers(options)));
    }),
];

const BLOCKING: [Ask<blocking::Server>; 6] = [
    ("run", |server| drop(server.run(run(&["list-sessions"])))),
    ("info", |server| drop(server.info())),
    ("kill_server", |server| drop(server.unguarded().kill_server(LIMIT))),
    ("sessions", |server| drop(server.sessions())),
    ("channel", |server| drop(server.channel(ChannelOptions::default()))),
    ("shell", |server| drop(server.shell())),
];

#[test]
fn a_question_opens_no_file() {
    for (what, ask) in ASYNC {
        let thief = Thief::new();
        ask(Server::at(thief.socket()));
        check(thief, &format!("async {what}"));
    }
    for (what, ask) in BLOCKING {
        let thief = Thief::new();
        ask(blocking::Server::at(thief.socket()));
        check(thief, &format!("blocking {what}"));
    }
}

fn both(command: &Command, mut check: impl FnMut(Thief, &str)) {
    let thief = Thief::new();
    drop(runtime().block_on(Server::at(thief.socket()).run(command.clone())));
    check(thief, "async");
    let thief = Thief::new();
    drop(blocking::Server::at(thief.socket()).run(command.clone()));
    check(thief, "blocking");
}

#[test]
fn a_command_that_names_a_file_opens_that_one_alone() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let other = elsewhere.path().join("other");
    let other = other.to_str().expect("text");
    for words in [["load-buffer", other], ["save-buffer", other]] {
        both(&run(&words), check);
    }
}

#[test]
fn a_user_may_let_a_server_open_anything() {
    both(&run(&["list-sessions"]).any_file(), |thief, driver| {
        assert_eq!(std::fs::read(thief.victim()).expect("made"), b"evil", "{driver}");
        assert_eq!(thief.attempts(), [Attempt { read: Some(0), write: Some(0) }], "{driver}");
    });
}

/// What real servers ask for is what was named, on every release and however it was named.
#[test]
fn files_that_are_named_are_opened_on_every_release() {
    for release in releases() {
        let server = TestServer::start(&release);
        let library = Server::at(server.socket());
        let ours = blocking::Server::at(server.socket());
        let absolute = server.home().join("a#b");
        let cwd = std::env::current_dir().expect("a directory");
        let name = format!("named-{}-{}", std::process::id(), release.version);
        let relative = cwd.join(&name);
        let absolute = absolute.to_str().expect("text").replace('#', "##");
        for path in [absolute.as_str(), name.as_str()] {
            let set = ["set-buffer", "-b", "x", "text"];
            assert!(ours.run(set).expect("an answer").is_success());
            for words in [["save-buffer", "-bx", path], ["load-buffer", "-by", path]] {
                let output = ours.run(words).expect("an answer");
                assert!(output.is_success(), "{} {words:?} {output:?}", release.version);
                let output = runtime().block_on(library.run(words)).expect("an answer");
                assert!(output.is_success(), "{} {words:?} {output:?}", release.version);
            }
            let output = ours.run(["show-buffer", "-b", "y"]).expect("an answer");
            assert_eq!(output.stdout, "text", "{}", release.version);
        }
        std::fs::remove_file(&relative).expect("made");
    }
}

/// A hook is no part of our command.
#[test]
fn a_hook_opens_no_file_for_us() {
    for release in releases() {
        let server = TestServer::start(&release);
        let file = server.home().join("hooked");
        let hook = format!("save-buffer -b x '{}'", file.display());
        server.tmux(["set-buffer", "-b", "x", "text"]);
        server.tmux(["set-hook", "-g", "after-rename-window", &hook]);
        let ours = blocking::Server::at(server.socket());
        ours.run(["rename-window", "other"]).expect("an answer");
        assert!(!file.exists(), "{}", release.version);
        ours.run(Command::new(["rename-window", "more"]).any_file()).expect("an answer");
        assert!(file.exists(), "{}", release.version);
    }
}
