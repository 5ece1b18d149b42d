//! Watching a whole server, whichever process serves the socket.

use std::time::Duration;

use nix::sys::signal::Signal;
use tmuxwire::operations::SessionTarget;
use tmuxwire::operations::read::{Listing, UserOption, session, window};
use tmuxwire::{Change, Changes, ErrorKind, Server, WatchOptions};
use tmuxwire_testkit::{TestServer, wait_until};

use crate::support::{asked, beside_each_release, within};

/// A pane: its session, its window, and the option `@job`.
type Row = (bstr::BString, bstr::BString, bstr::BString);
type Asked = (
    tmuxwire::operations::read::Field<bstr::BString>,
    tmuxwire::operations::read::Field<bstr::BString>,
    UserOption,
);

/// So long that whatever is told in a test was told by the server.
const NEVER: Duration = Duration::from_secs(3600);

fn panes() -> Listing<Asked> {
    let job = UserOption::new("@job").expect("a name");
    Listing::panes().fields((session::NAME, window::NAME, job))
}

fn row(session: &str, window: &str, job: &str) -> Row {
    (session.into(), window.into(), job.into())
}

async fn next(changes: &mut Changes<Asked>) -> Change<Row> {
    within(changes.next()).await.expect("a change")
}

async fn serves(changes: &mut Changes<Asked>, pid: u32) {
    let change = next(changes).await;
    let Change::Server(id) = &change else { panic!("{change:?}") };
    assert_eq!(id.pid(), pid.cast_signed());
}

fn does<const N: usize>(server: &TestServer, words: [&str; N]) {
    assert_eq!(asked(server, words), "", "{words:?}");
}

#[test]
fn a_watch_goes_across_sessions_and_from_server_to_server() {
    beside_each_release(|mut server| async move {
        let options = WatchOptions::default().every(Duration::from_millis(50));
        let mut changes = Server::at(server.socket()).watch_with(panes(), options);
        serves(&mut changes, server.pid()).await;
        assert_eq!(next(&mut changes).await, Change::Appeared(row("main", "work", "")));

        does(&server, ["rename-window", "-t", "main:work", "play"]);
        let (was, now) = (row("main", "work", ""), row("main", "play", ""));
        assert_eq!(next(&mut changes).await, Change::Changed { was, now });
        does(&server, ["new-session", "-d", "-s", "other", "-n", "there"]);
        assert_eq!(next(&mut changes).await, Change::Appeared(row("other", "there", "")));
        does(&server, ["new-window", "-d", "-t", "other:", "-n", "more"]);
        assert_eq!(next(&mut changes).await, Change::Appeared(row("other", "more", "")));
        does(&server, ["split-window", "-d", "-t", "other:more"]);
        assert_eq!(next(&mut changes).await, Change::Appeared(row("other", "more", "")));
        does(&server, ["set-option", "-t", "main", "@job", "a;|\\b"]);
        let (was, now) = (row("main", "play", ""), row("main", "play", "a;|\\b"));
        assert_eq!(next(&mut changes).await, Change::Changed { was, now });
        does(&server, ["kill-session", "-t", "other"]);
        let mut gone = Vec::new();
        for _ in 0..3 {
            gone.push(next(&mut changes).await);
        }
        let more = || Change::Gone(row("other", "more", ""));
        assert!(gone.contains(&Change::Gone(row("other", "there", ""))), "{gone:?}");
        assert_eq!(gone.iter().filter(|change| **change == more()).count(), 2, "{gone:?}");
        assert_eq!(asked(&server, ["list-clients"]), "");

        server.kill();
        assert_eq!(next(&mut changes).await, Change::Gone(row("main", "play", "a;|\\b")));
        assert_eq!(next(&mut changes).await, Change::NoServer);
        server.restart();
        serves(&mut changes, server.pid()).await;
        assert_eq!(next(&mut changes).await, Change::Appeared(row("main", "work", "")));
        drop(changes);
        wait_until("nothing is left of it", || server.connections() == 0);
    });
}

