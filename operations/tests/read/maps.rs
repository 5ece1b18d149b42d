//! Options, hooks and variables come back with any bytes, wherever they are.

use proptest::prelude::*;
use tmuxwire_operations::read::{Colour, Hooks, Options, Variables};
use tmuxwire_operations::{
    DisplayMessage, PaneTarget, SessionTarget, SetEnvironment, SetHook, SetOption, WindowTarget,
};
use tmuxwire_testkit::{TestServer, releases};

use crate::support::{ask, bytes, release, run, runner, tell};
use tmuxwire_operations::Release;

fn main() -> SessionTarget {
    SessionTarget::exact("main")
}

fn window() -> WindowTarget {
    WindowTarget::In(main())
}

fn pane() -> PaneTarget {
    PaneTarget::In(window())
}

fn options(server: &TestServer, question: tmuxwire_operations::ShowOptions) -> Options {
    let answer = ask(server, question);
    Options::read(&answer).unwrap_or_else(|error| panic!("{error}: {}", answer.escape_ascii()))
}

#[test]
fn options_come_back_with_any_bytes() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(40).run(&bytes(), |bytes| {
            for name in ["@x", "status-left"] {
                ask(&server, SetOption::new(name).global().value(bytes.as_slice()));
            }
            ask(&server, SetOption::new("@p").pane().target(pane()).value(bytes.as_slice()));
            let global = options(&server, Options::global());
            for name in ["@x", "status-left"] {
                let read = global.text(name).expect("it is set");
                prop_assert_eq!(read.as_ref() as &[u8], &bytes[..], "{}", name);
            }
            let pane = options(&server, Options::pane(pane()));
            prop_assert_eq!(pane.text("@p").expect("it is set").as_ref() as &[u8], &bytes[..]);
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn every_option_of_every_place_is_read() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let set = |name: &str, value: &str| SetOption::new(name).value(value);
        ask(&server, set("@s", "server").server());
        ask(&server, set("renumber-windows", "on").target(pane()));
        ask(&server, set("monitor-bell", "off").window().target(pane()));
        ask(&server, set("status-style", "fg=red,bg=#102030,bold").global());
        ask(&server, set("update-environment[7]", "SEVEN").global());
        ask(&server, set("update-environment[3]", "").global());
        ask(&server, SetOption::new("update-environment[1]").global().unset());

        let all = options(&server, Options::server());
        assert!(all.iter().count() > 10 && all.number("escape-time").is_some());
        assert_eq!(all.text("@s").map(ToString::to_string).as_deref(), Some("server"));
        let aliases: Vec<_> = all.get("command-alias").expect("an array").items().collect();
        assert!(aliases.iter().any(|(_, it)| *it == "server-info=show-messages -JT"));

        let all = options(&server, Options::global());
        assert_eq!(all.flag("renumber-windows"), Some(false));
        assert_eq!(all.number("base-index"), Some(0));
        assert_eq!(all.text("prefix").map(ToString::to_string).as_deref(), Some("C-b"));
        let style = all.get("status-style").and_then(|it| it.style()).expect("a style");
        assert_eq!(style.background, Some(Colour::Rgb(16, 32, 48)));
        let items: Vec<_> = all.get("update-environment").expect("an array").items().collect();
        let places: Vec<_> = items.iter().map(|(place, _)| *place).collect();
        assert!(places.contains(&0) && !places.contains(&1), "{places:?}");
        assert!(
            items.iter().any(|(place, it)| (*place, it.to_string()) == (7, "SEVEN".to_owned()))
        );

        let own = options(&server, Options::session(main()));
        assert_eq!((own.flag("renumber-windows"), own.flag("monitor-bell")), (Some(true), None));
        let all = options(&server, Options::session(main()).inherited());
        let (mouse, base) =
            (all.get("renumber-windows").expect("own"), all.get("base-index").expect("other's"));
        assert!(!mouse.is_inherited() && base.is_inherited());
        assert!(all.get("update-environment").expect("other's").items().count() > 3);
        let own = options(&server, Options::window(window()));
        assert_eq!(own.flag("monitor-bell"), Some(false));
        assert!(options(&server, Options::global_windows()).flag("monitor-bell") == Some(true));
        assert_eq!(options(&server, Options::pane(pane())).iter().count(), 0);
        let shown = format!("{own:?}");
        assert!(shown.contains("monitor-bell") && !shown.contains("off"), "{shown}");
    }
}

