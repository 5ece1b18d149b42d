//! Names.

use tmuxwire::operations::read::{Listing, pane, session, window};
use tmuxwire::operations::{NewSession, NewWindow, RenameWindow};

use crate::on_each;

const ODD: [&str; 5] = ["a|b", "a b", "a-b", "A.B", "ä#{pid};"];

/// Names were made small and cut, so that several windows became one.
#[test]
fn h2_names_stay_what_they_are() {
    on_each(|_, client| {
        let session = client.session("main").expect("the session");
        for name in ODD {
            session.new_window(NewWindow::new().name(name)).expect("a window");
        }
        for name in ODD {
            let found = session.window(name).expect("the window");
            assert_eq!(found.info().expect("what it is").name, name);
        }
        assert!(session.window("a").expect_err("there is none").is_not_found());
    });
}

/// `|` in a name broke what was listed; so did tabs, colons and new lines.
#[test]
fn h48_trap5_rows_survive_every_name() {
    on_each(|server, client| {
        let session = client.session("main").expect("the session");
        let mut expected = vec!["work".to_owned()];
        for name in ODD {
            session.new_window(NewWindow::new().name(name)).expect("a window");
            expected.push(name.to_owned());
        }
        let panes = Listing::panes().fields((session::NAME, window::NAME, pane::ID));
        let names: Vec<_> =
            client.list(panes).expect("panes").into_iter().map(|row| row.1).collect();
        assert_eq!(names, expected, "{}", server.release().version);
    });
}

/// Panes were numbers by their place, from 1; windows too, whatever `base-index` says.
#[test]
fn h3_ids_are_ids_whatever_numbers_begin_with() {
    on_each(|server, client| {
        server.tmux(["set-option", "-g", "base-index", "5"]);
        server.tmux(["set-option", "-g", "pane-base-index", "3"]);
        let session = client.new_session(NewSession::new().name("based")).expect("a session");
        let window = session.window_at(5).expect("its first window");
        let pane = window.active_pane().expect("its pane");
        let moved = session.new_window_at(9, NewWindow::new()).expect("another window");
        pane.join_to(
            &moved.active_pane().expect("its pane"),
            tmuxwire::operations::JoinPane::new(),
        )
        .expect("moved");
        assert_eq!(pane.window().expect("its window"), moved);
        assert!(pane.exists().expect("an answer"));
        assert!(session.window_at(0).expect_err("there is none").is_not_found());
    });
}

/// The beginning of a name was taken for it.
#[test]
fn k15_a_beginning_is_not_a_name() {
    on_each(|_, client| {
        client.new_session(NewSession::new().name("development")).expect("a session");
        for name in ["dev", "development2", "dev*", "=development", "$0"] {
            assert!(!client.has_session(name).expect("an answer"), "{name}");
            assert!(client.session(name).expect_err("there is none").is_not_found());
        }
        assert!(client.has_session("development").expect("an answer"));
        let session = client.session("main").expect("the session");
        let work = session.window("work").expect("the window");
        client.perform(RenameWindow::new("worker").target(work.id())).expect("renamed");
        assert!(session.window("work").expect_err("there is none").is_not_found());
    });
}
