//! The server gives those that the filter is about, and no others.

use proptest::prelude::*;
use tmuxwire_operations::read::{Filter, Listing, UserOption, client, pane, session, window};
use tmuxwire_operations::{Operation, PaneId, Release, RenameWindow, Unknown, WindowTarget};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{ask, bytes, list, release, runner, tell};

/// Two sessions; two panes in the first's window.
fn several(tmux: &tmuxwire_testkit::Tmux) -> TestServer {
    let server = TestServer::start(tmux);
    tell(&server, &[b"split-window", b"-d", b"-t", b"=main:", b"cat"]);
    tell(&server, &[b"new-session", b"-d", b"-s", b"two", b"-n", b"x", b"cat"]);
    server
}

fn panes(server: &TestServer, filter: Filter) -> Vec<u32> {
    let listing = Listing::panes().filter(filter).fields(pane::ID);
    list(server, &listing).into_iter().map(|PaneId(id)| id).collect()
}

#[test]
fn the_server_filters_on_every_release() {
    for tmux in releases() {
        let server = several(&tmux);
        let is =
            |filter, expected: &[u32]| assert_eq!(panes(&server, filter), expected, "{tmux:?}");
        is(pane::ACTIVE.is_true(), &[0, 2]);
        is(!pane::ACTIVE.is_true(), &[1]);
        is(pane::ID.eq(PaneId(1)), &[1]);
        is(pane::INDEX.eq(0), &[0, 2]);
        is(pane::INDEX.ne(0), &[1]);
        is(session::NAME.eq("main") & pane::ACTIVE.is_true(), &[0]);
        is(session::NAME.eq("two") | pane::INDEX.eq(1), &[1, 2]);
        is(!(session::NAME.eq("two") | pane::INDEX.eq(1)), &[0]);
        is(session::NAME.matches("t*"), &[2]);
        is(session::NAME.matches_regex("^(ma|x)"), &[0, 1]);
        is(window::NAME.contains("or"), &[0, 1]);
        is(window::NAME.contains("*"), &[]);
        is(window::NAME.eq("wor"), &[]);
        is(Filter::raw("#{==:#{pane_index},1}"), &[1]);
        is(window::INDEX.spec().equals("0").expect("a number"), &[0, 1, 2]);
        let names =
            Listing::sessions().filter(session::NAME.eq("two")).filter(!session::NAME.eq("x"));
        assert_eq!(list(&server, &names.fields(session::NAME)), ["two"]);
        let clients = Listing::clients().filter(client::NAME.eq("nobody"));
        assert!(list(&server, &clients).is_empty());
    }
}

#[test]
fn a_filter_on_any_bytes_finds_them_and_nothing_else() {
    let option = UserOption::new("@x").expect("a name");
    for tmux in releases() {
        let server = several(&tmux);
        let pairs = (bytes(), bytes());
        let tried = runner(25).run(&pairs, |(bytes, others)| {
            tell(&server, &[b"set-option", b"-g", b"@x", &bytes]);
            prop_assert_eq!(panes(&server, option.eq(&bytes)), [0, 1, 2]);
            prop_assert!(panes(&server, !option.eq(&bytes)).is_empty());
            prop_assert_eq!(panes(&server, option.eq(&others)).is_empty(), bytes != others);
            let both = option.eq(&bytes) & (option.eq(&bytes) | pane::ACTIVE.is_true());
            prop_assert_eq!(panes(&server, both), [0, 1, 2]);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn texts_with_parts_of_patterns_are_found() {
    for tmux in releases() {
        let server = several(&tmux);
        for name in ["a*b", "a?b", "[x]", "a,b", "a}b", "{", "#{x}", "a#b", "%d", "(x)"] {
            ask(&server, RenameWindow::new(name).target(WindowTarget::raw("=two:")));
            assert_eq!(panes(&server, window::NAME.contains(name)), [2], "{tmux:?} {name}");
            assert_eq!(panes(&server, window::NAME.eq(name)), [2], "{tmux:?} {name}");
        }
    }
}

#[test]
fn a_release_without_the_flag_filters_in_the_format() {
    let listing = Listing::panes().filter(pane::ACTIVE.is_true()).fields(pane::ID);
    let words = |release| {
        let question = listing.question(Some(release));
        question.arguments(Some(release), Unknown::Refuse).expect("an operation")
    };
    let old = words(Release::new(3, 1));
    assert_eq!(old[3], b"#{?#{?pane_active,1,0},p#{pane_id};,;}");
    assert_eq!(
        words(Release::new(3, 2))[2..],
        [b"-F".as_slice(), b"p#{pane_id};", b"-f", b"#{?pane_active,1,0}",]
    );
    assert_eq!(listing.read(b"p%0;\n;\np%2;\n"), Ok(vec![PaneId(0), PaneId(2)]));
    let clients = Listing::clients().filter(client::READONLY.is_true());
    let clients = clients.question(Some(Release::new(3, 3)));
    assert!(clients.arguments(Some(Release::new(3, 3)), Unknown::Refuse).is_ok());
    assert_eq!(tmuxwire_operations::ListClients::SPEC.name, clients.spec().name);
    assert_eq!(release(&releases()[0]), Release::new(3, 1));
}