#[test]
fn a_watch_that_attaches_is_told_at_once_wherever_it_happens() {
    beside_each_release(|server| async move {
        does(&server, ["set-option", "-s", "exit-empty", "off"]);
        does(&server, ["new-session", "-d", "-s", "other", "-n", "there"]);
        let options = WatchOptions::default().every(NEVER).attach();
        let mut changes = Server::at(server.socket()).watch_with(panes(), options);
        serves(&mut changes, server.pid()).await;
        assert_eq!(next(&mut changes).await, Change::Appeared(row("main", "work", "")));
        assert_eq!(next(&mut changes).await, Change::Appeared(row("other", "there", "")));
        let at = asked(&server, ["list-clients", "-F", "#{session_name}"]);
        let elsewhere = if at == "main" { "other" } else { "main" };

        does(&server, ["new-window", "-d", "-t", &format!("{elsewhere}:"), "-n", "new"]);
        assert_eq!(next(&mut changes).await, Change::Appeared(row(elsewhere, "new", "")));
        does(&server, ["rename-window", "-t", &format!("{elsewhere}:new"), "old"]);
        let (was, now) = (row(elsewhere, "new", ""), row(elsewhere, "old", ""));
        assert_eq!(next(&mut changes).await, Change::Changed { was, now });
        does(&server, ["kill-window", "-t", &format!("{elsewhere}:old")]);
        assert_eq!(next(&mut changes).await, Change::Gone(row(elsewhere, "old", "")));

        // Where it was attached is gone: it attaches elsewhere.
        does(&server, ["kill-session", "-t", &at]);
        assert!(matches!(next(&mut changes).await, Change::Gone((name, ..)) if name == at));
        does(&server, ["rename-window", "-t", &format!("{elsewhere}:"), "left"]);
        assert!(matches!(next(&mut changes).await, Change::Changed { .. }));
        // Nothing to attach to, then something again.
        does(&server, ["kill-session", "-t", elsewhere]);
        assert_eq!(next(&mut changes).await, Change::Gone(row(elsewhere, "left", "")));
        does(&server, ["new-session", "-d", "-s", "last", "-n", "one"]);
        assert_eq!(next(&mut changes).await, Change::Appeared(row("last", "one", "")));
        does(&server, ["rename-window", "-t", "last:", "two"]);
        let (was, now) = (row("last", "one", ""), row("last", "two", ""));
        assert_eq!(next(&mut changes).await, Change::Changed { was, now });
    });
}

#[test]
fn whoever_reads_slowly_gets_one_step_for_many() {
    beside_each_release(|server| async move {
        let options = WatchOptions::default().every(NEVER).attach();
        let mut changes = Server::at(server.socket()).watch_with(panes(), options);
        serves(&mut changes, server.pid()).await;
        assert_eq!(next(&mut changes).await, Change::Appeared(row("main", "work", "")));
        for number in 0..30 {
            does(&server, ["rename-window", "-t", "main:", &number.to_string()]);
            does(&server, ["new-session", "-d", "-s", "short"]);
            does(&server, ["kill-session", "-t", "short"]);
        }
        let (was, now) = (row("main", "work", ""), row("main", "29", ""));
        assert_eq!(next(&mut changes).await, Change::Changed { was, now });
    });
}

#[test]
fn a_dropped_next_loses_no_change() {
    beside_each_release(|server| async move {
        let options = WatchOptions::default().every(Duration::from_millis(5));
        let mut changes = Server::at(server.socket()).watch_with(panes(), options);
        serves(&mut changes, server.pid()).await;
        assert_eq!(next(&mut changes).await, Change::Appeared(row("main", "work", "")));
        let mut was = row("main", "work", "");
        for number in 0..10 {
            let name = number.to_string();
            does(&server, ["rename-window", "-t", "main:", &name]);
            let change = within(async {
                loop {
                    let limit = Duration::from_micros(500 * (number + 1));
                    if let Ok(change) = tokio::time::timeout(limit, changes.next()).await {
                        return change.expect("a change");
                    }
                }
            });
            let now = row("main", &name, "");
            assert_eq!(change.await, Change::Changed { was, now: now.clone() });
            was = now;
        }
    });
}

#[test]
fn a_watch_says_what_the_server_refuses_and_goes_on() {
    beside_each_release(|server| async move {
        let later = Listing::panes_of_session(SessionTarget::exact("later")).fields(window::NAME);
        let options = WatchOptions::default().every(Duration::from_millis(20));
        let mut changes = Server::at(server.socket()).watch_with(later, options);
        assert!(matches!(within(changes.next()).await, Ok(Change::Server(_))));
        for _ in 0..2 {
            let error = within(changes.next()).await.expect_err("no such session");
            assert!(matches!(error.kind(), ErrorKind::Failed(_)), "{error:?}");
        }
        does(&server, ["new-session", "-d", "-s", "later", "-n", "now"]);
        let appeared = within(async {
            loop {
                if let Ok(change) = changes.next().await {
                    return change;
                }
            }
        });
        assert_eq!(appeared.await, Change::Appeared("now".into()));
    });
}