#[test]
fn hooks_are_found_wherever_they_are() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let old = release(&tmux) < Release::new(3, 2);
        let say = |text: &str| DisplayMessage::new().message(text.to_owned());
        let hook = |name: &str, text: &str| SetHook::new().hook(name).command(say(text));
        ask(&server, hook("after-new-window[3]", "it's \"so\"; $HOME").global());
        ask(&server, hook("session-renamed", "session").target(pane()));
        let read = |question| Hooks::read(&ask(&server, question)).expect("hooks");

        let global = read(Hooks::global());
        let found: Vec<_> = global.get("after-new-window").collect();
        assert_eq!((found.len(), found[0].0), (1, 3));
        assert!(found[0].1.starts_with(b"display-message "), "{found:?}");
        assert_eq!(global.get("after-kill-pane").count(), 0);
        assert_eq!(global.iter().count(), 1, "{}", tmux.version);
        assert_eq!(read(Hooks::session(main())).get("session-renamed").count(), 1);
        assert!(!format!("{global:?}").contains("so"));
        if old {
            assert!(Hooks::window(window()).render_for(&tmux).is_err());
            continue;
        }
        ask(&server, hook("pane-died[2]", "pane").pane().target(pane()));
        ask(&server, hook("window-renamed", "window").window().target(pane()));
        // Where tmux puts it if nothing is said: not with the session.
        ask(&server, hook("pane-exited", "somewhere").target(pane()));
        assert_eq!(read(Hooks::pane(pane())).get("pane-died").next().map(|it| it.0), Some(2));
        let of_window = read(Hooks::window(window()));
        assert_eq!(of_window.get("window-renamed").count(), 1);
        assert_eq!(read(Hooks::session(main())).get("pane-exited").count(), 0);
        let of_pane = read(Hooks::pane(pane()));
        assert_eq!(of_window.get("pane-exited").count() + of_pane.get("pane-exited").count(), 1);
        assert_eq!(read(Hooks::global_windows()).get("pane-exited").count(), 0);
    }
}

trait RenderFor {
    fn render_for(&self, tmux: &tmuxwire_testkit::Tmux) -> Result<(), String>;
}

impl<O: tmuxwire_operations::Operation> RenderFor for O {
    fn render_for(&self, tmux: &tmuxwire_testkit::Tmux) -> Result<(), String> {
        let rendered = self.render(Some(release(tmux)), tmuxwire_operations::Unknown::Refuse);
        rendered.map(drop).map_err(|error| error.to_string())
    }
}

#[test]
fn variables_come_back_with_any_bytes() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        let tried = runner(40).run(&bytes(), |bytes| {
            ask(&server, SetEnvironment::new("ANY").target(main()).value(bytes.as_slice()));
            ask(&server, SetEnvironment::new("LAST").target(main()).value("after"));
            let variables = Variables::read(&ask(&server, Variables::session(main())));
            let variables = variables.expect("variables");
            prop_assert_eq!(variables.get("ANY").expect("it is set").as_ref() as &[u8], &bytes[..]);
            prop_assert_eq!(variables.get("LAST").expect("it is set").to_string(), "after");
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{}: {error}", tmux.version));
    }
}

#[test]
fn variables_may_be_removed_or_hidden() {
    for tmux in releases() {
        let server = TestServer::start(&tmux);
        ask(&server, SetEnvironment::new("GONE").target(main()).remove());
        ask(&server, SetEnvironment::new("EMPTY").target(main()).value(""));
        tell(&server, &[b"set-environment", b"-g", b"GLOBAL", b"unset X;\n=\"x\"; export"]);
        let read = |question| Variables::read(&ask(&server, question)).expect("variables");
        let own = read(Variables::session(main()));
        assert!(own.is_removed("GONE") && own.get("GONE").is_none());
        assert_eq!(own.get("EMPTY").map(ToString::to_string).as_deref(), Some(""));
        assert!(own.get("NONE").is_none() && !own.is_removed("NONE"));
        assert!(own.iter().any(|(name, value)| name == "GONE" && value.is_none()));
        let global = read(Variables::global());
        assert_eq!(global.get("GLOBAL").expect("it").to_string(), "unset X;\n=\"x\"; export");
        assert!(global.get("HOME").is_some());
        assert!(!format!("{global:?}").contains("export"));
        if release(&tmux) >= Release::new(3, 2) {
            let hide = SetEnvironment::new("HIDDEN").target(main()).hidden().value("a\nb\"");
            ask(&server, hide);
            assert!(read(Variables::session(main())).get("HIDDEN").is_none());
            let hidden = read(Variables::session(main()).hidden());
            assert_eq!(hidden.get("HIDDEN").expect("it").to_string(), "a\nb\"");
        } else {
            assert!(Variables::global().hidden().render_for(&tmux).is_err());
        }
        assert!(!run(&server, Variables::session(SessionTarget::exact("none"))).status.success());
    }
}
