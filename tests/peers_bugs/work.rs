//! Windows, panes and what runs in them.

use tmuxwire::ErrorKind;
use tmuxwire::operations::{FailureKind, NewWindow, SplitWindow};
use tmuxwire_testkit::wait_until;

use crate::on_each;

/// A value with `=` or `,` was lost.
#[test]
fn h4_a_variable_has_any_value() {
    on_each(|server, client| {
        let value = "a=1,b=2;c 'd' \"$HOME\"";
        let window = NewWindow::new()
            .environment(("ODD", value))
            .directory(server.home())
            .command("printf '%s' \"$ODD\" > odd.new; mv odd.new odd; exec cat");
        client.session("main").expect("the session").new_window(window).expect("a window");
        let odd = server.home().join("odd");
        wait_until("the value is written", || odd.exists());
        assert_eq!(std::fs::read_to_string(odd).expect("the value"), value);
    });
}

/// Whichever pane was said, the active one was killed.
#[test]
fn h10_the_pane_that_is_said_goes() {
    on_each(|_, client| {
        let first = client.panes().expect("panes").remove(0);
        let second = first.split(SplitWindow::new()).expect("a pane");
        assert!(second.info().expect("what it is").active);
        first.kill().expect("killed");
        assert!(!first.exists().expect("an answer"));
        assert!(second.exists().expect("an answer"));
        assert!(first.kill().expect_err("it is gone").is_not_found());
    });
}

/// Splitting the active pane again and again ends with no space; between splits they are arranged.
#[test]
fn h20_sixteen_panes_fit() {
    on_each(|server, client| {
        let window = client.session("main").expect("the session").current_window().expect("it");
        let mut panes = 1;
        let error = loop {
            match window.split(SplitWindow::new()) {
                Ok(_) => panes += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), &ErrorKind::Failed(FailureKind::NoSpace));
        assert!(panes < 16, "{panes}");
        while panes < 16 {
            window.select_layout("tiled").expect("arranged");
            window.split(SplitWindow::new()).expect("there is space");
            panes += 1;
        }
        let version = &server.release().version;
        assert_eq!(window.panes().expect("panes").len(), 16, "{version}");
    });
}

/// Hooks of windows and panes were not listed, and numbers of hooks were lost.
#[test]
fn trap6_hooks_are_listed_where_they_are() {
    on_each(|server, client| {
        let session = client.session("main").expect("the session");
        let message = tmuxwire::operations::DisplayMessage::new().message("x");
        session.set_hook("session-renamed[7]", message.clone()).expect("a hook");
        let hooks = session.hooks().expect("hooks");
        assert_eq!(hooks.get("session-renamed").map(|(at, _)| at).collect::<Vec<_>>(), [7]);
        if server.release().is_at_least(3, 2) {
            let window = session.current_window().expect("a window");
            window.set_hook("window-renamed", message).expect("a hook");
            assert_eq!(window.hooks().expect("hooks").get("window-renamed").count(), 1);
        }
    });
}