#[test]
fn a_watch_says_that_the_server_does_not_answer_and_loses_nothing() {
    beside_each_release(|server| async move {
        for attach in [false, true] {
            let options = WatchOptions::default()
                .every(Duration::from_millis(20))
                .answer_within(Duration::from_millis(50));
            let options = if attach { options.attach() } else { options };
            let watch = || Server::at(server.socket()).watch_with(panes(), options);
            let mut changes = patient(watch()).await;
            server.signal(Signal::SIGSTOP);
            let mut other = watch();
            for _ in 0..3 {
                nothing(&mut changes).await;
                nothing(&mut other).await;
            }
            server.signal(Signal::SIGCONT);
            does(&server, ["rename-window", "-t", "main:", "play"]);
            let (was, now) = (row("main", "work", ""), row("main", "play", ""));
            assert_eq!(told(&mut changes).await, Change::Changed { was, now });
            assert!(matches!(told(&mut other).await, Change::Server(_)));
            does(&server, ["rename-window", "-t", "main:", "work"]);
        }
    });
}

/// The next change is not to be had: the server is stopped.
async fn nothing(changes: &mut Changes<Asked>) {
    let error = within(changes.next()).await.expect_err("it is stopped");
    assert_eq!(error.kind(), &ErrorKind::TimedOut, "{error:?}");
}

/// More than these would fill its backlog, and keep everybody else out.
#[test]
fn a_watch_leaves_three_connections_before_a_stopped_server_however_long_it_waits() {
    beside_each_release(|server| async move {
        for attach in [false, true] {
            let options = WatchOptions::default()
                .every(Duration::from_millis(1))
                .answer_within(Duration::from_millis(5));
            let options = if attach { options.attach() } else { options };
            server.signal(Signal::SIGSTOP);
            let mut changes = Server::at(server.socket()).watch_with(panes(), options);
            while server.backlog() < 3 {
                nothing(&mut changes).await;
            }
            for _ in 0..20 {
                nothing(&mut changes).await;
            }
            assert_eq!(server.backlog(), 3, "attach: {attach}");
            server.signal(Signal::SIGCONT);
            drop(patient(changes).await);
            wait_until("nothing is left of it", || server.connections() == 0);
        }
    });
}

#[test]
fn a_watch_finds_the_server_that_comes_in_the_place_of_a_stopped_one() {
    for begins_before in [false, true] {
        beside_each_release(move |server| async move {
            let options = WatchOptions::default()
                .every(Duration::from_millis(1))
                .answer_within(Duration::from_millis(50));
            let mut changes = Server::at(server.socket()).watch_with(panes(), options);
            if begins_before {
                changes = patient(changes).await;
            }
            server.signal(Signal::SIGSTOP);
            nothing(&mut changes).await;
            let other = TestServer::start(server.release());
            std::fs::rename(other.socket(), server.socket()).expect("a move");
            if begins_before {
                assert_eq!(told(&mut changes).await, Change::Gone(row("main", "work", "")));
            }
            let change = told(&mut changes).await;
            let Change::Server(id) = &change else { panic!("{change:?}") };
            assert_eq!(id.pid(), other.pid().cast_signed());
            assert_eq!(told(&mut changes).await, Change::Appeared(row("main", "work", "")));
        });
    }
}

/// The next change, however slow a busy machine makes the server.
async fn told(changes: &mut Changes<Asked>) -> Change<Row> {
    within(async {
        loop {
            match changes.next().await {
                Ok(change) => return change,
                Err(error) => assert_eq!(error.kind(), &ErrorKind::TimedOut, "{error:?}"),
            }
        }
    })
    .await
}

/// A watch that has told what there is.
async fn patient(mut changes: Changes<Asked>) -> Changes<Asked> {
    assert!(matches!(told(&mut changes).await, Change::Server(_)));
    assert_eq!(told(&mut changes).await, Change::Appeared(row("main", "work", "")));
    changes
}
