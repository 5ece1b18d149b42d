//! What is told through `tracing`, and what isn't.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::operations::read::{Listing, buffer, session};
use tmuxwire::{Change, ChannelOptions, Command, ErrorKind, Reconnect, WatchOptions};
use tmuxwire_protocol::{ServerMessage, Stream};
use tmuxwire_testkit::{FakeServer, Peer, TestServer, releases, system, wait_until};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down everything that is told: a line for each span and event.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Notes {
    fn note(&self, what: &str, record: impl FnOnce(&mut Line)) -> usize {
        let mut line = Line(what.to_owned());
        record(&mut line);
        let mut notes = self.0.lock().expect("notes");
        notes.push(line.0);
        notes.len()
    }

    fn all(&self) -> String {
        self.0.lock().expect("notes").join("\n")
    }

    fn take(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for line in self.0.lock().expect("notes").drain(..) {
            *counts.entry(line).or_default() += 1;
        }
        counts
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("tmuxwire")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.note(span.metadata().name(), |line| span.record(line));
        Id::from_u64(id as u64)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.note("more", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let level = event.metadata().level().as_str().to_lowercase();
        self.note(&level, |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn listening<T>(work: impl FnOnce() -> T) -> (Notes, T) {
    let notes = Notes::default();
    let done = tracing::subscriber::with_default(notes.clone(), work);
    (notes, done)
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

const SECRET: &str = "sesame-4711";

/// Commands with a secret in everything that a caller gives or gets.
fn secrets() -> [Command; 6] {
    [
        Command::new(["set-buffer", "-b", "b", SECRET]),
        Command::new(["show-buffer", "-b", "b"]),
        Command::new(["load-buffer", "-"]).stdin(SECRET),
        Command::new(["set-environment", "-g", SECRET, SECRET]),
        Command::new(["kill-session", "-t", SECRET]),
        Command::new([SECRET, "-t", SECRET]),
    ]
}

/// What must be told of them, by whatever route.
fn check(notes: &Notes, release: &str) {
    let all = notes.all();
    assert!(!all.contains(SECRET), "tmux {release}: {all}");
    let path = std::env::var("PATH").expect("a path");
    assert!(!all.contains(&path), "tmux {release}: {all}");
    for name in ["set-buffer", "show-buffer", "load-buffer", "kill-session", "another"] {
        assert!(all.contains(&format!("command=\"{name}\"")), "tmux {release}: {name}: {all}");
    }
    assert!(all.contains("trace message=connected"), "tmux {release}: {all}");
    assert!(all.contains("trace message=answered"), "tmux {release}: {all}");
}

#[test]
fn requests_are_told_by_name_and_nothing_in_them_is() {
    for release in releases() {
        let server = TestServer::start(&release);
        let (notes, ()) = listening(|| {
            block_on(async {
                let asked = tmuxwire::Server::at(server.socket());
                let channel = asked.channel(ChannelOptions::default()).await.expect("a channel");
                for command in secrets() {
                    asked.run(command.clone()).await.expect("an answer");
                    channel.run(command).await.expect("an answer");
                }
            });
        });
        check(&notes, &release.version);
        assert!(notes.all().contains("route=\"channel\""), "{}", notes.all());
        let (notes, ()) = listening(|| {
            let asked = tmuxwire::blocking::Server::at(server.socket());
            let channel = asked.channel(ChannelOptions::default()).expect("a channel");
            for command in secrets() {
                asked.run(command.clone()).expect("an answer");
                channel.run(command).expect("an answer");
            }
        });
        check(&notes, &release.version);
        assert!(notes.all().contains("route=\"channel\""), "{}", notes.all());
    }
}

#[test]
fn many_requests_at_once_are_told_as_one() {
    let server = TestServer::start(&system());
    let (notes, ()) = listening(|| {
        block_on(async {
            let asked = tmuxwire::Server::at(server.socket());
            let channel = asked.channel(ChannelOptions::default()).await.expect("a channel");
            assert_eq!(channel.run_all(secrets()).await.len(), secrets().len());
        });
    });
    many_told(&notes);
    let (notes, ()) = listening(|| {
        let asked = tmuxwire::blocking::Server::at(server.socket());
        let channel = asked.channel(ChannelOptions::default()).expect("a channel");
        assert_eq!(channel.run_all(secrets()).len(), secrets().len());
    });
    many_told(&notes);
}

fn many_told(notes: &Notes) {
    let all = notes.all();
    assert!(all.contains("requests route=\"channel\""), "{all}");
    assert!(all.contains(&format!("more count={}", secrets().len())), "{all}");
    assert!(all.contains("more failed=0") && !all.contains(SECRET), "{all}");
    // What goes by another route is a request of its own.
    assert!(all.contains("command=\"load-buffer\""), "{all}");
}

#[test]
fn starting_a_server_by_the_program_is_told() {
    let home = tempfile::tempdir().expect("a directory");
    for socket in ["async", "blocking"] {
        let path = home.path().join(socket);
        let start = ["new-session", "-d", "-s", SECRET, "cat"];
        let program = system().path;
        let (notes, ()) = listening(|| match socket {
            "async" => block_on(async {
                let server = tmuxwire::Server::at(&path).config_file("/dev/null");
                server.program(&program).run(start).await.expect("a server");
            }),
            _ => {
                let server = tmuxwire::blocking::Server::at(&path).config_file("/dev/null");
                server.program(&program).run(start).expect("a server");
            }
        });
        let all = notes.all();
        assert!(all.contains("debug message=running the tmux program"), "{all}");
        assert!(all.contains("command=\"new-session\"") && !all.contains(SECRET), "{all}");
        let server = tmuxwire::blocking::Server::at(&path);
        server.kill_server(Duration::from_secs(20)).expect("it ends");
    }
}

/// Drops the first connection unread, and answers the second.
#[test]
fn asking_again_is_told() {
    for driver in ["async", "blocking"] {
        let fake = FakeServer::new();
        let drops: fn(Peer) = drop;
        let answers: fn(Peer) = |mut peer: Peer| {
            peer.command();
            peer.say(&ServerMessage::Write { stream: Stream(1), data: SECRET.into() });
            peer.exit(0);
        };
        let serving = fake.serve([drops, answers]);
        let (notes, ()) = listening(|| match driver {
            "async" => block_on(async {
                tmuxwire::Server::at(fake.socket()).run(["list-keys"]).await.expect("an answer");
            }),
            _ => {
                let server = tmuxwire::blocking::Server::at(fake.socket());
                server.run(["list-keys"]).expect("an answer");
            }
        });
        serving.join().expect("asked twice");
        let told = notes.take();
        let again = told.keys().filter(|line| line.contains("asking again")).count();
        assert!(again > 0 && !told.keys().any(|line| line.contains(SECRET)), "{told:?}");
    }
}

#[test]
fn a_channel_that_is_lost_and_made_again_is_told() {
    let server = TestServer::start(&system());
    let options = ChannelOptions::default().attach_to("main").reconnect(Reconnect::SameServer);
    let detach = || {
        let clients = server.tmux(["list-clients", "-F", "#{client_name}"]).stdout;
        let name = String::from_utf8(clients).expect("a name");
        assert!(server.tmux(["detach-client", "-t", name.trim()]).status.success());
    };
    let question = ["display-message", "-p", "text"];
    let (notes, ()) = listening(|| {
        block_on(async {
            let asked = tmuxwire::Server::at(server.socket());
            let channel = asked.channel(options.clone()).await.expect("a channel");
            let mut events = channel.events();
            detach();
            while events.next().await.expect("an event") != tmuxwire::Event::Gap {}
            channel.run(question).await.expect("an answer");
            channel.close();
            channel.ended().await;
        });
    });
    let all = notes.all();
    for told in ["a channel is open", "a channel was lost", "a channel has ended"] {
        assert!(all.contains(told), "{told}: {all}");
    }
    let (notes, ()) = listening(|| {
        let asked = tmuxwire::blocking::Server::at(server.socket());
        let channel = asked.channel(options.clone()).expect("a channel");
        detach();
        wait_until("it is lost", || server.tmux(["list-clients"]).stdout.is_empty());
        wait_until("it is open again", || channel.run(question).is_ok());
    });
    assert_eq!(notes.all().matches("a channel is open").count(), 2, "{}", notes.all());
}

/// Without a session there is nothing to attach to, and another attempt would be news for the next one.
#[test]
fn a_watch_makes_no_connections_while_there_is_nothing_to_attach_to() {
    for release in releases() {
        let server = TestServer::start(&release);
        let does = |words: &[&str]| assert!(server.tmux(words).status.success(), "{words:?}");
        does(&["set-option", "-s", "exit-empty", "off"]);
        let listing = Listing::buffers().fields(buffer::NAME);
        let options = WatchOptions::default().every(Duration::from_millis(20)).attach();
        let (notes, ()) = listening(|| {
            block_on(async {
                let client = tmuxwire::Server::at(server.socket());
                let mut changes = client.watch_with(listing, options);
                assert!(matches!(changes.next().await, Ok(Change::Server(_))));
                does(&["kill-session", "-t", "main"]);
                for number in 0..20 {
                    let name = number.to_string();
                    does(&["set-buffer", "-b", &name, "x"]);
                    let change = changes.next().await.expect("a change");
                    assert_eq!(change, Change::Appeared(name.as_str().into()));
                    tracing::info!(target: "tmuxwire", "looked");
                }
            });
        });
        let told = notes.all();
        let looks: Vec<&str> = told.split("info message=looked").collect();
        let made = looks.iter().map(|told| told.matches("message=connected").count());
        let made: Vec<usize> = made.collect();
        println!("tmux {}: {made:?}", release.version);
        // Those that attach, fail to, and do without.
        assert!(made[0] <= 16, "tmux {}: {told}", release.version);
        assert_eq!(made[1..], [0; 20], "tmux {}: {told}", release.version);
    }
}

/// Nothing piles up before a server that hangs.
#[test]
fn a_look_that_is_late_is_not_asked_again() {
    let server = TestServer::start(&system());
    let options = WatchOptions::default()
        .every(Duration::from_millis(20))
        .answer_within(Duration::from_millis(50));
    let (notes, ()) = listening(|| {
        block_on(async {
            let client = tmuxwire::Server::at(server.socket());
            let mut changes = client.watch_with(Listing::sessions().fields(session::NAME), options);
            while !matches!(changes.next().await, Ok(Change::Appeared(_))) {}
            server.signal(Signal::SIGSTOP);
            tracing::info!(target: "tmuxwire", "stopped");
            for _ in 0..5 {
                let error = changes.next().await.expect_err("it is stopped");
                assert_eq!(error.kind(), &ErrorKind::TimedOut);
            }
            tracing::info!(target: "tmuxwire", "goes on");
            server.signal(Signal::SIGCONT);
        });
    });
    let told = notes.all();
    let meanwhile = told.split("info message=stopped").nth(1).expect("it was stopped");
    let meanwhile = meanwhile.split("info message=goes on").next().expect("it was");
    assert_eq!(meanwhile.matches("request ").count(), 1, "{told}");
}
