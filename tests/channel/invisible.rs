//! What others see of a channel: nothing of one without a session, and what the documents say of
//! one that is attached.

use std::collections::BTreeSet;

use tmuxwire::{Channel, ChannelOptions, Server};
use tmuxwire_testkit::{Person, TestServer};

use crate::support::{asked, beside_each_release, open, within};

const SIZES: &str = "#{window_id} #{window_width}x#{window_height} #{session_name} \
                     #{session_attached} #{window_active_clients}";

/// What the state that people see of a server comes to.
fn seen(server: &TestServer) -> [String; 5] {
    [
        asked(server, ["list-windows", "-a", "-F", SIZES]),
        asked(server, ["list-clients"]),
        asked(server, ["show-environment", "-t", "main"]),
        asked(server, ["show-environment", "-g"]),
        asked(server, ["list-panes", "-a", "-F", "#{pane_id} #{pane_width}x#{pane_height}"]),
    ]
}

/// What commands say that mean a client, and are not told which. None of them changes a thing while
/// nobody is attached.
fn meant_clients(server: &TestServer) -> Vec<String> {
    [
        &["display-message", "-p", "#{client_name}|#{client_session}|#{session_name}"][..],
        &["list-clients"],
        &["list-clients", "-t", "main"],
        &["switch-client", "-t", "main"],
        &["refresh-client"],
        &["suspend-client"],
        &["lock-client"],
        &["detach-client"],
        &["detach-client", "-s", "main"],
        &["display-message", "text for whoever is there"],
        &["confirm-before", "kill-server"],
    ]
    .map(|words| {
        let output = server.tmux(words);
        let text = [output.stdout, output.stderr].concat();
        format!("{words:?}: {:?} {}", output.status.code(), String::from_utf8_lossy(&text))
    })
    .into()
}

/// Commands of every kind that a channel carries.
fn commands() -> Vec<Vec<&'static str>> {
    let kinds = [
        &["display-message", "-p", "#{session_name}"][..],
        &["list-sessions"],
        &["capture-pane", "-p", "-t", "main:"],
        &["set-option", "-g", "@note", "text"],
        &["set-buffer", "-b", "note", "text"],
        &["kill-session", "-t", "=nobody"],
        &["frobnicate"],
        &["list-keys", "-T", "prefix"],
        &["display-message", "-p", "a", ";", "display-message", "-p", "b"],
        &["send-keys", "-t", "main:", "Left"],
    ];
    kinds.iter().cycle().take(500).map(|words| words.to_vec()).collect()
}

async fn use_it(channel: &Channel) {
    for answer in within(channel.run_all(commands())).await {
        answer.expect("an answer");
    }
}

/// Setting an option draws everything anew, whoever does it.
async fn use_it_quietly(channel: &Channel) {
    let quiet = commands().into_iter().filter(|words| words[0] != "set-option");
    for answer in within(channel.run_all(quiet)).await {
        answer.expect("an answer");
    }
}

#[test]
fn nobody_sees_a_channel_without_a_session() {
    beside_each_release(|server| async move {
        let before = (seen(&server), meant_clients(&server));
        let same = |when: &str| {
            assert_eq!(seen(&server), before.0, "{when}");
            for (now, before) in meant_clients(&server).iter().zip(&before.1) {
                assert_eq!(now, before, "{when}");
            }
        };
        let channel = open(&server, ChannelOptions::default()).await;
        assert!(!channel.is_attached());
        same("open");
        use_it(&channel).await;
        same("used");
        assert_eq!(channel.end(), None);
        // No end of any session is its own.
        for name in ["second", "third"] {
            server.tmux(["new-session", "-d", "-s", name]);
        }
        for name in ["main", "third"] {
            server.tmux(["kill-session", "-t", name]);
            let left = channel.run(["has-session", "-t", "second"]).await;
            assert_eq!(left.expect("an answer").status, 0);
        }
        drop(channel);
        tmuxwire_testkit::wait_until("nobody is connected", || server.connections() == 0);
        assert!(server.is_alive());
    });
}

#[test]
fn a_person_sees_nothing_of_a_channel_without_a_session() {
    beside_each_release(|server| async move {
        let person = Person::attach(&server, "main", 61, 17);
        let current = || asked(&server, ["display-message", "-p", "#{client_name}"]);
        assert_eq!(current(), person.name());
        tmuxwire_testkit::wait_until("the window fits the person", || {
            asked(&server, ["display-message", "-p", "-t", "main:", "#{window_width}"]) == "61"
        });
        // A cursor key that `cat` echoes would be a reason to draw.
        server.tmux(["respawn-window", "-k", "-t", "main:", "stty raw -echo; exec sleep 1000"]);
        let before = (seen(&server), person.settled(&server));
        let channel = open(&server, ChannelOptions::default()).await;
        use_it_quietly(&channel).await;
        let said = channel.run(["display-message", "-p", "#{client_name}"]).await;
        assert_eq!(said.expect("an answer").stdout_text().trim_end(), person.name());
        assert_eq!(current(), person.name());
        assert_eq!((seen(&server), person.settled(&server)), before);
        drop(channel);
        tmuxwire_testkit::wait_until("only the person is there", || server.connections() == 1);
        assert_eq!((seen(&server), person.settled(&server)), before);
        // Without a target it means the person, with a channel there as well.
        let _channel = open(&server, ChannelOptions::default()).await;
        assert_eq!(asked(&server, ["detach-client"]), "");
        tmuxwire_testkit::wait_until("the person has gone", || !person.is_listed(&server));
    });
}

/// Lets every hook that the release knows note its name.
fn set_hooks(server: &TestServer) {
    let mut names = BTreeSet::new();
    for scope in ["-g", "-gw", "-gp"] {
        for line in asked(server, ["show-hooks", scope]).lines() {
            let name = line.split([' ', '[']).next().unwrap_or_default();
            names.insert(name.to_owned());
        }
    }
    let known = |name: &String| {
        server.tmux(["set-hook", "-g", name, "set-option -g @known yes"]).status.success()
    };
    names.retain(known);
    assert!(names.len() > 50, "{names:?}");
    assert!(names.contains("client-attached") && names.contains("session-created"));
    for name in &names {
        let note = format!("set-option -ga @fired ' {name}'");
        assert!(server.tmux(["set-hook", "-g", name, &note]).status.success());
    }
}

/// The hooks that have fired since the last call. Asking is one that makes some fire, too.
fn fired(server: &TestServer) -> Vec<String> {
    let text = asked(server, ["show-options", "-gqv", "@fired"]);
    server.tmux(["set-option", "-g", "@fired", ""]);
    text.split_whitespace()
        .filter(|name| !["after-show-options", "after-set-option"].contains(name))
        .map(str::to_owned)
        .collect()
}

#[test]
fn hooks_fire_as_for_commands_of_any_other_client() {
    beside_each_release(|server| async move {
        set_hooks(&server);
        let one_shot = Server::at(server.socket());
        one_shot.info().await.expect("an answer");
        fired(&server);
        for command in commands() {
            one_shot.run(command).await.expect("an answer");
        }
        let mut expected = fired(&server);
        // On a 3.8 each connection is a client that is created; what a pane shows comes when it
        // comes.
        let of_its_own = ["client-created", "pane-activity"];
        expected.retain(|name| !of_its_own.contains(&name.as_str()));
        assert!(expected.len() >= 100, "{expected:?}");
        let channel = one_shot.channel(ChannelOptions::default()).await.expect("a channel");
        let shows = |name: &String| name == "pane-activity";
        let opening: Vec<_> = fired(&server).into_iter().filter(|name| !shows(name)).collect();
        let known = ["after-display-message", "after-list-sessions", "client-created"];
        assert!(opening.iter().all(|name| known.contains(&name.as_str())), "{opening:?}");
        use_it(&channel).await;
        let mut hooks = fired(&server);
        hooks.retain(|name| !of_its_own.contains(&name.as_str()));
        // A hook of what took a connection of its own fires beside the channel's.
        hooks.sort();
        expected.sort();
        assert_eq!(hooks, expected, "tmux {}", server.release().version);
        drop(channel);
        tmuxwire_testkit::wait_until("nobody is connected", || server.connections() == 0);
        // From 3.4 on it bears the mark of an attached client, and its end is told as one's.
        let last: &[&str] = match server.release().is_at_least(3, 4) {
            true if server.release().is_at_least(3, 8) => &["client-detached", "client-closed"],
            true => &["client-detached"],
            false => &[],
        };
        let closing: Vec<_> = fired(&server).into_iter().filter(|name| !shows(name)).collect();
        assert_eq!(closing, last, "tmux {}", server.release().version);
    });
}

#[test]
fn of_an_attached_channel_only_what_is_documented_shows() {
    beside_each_release(|server| async move {
        server.tmux(["new-session", "-d", "-s", "other", "-x", "70", "-y", "20"]);
        server.tmux(["set-option", "-g", "update-environment", "HOME NEVER_SET"]);
        let person = Person::attach(&server, "main", 61, 17);
        tmuxwire_testkit::wait_until("the window fits the person", || {
            asked(&server, ["display-message", "-p", "-t", "main:", "#{window_width}"]) == "61"
        });
        let plain = |server: &TestServer| {
            let [_, _, environment, global, panes] = seen(server);
            let sizes = "#{window_id} #{window_width}x#{window_height}";
            (environment, global, panes, asked(server, ["list-windows", "-a", "-F", sizes]))
        };
        let attached =
            || asked(&server, ["display-message", "-p", "-t", "main:", "#{session_attached}"]);
        let before = plain(&server);
        let printed = person.settled(&server);
        let channel = open(&server, ChannelOptions::default().attach_to("main")).await;
        use_it_quietly(&channel).await;
        assert_eq!((plain(&server), attached().as_str()), (before.clone(), "2"));
        drop(channel);
        tmuxwire_testkit::wait_until("it isn't counted any more", || attached() == "1");
        // A status line, as whenever anyone attaches; not the screen.
        let drawn = person.settled(&server) - printed;
        assert!(drawn < 500, "tmux {}: {drawn}", server.release().version);
        set_hooks(&server);
        fired(&server);
        let channel = open(&server, ChannelOptions::default().attach_to("main")).await;
        assert!(channel.is_attached());
        use_it(&channel).await;
        let listed = asked(&server, ["list-clients", "-F", "#{client_control_mode}"]);
        assert_eq!(listed.lines().filter(|mode| *mode == "1").count(), 1);
        let hooks = |wanted: &[&str]| {
            let mut fired = fired(&server);
            fired.retain(|name| !name.starts_with("after-"));
            // Whoever was there last is the latest client again.
            let others = [
                "client-active",
                "command-error",
                "client-created",
                "client-closed",
                "pane-activity",
            ];
            fired.retain(|name| !others.contains(&name.as_str()));
            fired.sort();
            fired.dedup();
            assert_eq!(fired, wanted, "tmux {}", server.release().version);
        };
        hooks(&["client-attached", "client-session-changed"]);
        drop(channel);
        tmuxwire_testkit::wait_until("it isn't counted any more", || attached() == "1");
        hooks(if server.release().is_at_least(3, 2) { &["client-detached"] } else { &[] });
        assert_eq!(plain(&server), before);
        person.detach(&server);
    });
}
